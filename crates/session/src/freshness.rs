//! Renewal ahead of time: the access token is exchanged before anybody would have to wait for it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::session::{AccessError, Session, SessionEnd};

/// How long before its end a token is renewed; earlier in the life of one that lives briefly.
const AHEAD: SignedDuration = SignedDuration::from_secs(60);
/// How often the wall clock is looked at: the hours that a computer slept count.
const LOOK: Duration = Duration::from_secs(30);
/// No two renewals are closer than that: a provider whose tokens live for no time at all is not asked without end.
const APART: Duration = Duration::from_secs(5);
/// The pause after a first attempt in vain. It doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

impl Session {
    /// Keeps the access token fresh until the session is over, and says why it is. One of these for a session is enough;
    /// a second does no harm, for there is one renewal at a time.
    pub async fn keep_fresh(self, clock: fn() -> Timestamp) -> SessionEnd {
        tokio::select! {
            end = self.ended() => end,
            end = self.renew_ahead(clock) => end,
        }
    }

    async fn renew_ahead(&self, clock: fn() -> Timestamp) -> SessionEnd {
        let mut pause = FIRST_PAUSE;
        loop {
            let Some(end) = self.0.renewable_until().await else {
                // Nothing to renew with, or nobody knows when: it is renewed when it is refused.
                return self.ended().await;
            };
            let due = due(end, clock());
            while clock() < due {
                tokio::time::sleep(until(due, clock()).min(LOOK)).await;
            }
            // In a task of its own: a renewal that was begun is finished.
            let session = self.clone();
            let renewal =
                tokio::spawn(async move { session.0.renew_the_one_until(end, clock()).await });
            if let Ok(Err(AccessError::Ended(end))) = renewal.await {
                return end;
            }
            if self.0.renewable_until().await == Some(end) {
                // The provider is away, and the old token goes on for what it has left.
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            } else {
                pause = FIRST_PAUSE;
                tokio::time::sleep(APART).await;
            }
        }
    }
}

/// When the token that ends at `end` and is seen first at `now` is to be renewed.
fn due(end: Timestamp, now: Timestamp) -> Timestamp {
    let left = end.duration_since(now).max(SignedDuration::ZERO);
    end - AHEAD.min(left / 3)
}

fn until(due: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(due.duration_since(now)).unwrap_or_default()
}
