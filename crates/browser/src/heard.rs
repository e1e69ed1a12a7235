//! What happened in a browser and was not heard yet: bounded whatever a page does, and nothing that ends a wait is lost.
//!
//! Of each kind one waits, in the order of their coming. Another of a kind that waits already says nothing new: whoever
//! hears the first stops waiting. Hosts that were refused are told apart, and the warden reports only so many of them.

use std::collections::VecDeque;
use std::mem::discriminant;
use std::sync::{Mutex, MutexGuard, PoisonError};

use identity::AgentEvent;
use tokio::sync::Notify;

/// The events that wait. One listens at a time.
#[derive(Default)]
pub(crate) struct Unheard {
    waiting: Mutex<VecDeque<AgentEvent>>,
    came: Notify,
}

impl Unheard {
    /// Adds an event, unless it says nothing new.
    pub(crate) fn tell(&self, event: AgentEvent) {
        let mut waiting = self.waiting();
        if !waiting.iter().any(|other| says_the_same(other, &event)) {
            waiting.push_back(event);
            self.came.notify_one();
        }
    }

    /// The next event. Cancel-safe: nothing is taken before it is given back.
    pub(crate) async fn next(&self) -> AgentEvent {
        loop {
            let came = self.came.notified();
            if let Some(event) = self.waiting().pop_front() {
                return event;
            }
            came.await;
        }
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<AgentEvent>> {
        // Each change is whole before the lock is given back.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn says_the_same(one: &AgentEvent, other: &AgentEvent) -> bool {
    match (one, other) {
        (
            AgentEvent::NavigationRefused { host: one },
            AgentEvent::NavigationRefused { host: other },
        ) => one == other,
        _ => discriminant(one) == discriminant(other),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use url::Url;

    fn callback(number: usize) -> AgentEvent {
        AgentEvent::Callback(Url::parse(&format!("http://127.0.0.1:9/callback?{number}")).unwrap())
    }

    #[tokio::test]
    async fn a_page_that_floods_us_hides_nothing_that_ends_the_wait() {
        let unheard = Unheard::default();
        for number in 0..10_000 {
            unheard.tell(callback(number));
        }
        for event in [
            AgentEvent::TlsRefused,
            AgentEvent::ClosedByPerson,
            AgentEvent::Failed,
        ] {
            unheard.tell(event.clone());
            unheard.tell(event);
        }

        assert_eq!(unheard.waiting().len(), 4, "one of each kind");
        assert_eq!(
            unheard.next().await,
            callback(0),
            "the first is what counts"
        );
        assert_eq!(unheard.next().await, AgentEvent::TlsRefused);
        assert_eq!(unheard.next().await, AgentEvent::ClosedByPerson);
        assert_eq!(unheard.next().await, AgentEvent::Failed);
    }

    #[tokio::test]
    async fn what_was_heard_can_happen_again() {
        let unheard = Unheard::default();
        unheard.tell(callback(1));
        assert_eq!(unheard.next().await, callback(1));
        unheard.tell(callback(2));
        assert_eq!(unheard.next().await, callback(2));
    }

    #[tokio::test]
    async fn refused_hosts_are_told_apart() {
        let unheard = Unheard::default();
        let refused = |host: &str| AgentEvent::NavigationRefused {
            host: host.to_owned(),
        };
        for host in [
            "https://a.example",
            "https://b.example",
            "https://a.example",
        ] {
            unheard.tell(refused(host));
        }
        assert_eq!(unheard.next().await, refused("https://a.example"));
        assert_eq!(unheard.next().await, refused("https://b.example"));
        assert!(unheard.waiting().is_empty());
    }

    #[tokio::test]
    async fn who_stops_listening_takes_nothing_along() {
        let unheard = Arc::new(Unheard::default());
        let mut listening = Box::pin(unheard.next());
        assert!(
            tokio::time::timeout(std::time::Duration::ZERO, &mut listening)
                .await
                .is_err()
        );
        unheard.tell(AgentEvent::Failed);
        drop(listening);

        assert_eq!(unheard.next().await, AgentEvent::Failed);
    }
}
