//! Challenges: to whom, for what, until when, and by which signature they were spent.

use evidence::receipt::ChallengeLife;
use evidence::{ChallengeFacts, Subject};
use jiff::Timestamp;
use records::wire::{Challenge, ChallengeRequest};
use rusqlite::{OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Store, StoreError, audit, column, instant, json, subject_column, to_json};

/// What a challenge was made for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// What is about to be signed.
    pub request: ChallengeRequest,
    /// Authentication contexts demanded.
    pub acr_values: Vec<String>,
    /// The oldest authentication accepted, in seconds.
    pub max_age: Option<u32>,
}

/// A challenge as it is kept.
pub struct Kept {
    /// To whom it was issued.
    pub subject: Subject,
    /// For what.
    pub binding: Binding,
    /// Its life.
    pub life: ChallengeLife,
    /// Whether a signature has used it.
    pub spent: bool,
}

impl Store {
    /// Keeps a new challenge, and lets go of unused ones for which evidence can no longer arrive.
    pub fn keep_challenge(
        &self,
        challenge: &Challenge,
        subject: &Subject,
        binding: &Binding,
        delivery_grace_s: u32,
    ) -> Result<(), StoreError> {
        let subject = subject_column(subject)?;
        self.write(|transaction| {
            forget(transaction, super::commit::remembered_since(challenge.issued_at, delivery_grace_s))?;
            transaction.execute(
                "INSERT INTO challenge (challenge, subject, binding, issued_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    challenge.challenge,
                    subject,
                    to_json(binding, "binding")?,
                    column(challenge.issued_at),
                    column(challenge.expires_at),
                ],
            )?;
            let detail = json!({
                "amendments": binding.request.amendments,
                "meaning": binding.request.meaning.code,
                "reason": binding.request.reason.code,
            });
            audit::append(transaction, "challenge-issued", Some(&subject), &detail, challenge.issued_at)
        })
    }
}

impl Kept {
    /// The challenge as verification asks for it.
    pub fn facts(&self, challenge: &str, ledger: evidence::verify::LedgerFacts) -> ChallengeFacts {
        ChallengeFacts {
            challenge: challenge.to_owned(),
            life: self.life,
            subject: self.subject.clone(),
            amendments: self.binding.request.amendments.clone(),
            meaning: self.binding.request.meaning.code.clone(),
            acr_values: self.binding.acr_values.clone(),
            ledger: Some(ledger),
        }
    }
}

/// Reads a challenge.
pub(super) fn find(
    transaction: &Transaction<'_>,
    challenge: &str,
) -> Result<Option<Kept>, StoreError> {
    type Columns = (String, String, String, String, bool);
    let columns: Option<Columns> = transaction
        .query_row(
            "SELECT subject, binding, issued_at, expires_at, spent_by IS NOT NULL FROM challenge WHERE challenge = ?1",
            [challenge],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)),
        )
        .optional()?;
    let Some((subject, binding, issued_at, expires_at, spent)) = columns else {
        return Ok(None);
    };
    Ok(Some(Kept {
        subject: json(&subject, "subject")?,
        binding: json(&binding, "binding")?,
        life: ChallengeLife {
            issued_at: instant(&issued_at)?,
            expires_at: instant(&expires_at)?,
        },
        spent,
    }))
}

/// Whether this nonce or one-time key has signed before.
pub(super) fn commitment_seen(
    transaction: &Transaction<'_>,
    nonce: &str,
    key_thumbprint: &str,
) -> Result<bool, StoreError> {
    let seen = transaction
        .query_row(
            "SELECT 1 FROM signature WHERE nonce = ?1 OR key_thumbprint = ?2",
            [nonce, key_thumbprint],
            |_| Ok(()),
        )
        .optional()?;
    Ok(seen.is_some())
}

/// Whether this person has signed something else on the strength of the same authentication.
///
/// The same, not an older one: evidence that waited in an outbox may arrive after what was signed later. Something else,
/// not the same challenge: that this was used before is the challenge's own step to say.
pub(super) fn authentication_seen(
    transaction: &Transaction<'_>,
    subject: &str,
    auth_time: i64,
    challenge: &str,
) -> Result<bool, StoreError> {
    let seen = transaction
        .query_row(
            "SELECT 1 FROM signature WHERE subject = ?1 AND auth_time = ?2 AND challenge <> ?3",
            params![subject, auth_time, challenge],
            |_| Ok(()),
        )
        .optional()?;
    Ok(seen.is_some())
}

/// Spends a challenge. False when it was spent before, which the caller has to treat as a refusal.
pub(super) fn spend(
    transaction: &Transaction<'_>,
    challenge: &str,
    signature_id: &str,
) -> Result<bool, StoreError> {
    let spent = transaction.execute(
        "UPDATE challenge SET spent_by = ?2 WHERE challenge = ?1 AND spent_by IS NULL",
        [challenge, signature_id],
    )?;
    Ok(spent == 1)
}

/// Removes challenges that ended long ago without being used, which bounds the table.
pub(super) fn forget(transaction: &Transaction<'_>, before: Timestamp) -> Result<(), StoreError> {
    transaction.execute(
        "DELETE FROM challenge WHERE spent_by IS NULL AND expires_at < ?1",
        [column(before)],
    )?;
    Ok(())
}
