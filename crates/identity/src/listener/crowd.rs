//! Who may still say what they want: a bound on silent connections that never keeps a new one out.
//!
//! A browser sends its request along with its connection. Somebody who wants to block the callback sends nothing, or
//! very little at a time. So nobody waits for a place: when too many are listened to, the one that has been listened to
//! for longest loses its place. A request that is already here is read before its place can be lost.

use std::collections::VecDeque;

use tokio::sync::oneshot;

/// Connections that are listened to at a time: far below the number of files that any system lets a program open.
const PLACES: usize = 64;

/// The connections that are listened to, longest first.
#[derive(Default)]
pub(super) struct Crowd {
    places: VecDeque<oneshot::Sender<Never>>,
}

/// Nothing is ever sent: what counts is that the sender goes.
enum Never {}

/// A place among those that are listened to. It is free again when this is dropped.
pub(super) struct Place(oneshot::Receiver<Never>);

impl Crowd {
    /// A place for a new connection, if need be that of the one that has had its place for longest.
    pub(super) fn join(&mut self) -> Place {
        self.places.retain(|place| !place.is_closed());
        while self.places.len() >= PLACES {
            self.places.pop_front();
        }
        let (place, held) = oneshot::channel();
        self.places.push_back(place);
        Place(held)
    }
}

impl Place {
    /// Resolves when somebody newer has taken the place.
    pub(super) async fn lost(self) {
        match self.0.await {
            Ok(never) => match never {},
            Err(_gone) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Crowd, PLACES};

    #[tokio::test]
    async fn the_oldest_goes_when_there_is_no_place_left() {
        let mut crowd = Crowd::default();
        let mut oldest = Box::pin(crowd.join().lost());
        let places: Vec<_> = (1..PLACES).map(|_| crowd.join()).collect();
        let patience = Duration::from_millis(20);
        assert!(tokio::time::timeout(patience, &mut oldest).await.is_err());

        let newest = crowd.join();

        oldest.await;
        for place in places.into_iter().chain([newest]) {
            assert!(
                tokio::time::timeout(Duration::ZERO, place.lost())
                    .await
                    .is_err()
            );
        }
    }

    #[tokio::test]
    async fn a_place_that_was_given_up_costs_nobody_theirs() {
        let mut crowd = Crowd::default();
        let patient = crowd.join();
        for _ in 0..3 * PLACES {
            drop(crowd.join());
        }
        let still_there = tokio::time::timeout(Duration::from_millis(20), patient.lost());
        assert!(still_there.await.is_err());
    }
}
