//! Whether a submission is good: the fourteen steps, against the state that the commit would change.
//!
//! `evidence` takes the steps, in order, from the octets alone. Here is what it asks this gateway: what is stored, what
//! was used before, which keys an issuer had. Nothing is written.

use evidence::verify::{LedgerFacts, Lookup, OnlineTrust};
use evidence::{Reason, Step, TrustedIssuer, VerificationFailure, VerifiedEvidence, verify};
use records::wire::{Meaning, ProblemKind};
use rusqlite::Transaction;

use super::amendments::{Pending, pending};
use super::challenges::{self, Kept};
use super::commit::{Submission, Terms};
use super::{keys, subject_column};
use crate::refusal::{Demands, Refusal};
use crate::store::StoreError;

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
    pub(super) fn read(
        transaction: &Transaction<'_>,
        submission: &Submission,
    ) -> Result<Self, StoreError> {
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
                &statement.challenge,
            )?,
        })
    }

    fn challenge_is_spent(&self) -> bool {
        self.challenge
            .as_ref()
            .is_some_and(|challenge| challenge.spent)
    }

    fn demands(&self) -> Demands {
        let binding = self.challenge.as_ref().map(|challenge| &challenge.binding);
        binding.map_or_else(Demands::default, |binding| Demands {
            acr_values: binding.acr_values.clone(),
            max_age: binding.max_age,
        })
    }
}

/// Takes steps 1 to 13. Step 14 is the receipt's, which is made of what this finds.
pub(super) fn judge(
    transaction: &Transaction<'_>,
    submission: &Submission,
    state: &State,
    terms: &Terms<'_>,
) -> Result<VerifiedEvidence, Refusal> {
    let statement = submission.bundle.statement();
    let ledger = LedgerFacts {
        challenge_spent: state.challenge_is_spent(),
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
    let own = failure_of_our_own(submission, state, terms);
    let evidence = match verify::online(&submission.octets, &trust) {
        Ok(evidence) => own.map_or(Ok(evidence), |(step, reason)| {
            Err(refused_at(step, reason, state))
        })?,
        // The first step that does not hold is the one that is told.
        Err(failure) => {
            return Err(match own {
                Some((step, reason)) if step < failure.step => refused_at(step, reason, state),
                _ => refusal(&failure, state),
            });
        }
    };
    if evidence.report().passed() != Step::BEFORE_RECEIPT {
        // A receipt names every step; one that nobody took cannot be in it.
        return Err(Refusal::step(Step::Challenge, Reason::ChallengeUnknown));
    }
    conditions_hold(submission, state)?;
    Ok(evidence)
}

/// A replay is told as one, although the record has moved on because of it.
fn refusal(failure: &VerificationFailure, state: &State) -> Refusal {
    let otherwise = || Refusal::of(failure, state.demands());
    match (failure.step, failure.reason) {
        (Step::Record, _) if state.challenge_is_spent() => {
            Refusal::step(Step::Challenge, Reason::ChallengeSpent)
        }
        (_, Reason::RecordVersionChanged) => changed(state).unwrap_or_else(otherwise),
        _ => otherwise(),
    }
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

/// The issuers, each with the keys that it had when the challenge was made or has got since. A key that was retired
/// before has no business with this challenge.
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
            .retain(|key| key.retired_at.is_none_or(|retired| since < retired));
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

/// What only this API's challenges ask. Step 9: how old the authentication may be when the token is issued. Step 12: the
/// words of meaning and reason. The first of them that does not hold.
fn failure_of_our_own(
    submission: &Submission,
    state: &State,
    terms: &Terms<'_>,
) -> Option<(Step, Reason)> {
    let binding = &state.challenge.as_ref()?.binding;
    let (issued, authenticated) = (submission.bundle.issued_at(), submission.bundle.auth_time());
    let age = issued
        .zip(authenticated)
        .map(|(issued, authenticated)| issued.saturating_sub(authenticated));
    let too_old =
        |limit: u32| age.is_none_or(|age| age > i64::from(limit) + i64::from(terms.clock_skew_s));
    if binding.max_age.is_some_and(too_old) {
        return Some((Step::Authentication, Reason::AuthTimeStale));
    }
    let (statement, request) = (submission.bundle.statement(), &binding.request);
    let same_words = statement.meaning.display == request.meaning.display
        && statement.reason.code == request.reason.code
        && statement.reason.text == request.reason.text;
    (!same_words).then_some((Step::Challenge, Reason::ChallengeUnknown))
}

fn refused_at(step: Step, reason: Reason, state: &State) -> Refusal {
    Refusal::Step {
        step,
        reason,
        demands: (step == Step::Authentication).then(|| state.demands()),
    }
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
