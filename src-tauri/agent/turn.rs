//! Whose turn it is to have the one window.
//!
//! A screen that is locked or a session that ends in the middle of a ceremony leaves a window that is still being cleaned up
//! after, and the next person may already ask for theirs: they wait, within bounds, in the order in which they came.

use std::sync::Arc;
use std::time::Duration;

use identity::AgentError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// One turn after the other.
pub(super) struct Turns(Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }
}

impl Turns {
    /// Waits for the window before to be gone for good; whoever stops waiting never had a turn.
    pub(super) async fn take(&self, patience: Duration) -> Result<Turn, AgentError> {
        match timeout(patience, Arc::clone(&self.0).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(Turn { _permit: permit }),
            // It took too long; that somebody closed the semaphore cannot be, nobody does.
            Err(_) | Ok(Err(_)) => Err(AgentError::Busy),
        }
    }
}

/// The right to have the one window; given back when dropped.
pub(super) struct Turn {
    _permit: OwnedSemaphorePermit,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_mins(1);

    #[tokio::test]
    async fn who_comes_while_a_window_is_being_cleaned_up_after_waits_for_it() {
        let turns = Turns::default();
        let first = turns.take(LONG).await.unwrap();

        let mut next = Box::pin(turns.take(LONG));
        assert!(timeout(Duration::ZERO, &mut next).await.is_err());
        drop(first);

        assert!(next.await.is_ok());
    }

    #[tokio::test]
    async fn who_stops_waiting_stands_in_nobodys_way() {
        let turns = Turns::default();
        let first = turns.take(LONG).await.unwrap();

        assert!(timeout(Duration::ZERO, turns.take(LONG)).await.is_err());
        drop(first);

        assert!(turns.take(LONG).await.is_ok());
    }

    #[tokio::test]
    async fn a_window_that_never_goes_is_not_waited_for_for_ever() {
        let turns = Turns::default();
        let _first = turns.take(LONG).await.unwrap();

        let next = turns.take(Duration::from_millis(1)).await;

        assert!(matches!(next, Err(AgentError::Busy)));
    }
}
