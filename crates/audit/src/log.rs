//! The log as its one writer has it open.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::chain::{Entry, Head};
use crate::error::AuditError;
use crate::event::{Actor, Event};
use crate::file::{Appended, Lock};
use crate::phrase::Digest;
use crate::reference::Reference;
use crate::segments::{self, SEGMENT};
use crate::verify::{Break, Fault, end_of_log, set_back_by};
use crate::watch::{Counters, Matter};
use crate::{shipped, walk};

/// The open log. There is one writer: a second one gets [`AuditError::InUse`].
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    /// The segment that is written to, and its number.
    file: Appended,
    segment: u32,
    /// How long that segment is, and may become.
    length: u64,
    longest: u64,
    /// The next segment is to be begun, whatever is written: perhaps it is there already.
    full: bool,
    head: Head,
    last_at: Option<Timestamp>,
    /// What security must hear of.
    counters: Counters,
    stopped: bool,
    _lock: Lock,
}

impl Log {
    /// Opens the log, or begins one.
    ///
    /// The newest segment is checked entry by entry, earlier ones at both ends, and no more than a fixed number of entries is
    /// counted again, so opening takes as long after years as on the first day; [`crate::verify`] checks everything. A last
    /// line that a crash left incomplete is cut off, and that this happened becomes an entry. A log that ends before what was
    /// shipped is broken.
    pub fn open(path: &Path, now: Timestamp) -> Result<Self, AuditError> {
        Self::open_with_segments_of(path, now, SEGMENT)
    }

    /// The same, with smaller segments than the usual ones.
    pub fn open_with_segments_of(
        path: &Path,
        now: Timestamp,
        octets: u64,
    ) -> Result<Self, AuditError> {
        let lock = Lock::take(path)?;
        let mut present = segments::present(path)?;
        if present.is_empty() {
            Appended::open(path)?;
            present.push(0);
        }
        let anchor = shipped::read(path)?.map(|shipped| shipped.head);
        let (mut last_at, mut rewritten) = (None, None);
        let walked = walk::recent(path, &present, |place, recorded, head| {
            last_at = Some(recorded.at);
            if anchor.is_some_and(|anchor| anchor.seq == head.seq && anchor != head) {
                rewritten = Some(Break {
                    segment: place.segment,
                    line: place.line,
                    seq: head.seq,
                    fault: Fault::Rewritten,
                });
            }
        })?;
        let cut_off = anchor
            .filter(|anchor| anchor.seq > walked.head.seq)
            .map(|anchor| {
                let anchored = anchor.seq;
                end_of_log(&walked, Fault::CutOff { anchored })
            });
        let segment = present.last().copied().unwrap_or_default();
        let torn = match &walked.broken {
            None => None,
            // Only the newest segment was being written to when the crash came.
            Some(broken) if broken.fault == Fault::Incomplete && broken.segment == segment => {
                Some(walked.last.torn.clone())
            }
            Some(broken) => return Err(AuditError::Broken(broken.clone())),
        };
        if let Some(broken) = rewritten.or(cut_off) {
            return Err(AuditError::Broken(broken));
        }
        let mut log = Self {
            path: path.to_owned(),
            file: Appended::open(&segments::path(path, segment))?,
            segment,
            length: walked.last.whole,
            longest: octets.min(SEGMENT),
            full: false,
            head: walked.head,
            last_at,
            counters: Counters::of(path, walked.head)?,
            stopped: false,
            _lock: lock,
        };
        if let Some(torn) = torn {
            log.mend(&torn, now)?;
        }
        Ok(log)
    }

    /// Records an entry. When this returns, it is on the disk. Where the clock was set back, an entry that says so comes
    /// before it.
    pub fn append(&mut self, entry: &Entry, at: Timestamp) -> Result<Head, AuditError> {
        if let Some(by) = set_back_by(self.last_at, at) {
            let by_s = by.as_secs().unsigned_abs();
            let noted = Entry {
                event: Event::ClockSetBack { by_s },
                reference: Some(Reference::of(self.head.hash)),
                actor: Actor::Device("this device".into()),
            };
            self.write(&noted, at)?;
        }
        self.write(entry, at)
    }

    /// What the log says that security must hear of, and not that anybody saw to it, oldest first: after opening, what the
    /// runs before owe. It is handed over once; what nobody sees to comes back with the next opening.
    pub fn take_owed(&mut self) -> Vec<Matter> {
        self.counters.take_all()
    }

    /// What the log says is kept to be told, and not that it was told. It ought to be found where it is kept.
    pub fn take_kept(&mut self) -> Vec<Matter> {
        self.counters.take_kept()
    }

    /// What is owed, while ceremonies may be under way: of what happens in them, they tell by themselves.
    pub fn take_owed_outside_ceremonies(&mut self) -> Vec<Matter> {
        self.counters.take_outside_ceremonies()
    }

    /// The last entry's number and hash.
    pub fn head(&self) -> Head {
        self.head
    }

    /// Whether a write that could not be taken back, or somebody else's hand in its file, has stopped it: nothing is appended
    /// any more.
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Where it begins: the first of its files.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn write(&mut self, entry: &Entry, at: Timestamp) -> Result<Head, AuditError> {
        if self.stopped && !self.file.is_displaced() {
            return Err(AuditError::Stopped);
        }
        if let Err(error) = self.file.in_place() {
            self.stopped |= self.file.is_displaced();
            return Err(error);
        }
        let (mut line, head) = self.head.extend(entry, at).map_err(AuditError::Form)?;
        line.push('\n');
        let added = line.len() as u64;
        self.full |= self.length > 0 && self.length + added > self.longest;
        if self.full {
            self.begin_next()?;
        }
        if let Err(error) = self.file.append(line.as_bytes()) {
            // Part of the line may be there. If it cannot be taken back, the next opening does it.
            self.stopped = self.file.cut(self.length).is_err();
            return Err(error);
        }
        self.length += added;
        self.head = head;
        self.last_at = Some(at);
        self.counters.see(entry, at, head.hash);
        Ok(head)
    }

    /// Begins the next segment. Where that fails, nothing is written to this one any more either: the next attempt to write
    /// tries again, and finds at worst an empty file.
    fn begin_next(&mut self) -> Result<(), AuditError> {
        let next = self.segment + 1;
        let path = segments::path(&self.path, next);
        let file = Appended::open(&path)?;
        if !file.is_empty() {
            self.stopped = true;
            return Err(AuditError::Displaced { path });
        }
        self.file = file;
        self.segment = next;
        self.length = 0;
        self.full = false;
        Ok(())
    }

    /// A crash left octets without a line end. A whole entry among them is kept. A part of one is cut off: it was not on the
    /// disk when the crash came, so what it describes did not happen.
    fn mend(&mut self, torn: &[u8], now: Timestamp) -> Result<(), AuditError> {
        let cut = if let Ok((recorded, head)) = self.head.follow(torn) {
            self.file.append(b"\n")?;
            self.length += torn.len() as u64 + 1;
            self.head = head;
            self.last_at = Some(recorded.at);
            let at = recorded.at;
            self.counters.see(&recorded.into_entry(), at, head.hash);
            &[]
        } else {
            self.file.cut(self.length)?;
            torn
        };
        let event = Event::Recovered {
            cut_bytes: cut.len() as u64,
            cut_sha256: Digest::of(cut),
        };
        let entry = Entry {
            event,
            reference: None,
            actor: Actor::Device("this device".into()),
        };
        self.append(&entry, now).map(|_| ())
    }
}

#[cfg(all(test, target_os = "linux"))]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_an_error_and_what_cannot_be_taken_back_stops_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = Log::open(&folder.path().join("audit.jsonl"), Timestamp::UNIX_EPOCH).unwrap();
        let entry = Entry {
            event: Event::Stopped,
            reference: None,
            actor: Actor::Device("this device".into()),
        };
        log.append(&entry, Timestamp::UNIX_EPOCH).unwrap();
        let head = log.head();
        log.file.move_to("/dev/full".as_ref()).unwrap();

        let full = log.append(&entry, Timestamp::UNIX_EPOCH);
        let after = log.append(&entry, Timestamp::UNIX_EPOCH);

        assert!(matches!(full, Err(AuditError::DiskFull(_))));
        assert!(matches!(after, Err(AuditError::Stopped)));
        assert_eq!(log.head(), head);
    }
}
