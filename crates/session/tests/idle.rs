//! When a session locks itself, with clocks and input that the tests give.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use session::lock::{IdleWatch, Now, Reason, Rules, State};

const RULES: Rules = Rules {
    limit: Duration::from_mins(2),
    warning: Duration::from_secs(30),
};

/// Two clocks that a test moves.
#[derive(Clone, Copy)]
struct Clocks(Now);

impl Clocks {
    fn new() -> Self {
        Self(Now {
            steady: Instant::now(),
            wall: Timestamp::from_second(1_900_000_000).unwrap(),
        })
    }

    /// Both go on, as they do.
    fn pass(&mut self, seconds: u64) -> Now {
        self.0.steady += Duration::from_secs(seconds);
        self.set(i64::try_from(seconds).unwrap())
    }

    /// Only the wall clock moves: the computer sleeps, or somebody sets it.
    fn set(&mut self, seconds: i64) -> Now {
        self.0.wall += SignedDuration::from_secs(seconds);
        self.0
    }
}

fn begin() -> (IdleWatch, Clocks) {
    let clocks = Clocks::new();
    (IdleWatch::new(RULES, clocks.0), clocks)
}

fn seconds(idle: u64) -> Duration {
    Duration::from_secs(idle)
}

fn is_locked(state: State) -> bool {
    matches!(state, State::Lock(_))
}

#[test]
fn somebody_who_works_is_never_locked_out() {
    let (mut watch, mut clocks) = begin();
    for _ in 0..1000 {
        let state = watch.look(Some(seconds(1)), clocks.pass(5));
        assert!(matches!(state, State::Active { .. }), "{state:?}");
    }
}

#[test]
fn without_input_it_warns_counts_down_and_locks() {
    let (mut watch, mut clocks) = begin();
    let mut seen = Vec::new();
    for second in 1..=121 {
        seen.push(watch.look(Some(seconds(second)), clocks.pass(1)));
    }
    let at = |second: usize| seen[second - 1];
    let in_seconds = Duration::from_secs;
    assert_eq!(
        at(89),
        State::Active {
            locks_in: in_seconds(31)
        }
    );
    assert_eq!(
        at(90),
        State::Warn {
            locks_in: in_seconds(30)
        }
    );
    assert_eq!(
        at(119),
        State::Warn {
            locks_in: in_seconds(1)
        }
    );
    let idle = in_seconds(120);
    assert_eq!(at(120), State::Lock(Reason::Idle { idle }));
    assert_eq!(at(121), State::Lock(Reason::Idle { idle }));
}

#[test]
fn input_in_the_countdown_ends_it() {
    let (mut watch, mut clocks) = begin();
    let warned = watch.look(Some(seconds(100)), clocks.pass(100));
    assert!(matches!(warned, State::Warn { .. }));
    let state = watch.look(Some(seconds(0)), clocks.pass(1));
    assert_eq!(
        state,
        State::Active {
            locks_in: RULES.limit
        }
    );
}

#[test]
fn input_that_was_counted_already_is_not_counted_again() {
    let (mut watch, mut clocks) = begin();
    // Touched at 9; an answer that is late by the time it is looked at says nothing new.
    watch.look(Some(seconds(1)), clocks.pass(10));
    let state = watch.look(Some(seconds(50)), clocks.pass(50));
    assert_eq!(
        state,
        State::Active {
            locks_in: Duration::from_secs(69)
        }
    );
}

#[test]
fn where_nobody_can_say_only_our_own_window_counts() {
    let (mut watch, mut clocks) = begin();
    watch.look(None, clocks.pass(100));
    watch.touched(clocks.pass(1));
    assert!(!is_locked(watch.look(None, clocks.pass(119))));
    assert!(is_locked(watch.look(None, clocks.pass(1))));
}

#[test]
fn a_sleep_counts_although_the_steady_clock_stood_still() {
    let (mut watch, mut clocks) = begin();
    watch.look(Some(seconds(0)), clocks.pass(10));
    clocks.set(3600);
    // Somebody opened the lid and moved the mouse at once.
    let state = watch.look(Some(seconds(0)), clocks.pass(1));
    assert_eq!(
        state,
        State::Lock(Reason::Away {
            away: Duration::from_hours(1)
        })
    );
}

#[test]
fn a_short_sleep_adds_to_what_was_idle_before_it() {
    let (mut watch, mut clocks) = begin();
    watch.look(Some(seconds(60)), clocks.pass(60));
    clocks.set(70);
    assert!(is_locked(watch.look(Some(seconds(0)), clocks.pass(1))));

    let (mut watch, mut clocks) = begin();
    watch.look(Some(seconds(0)), clocks.pass(60));
    clocks.set(70);
    assert!(!is_locked(watch.look(Some(seconds(0)), clocks.pass(1))));
}

#[test]
fn a_clock_that_is_set_back_gives_no_more_time() {
    let (mut watch, mut clocks) = begin();
    for _ in 0..11 {
        watch.look(None, clocks.pass(10));
        clocks.set(-100_000);
    }
    assert!(is_locked(watch.look(None, clocks.pass(10))));
}

#[test]
fn a_touch_after_a_time_in_which_nobody_looked_comes_too_late() {
    let (mut watch, mut clocks) = begin();
    assert!(is_locked(watch.touched(clocks.pass(600))));
}

#[test]
fn what_is_seen_late_takes_nothing_back() {
    let (mut watch, mut clocks) = begin();
    let earlier = clocks.pass(50);
    let later = clocks.pass(10);
    let known = watch.touched(later);
    assert_eq!(watch.look(Some(seconds(50)), earlier), known);
}

#[test]
fn locked_stays_locked_for_its_first_reason_until_somebody_unlocks() {
    let (mut watch, mut clocks) = begin();
    watch.lock(Reason::System);
    watch.lock(Reason::Person);
    watch.touched(clocks.pass(1));
    let state = watch.look(Some(seconds(0)), clocks.pass(500));
    assert_eq!(state, State::Lock(Reason::System));
    let unlocked = watch.unlocked(clocks.0);
    assert_eq!(
        unlocked,
        State::Active {
            locks_in: RULES.limit
        }
    );
}

#[test]
fn a_kiosk_counts_down_half_a_minute_and_never_more_than_half_its_time() {
    let text = |limit: u32| {
        format!(
            "[identity]\nissuer = \"https://id.example\"\nclient_id = \"c\"\n[records]\nurl = \"https://r.example/\"\n\
             [session]\nprofile = \"kiosk\"\nidle_lock_s = {limit}\n"
        )
    };
    for (limit, warning) in [(120, 30), (30, 15)] {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text(limit)).unwrap();
        let policy = policy::load(policy::Machine::Absent, Some(file.path()))
            .unwrap()
            .policy;
        let rules = Rules::of(&policy);
        assert_eq!(rules.limit, Duration::from_secs(limit.into()));
        assert_eq!(rules.warning, Duration::from_secs(warning));
    }
}

/// What can happen in a second or more.
#[derive(Clone, Copy, Debug)]
enum Step {
    Nothing(u64),
    Touched(u64),
    OwnWindow(u64),
    Slept(u32),
    SetBack(u32),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (1..90_u64).prop_map(Step::Nothing),
        (1..90_u64).prop_map(Step::Touched),
        (1..90_u64).prop_map(Step::OwnWindow),
        (1..400_u32).prop_map(Step::Slept),
        (1..100_000_u32).prop_map(Step::SetBack),
    ];
    prop::collection::vec(step, 1..40)
}

proptest! {
    /// Whatever happens, nobody gets more than the limit without a touch: by the clock that cannot be set, and by sleep.
    #[test]
    fn no_time_without_input_is_longer_than_the_limit(steps in steps()) {
        let (mut watch, mut clocks) = begin();
        let mut untouched = 0_u64;
        for step in steps {
            let (state, touched) = match step {
                Step::Nothing(s) => {
                    untouched += s;
                    (watch.look(None, clocks.pass(s)), false)
                }
                Step::Touched(s) => {
                    untouched += s;
                    (watch.look(Some(seconds(0)), clocks.pass(s)), true)
                }
                Step::OwnWindow(s) => {
                    untouched += s;
                    (watch.touched(clocks.pass(s)), true)
                }
                Step::Slept(s) => {
                    untouched += u64::from(s);
                    clocks.set(s.into());
                    (watch.look(None, clocks.0), false)
                }
                Step::SetBack(s) => {
                    clocks.set(-i64::from(s));
                    (watch.look(None, clocks.0), false)
                }
            };
            prop_assert_eq!(is_locked(state), untouched >= 120, "{:?} after {} s", state, untouched);
            if is_locked(state) {
                return Ok(());
            }
            if touched {
                untouched = 0;
            }
        }
    }

    /// The time that is shown is never more than what is left.
    #[test]
    fn the_countdown_promises_nothing_that_it_does_not_keep(idle in 0..300_u64) {
        let (mut watch, mut clocks) = begin();
        match watch.look(None, clocks.pass(idle)) {
            State::Active { locks_in } | State::Warn { locks_in } => {
                prop_assert_eq!(locks_in, Duration::from_secs(120 - idle));
            }
            State::Lock(_) => prop_assert!(idle >= 120),
        }
    }
}
