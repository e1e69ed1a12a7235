//! When something that failed is tried again.

use jiff::{SignedDuration, Timestamp};

/// The first pause; it doubles up to the longest.
const FIRST: SignedDuration = SignedDuration::from_secs(5);
/// The longest.
const LONGEST: SignedDuration = SignedDuration::from_mins(15);

/// The pauses between attempts that fail.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pace {
    failed: u32,
    not_before: Option<Timestamp>,
}

impl Pace {
    /// Whether it is time to try.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        // A clock that was set back must not make a pause of minutes one of hours.
        self.not_before
            .is_none_or(|next| now >= next || next.duration_since(now) > LONGEST)
    }

    /// It worked.
    pub(crate) fn worked(&mut self) {
        *self = Self::default();
    }

    /// It failed, and is tried again then.
    pub(crate) fn failed(&mut self, now: Timestamp) -> Timestamp {
        let doubled = 1_i32
            .checked_shl(self.failed)
            .and_then(|factor| FIRST.checked_mul(factor))
            .filter(|pause| pause.is_positive() && *pause < LONGEST);
        self.failed = self.failed.saturating_add(1);
        self.rest(doubled.unwrap_or(LONGEST), now)
    }

    /// It is of no use to try again soon.
    pub(crate) fn hopeless(&mut self, now: Timestamp) -> Timestamp {
        self.rest(LONGEST, now)
    }

    fn rest(&mut self, pause: SignedDuration, now: Timestamp) -> Timestamp {
        let next = now.checked_add(pause).unwrap_or(Timestamp::MAX);
        self.not_before = Some(next);
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_quarter_of_an_hour_and_start_anew_after_a_success() {
        let now = Timestamp::UNIX_EPOCH;
        let mut pace = Pace::default();
        let pauses: Vec<_> = (0..40)
            .map(|_| pace.failed(now).duration_since(now).as_secs())
            .collect();
        assert_eq!(pauses[..4], [5, 10, 20, 40]);
        assert_eq!(pauses[39], 900);
        pace.worked();
        assert_eq!(pace.failed(now).duration_since(now), FIRST);
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_prolong_a_pause() {
        let now = Timestamp::UNIX_EPOCH;
        let mut pace = Pace::default();
        pace.failed(now);
        assert!(!pace.is_due(now));
        assert!(pace.is_due(now - SignedDuration::from_hours(24)));
    }
}
