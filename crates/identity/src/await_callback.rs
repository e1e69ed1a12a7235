//! The wait for one callback: whoever of agent and listener sees it first, under a deadline and a cancellation.

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

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
    let callback = tokio::select! {
        biased;
        callback = listener.next() => callback,
        event = agent.next() => match event {
            AgentEvent::Callback(callback) => callback,
            AgentEvent::ClosedByPerson => return CallbackOutcome::ClosedByPerson,
            AgentEvent::TlsRefused => return CallbackOutcome::TlsRefused,
            AgentEvent::NavigationRefused { host } => {
                return CallbackOutcome::NavigationRefused { host };
            }
            AgentEvent::Failed => return CallbackOutcome::AgentFailed,
        },
        () = cancel.cancelled() => return CallbackOutcome::Cancelled,
        () = tokio::time::sleep_until(deadline) => return CallbackOutcome::TimedOut,
    };
    match pending.receive(&callback) {
        Ok(code) => CallbackOutcome::Code(code),
        Err(declined) => CallbackOutcome::Declined(declined),
    }
}
