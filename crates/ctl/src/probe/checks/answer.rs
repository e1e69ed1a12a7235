//! What the provider answered: who, when, how and for whom, in the authorization response and in the ID token.

use catalogue::Catalogue;
use ceremony::Ending;
use identity::Refusal;
use policy::Policy;

use super::{Came, refused};
use crate::probe::findings::{Finding, fail, not_reached, ok, skipped, warn};

/// RFC 9207.
pub(super) fn iss(came: &Came<'_>, texts: &Catalogue) -> Finding {
    if let Some(refusal @ (Refusal::ResponseIssuerMissing | Refusal::ResponseIssuerMismatch)) =
        came.refusal()
    {
        return refused("iss", refusal, texts);
    }
    let Some(evidence) = came.evidence() else {
        return not_reached("iss");
    };
    match evidence.bundle().authorization().callback_iss {
        Some(_) => ok("iss", "probe-iss-ok"),
        None => warn("iss", "probe-iss-warn"),
    }
}

pub(super) fn callback(came: &Came<'_>, texts: &Catalogue) -> Finding {
    match came.refusal() {
        Some(refusal @ (Refusal::StateMismatch | Refusal::CallbackMalformed)) => {
            refused("callback", refusal, texts)
        }
        Some(_) => ok("callback", "probe-callback-ok"),
        None if came.token_passed() => ok("callback", "probe-callback-ok"),
        None => not_reached("callback"),
    }
}

/// Every row of the table of refusals.
pub(super) fn id_token(came: &Came<'_>, texts: &Catalogue) -> Finding {
    match came.refusal() {
        Some(
            Refusal::StateMismatch
            | Refusal::CallbackMalformed
            | Refusal::ResponseIssuerMissing
            | Refusal::ResponseIssuerMismatch,
        ) => not_reached("id_token"),
        Some(refusal) => refused("id_token", refusal, texts),
        None if came.token_passed() => {
            ok("id_token", "probe-id-token-ok").with("count", Refusal::ALL.len())
        }
        None => not_reached("id_token"),
    }
}

pub(super) fn auth_time(came: &Came<'_>, texts: &Catalogue) -> Finding {
    if let Some(
        refusal @ (Refusal::AuthTimeMissing | Refusal::AuthTimeStale | Refusal::AuthTimeFuture),
    ) = came.refusal()
    {
        return refused("auth_time", refusal, texts);
    }
    if !came.token_passed() {
        return not_reached("auth_time");
    }
    let seconds = came.evidence().and_then(|evidence| {
        let authenticated = evidence.claims().seconds("auth_time")?;
        let issued = evidence.claims().seconds("iat")?;
        Some(issued - authenticated)
    });
    match seconds {
        Some(seconds) => ok("auth_time", "probe-auth-time-ok").with("seconds", seconds),
        None => ok("auth_time", "probe-auth-time-fresh"),
    }
}

pub(super) fn acr(policy: &Policy, came: &Came<'_>, texts: &Catalogue) -> Finding {
    let wanted = &policy.signing.acr_values;
    let said = came
        .evidence()
        .and_then(|evidence| evidence.claims().acr())
        .unwrap_or("–");
    match came.refusal() {
        Some(refusal @ Refusal::AcrUnmet) => refused("acr", refusal, texts),
        _ if came.evidence().is_none() => not_reached("acr"),
        _ if wanted.is_empty() => skipped("acr", "probe-acr-skipped").with("said", said),
        _ => ok("acr", "probe-acr-ok")
            .with("wanted", wanted.join(", "))
            .with("said", said),
    }
}

pub(super) fn amr(policy: &Policy, came: &Came<'_>, texts: &Catalogue) -> Finding {
    let wanted = &policy.signing.required_amr;
    let said = came
        .evidence()
        .map(|evidence| evidence.claims().amr().join(", "))
        .filter(|said| !said.is_empty())
        .unwrap_or_else(|| "–".to_owned());
    match came.refusal() {
        Some(refusal @ Refusal::AmrUnmet) => refused("amr", refusal, texts),
        _ if came.evidence().is_none() => not_reached("amr"),
        _ if wanted.is_empty() => skipped("amr", "probe-amr-skipped").with("said", said),
        _ => ok("amr", "probe-amr-ok")
            .with("wanted", wanted.join(", "))
            .with("said", said),
    }
}

pub(super) fn subject(came: &Came<'_>, texts: &Catalogue) -> Finding {
    match came.ending() {
        Some(Ending::SignerMismatch) => fail("subject", "probe-subject-fail"),
        Some(Ending::Recorded(_)) => ok("subject", "probe-subject-ok"),
        _ => match came.refusal() {
            Some(refusal @ (Refusal::SubjectMissing | Refusal::SubjectMismatch)) => {
                refused("subject", refusal, texts)
            }
            _ => not_reached("subject"),
        },
    }
}
