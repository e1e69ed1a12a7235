//! Errors as the pages show them: what happened and what to do, from the catalogue, never a cause with content in it.

use ::session::{AccessError, SignInError};
use audit::Reference;
use catalogue::{Catalogue, Value};
use ceremony::{BeginError, Failure};
use identity::Obstacle;
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
        CallError::Unauthorised | CallError::SessionRevoked { .. } => "session_ended",
        CallError::NotFound | CallError::NotPending => "amendment_gone",
        CallError::RecordChanged { .. } => "record_changed",
        CallError::Transport(TransportError::TlsRefused { .. }) => "records_untrusted",
        CallError::TooLarge | CallError::Transport(TransportError::TooLarge { .. }) => {
            "records_too_large"
        }
        CallError::Transport(_) | CallError::Unavailable { .. } | CallError::InBetween { .. } => {
            "records_unreachable"
        }
        CallError::StepUp { .. }
        | CallError::Forbidden
        | CallError::InsufficientScope
        | CallError::ChallengeSpent
        | CallError::IdempotencyConflict
        | CallError::AuditGap { .. }
        | CallError::AuditFork { .. }
        | CallError::Step { .. }
        | CallError::Unexpected { .. } => "records_refused",
    }
}

/// Whether the records API was reached at all.
pub(super) fn is_offline(error: &CallError) -> bool {
    matches!(
        error,
        CallError::Transport(_) | CallError::Unavailable { .. } | CallError::InBetween { .. }
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
pub(super) fn sign_in(
    catalogue: &Catalogue,
    error: &SignInError,
    reference: Option<Reference>,
) -> Fault {
    let args = match error {
        SignInError::ClockOff { ahead_s } => vec![("minutes", minutes(*ahead_s))],
        SignInError::HostNotAllowed { host } => vec![("host", host.into())],
        _ => Vec::new(),
    };
    let code = sign_in_code(error);
    let texts = catalogue.fault_at_sign_in(code, &args);
    Fault {
        code: code.to_owned(),
        text: texts.text,
        remedy: texts.remedy,
        reference: reference.map(|reference| reference.to_string()),
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
        SignInError::NameMissing { .. } => "name_missing",
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

/// The name for the audit log, which says more to IT than the person needs: a key of the catalogue all the same.
pub(super) fn sign_in_audit_code(error: &SignInError) -> &'static str {
    let told = sign_in_code(error);
    match error {
        SignInError::Refused(refusal) => refusal.name(),
        SignInError::IdentityProviderUnusable(error) => {
            error.obstacle().map_or(told, Obstacle::name)
        }
        _ => told,
    }
}

/// A failed ceremony, for the person.
pub(super) fn failure(catalogue: &Catalogue, failure: Failure, reference: &str) -> Fault {
    let mut told = match failure {
        Failure::ClockOff { ahead_s, .. } => {
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

#[cfg(test)]
mod tests {
    use super::*;
    use ::session::SessionEnd;
    use catalogue::Locale;

    /// Every code that the shell gives to the catalogue has its two texts, in both languages.
    #[test]
    fn every_fault_has_a_text_and_a_remedy() {
        let transport = |error| call(&CallError::Transport(error));
        let origin = String::from("https://records.example");
        let mut codes = vec![
            call(&CallError::TooManyPages),
            call(&CallError::TooLarge),
            call(&CallError::Unauthorised),
            call(&CallError::NotPending),
            call(&CallError::RecordChanged { amendment: None }),
            call(&CallError::Unavailable { status: 503 }),
            call(&CallError::Forbidden),
            transport(TransportError::TlsRefused {
                origin: origin.clone(),
            }),
            transport(TransportError::TimedOut { origin }),
            access(AccessError::Ended(SessionEnd::AbsoluteLimit)),
            access(AccessError::Unreachable),
            begin(BeginError::AlreadyUnderWay),
            begin(BeginError::SigningLocked),
            begin(BeginError::Closed),
            begin(BeginError::NoRandomness),
        ];
        codes.extend([
            "text_changed",
            "note_unusable",
            "sign_out_incomplete",
            "not_signed_in",
            "internal",
            "cannot_save",
            "no_display",
            "no_webview",
            "agent_unavailable",
            "browser_missing",
            "isolation_unavailable",
            "audit_unusable",
            "audit_forbidden",
            "vault_unusable",
            "outbox_unwritable",
            "outbox_unreadable",
            "evidence_gone",
            "signature_waits",
            "policy_unreadable",
            "policy_not_https",
            "cancelled",
            "timed_out",
            "refused",
            "clock_off",
            "ports_taken",
            "agent_failed",
            "host_not_allowed",
            "name_missing",
            "identity_provider_error",
            "identity_provider_unusable",
            "identity_provider_untrusted",
        ]);
        for locale in Locale::ALL {
            let catalogue = Catalogue::new(locale);
            for code in &codes {
                for prefix in ["err", "rec"] {
                    let key = format!("{prefix}-{}", code.replace('_', "-"));
                    assert!(catalogue.has(&key), "{key} in {}", locale.tag());
                }
            }
        }
    }

    #[test]
    fn a_clock_that_is_off_is_told_in_whole_minutes_and_never_in_none() {
        assert_eq!(minutes(600), Value::Number(10));
        assert_eq!(minutes(-630), Value::Number(11));
        assert_eq!(minutes(5), Value::Number(1));
    }
}
