//! How often somebody else signed in during this session's ceremonies, and whether that locks signing.
//!
//! Policy says whether the lock opens again by itself. It counts the time that the computer ran, so setting the clock does
//! not open it. It never ends the session.
//!
//! A session that goes on after a restart goes on with its count ([`Tally::resumed`]), which the audit log has. The time of
//! a lock begins anew then: no clock that could be set says how long the program was away.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use audit::Mismatches;
use policy::Policy;

/// The count of one session.
pub(crate) struct Tally {
    counted: Mutex<Counted>,
    limit: u32,
    /// How long the lock lasts; none where only a new sign-in opens it.
    lasts: Option<Duration>,
}

#[derive(Default)]
struct Counted {
    /// In this session.
    total: u32,
    /// Since signing was last unlocked.
    since: u32,
    locked_at: Option<Instant>,
}

impl Tally {
    /// With the limit and the time that policy sets.
    pub(crate) fn new(policy: &Policy) -> Self {
        let lasts = Duration::from_secs(u64::from(policy.signing.unlock_after_s));
        Self {
            counted: Mutex::default(),
            limit: policy.signing.mismatch_limit,
            lasts: Some(lasts).filter(|lasts| !lasts.is_zero()),
        }
    }

    /// The same for a session that goes on, in which that was counted before.
    pub(crate) fn resumed(policy: &Policy, before: Mismatches) -> Self {
        Self::new(policy).with(before, Instant::now())
    }

    fn with(self, before: Mismatches, now: Instant) -> Self {
        let is_locked = before.since_unlocked >= self.limit;
        *self.counted() = Counted {
            total: before.in_session,
            since: before.since_unlocked,
            locked_at: is_locked.then_some(now),
        };
        self
    }

    /// Counts one more, and says how many there were in this session by now.
    pub(crate) fn mismatch(&self) -> u32 {
        self.mismatch_at(Instant::now())
    }

    fn mismatch_at(&self, now: Instant) -> u32 {
        let mut counted = self.counted();
        counted.total = counted.total.saturating_add(1);
        counted.since = counted.since.saturating_add(1);
        if counted.since >= self.limit {
            counted.locked_at = Some(now);
        }
        counted.total
    }

    /// How many there were in this session.
    pub(crate) fn count(&self) -> u32 {
        self.counted().total
    }

    /// The limit is reached: nothing is signed now.
    pub(crate) fn is_locked(&self) -> bool {
        self.is_locked_by(&self.counted(), Instant::now())
    }

    /// Counts anew if the lock is over, and says after how many seconds it opened.
    pub(crate) fn open(&self) -> Option<u32> {
        self.open_at(Instant::now())
    }

    fn open_at(&self, now: Instant) -> Option<u32> {
        let mut counted = self.counted();
        let lasts = self.lasts?;
        if counted.locked_at.is_none() || self.is_locked_by(&counted, now) {
            return None;
        }
        counted.locked_at = None;
        counted.since = 0;
        u32::try_from(lasts.as_secs()).ok()
    }

    fn is_locked_by(&self, counted: &Counted, now: Instant) -> bool {
        counted.locked_at.is_some_and(|locked_at| {
            self.lasts
                .is_none_or(|lasts| now.duration_since(locked_at) < lasts)
        })
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        // Every change under this lock is complete before anything can panic.
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_time_only_a_new_session_opens_the_lock() {
        let tally = tally(0);
        let now = Instant::now();
        assert_eq!((tally.mismatch_at(now), tally.mismatch_at(now)), (1, 2));

        let much_later = now + Duration::from_secs(1_000_000);

        assert!(tally.is_locked_by(&tally.counted(), much_later));
        assert_eq!(tally.open_at(much_later), None);
    }

    #[test]
    fn a_lock_that_lasts_opens_afterwards_and_counts_anew() {
        let tally = tally(60);
        let now = Instant::now();
        tally.mismatch_at(now);
        assert!(!tally.is_locked_by(&tally.counted(), now));
        tally.mismatch_at(now);

        let (before, after) = (now + Duration::from_secs(59), now + Duration::from_mins(1));
        assert!(tally.is_locked_by(&tally.counted(), before));
        assert_eq!(tally.open_at(before), None);
        assert!(!tally.is_locked_by(&tally.counted(), after));
        assert_eq!(tally.open_at(after), Some(60));
        assert_eq!(tally.open_at(after), None, "it is said once");

        assert_eq!(tally.mismatch_at(after), 3);
        assert!(!tally.is_locked_by(&tally.counted(), after));
        assert_eq!(tally.mismatch_at(after), 4);
        assert!(tally.is_locked_by(&tally.counted(), after));
    }

    #[test]
    fn what_was_counted_before_a_restart_counts_after_it() {
        let now = Instant::now();
        let before = |in_session, since_unlocked| Mismatches {
            in_session,
            since_unlocked,
        };

        let once = tally(60).with(before(1, 1), now);
        assert!(!once.is_locked_by(&once.counted(), now));
        assert_eq!(once.mismatch_at(now), 2);
        assert!(once.is_locked_by(&once.counted(), now));

        let locked = tally(60).with(before(2, 2), now);
        let almost = now + Duration::from_secs(59);
        assert!(locked.is_locked_by(&locked.counted(), almost));
        assert_eq!(locked.open_at(now + Duration::from_mins(1)), Some(60));

        let for_good = tally(0).with(before(2, 2), now);
        let much_later = now + Duration::from_secs(1_000_000);
        assert!(for_good.is_locked_by(&for_good.counted(), much_later));

        let unlocked = tally(60).with(before(3, 1), now);
        assert!(!unlocked.is_locked_by(&unlocked.counted(), now));
    }

    fn tally(seconds: u64) -> Tally {
        Tally {
            counted: Mutex::default(),
            limit: 2,
            lasts: Some(Duration::from_secs(seconds)).filter(|lasts| !lasts.is_zero()),
        }
    }
}
