//! The gateway's own trail: each line's hash covers the line before, and lines are written with what they tell of.

use evidence::digest::sha256_hex;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};
use serde::Serialize;
use serde_json::Value;

use super::{Store, StoreError, column, json, to_json};

/// A signature was recorded: the line names its receipt.
pub(super) const RECORDED: &str = "signature-recorded";
/// A receipt was time-stamped.
pub(super) const STAMPED: &str = "receipt-timestamped";

/// A line of the trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditLine {
    /// Its number, from 1.
    pub seq: u64,
    /// When, as written.
    pub at: String,
    /// What happened.
    pub event: String,
    /// By whom, as a subject; absent when nobody is known.
    pub actor: Option<String>,
    /// Identifiers and reasons; never content, names or tokens.
    pub detail: Value,
    /// SHA-256 over the previous hash and this line.
    #[serde(skip)]
    pub hash: String,
}

impl Store {
    /// Notes something that is not part of another change.
    pub fn note(
        &self,
        event: &str,
        actor: Option<&str>,
        detail: &Value,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(|transaction| append(transaction, event, actor, detail, at))
    }

    /// The trail from that line on.
    pub fn audit(&self, from: u64) -> Result<Vec<AuditLine>, StoreError> {
        self.read(|transaction| {
            let mut lines = Vec::new();
            each(transaction, from, |line| {
                lines.push(line);
                Ok(())
            })?;
            Ok(lines)
        })
    }

    /// Whether every line's hash covers the one before; else the first line that does not fit.
    pub fn audit_is_whole(&self) -> Result<Result<u64, u64>, StoreError> {
        let mut previous = String::new();
        let mut expected = 1;
        for line in self.audit(1)? {
            if line.seq != expected || hash(&previous, &line)? != line.hash {
                return Ok(Err(expected));
            }
            previous = line.hash;
            expected += 1;
        }
        Ok(Ok(expected - 1))
    }
}

/// Reads the trail from that line on, one line after the other.
pub(super) fn each(
    transaction: &Transaction<'_>,
    from: u64,
    mut take: impl FnMut(AuditLine) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut query = transaction.prepare(
        "SELECT seq, at, event, actor, detail, hash FROM audit WHERE seq >= ?1 ORDER BY seq",
    )?;
    let mut rows = query.query([from])?;
    while let Some(row) = rows.next()? {
        let detail: String = row.get(4)?;
        take(AuditLine {
            seq: row.get(0)?,
            at: row.get(1)?,
            event: row.get(2)?,
            actor: row.get(3)?,
            // A detail that cannot be read is null, and then the line's hash does not fit.
            detail: serde_json::from_str(&detail).unwrap_or_default(),
            hash: row.get(5)?,
        })?;
    }
    Ok(())
}

/// What the newest line of a kind says.
pub(super) fn newest(
    transaction: &Transaction<'_>,
    event: &str,
) -> Result<Option<Value>, StoreError> {
    let detail: Option<String> = transaction
        .query_row(
            "SELECT detail FROM audit WHERE event = ?1 ORDER BY seq DESC LIMIT 1",
            [event],
            |row| row.get(0),
        )
        .optional()?;
    detail
        .map(|detail| json(&detail, "audit detail"))
        .transpose()
}

/// Appends a line inside the change that it tells of.
pub(super) fn append(
    transaction: &Transaction<'_>,
    event: &str,
    actor: Option<&str>,
    detail: &Value,
    at: Timestamp,
) -> Result<(), StoreError> {
    let last: Option<(u64, String)> = transaction
        .query_row(
            "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let (seq, previous) = last.map_or((1, String::new()), |(seq, hash)| (seq + 1, hash));
    let mut line = AuditLine {
        seq,
        at: column(at),
        event: event.to_owned(),
        actor: actor.map(str::to_owned),
        detail: detail.clone(),
        hash: String::new(),
    };
    line.hash = hash(&previous, &line)?;
    transaction.execute(
        "INSERT INTO audit (seq, at, event, actor, detail, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            line.seq,
            line.at,
            line.event,
            line.actor,
            to_json(&line.detail, "audit detail")?,
            line.hash
        ],
    )?;
    Ok(())
}

/// SHA-256 over the hash before and the line.
pub(super) fn hash(previous: &str, line: &AuditLine) -> Result<String, StoreError> {
    Ok(sha256_hex(
        format!("{previous}\n{}", to_json(line, "audit line")?).as_bytes(),
    ))
}
