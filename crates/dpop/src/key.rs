//! A proof key and its proofs.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use evidence::OneTimeKey;
use evidence::digest::base64url;
use http::{HeaderMap, HeaderValue, Method};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};
use url::Url;

use crate::ALGORITHM;
use crate::nonces::Nonces;

/// Why there is no proof. Nothing of it carries a key, a token or an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The access token has characters that no header can carry.
    #[error("the access token cannot be presented")]
    Unpresentable,
    /// The operating system gave no randomness, without which nothing is signed either.
    #[error("the operating system gave no randomness")]
    NoRandomness,
}

/// A P-256 key that tokens are bound to. Clones are the same key, and share what servers said about nonces.
#[derive(Clone)]
pub struct ProofKey {
    key: Arc<OneTimeKey>,
    nonces: Arc<Nonces>,
}

impl ProofKey {
    /// A proof key of this key.
    pub fn new(key: Arc<OneTimeKey>) -> Self {
        Self {
            key,
            nonces: Arc::default(),
        }
    }

    /// The key's thumbprint (RFC 7638), as in `dpop_jkt` and in the `cnf` of a token that is bound to it.
    pub fn thumbprint(&self) -> String {
        self.key.public().thumbprint()
    }

    /// A proof for one request (RFC 9449, 4.2), with the last nonce of that server, and with the digest of the access
    /// token where one is presented. Good for one use.
    pub fn proof(
        &self,
        method: &Method,
        url: &Url,
        access: Option<&SecretString>,
        now: Timestamp,
    ) -> Result<HeaderValue, ProofError> {
        let mut claims = json!({
            "jti": identifier()?,
            "htm": method.as_str(),
            "htu": target(url),
            "iat": now.as_second(),
        });
        if let Some(token) = access {
            let hash = digest(&SHA256, token.expose_secret().as_bytes());
            claims["ath"] = json!(base64url(hash.as_ref()));
        }
        if let Some(nonce) = self.nonces.of(url) {
            claims["nonce"] = json!(nonce);
        }
        let proof = self
            .key
            .sign_jws(&self.header(), claims.to_string().as_bytes())
            .map_err(|_| ProofError::NoRandomness)?;
        let mut value = HeaderValue::try_from(proof).map_err(|_| ProofError::Unpresentable)?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// Keeps the nonce of an answer for the next proof to that server (RFC 9449, 8.2). Says whether it is a new one.
    pub fn heed(&self, url: &Url, answer: &HeaderMap) -> bool {
        self.nonces.heed(url, answer)
    }

    fn header(&self) -> Map<String, Value> {
        let public = serde_json::to_value(self.key.public()).unwrap_or_default();
        let mut jwk = public.as_object().cloned().unwrap_or_default();
        // Of no use in a proof, whose header names the algorithm.
        jwk.remove("alg");
        [
            ("typ".to_owned(), json!("dpop+jwt")),
            ("alg".to_owned(), json!(ALGORITHM)),
            ("jwk".to_owned(), Value::Object(jwk)),
        ]
        .into_iter()
        .collect()
    }
}

// By hand: a key is never shown.
impl fmt::Debug for ProofKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProofKey(..)")
    }
}

/// The address without what the proof does not cover: query and fragment (RFC 9449, 4.2).
fn target(url: &Url) -> String {
    let mut target = url.clone();
    target.set_query(None);
    target.set_fragment(None);
    target.into()
}

fn identifier() -> Result<String, ProofError> {
    let mut random = [0; 16];
    aws_lc_rs::rand::fill(&mut random).map_err(|_| ProofError::NoRandomness)?;
    Ok(base64url(&random))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Arc;

    use evidence::OneTimeKey;
    use evidence::digest::{base64url, from_base64url};
    use http::{HeaderMap, Method};
    use jiff::Timestamp;
    use secrecy::SecretString;
    use serde_json::Value;
    use url::Url;

    use super::ProofKey;

    const NOW: &str = "2026-11-21T09:00:00Z";

    fn key() -> ProofKey {
        ProofKey::new(Arc::new(OneTimeKey::from_scalar(&[7; 32]).unwrap()))
    }

    /// Header and claims of the proof for a request to this address.
    fn proof(key: &ProofKey, url: &str, token: Option<&str>) -> (Value, Value) {
        let (url, token) = (Url::parse(url).unwrap(), token.map(SecretString::from));
        let now: Timestamp = NOW.parse().unwrap();
        let proof = key.proof(&Method::POST, &url, token.as_ref(), now).unwrap();
        assert!(proof.is_sensitive());
        let mut parts = proof.to_str().unwrap().split('.').map(|part| {
            let octets = from_base64url(part).unwrap();
            serde_json::from_slice(&octets).unwrap_or_default()
        });
        (parts.next().unwrap(), parts.next().unwrap())
    }

    #[test]
    fn a_proof_names_the_request_and_nothing_of_its_query() {
        let (header, claims) = proof(&key(), "https://id.example/token?code=SECRET#x", None);

        assert_eq!(header["typ"], "dpop+jwt");
        assert_eq!(header["alg"], "ES256");
        assert_eq!(header["jwk"]["kty"], "EC");
        assert!(header["jwk"]["d"].is_null());
        assert_eq!(claims["htm"], "POST");
        assert_eq!(claims["htu"], "https://id.example/token");
        assert_eq!(claims["iat"], 1_795_251_600);
        assert!(claims["ath"].is_null() && claims["nonce"].is_null());
    }

    #[test]
    fn a_proof_for_a_token_carries_its_digest_and_not_the_token() {
        // The example of RFC 9449, 7.1.
        let token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
        let (_, claims) = proof(
            &key(),
            "https://resource.example.org/protectedresource",
            Some(token),
        );
        assert_eq!(claims["ath"], "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
    }

    #[test]
    fn no_two_proofs_are_alike() {
        let (key, url) = (key(), "https://id.example/token");
        assert_ne!(
            proof(&key, url, None).1["jti"],
            proof(&key, url, None).1["jti"]
        );
    }

    #[test]
    fn each_server_sees_its_own_last_nonce_and_no_other() {
        let key = key();
        let here: Url = "https://id.example/token".parse().unwrap();
        let said = |nonce: &str| -> HeaderMap {
            [("dpop-nonce".parse().unwrap(), nonce.parse().unwrap())]
                .into_iter()
                .collect()
        };

        assert!(key.heed(&here, &said("first")));
        assert!(key.heed(&here, &said("second")));
        assert!(!key.heed(&here, &said("second")));
        assert!(!key.heed(&here, &HeaderMap::new()));
        assert!(!key.heed(&here, &said("with space")));
        assert!(!key.heed(&here, &said(&"x".repeat(1025))));

        assert_eq!(
            proof(&key.clone(), "https://id.example/par", None).1["nonce"],
            "second"
        );
        assert!(proof(&key, "https://api.example/v1", None).1["nonce"].is_null());
    }

    #[test]
    fn neither_key_nor_token_is_shown() {
        let key = key();
        let access = crate::Access::new(SecretString::from("TOKEN"), Some(key.clone()));
        let scalar = base64url(&[7; 32]);
        for shown in [format!("{key:?}"), format!("{access:?}")] {
            assert!(
                !shown.contains("TOKEN") && !shown.contains(&scalar),
                "{shown}"
            );
        }
    }
}
