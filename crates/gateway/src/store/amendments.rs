//! Amendments and the records under them, as they are now: what challenges and signatures are judged by.

use evidence::digest::sha256_hex;
use records::wire::{AmendmentState, Person, RecordVersion};
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::{Store, StoreError, json};

/// What a challenge or a signature must know of an amendment.
#[derive(Debug, Clone)]
pub struct Pending {
    /// The amendment's row.
    pub row: AmendmentRow,
    /// The record as it is now.
    pub current: CurrentVersion,
    /// Who has given a signature, as columns.
    pub given: Vec<String>,
}

/// An amendment's row.
#[derive(Debug, Clone)]
pub struct AmendmentRow {
    pub id: String,
    pub kind: String,
    pub patient: String,
    pub record: RecordVersion,
    pub base_version: u64,
    pub proposed: Vec<u8>,
    pub why: String,
    pub requested_by: Person,
    pub requested_at: String,
    pub due_at: Option<String>,
    pub due_order: String,
    pub signatures_required: u32,
    pub state: String,
    pub summary: String,
}

/// A record's newest version.
#[derive(Debug, Clone)]
pub struct CurrentVersion {
    pub version: u64,
    pub octets: Vec<u8>,
}

pub(super) const COLUMNS: &str = "id, kind, patient, system, type, record_id, base_version, proposed, why, requested_by_name, \
     requested_by_role, requested_at, due_at, due_order, signatures_required, state, summary";

impl Store {
    /// What a challenge must know of these amendments, in their order; `None` for one that is not there.
    pub fn pending(&self, ids: &[String]) -> Result<Vec<Option<Pending>>, StoreError> {
        self.read(|transaction| ids.iter().map(|id| pending(transaction, id)).collect())
    }
}

impl Pending {
    /// Whether the record has moved on since the amendment was proposed.
    pub fn record_changed(&self) -> bool {
        self.row.state == "pending" && self.current.version != self.row.base_version
    }

    /// Whether it still waits.
    pub fn is_open(&self) -> bool {
        self.row.state == "pending"
    }

    /// Whether this person has given a signature.
    pub fn signed_by(&self, subject: &str) -> bool {
        self.given.iter().any(|given| given == subject)
    }

    /// Where it stands, as the API says it.
    pub fn state(&self) -> Result<AmendmentState, StoreError> {
        match self.row.state.as_str() {
            "pending" if self.record_changed() => Ok(AmendmentState::Changed),
            "pending" => Ok(AmendmentState::Pending),
            "signed" => Ok(AmendmentState::Signed),
            "declined" => Ok(AmendmentState::Declined),
            _ => Err(StoreError::Unreadable { what: "state" }),
        }
    }

    /// The entity tag: it stands for what would be signed, and changes with it. The count of signatures is no part of
    /// it, since a second signer signs the same whether or not the first one has.
    pub fn etag(&self) -> String {
        let RecordVersion {
            system, kind, id, ..
        } = &self.row.record;
        let parts = [
            self.row.id.as_str(),
            system,
            kind,
            id,
            &self.current.version.to_string(),
            &sha256_hex(&self.current.octets),
            &sha256_hex(&self.row.proposed),
            &self.row.state,
        ];
        format!("\"{}\"", &sha256_hex(parts.join("\n").as_bytes())[..32])
    }

    /// The kind of record.
    pub fn kind(&self) -> Result<records::fields::Kind, StoreError> {
        json(&self.row.kind, "kind")
    }

    /// The state as verification asks for it: the version that is current now.
    pub fn as_evidence_state(&self) -> Result<evidence::AmendmentState, StoreError> {
        let canonical = evidence::canonical::record_octets(&self.row.proposed);
        let canonical = canonical.map_err(|_| StoreError::Unreadable { what: "proposal" })?;
        let record = self.row.record.clone();
        Ok(evidence::AmendmentState {
            id: self.row.id.clone(),
            record: evidence::RecordRef {
                system: record.system,
                kind: record.kind,
                id: record.id,
                base_version: self.current.version.to_string(),
            },
            base_sha256: sha256_hex(&self.current.octets),
            proposed_sha256: sha256_hex(&self.row.proposed),
            proposed_canonical_sha256: sha256_hex(&canonical),
        })
    }
}

/// Reads an amendment with its record as it is now.
pub(super) fn pending(
    transaction: &Transaction<'_>,
    id: &str,
) -> Result<Option<Pending>, StoreError> {
    let Some(row) = row(transaction, id)? else {
        return Ok(None);
    };
    let current = current(transaction, &row.record)?;
    let mut query = transaction.prepare_cached("SELECT subject FROM given WHERE amendment = ?1")?;
    let given = query
        .query_map([id], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(Some(Pending {
        row,
        current,
        given,
    }))
}

/// Reads an amendment's row.
pub(super) fn row(
    transaction: &Transaction<'_>,
    id: &str,
) -> Result<Option<AmendmentRow>, StoreError> {
    let mut query =
        transaction.prepare_cached(&format!("SELECT {COLUMNS} FROM amendment WHERE id = ?1"))?;
    Ok(query.query_row([id], read_row).optional()?)
}

/// Reads a record's newest version.
pub(super) fn current(
    transaction: &Transaction<'_>,
    record: &RecordVersion,
) -> Result<CurrentVersion, StoreError> {
    let mut query = transaction.prepare_cached(
        "SELECT version, octets FROM record_version WHERE system = ?1 AND type = ?2 AND id = ?3
         ORDER BY version DESC LIMIT 1",
    )?;
    let current = query.query_row(params![record.system, record.kind, record.id], |row| {
        Ok(CurrentVersion {
            version: row.get(0)?,
            octets: row.get(1)?,
        })
    })?;
    Ok(current)
}

/// Versions are whole numbers from 1, written without a leading zero.
pub(super) fn version_number(version: &str) -> Option<u64> {
    version
        .parse()
        .ok()
        .filter(|number: &u64| *number > 0 && number.to_string() == version)
}

pub(super) fn read_row(row: &Row<'_>) -> rusqlite::Result<AmendmentRow> {
    let base_version: u64 = row.get("base_version")?;
    Ok(AmendmentRow {
        id: row.get("id")?,
        kind: row.get("kind")?,
        patient: row.get("patient")?,
        record: RecordVersion {
            system: row.get("system")?,
            kind: row.get("type")?,
            id: row.get("record_id")?,
            base_version: base_version.to_string(),
        },
        base_version,
        proposed: row.get("proposed")?,
        why: row.get("why")?,
        requested_by: Person {
            name: row.get("requested_by_name")?,
            role: row.get("requested_by_role")?,
        },
        requested_at: row.get("requested_at")?,
        due_at: row.get("due_at")?,
        due_order: row.get("due_order")?,
        signatures_required: row.get("signatures_required")?,
        state: row.get("state")?,
        summary: row.get("summary")?,
    })
}

pub(super) fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}
