//! Going through the log forwards, from any entry on, and across segments as they come: for whoever ships it or watches it.
//!
//! Each line is checked against the one before, so nothing is passed on that does not follow.

use std::fs::File;
use std::io::{BufReader, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use crate::chain::{Head, Recorded};
use crate::error::AuditError;
use crate::segments;
use crate::verify::{Break, Fault};
use crate::walk::{Next, fault, first, next_line};

/// A place in the log that moves forward.
#[derive(Clone, Debug)]
pub struct Follower {
    log: PathBuf,
    segment: u32,
    /// Octets and lines of this segment that lie behind.
    offset: u64,
    lines: u64,
    head: Head,
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// As it stands in the file, without its end.
    pub text: String,
    /// What it says.
    pub recorded: Recorded,
    /// Its number and hash.
    pub head: Head,
}

/// How much is taken at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    /// No entry after this one. What a writer has not acknowledged may vanish in a power loss.
    pub through: u64,
    /// No more lines.
    pub lines: usize,
    /// No more octets, but one line in any case.
    pub octets: usize,
}

impl Follower {
    /// Before the first entry.
    pub fn from_start(log: &Path) -> Self {
        Self {
            log: log.to_owned(),
            segment: 0,
            offset: 0,
            lines: 0,
            head: Head::START,
        }
    }

    /// After entry `seq`; nothing when the log does not reach that far.
    pub fn after(log: &Path, seq: u64) -> Result<Option<Self>, AuditError> {
        let mut follower = Self::from_start(log);
        if seq == 0 {
            return Ok(Some(follower));
        }
        for number in segments::present(log)?.into_iter().rev() {
            let Some((recorded, _)) = first(&segments::path(log, number))? else {
                continue;
            };
            if recorded.seq <= seq {
                follower.segment = number;
                // What the first line says of the one before is taken at its word here; `verify` looks at it.
                follower.head = Head {
                    seq: recorded.seq - 1,
                    hash: recorded.prev,
                };
                break;
            }
        }
        let measure = Measure {
            through: seq,
            lines: 1_000,
            octets: usize::MAX,
        };
        while follower.head.seq < seq {
            if follower.next(measure)?.is_empty() {
                return Ok(None);
            }
        }
        Ok(Some(follower))
    }

    /// After the last entry there is now.
    pub fn at_end(log: &Path) -> Result<Self, AuditError> {
        let mut follower = Self::from_start(log);
        for number in segments::present(log)?.into_iter().rev() {
            if let Some((recorded, _)) = first(&segments::path(log, number))? {
                follower.segment = number;
                follower.head = Head {
                    seq: recorded.seq - 1,
                    hash: recorded.prev,
                };
                break;
            }
        }
        let all = Measure {
            through: u64::MAX,
            lines: 1_000,
            octets: usize::MAX,
        };
        while !follower.next(all)?.is_empty() {}
        Ok(follower)
    }

    /// The last entry that lies behind.
    pub fn head(&self) -> Head {
        self.head
    }

    /// What came since: nothing when there is nothing yet. A line that is still being written is left for later.
    pub fn next(&mut self, measure: Measure) -> Result<Vec<Line>, AuditError> {
        let mut taken = Vec::new();
        let mut octets = 0;
        loop {
            // Nothing is written to a segment any more once the next one is there: looked at in this order, no line is missed.
            let next = segments::path(&self.log, self.segment + 1);
            let is_over = next
                .try_exists()
                .map_err(|error| AuditError::from_io(&next, error))?;
            let all = self.take_from_segment(measure, &mut taken, &mut octets)?;
            if !(all && is_over) {
                return Ok(taken);
            }
            self.segment += 1;
            self.offset = 0;
            self.lines = 0;
        }
    }

    /// Says whether nothing is left in the segment.
    fn take_from_segment(
        &mut self,
        measure: Measure,
        taken: &mut Vec<Line>,
        octets: &mut usize,
    ) -> Result<bool, AuditError> {
        let path = segments::path(&self.log, self.segment);
        let failed = |error| AuditError::from_io(&path, error);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            // Where there are others, this one was taken out of the log.
            Err(error)
                if error.kind() == std::io::ErrorKind::NotFound
                    && !segments::present(&self.log)?.is_empty() =>
            {
                return Err(self.broken(Fault::Missing));
            }
            Err(error) => return Err(failed(error)),
        };
        file.seek(SeekFrom::Start(self.offset)).map_err(failed)?;
        let mut reader = BufReader::new(file);
        let mut line = Vec::new();
        loop {
            if taken.len() >= measure.lines || self.head.seq >= measure.through {
                return Ok(false);
            }
            match next_line(&mut reader, &mut line).map_err(failed)? {
                Next::Line => {}
                Next::End | Next::Torn => return Ok(true),
                Next::TooLong => return Err(self.broken(Fault::Changed)),
            }
            if !taken.is_empty() && *octets + line.len() > measure.octets {
                return Ok(false);
            }
            let (recorded, head) = self
                .head
                .follow(&line)
                .map_err(|mismatch| self.broken(fault(mismatch, self.head)))?;
            // An entry is JSON, so it is UTF-8.
            let text = String::from_utf8(std::mem::take(&mut line))
                .map_err(|_| self.broken(Fault::Changed))?;
            *octets += text.len();
            self.offset += text.len() as u64 + 1;
            self.lines += 1;
            self.head = head;
            taken.push(Line {
                text,
                recorded,
                head,
            });
        }
    }

    fn broken(&self, fault: Fault) -> AuditError {
        AuditError::Broken(Break {
            segment: self.segment,
            line: self.lines + 1,
            seq: self.head.seq + 1,
            fault,
        })
    }
}
