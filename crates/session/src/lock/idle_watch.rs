//! The decision: a state machine that is told what was seen, and when, and asks nobody.
//!
//! Time is counted by two clocks, and whichever says more is believed. The monotonic one stands still while a computer
//! sleeps, and the other one can be set back; both at once nobody gets for free.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use policy::{Policy, Profile};

/// How long before it locks a person at a workstation is warned.
const WARNING: Duration = Duration::from_mins(1);

/// When to lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The time without input.
    pub limit: Duration,
    /// The end of that time, in which the time left is shown.
    pub warning: Duration,
}

impl Rules {
    /// What policy says. The warning is at most half of the limit: nobody works under a countdown.
    pub fn of(policy: &Policy) -> Self {
        let limit = Duration::from_secs(u64::from(policy.session.idle_lock_s));
        let warning = match policy.session.profile {
            Profile::Kiosk => WARNING / 2,
            Profile::Workstation => WARNING,
        };
        Self {
            limit,
            warning: warning.min(limit / 2),
        }
    }
}

/// One moment, by both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// By the clock that nobody can set.
    pub steady: Instant,
    /// By the clock on the wall.
    pub wall: Timestamp,
}

impl Now {
    /// What both clocks say.
    pub fn read() -> Self {
        Self {
            steady: Instant::now(),
            wall: Timestamp::now(),
        }
    }

    /// How long ago `earlier` was by the clock that nobody can set.
    fn steady_since(self, earlier: Self) -> Duration {
        self.steady.saturating_duration_since(earlier.steady)
    }

    /// How long ago `earlier` was by whichever clock says more.
    fn since(self, earlier: Self) -> Duration {
        let wall = self.wall.duration_since(earlier.wall);
        // A clock that was set back says nothing.
        let wall = Duration::try_from(wall).unwrap_or_default();
        self.steady_since(earlier).max(wall)
    }
}

/// Whether to lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Somebody is there.
    Active {
        /// How long it takes to lock if nothing is touched.
        locks_in: Duration,
    },
    /// It locks soon, and that is shown.
    Warn {
        /// How soon.
        locks_in: Duration,
    },
    /// Locked, until somebody unlocks.
    Lock(Reason),
}

/// Why it locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Nothing was touched.
    Idle {
        /// For how long.
        idle: Duration,
    },
    /// The computer slept, or its clock went ahead, for so long that nobody knows who sits there.
    Away {
        /// For how long.
        away: Duration,
    },
    /// The operating system's own screen is locked.
    System,
    /// The computer goes to sleep.
    Sleep,
    /// The person locked it.
    Person,
}

/// Watches one session.
#[derive(Clone, Copy, Debug)]
pub struct IdleWatch {
    rules: Rules,
    /// How long nothing had been touched when last looked.
    idle: Duration,
    looked: Now,
    locked: Option<Reason>,
}

impl IdleWatch {
    /// Begins with somebody who is there.
    pub fn new(rules: Rules, now: Now) -> Self {
        Self {
            rules,
            idle: Duration::ZERO,
            looked: now,
            locked: None,
        }
    }

    /// Takes note of how long nothing was touched; of nothing when nobody can say.
    pub fn look(&mut self, idle: Option<Duration>, now: Now) -> State {
        // What was touched before the last look was counted then.
        self.pass(now, |steady| idle.filter(|idle| *idle < steady))
    }

    /// Our own window was touched.
    pub fn touched(&mut self, now: Now) -> State {
        self.pass(now, |_| Some(Duration::ZERO))
    }

    /// Locks whatever was touched. The first reason stands.
    pub fn lock(&mut self, reason: Reason) -> State {
        self.locked = Some(self.locked.unwrap_or(reason));
        self.state()
    }

    /// Somebody unlocked it, and so is there.
    pub fn unlocked(&mut self, now: Now) -> State {
        *self = Self::new(self.rules, now);
        self.state()
    }

    /// What follows from what was seen last.
    pub fn state(&self) -> State {
        if let Some(reason) = self.locked {
            return State::Lock(reason);
        }
        let locks_in = self.rules.limit.saturating_sub(self.idle);
        if locks_in <= self.rules.warning {
            State::Warn { locks_in }
        } else {
            State::Active { locks_in }
        }
    }

    /// Time passed since it was last looked at, and something was touched in it, so long ago by the steady clock.
    ///
    /// Between two looks the clocks may disagree: then the computer slept, or a clock was set. Nobody knows whether it
    /// was touched before that or after, so what is missing counts in full before any touch does.
    fn pass(&mut self, now: Now, touched: impl FnOnce(Duration) -> Option<Duration>) -> State {
        if now.steady < self.looked.steady {
            // What was seen later is known already.
            return self.state();
        }
        let steady = now.steady_since(self.looked);
        let missing = now.since(self.looked).saturating_sub(steady);
        self.looked = now;
        let awake = self.idle.saturating_add(steady);
        let total = awake.saturating_add(missing);
        let touched = touched(steady);
        let untouched = total.saturating_sub(touched.unwrap_or_default());
        self.idle = touched.unwrap_or(total);
        if untouched.max(self.idle) < self.rules.limit {
            return self.state();
        }
        self.lock(if missing > awake {
            Reason::Away { away: missing }
        } else {
            Reason::Idle { idle: untouched }
        })
    }
}
