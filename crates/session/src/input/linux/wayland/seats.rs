//! What follows from the pauses that a compositor tells of: how long nothing was touched. It is told when each was heard
//! of, and asks nobody.
//!
//! A compositor is silent while somebody goes on without a pause. It is silent too while a program holds idleness up
//! (version 1 of the protocol), a mouse trembles on its own, or a notification of it does not work. People pause. So
//! silence is taken for a person only for a while; after that nobody can say, until the next time that a pause ends.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// The pause that compositors are asked to tell of. Shorter than the time between two looks: whoever still goes on has
/// then touched something since the last one.
pub(super) const PAUSE: Duration = Duration::from_millis(500);
/// Nobody goes on for longer without such a pause.
const RESTLESS: Duration = Duration::from_secs(30);

/// Every seat, by the compositor's number for it. One person's input at any of them is input to the computer.
#[derive(Debug, Default)]
pub(super) struct Seats(HashMap<u32, Seat>);

#[derive(Clone, Copy, Debug)]
enum Seat {
    /// Somebody goes on, since a pause ended or the seat came.
    Active { since: Instant },
    /// Nobody does, since something was touched last.
    Paused { touched: Instant },
}

impl Seats {
    /// A seat came, or something was touched after a pause.
    pub(super) fn active(&mut self, seat: u32, at: Instant) {
        self.0.insert(seat, Seat::Active { since: at });
    }

    /// Nothing was touched for [`PAUSE`].
    pub(super) fn paused(&mut self, seat: u32, at: Instant) {
        if let Some(seat) = self.0.get_mut(&seat) {
            *seat = seat.paused(at);
        }
    }

    /// A seat was taken away.
    pub(super) fn gone(&mut self, seat: u32) {
        self.0.remove(&seat);
    }

    /// How long nothing was touched at any of them; while somebody goes on, at most how long that can be.
    pub(super) fn idle(&self, now: Instant) -> Option<Duration> {
        let idle = self.0.values().filter_map(|seat| seat.idle(now));
        idle.min()
    }
}

impl Seat {
    fn paused(self, at: Instant) -> Self {
        let Self::Active { since } = self else {
            return self;
        };
        let touched = if at.saturating_duration_since(since) > RESTLESS {
            // The end of what was no person's doing, as far as anybody knows.
            since
        } else {
            at.checked_sub(PAUSE).map_or(since, |last| last.max(since))
        };
        Self::Paused { touched }
    }

    fn idle(self, now: Instant) -> Option<Duration> {
        match self {
            Self::Paused { touched } => Some(now.saturating_duration_since(touched)),
            Self::Active { since } => {
                let active = now.saturating_duration_since(since);
                (active <= RESTLESS).then(|| active.min(PAUSE))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: u32 = 1;
    const OTHER: u32 = 2;

    fn seconds(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    /// A seat that came at the moment that is returned.
    fn begin() -> (Seats, Instant) {
        let start = Instant::now();
        let mut seats = Seats::default();
        seats.active(ONE, start);
        (seats, start)
    }

    #[test]
    fn a_pause_began_with_the_last_touch() {
        let (mut seats, start) = begin();
        seats.paused(ONE, start + seconds(4.0));
        assert_eq!(seats.idle(start + seconds(4.0)), Some(PAUSE));
        assert_eq!(seats.idle(start + seconds(60.0)), Some(seconds(56.5)));
    }

    #[test]
    fn a_single_touch_is_as_old_as_it_is_although_its_pause_is_told_early() {
        let (mut seats, start) = begin();
        seats.paused(ONE, start + PAUSE);
        let touch = start + seconds(9.0);
        seats.active(ONE, touch);
        assert_eq!(seats.idle(touch), Some(Duration::ZERO));
        seats.paused(ONE, touch + seconds(0.45));
        assert_eq!(seats.idle(touch + seconds(0.45)), Some(seconds(0.45)));
    }

    #[test]
    fn who_goes_on_touched_something_no_longer_ago_than_a_pause() {
        let (seats, start) = begin();
        assert_eq!(seats.idle(start + seconds(0.2)), Some(seconds(0.2)));
        assert_eq!(seats.idle(start + seconds(20.0)), Some(PAUSE));
    }

    #[test]
    fn what_never_pauses_is_not_taken_for_a_person() {
        let (mut seats, start) = begin();
        assert_eq!(seats.idle(start + seconds(30.1)), None);
        seats.paused(ONE, start + seconds(600.0));
        let idle = seats.idle(start + seconds(600.0));
        assert_eq!(idle, Some(seconds(600.0)), "its end is no touch");
        seats.active(ONE, start + seconds(700.0));
        assert_eq!(seats.idle(start + seconds(701.0)), Some(PAUSE));
    }

    #[test]
    fn a_pause_that_is_told_twice_begins_no_later_for_it() {
        let (mut seats, start) = begin();
        seats.paused(ONE, start + PAUSE);
        seats.paused(ONE, start + seconds(50.0));
        assert_eq!(seats.idle(start + seconds(60.0)), Some(seconds(60.0)));
    }

    #[test]
    fn the_seat_that_was_touched_last_counts_until_it_is_gone() {
        let (mut seats, start) = begin();
        seats.active(OTHER, start);
        seats.paused(ONE, start + seconds(5.0));
        seats.paused(OTHER, start + seconds(15.0));
        assert_eq!(seats.idle(start + seconds(20.0)), Some(seconds(5.5)));
        seats.gone(OTHER);
        assert_eq!(seats.idle(start + seconds(20.0)), Some(seconds(15.5)));
        seats.gone(ONE);
        assert_eq!(seats.idle(start + seconds(20.0)), None);
    }

    #[test]
    fn a_seat_that_nobody_spoke_of_counts_for_nothing() {
        let mut seats = Seats::default();
        seats.paused(ONE, Instant::now());
        assert_eq!(seats.idle(Instant::now()), None);
    }
}
