//! How the device passes to somebody else.
//!
//! Whoever authenticates at a lock as somebody else changes nothing by that: they are asked, and only what they answer ends the
//! session before them. It is over, and nothing of it is left, before theirs begins.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ::session::{Newcomer, SignedIn};
use audit::{Actor, Event, SignOut};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::locking::Lock;
use super::place::{At, Turn};
use super::session::Door;
use super::{Controller, Work, faults, leaving, person, session};
use crate::ipc::{Fault, SessionEnd};

/// How long whoever would take over is asked. Their tokens are good for as long.
const TO_AGREE: Duration = Duration::from_mins(2);

impl Controller {
    /// Whoever authenticated at the lock takes over: the session before theirs is over first, and nothing of it is left.
    pub(crate) async fn confirm_switch(self: &Arc<Self>) -> Result<(), Fault> {
        let switching = self.switching().filter(|_| !self.inner().closing);
        let Some((asked, work, _)) = switching else {
            return Err(self.fault("nobody_to_switch_to", &[]));
        };
        let cancel = CancellationToken::new();
        let to = At::SigningIn(cancel.clone());
        let Ok((turn, At::Switching(_, _, newcomer))) = self.exchange(asked, to, None) else {
            return Err(self.fault("nobody_to_switch_to", &[]));
        };
        let outcome = self.switch(turn, &work, *newcomer, &cancel).await;
        match &outcome {
            Ok(()) => self.tell(),
            Err(_) => self.leave(turn, Some(SessionEnd::Switched)),
        }
        self.keep_trouble(outcome)
    }

    /// Whoever is asked at the lock does not take over.
    pub(crate) async fn refuse_switch(&self) {
        let asked = match self.inner().place.at() {
            At::Locked(_, lock) => lock.switch_asked.swap(false, Ordering::Relaxed),
            _ => false,
        };
        if asked {
            self.tell();
        }
        if let Some((asked, work, lock)) = self.switching() {
            self.stop_asking(asked, work, lock, "switch_refused").await;
        }
    }

    /// Whoever is at the lock is somebody else: the session behind it ends, and they sign in. Nobody is asked who they are
    /// before that: ending a session is all that a stranger can do here, and the person may do it too.
    pub(crate) async fn switch_user(self: &Arc<Self>) -> Result<(), Fault> {
        let work = self
            .present()
            .filter(|_| self.inner().place.at().lock().is_some());
        let work = work.ok_or_else(|| self.fault("nobody_to_switch_to", &[]))?;
        let ended = self.end(&work, SessionEnd::Switched, None).await;
        self.keep_trouble(ended)?;
        let outcome = self.sign_in().await;
        self.keep_trouble(outcome)
    }

    /// Whoever does not answer is turned away: somebody else may sit there by then. When the session ended meanwhile, there
    /// is nothing to take over, and they are turned away as well.
    pub(super) fn ask_to_take_over(
        self: &Arc<Self>,
        turn: Turn,
        work: Arc<Work>,
        lock: Arc<Lock>,
        newcomer: Box<Newcomer>,
    ) {
        let to = At::Switching(Arc::clone(&work), Arc::clone(&lock), newcomer);
        let Ok((asked, _)) = self.exchange(turn, to, None) else {
            return;
        };
        self.tell();
        let controller = Arc::clone(self);
        tokio::spawn(async move {
            tokio::time::sleep(TO_AGREE).await;
            controller.stop_asking(asked, work, lock, "timed_out").await;
        });
    }

    async fn stop_asking(&self, asked: Turn, work: Arc<Work>, lock: Arc<Lock>, why: &'static str) {
        let Ok((_, left)) = self.exchange(asked, At::Locked(work, lock), None) else {
            return;
        };
        self.tell();
        let event = Event::UnlockFailed { why: why.into() };
        self.note(event).await;
        if let At::Switching(_, _, newcomer) = left {
            newcomer.turn_away().await;
        }
    }

    async fn switch(
        self: &Arc<Self>,
        turn: Turn,
        first: &Arc<Work>,
        newcomer: Newcomer,
        cancel: &CancellationToken,
    ) -> Result<(), Fault> {
        let access = first.session.access_at_hand();
        let forgotten = first.session.give_way().await;
        if let Err(error) = forgotten.wiped() {
            tracing::error!(%error, "the session's file could not be removed");
        }
        self.forget_drafts(first);
        self.parts.screen.forget_pages();
        self.tell();
        first.desk.close().await;
        let begun = newcomer.begin(&forgotten).await;
        let now = Timestamp::now();
        // The registry hears of it first: afterwards nobody could say it with these tokens.
        self.close_registered(&first.session, access).await;
        let done = forgotten.revoke(&self.parts.transport, now).await;
        let before = person(&first.session);
        let ended = leaving::signed_out(SignOut::Switch, leaving::is_revoked(&done));
        let recorded = self.record_by(ended, before.clone()).await;
        match (begun, recorded) {
            (Ok(signed_in), Ok(())) if cancel.is_cancelled() => {
                self.turn_away(&signed_in.session).await;
                Err(self.fault("cancelled", &[]))
            }
            (Ok(signed_in), Ok(())) => self.take_over(turn, signed_in, before).await,
            (Ok(signed_in), Err(fault)) => {
                self.turn_away(&signed_in.session).await;
                Err(fault)
            }
            (Err(error), _) => {
                tracing::info!(%error, "nobody took over");
                Err(faults::sign_in(self.catalogue(), &error, None))
            }
        }
    }

    async fn take_over(
        self: &Arc<Self>,
        turn: Turn,
        signed_in: SignedIn,
        before: Actor,
    ) -> Result<(), Fault> {
        session::tell_of(&signed_in);
        let Actor::Person(from) = before else {
            self.turn_away(&signed_in.session).await;
            return Err(self.fault("internal", &[]));
        };
        let event = Event::SwitchedUser { from };
        self.admit(turn, signed_in.session, Door::Open, event).await
    }

    fn switching(&self) -> Option<(Turn, Arc<Work>, Arc<Lock>)> {
        let inner = self.inner();
        let At::Switching(work, lock, _) = inner.place.at() else {
            return None;
        };
        Some((inner.place.turn(), Arc::clone(work), Arc::clone(lock)))
    }
}
