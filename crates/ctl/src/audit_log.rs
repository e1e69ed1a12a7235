//! `audit`: whether an activity log is whole, a copy of it, and what happens in it now.

mod tail;

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use audit::{Break, Filter, Follower, Group, Head, Measure, Report};
use catalogue::intent::seen;
use clap::{Args, Subcommand};
use durable::Readers;
use evidence::Bundle;
use jiff::Timestamp;
use serde_json::{Value, json};

use self::tail::Tail;
use crate::Found;
use crate::archive::read_limited;
use crate::screen::Screen;

#[derive(Subcommand)]
pub enum Audit {
    /// Looks for a truncation, a reordering or an edit in all files of a log, and says where.
    Verify {
        /// The log: the first of its files.
        path: PathBuf,
        /// An entry that left the computer earlier, as number:hash, to find a cut end or a history written anew.
        #[arg(long, value_name = "SEQ:HASH", value_parser = anchor)]
        anchor: Vec<Head>,
        /// Evidence of a signature made on the same computer: it says where the log stood. What the evidence itself is worth,
        /// `verify` says.
        #[arg(long, value_name = "FILE")]
        evidence: Vec<PathBuf>,
        /// Prints one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Writes entries to one file, line by line as they stand in the log, as far as it holds together.
    ///
    /// Without a filter, the copy is a log that can be verified itself.
    Export {
        /// The log: the first of its files.
        path: PathBuf,
        /// The file to write. It is replaced as a whole.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        #[command(flatten)]
        wanted: Wanted,
    },
    /// Prints the last entries, oldest first.
    Tail {
        /// The log: the first of its files.
        path: PathBuf,
        /// How many.
        #[arg(short = 'n', long, default_value_t = 10)]
        lines: usize,
        /// Goes on with what is written from now on, from file to file.
        #[arg(short, long)]
        follow: bool,
        #[command(flatten)]
        wanted: Wanted,
        /// Prints the lines as they stand in the log.
        #[arg(long)]
        json: bool,
    },
}

/// Which entries. Without any of these, all.
#[derive(Args)]
pub struct Wanted {
    /// Only this event, as `signature_refused`.
    #[arg(long)]
    event: Option<String>,
    /// Only events of this group: signing, session, security or system.
    #[arg(long, value_parser = group)]
    group: Vec<Group>,
    /// Only under this reference, or a part of it.
    #[arg(long)]
    reference: Option<String>,
    /// Only what this person or device did: a part of the name, or the identifier.
    #[arg(long)]
    actor: Option<String>,
    /// Nothing before this time (RFC 3339).
    #[arg(long, value_name = "TIME")]
    since: Option<Timestamp>,
    /// Nothing at this time or later (RFC 3339).
    #[arg(long, value_name = "TIME")]
    until: Option<Timestamp>,
}

impl From<Wanted> for Filter {
    fn from(wanted: Wanted) -> Self {
        Self {
            groups: wanted.group,
            event: wanted.event,
            actor: wanted.actor,
            reference: wanted.reference,
            from: wanted.since,
            until: wanted.until,
        }
    }
}

impl Audit {
    pub fn run(self, screen: &mut Screen<impl Write>) -> anyhow::Result<Found> {
        match self {
            Self::Verify {
                path,
                mut anchor,
                evidence,
                json,
            } => {
                for file in &evidence {
                    anchor.push(anchored(file)?);
                }
                let report = audit::verify_against(&path, &anchor)?;
                if json {
                    screen.json(&as_json(&report))?;
                } else {
                    print(screen, &path, &report)?;
                }
                Ok(found(&report))
            }
            Self::Export { path, out, wanted } => export(screen, &path, &out, &wanted.into()),
            Self::Tail {
                path,
                lines,
                follow,
                wanted,
                json,
            } => {
                let tail = Tail {
                    filter: wanted.into(),
                    json,
                };
                tail.run(screen, &path, lines, follow)
            }
        }
    }
}

fn found(report: &Report) -> Found {
    if report.is_complete() {
        Found::InOrder
    } else {
        Found::Wrong
    }
}

fn as_json(report: &Report) -> Value {
    let broken = report.broken.as_ref().map(|broken| {
        let fault = broken.fault.to_string();
        json!({ "segment": broken.segment, "line": broken.line, "seq": broken.seq, "fault": fault })
    });
    json!({
        "entries": report.entries,
        "segments": report.segments,
        "head": report.head,
        "complete": report.is_complete(),
        "broken": broken,
        "set_back": report.set_back,
    })
}

fn print(screen: &mut Screen<impl Write>, log: &Path, report: &Report) -> anyhow::Result<()> {
    match &report.broken {
        None => {
            let count = i64::try_from(report.entries)?;
            screen.say("chain-complete", &[("count", count.into())])?;
        }
        Some(broken) => say_broken(screen, log, broken)?,
    }
    for back in &report.set_back {
        let file = audit::file_of(log, back.segment);
        let file = seen(&file.display().to_string());
        let [line, seq, seconds] = [back.line, back.seq, back.by_s].map(|one| one.to_string());
        let args = [
            ("file", (&file).into()),
            ("line", (&line).into()),
            ("seq", (&seq).into()),
            ("seconds", (&seconds).into()),
        ];
        screen.say("ctl-audit-set-back", &args)?;
    }
    Ok(())
}

fn say_broken(screen: &mut Screen<impl Write>, log: &Path, broken: &Break) -> std::io::Result<()> {
    let file = audit::file_of(log, broken.segment);
    let file = seen(&file.display().to_string());
    let [line, seq] = [broken.line, broken.seq].map(|one| one.to_string());
    let fault = broken.fault.to_string();
    let args = [
        ("file", (&file).into()),
        ("line", (&line).into()),
        ("seq", (&seq).into()),
        ("fault", (&fault).into()),
    ];
    screen.say("ctl-audit-broken", &args)
}

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
enum ExportError {
    /// The copy would be written over the log.
    #[error("{} is a file of the log itself, or has the name of one; choose another --out", .0.display())]
    OverTheLog(PathBuf),
}

fn export(
    screen: &mut Screen<impl Write>,
    log: &Path,
    out: &Path,
    filter: &Filter,
) -> anyhow::Result<Found> {
    if audit::is_part_of(log, out)? {
        return Err(ExportError::OverTheLog(out.to_owned()).into());
    }
    let report = audit::verify(log)?;
    let mut follower = Follower::from_start(log);
    let mut copy = String::new();
    let mut count = 0_i64;
    let measure = Measure {
        through: report.head.seq,
        lines: 1_000,
        octets: usize::MAX,
    };
    while follower.head().seq < report.head.seq {
        let lines = follower.next(measure)?;
        if lines.is_empty() {
            break;
        }
        for line in lines.iter().filter(|line| filter.admits(&line.recorded)) {
            copy.push_str(&line.text);
            copy.push('\n');
            count += 1;
        }
    }
    durable::replace(out, copy.as_bytes(), Readers::Owner)?;
    let path = seen(&out.display().to_string());
    let args = [("path", (&path).into()), ("count", count.into())];
    screen.say("ctl-audit-exported", &args)?;
    if let Some(broken) = &report.broken {
        say_broken(screen, log, broken)?;
    }
    Ok(found(&report))
}

fn anchor(text: &str) -> Result<Head, String> {
    let wrong = || "expected number:hash, as in 1204:9f2c…".to_owned();
    let (seq, hash) = text.split_once(':').ok_or_else(wrong)?;
    Ok(Head {
        seq: seq.parse().map_err(|_| wrong())?,
        hash: hash.parse().map_err(|_| wrong())?,
    })
}

/// Where the log stood when that signature was asked for.
fn anchored(file: &Path) -> anyhow::Result<Head> {
    let bundle = Bundle::parse(&read_limited(file)?)
        .with_context(|| format!("{} is no evidence", file.display()))?;
    let head = bundle
        .statement()
        .client
        .audit_head
        .clone()
        .with_context(|| {
            format!(
                "{} does not say where an activity log stood",
                file.display()
            )
        })?;
    Ok(Head {
        seq: head.seq,
        // The evidence was read: its digests have their form.
        hash: head.sha256.parse()?,
    })
}

fn group(text: &str) -> Result<Group, String> {
    let named = Group::ALL.into_iter().find(|group| group.name() == text);
    named.ok_or_else(|| Group::ALL.map(Group::name).join(", "))
}
