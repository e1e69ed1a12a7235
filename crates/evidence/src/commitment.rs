//! The commitment: OpenPubkey's client instance claims (CIC), whose hash is the OIDC `nonce`.
//!
//! The provider signs the nonce, so its signature covers the statement (`att`) and the one-time key (`upk`) that the
//! client chose before anybody authenticated. `rz` keeps the nonce from telling anything about the statement.

use serde::{Deserialize, Serialize};

use crate::canonical;
use crate::digest::{is_sha256_hex, sha3_base64url};
use crate::error::EvidenceError;
use crate::key::PublicJwk;

/// The client instance claims: the protected header of the CIC signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cic {
    alg: CicAlgorithm,
    att: String,
    rz: String,
    typ: CicType,
    upk: PublicJwk,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum CicAlgorithm {
    #[serde(rename = "ES256")]
    Es256,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum CicType {
    #[serde(rename = "CIC")]
    Cic,
}

impl Cic {
    /// Commits to a statement's digest and a key. `rz` is 32 random octets.
    pub fn new(statement_sha256: String, key: PublicJwk, rz: [u8; 32]) -> Self {
        Self {
            alg: CicAlgorithm::Es256,
            att: statement_sha256,
            rz: hex::encode(rz),
            typ: CicType::Cic,
            upk: key,
        }
    }

    /// Reads a CIC header's octets, which must be canonical.
    pub(crate) fn read(octets: &[u8]) -> Option<Self> {
        let cic: Self = canonical::parse_as(octets).ok()?;
        // `rz` has the same form as a digest: 32 octets in lower-case hex.
        (is_sha256_hex(&cic.att) && is_sha256_hex(&cic.rz)).then_some(cic)
    }

    /// The canonical octets.
    pub fn octets(&self) -> Result<Vec<u8>, EvidenceError> {
        Ok(canonical::to_octets(self)?)
    }

    /// The nonce that the provider has to sign.
    pub fn nonce(&self) -> Result<String, EvidenceError> {
        Ok(sha3_base64url(&self.octets()?))
    }

    /// The digest of the statement that is committed to.
    pub fn statement_sha256(&self) -> &str {
        &self.att
    }

    /// The key that is committed to.
    pub fn key(&self) -> &PublicJwk {
        &self.upk
    }
}
