//! Reading kept signatures and the chain of their receipts.

use evidence::Subject;
use evidence::archive::ChainEntry;
use records::wire::{ReceiptHead, ReceiptPage, SignatureAccepted, SignatureRecord};
use rusqlite::{OptionalExtension, Transaction, params};
use uuid::Uuid;

use super::{Store, StoreError, json, subject_column, timestamps};

impl Store {
    /// A kept signature.
    pub fn signature(&self, id: Uuid) -> Result<Option<SignatureRecord>, StoreError> {
        self.read(|transaction| {
            let columns: Option<(Vec<u8>, String, u64)> = transaction
                .query_row(
                    "SELECT evidence, receipt, sequence FROM signature WHERE signature_id = ?1",
                    [id.to_string()],
                    |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
                )
                .optional()?;
            let Some((evidence, receipt, sequence)) = columns else {
                return Ok(None);
            };
            Ok(Some(SignatureRecord {
                signature_id: id,
                evidence: evidence.into(),
                receipt,
                timestamp: timestamps::of(transaction, sequence)?,
            }))
        })
    }

    /// The answer that this person's submission with that key got.
    pub fn fate(
        &self,
        caller: &Subject,
        idempotency_key: &str,
    ) -> Result<Option<SignatureAccepted>, StoreError> {
        let caller = subject_column(caller)?;
        self.read(|transaction| {
            let accepted: Option<String> = transaction
                .query_row(
                    "SELECT accepted FROM signature WHERE subject = ?1 AND idempotency_key = ?2",
                    [&caller, idempotency_key],
                    |row| row.get(0),
                )
                .optional()?;
            match accepted {
                Some(accepted) => {
                    timestamps::with(transaction, json(&accepted, "answer")?).map(Some)
                }
                None => Ok(None),
            }
        })
    }

    /// Where the chain of receipts ends.
    pub fn receipts_head(&self) -> Result<ReceiptHead, StoreError> {
        self.read(head)
    }

    /// The receipts that follow that one, at most so many, and where the chain ends.
    pub fn receipts_after(&self, after: u64, most: u32) -> Result<ReceiptPage, StoreError> {
        self.read(|transaction| {
            let mut query = transaction.prepare_cached(
                "SELECT receipt FROM signature WHERE sequence > ?1 ORDER BY sequence LIMIT ?2",
            )?;
            // SQLite counts no further.
            let after = i64::try_from(after).unwrap_or(i64::MAX);
            let rows = query.query_map(params![after, most], |row| row.get(0))?;
            Ok(ReceiptPage {
                receipts: rows.collect::<Result<_, _>>()?,
                head: head(transaction)?,
            })
        })
    }

    /// The newest receipts of the chain, at most so many, oldest first.
    pub fn newest_receipts(&self, most: u32) -> Result<Vec<ChainEntry>, StoreError> {
        self.read(|transaction| {
            let mut query = transaction.prepare_cached(
                "SELECT sequence, receipt_sha256 FROM signature ORDER BY sequence DESC LIMIT ?1",
            )?;
            let rows = query.query_map([most], |row| {
                Ok(ChainEntry {
                    sequence: row.get(0)?,
                    sha256: row.get(1)?,
                })
            })?;
            let mut entries = rows.collect::<Result<Vec<_>, _>>()?;
            entries.reverse();
            Ok(entries)
        })
    }
}

fn head(transaction: &Transaction<'_>) -> Result<ReceiptHead, StoreError> {
    let last = transaction
        .query_row(
            "SELECT sequence, receipt_sha256 FROM signature ORDER BY sequence DESC LIMIT 1",
            [],
            |row| {
                Ok(ReceiptHead {
                    sequence: row.get(0)?,
                    sha256: row.get(1)?,
                })
            },
        )
        .optional()?;
    Ok(last.unwrap_or(ReceiptHead {
        sequence: 0,
        sha256: None,
    }))
}
