//! What the ports' errors mean for a ceremony. One place, so that the same fault always has the same ending.

use identity::{AgentError, Declined, IdentityError};
use records::CallError;
use transport::TransportError;

use crate::ending::{Ending, Failure};
use crate::ports::ChallengeError;

/// The identity provider, or the way to it.
pub(crate) fn of_identity(error: &IdentityError) -> Ending {
    tracing::warn!(%error, "the identity provider");
    match error {
        IdentityError::Refused(refusal) => Ending::Refused(*refusal),
        IdentityError::ClockSkew {
            measured_s,
            refusal,
        } => Ending::Failed(Failure::ClockOff {
            ahead_s: -measured_s,
            refusal: *refusal,
        }),
        IdentityError::Transport(TransportError::TlsRefused { .. }) => {
            Ending::Failed(Failure::IdentityProviderUntrusted)
        }
        IdentityError::Transport(
            TransportError::Unreachable { .. } | TransportError::TimedOut { .. },
        ) => Ending::Failed(Failure::IdentityProviderUnreachable),
        IdentityError::ProviderError { .. } => Ending::Failed(Failure::IdentityProviderError),
        IdentityError::PortsTaken { .. } => Ending::Failed(Failure::PortsTaken),
        IdentityError::NoRandomness => Ending::Failed(Failure::NoRandomness),
        other => Ending::Failed(Failure::IdentityProviderUnusable(other.obstacle())),
    }
}

/// A callback without a code.
pub(crate) fn of_declined(declined: &Declined) -> Ending {
    match declined {
        Declined::AccessDenied => Ending::Cancelled,
        Declined::Refused(refusal) => Ending::Refused(*refusal),
        Declined::LoginRequired
        | Declined::InteractionRequired
        | Declined::SignedIn
        | Declined::Other { .. } => Ending::Failed(Failure::IdentityProviderError),
    }
}

/// The window, or what stands in its place.
pub(crate) fn of_agent(error: &AgentError) -> Ending {
    tracing::warn!(%error, "the agent");
    match error {
        AgentError::Closed => Ending::Cancelled,
        AgentError::NoDisplay
        | AgentError::NotInstalled(_)
        | AgentError::NotIsolated(_)
        | AgentError::Busy => Ending::Failed(Failure::AgentUnavailable),
        AgentError::NotAllowed { .. } => Ending::Failed(Failure::IdentityProviderUnusable(None)),
        AgentError::Failed(_) => Ending::Failed(Failure::AgentFailed),
    }
}

/// There is no challenge.
pub(crate) fn of_challenge(error: &ChallengeError) -> Ending {
    tracing::warn!(%error, "the challenge");
    match error {
        ChallengeError::SessionEnded => Ending::Failed(Failure::SessionEnded),
        ChallengeError::IdentityProviderUnreachable => {
            Ending::Failed(Failure::IdentityProviderUnreachable)
        }
        ChallengeError::Call(call) => of_call(call),
    }
}

/// The records API, before or instead of a receipt.
pub(crate) fn of_call(error: &CallError) -> Ending {
    match error {
        CallError::Unauthorised | CallError::SessionRevoked { .. } => {
            Ending::Failed(Failure::SessionEnded)
        }
        CallError::RecordChanged { .. } | CallError::NotPending => Ending::RecordChanged,
        CallError::ChallengeSpent => Ending::Failed(Failure::ChallengeExpired),
        CallError::StepUp { .. } => Ending::Failed(Failure::StepUpUnmet),
        CallError::Forbidden
        | CallError::InsufficientScope
        | CallError::NotFound
        | CallError::IdempotencyConflict
        | CallError::AuditGap { .. }
        | CallError::AuditFork { .. }
        | CallError::Step { .. } => Ending::Failed(Failure::RecordsRefused),
        CallError::Unavailable { .. } | CallError::InBetween { .. } | CallError::Transport(_) => {
            Ending::Failed(Failure::RecordsUnreachable)
        }
        CallError::WrongShape { .. }
        | CallError::TooLarge
        | CallError::TooManyPages
        | CallError::Unexpected { .. }
        | CallError::Request => Ending::Failed(Failure::RecordsMalformed),
    }
}

/// The outbox notes this where the records API was not reached, or somebody else answered for it.
pub(crate) const UNREACHABLE: &str = "unreachable";

/// Why sealed evidence was not delivered, by the name under which the outbox keeps it.
pub(crate) fn of_delivery(error: &CallError) -> &'static str {
    match error {
        CallError::Transport(_) | CallError::Unavailable { .. } | CallError::InBetween { .. } => {
            UNREACHABLE
        }
        CallError::Unauthorised
        | CallError::SessionRevoked { .. }
        | CallError::StepUp { .. }
        | CallError::InsufficientScope => "not_let_in",
        CallError::RecordChanged { .. } => "record_changed",
        CallError::NotPending | CallError::NotFound => "not_pending",
        CallError::ChallengeSpent => "challenge_spent",
        CallError::Forbidden => "forbidden",
        _ => "not_accepted",
    }
}
