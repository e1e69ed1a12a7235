//! What a Records API accepts, so that a client can tell before it asks.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Meaning, Reason};

/// `GET /v1/capabilities`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Capabilities {
    /// The audience that access tokens must name (RFC 8707).
    pub resource: String,
    /// Identity providers whose evidence is accepted.
    pub issuers: Vec<IssuerCapability>,
    /// Meanings that may be signed.
    pub meanings: Vec<Meaning>,
    /// Reasons to choose from; the text may be completed by the signer.
    pub reasons: Vec<Reason>,
    /// Sizes and times.
    pub limits: Limits,
}

/// One accepted identity provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IssuerCapability {
    /// The issuer identifier, exactly as in its tokens.
    pub issuer: String,
    /// Client identifiers whose ID tokens are accepted.
    pub client_ids: Vec<String>,
    /// Signature algorithms accepted from it.
    pub algorithms: Vec<String>,
}

/// The API's limits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Limits {
    /// The largest evidence, in octets.
    pub max_evidence_bytes: u64,
    /// The most amendments in one signature.
    pub max_amendments: u32,
    /// How long a challenge lives, in seconds.
    pub challenge_lifetime_s: u32,
    /// The largest page.
    pub max_page: u32,
}
