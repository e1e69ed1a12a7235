//! The gateway's own trail: each line's hash covers the line before, and lines are written with what they tell of.

use evidence::digest::sha256_hex;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};
use serde::Serialize;
use serde_json::Value;

use super::{Store, StoreError, column, json, to_json};

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
            let mut query = transaction
                .prepare("SELECT seq, at, event, actor, detail, hash FROM audit WHERE seq >= ?1 ORDER BY seq")?;
            let rows = query.query_map([from], |row| {
                let line = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(5)?);
                Ok((line, row.get::<_, String>(4)?))
            })?;
            rows.map(|row| {
                let ((seq, at, event, actor, hash), detail) = row?;
                Ok(AuditLine { seq, at, event, actor, detail: json(&detail, "audit detail")?, hash })
            })
            .collect()
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

fn hash(previous: &str, line: &AuditLine) -> Result<String, StoreError> {
    Ok(sha256_hex(
        format!("{previous}\n{}", to_json(line, "audit line")?).as_bytes(),
    ))
}
