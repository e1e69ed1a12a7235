//! Reading kept signatures and the chain of their receipts.

use evidence::Subject;
use evidence::archive::ChainEntry;
use records::wire::{ReceiptHead, SignatureAccepted, SignatureRecord};
use rusqlite::OptionalExtension;
use uuid::Uuid;

use super::{Store, StoreError, json, subject_column};

impl Store {
    /// A kept signature.
    pub fn signature(&self, id: Uuid) -> Result<Option<SignatureRecord>, StoreError> {
        self.read(|transaction| {
            let columns: Option<(Vec<u8>, String)> = transaction
                .query_row(
                    "SELECT evidence, receipt FROM signature WHERE signature_id = ?1",
                    [id.to_string()],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .optional()?;
            Ok(columns.map(|(evidence, receipt)| SignatureRecord {
                signature_id: id,
                evidence: evidence.into(),
                receipt,
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
            accepted
                .map(|accepted| json(&accepted, "answer"))
                .transpose()
        })
    }

    /// Where the chain of receipts ends.
    pub fn receipts_head(&self) -> Result<ReceiptHead, StoreError> {
        self.read(|transaction| {
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
