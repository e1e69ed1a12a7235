//! What a ceremony that is over says about the identity provider.
//!
//! Nothing is verified here. What the ceremony found is put beside the questions that IT asks; what it cannot show is
//! `skipped`, with the reason.

mod answer;
mod end;
mod request;

use std::collections::BTreeMap;

use audit::Event;
use catalogue::Catalogue;
use ceremony::{Cleanup, Ended, Ending, Failure};
use evidence::VerifiedEvidence;
use identity::Refusal;

use super::findings::{Finding, fail, skipped};
use super::measure::Measured;
use super::offer::Offer;
use super::setup::Setup;

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
        answer::iss(came, texts),
        request::dpop(offer, came),
        request::preflight(policy, came),
        answer::callback(came, texts),
        answer::id_token(came, texts),
        answer::auth_time(came, texts),
        answer::acr(policy, came, texts),
        answer::amr(policy, came, texts),
        request::prompt_login(came, measured),
        request::max_age(policy, measured),
        answer::subject(came, texts),
        request::request_subject(policy, came, measured),
        end::evidence_holds(came),
        end::revocation(came),
        end::logout(setup, came),
        end::isolation(setup, came),
        skipped("webview", "probe-webview-skipped"),
        end::whole(came, texts),
    ]
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
