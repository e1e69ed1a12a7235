//! `countersignctl verify`: evidence from files, one or hundreds, checked with an archive, or as far as an identity
//! provider's keys of today allow.
//!
//! With an archive every file is valid or it is not. With `--issuer` alone no file is ever called valid: who signed may
//! hold, but that it was recorded, and when, only a receipt proves, and nothing here can judge one ([`live`]).

mod answer;
mod files;
mod lanes;
mod live;
mod print;
mod progress;

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use evidence::id_token::Claims;
use evidence::{Archive, Bundle, Reason, Report, VerificationFailure, VerifiedEvidence, verify};

use crate::Found;
use crate::archive;
use crate::screen::Screen;
use answer::Answer;
use files::Candidate;
use live::LiveIssuer;
use progress::Progress;

#[derive(Args)]
pub struct Verify {
    /// Evidence as the application saves it. A folder stands for the .json files in it.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    trust: TrustArguments,
    #[command(flatten)]
    issuer: live::IssuerArguments,
    /// Prints one JSON object for each file, on a line of its own.
    #[arg(long)]
    json: bool,
}

/// Where trust comes from: exactly one of the two.
#[derive(Args)]
#[group(required = true, multiple = false)]
struct TrustArguments {
    /// An archive, or a folder with archives: whom to trust, and the keys they had. See `archive`.
    #[arg(long, value_name = "FILE_OR_DIR")]
    archive: Option<PathBuf>,
    /// An identity provider, exactly as it names itself. Its keys of today are fetched. Without an archive a file can be
    /// found invalid, but never valid: whether and when it was recorded is proven by its receipt, which needs one.
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
}

/// Whom evidence is judged by.
enum Trust {
    Archive(Archive),
    Issuer(LiveIssuer),
}

/// What became of one file.
enum Verdict {
    Valid(Box<VerifiedEvidence>),
    Invalid {
        failure: VerificationFailure,
        claimed: Option<Box<Bundle>>,
    },
    /// Nothing speaks against it, and not everything could be looked at.
    Partly(Box<Partly>),
    Unchecked(String),
}

/// How far evidence could be followed.
struct Partly {
    bundle: Bundle,
    /// What the identity provider signed. None where its keys of today do not decide that.
    claims: Option<Claims>,
    report: Report,
    /// Why its keys of today do not decide.
    undecided: Option<Reason>,
}

impl Verify {
    pub fn run(self, screen: &mut Screen<impl Write>) -> anyhow::Result<Found> {
        let trust = self.trust.take(self.issuer)?;
        let candidates = files::candidates(&self.files, screen)?;
        let progress = Progress::over(candidates.len(), screen)?;
        let mut counts = Counts::default();
        let json = self.json;
        lanes::in_order(
            &candidates,
            |candidate| check(candidate, &trust),
            |candidate, verdict| {
                counts.add(&verdict);
                progress.past_one(|| {
                    if json {
                        screen.json(&Answer::new(&candidate.path, &verdict))
                    } else {
                        print::verdict(screen, &candidate.path, &verdict)
                    }
                })
            },
        )?;
        progress.done();
        if candidates.len() > 1 && !self.json {
            counts.print(screen)?;
        }
        Ok(counts.found())
    }
}

impl TrustArguments {
    fn take(self, arguments: live::IssuerArguments) -> anyhow::Result<Trust> {
        match (self.archive, self.issuer) {
            (Some(path), None) => Ok(Trust::Archive(archive::load(&path)?)),
            (None, Some(issuer)) => Ok(Trust::Issuer(LiveIssuer::fetch(&issuer, arguments)?)),
            // The command line is refused before it comes to this.
            _ => anyhow::bail!("exactly one of --archive and --issuer is needed"),
        }
    }
}

fn check(candidate: &Candidate, trust: &Trust) -> Verdict {
    if let Some(problem) = &candidate.problem {
        return Verdict::Unchecked(problem.clone());
    }
    let octets = match archive::read_limited(&candidate.path) {
        Ok(octets) => octets,
        Err(error) => return Verdict::Unchecked(format!("{error:#}")),
    };
    match trust {
        Trust::Archive(archive) => by_archive(&octets, archive),
        Trust::Issuer(issuer) => issuer.check(&octets),
    }
}

fn by_archive(octets: &[u8], archive: &Archive) -> Verdict {
    match verify::offline(octets, archive) {
        Ok(evidence) => Verdict::Valid(Box::new(evidence)),
        Err(failure) => Verdict::Invalid {
            failure,
            claimed: Bundle::parse(octets).ok().map(Box::new),
        },
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
            Verdict::Partly(_) | Verdict::Unchecked(_) => self.unchecked += 1,
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
