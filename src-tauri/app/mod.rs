//! What the application is doing: who is signed in, what was read, which signature is under way.
//!
//! This is the controller behind the pages. It knows no window toolkit: what it needs of one comes in as a [`Screen`] to tell
//! and two agents to show the identity provider's pages with. Everything that the pages get is data without secrets.

mod about;
mod activity;
mod choices;
mod delivery;
mod endings;
mod faults;
mod leaving;
mod locking;
mod place;
mod policy_watch;
mod ports;
mod reading;
mod recording;
mod registered;
mod reporting;
mod saving;
mod session;
mod signing;
mod state;
mod switching;
#[cfg(test)]
mod tests;
mod values;
mod verifying;
mod views;
mod waiting;
mod when;
mod work;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ::reporting::{Alarms, Shipper};
use ::session::input::Input;
use ::session::{Kept, Newcomer, Vault};
use audit::Event;
use catalogue::{Catalogue, Locale};
use ceremony::{Courier, SharedLog};
use identity::{Agent, Page, RelyingParty, Subject};
use policy::Policy;
use tokio::sync::watch;
use transport::Transport;

use crate::ipc::{
    AppState, CeremonyView, ChainView, Draft, DroppedFile, EndedView, Fault, IdleView, PolicyRow,
    SessionEnd,
};

use locking::Lock;
use place::{At, Turn};
use work::{Work, actor, person};

pub(crate) use about::policy_rows;
pub(crate) use faults::fault;
pub(crate) use policy_watch::{policy_read, policy_refused};
pub(crate) use signing::Saving;

/// How long quitting waits for a sign-in to end: somewhat longer than its window may take to close.
const CLOSING: Duration = Duration::from_secs(12);

/// Whom to tell when something changed.
pub(crate) trait Screen: Send + Sync {
    /// The state of the application.
    fn app_state(&self, state: &AppState);
    /// How far the signature is, or how it ended.
    fn ceremony(&self, view: &CeremonyView);
    /// The worklist is worth reading again.
    fn worklist_changed(&self);
    /// A file was dropped on the window.
    fn dropped(&self, file: &DroppedFile);
    /// How long until nobody counts as being there.
    fn idle(&self, view: IdleView);
    /// Nothing that the pages had may be left in them: they begin anew.
    fn forget_pages(&self);
}

/// Opens what the operating system says about who sits there. It is used on the thread that opens it.
pub(crate) type OpenInput = Arc<dyn Fn() -> Box<dyn Input> + Send + Sync>;

/// What the controller is made of.
pub(crate) struct Parts {
    pub(crate) policy: Arc<Policy>,
    /// The same, with the sources that it was read from.
    pub(crate) watched: policy::Watched,
    /// Every value of the policy with its row of the table.
    pub(crate) values: Vec<PolicyRow>,
    /// What tells this installation from all others.
    pub(crate) device_id: String,
    /// What people call the device.
    pub(crate) device: String,
    pub(crate) locale: Locale,
    pub(crate) transport: Transport,
    pub(crate) relying_party: RelyingParty,
    pub(crate) records: records::Client,
    pub(crate) vault: Arc<Vault>,
    pub(crate) log: SharedLog,
    pub(crate) outbox: Option<Arc<records::Outbox>>,
    /// What security must hear of.
    pub(crate) alarms: Arc<Alarms>,
    /// Sends the activity log, where policy wants that.
    pub(crate) shipper: Option<Shipper>,
    /// Where the archive of keys is kept.
    pub(crate) archive: PathBuf,
    pub(crate) sign_in_agent: Arc<dyn Agent>,
    pub(crate) signing_agent: Arc<dyn Agent>,
    pub(crate) input: OpenInput,
    pub(crate) screen: Arc<dyn Screen>,
}

/// The application.
///
/// Two kinds of locks: `inner`, and those of a [`Work`]. Nobody takes one while holding another, and under each there are
/// only short reads and assignments: no text is looked up, no file read, nobody told.
pub(crate) struct Controller {
    parts: Parts,
    /// Delivers what waits, where there is an outbox. There is one, so that nothing is sent twice at once.
    courier: Option<Courier>,
    /// The texts in each language; they are parsed once.
    catalogues: Vec<Catalogue>,
    inner: Mutex<Inner>,
    /// Says when the place changed.
    moved: watch::Sender<()>,
}

/// What changes.
struct Inner {
    locale: Locale,
    place: Place,
    ended: Option<SessionEnd>,
    ended_detail: Option<EndedView>,
    /// What could not be done while the pages began anew; until the place changes.
    trouble: Option<Fault>,
    /// How the policy's sources depart from the policy that applies, since the last look.
    departure: Option<policy::Departure>,
    /// How the activity log was found when all of it was read last, and when that was.
    chain: Option<(Instant, ChainView)>,
    /// The application is on its way out: nobody signs in any more.
    closing: bool,
    /// How many sessions are off the screen and not given back yet.
    leaving: usize,
    records_connected: bool,
    /// What people entered and did not sign, until the application closes.
    drafts: HashMap<(Subject, String), Draft>,
}

/// Somebody's turn at the screen.
pub(crate) struct Visit(Arc<Work>);

type Place = place::Place<Arc<Work>, Arc<Lock>, Box<Newcomer>>;
type Stay = At<Arc<Work>, Arc<Lock>, Box<Newcomer>>;

impl Controller {
    pub(crate) fn new(parts: Parts) -> Arc<Self> {
        let inner = Inner {
            locale: parts.locale,
            place: Place::new(),
            ended: None,
            ended_detail: None,
            trouble: None,
            departure: None,
            chain: None,
            closing: false,
            leaving: 0,
            records_connected: true,
            drafts: HashMap::new(),
        };
        Arc::new(Self {
            courier: delivery::courier(&parts),
            parts,
            catalogues: Locale::ALL.map(Catalogue::new).into(),
            inner: Mutex::new(inner),
            moved: watch::Sender::default(),
        })
    }

    /// Chooses the language of every text.
    pub(crate) fn set_locale(&self, tag: &str) {
        self.inner().locale = Locale::nearest(tag);
        self.tell();
    }

    /// What the separate window is called after its address.
    pub(crate) fn window_title(locale: Locale, purpose: identity::Purpose) -> String {
        let key = match purpose {
            identity::Purpose::SignIn => "window-sign-in",
            identity::Purpose::Sign => "window-sign",
        };
        Catalogue::new(locale).text(key, &[])
    }

    pub(crate) fn locale(&self) -> Locale {
        self.inner().locale
    }

    /// Ends everything in good order: a sign-in and a ceremony are cancelled and cleaned up after. The session stays in its
    /// vault; where nothing of it is kept it ends here, because nobody could take it back later.
    pub(crate) async fn close(&self) {
        {
            let mut inner = self.inner();
            inner.closing = true;
            inner.place.at().cancel();
        }
        if tokio::time::timeout(CLOSING, self.settled()).await.is_err() {
            tracing::warn!("a sign-in or a sign-out did not end in time");
        }
        match self.present() {
            Some(work) if work.session.kept() == Kept::OnDisk => work.desk.close().await,
            Some(work) => self.end_with_the_application(&work).await,
            None => {}
        }
        self.note(Event::Stopped).await;
    }

    /// Waits until nobody is being signed in, taken up or signed out.
    async fn settled(&self) {
        let mut moved = self.moved.subscribe();
        loop {
            let settled = {
                let inner = self.inner();
                inner.place.at().is_settled() && inner.leaving == 0
            };
            // The sender is ours, so a closed channel means that nothing moves any more.
            if settled || moved.changed().await.is_err() {
                return;
            }
        }
    }

    /// Moves on, if nobody else did since `from`, and gives what was left. What finds no place comes back.
    fn exchange(
        &self,
        from: Turn,
        to: Stay,
        ended: Option<SessionEnd>,
    ) -> Result<(Turn, Stay), Box<Stay>> {
        let passed = {
            let mut inner = self.inner();
            let passed = inner.place.pass(from, to).map_err(Box::new)?;
            (inner.ended, inner.ended_detail, inner.trouble) = (ended, None, None);
            passed
        };
        self.moved.send_replace(());
        Ok((passed.turn, passed.left))
    }

    fn work(&self) -> Result<Arc<Work>, Fault> {
        let work = self.signed_in().map(|(_, work)| work);
        work.ok_or_else(|| {
            let locked = self.inner().place.at().lock().is_some();
            self.fault(if locked { "locked" } else { "not_signed_in" }, &[])
        })
    }

    /// Who is signed in, and since which turn.
    fn signed_in(&self) -> Option<(Turn, Arc<Work>)> {
        let inner = self.inner();
        match inner.place.at() {
            At::SignedIn(work) => Some((inner.place.turn(), Arc::clone(work))),
            _ => None,
        }
    }

    /// The session, on the screen or behind a lock.
    fn present(&self) -> Option<Arc<Work>> {
        self.inner().place.at().session().map(Arc::clone)
    }

    /// Whether this is the session on the screen. What comes late from an earlier one is not shown.
    fn is_current(&self, work: &Arc<Work>) -> bool {
        matches!(self.inner().place.at(), At::SignedIn(current) if Arc::ptr_eq(current, work))
    }

    /// Whose turn at the screen it is. What takes its time, as a dialog does, asks at its end whether it still is.
    pub(crate) fn visit(&self) -> Result<Visit, Fault> {
        self.work().map(Visit)
    }

    /// Refuses what was begun by somebody who is not at the screen any more.
    pub(crate) fn still(&self, visit: &Visit) -> Result<(), Fault> {
        let same = Arc::ptr_eq(&self.work()?, &visit.0);
        same.then_some(())
            .ok_or_else(|| self.fault("session_ended", &[]))
    }

    fn set_connected(&self, work: &Arc<Work>, connected: bool) {
        let changed = {
            let mut inner = self.inner();
            let current = inner.place.at().session();
            if !current.is_some_and(|current| Arc::ptr_eq(current, work)) {
                return;
            }
            std::mem::replace(&mut inner.records_connected, connected) != connected
        };
        if changed {
            self.tell();
        }
    }

    fn fault(&self, code: &str, args: &[(&str, catalogue::Value<'_>)]) -> Fault {
        fault(self.catalogue(), code, args)
    }

    fn catalogue(&self) -> &Catalogue {
        let locale = self.locale();
        let chosen = self.catalogues.iter().find(|one| one.locale() == locale);
        // There is one for each language.
        chosen.unwrap_or(&self.catalogues[0])
    }

    fn page(&self) -> Page {
        let catalogue = self.catalogue();
        Page {
            language: catalogue.locale().tag().to_owned(),
            title: catalogue.text("landing-title", &[]),
            text: catalogue.text("landing-done", &[]),
        }
    }

    /// Keeps what could not be done for pages that began anew meanwhile. What a person cancelled is no news to them, and
    /// what concerned one person is none to whoever signed in since.
    fn keep_trouble<T>(&self, outcome: Result<T, Fault>) -> Result<T, Fault> {
        if let Err(fault) = outcome.as_ref()
            && fault.code != "cancelled"
        {
            {
                let mut inner = self.inner();
                if inner.place.at().session().is_none() {
                    inner.trouble = Some(fault.clone());
                }
            }
            self.tell();
        }
        outcome
    }

    /// Tells the pages how things stand.
    fn tell(&self) {
        self.parts.screen.app_state(&self.state());
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // Every change under this lock is one assignment, so nothing is ever half done.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
