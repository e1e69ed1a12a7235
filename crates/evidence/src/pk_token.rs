//! OpenPubkey's PK token in its JSON form: one payload, two signatures over it.
//!
//! The provider's signature makes it the ID token; the one-time key's signature, under the CIC header, proves that
//! whoever holds the key chose the nonce in it. Written as OpenPubkey's own encoder writes it: `payload`, then
//! `signatures` with the provider's first, which is also the canonical form.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::canonical;
use crate::commitment::Cic;
use crate::digest::{base64url, from_base64url, sha3_base64url};
use crate::error::EvidenceError;
use crate::jws::{self, Compact};
use crate::key::OneTimeKey;

/// The PK token.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PkToken {
    payload: String,
    signatures: [Signature; 2],
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signature {
    protected: String,
    signature: String,
}

impl PkToken {
    /// Adds the one-time key's signature to an ID token.
    pub(crate) fn new(id_token: &str, cic: &Cic, key: &OneTimeKey) -> Result<Self, EvidenceError> {
        let token = Compact::read(id_token).ok_or(EvidenceError::IdTokenMalformed)?;
        let payload = base64url(&token.payload);
        let protected = base64url(&cic.octets()?);
        let holder = key.sign(&jws::signing_input(&protected, &payload))?;
        Ok(Self {
            payload,
            signatures: [
                Signature {
                    protected: token.protected,
                    signature: base64url(&token.signature),
                },
                Signature {
                    protected,
                    signature: base64url(&holder),
                },
            ],
        })
    }

    /// The ID token, as the provider sent it.
    pub fn id_token(&self) -> String {
        let [provider, _] = &self.signatures;
        format!(
            "{}.{}.{}",
            provider.protected, self.payload, provider.signature
        )
    }

    /// The one-time key's signature as a compact JWS: OpenPubkey's CIC token.
    pub fn cic_token(&self) -> String {
        let [_, holder] = &self.signatures;
        format!("{}.{}.{}", holder.protected, self.payload, holder.signature)
    }

    /// OpenPubkey's compact form: payload, then header and signature of the provider, then of the holder.
    pub fn compact(&self) -> String {
        let [provider, holder] = &self.signatures;
        [
            &self.payload,
            &provider.protected,
            &provider.signature,
            &holder.protected,
            &holder.signature,
        ]
        .map(String::as_str)
        .join(":")
    }

    /// OpenPubkey's identifier of the token, which its signed messages carry as `kid`.
    pub fn hash(&self) -> Result<String, EvidenceError> {
        Ok(sha3_base64url(&canonical::to_octets(self)?))
    }

    /// The CIC header. `None` if it is not one.
    pub(crate) fn cic(&self) -> Option<Cic> {
        let [_, holder] = &self.signatures;
        Cic::read(&from_base64url(&holder.protected)?)
    }
}

impl fmt::Debug for PkToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PkToken")
    }
}
