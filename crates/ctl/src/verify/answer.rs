//! The verdict on one file for scripts. Members are added, never renamed or removed.

use std::path::Path;

use evidence::id_token::Claims;
use evidence::{Bundle, Reason, Receipt, Report, Statement, Step, VerifiedEvidence};
use jiff::Timestamp;
use serde::Serialize;

use super::{Partly, Verdict};

#[derive(Serialize)]
pub struct Answer<'a> {
    file: String,
    /// `valid`, `invalid` or `unchecked`.
    result: &'static str,
    /// The step that does not hold, or that could not be decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<Step>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence_sha256: Option<&'a str>,
    /// What is proven. Absent unless the evidence is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<Signature<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<&'a Report>,
}

/// What a signature says.
#[derive(Serialize)]
struct Signature<'a> {
    statement: &'a Statement,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<&'a Receipt>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shown: Option<&'a str>,
    authenticated: Authenticated<'a>,
    /// When an authority saw the receipt, where it is time-stamped.
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamped_at: Option<Timestamp>,
}

/// When and how the signer authenticated, as the identity provider says.
#[derive(Serialize)]
struct Authenticated<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<&'a str>,
    amr: Vec<&'a str>,
}

impl<'a> Answer<'a> {
    pub fn new(file: &Path, verdict: &'a Verdict) -> Self {
        let nothing = Self {
            file: file.display().to_string(),
            result: "unchecked",
            step: None,
            reason: None,
            detail: None,
            evidence_sha256: None,
            signature: None,
            steps: None,
        };
        match verdict {
            Verdict::Valid(evidence) => Self {
                result: "valid",
                evidence_sha256: Some(evidence.sha256()),
                signature: Some(Signature::of(evidence)),
                steps: Some(evidence.report()),
                ..nothing
            },
            Verdict::Invalid { failure, .. } => Self {
                result: "invalid",
                step: Some(failure.step),
                reason: Some(failure.reason),
                steps: Some(&failure.report),
                ..nothing
            },
            Verdict::Partly(partly) => Self {
                step: partly.undecided.map(|_| Step::IdToken),
                reason: partly.undecided,
                detail: Some(partly.detail()),
                steps: Some(&partly.report),
                ..nothing
            },
            Verdict::Unchecked(detail) => Self {
                detail: Some(detail),
                ..nothing
            },
        }
    }
}

impl<'a> Signature<'a> {
    fn of(evidence: &'a VerifiedEvidence) -> Self {
        Self {
            statement: evidence.statement(),
            receipt: evidence.receipt(),
            shown: shown(evidence.bundle()),
            authenticated: Authenticated::of(evidence.claims()),
            timestamped_at: evidence.timestamped_at(),
        }
    }
}

fn shown(bundle: &Bundle) -> Option<&str> {
    let octets = bundle.presentation().octets.as_deref()?;
    std::str::from_utf8(octets).ok()
}

impl<'a> Authenticated<'a> {
    fn of(claims: &'a Claims) -> Self {
        let at = claims.seconds("auth_time");
        Self {
            at: at.and_then(|at| Timestamp::from_second(at).ok()),
            acr: claims.acr(),
            amr: claims.amr(),
        }
    }
}

impl Partly {
    fn detail(&self) -> &'static str {
        match self.undecided {
            None => "only the identity provider's keys of today were at hand",
            Some(_) => "the identity provider's keys of today do not decide it",
        }
    }
}
