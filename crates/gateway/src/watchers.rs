//! Who waits to be told that a session is over, and who tells them.
//!
//! Ends are read from the store, in their order, by one task: at once when this gateway ended a session, and twice a second
//! while anybody listens, for what other processes on the same store ended. Whether a session is over is decided by
//! the store alone. A listener that is not reached, or not there, is told when it comes back, or by the refusal of its next call.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use records::wire::SessionId;
use tokio::sync::{Notify, oneshot};
use tokio_util::sync::CancellationToken;

use crate::store::{Ended, Store, StoreError, blocking};

/// How often the store is asked for what others ended. A client is to hear of it within a second.
const BETWEEN_LOOKS: Duration = Duration::from_millis(500);

/// Everybody who listens. One for each session: a newer one takes the older one's place.
#[derive(Default)]
pub struct Watchers {
    listening: Mutex<Places>,
    wake: Notify,
}

#[derive(Default)]
struct Places {
    by_session: HashMap<SessionId, Place>,
    next: u64,
}

struct Place {
    number: u64,
    tell: oneshot::Sender<Ended>,
}

/// A place among those who listen. Given up when it is dropped.
pub struct Listening {
    watchers: Arc<Watchers>,
    session: SessionId,
    number: u64,
    told: oneshot::Receiver<Ended>,
}

impl Watchers {
    /// Takes a place. What ends from now on is told; what ended before has to be looked up afterwards.
    pub fn listen(self: &Arc<Self>, session: &SessionId) -> Listening {
        let (tell, told) = oneshot::channel();
        let mut places = self.places();
        places.next += 1;
        let number = places.next;
        let place = Place { number, tell };
        places.by_session.insert(session.clone(), place);
        drop(places);
        self.wake.notify_one();
        Listening {
            watchers: Arc::clone(self),
            session: session.clone(),
            number,
            told,
        }
    }

    /// How many listen.
    pub fn count(&self) -> usize {
        self.places().by_session.len()
    }

    /// Has the store looked at now.
    pub fn look(&self) {
        self.wake.notify_one();
    }

    /// Tells of all ends after that one, until it is stopped.
    pub async fn run(self: Arc<Self>, store: Store, mut told: u64, stop: CancellationToken) {
        loop {
            match self.tell(&store, told).await {
                Ok(up_to) => told = up_to,
                Err(error) => {
                    // The next look makes up for it.
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(error, "ended sessions cannot be read");
                }
            }
            let next_look = async {
                if self.count() == 0 {
                    self.wake.notified().await;
                } else {
                    // Nothing is lost when the time is over first: a notice is kept.
                    let _ = tokio::time::timeout(BETWEEN_LOOKS, self.wake.notified()).await;
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = next_look => {}
            }
        }
    }

    /// Tells what ended since, and says up to where.
    async fn tell(&self, store: &Store, since: u64) -> Result<u64, StoreError> {
        let store = store.clone();
        let mut up_to = since;
        for end in blocking(move || store.ends_after(since)).await? {
            up_to = end.seq;
            let place = self.places().by_session.remove(&end.told.session);
            if let Some(place) = place {
                // Whoever is gone has given up the place already, or is about to.
                let _ = place.tell.send(end);
            }
        }
        Ok(up_to)
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        self.listening
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listening {
    /// The end of the session; nothing when another listener took this place.
    pub async fn end(&mut self) -> Option<Ended> {
        (&mut self.told).await.ok()
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let mut places = self.watchers.places();
        let is_ours = |place: &Place| place.number == self.number;
        if places.by_session.get(&self.session).is_some_and(is_ours) {
            places.by_session.remove(&self.session);
        }
    }
}
