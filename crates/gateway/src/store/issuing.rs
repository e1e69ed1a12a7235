//! Step 14: the receipt. It is made, signed, and then verified as a stranger would verify it, before anything is kept.
//!
//! A gateway whose chain of receipts was tampered with, or whose clock or keys went astray, notices it here and
//! commits nothing, instead of handing out a receipt that nobody can verify.

use evidence::receipt::{CommittedRecord, ReceiptType};
use evidence::{Archive, Reason, Receipt, Step, VerifiedEvidence, receipt, verify};
use jiff::{SignedDuration, Timestamp};
use records::wire::{ProblemKind, Progress};
use rusqlite::{OptionalExtension, Transaction};

use super::amendments::{Pending, count};
use super::commit::{Submission, Terms};
use super::judging::State;
use super::{audit, keys};
use crate::refusal::Refusal;
use crate::store::StoreError;
use crate::timestamps::Stamp;

/// A receipt that is ready to be given.
pub(super) struct Issued {
    /// What it says.
    pub(super) payload: Receipt,
    /// Its signed form.
    pub(super) jws: String,
    /// What a timestamping authority says about it.
    pub(super) stamp: Option<Stamp>,
}

/// What the receipt for this evidence says.
pub(super) fn make(
    transaction: &Transaction<'_>,
    state: &State,
    evidence: &VerifiedEvidence,
    terms: &Terms<'_>,
) -> Result<Receipt, Refusal> {
    let last = last_link(transaction)?;
    let (sequence, previous, not_before) = match &last {
        Some(last) => (last.sequence + 1, Some(last.sha256.clone()), last.at),
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

/// Signs it.
pub(super) fn sign(receipt: &Receipt, terms: &Terms<'_>) -> Result<String, StoreError> {
    receipt::sign(receipt, terms.key).map_err(|_| StoreError::Unreadable { what: "receipt" })
}

/// Step 14, with the ledgers as they are once the receipt is given: the evidence verifies with this receipt from the
/// ledgers alone, and the receipt continues the chain that was kept.
pub(super) fn verify_as_a_stranger(
    transaction: &Transaction<'_>,
    submission: &Submission,
    issued: &Issued,
    terms: &Terms<'_>,
) -> Result<(), Refusal> {
    let mut issuers = terms.issuers.clone();
    for issuer in &mut issuers {
        issuer.keys = keys::issuer_keys(transaction, &issuer.iss)?;
    }
    let archive = Archive {
        kind: evidence::archive::ArchiveType::default(),
        issuers,
        receipt_keys: keys::receipt_keys(transaction)?,
        clock_skew_s: terms.clock_skew_s,
        delivery_grace_s: terms.delivery_grace_s,
        receipts: Vec::new(),
        timestamp_authorities: terms.timestamp_authorities.to_vec(),
        timestamped_from: None,
    };
    let mut bundle = submission.bundle.clone().with_receipt(&issued.jws);
    if let Some(stamp) = &issued.stamp {
        bundle = bundle.with_timestamp(&stamp.token);
    }
    let octets = bundle.octets().map_err(|_| failed(Reason::NotCanonical))?;
    verify::offline(&octets, &archive).map_err(|failure| failed(failure.reason))?;
    continues_the_chain(transaction, &issued.payload, &archive)
}

fn continues_the_chain(
    transaction: &Transaction<'_>,
    receipt: &Receipt,
    archive: &Archive,
) -> Result<(), Refusal> {
    let broken = || failed(Reason::ReceiptChainBroken);
    let trail = audit::newest(transaction, audit::RECORDED)?;
    let Some(last) = last_link(transaction)? else {
        return if trail.is_none() {
            Ok(())
        } else {
            Err(broken())
        };
    };
    let said = receipt::verify(&last.jws, &archive.receipt_keys).map_err(|_| broken())?;
    // The trail tells of every receipt: one that was taken off the end is missed here.
    let told = trail.is_some_and(|line| {
        line["sequence"] == last.sequence && line["receipt_sha256"] == last.sha256.as_str()
    });
    let whole = said.sequence == last.sequence && receipt::sha256(&last.jws) == last.sha256;
    if told && whole && receipt::follows(&last.jws, receipt).is_ok() {
        Ok(())
    } else {
        Err(broken())
    }
}

fn failed(reason: Reason) -> Refusal {
    Refusal::step(Step::Receipt, reason)
}

/// The last receipt, as it is kept.
struct Link {
    sequence: u64,
    jws: String,
    sha256: String,
    at: Timestamp,
}

fn last_link(transaction: &Transaction<'_>) -> Result<Option<Link>, StoreError> {
    let columns: Option<(u64, String, String, String)> = transaction
        .query_row(
            "SELECT sequence, receipt, receipt_sha256, received_at FROM signature ORDER BY sequence DESC LIMIT 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )
        .optional()?;
    columns
        .map(|(sequence, jws, sha256, at)| {
            Ok(Link {
                sequence,
                jws,
                sha256,
                at: super::instant(&at)?,
            })
        })
        .transpose()
}

/// Signatures still missing after this one; absent when the version comes into being with it.
pub(super) fn awaiting(amendment: &Pending) -> Option<u32> {
    let progress = progress(amendment);
    (!progress.complete()).then(|| progress.signatures_required - progress.signatures_given)
}

/// How far an amendment is with this signature.
pub(super) fn progress(amendment: &Pending) -> Progress {
    Progress {
        amendment: amendment.row.id.clone(),
        signatures_given: count(amendment.given.len() + 1),
        signatures_required: amendment.row.signatures_required,
    }
}
