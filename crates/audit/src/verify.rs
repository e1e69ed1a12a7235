//! Whether a log is whole, and if not, from where on.

use std::fmt;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

use crate::chain::{Head, Mismatch, Recorded};
use crate::error::AuditError;

/// No entry is longer; a longer line is not read to its end.
const MAX_LINE: u64 = 64 * 1024;

/// What a look at the whole log found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Entries that hold together, from the first.
    pub entries: u64,
    /// The last of them.
    pub head: Head,
    /// Where they end, if not at the end of the file.
    pub broken: Option<Break>,
}

impl Report {
    /// Whether every octet of the file is accounted for.
    pub fn is_complete(&self) -> bool {
        self.broken.is_none()
    }
}

/// Where a log stops to hold together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
    /// The line, counted from one.
    pub line: u64,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Its content was changed.
    Changed,
    /// Entries before it are missing, doubled or in another order.
    OutOfOrder {
        /// The number that should stand here.
        expected: u64,
        /// The number that does.
        found: u64,
    },
    /// It belongs to another history.
    Detached,
    /// It has no end: a write was interrupted, or the file was cut.
    Incomplete,
    /// The log ends before an entry that was anchored elsewhere.
    CutOff {
        /// The anchored entry.
        anchored: u64,
    },
    /// The entry is not the one that was anchored elsewhere: the log was written anew.
    Rewritten,
}

impl fmt::Display for Break {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}: {}", self.line, self.fault)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed => formatter.write_str("changed"),
            Self::OutOfOrder { expected, found } => {
                write!(
                    formatter,
                    "entry {found} stands where entry {expected} belongs"
                )
            }
            Self::Detached => formatter.write_str("does not follow the entry before"),
            Self::Incomplete => formatter.write_str("incomplete"),
            Self::CutOff { anchored } => write!(formatter, "entries up to {anchored} are missing"),
            Self::Rewritten => formatter.write_str("not the entry that was anchored"),
        }
    }
}

/// Looks at the whole log. It may be open for writing elsewhere.
pub fn verify(path: &Path) -> Result<Report, AuditError> {
    verify_against(path, &[])
}

/// Like [`verify`], and compares with heads that left this machine earlier: so a cut end or a new history is found too.
pub fn verify_against(path: &Path, anchors: &[Head]) -> Result<Report, AuditError> {
    let mut rewritten = None;
    let mut report = walk(path, |_, head| {
        let differs = |anchor: &Head| anchor.seq == head.seq && anchor.hash != head.hash;
        if rewritten.is_none() && anchors.iter().any(differs) {
            rewritten = Some(Break {
                line: head.seq,
                fault: Fault::Rewritten,
            });
        }
    })?
    .report;

    let last = anchors
        .iter()
        .map(|anchor| anchor.seq)
        .max()
        .unwrap_or_default();
    if rewritten.is_some() {
        report.broken = rewritten;
    } else if report.broken.is_none() && last > report.head.seq {
        let fault = Fault::CutOff { anchored: last };
        report.broken = Some(Break {
            line: report.head.seq + 1,
            fault,
        });
    }
    Ok(report)
}

/// All entries, oldest first, if the whole log holds together.
pub fn read(path: &Path) -> Result<Vec<Recorded>, AuditError> {
    let mut entries = Vec::new();
    let walked = walk(path, |recorded, _| entries.push(recorded))?;
    match walked.report.broken {
        Some(broken) => Err(AuditError::Broken(broken)),
        None => Ok(entries),
    }
}

/// A report, and what the writer needs to go on.
pub(crate) struct Walked {
    pub report: Report,
    /// Octets of the entries that hold together.
    pub whole: u64,
    /// The octets of a last line without end.
    pub torn: Vec<u8>,
}

pub(crate) fn walk(
    path: &Path,
    mut each: impl FnMut(Recorded, Head),
) -> Result<Walked, AuditError> {
    let failed = |error| AuditError::from_io(path, error);
    let mut reader = BufReader::new(File::open(path).map_err(failed)?);
    let mut report = Report {
        entries: 0,
        head: Head::START,
        broken: None,
    };
    let mut whole = 0;
    let mut line = Vec::new();
    loop {
        line.clear();
        let length = reader
            .by_ref()
            .take(MAX_LINE)
            .read_until(b'\n', &mut line)
            .map_err(failed)?;
        if length == 0 {
            return Ok(Walked {
                report,
                whole,
                torn: Vec::new(),
            });
        }
        let number = report.entries + 1;
        let Some(content) = line.strip_suffix(b"\n") else {
            let too_long = length as u64 == MAX_LINE;
            let fault = if too_long {
                Fault::Changed
            } else {
                Fault::Incomplete
            };
            report.broken = Some(Break {
                line: number,
                fault,
            });
            return Ok(Walked {
                report,
                whole,
                torn: line,
            });
        };
        match report.head.follow(content) {
            Ok((recorded, head)) => {
                report = Report {
                    entries: number,
                    head,
                    broken: None,
                };
                whole += line.len() as u64;
                each(recorded, head);
            }
            Err(mismatch) => {
                let fault = match mismatch {
                    Mismatch::Form | Mismatch::Hash => Fault::Changed,
                    Mismatch::Number(found) => Fault::OutOfOrder {
                        expected: number,
                        found,
                    },
                    Mismatch::Link => Fault::Detached,
                };
                report.broken = Some(Break {
                    line: number,
                    fault,
                });
                return Ok(Walked {
                    report,
                    whole,
                    torn: Vec::new(),
                });
            }
        }
    }
}
