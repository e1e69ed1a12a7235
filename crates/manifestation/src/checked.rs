//! Evidence that was verified, or failed to: the verdict, the steps, and what is proven or merely claimed.

use catalogue::{Catalogue, Value};
use evidence::{
    Archive, Bundle, Report, Status, Step, VerificationFailure, VerifiedEvidence, verify,
};

use crate::Manifestation;

/// A file of evidence after verification, in a person's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Whether it holds.
    pub verdict: Verdict,
    /// What the verdict says, in one line.
    pub title: String,
    /// What it means for whoever holds the file.
    pub advice: String,
    /// All fourteen steps in order.
    pub steps: Vec<StepRow>,
    /// What the signature says: proven if the verdict is valid, otherwise a claim. None if the file cannot be read so far.
    pub says: Option<Manifestation>,
    /// SHA-256 of the evidence without its receipt, if it is valid.
    pub evidence_sha256: Option<String>,
}

/// Whether evidence holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every step passed, here or at the records API by its receipt.
    Valid,
    /// This step does not hold.
    Invalid(Step),
}

/// One step as a row of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRow {
    /// Which, with its stable name.
    pub step: Step,
    /// What it proves.
    pub text: String,
    /// How it ended.
    pub status: Status,
    /// The same in words.
    pub ended: String,
    /// The stable name of what does not hold.
    pub reason: Option<&'static str>,
}

impl Checked {
    /// Verifies evidence against an archive, offline, and puts the outcome into words.
    pub fn offline(octets: &[u8], archive: &Archive, texts: &Catalogue) -> Self {
        match verify::offline(octets, archive) {
            Ok(evidence) => Self::valid(&evidence, texts),
            Err(failure) => Self::invalid(&failure, Bundle::parse(octets).ok().as_ref(), texts),
        }
    }

    /// Evidence that was verified with its receipt, in words.
    pub fn valid(evidence: &VerifiedEvidence, texts: &Catalogue) -> Self {
        Self {
            verdict: Verdict::Valid,
            title: texts.text("verify-valid", &[("count", count(Step::ALL.len()))]),
            advice: texts.text("verify-valid-advice", &[]),
            steps: StepRow::all(evidence.report(), None, texts),
            says: Some(Manifestation::of(
                evidence.bundle(),
                evidence.receipt(),
                Some(evidence.claims()),
                texts,
            )),
            evidence_sha256: Some(evidence.sha256().to_owned()),
        }
    }

    /// Evidence that does not hold, in words, with what it claims if that can be read.
    pub fn invalid(
        failure: &VerificationFailure,
        claimed: Option<&Bundle>,
        texts: &Catalogue,
    ) -> Self {
        let step = failure.step;
        let args = [
            ("number", count(step.number())),
            ("count", count(Step::ALL.len())),
            ("step", Value::Text(step.name())),
        ];
        Self {
            verdict: Verdict::Invalid(step),
            title: texts.text("verify-invalid", &args),
            advice: texts.text(&format!("verify-broken-{}", hyphenated(step)), &[]),
            steps: StepRow::all(&failure.report, Some(failure), texts),
            says: claimed.map(|bundle| Manifestation::claimed(bundle, texts)),
            evidence_sha256: None,
        }
    }
}

impl StepRow {
    /// All fourteen in order, with the reason beside the one that failed.
    pub fn all(
        report: &Report,
        failure: Option<&VerificationFailure>,
        texts: &Catalogue,
    ) -> Vec<Self> {
        let outcomes = report.steps.iter();
        outcomes
            .map(|outcome| Self {
                step: outcome.name,
                text: texts.text(&format!("verify-step-{}", hyphenated(outcome.name)), &[]),
                status: outcome.status,
                ended: texts.text(ended(outcome.status), &[]),
                reason: failure
                    .filter(|failure| failure.step == outcome.name)
                    .map(|failure| failure.reason.name()),
            })
            .collect()
    }
}

fn ended(status: Status) -> &'static str {
    match status {
        Status::Passed => "verify-passed",
        Status::Attested => "verify-attested",
        Status::Failed => "verify-failed",
        Status::NotChecked => "verify-not-checked",
        Status::NotReached => "verify-not-run",
    }
}

fn hyphenated(step: Step) -> String {
    step.name().replace('_', "-")
}

fn count(number: usize) -> Value<'static> {
    Value::Number(i64::try_from(number).unwrap_or(i64::MAX))
}
