//! Amendments as the worklist and the review show them.

use evidence::Subject;
use jiff::Timestamp;
use records::wire::{
    Amendment, AmendmentPage, AmendmentState, AmendmentSummary, EarlierSignature, RecordVersion,
};
use rusqlite::{Transaction, params};

use super::amendments::{AmendmentRow, COLUMNS, Pending, count, pending, read_row};
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
}

/// Where a page starts: opaque to clients.
fn cursor(due_order: &str, id: &str) -> String {
    format!("{due_order}\n{id}")
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
