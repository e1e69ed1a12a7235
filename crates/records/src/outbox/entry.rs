//! One sealed signature: what it is, whose it is, and how its delivery stands.

use evidence::{Bundle, Receipt, Subject};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::wire::Octets;

/// One signature that waits, or was refused. Only verified evidence becomes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Everything but the evidence.
    pub note: Note,
    pub(super) evidence: Octets,
}

/// What is kept beside the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// The statement's signature identifier.
    pub signature_id: Uuid,
    /// Who signed. Only this person's token delivers it.
    pub owner: Subject,
    /// The amendments that it signs.
    pub amendments: Vec<String>,
    /// The evidence's identity, as its receipt will name it.
    pub evidence_sha256: String,
    /// The provider's key that signed the ID token, as its receipt will name it.
    pub issuer_key_thumbprint: String,
    /// The entity tags of its amendments.
    pub etags: Vec<String>,
    /// The idempotency key of every attempt.
    pub idempotency_key: String,
    /// The reference under which the audit has it.
    pub reference: String,
    /// What the worklist and the outbox screen call it.
    pub title: Title,
    /// When it was sealed.
    pub sealed_at: Timestamp,
    /// How often delivery was tried.
    pub attempts: u32,
    /// When it is tried again.
    pub next_attempt_at: Timestamp,
    /// What the last attempt said.
    pub last_error: Option<String>,
    /// Whether it waits or was refused.
    pub state: WaitingState,
}

/// How a person recognises a waiting signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// The kind of its (first) record.
    pub kind: crate::fields::Kind,
    /// That record's identifier.
    pub record: String,
    /// The patient's pseudonym.
    pub patient: String,
    /// The meaning, by its standard name.
    pub meaning: String,
}

/// What stands in a file, encrypted.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stored {
    pub note: Note,
    pub evidence: Octets,
}

/// A delivered signature: what is left of its entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliveredNote {
    /// Everything but the evidence, which the records API has now.
    pub note: Note,
    /// The receipt that proves it (a compact JWS).
    pub receipt: String,
}

/// Whether an entry will be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WaitingState {
    /// It will be.
    Waiting,
    /// The API refused it for good. Kept for the record.
    Refused,
}

impl Waiting {
    /// Verified evidence, ready to wait.
    pub fn new(
        evidence: &evidence::VerifiedEvidence,
        etags: Vec<String>,
        idempotency_key: String,
        reference: String,
        title: Title,
        now: Timestamp,
    ) -> Self {
        let statement = evidence.statement();
        let note = Note {
            signature_id: statement.signature_id,
            owner: statement.signer.as_subject(),
            amendments: statement
                .amendments
                .iter()
                .map(|one| one.id.clone())
                .collect(),
            evidence_sha256: evidence.sha256().to_owned(),
            issuer_key_thumbprint: evidence.issuer_key_thumbprint().to_owned(),
            etags,
            idempotency_key,
            reference,
            title,
            sealed_at: now,
            attempts: 0,
            next_attempt_at: now,
            last_error: None,
            state: WaitingState::Waiting,
        };
        Self {
            note,
            evidence: evidence.octets().to_vec().into(),
        }
    }

    /// The evidence as sealed.
    pub fn evidence(&self) -> &[u8] {
        self.evidence.as_slice()
    }

    /// Whether it is to be tried again, by whomever.
    pub fn waits(&self) -> bool {
        self.note.waits()
    }

    /// Exactly this evidence, as strictly as the ceremony asks.
    pub(super) fn is_proven_by(&self, receipt: &Receipt) -> bool {
        let Ok(bundle) = Bundle::parse(self.evidence()) else {
            return false;
        };
        let Ok(sha256) = bundle.sha256() else {
            return false;
        };
        let thumbprint = &self.note.issuer_key_thumbprint;
        receipt.is_for(&bundle, &sha256, thumbprint).is_ok()
    }
}

impl Note {
    /// Whether the signature is to be tried again, by whomever.
    pub fn waits(&self) -> bool {
        self.state == WaitingState::Waiting
    }

    /// When it is tried again, as seen now. A pause that is longer than any was stamped by a clock that was ahead, and is
    /// over: a clock that is right again must not make it one of years.
    pub fn next_attempt(&self, now: Timestamp) -> Timestamp {
        if self.next_attempt_at.duration_since(now) > super::LONGEST_PAUSE {
            return now;
        }
        self.next_attempt_at.max(now)
    }

    /// Whether it is to be tried now with this person's token.
    pub fn is_due(&self, now: Timestamp, owner: &Subject) -> bool {
        self.waits() && self.owner == *owner && self.next_attempt(now) <= now
    }
}
