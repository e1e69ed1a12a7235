//! What a good signature leaves behind: evidence, receipt, spent challenge, new version, audit entry.
//!
//! It runs inside the transaction of `commit`, after everything was judged, and judges nothing itself.

use evidence::{Reason, Receipt, Step, VerifiedEvidence, receipt};
use jiff::Timestamp;
use records::wire::SignatureAccepted;
use rusqlite::{Transaction, params};
use serde_json::json;

use super::amendments::Pending;
use super::commit::{Submission, Terms};
use super::issuing::{self, Issued, awaiting};
use super::judging::State;
use super::seed::put_version;
use super::{audit, challenges, column, keys, subject_column, timestamps, to_json};
use crate::refusal::Refusal;
use crate::store::StoreError;

/// Keeps it all, and makes the answer.
pub(super) fn keep(
    transaction: &Transaction<'_>,
    submission: &Submission,
    state: &State,
    evidence: &VerifiedEvidence,
    issued: &Issued,
    terms: &Terms<'_>,
) -> Result<SignatureAccepted, Refusal> {
    let statement = evidence.statement();
    let receipt = &issued.payload;
    move_the_ledgers(transaction, evidence, receipt, terms)?;
    issuing::verify_as_a_stranger(transaction, submission, issued, terms)?;
    let accepted = SignatureAccepted {
        signature_id: statement.signature_id,
        receipt: issued.jws.clone(),
        progress: state.amendments.iter().map(issuing::progress).collect(),
        timestamp: None,
    };
    insert(transaction, submission, evidence, receipt, &accepted)?;
    if !challenges::spend(
        transaction,
        &statement.challenge,
        &statement.signature_id.to_string(),
    )? {
        return Err(Refusal::step(Step::Challenge, Reason::ChallengeSpent));
    }
    let subject = subject_column(&submission.caller)?;
    for amendment in &state.amendments {
        give(transaction, amendment, &subject, evidence, terms.now)?;
    }
    tell(transaction, &subject, evidence, issued, terms.now)?;
    if let Some(stamp) = &issued.stamp {
        timestamps::insert(transaction, receipt.sequence, stamp, terms.now)?;
    }
    timestamps::with(transaction, accepted).map_err(Refusal::from)
}

/// Keys count as in use when a receipt is given under them.
fn move_the_ledgers(
    transaction: &Transaction<'_>,
    evidence: &VerifiedEvidence,
    receipt: &Receipt,
    terms: &Terms<'_>,
) -> Result<(), StoreError> {
    keys::used(
        transaction,
        &evidence.statement().signer.iss,
        evidence.issuer_key_thumbprint(),
        receipt.received_at,
    )?;
    keys::receipt_given(
        transaction,
        &terms.key.public().thumbprint(),
        receipt.received_at,
    )
}

fn tell(
    transaction: &Transaction<'_>,
    subject: &str,
    evidence: &VerifiedEvidence,
    issued: &Issued,
    now: Timestamp,
) -> Result<(), StoreError> {
    let statement = evidence.statement();
    let amendments: Vec<_> = statement.amendments.iter().map(|one| &one.id).collect();
    let detail = json!({
        "signature_id": statement.signature_id,
        "evidence_sha256": evidence.sha256(),
        "sequence": issued.payload.sequence,
        "receipt_sha256": receipt::sha256(&issued.jws),
        "amendments": amendments,
        "device": statement.client.device,
    });
    audit::append(transaction, audit::RECORDED, Some(subject), &detail, now)
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
