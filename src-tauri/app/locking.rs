//! The locked screen: what locks it, who unlocks it, and how the device passes to somebody else.
//!
//! While it is locked nothing of a record is told to the pages, and what they had is taken from them. The session, its
//! deliveries and its end go on behind the lock. Whoever signs in there as somebody else changes nothing by that: they are
//! asked, and only what they answer ends the session before them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ::session::lock::{Reason, State};
use ::session::{Newcomer, SignedIn, Unlocked};
use audit::{Actor, Event, SignOut};
use ceremony::{Ending, UnderWay};
use jiff::Timestamp;
use policy::{IdleEnd, Profile};
use tokio_util::sync::CancellationToken;

use super::place::{At, Turn};
use super::{Controller, Work, faults, person, session, when};
use crate::ipc::{Fault, IdleView, LockReason, LockedView, SessionEnd};

/// How long whoever would take over is asked. Their tokens are good for as long.
const TO_AGREE: Duration = Duration::from_mins(2);

/// What is known of a lock.
pub(super) struct Lock {
    reason: LockReason,
    since: Timestamp,
    idle_s: Option<u32>,
    /// A signature was under way, and nothing was signed.
    signature_cancelled: AtomicBool,
}

impl Controller {
    /// The person locks the screen.
    pub(crate) fn lock(&self) -> Result<(), Fault> {
        self.work()?.lookout.lock();
        Ok(())
    }

    /// The window was touched: where the operating system cannot tell, that is what counts as somebody being there.
    pub(crate) fn touched(&self) {
        if let Some((_, work)) = self.signed_in() {
            work.lookout.touched();
        }
    }

    /// Has somebody authenticate at the lock. The same person goes on; somebody else is asked whether they take over.
    pub(crate) async fn unlock(self: &Arc<Self>) -> Result<(), Fault> {
        let cancel = CancellationToken::new();
        let Some((turn, work, lock)) = self.begin_unlock(&cancel) else {
            return Ok(());
        };
        self.tell();
        match self.sign_in_parts().unlock(&work.session, cancel).await {
            Ok(Unlocked::SamePerson { agent, .. }) => {
                session::tell_of_agent(agent.as_ref());
                self.let_in_again(turn, work, lock).await
            }
            Ok(Unlocked::SomebodyElse(newcomer)) => {
                self.ask_to_take_over(turn, work, lock, newcomer);
                Ok(())
            }
            Err(error) => {
                tracing::info!(%error, "the screen stays locked");
                let why = faults::sign_in_audit_code(&error);
                let reference = session::new_reference();
                self.note_under(reference, Event::UnlockFailed { why: why.into() })
                    .await;
                self.stay_locked(turn, work, lock);
                Err(faults::sign_in(self.catalogue(), &error, reference))
            }
        }
    }

    /// Ends an unlock that is under way.
    pub(crate) fn cancel_unlock(&self) {
        let inner = self.inner();
        if matches!(inner.place.at(), At::Unlocking(..)) {
            inner.place.at().cancel();
        }
    }

    /// Whoever authenticated at the lock takes over: the session before theirs is over first, and nothing of it is left.
    pub(crate) async fn confirm_switch(self: &Arc<Self>) -> Result<(), Fault> {
        let Some((asked, work, _)) = self.switching() else {
            return Err(self.fault("nobody_to_switch_to", &[]));
        };
        let to = At::SigningIn(CancellationToken::new());
        let Ok((turn, At::Switching(_, _, newcomer))) = self.exchange(asked, to, None) else {
            return Err(self.fault("nobody_to_switch_to", &[]));
        };
        let outcome = self.switch(turn, &work, *newcomer).await;
        match &outcome {
            Ok(()) => self.tell(),
            Err(_) => self.leave(turn, Some(SessionEnd::Switched)),
        }
        outcome
    }

    /// Whoever authenticated at the lock does not take over.
    pub(crate) async fn refuse_switch(&self) {
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
        self.end(&work, SessionEnd::Switched, None).await?;
        self.sign_in().await
    }

    /// Locks the screen whenever this session's lookout says so, and shows how long that takes.
    pub(super) fn look_out(self: &Arc<Self>, work: Arc<Work>) {
        let controller = Arc::clone(self);
        tokio::spawn(async move {
            let mut states = work.lookout.states();
            let over = work.session.ended();
            tokio::pin!(over);
            let mut shown = None;
            loop {
                let state = *states.borrow_and_update();
                let left = controller.countdown(state);
                if std::mem::replace(&mut shown, left) != left {
                    controller.parts.screen.idle(IdleView { left_s: left });
                }
                if let State::Lock(reason) = state {
                    controller.nobody_is_there(&work, reason).await;
                }
                tokio::select! {
                    _ = &mut over => return,
                    changed = states.changed() => if changed.is_err() { return },
                }
            }
        });
    }

    /// The locked screen as the pages show it.
    pub(super) fn locked_view(&self, work: &Work, lock: &Lock) -> LockedView {
        let person = work.session.person();
        let entries = {
            let inner = self.inner();
            let theirs = inner
                .drafts
                .keys()
                .filter(|(owner, _)| *owner == person.subject);
            theirs.count()
        };
        LockedView {
            name: person.name.clone(),
            since: when::rfc3339(lock.since),
            reason: lock.reason,
            idle_s: lock.idle_s,
            entries: u32::try_from(entries).unwrap_or(u32::MAX),
            signature_cancelled: lock.signature_cancelled.load(Ordering::Relaxed),
        }
    }

    /// By policy the screen locks, or the session ends. Whoever locks it themselves wants it locked.
    async fn nobody_is_there(self: &Arc<Self>, work: &Arc<Work>, reason: Reason) {
        let ends = self.parts.policy.session.idle_end == IdleEnd::SignOut;
        if ends && reason != Reason::Person {
            self.end_idle(work).await;
        } else {
            self.lock_screen(work, reason).await;
        }
    }

    /// First the screen is locked, then the rest is done: no full disk and no ceremony holds it up.
    async fn lock_screen(self: &Arc<Self>, work: &Arc<Work>, reason: Reason) {
        let Some(turn) = self.turn_of(work) else {
            return;
        };
        let lock = Arc::new(Lock::new(reason));
        let idle_s = lock.idle_s;
        let locked = At::Locked(Arc::clone(work), Arc::clone(&lock));
        if self.exchange(turn, locked, None).is_err() {
            return;
        }
        self.tell();
        self.parts.screen.forget_pages();
        if let Some(under_way) = work.desk.under_way() {
            self.cancel_behind_lock(under_way, lock);
        }
        let event = Event::Locked { idle_s };
        if let Err(fault) = self.record_by(event, person(&work.session)).await {
            tracing::error!(code = fault.code, "the lock could not be recorded");
        }
    }

    /// Nobody is there to sign. What was signed already is delivered all the same.
    fn cancel_behind_lock(self: &Arc<Self>, under_way: UnderWay, lock: Arc<Lock>) {
        let controller = Arc::clone(self);
        tokio::spawn(async move {
            under_way.cancel();
            let ended = under_way.ended().await;
            if ended.is_some_and(|ended| matches!(ended.ending, Ending::Cancelled)) {
                lock.signature_cancelled.store(true, Ordering::Relaxed);
                controller.tell();
            }
        });
    }

    fn begin_unlock(&self, cancel: &CancellationToken) -> Option<(Turn, Arc<Work>, Arc<Lock>)> {
        let (from, work, lock) = {
            let inner = self.inner();
            let At::Locked(work, lock) = inner.place.at() else {
                return None;
            };
            if inner.closing {
                return None;
            }
            (inner.place.turn(), Arc::clone(work), Arc::clone(lock))
        };
        let to = At::Unlocking(Arc::clone(&work), Arc::clone(&lock), cancel.clone());
        let (turn, _) = self.exchange(from, to, None).ok()?;
        Some((turn, work, lock))
    }

    /// The session's person is there: written down first, then shown.
    async fn let_in_again(
        &self,
        turn: Turn,
        work: Arc<Work>,
        lock: Arc<Lock>,
    ) -> Result<(), Fault> {
        if let Err(fault) = self.record_by(Event::Unlocked, person(&work.session)).await {
            self.stay_locked(turn, work, lock);
            return Err(fault);
        }
        // Before the place: whoever looks next must not find the old time.
        work.lookout.unlocked();
        match self.exchange(turn, At::SignedIn(work), None) {
            Ok(_) => {
                self.tell();
                Ok(())
            }
            Err(_) => Err(self.fault("session_ended", &[])),
        }
    }

    fn stay_locked(&self, turn: Turn, work: Arc<Work>, lock: Arc<Lock>) {
        if self.exchange(turn, At::Locked(work, lock), None).is_ok() {
            self.tell();
        }
    }

    /// Whoever does not answer is turned away: somebody else may sit there by then. When the session ended meanwhile, there
    /// is nothing to take over, and they are turned away as well.
    fn ask_to_take_over(
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
    ) -> Result<(), Fault> {
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
        let done = forgotten.revoke(&self.parts.transport, now).await;
        let before = person(&first.session);
        let ended = session::signed_out(SignOut::Switch, session::is_revoked(&done));
        let recorded = self.record_by(ended, before.clone()).await;
        match (begun, recorded) {
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
        self.admit(turn, signed_in.session, Event::SwitchedUser { from })
            .await
    }

    fn switching(&self) -> Option<(Turn, Arc<Work>, Arc<Lock>)> {
        let inner = self.inner();
        let At::Switching(work, lock, _) = inner.place.at() else {
            return None;
        };
        Some((inner.place.turn(), Arc::clone(work), Arc::clone(lock)))
    }

    /// Since which turn this session is on the screen.
    fn turn_of(&self, work: &Arc<Work>) -> Option<Turn> {
        let (turn, current) = self.signed_in()?;
        Arc::ptr_eq(&current, work).then_some(turn)
    }

    /// What the person sees of the time left: on a kiosk always, elsewhere its end.
    fn countdown(&self, state: State) -> Option<u32> {
        let always = self.parts.policy.session.profile == Profile::Kiosk;
        match state {
            State::Warn { locks_in } => Some(in_seconds(locks_in)),
            State::Active { locks_in } if always => Some(in_seconds(locks_in)),
            State::Active { .. } | State::Lock(_) => None,
        }
    }
}

impl Lock {
    fn new(reason: Reason) -> Self {
        let (reason, idle) = match reason {
            Reason::Idle { idle } => (LockReason::Idle, Some(idle)),
            Reason::Away { .. } | Reason::System | Reason::Sleep => (LockReason::System, None),
            Reason::Person => (LockReason::Person, None),
        };
        Self {
            reason,
            since: Timestamp::now(),
            idle_s: idle.map(|idle| u32::try_from(idle.as_secs()).unwrap_or(u32::MAX)),
            signature_cancelled: AtomicBool::new(false),
        }
    }
}

/// Seconds, the last one begun.
fn in_seconds(left: Duration) -> u32 {
    u32::try_from(left.as_millis().div_ceil(1000)).unwrap_or(u32::MAX)
}
