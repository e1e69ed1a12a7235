//! A signature in a clinic that never existed: an identity provider with a real key, a statement, and everything a
//! records API would know. It is honest until a test changes it.
//!
//! [`Scene::octets`] puts a bundle together from the format's description alone, without the crate's own maker, and
//! signs whatever it is given: that is what an attacker who holds a one-time key can do.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::doc_markdown)]
#![allow(dead_code, reason = "each test file uses its part of the scene")]

mod provider;
pub mod story;

use std::collections::BTreeMap;

use aws_lc_rs::rand::SystemRandom;
use evidence::archive::{Archive, ArchiveType, LedgerKey, TrustedIssuer};
use evidence::digest::{base64url, sha256_hex};
use evidence::keys::Algorithm;
use evidence::receipt::{CommittedRecord, Receipt, ReceiptKey, ReceiptType};
use evidence::{
    AmendmentState, ChallengeFacts, LedgerFacts, Lookup, NameSource, OneTimeKey, OnlineTrust,
    Presentation, Reason, Statement, Status, Step, Subject, VerifiedEvidence, verify,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use sha3::{Digest as _, Sha3_256};

pub use provider::Provider;
use story::{claims, life, statement};

pub const ISSUER: &str = "https://id.example.org/realms/clinic";
pub const CLIENT: &str = "countersign-desktop";
pub const SHOWN: &str = "I, Grace Adams, sign that haemoglobin 13.2 g/dL becomes 12.3 g/dL.";

/// Seconds after the challenge was issued.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_795_600_000).unwrap() + SignedDuration::from_secs(seconds)
}

/// Seconds since the epoch, as in claims.
pub fn epoch(seconds: i64) -> Value {
    json!(at(seconds).as_second())
}

pub struct Scene {
    // What is signed, and how.
    pub provider: Provider,
    pub statement: Statement,
    pub header: Map<String, Value>,
    /// `nonce: null` stands for the commitment's.
    pub claims: Map<String, Value>,
    pub cic: Map<String, Value>,
    pub presentation: Presentation,
    pub configuration: Vec<u8>,
    pub jwks: Vec<u8>,
    pub parameters: BTreeMap<String, String>,
    pub callback_iss: Option<String>,
    pub key: OneTimeKey,
    // What the verifier knows.
    pub issuers: Vec<TrustedIssuer>,
    pub now: Timestamp,
    pub clock_skew_s: u32,
    pub delivery_grace_s: u32,
    pub required_amr: Vec<String>,
    pub session: Option<Subject>,
    pub challenge: Option<ChallengeFacts>,
    pub stored: Vec<AmendmentState>,
    pub authority: bool,
    pub names: NameSource,
    // What it answers.
    pub receipt_key: ReceiptKey,
}

impl Scene {
    pub fn new() -> Self {
        Self::at(Provider::new(ISSUER, Algorithm::Es256))
    }

    pub fn at(provider: Provider) -> Self {
        let statement = statement();
        let subject = statement.signer.as_subject();
        let amendment = statement.amendments[0].clone();
        Self {
            header: provider.header(),
            claims: claims(&provider.iss),
            cic: Map::new(),
            presentation: Presentation::text(SHOWN),
            configuration: provider.configuration(),
            jwks: provider.jwks(),
            parameters: BTreeMap::from(
                [
                    ("client_id", CLIENT),
                    ("prompt", "login"),
                    ("max_age", "0"),
                    ("acr_values", "mfa"),
                    ("scope", "openid"),
                ]
                .map(|(name, value)| (name.to_owned(), value.to_owned())),
            ),
            callback_iss: Some(provider.iss.clone()),
            key: OneTimeKey::generate(&SystemRandom::new()).unwrap(),
            issuers: vec![provider.trusted()],
            now: at(60),
            clock_skew_s: 60,
            delivery_grace_s: 0,
            required_amr: vec!["otp".to_owned()],
            session: Some(subject.clone()),
            challenge: Some(ChallengeFacts {
                challenge: statement.challenge.clone(),
                life: life(),
                subject,
                amendments: vec![amendment.id.clone()],
                meaning: statement.meaning.code.clone(),
                acr_values: vec!["mfa".to_owned()],
                ledger: Some(LedgerFacts {
                    challenge_spent: false,
                    commitment_seen: false,
                    authentication_seen: false,
                }),
            }),
            stored: vec![AmendmentState {
                id: amendment.id,
                record: amendment.record,
                base_sha256: amendment.base_sha256,
                proposed_sha256: amendment.proposed_sha256,
                proposed_canonical_sha256: amendment.proposed_canonical_sha256,
            }],
            authority: true,
            names: NameSource::IdToken,
            receipt_key: ReceiptKey::from_pkcs8(&ReceiptKey::generate_pkcs8().unwrap()).unwrap(),
            provider,
            statement,
        }
    }

    /// With something changed.
    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// The claims that the one-time key signs under.
    pub fn commitment(&self) -> Value {
        let mut cic = json!({
            "alg": "ES256",
            "att": sha256_hex(&jcs(&self.statement)),
            "rz": "ab".repeat(32),
            "typ": "CIC",
            "upk": self.key.public(),
        });
        for (name, value) in &self.cic {
            cic[name] = value.clone();
        }
        cic
    }

    pub fn nonce(&self) -> String {
        sha3(&jcs(&self.commitment()))
    }

    pub fn id_token(&self) -> String {
        let mut claims = self.claims.clone();
        if claims.get("nonce") == Some(&Value::Null) {
            claims.insert("nonce".to_owned(), json!(self.nonce()));
        }
        self.provider
            .sign(&self.header, &serde_json::to_vec(&claims).unwrap())
    }

    /// The bundle as JSON, signed and sealed.
    pub fn bundle(&self) -> Value {
        let mut bundle = json!({
            "type": "urn:countersign:evidence:v1",
            "statement": self.statement,
            "presentation": self.presentation,
            "pk_token": self.pk_token(&self.id_token()),
            "issuer": {
                "configuration": base64url(&self.configuration),
                "jwks": base64url(&self.jwks),
                "fetched_at": at(1),
            },
            "authorization": { "parameters": self.parameters },
        });
        if let Some(iss) = &self.callback_iss {
            bundle["authorization"]["callback_iss"] = json!(iss);
        }
        bundle["signed_statement"] = json!(self.message(&bundle, &jcs(&self.statement)));
        self.seal(&mut bundle);
        bundle
    }

    /// Seals, or seals again after a change.
    pub fn seal(&self, bundle: &mut Value) {
        let members = bundle.as_object_mut().unwrap();
        members.remove("seal");
        let seal =
            json!({ "type": "urn:countersign:seal:v1", "evidence_sha256": identity(bundle) });
        bundle["seal"] = json!(self.message(bundle, &jcs(&seal)));
    }

    pub fn pk_token(&self, id_token: &str) -> Value {
        let parts: Vec<&str> = id_token.split('.').collect();
        let payload = evidence::digest::from_base64url(parts[1]).unwrap();
        let cic = self
            .key
            .sign_jws(self.commitment().as_object().unwrap(), &payload)
            .unwrap();
        let held: Vec<&str> = cic.split('.').collect();
        json!({
            "payload": parts[1],
            "signatures": [
                { "protected": parts[0], "signature": parts[2] },
                { "protected": held[0], "signature": held[2] },
            ],
        })
    }

    /// An OpenPubkey signed message under the bundle's PK token.
    pub fn message(&self, bundle: &Value, content: &[u8]) -> String {
        let header = json!({ "kid": sha3(&jcs(&bundle["pk_token"])), "typ": "osm" });
        self.key
            .sign_jws(header.as_object().unwrap(), content)
            .unwrap()
    }

    pub fn octets(&self) -> Vec<u8> {
        jcs(&self.bundle())
    }

    pub fn trust(&self) -> OnlineTrust<'_> {
        OnlineTrust {
            issuers: &self.issuers,
            now: self.now,
            clock_skew_s: self.clock_skew_s,
            delivery_grace_s: self.delivery_grace_s,
            required_amr: &self.required_amr,
            session: self.session.as_ref(),
            challenge: self
                .challenge
                .as_ref()
                .map_or(Lookup::NotFound, Lookup::Found),
            amendments: Some(&self.stored),
            authority: Some(self.authority),
            names: self.names,
        }
    }

    /// What the records API would answer.
    pub fn receipt(&self, bundle: &Value) -> Receipt {
        let signed = &self.statement.amendments;
        Receipt {
            kind: ReceiptType::V1,
            signature_id: self.statement.signature_id,
            evidence_sha256: identity(bundle),
            sequence: 1,
            previous_receipt_sha256: None,
            records: signed
                .iter()
                .map(|one| CommittedRecord::new(&one.record, "4".to_owned()))
                .collect(),
            received_at: self.now,
            challenge: life(),
            verified: Step::BEFORE_RECEIPT.to_vec(),
            issuer_key_thumbprint: self.provider.trusted().keys[0].jwk.thumbprint(),
        }
    }

    /// The bundle with its receipt.
    pub fn receipted(&self) -> Vec<u8> {
        self.receipted_with(|_| {})
    }

    /// The bundle with a receipt in which something is changed.
    pub fn receipted_with(&self, change: impl FnOnce(&mut Receipt)) -> Vec<u8> {
        let mut bundle = self.bundle();
        let mut receipt = self.receipt(&bundle);
        change(&mut receipt);
        bundle["receipt"] = json!(evidence::receipt::sign(&receipt, &self.receipt_key).unwrap());
        jcs(&bundle)
    }

    pub fn archive(&self) -> Archive {
        Archive {
            kind: ArchiveType::V1,
            issuers: self.issuers.clone(),
            receipt_keys: vec![LedgerKey {
                jwk: self.receipt_key.public().clone(),
                first_seen: at(-3600),
                last_seen: at(3600),
                retired_at: None,
            }],
            clock_skew_s: self.clock_skew_s,
            delivery_grace_s: self.delivery_grace_s,
            receipts: Vec::new(),
            timestamp_authorities: Vec::new(),
            timestamped_from: None,
        }
    }

    pub fn verify(&self) -> Result<VerifiedEvidence, (Step, Reason)> {
        self.verify_octets(&self.octets())
    }

    pub fn verify_octets(&self, octets: &[u8]) -> Result<VerifiedEvidence, (Step, Reason)> {
        verify::online(octets, &self.trust()).map_err(checked)
    }

    pub fn verify_offline(&self, octets: &[u8]) -> Result<VerifiedEvidence, (Step, Reason)> {
        verify::offline(octets, &self.archive()).map_err(checked)
    }
}

/// A failure is reported at its step and only there; nothing after it was reached.
#[allow(
    clippy::needless_pass_by_value,
    reason = "it is what `map_err` hands over"
)]
pub fn checked(failure: evidence::VerificationFailure) -> (Step, Reason) {
    for outcome in &failure.report.steps {
        match outcome.name.cmp(&failure.step) {
            std::cmp::Ordering::Less => assert!(matches!(
                outcome.status,
                Status::Passed | Status::NotChecked
            )),
            std::cmp::Ordering::Equal => assert_eq!(outcome.status, Status::Failed),
            std::cmp::Ordering::Greater => assert_eq!(outcome.status, Status::NotReached),
        }
    }
    (failure.step, failure.reason)
}

/// What must be said about evidence that does not verify.
pub fn refused(outcome: Result<VerifiedEvidence, (Step, Reason)>) -> (Step, Reason) {
    outcome
        .map(|evidence| evidence.sha256().to_owned())
        .unwrap_err()
}

/// The same, about an honest scene with one change to the evidence or to what is known of it.
pub fn changed(change: impl FnOnce(&mut Scene)) -> (Step, Reason) {
    refused(Scene::new().with(change).verify())
}

/// RFC 8785.
pub fn jcs(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(value).unwrap()
}

pub fn sha3(octets: &[u8]) -> String {
    base64url(&Sha3_256::digest(octets))
}

/// The evidence's identity: without the receipt and without the presented octets.
pub fn identity(bundle: &Value) -> String {
    let mut core = bundle.clone();
    core.as_object_mut().unwrap().remove("receipt");
    core["presentation"]
        .as_object_mut()
        .unwrap()
        .remove("octets");
    sha256_hex(&jcs(&core))
}
