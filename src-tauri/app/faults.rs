//! Errors as the pages show them: what happened and what to do, from the catalogue, never a cause with content in it.

use ::session::{AccessError, SignInError};
use catalogue::{Catalogue, Value};
use ceremony::{BeginError, Failure};
use records::CallError;
use transport::TransportError;

use crate::ipc::Fault;

/// The pair of texts under a code.
pub(crate) fn fault(catalogue: &Catalogue, code: &str, args: &[(&str, Value<'_>)]) -> Fault {
    let texts = catalogue.fault(code, args);
    Fault {
        code: code.replace('-', "_"),
        text: texts.text,
        remedy: texts.remedy,
        reference: None,
    }
}

/// The catalogue's code of a failed call.
pub(super) fn call(error: &CallError) -> &'static str {
    match error {
        CallError::WrongShape { .. } | CallError::TooManyPages | CallError::Request => {
            "records_malformed"
        }
        CallError::TooLarge => "records_too_large",
        CallError::Unauthorised => "session_ended",
        CallError::NotFound | CallError::NotPending => "amendment_gone",
        CallError::RecordChanged { .. } => "record_changed",
        CallError::Transport(TransportError::TlsRefused { .. }) => "records_untrusted",
        CallError::Transport(TransportError::TooLarge { .. }) => "records_too_large",
        CallError::Transport(_) | CallError::Unavailable { .. } => "records_unreachable",
        CallError::StepUp { .. }
        | CallError::Forbidden
        | CallError::ChallengeSpent
        | CallError::IdempotencyConflict
        | CallError::Step { .. }
        | CallError::Unexpected { .. } => "records_refused",
    }
}

/// Whether the records API was reached at all.
pub(super) fn is_offline(error: &CallError) -> bool {
    matches!(
        error,
        CallError::Transport(_) | CallError::Unavailable { .. }
    )
}

pub(super) fn access(error: AccessError) -> &'static str {
    match error {
        AccessError::Ended(_) => "session_ended",
        AccessError::Unreachable => "identity_provider_unreachable",
    }
}

pub(super) fn begin(error: BeginError) -> &'static str {
    match error {
        BeginError::AlreadyUnderWay => "ceremony_under_way",
        BeginError::SigningLocked => "signing_locked",
        BeginError::Closed => "session_ended",
        BeginError::NoRandomness => "no_randomness",
    }
}

/// What became of a sign-in, for the person.
pub(super) fn sign_in(catalogue: &Catalogue, error: &SignInError) -> Fault {
    match error {
        SignInError::ClockOff { ahead_s } => {
            fault(catalogue, "clock_off", &[("minutes", minutes(*ahead_s))])
        }
        SignInError::HostNotAllowed { host } => {
            fault(catalogue, "host_not_allowed", &[("host", host.into())])
        }
        other => fault(catalogue, sign_in_code(other), &[]),
    }
}

/// The stable name of a failed sign-in; a refusal has its own in the audit log.
pub(super) fn sign_in_code(error: &SignInError) -> &'static str {
    match error {
        SignInError::Cancelled => "cancelled",
        SignInError::TimedOut => "timed_out",
        SignInError::Refused(_) => "refused",
        SignInError::IdentityProviderUnreachable => "identity_provider_unreachable",
        SignInError::IdentityProviderUntrusted => "identity_provider_untrusted",
        SignInError::IdentityProviderUnusable(_) => "identity_provider_unusable",
        SignInError::IdentityProviderError(_) => "identity_provider_error",
        SignInError::NameMissing => "name_missing",
        SignInError::ClockOff { .. } => "clock_off",
        SignInError::PortsTaken => "ports_taken",
        SignInError::AgentUnavailable(identity::AgentError::NotIsolated(_)) => {
            "isolation_unavailable"
        }
        SignInError::AgentUnavailable(_) => "agent_unavailable",
        SignInError::AgentFailed => "agent_failed",
        SignInError::HostNotAllowed { .. } => "host_not_allowed",
        SignInError::NoRandomness => "no_randomness",
        SignInError::Internal => "internal",
    }
}

/// A failed ceremony, for the person.
pub(super) fn failure(catalogue: &Catalogue, failure: Failure, reference: &str) -> Fault {
    let mut told = match failure {
        Failure::ClockOff { ahead_s } => {
            fault(catalogue, "clock_off", &[("minutes", minutes(ahead_s))])
        }
        other => fault(catalogue, other.name(), &[]),
    };
    told.reference = Some(reference.to_owned());
    told
}

/// Whole minutes, and never none: it is off.
fn minutes(seconds: i64) -> Value<'static> {
    Value::Number(((seconds.abs() + 30) / 60).max(1))
}
