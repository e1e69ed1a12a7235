//! The one-time key: made for one signature, gone with it.
//!
//! The private key never leaves this module in any form. The cryptographic library keeps it and wipes it when the
//! value is dropped; the seed octets are wiped here. It does not protect against code running as the same user,
//! which can read the process's memory while the ceremony lasts.

use aws_lc_rs::agreement::{ECDH_P256, PrivateKey};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::canonical;
use crate::digest::{base64url, from_base64url, sha256_base64url};
use crate::error::EvidenceError;
use crate::jws;
use crate::keys::{Algorithm, Jwk, Material};

const SCALAR: usize = 32;
/// A random scalar is unusable once in 2^32 draws; so many misses in a row mean a broken source.
const DRAWS: usize = 8;

/// A P-256 key for one signature (ES256). Neither `Debug` nor `Clone`.
pub struct OneTimeKey {
    pair: EcdsaKeyPair,
    public: PublicJwk,
}

impl OneTimeKey {
    /// Draws a key by rejection sampling (FIPS 186-5 A.2.2).
    pub fn generate(random: &dyn SecureRandom) -> Result<Self, EvidenceError> {
        let mut scalar = Zeroizing::new([0; SCALAR]);
        for _ in 0..DRAWS {
            random
                .fill(scalar.as_mut())
                .map_err(|_| EvidenceError::KeyRejected)?;
            if let Ok(key) = Self::from_scalar(&scalar) {
                return Ok(key);
            }
        }
        Err(EvidenceError::KeyRejected)
    }

    /// The key with this private scalar, big-endian.
    pub fn from_scalar(scalar: &[u8; SCALAR]) -> Result<Self, EvidenceError> {
        let rejected = |_| EvidenceError::KeyRejected;
        let point = PrivateKey::from_private_key(&ECDH_P256, scalar)
            .map_err(rejected)?
            .compute_public_key()
            .map_err(|_| EvidenceError::KeyRejected)?;
        let pair = EcdsaKeyPair::from_private_key_and_public_key(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            scalar,
            point.as_ref(),
        )
        .map_err(rejected)?;
        let public =
            PublicJwk::from_point(pair.public_key().as_ref()).ok_or(EvidenceError::KeyRejected)?;
        Ok(Self { pair, public })
    }

    /// The public half.
    pub fn public(&self) -> &PublicJwk {
        &self.public
    }

    /// Signs a payload under a header, as a compact JWS. The header's `alg` is set here; the rest is the caller's.
    ///
    /// With `typ: dpop+jwt` and the public key as `jwk` this is a DPoP proof (RFC 9449).
    pub fn sign_jws(
        &self,
        header: &Map<String, Value>,
        payload: &[u8],
    ) -> Result<String, EvidenceError> {
        let mut header = header.clone();
        header.insert("alg".to_owned(), Value::from(Algorithm::Es256.name()));
        let protected = base64url(&canonical::to_octets(&header)?);
        let payload = base64url(payload);
        let signature = self.sign(&jws::signing_input(&protected, &payload))?;
        Ok(jws::compact(&protected, &payload, &signature))
    }

    /// A raw ES256 signature. The nonce of ECDSA comes from the library's own generator.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, EvidenceError> {
        let signature = self
            .pair
            .sign(&SystemRandom::new(), message)
            .map_err(|_| EvidenceError::SigningFailed)?;
        Ok(signature.as_ref().to_vec())
    }
}

/// A public P-256 key as OpenPubkey writes it in `upk`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicJwk {
    alg: Es256,
    crv: P256,
    kty: Ec,
    x: String,
    y: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Es256 {
    #[serde(rename = "ES256")]
    Es256,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum P256 {
    #[serde(rename = "P-256")]
    P256,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Ec {
    #[serde(rename = "EC")]
    Ec,
}

impl PublicJwk {
    /// From an uncompressed point (SEC 1 §2.3.3).
    fn from_point(point: &[u8]) -> Option<Self> {
        let coordinates = point
            .strip_prefix(&[4])
            .filter(|rest| rest.len() == 2 * SCALAR)?;
        let (x, y) = coordinates.split_at(SCALAR);
        Some(Self {
            alg: Es256::Es256,
            crv: P256::P256,
            kty: Ec::Ec,
            x: base64url(x),
            y: base64url(y),
        })
    }

    /// RFC 7638 thumbprint, as DPoP's `dpop_jkt` and the challenge ledger want it.
    pub fn thumbprint(&self) -> String {
        sha256_base64url(
            format!(
                r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#,
                self.x, self.y
            )
            .as_bytes(),
        )
    }

    /// As a key to verify with. `None` if a coordinate is not 32 octets.
    pub fn to_jwk(&self) -> Option<Jwk> {
        let coordinate = |text: &str| {
            from_base64url(text).and_then(|octets| <[u8; SCALAR]>::try_from(octets).ok())
        };
        Some(Jwk::from(Material::P256 {
            x: coordinate(&self.x)?,
            y: coordinate(&self.y)?,
        }))
    }
}
