//! The log as its one writer has it open.

use std::path::Path;

use jiff::Timestamp;

use crate::chain::{Entry, Head};
use crate::error::AuditError;
use crate::event::{Actor, Event};
use crate::file::Sole;
use crate::phrase::Digest;
use crate::verify::{Break, Fault, Walked, walk};

/// The open log. There is one writer: a second one gets [`AuditError::InUse`].
#[derive(Debug)]
pub struct Log {
    file: Sole,
    head: Head,
    length: u64,
    stopped: bool,
}

impl Log {
    /// Opens the log, or begins one. The whole chain is checked; a last line that a crash left incomplete is cut off, and
    /// that this happened becomes an entry.
    pub fn open(path: &Path, now: Timestamp) -> Result<Self, AuditError> {
        let file = Sole::open(path)?;
        let Walked {
            report,
            whole,
            torn,
        } = walk(path, |_, _| ())?;
        let mut log = Self {
            file,
            head: report.head,
            length: whole,
            stopped: false,
        };
        match report.broken {
            None => Ok(log),
            Some(Break {
                fault: Fault::Incomplete,
                ..
            }) => {
                log.mend(&torn, now)?;
                Ok(log)
            }
            Some(broken) => Err(AuditError::Broken(broken)),
        }
    }

    /// Records an entry. When this returns, it is on the disk.
    pub fn append(&mut self, entry: &Entry, at: Timestamp) -> Result<Head, AuditError> {
        if self.stopped {
            return Err(AuditError::Stopped);
        }
        let (mut line, head) = self.head.extend(entry, at).map_err(AuditError::Form)?;
        line.push('\n');
        if let Err(error) = self.file.append(line.as_bytes()) {
            // Part of the line may be there. If it cannot be taken back, the next opening does it.
            self.stopped = self.file.cut(self.length).is_err();
            return Err(error);
        }
        self.length += line.len() as u64;
        self.head = head;
        Ok(head)
    }

    /// The last entry's number and hash.
    pub fn head(&self) -> Head {
        self.head
    }

    /// Whether a write that could not be taken back has stopped it: nothing is appended any more.
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// A crash left octets without a line end. A whole entry among them is kept. A part of one is cut off: it was not on the
    /// disk when the crash came, so what it describes did not happen.
    fn mend(&mut self, torn: &[u8], now: Timestamp) -> Result<(), AuditError> {
        let cut = if let Ok((_, head)) = self.head.follow(torn) {
            self.file.append(b"\n")?;
            self.length += torn.len() as u64 + 1;
            self.head = head;
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
    use std::fs::File;

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
        log.file
            .write_to(File::options().write(true).open("/dev/full").unwrap());

        let full = log.append(&entry, Timestamp::UNIX_EPOCH);
        let after = log.append(&entry, Timestamp::UNIX_EPOCH);

        assert!(matches!(full, Err(AuditError::DiskFull(_))));
        assert!(matches!(after, Err(AuditError::Stopped)));
        assert_eq!(log.head(), head);
    }
}
