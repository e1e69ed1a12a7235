//! Sign-in, and the session that an earlier run left.

use std::sync::Arc;

use ::session::{Restored, Session, SignIn, SignedIn};
use audit::{Actor, Event, Mismatches, Reference, SignOut};
use identity::{Agent, Disposal};
use jiff::Timestamp;
use policy::AgentKind;
use tokio_util::sync::CancellationToken;

use super::locking::Lock;
use super::place::{At, Turn};
use super::{Controller, Work, faults, leaving, person};
use crate::ipc::{Fault, SessionEnd};

impl Controller {
    /// Takes up the session that the vault kept. Until that is decided nobody can sign in.
    pub(crate) async fn restore(self: &Arc<Self>) {
        let parts = &self.parts;
        let turn = self.inner().place.turn();
        let restored = ::session::restore(
            parts.relying_party.clone(),
            Arc::clone(&parts.vault),
            &parts.policy,
            Timestamp::now(),
        );
        let ended = match restored.await {
            Restored::Session(session) => {
                return self.take_up(turn, session, Door::Open).await;
            }
            Restored::Locked(session) => {
                return self.take_up(turn, session, Door::Locked).await;
            }
            Restored::Over(end) => {
                self.note(leaving::signed_out(leaving::by(end), false))
                    .await;
                leaving::shown(end)
            }
            Restored::Unusable(why) => {
                tracing::warn!(%why, "the last session cannot be taken up");
                None
            }
            Restored::Nobody => None,
        };
        self.leave(turn, ended);
    }

    async fn take_up(self: &Arc<Self>, turn: Turn, session: Session, door: Door) {
        match self
            .admit(turn, session, door, Event::SessionRestored)
            .await
        {
            Ok(()) => self.tell(),
            Err(fault) => {
                tracing::error!(code = fault.code, "the last session is not taken up");
                self.leave(turn, Some(SessionEnd::Expired));
            }
        }
    }

    /// Tokens that an offline sign-out could not give back are given back when the provider is there again.
    pub(crate) fn settle_debts(&self) {
        let parts = &self.parts;
        tokio::spawn(::session::settle(
            Arc::clone(&parts.vault),
            parts.relying_party.clone(),
            Timestamp::now,
        ));
    }

    /// Signs somebody in. Returns when that is done, or has failed.
    pub(crate) async fn sign_in(self: &Arc<Self>) -> Result<(), Fault> {
        let Some((turn, cancel)) = self.begin_sign_in() else {
            return Ok(());
        };
        self.tell();
        let outcome = self.attempt(turn, cancel).await;
        match outcome {
            Ok(()) => self.tell(),
            Err(_) => self.leave(turn, None),
        }
        outcome
    }

    /// Takes the turn of signing in, when it is free.
    fn begin_sign_in(&self) -> Option<(Turn, CancellationToken)> {
        let free = {
            let inner = self.inner();
            let free = matches!(inner.place.at(), At::SignedOut) && !inner.closing;
            free.then(|| inner.place.turn())
        };
        let cancel = CancellationToken::new();
        let (turn, _) = self
            .exchange(free?, At::SigningIn(cancel.clone()), None)
            .ok()?;
        Some((turn, cancel))
    }

    /// Ends a sign-in that is under way.
    pub(crate) fn cancel_sign_in(&self) {
        let inner = self.inner();
        if matches!(inner.place.at(), At::SigningIn(_)) {
            inner.place.at().cancel();
        }
    }

    async fn attempt(self: &Arc<Self>, turn: Turn, cancel: CancellationToken) -> Result<(), Fault> {
        match self.sign_in_parts().run(cancel).await {
            Ok(signed_in) => {
                tell_of(&signed_in);
                let event = Event::SignedIn {
                    agent: self.parts.sign_in_agent.kind().into(),
                    acr: signed_in.acr.as_deref().map(Into::into),
                };
                self.admit(turn, signed_in.session, Door::Open, event).await
            }
            Err(error) => {
                tracing::info!(%error, "nobody was signed in");
                let why = faults::sign_in_audit_code(&error);
                let reference = new_reference();
                self.note_under(reference, Event::SignInFailed { why: why.into() })
                    .await;
                Err(faults::sign_in(self.catalogue(), &error, reference))
            }
        }
    }

    /// What somebody authenticates with at the lock: as for a signature, apart from everything that the browser of this
    /// computer keeps. Whoever shows up there must not change whose session at the provider that browser holds.
    pub(super) fn unlock_parts(&self) -> SignIn {
        let parts = &self.parts;
        let agent = match parts.policy.signing.agent {
            AgentKind::Window | AgentKind::Browser => &parts.signing_agent,
            AgentKind::Print => &parts.sign_in_agent,
        };
        self.parts_of(agent)
    }

    pub(super) fn sign_in_parts(&self) -> SignIn {
        self.parts_of(&self.parts.sign_in_agent)
    }

    fn parts_of(&self, agent: &Arc<dyn Agent>) -> SignIn {
        let parts = &self.parts;
        SignIn {
            agent: Arc::clone(agent),
            relying_party: parts.relying_party.clone(),
            vault: Arc::clone(&parts.vault),
            policy: Arc::clone(&parts.policy),
            page: self.page(),
            clock: Timestamp::now,
        }
    }

    /// Lets a person in: first it is written down, then the place is taken. A session that gets neither is signed out.
    pub(super) async fn admit(
        self: &Arc<Self>,
        turn: Turn,
        session: Session,
        door: Door,
        event: Event,
    ) -> Result<(), Fault> {
        let admitted = match self.counted_before(&session, &event).await {
            Ok(before) => {
                let written = self.record_by(event, person(&session)).await;
                written.map(|()| before)
            }
            Err(fault) => Err(fault),
        };
        let before = match admitted {
            Ok(before) => before,
            Err(fault) => {
                self.turn_away(&session).await;
                return Err(fault);
            }
        };
        let work = Work::new(session, &self.parts, before);
        let place = match door {
            Door::Open => At::SignedIn(Arc::clone(&work)),
            Door::Locked => At::Locked(Arc::clone(&work), Arc::new(Lock::at_restart())),
        };
        let taken = self.exchange(turn, place, None);
        if taken.is_err() {
            self.turn_away(&work.session).await;
            let event = leaving::signed_out(SignOut::Person, false);
            self.record_by(event, person(&work.session)).await?;
            return Err(self.fault("session_ended", &[]));
        }
        self.inner().records_connected = true;
        self.watch(Arc::clone(&work));
        self.look_out(Arc::clone(&work));
        self.tell();
        // Registering ends the person's other sessions, so only a session that stands is registered.
        self.register_soon(&work).await;
        self.stay_registered(Arc::clone(&work));
        self.deliver_what_waits(Arc::clone(&work));
        self.report(work);
        self.keep_archive();
        self.parts.vault.owed().retry();
        Ok(())
    }

    /// What was counted in the session before this run. A session that the log knows nothing of is not taken up: with the log,
    /// a lock on signing would be gone.
    async fn counted_before(&self, session: &Session, event: &Event) -> Result<Mismatches, Fault> {
        if *event != Event::SessionRestored {
            return Ok(Mismatches::default());
        }
        let Actor::Person(person) = person(session) else {
            return Err(self.fault("internal", &[]));
        };
        let path = self.parts.log.path();
        let counted = tokio::task::spawn_blocking(move || audit::mismatches(&path, &person));
        counted
            .await
            .map_err(|_| self.fault("internal", &[]))?
            .map_err(|error| self.fault(error.code(), &[]))?
            .ok_or_else(|| self.fault("session_ended", &[]))
    }

    /// Nobody is signed in after all.
    pub(super) fn leave(&self, turn: Turn, ended: Option<SessionEnd>) {
        if self.exchange(turn, At::SignedOut, ended).is_ok() {
            self.tell();
        }
    }
}

/// How somebody is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    /// They have just shown that they are there, or were there a moment ago.
    Open,
    /// Their session goes on behind a lock: whoever started the application again need not be them.
    Locked,
}

pub(super) fn tell_of(signed_in: &SignedIn) {
    tell_of_agent(signed_in.agent.as_ref());
    if let Some(error) = &signed_in.not_kept {
        tracing::warn!(%error, "the session is in memory only");
    }
}

pub(super) fn tell_of_agent(agent: Option<&Disposal>) {
    if let Some(disposal) = agent.filter(|disposal| !disposal.is_complete()) {
        tracing::warn!(?disposal, "the sign-in window left something behind");
    }
}

/// Under which IT finds a failed sign-in in the log. Without random numbers the entry stands for itself.
pub(super) fn new_reference() -> Option<Reference> {
    let mut random = [0; 5];
    aws_lc_rs::rand::fill(&mut random).ok()?;
    Some(Reference::from_bytes(random))
}
