//! Challenges, signatures and receipts.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// `POST /v1/challenges`: what is about to be signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChallengeRequest {
    /// The amendments, by identifier, in the order of the statement.
    pub amendments: Vec<String>,
    /// What the signature will mean.
    pub meaning: Meaning,
    /// Why the signer signs.
    pub reason: Reason,
}

/// A single-use challenge. It bounds the authentication, not the delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Challenge {
    /// 256 random bits, base64url.
    pub challenge: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub issued_at: Timestamp,
    /// The signer must have authenticated before this instant.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// Authentication contexts demanded; empty when any will do.
    #[serde(default)]
    pub acr_values: Vec<String>,
    /// The oldest authentication accepted, in seconds; absent when only the challenge bounds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u32>,
}

/// The meaning of a signature (21 CFR 11.50 (a)(3)), coded by ASTM E1762-95.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct Meaning {
    /// The code: `1.2.840.10065.1.12.1.15`.
    pub code: String,
    /// Its standard English name: `Addendum Signature`.
    pub display: String,
}

/// Why the signer signs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    /// The code of the reason.
    pub code: String,
    /// The reason in words, as shown to the signer.
    pub text: String,
}

/// The answer to `POST /v1/signatures`: the evidence was verified and is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignatureAccepted {
    /// The statement's signature identifier.
    pub signature_id: Uuid,
    /// The receipt, a JWS by the gateway.
    pub receipt: String,
    /// How far each amendment is: it becomes a new version only when it has all its signatures.
    pub progress: Vec<Progress>,
    /// The receipt's RFC 3161 time-stamp token, where the gateway has one by now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Byte)]
    pub timestamp: Option<super::Octets>,
}

/// How many of an amendment's signatures are given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Progress {
    /// The amendment.
    pub amendment: String,
    /// Signatures given, this one included.
    pub signatures_given: u32,
    /// Signatures needed.
    pub signatures_required: u32,
}

impl Progress {
    /// Whether the amendment has all its signatures, so that the record has its new version.
    pub fn complete(&self) -> bool {
        self.signatures_given >= self.signatures_required
    }
}

/// `GET /v1/signatures/{id}`: a kept signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignatureRecord {
    /// The statement's signature identifier.
    pub signature_id: Uuid,
    /// The evidence, exactly as it was received.
    #[schema(value_type = String, format = Byte)]
    pub evidence: super::Octets,
    /// The receipt, a JWS by the gateway.
    pub receipt: String,
    /// The receipt's RFC 3161 time-stamp token, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Byte)]
    pub timestamp: Option<super::Octets>,
}

/// `GET /v1/receipts?after=`: receipts in the order of the chain, for whoever checks it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceiptPage {
    /// The receipts, as JWS, from the one after `after` on.
    pub receipts: Vec<String>,
    /// Where the chain ends now.
    pub head: ReceiptHead,
}

/// `GET /v1/receipts/head`: where the chain of receipts ends now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceiptHead {
    /// The number of the last receipt; 0 when there is none.
    pub sequence: u64,
    /// The SHA-256 of the last receipt's JWS, lower-case hex; absent when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}
