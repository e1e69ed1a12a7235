//! Time-stamps of receipts: one each, as the authority signed it, never changed.

use jiff::Timestamp;
use records::wire::{Octets, SignatureAccepted};
use rusqlite::{OptionalExtension, Transaction, params};
use serde_json::json;

use super::{Store, StoreError, audit, column, instant};
use crate::timestamps::Stamp;

impl Store {
    /// Keeps the time-stamp of a receipt that was given before, unless it has one. Gives the token that is kept.
    pub fn keep_timestamp(
        &self,
        sequence: u64,
        stamp: &Stamp,
        now: Timestamp,
    ) -> Result<Octets, StoreError> {
        self.write(|transaction| {
            if let Some(kept) = of(transaction, sequence)? {
                return Ok(kept);
            }
            insert(transaction, sequence, stamp, now)?;
            Ok(stamp.token.clone().into())
        })
    }

    /// When the receipts begin of which every one is time-stamped up to the last; `None` when the last is not.
    pub fn timestamped_from(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read(|transaction| {
            let first: Option<String> = transaction
                .query_row(
                    "SELECT received_at FROM signature WHERE sequence >
                         (SELECT coalesce(max(sequence), 0) FROM signature
                          WHERE sequence NOT IN (SELECT sequence FROM receipt_timestamp))
                     ORDER BY sequence LIMIT 1",
                    [],
                    |row| row.get(0),
                )
                .optional()?;
            first.as_deref().map(instant).transpose()
        })
    }
}

/// Keeps a receipt's time-stamp, and tells of it.
pub(super) fn insert(
    transaction: &Transaction<'_>,
    sequence: u64,
    stamp: &Stamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    transaction.execute(
        "INSERT INTO receipt_timestamp (sequence, token, obtained_at) VALUES (?1, ?2, ?3)",
        params![sequence, stamp.token, column(now)],
    )?;
    let detail = json!({ "sequence": sequence, "at": column(stamp.at) });
    audit::append(transaction, audit::STAMPED, None, &detail, now)
}

/// The time-stamp of a receipt, where there is one.
pub(super) fn of(
    transaction: &Transaction<'_>,
    sequence: u64,
) -> Result<Option<Octets>, StoreError> {
    let token: Option<Vec<u8>> = transaction
        .query_row(
            "SELECT token FROM receipt_timestamp WHERE sequence = ?1",
            [sequence],
            |row| row.get(0),
        )
        .optional()?;
    Ok(token.map(Octets::from))
}

/// An answer with the time-stamp that its receipt has by now.
pub(super) fn with(
    transaction: &Transaction<'_>,
    accepted: SignatureAccepted,
) -> Result<SignatureAccepted, StoreError> {
    let token: Option<Vec<u8>> = transaction
        .query_row(
            "SELECT token FROM receipt_timestamp JOIN signature USING (sequence) WHERE signature_id = ?1",
            [accepted.signature_id.to_string()],
            |row| row.get(0),
        )
        .optional()?;
    Ok(SignatureAccepted {
        timestamp: token.map(Octets::from),
        ..accepted
    })
}
