//! The records service's side of a rehearsal, played in this process.
//!
//! It issues one challenge for one practice record and takes every step that a records service takes before it commits:
//! with the issuer's keys as they are published now, and with nothing that the ceremony says about itself. The receipt
//! is signed by a key that nobody trusts and that dies with the process. Nothing is sent anywhere, and nothing is kept.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use aws_lc_rs::rand;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ceremony::{Alarm, AlarmError, ChallengeError, Challenges, Submission, Trail, TrailError};
use evidence::keys::{Algorithm, KeySet};
use evidence::receipt::{ChallengeLife, CommittedRecord, ReceiptType};
use evidence::{
    AmendmentState, Archive, ChallengeFacts, LedgerFacts, LedgerKey, Lookup, NameSource,
    OnlineTrust, Receipt, ReceiptKey, SignedAmendment, Subject, TrustedIssuer, VerifiedEvidence,
    receipt, verify,
};
use identity::RelyingParty;
use jiff::{SignedDuration, Timestamp};
use policy::Policy;
use records::{
    Access, CallError, Challenge, ChallengeRequest, SecurityEvent, SignatureAccepted, SubmitError,
    Waiting,
};
use serde_json::json;
/// How long its challenge lasts: as long as any may.
const LIFE: SignedDuration = SignedDuration::from_secs(300);

/// What it takes part in.
pub struct StandIn {
    policy: Arc<Policy>,
    relying_party: RelyingParty,
    signer: Subject,
    amendment: SignedAmendment,
    key: ReceiptKey,
    issued: Mutex<Option<Issued>>,
    archive: Mutex<Option<Archive>>,
    found: Mutex<Vec<audit::Event>>,
}

struct Issued {
    ask: ChallengeRequest,
    challenge: Challenge,
    spent: bool,
}

impl StandIn {
    /// For one signature by this person. None when the operating system gives no randomness.
    pub fn new(
        policy: Arc<Policy>,
        relying_party: RelyingParty,
        signer: Subject,
        amendment: SignedAmendment,
    ) -> Option<Self> {
        let pkcs8 = ReceiptKey::generate_pkcs8().ok()?;
        Some(Self {
            policy,
            relying_party,
            signer,
            amendment,
            key: ReceiptKey::from_pkcs8(&pkcs8).ok()?,
            issued: Mutex::default(),
            archive: Mutex::default(),
            found: Mutex::default(),
        })
    }

    /// What the evidence verifies by, later and elsewhere. None until it was accepted.
    pub fn archive(&self) -> Option<Archive> {
        lock(&self.archive).clone()
    }

    /// What the audit log would hold.
    pub fn trail(&self) -> Vec<audit::Event> {
        lock(&self.found).clone()
    }

    async fn accept(&self, evidence: &VerifiedEvidence) -> Result<SignatureAccepted, CallError> {
        let unavailable = || CallError::Unavailable { status: 503 };
        let issuer = self.issuer().await.ok_or_else(unavailable)?;
        let now = Timestamp::now();
        let facts = self.spend().ok_or(CallError::ChallengeSpent)?;
        let refused = |step: evidence::Step| CallError::Step {
            step: step.name().to_owned(),
        };
        let verified = self
            .verified(evidence.octets(), &issuer, &facts, now)
            .map_err(|failure| {
                tracing::error!(%failure, "the evidence does not verify");
                refused(failure.step)
            })?;
        let receipt = Receipt {
            kind: ReceiptType::V1,
            signature_id: verified.statement().signature_id,
            evidence_sha256: verified.sha256().to_owned(),
            sequence: 1,
            previous_receipt_sha256: None,
            records: vec![CommittedRecord::new(&self.amendment.record, "2".to_owned())],
            received_at: now,
            challenge: facts.life,
            verified: verified.report().passed(),
            issuer_key_thumbprint: verified.issuer_key_thumbprint().to_owned(),
        };
        let signed =
            receipt::sign(&receipt, &self.key).map_err(|_| refused(evidence::Step::Receipt))?;
        *lock(&self.archive) = self.archive_of(&issuer, now);
        Ok(SignatureAccepted {
            signature_id: receipt.signature_id,
            receipt: signed,
            timestamp: None,
            progress: Vec::new(),
        })
    }

    fn verified(
        &self,
        octets: &[u8],
        issuer: &TrustedIssuer,
        facts: &ChallengeFacts,
        now: Timestamp,
    ) -> Result<VerifiedEvidence, evidence::VerificationFailure> {
        let stored = AmendmentState {
            id: self.amendment.id.clone(),
            record: self.amendment.record.clone(),
            base_sha256: self.amendment.base_sha256.clone(),
            proposed_sha256: self.amendment.proposed_sha256.clone(),
            proposed_canonical_sha256: self.amendment.proposed_canonical_sha256.clone(),
        };
        let trust = OnlineTrust {
            issuers: std::slice::from_ref(issuer),
            now,
            clock_skew_s: self.policy.signing.clock_skew_s,
            delivery_grace_s: 0,
            required_amr: &self.policy.signing.required_amr,
            session: Some(&self.signer),
            challenge: Lookup::Found(facts),
            amendments: Some(&[stored]),
            authority: Some(true),
            // Whether a name has to stand in the ID token is the real records service's to say.
            names: NameSource::Elsewhere,
        };
        verify::online(octets, &trust)
    }

    /// What was issued, the first time only.
    fn spend(&self) -> Option<ChallengeFacts> {
        let mut issued = lock(&self.issued);
        let issued = issued.as_mut()?;
        let facts = ChallengeFacts {
            challenge: issued.challenge.challenge.clone(),
            life: ChallengeLife {
                issued_at: issued.challenge.issued_at,
                expires_at: issued.challenge.expires_at,
            },
            subject: self.signer.clone(),
            amendments: issued.ask.amendments.clone(),
            meaning: issued.ask.meaning.code.clone(),
            acr_values: issued.challenge.acr_values.clone(),
            ledger: Some(LedgerFacts {
                challenge_spent: issued.spent,
                commitment_seen: false,
                authentication_seen: false,
            }),
        };
        issued.spent = true;
        Some(facts)
    }

    /// The issuer with the keys that it publishes now.
    async fn issuer(&self) -> Option<TrustedIssuer> {
        let now = Timestamp::now();
        let provider = match self.relying_party.discover(now).await {
            Ok(provider) => provider,
            Err(error) => {
                tracing::warn!(%error, "the issuer's keys cannot be had");
                return None;
            }
        };
        let identity = &self.policy.identity;
        let in_use = |jwk| LedgerKey {
            jwk,
            first_seen: now,
            last_seen: now,
            retired_at: None,
        };
        let keys = KeySet::parse(provider.jwks()).ok()?.keys;
        let algorithms = identity.algorithms.iter();
        Some(TrustedIssuer {
            iss: identity.issuer.clone(),
            client_ids: vec![identity.client_id.clone()],
            algorithms: algorithms
                .map(|name| Algorithm::from_name(name))
                .collect::<Option<_>>()?,
            subject_claims: identity.subject_claims.clone(),
            keys: keys.into_iter().map(in_use).collect(),
        })
    }

    /// As a records service publishes it.
    fn archive_of(&self, issuer: &TrustedIssuer, now: Timestamp) -> Option<Archive> {
        let archive = json!({
            "type": "urn:countersign:archive:v1",
            "issuers": [issuer],
            "receipt_keys": [{ "jwk": self.key.public(), "first_seen": now, "last_seen": now }],
            "clock_skew_s": self.policy.signing.clock_skew_s,
            "delivery_grace_s": 0,
        });
        Archive::parse(archive.to_string().as_bytes()).ok()
    }
}

#[async_trait]
impl Challenges for StandIn {
    async fn challenge(&self, ask: &ChallengeRequest) -> Result<Challenge, ChallengeError> {
        let mut random = [0; 32];
        rand::fill(&mut random).map_err(|_| CallError::Unavailable { status: 503 })?;
        let issued_at = Timestamp::now();
        let challenge = Challenge {
            challenge: BASE64_URL_SAFE_NO_PAD.encode(random),
            issued_at,
            expires_at: issued_at.saturating_add(LIFE).unwrap_or(Timestamp::MAX),
            // The policy alone demands here.
            acr_values: Vec::new(),
            max_age: None,
        };
        *lock(&self.issued) = Some(Issued {
            ask: ask.clone(),
            challenge: challenge.clone(),
            spent: false,
        });
        Ok(challenge)
    }
}

#[async_trait]
impl Submission for StandIn {
    async fn submit(
        &self,
        evidence: &VerifiedEvidence,
        _: &[String],
        _: &str,
        _: &Access,
    ) -> Result<SignatureAccepted, SubmitError> {
        self.accept(evidence).await.map_err(SubmitError::Refused)
    }

    async fn submit_waiting(
        &self,
        _: &Waiting,
        _: &Access,
    ) -> Result<SignatureAccepted, SubmitError> {
        // A rehearsal has no outbox, so nothing waits.
        Err(SubmitError::NotSent(CallError::Request))
    }

    async fn fate(&self, _: &str, _: &Access) -> Result<Option<SignatureAccepted>, CallError> {
        Ok(None)
    }

    async fn receipt_keys(&self, _: &Access) -> Result<Vec<u8>, CallError> {
        let keys = json!({ "keys": [self.key.public()] });
        Ok(keys.to_string().into_bytes())
    }
}

#[async_trait]
impl Trail for StandIn {
    async fn write(&self, entry: audit::Entry, _: Timestamp) -> Result<(), TrailError> {
        lock(&self.found).push(entry.event);
        Ok(())
    }
}

#[async_trait]
impl Alarm for StandIn {
    async fn raise(&self, _: SecurityEvent) -> Result<(), AlarmError> {
        // A rehearsal alarms nobody; the report says what it found.
        Ok(())
    }
}

/// What was written under a lock that a panic poisoned is still whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
