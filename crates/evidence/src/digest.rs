//! Hashes and their two spellings: lower-case hex for digests in our JSON, base64url where JOSE says so.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA384, SHA512, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha3::{Digest as _, Sha3_256};

/// SHA-256 as lower-case hex.
pub fn sha256_hex(octets: &[u8]) -> String {
    hex::encode(digest(&SHA256, octets))
}

/// Whether a string has the form that [`sha256_hex`] gives.
pub fn is_sha256_hex(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Base64url without padding (RFC 7515 §2).
pub fn base64url(octets: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(octets)
}

/// Reads [`base64url`]. Padding, other alphabets and stray trailing bits are refused, so that one octet string has
/// exactly one spelling.
pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

pub(crate) fn sha256(octets: &[u8]) -> Vec<u8> {
    digest(&SHA256, octets).as_ref().to_vec()
}

/// SHA-1, SHA-384 and SHA-512 are only met in the time-stamps of others.
pub(crate) fn sha1(octets: &[u8]) -> Vec<u8> {
    digest(&SHA1_FOR_LEGACY_USE_ONLY, octets).as_ref().to_vec()
}

pub(crate) fn sha384(octets: &[u8]) -> Vec<u8> {
    digest(&SHA384, octets).as_ref().to_vec()
}

pub(crate) fn sha512(octets: &[u8]) -> Vec<u8> {
    digest(&SHA512, octets).as_ref().to_vec()
}

pub(crate) fn sha256_base64url(octets: &[u8]) -> String {
    base64url(digest(&SHA256, octets).as_ref())
}

/// SHA3-256, OpenPubkey's hash, as base64url.
pub(crate) fn sha3_base64url(octets: &[u8]) -> String {
    base64url(&Sha3_256::digest(octets))
}

/// Octets that stand in our JSON as a base64url string.
pub(crate) mod as_base64url {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(octets: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::base64url(octets))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        super::from_base64url(&text).ok_or_else(|| D::Error::custom("not base64url"))
    }

    pub mod option {
        use serde::{Deserializer, Serializer};

        #[allow(clippy::ref_option, reason = "the signature that serde asks for")]
        pub fn serialize<S: Serializer>(
            octets: &Option<Vec<u8>>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            match octets {
                Some(octets) => super::serialize(octets, serializer),
                None => serializer.serialize_none(),
            }
        }

        pub fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<Vec<u8>>, D::Error> {
            super::deserialize(deserializer).map(Some)
        }
    }
}
