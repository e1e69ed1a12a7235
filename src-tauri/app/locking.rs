//! The locked screen: what locks it, and who unlocks it. How the device passes to somebody else is in `switching`.
//!
//! While it is locked nothing of a record is told to the pages, and what they had is taken from them. The session, its
//! deliveries and its end go on behind the lock.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ::session::lock::{Reason, State};
use ::session::{Session, Unlocked};
use audit::Event;
use ceremony::{Ending, UnderWay};
use jiff::Timestamp;
use policy::{IdleEnd, Profile};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::place::{At, Turn};
use super::{Controller, Work, faults, person, session, when};
use crate::ipc::{Fault, IdleView, LockReason, LockedView};

/// What is known of a lock.
pub(super) struct Lock {
    reason: LockReason,
    since: Timestamp,
    idle_s: Option<u32>,
    /// A signature was under way, and nothing was signed.
    signature_cancelled: AtomicBool,
    /// The person locked it for somebody else, who was not asked yet.
    pub(super) switch_asked: AtomicBool,
}

impl Controller {
    /// The person locks the screen; `switching`, for somebody else who is to be asked at once whether they take over.
    pub(crate) fn lock(&self, switching: bool) -> Result<(), Fault> {
        let work = self.work()?;
        self.allow_locking()?;
        work.makes_way.store(switching, Ordering::Relaxed);
        work.lookout.lock();
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
        match self.unlock_parts().unlock(&work.session, cancel).await {
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

    /// Locks the screen whenever this session's lookout says so, and shows how long that takes.
    pub(super) fn look_out(self: &Arc<Self>, work: Arc<Work>) {
        let controller = Arc::clone(self);
        tokio::spawn(async move {
            let mut states = work.lookout.states();
            let over = work.session.ended();
            tokio::pin!(over);
            let mut shown = None;
            let mut seen = Seen::new(controller.parts.policy.session.idle_lock_s);
            loop {
                let state = *states.borrow_and_update();
                seen.note(&work.session, state);
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
            switch_asked: lock.switch_asked.load(Ordering::Relaxed),
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
        let makes_way = work.makes_way.swap(false, Ordering::Relaxed);
        let lock = Arc::new(Lock::new(reason, makes_way && reason == Reason::Person));
        let idle_s = lock.idle_s;
        let locked = At::Locked(Arc::clone(work), Arc::clone(&lock));
        if self.exchange(turn, locked, None).is_err() {
            return;
        }
        // What they show goes first: telling them how things stand waits for the log.
        self.parts.screen.forget_pages();
        self.tell();
        if let Some(under_way) = work.desk.under_way() {
            self.cancel_behind_lock(under_way, lock);
        }
        if let Err(error) = work.session.note_locked().await {
            tracing::error!(%error, "the session's file does not say that it is locked");
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
        self: &Arc<Self>,
        turn: Turn,
        work: Arc<Work>,
        lock: Arc<Lock>,
    ) -> Result<(), Fault> {
        if let Err(fault) = self.record_by(Event::Unlocked, person(&work.session)).await {
            self.stay_locked(turn, work, lock);
            return Err(fault);
        }
        if let Err(error) = work.session.note_unlocked(Timestamp::now()).await {
            tracing::warn!(%error, "after a restart the session will be locked");
        }
        // Before the place: whoever looks next must not find the old time.
        work.lookout.unlocked();
        if self
            .exchange(turn, At::SignedIn(Arc::clone(&work)), None)
            .is_err()
        {
            return Err(self.fault("session_ended", &[]));
        }
        self.tell();
        // What called for a lock between the two found a screen that was locked still, and says so only once.
        let state = *work.lookout.states().borrow();
        if let State::Lock(reason) = state {
            self.nobody_is_there(&work, reason).await;
        }
        Ok(())
    }

    fn stay_locked(&self, turn: Turn, work: Arc<Work>, lock: Arc<Lock>) {
        if self.exchange(turn, At::Locked(work, lock), None).is_ok() {
            self.tell();
        }
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

/// Keeps beside the session when its person was last there, so that a restart finds out how long they have been away.
struct Seen {
    limit: Duration,
    kept: Instant,
    under_way: Option<JoinHandle<()>>,
}

impl Seen {
    /// Whoever just signed in was seen.
    fn new(idle_lock_s: u32) -> Self {
        Self {
            limit: Duration::from_secs(u64::from(idle_lock_s)),
            kept: Instant::now(),
            under_way: None,
        }
    }

    /// Four times within the time that nobody may be away. No lock waits for a disk: it is written beside, once at a time.
    fn note(&mut self, session: &Session, state: State) {
        let (State::Active { locks_in } | State::Warn { locks_in }) = state else {
            return;
        };
        let writes = self
            .under_way
            .as_ref()
            .is_some_and(|one| !one.is_finished());
        if writes || self.kept.elapsed() < self.limit / 4 {
            return;
        }
        self.kept = Instant::now();
        let at = Timestamp::now() - self.limit.saturating_sub(locks_in);
        let session = session.clone();
        self.under_way = Some(tokio::spawn(async move {
            if let Err(error) = session.note_seen(at).await {
                tracing::warn!(%error, "when somebody was last here could not be kept");
            }
        }));
    }
}

impl Lock {
    /// Of a session that goes on after the application was started again.
    pub(super) fn at_restart() -> Self {
        Self {
            reason: LockReason::Restart,
            since: Timestamp::now(),
            idle_s: None,
            signature_cancelled: AtomicBool::new(false),
            switch_asked: AtomicBool::new(false),
        }
    }

    fn new(reason: Reason, switch_asked: bool) -> Self {
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
            switch_asked: AtomicBool::new(switch_asked),
        }
    }
}

/// Seconds, the last one begun.
fn in_seconds(left: Duration) -> u32 {
    u32::try_from(left.as_millis().div_ceil(1000)).unwrap_or(u32::MAX)
}
