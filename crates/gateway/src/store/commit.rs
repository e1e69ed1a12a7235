//! The one transaction of a signature: verified against the state that it changes, or nothing of it is kept.

use evidence::verify::{LedgerFacts, Lookup, OnlineTrust};
use evidence::{
    Bundle, NameSource, Reason, ReceiptKey, Step, Subject, TrustedIssuer, VerifiedEvidence, verify,
};
use jiff::{SignedDuration, Timestamp};
use records::wire::{Meaning, ProblemKind, SignatureAccepted};
use rusqlite::{OptionalExtension, Transaction};

use super::amendments::{Pending, pending};
use super::challenges::{self, Kept};
use super::keep::keep;
use super::{Store, keys, subject_column};
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
    /// Who says what people are called where their ID tokens do not.
    pub names: NameSource,
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
pub(super) struct State {
    /// The statement's amendments that are known, in its order.
    pub(super) amendments: Vec<Pending>,
    /// The challenge that it names.
    pub(super) challenge: Option<Kept>,
    commitment_seen: bool,
    authentication_seen: bool,
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
        let auth_time = submission.bundle.auth_time().unwrap_or_default();
        Ok(Self {
            amendments,
            challenge: challenges::find(transaction, &statement.challenge)?,
            commitment_seen: challenges::commitment_seen(transaction, &nonce, &key)?,
            authentication_seen: challenges::authentication_seen(
                transaction,
                &subject_column(&submission.caller)?,
                auth_time,
            )?,
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
        authentication_seen: state.authentication_seen,
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
        names: terms.names,
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

/// How long challenges are remembered that nobody used: as long as evidence for them may arrive.
pub(super) fn remembered_since(now: Timestamp, delivery_grace_s: u32) -> Timestamp {
    let kept =
        SignedDuration::from_secs(i64::from(delivery_grace_s)) + SignedDuration::from_hours(24);
    now.checked_sub(kept).unwrap_or(Timestamp::MIN)
}
