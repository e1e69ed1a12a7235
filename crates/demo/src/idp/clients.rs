//! Who may ask for sign-ins, and where the answers may go.

use url::Url;

/// How a client's ID tokens are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
}

impl Algorithm {
    /// The name in a JOSE header.
    pub fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
        }
    }
}

/// Where answers may go.
#[derive(Debug, Clone)]
pub enum RedirectUris {
    /// Any port and path on `http://127.0.0.1` (RFC 8252 §7.3).
    Loopback,
    /// Exactly these.
    Exact(Vec<String>),
}

/// A public client: no secret, PKCE instead.
#[derive(Debug, Clone)]
pub struct ClientConfig {
    /// The client identifier.
    pub id: String,
    /// How its ID tokens are signed.
    pub algorithm: Algorithm,
    /// Where answers may go.
    pub redirect_uris: RedirectUris,
}

impl ClientConfig {
    /// A native application: loopback redirects on any port, ES256.
    pub fn native(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            algorithm: Algorithm::Es256,
            redirect_uris: RedirectUris::Loopback,
        }
    }

    /// The same client with another signature algorithm.
    #[must_use]
    pub fn signed_with(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// Whether an answer may go to this address.
    pub fn may_redirect_to(&self, uri: &str) -> bool {
        match &self.redirect_uris {
            RedirectUris::Exact(registered) => registered.iter().any(|known| known == uri),
            RedirectUris::Loopback => Url::parse(uri).is_ok_and(|url| {
                url.scheme() == "http"
                    && uri.starts_with("http://127.0.0.1")
                    && url.host_str() == Some("127.0.0.1")
                    && url.username().is_empty()
                    && url.password().is_none()
                    && url.fragment().is_none()
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_native_client_may_use_any_port_and_path_on_the_loopback_literal() {
        let client = ClientConfig::native("app");

        assert!(client.may_redirect_to("http://127.0.0.1:51234/f3a9"));
        assert!(client.may_redirect_to("http://127.0.0.1/"));
        for refused in [
            "http://localhost:51234/f3a9",
            "https://127.0.0.1:51234/f3a9",
            "http://127.0.0.1.evil.example/f3a9",
            "http://127.0.0.1@evil.example/f3a9",
            "http://user@127.0.0.1:51234/",
            "http://127.1:51234/",
            "http://127.0.0.1:51234/#x",
            "app://callback",
            "",
        ] {
            assert!(!client.may_redirect_to(refused), "{refused}");
        }
    }

    #[test]
    fn an_exact_client_may_use_only_what_is_registered() {
        let client = ClientConfig {
            redirect_uris: RedirectUris::Exact(vec!["http://127.0.0.1:7000/cb".into()]),
            ..ClientConfig::native("fixed")
        };

        assert!(client.may_redirect_to("http://127.0.0.1:7000/cb"));
        assert!(!client.may_redirect_to("http://127.0.0.1:7000/cb/"));
    }
}
