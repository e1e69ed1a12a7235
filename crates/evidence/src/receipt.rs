//! Receipts: the records API's signed word that it verified and committed exactly this evidence.
//!
//! A receipt is a compact JWS (ES256, `typ` [`TYPE`], `kid` = the key's RFC 7638 thumbprint) whose payload is the
//! canonical form of [`Receipt`]. Each names its predecessor by the SHA-256 of that predecessor's compact octets, so
//! that none can be taken out or moved unnoticed.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::archive::LedgerKey;
use crate::canonical;
use crate::digest::{base64url, is_sha256_hex, sha256_hex};
use crate::error::EvidenceError;
use crate::jws::{self, Compact};
use crate::keys::{Algorithm, Jwk, Material};
use crate::statement::{RecordRef, SignedAmendment};
use crate::steps::{Reason, Step};
use crate::verify::VerifiedEvidence;

/// The JWS header's `typ`.
pub const TYPE: &str = "countersign-receipt+jws";

/// What a receipt says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// Always version 1.
    #[serde(rename = "type")]
    pub kind: ReceiptType,
    /// The statement's `signature_id`.
    pub signature_id: Uuid,
    /// The evidence's identity ([`crate::Bundle::sha256`]).
    pub evidence_sha256: String,
    /// Its place in the chain, from 1.
    pub sequence: u64,
    /// SHA-256 of the receipt before it. Absent only on the first.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub previous_receipt_sha256: Option<String>,
    /// What was committed, in the statement's order.
    pub records: Vec<CommittedRecord>,
    /// When the evidence was received, by the records API's clock.
    pub received_at: Timestamp,
    /// The challenge's life: what freshness was judged by.
    pub challenge: ChallengeLife,
    /// The steps that were taken and hold.
    pub verified: Vec<Step>,
    /// RFC 7638 thumbprint of the provider's key that signed the ID token.
    pub issuer_key_thumbprint: String,
}

/// The receipt's `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum ReceiptType {
    /// Version 1.
    #[default]
    #[serde(rename = "urn:countersign:receipt:v1")]
    V1,
}

/// A record with the version that the signature made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommittedRecord {
    /// The system that keeps the record.
    pub system: String,
    /// Its type there.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its identifier there.
    pub id: String,
    /// The version that was amended.
    pub base_version: String,
    /// The version that holds the amendment, or will hold it once `awaiting` signatures more are given.
    pub new_version: String,
    /// How many signatures the amendment still needs. Absent when the new version stands.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub awaiting: Option<u32>,
}

impl CommittedRecord {
    /// The record that a statement names, with its new version.
    pub fn new(record: &RecordRef, new_version: String) -> Self {
        let RecordRef {
            system,
            kind,
            id,
            base_version,
        } = record.clone();
        Self {
            system,
            kind,
            id,
            base_version,
            new_version,
            awaiting: None,
        }
    }

    fn commits(&self, amendment: &SignedAmendment) -> bool {
        let record = &amendment.record;
        (&self.system, &self.kind, &self.id, &self.base_version)
            == (
                &record.system,
                &record.kind,
                &record.id,
                &record.base_version,
            )
            && !self.new_version.is_empty()
            && self.new_version != self.base_version
            && self.awaiting != Some(0)
    }
}

/// When a challenge was issued and when it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChallengeLife {
    /// Issued.
    pub issued_at: Timestamp,
    /// Authentication after this does not count.
    pub expires_at: Timestamp,
}

impl Receipt {
    /// Whether this receipt is for that evidence.
    pub fn answers(&self, evidence: &VerifiedEvidence) -> Result<(), Reason> {
        self.is_for(
            evidence.bundle(),
            evidence.sha256(),
            evidence.issuer_key_thumbprint(),
        )
    }

    /// The same, for evidence that was verified earlier and kept: with what that verification found.
    pub fn is_for(
        &self,
        bundle: &crate::Bundle,
        evidence_sha256: &str,
        issuer_key_thumbprint: &str,
    ) -> Result<(), Reason> {
        let statement = bundle.statement();
        let records_agree = self.records.len() == statement.amendments.len()
            && self
                .records
                .iter()
                .zip(&statement.amendments)
                .all(|(record, amendment)| record.commits(amendment));
        if self.evidence_sha256 != evidence_sha256
            || self.signature_id != statement.signature_id
            || self.issuer_key_thumbprint != issuer_key_thumbprint
            || !records_agree
        {
            return Err(Reason::ReceiptMismatch);
        }
        if self.verified != Step::BEFORE_RECEIPT {
            return Err(Reason::ReceiptIncomplete);
        }
        Ok(())
    }

    fn chain_is_sound(&self) -> bool {
        match (&self.previous_receipt_sha256, self.sequence) {
            (None, 1) => true,
            (Some(previous), 2..) => is_sha256_hex(previous),
            _ => false,
        }
    }
}

/// The records API's signing key (P-256).
pub struct ReceiptKey {
    pair: EcdsaKeyPair,
    public: Jwk,
}

impl ReceiptKey {
    /// A new key as PKCS#8, to be kept by the records API.
    pub fn generate_pkcs8() -> Result<zeroize::Zeroizing<Vec<u8>>, EvidenceError> {
        EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
            .map(|document| zeroize::Zeroizing::new(document.as_ref().to_vec()))
            .map_err(|_| EvidenceError::KeyRejected)
    }

    /// Reads a key from PKCS#8.
    pub fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, EvidenceError> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
            .map_err(|_| EvidenceError::KeyRejected)?;
        let public = public_jwk(&pair).ok_or(EvidenceError::KeyRejected)?;
        Ok(Self { pair, public })
    }

    /// The public key, with its thumbprint as `kid`.
    pub fn public(&self) -> &Jwk {
        &self.public
    }
}

fn public_jwk(pair: &EcdsaKeyPair) -> Option<Jwk> {
    let (x, y) = pair
        .public_key()
        .as_ref()
        .strip_prefix(&[4])?
        .split_at_checked(32)?;
    let mut jwk = Jwk::from(Material::P256 {
        x: x.try_into().ok()?,
        y: y.try_into().ok()?,
    });
    jwk.kid = Some(jwk.thumbprint());
    jwk.alg = Some(Algorithm::Es256.name().to_owned());
    Some(jwk)
}

/// Signs a receipt.
pub fn sign(receipt: &Receipt, key: &ReceiptKey) -> Result<String, EvidenceError> {
    let header =
        json!({ "alg": Algorithm::Es256.name(), "kid": key.public.thumbprint(), "typ": TYPE });
    let protected = base64url(&canonical::to_octets(&header)?);
    let payload = base64url(&canonical::to_octets(receipt)?);
    let signature = key
        .pair
        .sign(
            &SystemRandom::new(),
            &jws::signing_input(&protected, &payload),
        )
        .map_err(|_| EvidenceError::SigningFailed)?;
    Ok(jws::compact(&protected, &payload, signature.as_ref()))
}

/// The name by which the next receipt refers to this one.
pub fn sha256(receipt: &str) -> String {
    sha256_hex(receipt.as_bytes())
}

/// Reads a receipt without believing it.
pub fn read(receipt: &str) -> Result<Receipt, Reason> {
    let jws = Compact::read(receipt).ok_or(Reason::ReceiptMalformed)?;
    canonical::parse_as(&jws.payload).map_err(|_| Reason::ReceiptMalformed)
}

/// Verifies a receipt's signature by one of these keys, at a time when that key was in use. Whether the receipt is
/// for the evidence at hand is [`Receipt::answers`].
pub fn verify(receipt: &str, keys: &[LedgerKey]) -> Result<Receipt, Reason> {
    let payload = read(receipt)?;
    let jws = Compact::read(receipt).ok_or(Reason::ReceiptMalformed)?;
    if jws.text("typ") != Some(TYPE)
        || jws.text("alg") != Some(Algorithm::Es256.name())
        || jws.header.len() != 3
    {
        return Err(Reason::ReceiptMalformed);
    }
    let signed = keys
        .iter()
        .filter(|key| {
            Some(key.jwk.thumbprint().as_str()) == jws.text("kid")
                && key.was_in_use(payload.received_at, 0)
                && key
                    .retired_at
                    .is_none_or(|retired| payload.received_at <= retired)
        })
        .any(|key| {
            key.jwk
                .verifies(Algorithm::Es256, &jws.signing_input, &jws.signature)
        });
    if !signed {
        return Err(Reason::ReceiptSignatureInvalid);
    }
    if !payload.chain_is_sound() {
        return Err(Reason::ReceiptChainBroken);
    }
    Ok(payload)
}

/// Whether one receipt directly follows another in the chain.
pub fn follows(earlier: &str, later: &Receipt) -> Result<(), Reason> {
    let before = read(earlier)?;
    let linked = later.previous_receipt_sha256.as_deref() == Some(sha256(earlier).as_str())
        && before.sequence.checked_add(1) == Some(later.sequence)
        && before.received_at <= later.received_at;
    if linked {
        Ok(())
    } else {
        Err(Reason::ReceiptChainBroken)
    }
}
