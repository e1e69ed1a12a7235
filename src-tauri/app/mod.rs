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
mod locking;
mod place;
mod ports;
mod reading;
mod registered;
mod reporting;
mod saving;
mod session;
mod signing;
mod state;
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
use std::time::Duration;

use ::reporting::{Alarms, Shipper};
use ::session::input::Input;
use ::session::{Newcomer, Vault};
use audit::{Actor, Counters, Entry, Event, Reference};
use catalogue::{Catalogue, Locale};
use ceremony::{Courier, SharedLog};
use identity::{Agent, Page, RelyingParty, Subject};
use jiff::Timestamp;
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
    /// What happened lately that security may have to hear of.
    counters: Counters,
    /// How the activity log was found when all of it was read last.
    chain: Option<ChainView>,
    /// The application is on its way out: nobody signs in any more.
    closing: bool,
    records_connected: bool,
    /// What people entered and did not sign, until the application closes.
    drafts: HashMap<(Subject, String), Draft>,
}

type Place = place::Place<Arc<Work>, Arc<Lock>, Box<Newcomer>>;
type Stay = At<Arc<Work>, Arc<Lock>, Box<Newcomer>>;

impl Controller {
    pub(crate) fn new(parts: Parts) -> Arc<Self> {
        let inner = Inner {
            locale: parts.locale,
            place: Place::new(),
            ended: None,
            ended_detail: None,
            counters: Counters::default(),
            chain: None,
            closing: false,
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

    /// Ends everything in good order: a sign-in and a ceremony are cancelled and cleaned up after; the session stays in its
    /// vault.
    pub(crate) async fn close(&self) {
        {
            let mut inner = self.inner();
            inner.closing = true;
            inner.place.at().cancel();
        }
        if tokio::time::timeout(CLOSING, self.settled()).await.is_err() {
            tracing::warn!("a sign-in did not end in time");
        }
        if let Some(work) = self.present() {
            work.desk.close().await;
        }
        self.note(Event::Stopped).await;
    }

    /// Waits until nobody is being signed in or taken up.
    async fn settled(&self) {
        let mut moved = self.moved.subscribe();
        loop {
            let settled = self.inner().place.at().is_settled();
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
            (inner.ended, inner.ended_detail) = (ended, None);
            passed
        };
        self.moved.send_replace(());
        Ok((passed.turn, passed.left))
    }

    /// Writes to the audit log. What may not happen without its entry asks for the result instead.
    async fn note(&self, event: Event) {
        self.note_under(None, event).await;
    }

    /// The same, under a reference that a person can read out.
    async fn note_under(&self, reference: Option<Reference>, event: Event) {
        if let Err(fault) = self.append(event, reference, self.actor()).await {
            tracing::error!(code = fault.code, "an event could not be recorded");
        }
    }

    /// Writes to the audit log before what it describes goes on, whoever is at the screen by then.
    async fn record_by(&self, event: Event, actor: Actor) -> Result<(), Fault> {
        self.append(event, None, actor).await
    }

    async fn append(
        &self,
        event: Event,
        reference: Option<Reference>,
        actor: Actor,
    ) -> Result<(), Fault> {
        let entry = Entry {
            event,
            reference,
            actor,
        };
        let at = Timestamp::now();
        let concern = self.inner().counters.see(&entry.event, at);
        let log = self.parts.log.clone();
        let written = tokio::task::spawn_blocking(move || log.append(&entry, at)).await;
        if let Some(concern) = concern {
            // What it leads to is written too, and raises nothing.
            Box::pin(self.raise(concern, reference)).await;
        }
        match written {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(self.fault(error.code(), &[])),
            Err(_) => Err(self.fault("internal", &[])),
        }
    }

    fn actor(&self) -> Actor {
        match self.signed_in() {
            Some((_, work)) => actor(&work),
            None => Actor::Device(self.parts.device.as_str().into()),
        }
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

    /// How many sealed signatures wait to be delivered.
    fn waiting(&self) -> u32 {
        let Some(outbox) = &self.parts.outbox else {
            return 0;
        };
        match outbox.count() {
            Ok(waiting) => u32::try_from(waiting).unwrap_or(u32::MAX),
            Err(error) => {
                tracing::warn!(%error, "the outbox cannot be read");
                0
            }
        }
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

    /// Tells the pages how things stand.
    fn tell(&self) {
        self.parts.screen.app_state(&self.state());
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // Every change under this lock is one assignment, so nothing is ever half done.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
