//! The wait for one callback: whoever of agent and listener sees it first, under a deadline and a cancellation.
//!
//! A page in another browser of the same computer can lead that browser to the listener, where a fixed path is known to
//! everybody. Where the agent takes the callback itself, such a request ends nothing unless it bears our state
//! (docs/adr/0003). Elsewhere the request may be the provider's answer, and a wrong state ends the wait.

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{AgentEvent, Code, Declined, Listener, OpenAgent, Pending};

/// How the wait ended.
#[derive(Debug)]
pub enum CallbackOutcome {
    /// A code came.
    Code(Code),
    /// A callback came that brought no code.
    Declined(Declined),
    /// The person closed the agent.
    ClosedByPerson,
    /// A page's certificate or TLS was not acceptable.
    TlsRefused,
    /// The provider led to a host that is not allowed.
    NavigationRefused {
        /// The host.
        host: String,
    },
    /// The agent broke down.
    AgentFailed,
    /// The ceremony or sign-in was cancelled.
    Cancelled,
    /// The deadline passed.
    TimedOut,
}

/// Waits for the answer to `pending`. A callback that was already there when the cancellation came still counts.
pub async fn await_callback(
    listener: &mut Listener,
    agent: &mut dyn OpenAgent,
    pending: &Pending,
    deadline: Instant,
    cancel: &CancellationToken,
) -> CallbackOutcome {
    loop {
        let came = tokio::select! {
            biased;
            came = next(listener, agent) => came,
            () = cancel.cancelled() => return CallbackOutcome::Cancelled,
            () = tokio::time::sleep_until(deadline) => return CallbackOutcome::TimedOut,
        };
        let (callback, may_be_a_strangers) = match came {
            Came::ToTheListener(callback) => (callback, agent.takes_callbacks()),
            Came::ToTheAgent(AgentEvent::Callback(callback)) => (callback, false),
            Came::ToTheAgent(AgentEvent::ClosedByPerson) => return CallbackOutcome::ClosedByPerson,
            Came::ToTheAgent(AgentEvent::TlsRefused) => return CallbackOutcome::TlsRefused,
            Came::ToTheAgent(AgentEvent::NavigationRefused { host }) => {
                return CallbackOutcome::NavigationRefused { host };
            }
            Came::ToTheAgent(AgentEvent::Failed) => return CallbackOutcome::AgentFailed,
        };
        if may_be_a_strangers && !pending.is_meant_by(&callback) {
            tracing::debug!("somebody else's request came to the callback");
            // Looked at here as well: strangers who keep coming must not outlast them.
            if cancel.is_cancelled() {
                return CallbackOutcome::Cancelled;
            }
            if Instant::now() >= deadline {
                return CallbackOutcome::TimedOut;
            }
            continue;
        }
        return match pending.receive(&callback) {
            Ok(code) => CallbackOutcome::Code(code),
            Err(declined) => CallbackOutcome::Declined(declined),
        };
    }
}

/// What comes first.
enum Came {
    ToTheListener(Url),
    ToTheAgent(AgentEvent),
}

/// An agent that takes callbacks itself is heard first, so that strangers who keep the listener busy cannot drown it.
async fn next(listener: &mut Listener, agent: &mut dyn OpenAgent) -> Came {
    if agent.takes_callbacks() {
        tokio::select! {
            biased;
            event = agent.next() => Came::ToTheAgent(event),
            callback = listener.next() => Came::ToTheListener(callback),
        }
    } else {
        tokio::select! {
            biased;
            callback = listener.next() => Came::ToTheListener(callback),
            event = agent.next() => Came::ToTheAgent(event),
        }
    }
}
