//! What the application is doing: who is signed in, what was read, which signature is under way.
//!
//! This is the controller behind the pages. It knows no window toolkit: what it needs of one comes in as a [`Screen`] to tell
//! and two agents to show the identity provider's pages with. Everything that the pages get is data without secrets.

mod delivery;
mod faults;
mod ports;
mod reading;
mod session;
mod signing;
mod values;
mod views;
mod when;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::session::{Kept, MemoryOnly, Session, Vault};
use audit::{Actor, Entry, Event};
use catalogue::{Catalogue, Locale};
use ceremony::{Desk, SharedLog};
use identity::{Agent, Page, RelyingParty, Subject};
use jiff::Timestamp;
use policy::{Policy, SignInAgent};
use records::Amendment;
use tokio_util::sync::CancellationToken;
use transport::Transport;

use crate::ipc::{
    AppState, CeremonyView, Draft, Fault, MeaningChoice, Phase, ReasonChoice, SessionEnd,
    SessionView, StatusView, WorklistItem,
};

pub(crate) use faults::fault;
pub(crate) use signing::Saving;

/// Whom to tell when something changed.
pub(crate) trait Screen: Send + Sync {
    /// The state of the application.
    fn app_state(&self, state: &AppState);
    /// How far the signature is, or how it ended.
    fn ceremony(&self, view: &CeremonyView);
    /// The worklist is worth reading again.
    fn worklist_changed(&self);
}

/// What the controller is made of.
pub(crate) struct Parts {
    pub(crate) policy: Arc<Policy>,
    pub(crate) device: String,
    pub(crate) locale: Locale,
    pub(crate) transport: Transport,
    pub(crate) relying_party: RelyingParty,
    pub(crate) records: records::Client,
    pub(crate) vault: Arc<Vault>,
    pub(crate) log: SharedLog,
    pub(crate) outbox: Option<Arc<records::Outbox>>,
    pub(crate) sign_in_agent: Arc<dyn Agent>,
    pub(crate) signing_agent: Arc<dyn Agent>,
    pub(crate) screen: Arc<dyn Screen>,
}

/// The application.
pub(crate) struct Controller {
    parts: Parts,
    inner: Mutex<Inner>,
}

/// What changes.
struct Inner {
    locale: Locale,
    place: Place,
    ended: Option<SessionEnd>,
    records_connected: bool,
    /// What people entered and did not sign, until the application closes.
    drafts: HashMap<(Subject, String), Draft>,
}

/// Where the application is.
enum Place {
    SignedOut,
    SigningIn(CancellationToken),
    SignedIn(Arc<Work>),
}

/// One session's work.
struct Work {
    session: Session,
    desk: Desk,
    /// What the person has before them: only exactly this may be signed.
    read: Mutex<HashMap<String, Arc<Amendment>>>,
    /// The worklist as it was last shown.
    listed: Mutex<Vec<WorklistItem>>,
    signature: Mutex<Option<signing::Signature>>,
    /// When security was last told of this session.
    security_told: Arc<Mutex<Option<Timestamp>>>,
    /// Evidence of this session's signatures, to be saved on request.
    evidence: Mutex<HashMap<String, Vec<u8>>>,
}

impl Controller {
    pub(crate) fn new(parts: Parts) -> Arc<Self> {
        let inner = Inner {
            locale: parts.locale,
            place: Place::SignedOut,
            ended: None,
            records_connected: true,
            drafts: HashMap::new(),
        };
        Arc::new(Self {
            parts,
            inner: Mutex::new(inner),
        })
    }

    /// Everything that the pages need for their first screen.
    pub(crate) fn state(&self) -> AppState {
        let inner = self.inner();
        let catalogue = Catalogue::new(inner.locale);
        let policy = &self.parts.policy;
        let (phase, work) = match &inner.place {
            Place::SignedOut => (Phase::SignedOut, None),
            Place::SigningIn(_) => (Phase::SigningIn, None),
            Place::SignedIn(work) if work.signature().is_some() => (Phase::Ceremony, Some(work)),
            Place::SignedIn(work) => (Phase::SignedIn, Some(work)),
        };
        AppState {
            phase,
            ended: inner.ended,
            blocked: None,
            session: work.map(|work| {
                let person = work.session.person();
                SessionView {
                    name: person.name.clone(),
                    role: person.role.clone(),
                    since: when::rfc3339(person.since),
                }
            }),
            issuer_origin: origin(&policy.identity.issuer),
            sign_in_agent: match policy.session.sign_in_agent {
                SignInAgent::SystemBrowser => "system_browser",
                SignInAgent::Window => "window",
            }
            .to_owned(),
            device: self.parts.device.clone(),
            timeout_s: policy.signing.timeout_s,
            meanings: meanings(policy, &catalogue),
            reasons: reasons(policy, &catalogue),
            locale: inner.locale.tag().to_owned(),
            signing_locked: work.is_some_and(|work| work.desk.is_locked()),
            memory_only: matches!(
                self.parts.vault.kept(),
                Kept::InMemory(MemoryOnly::Keyring(_))
            ),
            status: StatusView {
                records_connected: inner.records_connected,
                outbox: self.waiting(),
                outbox_durable: self
                    .parts
                    .outbox
                    .as_ref()
                    .is_some_and(|outbox| outbox.durable()),
                // The chain was checked when the log was opened, and nothing is written to a log that is not whole.
                audit_chain_ok: true,
                audit_entries: u32::try_from(self.parts.log.head().seq).unwrap_or(u32::MAX),
            },
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
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

    /// Ends everything in good order: a ceremony is cancelled and cleaned up after; the session stays in its vault.
    pub(crate) async fn close(&self) {
        let work = match &self.inner().place {
            Place::SigningIn(cancel) => {
                cancel.cancel();
                None
            }
            Place::SignedIn(work) => Some(Arc::clone(work)),
            Place::SignedOut => None,
        };
        if let Some(work) = work {
            work.desk.close().await;
        }
        self.note(Event::Stopped).await;
    }

    /// Writes to the audit log. What may not happen without its entry asks for the result instead.
    async fn note(&self, event: Event) {
        if let Err(fault) = self.record(event).await {
            tracing::error!(code = fault.code, "an event could not be recorded");
        }
    }

    /// Writes to the audit log before what it describes goes on.
    async fn record(&self, event: Event) -> Result<(), Fault> {
        let entry = Entry {
            event,
            reference: None,
            actor: self.actor(),
        };
        let log = self.parts.log.clone();
        let written =
            tokio::task::spawn_blocking(move || log.append(&entry, Timestamp::now())).await;
        match written {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(self.fault(error.code(), &[])),
            Err(_) => Err(self.fault("internal", &[])),
        }
    }

    fn actor(&self) -> Actor {
        match &self.inner().place {
            Place::SignedIn(work) => actor(work),
            Place::SignedOut | Place::SigningIn(_) => {
                Actor::Device(self.parts.device.as_str().into())
            }
        }
    }

    fn work(&self) -> Result<Arc<Work>, Fault> {
        match &self.inner().place {
            Place::SignedIn(work) => Ok(Arc::clone(work)),
            Place::SignedOut | Place::SigningIn(_) => {
                Err(fault(&self.catalogue_of_system(), "not_signed_in", &[]))
            }
        }
    }

    /// How many sealed signatures wait to be delivered.
    fn waiting(&self) -> u32 {
        let Some(outbox) = &self.parts.outbox else {
            return 0;
        };
        match outbox.list() {
            Ok(listing) => {
                let waiting = listing.entries.iter().filter(|entry| entry.waits());
                u32::try_from(waiting.count()).unwrap_or(u32::MAX)
            }
            Err(error) => {
                tracing::warn!(%error, "the outbox cannot be read");
                0
            }
        }
    }

    fn set_connected(&self, connected: bool) {
        let changed = {
            let mut inner = self.inner();
            std::mem::replace(&mut inner.records_connected, connected) != connected
        };
        if changed {
            self.tell();
        }
    }

    fn fault(&self, code: &str, args: &[(&str, catalogue::Value<'_>)]) -> Fault {
        fault(&self.catalogue(), code, args)
    }

    fn catalogue(&self) -> Catalogue {
        Catalogue::new(self.locale())
    }

    /// For where the lock is held already.
    fn catalogue_of_system(&self) -> Catalogue {
        Catalogue::new(self.parts.locale)
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

impl Work {
    fn new(session: Session, policy: Arc<Policy>) -> Arc<Self> {
        Arc::new(Self {
            session,
            desk: Desk::new(policy),
            read: Mutex::default(),
            listed: Mutex::default(),
            signature: Mutex::default(),
            security_told: Arc::default(),
            evidence: Mutex::default(),
        })
    }

    fn read(&self) -> MutexGuard<'_, HashMap<String, Arc<Amendment>>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn listed(&self) -> MutexGuard<'_, Vec<WorklistItem>> {
        self.listed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What comes after this amendment in the worklist, or first in it.
    fn after(&self, id: &str) -> Option<WorklistItem> {
        let listed = self.listed();
        let at = listed
            .iter()
            .position(|item| item.id == id)
            .map_or(0, |at| at + 1);
        let (before, after) = listed.split_at(at.min(listed.len()));
        let mut others = after
            .iter()
            .chain(before)
            .filter(|item| item.id != id && !item.changed);
        others.next().cloned()
    }

    fn signature(&self) -> MutexGuard<'_, Option<signing::Signature>> {
        self.signature
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn security_told(&self) -> Option<Timestamp> {
        *self
            .security_told
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn evidence(&self) -> MutexGuard<'_, HashMap<String, Vec<u8>>> {
        self.evidence.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn actor(work: &Work) -> Actor {
    let person = work.session.person();
    Actor::Person(audit::Person::new(
        &person.name,
        &person.subject.iss,
        &person.subject.claims,
    ))
}

fn origin(issuer: &str) -> String {
    url::Url::parse(issuer)
        .map(|issuer| issuer.origin().ascii_serialization())
        .unwrap_or_default()
}

fn meanings(policy: &Policy, catalogue: &Catalogue) -> Vec<MeaningChoice> {
    let offered = policy.signing.meanings.iter();
    offered
        .map(|meaning| MeaningChoice {
            code: meaning.code.clone(),
            display: meaning.display.clone(),
            text_key: catalogue.meaning_key(&meaning.code),
        })
        .collect()
}

fn reasons(policy: &Policy, catalogue: &Catalogue) -> Vec<ReasonChoice> {
    let offered = policy.signing.reasons.iter();
    offered
        .map(|reason| ReasonChoice {
            code: reason.code.clone(),
            text: catalogue.reason(&reason.code, &reason.text),
        })
        .collect()
}
