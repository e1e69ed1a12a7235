//! What the application asked for, and whether the provider did it.

use audit::Event;
use ceremony::{Ending, Failure};
use identity::Refusal;
use policy::{Policy, Preflight};

use super::{Came, parameters};
use crate::probe::findings::{Finding, fail, not_reached, ok, skipped, warn};
use crate::probe::measure::Measured;
use crate::probe::offer::Offer;

/// RFC 9449.
pub(super) fn dpop(offer: &Offer, came: &Came<'_>) -> Finding {
    if matches!(came, Came::Nowhere) {
        return not_reached("dpop");
    }
    if offer.dpop_signing_alg_values_supported.is_empty() {
        return warn("dpop", "probe-dpop-warn");
    }
    let Some(parameters) = parameters(came) else {
        return not_reached("dpop");
    };
    if parameters.contains_key("dpop_jkt") {
        ok("dpop", "probe-dpop-ok")
    } else {
        warn("dpop", "probe-dpop-unused")
    }
    .with(
        "offered",
        offer.dpop_signing_alg_values_supported.join(", "),
    )
}

pub(super) fn preflight(policy: &Policy, came: &Came<'_>) -> Finding {
    if policy.signing.ambient_preflight == Preflight::Off {
        return skipped("preflight", "probe-preflight-skipped");
    }
    let Came::ToTheCeremony(attempt) = came else {
        return not_reached("preflight");
    };
    let passed = |event: &Event| matches!(event, Event::PreflightPassed);
    let open = |event: &Event| matches!(event, Event::PreflightInconclusive);
    match &attempt.ended.ending {
        Ending::AmbientSignIn => fail("preflight", "probe-preflight-fail"),
        Ending::Failed(Failure::PreflightInconclusive) => fail("preflight", "probe-preflight-open"),
        _ if attempt.trail.iter().any(passed) => ok("preflight", "probe-preflight-ok"),
        _ if attempt.trail.iter().any(open) => warn("preflight", "probe-preflight-open"),
        _ => not_reached("preflight"),
    }
}

/// Everybody has to sign in in an empty jar. There, only a provider that answers without asking gives itself away.
pub(super) fn prompt_login(came: &Came<'_>, measured: Measured) -> Finding {
    match (came.refusal(), measured.prompt_login) {
        (Some(Refusal::AuthTimeStale), _) | (_, Some(false)) => {
            fail("prompt_login", "probe-prompt-login-fail")
        }
        (_, Some(true)) => ok("prompt_login", "probe-prompt-login-ok"),
        (_, None) => skipped("prompt_login", "probe-prompt-login-skipped"),
    }
}

pub(super) fn max_age(policy: &Policy, measured: Measured) -> Finding {
    let Some(seconds) = policy.identity.max_age.seconds() else {
        return skipped("max_age", "probe-max-age-off");
    };
    match measured.max_age {
        Some(true) => ok("max_age", "probe-max-age-ok"),
        Some(false) => warn("max_age", "probe-max-age-warn"),
        None => skipped("max_age", "probe-max-age-skipped"),
    }
    .with("seconds", seconds)
}

/// OIDC Core 3.1.2.2.
pub(super) fn request_subject(policy: &Policy, came: &Came<'_>, measured: Measured) -> Finding {
    let named = policy.signing.request_subject;
    match (came.ending(), measured.request_subject) {
        (Some(Ending::SignerMismatch), _) if named => {
            fail("request_subject", "probe-request-subject-fail")
        }
        (_, Some(true)) => ok("request_subject", "probe-request-subject-ok"),
        (_, Some(false)) => warn("request_subject", "probe-request-subject-warn"),
        (_, None) if named => skipped("request_subject", "probe-request-subject-skipped"),
        (_, None) => skipped("request_subject", "probe-request-subject-off"),
    }
}
