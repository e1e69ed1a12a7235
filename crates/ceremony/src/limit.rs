//! The time limit of one ceremony, by two clocks.
//!
//! The monotonic clock cannot be set back by anyone; the wall clock goes on while the machine sleeps. Whichever reaches
//! the end first ends the ceremony.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use crate::ports::Clock;

/// How often the wall clock is looked at: a woken machine notices this soon that time ran out.
const GLANCE: Duration = Duration::from_millis(500);

/// The end of a ceremony's time.
#[derive(Clone)]
pub(crate) struct Limit {
    monotonic: Instant,
    wall: Timestamp,
    clock: Arc<dyn Clock>,
}

impl Limit {
    /// Starts the clocks.
    pub(crate) fn start(length: Duration, clock: Arc<dyn Clock>) -> Self {
        let now = clock.now();
        Self {
            monotonic: Instant::now() + length,
            wall: later(now, length),
            clock,
        }
    }

    /// The same start, ending sooner when `length` from now comes first.
    pub(crate) fn no_longer_than(&self, length: Duration) -> Self {
        let fresh = Self::start(length, Arc::clone(&self.clock));
        Self {
            monotonic: self.monotonic.min(fresh.monotonic),
            wall: self.wall.min(fresh.wall),
            clock: Arc::clone(&self.clock),
        }
    }

    /// When the time is over, as the person reads it.
    pub(crate) fn ends_at(&self) -> Timestamp {
        self.wall
    }

    /// Resolves when the time is over. Cancel-safe.
    pub(crate) async fn passed(&self) {
        while Instant::now() < self.monotonic && self.clock.now() < self.wall {
            let left = self.monotonic - Instant::now();
            tokio::time::sleep(left.min(GLANCE)).await;
        }
    }
}

fn later(from: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by)
        .ok()
        .and_then(|by| from.checked_add(by).ok())
        .unwrap_or(Timestamp::MAX)
}
