//! OpenPubkey signed messages: what the holder of a PK token's key signed.

use serde_json::{Map, Value, json};

use crate::digest::base64url;
use crate::error::EvidenceError;
use crate::jws::Compact;
use crate::key::OneTimeKey;
use crate::keys::{Algorithm, Jwk};

/// Signs a message under a PK token.
pub(crate) fn sign(
    key: &OneTimeKey,
    pk_token_hash: &str,
    message: &[u8],
) -> Result<String, EvidenceError> {
    key.sign_jws(&header(pk_token_hash), message)
}

/// Whether a signed message is by this key, under this PK token, over exactly this content.
pub(crate) fn verifies(signed: &str, key: &Jwk, pk_token_hash: &str, message: &[u8]) -> bool {
    let Some(jws) = Compact::read(signed) else {
        return false;
    };
    let mut expected = header(pk_token_hash);
    expected.insert("alg".to_owned(), Value::from(Algorithm::Es256.name()));
    // The header has one spelling, so that no octet of it is free.
    let canonical_header = crate::canonical::to_octets(&expected)
        .is_ok_and(|octets| base64url(&octets) == jws.protected);
    canonical_header
        && jws.payload == message
        && key.verifies(Algorithm::Es256, &jws.signing_input, &jws.signature)
}

fn header(pk_token_hash: &str) -> Map<String, Value> {
    Map::from_iter([
        ("kid".to_owned(), json!(pk_token_hash)),
        ("typ".to_owned(), json!("osm")),
    ])
}
