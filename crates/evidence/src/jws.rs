//! Compact JWS (RFC 7515), as little of it as is needed. Nothing here decides whom to trust.

use serde_json::{Map, Value};

use crate::canonical::{self, CanonicalError};
use crate::digest::{base64url, from_base64url};

/// A compact JWS in its parts, not yet verified.
pub(crate) struct Compact {
    /// The header as it stands in the token.
    pub protected: String,
    /// The header's members.
    pub header: Map<String, Value>,
    /// The payload's octets.
    pub payload: Vec<u8>,
    /// The signature's octets.
    pub signature: Vec<u8>,
    /// What the signature is over.
    pub signing_input: Vec<u8>,
}

impl Compact {
    /// Takes a token apart. `None` if it is no compact JWS with a JSON object as header.
    pub fn read(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (protected, payload, signature) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        Some(Self {
            protected: protected.to_owned(),
            header: read_header(&from_base64url(protected)?).ok()?,
            payload: from_base64url(payload)?,
            signature: from_base64url(signature)?,
            signing_input: signing_input(protected, payload),
        })
    }

    /// A header member that is a string.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.header.get(name).and_then(Value::as_str)
    }
}

pub(crate) fn read_header(octets: &[u8]) -> Result<Map<String, Value>, CanonicalError> {
    match canonical::parse_foreign(octets, canonical::MAX_OCTETS)? {
        Value::Object(members) => Ok(members),
        _ => Err(CanonicalError::NotJson),
    }
}

/// What a JWS signature is over: header and payload in base64url.
pub(crate) fn signing_input(protected: &str, payload: &str) -> Vec<u8> {
    format!("{protected}.{payload}").into_bytes()
}

/// Puts a compact JWS together.
pub(crate) fn compact(protected: &str, payload: &str, signature: &[u8]) -> String {
    format!("{protected}.{payload}.{}", base64url(signature))
}
