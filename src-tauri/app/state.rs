//! Everything that the pages need for their first screen, in one look.
//!
//! Behind a lock there is nothing in it of a record or of the session, but whose it is.

use std::sync::Arc;

use ::session::Kept;
use policy::SignInAgent;

use super::locking::Lock;
use super::place::At;
use super::{Controller, Work, choices, when};
use crate::ipc::{
    AppState, EndedView, Fault, MemoryOnly, NewcomerView, Phase, SessionEnd, SessionView,
    StatusView,
};

/// What a look at the place finds.
struct Seen {
    phase: Phase,
    switch_to: Option<NewcomerView>,
    work: Option<Arc<Work>>,
    lock: Option<Arc<Lock>>,
    ended: Option<SessionEnd>,
    ended_detail: Option<EndedView>,
    trouble: Option<Fault>,
    records_connected: bool,
}

impl Controller {
    /// Everything that the pages need for their first screen.
    pub(crate) fn state(&self) -> AppState {
        let seen = self.seen();
        let on_screen = seen.work.as_ref().filter(|_| seen.lock.is_none());
        let locked = seen.work.as_ref().zip(seen.lock.as_ref());
        let phase = match on_screen {
            Some(work) if work.signature().is_some() => Phase::Ceremony,
            _ => seen.phase,
        };
        let catalogue = self.catalogue();
        let policy = &self.parts.policy;
        AppState {
            phase,
            ended: seen.ended,
            ended_detail: seen.ended_detail,
            trouble: seen.trouble,
            blocked: None,
            session: on_screen.map(|work| {
                let person = work.session.person();
                SessionView {
                    name: person.name.clone(),
                    role: person.role.clone(),
                    since: when::rfc3339(person.since),
                    until: choices::until(policy, person.since).map(when::rfc3339),
                }
            }),
            locked: locked.map(|(work, lock)| self.locked_view(work, lock)),
            switch_to: seen.switch_to,
            profile: choices::profile(policy),
            idle: Some(choices::idle(policy)),
            allowed: choices::allowed(policy),
            issuer_origin: policy.identity.issuer_origin(),
            sign_in_agent: match policy.session.sign_in_agent {
                SignInAgent::SystemBrowser => "system_browser",
                SignInAgent::Window => "window",
            }
            .to_owned(),
            device: self.parts.device.clone(),
            timeout_s: policy.signing.timeout_s,
            meanings: choices::meanings(policy, catalogue),
            reasons: choices::reasons(policy, catalogue),
            locale: catalogue.locale().tag().to_owned(),
            signing_stopped: self.signing_stopped(),
            signing_locked: on_screen.is_some_and(|work| work.desk.is_locked()),
            memory_only: memory_only(
                on_screen.map_or_else(|| self.parts.vault.kept(), |work| work.session.kept()),
            ),
            status: self.status(seen.records_connected),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// Whether policy lets people lock this device themselves.
    pub(super) fn allow_locking(&self) -> Result<(), Fault> {
        self.allow(choices::allowed(&self.parts.policy).locking)
    }

    /// Whether policy lets this device's pages choose and save files.
    pub(crate) fn allow_files(&self) -> Result<(), Fault> {
        self.allow(choices::allowed(&self.parts.policy).files)
    }

    /// Whether policy lets this device's pages print.
    pub(crate) fn allow_printing(&self) -> Result<(), Fault> {
        self.allow(choices::allowed(&self.parts.policy).printing)
    }

    /// Whether policy wants the window to fill the screen.
    pub(crate) fn full_screen(&self) -> bool {
        self.parts.policy.session.full_screen
    }

    fn allow(&self, allowed: bool) -> Result<(), Fault> {
        allowed
            .then_some(())
            .ok_or_else(|| self.fault("not_allowed_here", &[]))
    }

    fn status(&self, records_connected: bool) -> StatusView {
        let outbox = self.parts.outbox.as_ref();
        let held = self.held();
        StatusView {
            records_connected,
            outbox: held.waiting,
            outbox_unreadable: held.unreadable,
            outbox_durable: outbox.is_some_and(|outbox| outbox.durable()),
            // The chain was checked when the log was opened; from there on it is whole until it stops, or is found changed.
            audit_chain_ok: self.log_holds(),
            audit_entries: u32::try_from(self.parts.log.head().seq).unwrap_or(u32::MAX),
        }
    }

    fn seen(&self) -> Seen {
        let inner = self.inner();
        let at = inner.place.at();
        let (phase, switch_to) = match at {
            At::SignedOut => (Phase::SignedOut, None),
            At::Restoring | At::SigningIn(_) => (Phase::SigningIn, None),
            At::SignedIn(_) => (Phase::SignedIn, None),
            At::Locked(..) => (Phase::Locked, None),
            At::Unlocking(..) => (Phase::Unlocking, None),
            At::Switching(_, _, newcomer) => {
                let name = newcomer.person().name.clone();
                (Phase::SwitchUser, Some(NewcomerView { name }))
            }
        };
        Seen {
            phase,
            switch_to,
            work: at.session().map(Arc::clone),
            lock: at.lock().map(Arc::clone),
            ended: inner.ended,
            ended_detail: inner.ended_detail.clone(),
            trouble: inner.trouble.clone(),
            records_connected: inner.records_connected,
        }
    }
}

/// What a person must know about where the session is kept: nothing, where policy wants it so.
fn memory_only(kept: Kept) -> Option<MemoryOnly> {
    use ::session::MemoryOnly as Why;
    match kept {
        Kept::OnDisk | Kept::InMemory(Why::Policy) => None,
        Kept::InMemory(Why::Keyring(_)) => Some(MemoryOnly::NoKeyring),
        Kept::InMemory(Why::Disk) => Some(MemoryOnly::Disk),
    }
}
