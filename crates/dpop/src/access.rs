//! What opens a door: an access token, with the key that it is bound to where it is bound to one.

use std::fmt;

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, Method};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::{PROOF_HEADER, ProofError, ProofKey};

/// An access token as it is presented.
#[derive(Clone)]
pub struct Access {
    token: SecretString,
    key: Option<ProofKey>,
}

impl Access {
    /// A token that is bound to this key, or to none.
    pub fn new(token: SecretString, key: Option<ProofKey>) -> Self {
        Self { token, key }
    }

    /// The key that the token is bound to.
    pub fn key(&self) -> Option<&ProofKey> {
        self.key.as_ref()
    }

    /// Presents the token to `url`: as a bearer (RFC 6750), or with a proof made for exactly this request (RFC 9449, 7.1).
    pub fn present(
        &self,
        headers: &mut HeaderMap,
        method: &Method,
        url: &Url,
        now: Timestamp,
    ) -> Result<(), ProofError> {
        let scheme = if self.key.is_some() { "DPoP" } else { "Bearer" };
        let mut authorization =
            HeaderValue::try_from(format!("{scheme} {}", self.token.expose_secret()))
                .map_err(|_| ProofError::Unpresentable)?;
        authorization.set_sensitive(true);
        if let Some(key) = &self.key {
            headers.insert(
                PROOF_HEADER,
                key.proof(method, url, Some(&self.token), now)?,
            );
        }
        headers.insert(AUTHORIZATION, authorization);
        Ok(())
    }
}

impl From<SecretString> for Access {
    /// A bearer token.
    fn from(token: SecretString) -> Self {
        Self::new(token, None)
    }
}

impl From<String> for Access {
    /// A bearer token.
    fn from(token: String) -> Self {
        Self::from(SecretString::from(token))
    }
}

impl ExposeSecret<str> for Access {
    fn expose_secret(&self) -> &str {
        self.token.expose_secret()
    }
}

// By hand, so that nobody has to wonder.
impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access")
            .field("bound", &self.key.is_some())
            .finish_non_exhaustive()
    }
}
