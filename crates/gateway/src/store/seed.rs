//! Filling a store from outside the API: amendments for a demonstration, and a record that changes on its own.

use jiff::Timestamp;
use records::fields;
use records::wire::{EarlierSignature, Person, RecordVersion};
use rusqlite::{OptionalExtension, Transaction, params};

use super::amendments::{current, version_number};
use super::{Store, StoreError, column, subject_column, to_json};

/// What undated amendments are ordered by.
const NEVER: &str = "9999";

/// An amendment to begin with. The record version that it starts from comes along.
#[derive(Debug, Clone)]
pub struct Seed {
    /// The amendment's identifier: `AM-1207`.
    pub id: String,
    /// The patient's pseudonym.
    pub patient: String,
    /// The record and the version that is amended; versions are whole numbers from 1.
    pub record: RecordVersion,
    /// The octets of that version.
    pub base: Vec<u8>,
    /// Since when it stands.
    pub base_since: Timestamp,
    /// The octets proposed.
    pub proposed: Vec<u8>,
    /// Why, in the words of who asked.
    pub why: String,
    /// Who asked.
    pub requested_by: Person,
    /// When.
    pub requested_at: Timestamp,
    /// When it should be signed.
    pub due_at: Option<Timestamp>,
    /// Signatures needed.
    pub signatures_required: u32,
    /// Who has given one of them already, before this gateway knew the amendment.
    pub given_by: Vec<evidence::Subject>,
    /// Earlier signatures on the record.
    pub earlier: Vec<EarlierSignature>,
}

impl Store {
    /// Adds amendments, all or none. Those that are there already stay as they are.
    pub fn seed(&self, seeds: &[Seed]) -> Result<(), StoreError> {
        self.write(|transaction| seeds.iter().try_for_each(|seed| add(transaction, seed)))
    }

    /// Gives a pending amendment's record a new version behind its back, as another system might. Returns the version.
    pub fn change_record_behind(
        &self,
        amendment: &str,
        octets: &[u8],
        at: Timestamp,
    ) -> Result<u64, StoreError> {
        self.write(|transaction| {
            let row = super::amendments::row(transaction, amendment)?
                .ok_or_else(|| StoreError::UnknownAmendment(amendment.to_owned()))?;
            let version = current(transaction, &row.record)?.version + 1;
            put_version(transaction, &row.record, version, octets, at)?;
            Ok(version)
        })
    }
}

fn add(transaction: &Transaction<'_>, seed: &Seed) -> Result<(), StoreError> {
    let wrong = |wrong| StoreError::Seed {
        amendment: seed.id.clone(),
        wrong,
    };
    let known = transaction
        .query_row("SELECT 1 FROM amendment WHERE id = ?1", [&seed.id], |_| {
            Ok(())
        })
        .optional()?;
    if known.is_some() {
        return Ok(());
    }
    let version = version_number(&seed.record.base_version)
        .ok_or_else(|| wrong("the version is not a whole number"))?;
    let rows =
        fields::rows(&seed.base, &seed.proposed).map_err(|_| wrong("a version cannot be shown"))?;
    let kind = fields::kind(&seed.proposed).map_err(|_| wrong("a version cannot be shown"))?;
    evidence::canonical::record_octets(&seed.proposed)
        .map_err(|_| wrong("the proposal has no canonical form"))?;

    match stored_version(transaction, &seed.record, version)? {
        Some(octets) if octets != seed.base => {
            return Err(wrong("the version is known with other octets"));
        }
        Some(_) => {}
        None => put_version(
            transaction,
            &seed.record,
            version,
            &seed.base,
            seed.base_since,
        )?,
    }
    transaction.execute(
        "INSERT INTO amendment (id, kind, patient, system, type, record_id, base_version, proposed, why,
             requested_by_name, requested_by_role, requested_at, due_at, due_order, signatures_required, state, summary)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, 'pending', ?16)",
        params![
            seed.id,
            to_json(&kind, "kind")?,
            seed.patient,
            seed.record.system,
            seed.record.kind,
            seed.record.id,
            version,
            seed.proposed,
            seed.why,
            seed.requested_by.name,
            seed.requested_by.role,
            column(seed.requested_at),
            seed.due_at.map(column),
            seed.due_at.map_or_else(|| NEVER.to_owned(), column),
            seed.signatures_required,
            to_json(&fields::summary(&rows), "summary")?,
        ],
    )?;
    for subject in &seed.given_by {
        transaction.execute(
            "INSERT INTO given (amendment, subject, signature_id) VALUES (?1, ?2, NULL)",
            params![seed.id, subject_column(subject)?],
        )?;
    }
    seed.earlier
        .iter()
        .try_for_each(|signature| add_earlier(transaction, &seed.record, signature))
}

fn add_earlier(
    transaction: &Transaction<'_>,
    record: &RecordVersion,
    signature: &EarlierSignature,
) -> Result<(), StoreError> {
    transaction.execute(
        "INSERT OR IGNORE INTO earlier_signature (system, type, record_id, name, version, meaning, signed_at, receipt)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            record.system,
            record.kind,
            record.id,
            signature.name,
            signature.version,
            signature.meaning,
            column(signature.signed_at),
            signature.receipt,
        ],
    )?;
    Ok(())
}

fn stored_version(
    transaction: &Transaction<'_>,
    record: &RecordVersion,
    version: u64,
) -> Result<Option<Vec<u8>>, StoreError> {
    let octets = transaction.query_row(
        "SELECT octets FROM record_version WHERE system = ?1 AND type = ?2 AND id = ?3 AND version = ?4",
        params![record.system, record.kind, record.id, version],
        |row| row.get(0),
    );
    Ok(octets.optional()?)
}

/// Adds a record version.
pub(super) fn put_version(
    transaction: &Transaction<'_>,
    record: &RecordVersion,
    version: u64,
    octets: &[u8],
    at: Timestamp,
) -> Result<(), StoreError> {
    transaction.execute(
        "INSERT INTO record_version (system, type, id, version, octets, since) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![record.system, record.kind, record.id, version, octets, column(at)],
    )?;
    Ok(())
}
