//! The one transaction of a signature: verified against the state that it changes, or nothing of it is kept.

use evidence::receipt::{CommittedRecord, ReceiptType};
use evidence::verify::{LedgerFacts, Lookup, OnlineTrust};
use evidence::{
    Bundle, Reason, Receipt, ReceiptKey, Step, Subject, TrustedIssuer, VerifiedEvidence, receipt,
    verify,
};
use jiff::{SignedDuration, Timestamp};
use records::wire::{Meaning, ProblemKind, Progress, SignatureAccepted};
use rusqlite::{OptionalExtension, Transaction, params};
use serde_json::json;

use super::amendments::{Pending, count, pending};
use super::challenges::{self, Kept};
use super::seed::put_version;
use super::{Store, audit, column, instant, keys, subject_column, to_json};
use crate::config::Authority;
use crate::issuers::ROTATION;
use crate::refusal::{Demands, Refusal};
use crate::store::StoreError;

/// Evidence that somebody submits.
pub struct Submission {
    /// The octets, as received.
    pub octets: Vec<u8>,
    /// The same, read.
    pub bundle: Bundle,
    /// The entity tags that the submission is conditional on.
    pub if_match: Vec<String>,
    /// What makes a repetition of it recognisable.
    pub idempotency_key: String,
    /// Whose token opened the door.
    pub caller: Subject,
}

/// By what it is judged.
pub struct Terms<'a> {
    /// Now.
    pub now: Timestamp,
    /// Whom the gateway trusts; their keys come from the ledger.
    pub issuers: Vec<TrustedIssuer>,
    /// How far clocks may differ, in seconds.
    pub clock_skew_s: u32,
    /// How long after the ID token's end evidence may still arrive, in seconds.
    pub delivery_grace_s: u32,
    /// Authentication methods that are all demanded.
    pub required_amr: &'a [String],
    /// Who may sign what.
    pub authority: &'a dyn Authority,
    /// What the receipt is signed with.
    pub key: &'a ReceiptKey,
}

impl Store {
    /// Verifies and commits. A repetition of a submission gives the first one's answer.
    pub fn commit(
        &self,
        submission: &Submission,
        terms: &Terms<'_>,
    ) -> Result<SignatureAccepted, Refusal> {
        self.write(|transaction| {
            if let Some(first) = repetition(transaction, submission)? {
                return Ok(first);
            }
            let state = State::read(transaction, submission)?;
            let evidence = judge(transaction, submission, &state, terms)?;
            keep(transaction, submission, &state, &evidence, terms)
        })
    }
}

/// The answer that this submission got before.
fn repetition(
    transaction: &Transaction<'_>,
    submission: &Submission,
) -> Result<Option<SignatureAccepted>, Refusal> {
    let first: Option<(Vec<u8>, String)> = transaction
        .query_row(
            "SELECT evidence, accepted FROM signature WHERE subject = ?1 AND idempotency_key = ?2",
            [
                &subject_column(&submission.caller)?,
                &submission.idempotency_key,
            ],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()
        .map_err(StoreError::from)?;
    match first {
        None => Ok(None),
        Some((evidence, accepted)) if evidence == submission.octets => {
            Ok(Some(super::json(&accepted, "answer")?))
        }
        Some(_) => Err(Refusal::Kind(ProblemKind::IdempotencyConflict)),
    }
}

/// What the gateway knows about a submission, as of this transaction.
struct State {
    amendments: Vec<Pending>,
    challenge: Option<Kept>,
    commitment_seen: bool,
}

impl State {
    fn read(transaction: &Transaction<'_>, submission: &Submission) -> Result<Self, StoreError> {
        let statement = submission.bundle.statement();
        let mut amendments = Vec::new();
        for signed in &statement.amendments {
            amendments.extend(pending(transaction, &signed.id)?);
        }
        let nonce = submission.bundle.nonce().unwrap_or_default();
        let key = submission.bundle.key_thumbprint().unwrap_or_default();
        Ok(Self {
            amendments,
            challenge: challenges::find(transaction, &statement.challenge)?,
            commitment_seen: challenges::commitment_seen(transaction, &nonce, &key)?,
        })
    }

    fn demands(&self) -> Demands {
        let binding = self.challenge.as_ref().map(|challenge| &challenge.binding);
        binding.map_or_else(Demands::default, |binding| Demands {
            acr_values: binding.acr_values.clone(),
            max_age: binding.max_age,
        })
    }
}

fn judge(
    transaction: &Transaction<'_>,
    submission: &Submission,
    state: &State,
    terms: &Terms<'_>,
) -> Result<VerifiedEvidence, Refusal> {
    let statement = submission.bundle.statement();
    // A replay is told as one, although the record has moved on because of it.
    if state
        .challenge
        .as_ref()
        .is_some_and(|challenge| challenge.spent)
    {
        return Err(Refusal::step(Step::Challenge, Reason::ChallengeSpent));
    }
    let ledger = LedgerFacts {
        challenge_spent: false,
        commitment_seen: state.commitment_seen,
    };
    let facts = state
        .challenge
        .as_ref()
        .map(|challenge| challenge.facts(&statement.challenge, ledger));
    let amendments = state
        .amendments
        .iter()
        .map(Pending::as_evidence_state)
        .collect::<Result<Vec<_>, _>>()?;
    let trust = OnlineTrust {
        issuers: &issuers(transaction, state, terms)?,
        now: terms.now,
        clock_skew_s: terms.clock_skew_s,
        delivery_grace_s: terms.delivery_grace_s,
        required_amr: terms.required_amr,
        session: Some(&submission.caller),
        challenge: facts.as_ref().map_or(Lookup::NotFound, Lookup::Found),
        amendments: Some(&amendments),
        authority: Some(may_sign(submission, state, terms)?),
    };
    let evidence =
        verify::online(&submission.octets, &trust).map_err(|failure| match failure.reason {
            Reason::RecordVersionChanged => {
                changed(state).unwrap_or_else(|| Refusal::of(&failure, state.demands()))
            }
            _ => Refusal::of(&failure, state.demands()),
        })?;
    if evidence.report().passed() != Step::BEFORE_RECEIPT {
        // A receipt names every step; one that nobody took cannot be in it.
        return Err(Refusal::step(Step::Challenge, Reason::ChallengeUnknown));
    }
    is_what_the_challenge_was_for(state, &evidence, terms)?;
    conditions_hold(submission, state)?;
    Ok(evidence)
}

fn changed(state: &State) -> Option<Refusal> {
    let changed = state
        .amendments
        .iter()
        .find(|amendment| amendment.current.version != amendment.row.base_version);
    changed.map(|amendment| Refusal::RecordChanged {
        amendment: amendment.row.id.clone(),
    })
}

/// The issuers, each with the keys that it may have signed with since the challenge was made.
fn issuers(
    transaction: &Transaction<'_>,
    state: &State,
    terms: &Terms<'_>,
) -> Result<Vec<TrustedIssuer>, StoreError> {
    let since = state
        .challenge
        .as_ref()
        .map_or(terms.now, |challenge| challenge.life.issued_at);
    let mut issuers = terms.issuers.clone();
    for issuer in &mut issuers {
        issuer.keys = keys::issuer_keys(transaction, &issuer.iss)?;
        issuer
            .keys
            .retain(|key| since.duration_since(key.last_seen) <= ROTATION);
    }
    Ok(issuers)
}

/// Authority as of now: the rules, and that nobody gives two of an amendment's signatures.
fn may_sign(submission: &Submission, state: &State, terms: &Terms<'_>) -> Result<bool, StoreError> {
    let statement = submission.bundle.statement();
    let meaning = Meaning {
        code: statement.meaning.code.clone(),
        display: statement.meaning.display.clone(),
    };
    let subject = subject_column(&submission.caller)?;
    for amendment in &state.amendments {
        let allowed = terms
            .authority
            .may_sign(&submission.caller, amendment.kind()?, &meaning);
        if !allowed || amendment.signed_by(&subject) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The part of step 12 that only this API's challenges have: the words of meaning and reason, and the oldest
/// authentication accepted.
fn is_what_the_challenge_was_for(
    state: &State,
    evidence: &VerifiedEvidence,
    terms: &Terms<'_>,
) -> Result<(), Refusal> {
    let unknown = || Refusal::step(Step::Challenge, Reason::ChallengeUnknown);
    let binding = &state.challenge.as_ref().ok_or_else(unknown)?.binding;
    let (statement, request) = (evidence.statement(), &binding.request);
    let same = statement.meaning.display == request.meaning.display
        && statement.reason.code == request.reason.code
        && statement.reason.text == request.reason.text;
    if !same {
        return Err(unknown());
    }
    let (issued, authenticated) = (
        evidence.claims().seconds("iat"),
        evidence.claims().seconds("auth_time"),
    );
    let age = issued
        .zip(authenticated)
        .map(|(issued, authenticated)| issued - authenticated);
    let too_old =
        |limit: u32| age.is_none_or(|age| age > i64::from(limit) + i64::from(terms.clock_skew_s));
    if binding.max_age.is_some_and(too_old) {
        let (step, reason) = (Step::Authentication, Reason::AuthTimeStale);
        return Err(Refusal::Step {
            step,
            reason,
            demands: Some(state.demands()),
        });
    }
    Ok(())
}

/// `If-Match`, and that each amendment still waits.
fn conditions_hold(submission: &Submission, state: &State) -> Result<(), Refusal> {
    for amendment in &state.amendments {
        if !amendment.is_open() {
            return Err(Refusal::Kind(ProblemKind::NotPending));
        }
        if !submission.if_match.contains(&amendment.etag()) {
            return Err(Refusal::RecordChanged {
                amendment: amendment.row.id.clone(),
            });
        }
    }
    Ok(())
}

fn keep(
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
        // The chain never goes back in time, whatever the clock does.
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
             evidence, evidence_sha256, receipt, receipt_sha256, accepted, idempotency_key, received_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
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

/// How long challenges are remembered that nobody used: as long as evidence for them may arrive.
pub(super) fn remembered_since(now: Timestamp, delivery_grace_s: u32) -> Timestamp {
    let kept =
        SignedDuration::from_secs(i64::from(delivery_grace_s)) + SignedDuration::from_hours(24);
    now.checked_sub(kept).unwrap_or(Timestamp::MIN)
}
