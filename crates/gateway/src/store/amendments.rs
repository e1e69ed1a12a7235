//! Amendments as the worklist and the review read them.

use evidence::Subject;
use evidence::digest::sha256_hex;
use jiff::Timestamp;
use records::wire::{
    Amendment, AmendmentPage, AmendmentState, AmendmentSummary, EarlierSignature, Person,
    RecordVersion,
};
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::{Store, StoreError, instant, json, subject_column};

/// Which page of which amendments.
#[derive(Debug, Clone)]
pub struct PageRequest {
    /// Pending, signed or declined.
    pub state: AmendmentState,
    /// After which (due order, identifier) the page starts.
    pub after: Option<(String, String)>,
    /// How many.
    pub limit: u32,
}

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

const COLUMNS: &str = "id, kind, patient, system, type, record_id, base_version, proposed, why, requested_by_name, \
     requested_by_role, requested_at, due_at, due_order, signatures_required, state, summary";

impl Store {
    /// A page of amendments. Pending ones that the caller has signed wait for somebody else, and are left out.
    pub fn amendments(
        &self,
        request: &PageRequest,
        caller: &Subject,
    ) -> Result<AmendmentPage, StoreError> {
        let caller = subject_column(caller)?;
        self.read(|transaction| {
            let (state, after) = (
                state_column(request.state),
                request.after.clone().unwrap_or_default(),
            );
            let mut query = transaction.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM amendment
                 WHERE state = ?1 AND (due_order, id) > (?2, ?3)
                   AND NOT (state = 'pending' AND EXISTS
                       (SELECT 1 FROM given WHERE amendment = amendment.id AND subject = ?4))
                 ORDER BY due_order, id LIMIT ?5"
            ))?;
            let rows = query.query_map(
                params![state, after.0, after.1, caller, request.limit + 1],
                read_row,
            )?;
            let mut rows = rows.collect::<Result<Vec<_>, _>>()?;
            let more = rows.len() > request.limit as usize;
            rows.truncate(request.limit as usize);
            let total = transaction.query_row(
                "SELECT count(*) FROM amendment
                 WHERE state = ?1 AND NOT (state = 'pending' AND EXISTS
                       (SELECT 1 FROM given WHERE amendment = amendment.id AND subject = ?2))",
                params![state, caller],
                |row| row.get(0),
            )?;
            let next = rows
                .last()
                .filter(|_| more)
                .map(|last| cursor(&last.due_order, &last.id));
            let rows = rows
                .into_iter()
                .map(|row| summary(transaction, row, &caller));
            let amendments = rows.collect::<Result<Vec<_>, _>>()?;
            Ok(AmendmentPage {
                amendments,
                next,
                total,
            })
        })
    }

    /// One amendment, in full.
    pub fn amendment(&self, id: &str, caller: &Subject) -> Result<Option<Amendment>, StoreError> {
        let caller = subject_column(caller)?;
        self.read(|transaction| match pending(transaction, id)? {
            Some(pending) => full(transaction, pending, &caller).map(Some),
            None => Ok(None),
        })
    }

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

/// Where a page starts: opaque to clients.
fn cursor(due_order: &str, id: &str) -> String {
    format!("{due_order}\n{id}")
}

fn read_row(row: &Row<'_>) -> rusqlite::Result<AmendmentRow> {
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

fn summary(
    transaction: &Transaction<'_>,
    row: AmendmentRow,
    caller: &str,
) -> Result<AmendmentSummary, StoreError> {
    let unreadable = StoreError::Unreadable { what: "amendment" };
    let pending = pending(transaction, &row.id)?.ok_or(unreadable)?;
    Ok(AmendmentSummary {
        kind: pending.kind()?,
        requested_at: instant(&row.requested_at)?,
        due_at: row.due_at.as_deref().map(instant).transpose()?,
        state: pending.state()?,
        signatures_given: count(pending.given.len()),
        signatures_required: row.signatures_required,
        signed_by_you: pending.signed_by(caller),
        changed: json(&row.summary, "summary")?,
        id: row.id,
        patient: row.patient,
        record: row.record,
        requested_by: row.requested_by,
    })
}

fn full(
    transaction: &Transaction<'_>,
    pending: Pending,
    caller: &str,
) -> Result<Amendment, StoreError> {
    let (kind, state, etag) = (pending.kind()?, pending.state()?, pending.etag());
    let signed_by_you = pending.signed_by(caller);
    let Pending {
        row,
        current,
        given,
    } = pending;
    let (base, base_since) = base(transaction, &row)?;
    Ok(Amendment {
        kind,
        base: base.into(),
        proposed: row.proposed.into(),
        requested_at: instant(&row.requested_at)?,
        due_at: row.due_at.as_deref().map(instant).transpose()?,
        base_since,
        state,
        current_version: current.version.to_string(),
        current: (current.version != row.base_version).then(|| current.octets.into()),
        signatures_given: count(given.len()),
        signatures_required: row.signatures_required,
        signed_by_you,
        signatures: earlier(transaction, &row.record)?,
        changed: json(&row.summary, "summary")?,
        etag,
        id: row.id,
        patient: row.patient,
        record: row.record,
        why: row.why,
        requested_by: row.requested_by,
    })
}

fn base(
    transaction: &Transaction<'_>,
    row: &AmendmentRow,
) -> Result<(Vec<u8>, Timestamp), StoreError> {
    let RecordVersion {
        system, kind, id, ..
    } = &row.record;
    let (octets, since): (Vec<u8>, String) = transaction.query_row(
        "SELECT octets, since FROM record_version WHERE system = ?1 AND type = ?2 AND id = ?3 AND version = ?4",
        params![system, kind, id, row.base_version],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok((octets, instant(&since)?))
}

/// Signatures on the record, those from before this gateway first.
fn earlier(
    transaction: &Transaction<'_>,
    record: &RecordVersion,
) -> Result<Vec<EarlierSignature>, StoreError> {
    let mut query = transaction.prepare_cached(
        "SELECT name, version, meaning, signed_at, receipt FROM earlier_signature
           WHERE system = ?1 AND type = ?2 AND record_id = ?3
         UNION ALL
         SELECT signature.name, CAST(amendment.base_version + 1 AS TEXT), signature.meaning, signature.received_at,
                signature.sequence
           FROM given JOIN signature USING (signature_id) JOIN amendment ON amendment.id = given.amendment
           WHERE amendment.system = ?1 AND amendment.type = ?2 AND amendment.record_id = ?3
         ORDER BY 4, 5",
    )?;
    let rows = query.query_map(params![record.system, record.kind, record.id], |row| {
        let signed_at: String = row.get(3)?;
        let signature = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(4)?);
        Ok((signature, signed_at))
    })?;
    rows.map(|row| {
        let ((name, version, meaning, receipt), signed_at) = row?;
        Ok(EarlierSignature {
            name,
            version,
            meaning,
            signed_at: instant(&signed_at)?,
            receipt,
        })
    })
    .collect()
}

fn state_column(state: AmendmentState) -> &'static str {
    match state {
        AmendmentState::Pending | AmendmentState::Changed => "pending",
        AmendmentState::Signed => "signed",
        AmendmentState::Declined => "declined",
    }
}

pub(super) fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}
