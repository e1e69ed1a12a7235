//! What a good signature leaves behind: evidence, receipt, spent challenge, new version, audit entry.
//!
//! It runs inside the transaction of `commit`, after everything was judged, and judges nothing itself.

use evidence::receipt::{CommittedRecord, ReceiptType};
use evidence::{Reason, Receipt, Step, VerifiedEvidence, receipt};
use jiff::{SignedDuration, Timestamp};
use records::wire::{ProblemKind, Progress, SignatureAccepted};
use rusqlite::{OptionalExtension, Transaction, params};
use serde_json::json;

use super::amendments::{Pending, count};
use super::commit::{State, Submission, Terms};
use super::seed::put_version;
use super::{audit, challenges, column, instant, keys, subject_column, to_json};
use crate::refusal::Refusal;
use crate::store::StoreError;

/// Keeps it all, and makes the answer.
pub(super) fn keep(
    transaction: &Transaction<'_>,
    submission: &Submission,
    state: &State,
    evidence: &VerifiedEvidence,
    terms: &Terms<'_>,
) -> Result<SignatureAccepted, Refusal> {
    let statement = evidence.statement();
    let subject = subject_column(&submission.caller)?;
    let receipt = make_receipt(transaction, state, evidence, terms)?;
    let signed = receipt::sign(&receipt, terms.key)
        .map_err(|_| StoreError::Unreadable { what: "receipt" })?;
    let accepted = SignatureAccepted {
        signature_id: statement.signature_id,
        receipt: signed.clone(),
        progress: state.amendments.iter().map(progress).collect(),
    };
    insert(transaction, submission, evidence, &receipt, &accepted)?;
    if !challenges::spend(
        transaction,
        &statement.challenge,
        &statement.signature_id.to_string(),
    )? {
        return Err(Refusal::step(Step::Challenge, Reason::ChallengeSpent));
    }
    for amendment in &state.amendments {
        give(transaction, amendment, &subject, evidence, terms.now)?;
    }
    keys::used(
        transaction,
        &statement.signer.iss,
        evidence.issuer_key_thumbprint(),
        receipt.received_at,
    )?;
    keys::receipt_given(
        transaction,
        &terms.key.public().thumbprint(),
        receipt.received_at,
    )?;
    let detail = json!({
        "signature_id": statement.signature_id,
        "evidence_sha256": evidence.sha256(),
        "sequence": receipt.sequence,
        "receipt_sha256": receipt::sha256(&signed),
        "amendments": statement.amendments.iter().map(|amendment| &amendment.id).collect::<Vec<_>>(),
        "device": statement.client.device,
    });
    audit::append(
        transaction,
        "signature-recorded",
        Some(&subject),
        &detail,
        terms.now,
    )?;
    Ok(accepted)
}

fn make_receipt(
    transaction: &Transaction<'_>,
    state: &State,
    evidence: &VerifiedEvidence,
    terms: &Terms<'_>,
) -> Result<Receipt, Refusal> {
    let last: Option<(u64, String, String)> = transaction
        .query_row(
            "SELECT sequence, receipt_sha256, received_at FROM signature ORDER BY sequence DESC LIMIT 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .optional()
        .map_err(StoreError::from)?;
    let (sequence, previous, not_before) = match last {
        Some((sequence, sha256, at)) => (sequence + 1, Some(sha256), instant(&at)?),
        None => (1, None, terms.now),
    };
    // A receipt attests a time. A clock that fell behind the chain by more than clocks may differ knows none.
    let skew = SignedDuration::from_secs(i64::from(terms.clock_skew_s));
    if not_before.duration_since(terms.now) > skew {
        return Err(Refusal::Kind(ProblemKind::ClockBehind));
    }
    let unknown = || Refusal::step(Step::Challenge, Reason::ChallengeUnknown);
    let records = evidence
        .statement()
        .amendments
        .iter()
        .zip(&state.amendments)
        .map(|(signed, amendment)| {
            let new_version = (amendment.row.base_version + 1).to_string();
            let mut record = CommittedRecord::new(&signed.record, new_version);
            record.awaiting = awaiting(amendment);
            record
        });
    Ok(Receipt {
        kind: ReceiptType::default(),
        signature_id: evidence.statement().signature_id,
        evidence_sha256: evidence.sha256().to_owned(),
        sequence,
        previous_receipt_sha256: previous,
        records: records.collect(),
        // The chain never goes back in time, also when the clock is set back a little.
        received_at: terms.now.max(not_before),
        challenge: state.challenge.as_ref().ok_or_else(unknown)?.life,
        verified: evidence.report().passed(),
        issuer_key_thumbprint: evidence.issuer_key_thumbprint().to_owned(),
    })
}

/// Signatures still missing after this one; absent when the version comes into being with it.
fn awaiting(amendment: &Pending) -> Option<u32> {
    let progress = progress(amendment);
    (!progress.complete()).then(|| progress.signatures_required - progress.signatures_given)
}

fn progress(amendment: &Pending) -> Progress {
    Progress {
        amendment: amendment.row.id.clone(),
        signatures_given: count(amendment.given.len() + 1),
        signatures_required: amendment.row.signatures_required,
    }
}

fn insert(
    transaction: &Transaction<'_>,
    submission: &Submission,
    evidence: &VerifiedEvidence,
    receipt: &Receipt,
    accepted: &SignatureAccepted,
) -> Result<(), StoreError> {
    let statement = evidence.statement();
    transaction.execute(
        "INSERT INTO signature (signature_id, sequence, challenge, nonce, key_thumbprint, subject, name, meaning,
             evidence, evidence_sha256, receipt, receipt_sha256, accepted, idempotency_key, received_at, auth_time)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        params![
            statement.signature_id.to_string(),
            receipt.sequence,
            statement.challenge,
            submission.bundle.nonce(),
            evidence.signing_key_thumbprint(),
            subject_column(&submission.caller)?,
            statement.signer.name,
            statement.meaning.display,
            submission.octets,
            evidence.sha256(),
            accepted.receipt,
            receipt::sha256(&accepted.receipt),
            to_json(accepted, "answer")?,
            submission.idempotency_key,
            column(receipt.received_at),
            evidence.claims().seconds("auth_time"),
        ],
    )?;
    Ok(())
}

/// Gives the signature to an amendment, and with its last one the record its new version.
fn give(
    transaction: &Transaction<'_>,
    amendment: &Pending,
    subject: &str,
    evidence: &VerifiedEvidence,
    now: Timestamp,
) -> Result<(), StoreError> {
    let id = &amendment.row.id;
    transaction.execute(
        "INSERT INTO given (amendment, subject, signature_id) VALUES (?1, ?2, ?3)",
        params![id, subject, evidence.statement().signature_id.to_string()],
    )?;
    if awaiting(amendment).is_none() {
        let row = &amendment.row;
        put_version(
            transaction,
            &row.record,
            row.base_version + 1,
            &row.proposed,
            now,
        )?;
        transaction.execute("UPDATE amendment SET state = 'signed' WHERE id = ?1", [id])?;
    }
    Ok(())
}
