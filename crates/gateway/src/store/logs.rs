//! The activity logs of devices, each kept in one piece from its first line.
//!
//! A line's own hash and its link to the line before are checked, and nothing else of it: what it says is the device's word.
//! The hashes have no key. Whoever holds the head of a log and somebody's token can continue it in the device's place; the
//! device's next lines then do not fit, which is what the refusal and the security event tell.

use evidence::Subject;
use evidence::digest::sha256_hex;
use jiff::Timestamp;
use records::wire::{AuditBatch, AuditHead, ProblemKind};
use rusqlite::{OptionalExtension as _, Transaction, params};
use serde::Deserialize;

use super::{Store, StoreError, column, subject_column};
use crate::refusal::Refusal;

/// What the first line names as the hash before it.
const BEFORE_THE_FIRST: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// A line, as far as it is looked at.
struct Line<'a> {
    text: &'a str,
    link: Link,
    hash: &'a str,
}

/// How a line is tied to the one before.
#[derive(Deserialize)]
struct Link {
    seq: u64,
    prev: String,
}

/// How far a log is kept.
struct Kept {
    next_seq: u64,
    head: Option<String>,
}

impl Store {
    /// Continues a device's log. Lines that are kept already must be the same, octet by octet. All of the batch is kept, or
    /// nothing of it.
    pub fn keep_lines(
        &self,
        caller: &Subject,
        batch: &AuditBatch,
        now: Timestamp,
    ) -> Result<AuditHead, Refusal> {
        let lines = read(batch)?;
        let (shipped_by, received_at) = (subject_column(caller)?, column(now));
        self.write(|transaction| {
            let mut kept = kept(transaction, batch)?;
            if batch.first_seq > kept.next_seq {
                return Err(kept.refuse(ProblemKind::AuditGap));
            }
            for line in &lines {
                if line.link.seq < kept.next_seq {
                    if !is_kept(transaction, batch, line)? {
                        return Err(kept.refuse(ProblemKind::AuditFork));
                    }
                    continue;
                }
                if line.link.prev != kept.head.as_deref().unwrap_or(BEFORE_THE_FIRST) {
                    return Err(kept.refuse(ProblemKind::AuditFork));
                }
                transaction
                    .prepare_cached(
                        "INSERT INTO device_log_line (device, log, seq, hash, line, shipped_by, received_at)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                    )
                    .and_then(|mut insert| {
                        insert.execute(params![
                            batch.device, batch.log, line.link.seq, line.hash, line.text, shipped_by, received_at
                        ])
                    })
                    .map_err(StoreError::from)?;
                kept.next_seq = line.link.seq + 1;
                kept.head = Some(line.hash.to_owned());
            }
            Ok(kept.into())
        })
    }

    /// The lines of a device's log, from the first.
    pub fn device_log(&self, device: &str, log: &str) -> Result<Vec<String>, StoreError> {
        self.read(|transaction| {
            let mut query = transaction.prepare(
                "SELECT line FROM device_log_line WHERE device = ?1 AND log = ?2 ORDER BY seq",
            )?;
            let lines = query.query_map([device, log], |row| row.get(0))?;
            Ok(lines.collect::<Result<_, _>>()?)
        })
    }
}

impl Kept {
    fn refuse(self, kind: ProblemKind) -> Refusal {
        Refusal::Log {
            kind,
            resume: self.into(),
        }
    }
}

impl From<Kept> for AuditHead {
    fn from(kept: Kept) -> Self {
        Self {
            next_seq: kept.next_seq,
            head: kept.head,
        }
    }
}

fn kept(transaction: &Transaction<'_>, batch: &AuditBatch) -> Result<Kept, StoreError> {
    let last: Option<(u64, String)> = transaction
        .query_row(
            "SELECT seq, hash FROM device_log_line WHERE device = ?1 AND log = ?2 ORDER BY seq DESC LIMIT 1",
            [&batch.device, &batch.log],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    Ok(match last {
        Some((seq, hash)) => Kept {
            next_seq: seq + 1,
            head: Some(hash),
        },
        None => Kept {
            next_seq: 1,
            head: None,
        },
    })
}

fn is_kept(
    transaction: &Transaction<'_>,
    batch: &AuditBatch,
    line: &Line<'_>,
) -> Result<bool, StoreError> {
    let found = transaction
        .prepare_cached(
            "SELECT 1 FROM device_log_line WHERE device = ?1 AND log = ?2 AND seq = ?3 AND line = ?4",
        )?
        .query_row(
            params![batch.device, batch.log, line.link.seq, line.text],
            |_| Ok(()),
        )
        .optional()?;
    Ok(found.is_some())
}

/// The lines of a batch: each whole by its own hash, and numbered one after the other.
fn read(batch: &AuditBatch) -> Result<Vec<Line<'_>>, Refusal> {
    let lines: Option<Vec<_>> = batch.lines.iter().map(|line| read_line(line)).collect();
    let lines = lines.ok_or_else(|| malformed("a line is no entry, or its hash is not its own"))?;
    let numbered = lines
        .iter()
        .zip(batch.first_seq..)
        .all(|(line, seq)| line.link.seq == seq);
    if batch.first_seq == 0 || !numbered {
        return Err(malformed("the lines are not numbered one after the other"));
    }
    Ok(lines)
}

/// A line ends with the member `hash`, over the octets of the object without it.
fn read_line(text: &str) -> Option<Line<'_>> {
    const MEMBER: &str = ",\"hash\":\"";
    const DIGITS: usize = 64;
    let digits = text.strip_suffix("\"}")?;
    let (content, hash) = digits.split_at_checked(digits.len().checked_sub(DIGITS)?)?;
    let content = content.strip_suffix(MEMBER)?;
    if text.contains(['\n', '\r']) || sha256_hex(format!("{content}}}").as_bytes()) != hash {
        return None;
    }
    let link = serde_json::from_str(text).ok()?;
    Some(Line { text, link, hash })
}

fn malformed(detail: &'static str) -> Refusal {
    Refusal::Because {
        kind: ProblemKind::Malformed,
        detail,
    }
}
