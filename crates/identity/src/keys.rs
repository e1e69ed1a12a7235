//! The issuer's published keys, and the choice of the one that a token was signed with.
//!
//! The choice is stricter than a lookup by `kid`: type, curve, use and algorithm of the key must fit what the token's
//! header says, and exactly one key may fit. The arithmetic of a signature is the protocol library's.

use openidconnect::JsonWebKey;
use openidconnect::core::{CoreJsonWebKey, CoreJsonWebKeySet, CoreJwsSigningAlgorithm};
use serde::Deserialize;
use serde_json::Value;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::header::Header;
use crate::{DiscoveryFault, Refusal};

/// More keys than an issuer has reason to publish.
pub(crate) const MAX_KEYS: usize = 100;

const MIN_RSA_BITS: usize = 2048;

/// The keys of one issuer. Keys of kinds that we cannot use are left out.
#[derive(Clone)]
pub(crate) struct KeySet {
    keys: Vec<Key>,
}

/// One published key.
#[derive(Clone)]
pub(crate) struct Key {
    facts: Facts,
    jwk: CoreJsonWebKey,
}

#[derive(Clone, Deserialize)]
struct Facts {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    crv: Option<String>,
    n: Option<String>,
}

impl KeySet {
    /// Reads a key set document.
    pub(crate) fn parse(document: &[u8]) -> Result<Self, DiscoveryFault> {
        #[derive(Deserialize)]
        struct Document {
            keys: Vec<Value>,
        }
        let document: Document = serde_json::from_slice(document)
            .map_err(|_| DiscoveryFault::Unreadable { document: "jwks" })?;
        if document.keys.len() > MAX_KEYS {
            return Err(DiscoveryFault::TooManyKeys { limit: MAX_KEYS });
        }
        let keys = document.keys.into_iter().filter_map(|key| {
            Some(Key {
                facts: serde_json::from_value(key.clone()).ok()?,
                jwk: serde_json::from_value(key).ok()?,
            })
        });
        Ok(Self {
            keys: keys.collect(),
        })
    }

    /// The one key that fits the header.
    pub(crate) fn choose(&self, header: &Header) -> Result<&Key, Refusal> {
        let named: Vec<_> = self
            .keys
            .iter()
            .filter(|key| key.facts.signs())
            .filter(|key| header.kid.is_none() || key.facts.kid == header.kid)
            .collect();
        let fitting: Vec<_> = named
            .iter()
            .filter(|key| key.facts.fits(&header.alg))
            .collect();
        match fitting.as_slice() {
            [key] if key.facts.is_too_small() => Err(Refusal::KeyTooSmall),
            [key] => Ok(key),
            [] if header.kid.is_some() && !named.is_empty() => Err(Refusal::AlgorithmNotAllowed),
            [] => Err(Refusal::KeyNotFound),
            _ => Err(Refusal::KeyAmbiguous),
        }
    }
}

impl Key {
    /// Verifies a signature over `message`.
    pub(crate) fn verify(
        &self,
        algorithm: &CoreJwsSigningAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), Refusal> {
        self.jwk
            .verify_signature(algorithm, message, signature)
            .map_err(|_| Refusal::SignatureInvalid)
    }

    /// A key set of this key alone.
    pub(crate) fn alone(&self) -> CoreJsonWebKeySet {
        CoreJsonWebKeySet::new(vec![self.jwk.clone()])
    }
}

impl Facts {
    fn signs(&self) -> bool {
        self.usage.as_deref().is_none_or(|usage| usage == "sig")
            && self
                .key_ops
                .as_ref()
                .is_none_or(|ops| ops.iter().any(|op| op == "verify"))
    }

    fn fits(&self, algorithm: &str) -> bool {
        let curve = match algorithm {
            "RS256" | "RS384" | "RS512" | "PS256" | "PS384" | "PS512" => {
                return self.kty == "RSA" && self.is_for(algorithm);
            }
            "ES256" => ("EC", "P-256"),
            "ES384" => ("EC", "P-384"),
            "EdDSA" => ("OKP", "Ed25519"),
            _ => return false,
        };
        (self.kty.as_str(), self.crv.as_deref()) == (curve.0, Some(curve.1))
            && self.is_for(algorithm)
    }

    fn is_for(&self, algorithm: &str) -> bool {
        self.alg.as_deref().is_none_or(|own| own == algorithm)
    }

    fn is_too_small(&self) -> bool {
        self.kty == "RSA"
            && self
                .n
                .as_deref()
                .is_none_or(|n| modulus_bits(n) < MIN_RSA_BITS)
    }
}

fn modulus_bits(n: &str) -> usize {
    let Ok(octets) = BASE64_URL_SAFE_NO_PAD.decode(n) else {
        return 0;
    };
    match octets.iter().position(|octet| *octet != 0) {
        Some(first) => (octets.len() - first) * 8 - octets[first].leading_zeros() as usize,
        None => 0,
    }
}
