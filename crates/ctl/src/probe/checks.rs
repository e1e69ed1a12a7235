//! What a ceremony that is over says about the identity provider.
//!
//! Nothing is verified here. What the ceremony found is put beside the questions that IT asks; what it cannot show is
//! `skipped`, with the reason.

use std::collections::BTreeMap;

use audit::Event;
use catalogue::Catalogue;
use ceremony::{AgentEnd, Cleanup, Ended, Ending, Failure, IdpSessionEnd, TokenEnd};
use evidence::VerifiedEvidence;
use identity::Refusal;
use policy::{Policy, Preflight};

use super::findings::{Finding, fail, not_reached, ok, skipped, warn};
use super::measure::Measured;
use super::offer::Offer;
use super::setup::{AgentChoice, Setup};

/// What came of a ceremony, as far as it came.
pub struct Attempt {
    pub ended: Ended,
    pub trail: Vec<Event>,
    /// The evidence, verified once more from its octets and an archive; or why it is not.
    pub evidence: Option<Result<Box<VerifiedEvidence>, String>>,
    pub seconds: i64,
}

impl Attempt {
    /// It failed for want of the name that the ID token says: everything before that holds.
    pub fn wants_a_name(&self) -> bool {
        failed_step(&self.trail) == Some(evidence::Step::Signer.name())
    }
}

/// How far the probe came.
pub enum Came<'a> {
    /// To a ceremony.
    ToTheCeremony(&'a Attempt),
    /// To a sign-in that was refused.
    ToARefusal(Refusal),
    /// To neither.
    Nowhere,
}

impl Came<'_> {
    fn refusal(&self) -> Option<Refusal> {
        match self {
            Self::ToARefusal(refusal) => Some(*refusal),
            Self::ToTheCeremony(attempt) => match attempt.ended.ending {
                Ending::Refused(refusal) => Some(refusal),
                _ => None,
            },
            Self::Nowhere => None,
        }
    }

    fn evidence(&self) -> Option<&VerifiedEvidence> {
        match self {
            Self::ToTheCeremony(attempt) => match &attempt.evidence {
                Some(Ok(evidence)) => Some(evidence),
                _ => None,
            },
            _ => None,
        }
    }

    fn ending(&self) -> Option<&Ending> {
        match self {
            Self::ToTheCeremony(attempt) => Some(&attempt.ended.ending),
            _ => None,
        }
    }

    /// The ID token passed every row of the table, whoever it names.
    fn token_passed(&self) -> bool {
        matches!(
            self.ending(),
            Some(Ending::Recorded(_) | Ending::SignerMismatch)
        ) || self.failed_itself()
    }

    fn failed_itself(&self) -> bool {
        matches!(
            self.ending(),
            Some(Ending::Failed(Failure::SelfCheckFailed))
        )
    }
}

/// All of these checks, in the order of the report.
pub fn of(
    setup: &Setup,
    offer: &Offer,
    came: &Came<'_>,
    measured: Measured,
    texts: &Catalogue,
) -> Vec<Finding> {
    let policy = &setup.loaded.policy;
    vec![
        iss(came, texts),
        dpop(offer, came),
        preflight(policy, came),
        callback(came, texts),
        id_token(came, texts),
        auth_time(came, texts),
        acr(policy, came, texts),
        amr(policy, came, texts),
        prompt_login(came, measured),
        max_age(policy, measured),
        subject(came, texts),
        request_subject(policy, came, measured),
        evidence_holds(came),
        revocation(came),
        logout(setup, came),
        isolation(setup, came),
        skipped("webview", "probe-webview-skipped"),
        whole(came, texts),
    ]
}

/// RFC 9207.
fn iss(came: &Came<'_>, texts: &Catalogue) -> Finding {
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

/// RFC 9449.
fn dpop(offer: &Offer, came: &Came<'_>) -> Finding {
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

fn preflight(policy: &Policy, came: &Came<'_>) -> Finding {
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

fn callback(came: &Came<'_>, texts: &Catalogue) -> Finding {
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
fn id_token(came: &Came<'_>, texts: &Catalogue) -> Finding {
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

fn auth_time(came: &Came<'_>, texts: &Catalogue) -> Finding {
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

fn acr(policy: &Policy, came: &Came<'_>, texts: &Catalogue) -> Finding {
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

fn amr(policy: &Policy, came: &Came<'_>, texts: &Catalogue) -> Finding {
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

/// Everybody has to sign in in an empty jar. There, only a provider that answers without asking gives itself away.
fn prompt_login(came: &Came<'_>, measured: Measured) -> Finding {
    match (came.refusal(), measured.prompt_login) {
        (Some(Refusal::AuthTimeStale), _) | (_, Some(false)) => {
            fail("prompt_login", "probe-prompt-login-fail")
        }
        (_, Some(true)) => ok("prompt_login", "probe-prompt-login-ok"),
        (_, None) => skipped("prompt_login", "probe-prompt-login-skipped"),
    }
}

fn max_age(policy: &Policy, measured: Measured) -> Finding {
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

fn subject(came: &Came<'_>, texts: &Catalogue) -> Finding {
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

/// OIDC Core 3.1.2.2.
fn request_subject(policy: &Policy, came: &Came<'_>, measured: Measured) -> Finding {
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

fn evidence_holds(came: &Came<'_>) -> Finding {
    let Came::ToTheCeremony(attempt) = came else {
        return not_reached("evidence");
    };
    match &attempt.evidence {
        Some(Ok(evidence)) => {
            ok("evidence", "probe-evidence-ok").with("count", evidence.report().steps.len())
        }
        Some(Err(why)) => fail("evidence", "probe-because").with("why", why),
        None => failed_step(&attempt.trail).map_or_else(
            || not_reached("evidence"),
            |step| fail("evidence", "probe-evidence-fail").with("step", step),
        ),
    }
}

fn revocation(came: &Came<'_>) -> Finding {
    let Some(cleanup) = cleanup(came) else {
        return not_reached("revocation");
    };
    let ends = [cleanup.refresh_token, cleanup.access_token];
    let any = |wanted: TokenEnd| ends.contains(&wanted);
    if any(TokenEnd::LeftToExpire) || any(TokenEnd::Unknown) {
        // The signature stands; the token lives on until it expires.
        warn("revocation", "probe-revocation-fail")
    } else if any(TokenEnd::NotOffered) {
        warn("revocation", "probe-revocation-warn")
    } else if any(TokenEnd::Revoked) || any(TokenEnd::GivenBack) {
        ok("revocation", "probe-revocation-ok")
    } else {
        not_reached("revocation")
    }
}

fn logout(setup: &Setup, came: &Came<'_>) -> Finding {
    if setup.agent == AgentChoice::Print {
        return skipped("logout", "probe-logout-print");
    }
    let Some(cleanup) = cleanup(came) else {
        return not_reached("logout");
    };
    match cleanup.idp_session {
        IdpSessionEnd::Ended => ok("logout", "probe-logout-ok"),
        IdpSessionEnd::NotAsked => skipped("logout", "probe-logout-off"),
        IdpSessionEnd::NotOffered => warn("logout", "probe-logout-none"),
        IdpSessionEnd::LeftToExpire => warn("logout", "probe-logout-warn"),
        IdpSessionEnd::None => not_reached("logout"),
    }
}

fn isolation(setup: &Setup, came: &Came<'_>) -> Finding {
    if setup.agent == AgentChoice::Print {
        return skipped("isolation", "probe-isolation-print");
    }
    match cleanup(came).map(|cleanup| &cleanup.agent) {
        Some(AgentEnd::Closed(disposal)) if disposal.is_complete() => {
            ok("isolation", "probe-isolation-ok")
        }
        Some(AgentEnd::Closed(_) | AgentEnd::Unknown) => fail("isolation", "probe-isolation-fail"),
        Some(AgentEnd::None) | None => not_reached("isolation"),
    }
}

fn whole(came: &Came<'_>, texts: &Catalogue) -> Finding {
    let Came::ToTheCeremony(attempt) = came else {
        return not_reached("ceremony");
    };
    let because = |why: String| fail("ceremony", "probe-because").own("why", why);
    match &attempt.ended.ending {
        Ending::Recorded(_) => ok("ceremony", "probe-ceremony-ok").with("seconds", attempt.seconds),
        Ending::Refused(refusal) => refused("ceremony", *refusal, texts),
        Ending::Failed(Failure::ClockOff { ahead_s }) => {
            fail("ceremony", "probe-ceremony-clock").with("seconds", ahead_s)
        }
        Ending::Failed(failure) => because(told(failure.name(), texts)),
        Ending::SignerMismatch => fail("ceremony", "probe-subject-fail"),
        Ending::AmbientSignIn => fail("ceremony", "probe-preflight-fail"),
        other => because(told(other.name(), texts)),
    }
}

fn refused(name: &'static str, refusal: Refusal, texts: &Catalogue) -> Finding {
    fail(name, "probe-because").own("why", told(refusal.name(), texts))
}

/// The stable name, what it means, and what to do.
pub fn told(code: &str, texts: &Catalogue) -> String {
    let fault = texts.fault(code, &[]);
    format!("{code}: {} {}", fault.text, fault.remedy)
}

fn cleanup<'a>(came: &'a Came<'_>) -> Option<&'a Cleanup> {
    match came {
        Came::ToTheCeremony(attempt) => Some(&attempt.ended.cleanup),
        _ => None,
    }
}

fn parameters<'a>(came: &'a Came<'_>) -> Option<&'a BTreeMap<String, String>> {
    came.evidence()
        .map(|evidence| &evidence.bundle().authorization().parameters)
}

/// The step of the ceremony's own verification that did not hold.
fn failed_step(trail: &[Event]) -> Option<&str> {
    trail.iter().find_map(|event| match event {
        Event::SignatureFailed { why, step } if why.as_str() == Failure::SelfCheckFailed.name() => {
            Some(step.as_str())
        }
        _ => None,
    })
}
