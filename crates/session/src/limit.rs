//! How long a session may last whatever happens. It ends by the wall clock and by the clock that nobody can set, whichever
//! is first: a clock that is set back gives no more time, and the hours that a computer slept count.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// How often the wall clock is looked at.
const LOOK: Duration = Duration::from_secs(30);

/// The end of one session.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    wall: Timestamp,
    steady: Instant,
}

impl Limit {
    /// The end of a session that began at `since` by the wall clock.
    pub fn new(
        since: Timestamp,
        absolute: SignedDuration,
        now: Timestamp,
        instant: Instant,
    ) -> Self {
        let wall = since.checked_add(absolute).unwrap_or(Timestamp::MAX);
        let left = wall.duration_since(now).min(absolute);
        Self {
            wall,
            steady: instant + Duration::try_from(left).unwrap_or_default(),
        }
    }

    /// Whether it is over by either clock.
    pub fn is_passed(&self, now: Timestamp, instant: Instant) -> bool {
        now >= self.wall || instant >= self.steady
    }

    /// Waits until it is passed.
    pub async fn passed(&self) {
        while !self.is_passed(Timestamp::now(), Instant::now()) {
            let until = Timestamp::now().duration_until(self.wall);
            let wall = Duration::try_from(until).unwrap_or_default();
            tokio::select! {
                () = tokio::time::sleep(LOOK.min(wall)) => {}
                () = tokio::time::sleep_until(self.steady) => {}
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const DAY: SignedDuration = SignedDuration::from_hours(24);

    fn later(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_900_000_000 + seconds).unwrap()
    }

    #[test]
    fn a_session_that_slept_through_its_limit_is_over_by_the_wall_clock() {
        let start = Instant::now();
        let limit = Limit::new(later(0), DAY, later(0), start);
        assert!(!limit.is_passed(later(86_399), start));
        assert!(limit.is_passed(later(86_400), start));
    }

    #[test]
    fn a_clock_that_is_set_back_gives_no_more_time() {
        let start = Instant::now();
        let limit = Limit::new(later(0), DAY, later(0), start);
        let day_after = start + Duration::from_hours(24);
        assert!(limit.is_passed(later(-5000), day_after));
        let restored = Limit::new(later(0), DAY, later(-9_000_000), start);
        assert!(restored.is_passed(later(-8_000_000), day_after));
    }

    #[test]
    fn a_restored_session_has_only_what_is_left_of_its_day() {
        let start = Instant::now();
        let limit = Limit::new(later(0), DAY, later(86_000), start);
        assert!(!limit.is_passed(later(86_000), start + Duration::from_secs(399)));
        assert!(limit.is_passed(later(86_000), start + Duration::from_secs(400)));
    }

    #[tokio::test]
    async fn an_idle_session_reaches_its_limit_without_being_asked() {
        let now = Timestamp::now();
        let limit = Limit::new(now, SignedDuration::from_secs(1), now, Instant::now());
        tokio::time::timeout(Duration::from_secs(5), limit.passed())
            .await
            .unwrap();
    }
}
