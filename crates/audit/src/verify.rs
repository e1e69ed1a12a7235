//! Whether a log is whole, and if not, from where on.

use std::fmt;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::chain::{Head, Recorded};
use crate::error::AuditError;
use crate::shipped;
use crate::walk::{self, Place};

/// By how much a clock may go back without a word: time services do it all day.
pub(crate) const CLOCK_SKEW: SignedDuration = SignedDuration::from_secs(60);

/// The most places where the clock went back that a report names.
const MAX_SET_BACK: usize = 1_000;

/// What a look at the whole log found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Entries that hold together, from the first.
    pub entries: u64,
    /// Files that hold together, from the first.
    pub segments: u32,
    /// The last of the entries.
    pub head: Head,
    /// Where they end, if not at the end of the log.
    pub broken: Option<Break>,
    /// Where the clock was set back: the chain holds, but the times before and after do not compare.
    pub set_back: Vec<SetBack>,
}

impl Report {
    /// Whether every octet of the log is accounted for.
    pub fn is_complete(&self) -> bool {
        self.broken.is_none()
    }
}

/// Where a log stops to hold together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Break {
    /// The file, counted from zero, as in its name.
    pub segment: u32,
    /// The line in that file, counted from one.
    pub line: u64,
    /// The number of the entry that should stand there.
    pub seq: u64,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
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
    /// The file is not there, though a later one is.
    Missing,
    /// The log ends before an entry that was anchored elsewhere.
    CutOff {
        /// The anchored entry.
        anchored: u64,
    },
    /// The entry is not the one that was anchored elsewhere: the log was written anew.
    Rewritten,
}

/// An entry that is older than the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SetBack {
    /// The file.
    pub segment: u32,
    /// The line in that file.
    pub line: u64,
    /// The entry.
    pub seq: u64,
    /// By how many seconds.
    pub by_s: u64,
}

impl fmt::Display for Break {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            segment,
            line,
            seq,
            fault,
        } = self;
        write!(
            formatter,
            "file {segment}, line {line}, entry {seq}: {fault}"
        )
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
            Self::Missing => formatter.write_str("the file is missing"),
            Self::CutOff { anchored } => write!(formatter, "entries up to {anchored} are missing"),
            Self::Rewritten => formatter.write_str("not the entry that was anchored"),
        }
    }
}

/// Looks at the whole log, every octet of every segment. It may be open for writing elsewhere.
pub fn verify(path: &Path) -> Result<Report, AuditError> {
    verify_against(path, &[])
}

/// Like [`verify`], and compares with heads that left this machine earlier: so a cut end or a new history is found too.
/// What was shipped last is among them, if its note lies beside the log.
pub fn verify_against(path: &Path, anchors: &[Head]) -> Result<Report, AuditError> {
    let mut anchors = anchors.to_vec();
    anchors.extend(shipped::read(path)?.map(|shipped| shipped.head));

    let mut rewritten = None;
    let mut clock = Clock::default();
    let walked = walk::all(path, |place, recorded, head| {
        let differs = |anchor: &Head| anchor.seq == head.seq && anchor.hash != head.hash;
        if rewritten.is_none() && anchors.iter().any(differs) {
            rewritten = Some(Break {
                segment: place.segment,
                line: place.line,
                seq: head.seq,
                fault: Fault::Rewritten,
            });
        }
        clock.see(place, recorded);
    })?;

    let head = walked.head;
    let cut_off = || {
        let anchored = anchors.iter().map(|anchor| anchor.seq).max();
        let anchored = anchored.filter(|anchored| *anchored > head.seq)?;
        Some(end_of_log(&walked, Fault::CutOff { anchored }))
    };
    Ok(Report {
        entries: head.seq,
        segments: walked.segments,
        head,
        broken: rewritten.or(walked.broken.clone()).or_else(cut_off),
        set_back: clock.set_back,
    })
}

/// All entries, oldest first, if the whole log holds together.
pub fn read(path: &Path) -> Result<Vec<Recorded>, AuditError> {
    let mut entries = Vec::new();
    let walked = walk::all(path, |_, recorded, _| entries.push(recorded.clone()))?;
    match walked.broken {
        Some(broken) => Err(AuditError::Broken(broken)),
        None => Ok(entries),
    }
}

/// The file of a log with this number, as a [`Break`] names it.
pub fn file_of(log: &Path, segment: u32) -> std::path::PathBuf {
    crate::segments::path(log, segment)
}

/// What makes this history this one: the hash of its first entry. None while there is none.
pub fn chain_id(path: &Path) -> Result<Option<crate::Digest>, AuditError> {
    let first = walk::first(path)?;
    Ok(first.map(|(_, head)| head.hash))
}

/// Something that is wrong with what does not stand there any more.
pub(crate) fn end_of_log(walked: &walk::Walked, fault: Fault) -> Break {
    Break {
        segment: walked.segments.saturating_sub(1),
        line: walked.last.lines + 1,
        seq: walked.head.seq + 1,
        fault,
    }
}

/// By how much this time is before that one, if it is more than clocks differ anyway.
pub(crate) fn set_back_by(before: Option<Timestamp>, at: Timestamp) -> Option<SignedDuration> {
    let by = before?.duration_since(at);
    (by > CLOCK_SKEW).then_some(by)
}

/// Watches the times of the entries go by.
#[derive(Default)]
struct Clock {
    last: Option<Timestamp>,
    set_back: Vec<SetBack>,
}

impl Clock {
    fn see(&mut self, place: Place, recorded: &Recorded) {
        if let Some(by) = set_back_by(self.last, recorded.at)
            && self.set_back.len() < MAX_SET_BACK
        {
            self.set_back.push(SetBack {
                segment: place.segment,
                line: place.line,
                seq: recorded.seq,
                by_s: by.as_secs().unsigned_abs(),
            });
        }
        self.last = Some(recorded.at);
    }
}
