//! The one transaction of a signature: verified against the state that it changes, or nothing of it is kept.

use evidence::{
    Bundle, NameSource, Receipt, ReceiptKey, Subject, TimestampAuthority, TrustedIssuer,
    VerifiedEvidence, receipt,
};
use jiff::{SignedDuration, Timestamp};
use records::wire::{ProblemKind, SignatureAccepted};
use rusqlite::{OptionalExtension, Transaction};

use super::issuing::{self, Issued};
use super::judging::{State, judge};
use super::keep::keep;
use super::{Store, subject_column, timestamps};
use crate::config::Authority;
use crate::refusal::Refusal;
use crate::store::StoreError;
use crate::timestamps::Stamp;

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
    /// Who says what people are called where their ID tokens do not.
    pub names: NameSource,
    /// Who may sign what.
    pub authority: &'a dyn Authority,
    /// What the receipt is signed with.
    pub key: &'a ReceiptKey,
    /// Whose time-stamps are believed.
    pub timestamp_authorities: &'a [TimestampAuthority],
}

/// A receipt that was time-stamped before it is given.
pub struct Stamped {
    /// The receipt, as it was prepared.
    pub receipt: String,
    /// Its time-stamp.
    pub stamp: Stamp,
}

/// What a commit would give.
pub enum Prepared {
    /// It was given before.
    Known(SignatureAccepted),
    /// This receipt, if nothing else is committed first.
    Receipt(String),
}

/// What became of a commit.
pub enum Outcome {
    /// It stands.
    Committed(SignatureAccepted),
    /// Another signature was committed since the receipt was prepared, so that it has lost its place in the chain.
    Overtaken,
}

impl Store {
    /// Verifies and commits. A repetition of a submission gives the first one's answer.
    pub fn commit(
        &self,
        submission: &Submission,
        terms: &Terms<'_>,
        stamped: Option<Stamped>,
    ) -> Result<Outcome, Refusal> {
        self.write(|transaction| {
            if let Some(first) = repetition(transaction, submission)? {
                return Ok(Outcome::Committed(first));
            }
            let (state, evidence, payload) = judged(transaction, submission, terms)?;
            let issued = match stamped {
                None => Issued {
                    jws: issuing::sign(&payload, terms)?,
                    payload,
                    stamp: None,
                },
                Some(stamped) if receipt::read(&stamped.receipt).as_ref() == Ok(&payload) => {
                    Issued {
                        jws: stamped.receipt,
                        payload,
                        stamp: Some(stamped.stamp),
                    }
                }
                Some(_) => return Ok(Outcome::Overtaken),
            };
            keep(transaction, submission, &state, &evidence, &issued, terms).map(Outcome::Committed)
        })
    }

    /// Verifies, and gives the receipt that a commit on the same terms would give. Nothing is kept.
    pub fn prepare(&self, submission: &Submission, terms: &Terms<'_>) -> Result<Prepared, Refusal> {
        self.read(|transaction| {
            if let Some(first) = repetition(transaction, submission)? {
                return Ok(Prepared::Known(first));
            }
            let (_, _, payload) = judged(transaction, submission, terms)?;
            Ok(Prepared::Receipt(issuing::sign(&payload, terms)?))
        })
    }
}

/// Steps 1 to 13, and what the receipt of step 14 has to say.
fn judged(
    transaction: &Transaction<'_>,
    submission: &Submission,
    terms: &Terms<'_>,
) -> Result<(State, VerifiedEvidence, Receipt), Refusal> {
    let state = State::read(transaction, submission)?;
    let evidence = judge(transaction, submission, &state, terms)?;
    let receipt = issuing::make(transaction, &state, &evidence, terms)?;
    Ok((state, evidence, receipt))
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
            let accepted = super::json(&accepted, "answer")?;
            Ok(Some(timestamps::with(transaction, accepted)?))
        }
        Some(_) => Err(Refusal::Kind(ProblemKind::IdempotencyConflict)),
    }
}

/// How long challenges are remembered that nobody used: as long as evidence for them may arrive.
pub(super) fn remembered_since(now: Timestamp, delivery_grace_s: u32) -> Timestamp {
    let kept =
        SignedDuration::from_secs(i64::from(delivery_grace_s)) + SignedDuration::from_hours(24);
    now.checked_sub(kept).unwrap_or(Timestamp::MIN)
}
