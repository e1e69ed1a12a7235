//! `verify`: evidence from a file, checked with nothing but an archive.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use evidence::{
    Archive, Bundle, Reason, Report, Status, Step, VerificationFailure, VerifiedEvidence, verify,
};
use serde::Serialize;

use crate::Found;
use crate::archive;
use crate::manifestation::{self, Signature};
use crate::screen::Screen;

#[derive(Args)]
pub struct Verify {
    /// Evidence as the application saves it.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// An archive, or a folder with archives: whom to trust, and the keys they had. See `archive`.
    #[arg(long, value_name = "FILE_OR_DIR")]
    archive: PathBuf,
    /// Prints one JSON object for each file, on a line of its own.
    #[arg(long)]
    json: bool,
}

/// What became of one file.
enum Verdict {
    Valid(Box<VerifiedEvidence>),
    Invalid {
        failure: VerificationFailure,
        claimed: Option<Box<Bundle>>,
    },
    Unchecked(String),
}

impl Verify {
    pub fn run(self, screen: &mut Screen<impl Write>) -> anyhow::Result<Found> {
        let archive = archive::load(&self.archive)?;
        let mut counts = Counts::default();
        for file in &self.files {
            let verdict = check(file, &archive);
            counts.add(&verdict);
            if self.json {
                screen.json(&Answer::new(file, &verdict))?;
            } else {
                print(screen, file, &verdict)?;
            }
        }
        if self.files.len() > 1 && !self.json {
            counts.print(screen)?;
        }
        Ok(counts.found())
    }
}

fn check(file: &Path, archive: &Archive) -> Verdict {
    let octets = match archive::read_limited(file) {
        Ok(octets) => octets,
        Err(error) => return Verdict::Unchecked(format!("{error:#}")),
    };
    match verify::offline(&octets, archive) {
        Ok(evidence) => Verdict::Valid(Box::new(evidence)),
        Err(failure) => Verdict::Invalid {
            failure,
            claimed: Bundle::parse(&octets).ok().map(Box::new),
        },
    }
}

fn print(screen: &mut Screen<impl Write>, file: &Path, verdict: &Verdict) -> anyhow::Result<()> {
    screen.field("ctl-file", &file.display().to_string())?;
    match verdict {
        Verdict::Valid(evidence) => {
            screen.say(
                "verify-valid",
                &[("count", i64::try_from(Step::ALL.len())?.into())],
            )?;
            manifestation::print(
                screen,
                &Signature::of(evidence.bundle(), evidence.receipt()),
            )?;
            screen.own_field("ctl-evidence", evidence.sha256())?;
            steps(screen, evidence.report())?;
        }
        Verdict::Invalid { failure, claimed } => {
            let step = step_text(screen, failure.step);
            let (number, count) = (
                i64::try_from(failure.step.number())?,
                i64::try_from(Step::ALL.len())?,
            );
            let args = [
                ("number", number.into()),
                ("count", count.into()),
                ("step", (&step).into()),
            ];
            screen.say("verify-invalid", &args)?;
            screen.own_field(
                "ctl-reason",
                &format!("{}: {}", failure.step, failure.reason),
            )?;
            if let Some(bundle) = claimed {
                screen.say("verify-claims", &[])?;
                manifestation::print(screen, &Signature::of(bundle, None))?;
            }
            steps(screen, &failure.report)?;
        }
        Verdict::Unchecked(detail) => screen.field("ctl-unchecked", detail)?,
    }
    Ok(screen.line("")?)
}

fn steps(screen: &mut Screen<impl Write>, report: &Report) -> std::io::Result<()> {
    for outcome in &report.steps {
        let status = screen.text(status_key(outcome.status), &[]);
        let text = step_text(screen, outcome.name);
        screen.line(&format!(
            "  {:>2} {:<15} {text}: {status}",
            outcome.name.number(),
            outcome.name
        ))?;
    }
    Ok(())
}

fn step_text(screen: &Screen<impl Write>, step: Step) -> String {
    screen.text(
        &format!("verify-step-{}", step.name().replace('_', "-")),
        &[],
    )
}

fn status_key(status: Status) -> &'static str {
    match status {
        Status::Passed => "verify-passed",
        Status::Attested => "ctl-attested",
        Status::Failed => "verify-failed",
        Status::NotChecked => "verify-not-checked",
        Status::NotReached => "verify-not-run",
    }
}

#[derive(Default)]
struct Counts {
    valid: i64,
    invalid: i64,
    unchecked: i64,
}

impl Counts {
    fn add(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Valid(_) => self.valid += 1,
            Verdict::Invalid { .. } => self.invalid += 1,
            Verdict::Unchecked(_) => self.unchecked += 1,
        }
    }

    fn print(&self, screen: &mut Screen<impl Write>) -> std::io::Result<()> {
        let args = [
            ("valid", self.valid.into()),
            ("invalid", self.invalid.into()),
            ("unchecked", self.unchecked.into()),
        ];
        screen.say("ctl-summary", &args)
    }

    /// One that is not valid outweighs one that could not be looked at.
    fn found(&self) -> Found {
        match (self.invalid, self.unchecked) {
            (1.., _) => Found::Wrong,
            (_, 1..) => Found::Unchecked,
            _ => Found::InOrder,
        }
    }
}

/// The verdict for scripts.
#[derive(Serialize)]
struct Answer<'a> {
    file: String,
    result: &'static str,
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

impl<'a> Answer<'a> {
    fn new(file: &Path, verdict: &'a Verdict) -> Self {
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
                signature: Some(Signature::of(evidence.bundle(), evidence.receipt())),
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
            Verdict::Unchecked(detail) => Self {
                detail: Some(detail),
                ..nothing
            },
        }
    }
}
