//! What can go wrong between a policy and a verified ID token. Nothing here carries a body, a token or a query.

use secrecy::SecretString;
use transport::TransportError;

use crate::Refusal;

/// Why an authentication, or a step towards it, did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// What the provider sent is not accepted. What came with it was revoked.
    #[error("{0}")]
    Refused(Refusal),
    /// The clocks of provider and computer are apart, and so one of them does not accept what the other sent.
    #[error("this computer's clock differs from the identity provider's by {measured_s} s: {}", led_to(*refusal))]
    ClockSkew {
        /// The provider's clock minus ours, in seconds.
        measured_s: i64,
        /// The row of the table that it led to; none where it is our proof of possession that the provider refused.
        refusal: Option<Refusal>,
    },
    /// The provider could not be reached, or its reply broke a limit.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The provider's published configuration cannot be used.
    #[error("the identity provider's configuration cannot be used: {0}")]
    Discovery(#[from] DiscoveryFault),
    /// The provider answered with an OAuth error.
    #[error("the identity provider answered with the error {code}")]
    ProviderError {
        /// The `error` code; `unknown` when it is not one that may be shown.
        code: String,
    },
    /// The provider answered with something that is not what the protocol says.
    #[error("the reply of the {endpoint} endpoint cannot be read (status {status})")]
    BadReply {
        /// Which endpoint.
        endpoint: &'static str,
        /// The HTTP status.
        status: u16,
    },
    /// Every port that the policy allows for the callback is in use.
    #[error("every port allowed for the callback is in use: {}", list(ports))]
    PortsTaken {
        /// The ports that were tried; empty for any.
        ports: Vec<u16>,
    },
    /// A renewed ID token cannot be verified for now: no known key signed it, and the issuer's keys cannot be fetched
    /// again yet. Nothing that came is used, save for asking again.
    #[error("the key that the renewed ID token was signed with is not known yet")]
    NotVerifiableYet {
        /// The refresh token that came along, where the provider replaced the one that was used.
        refresh: Option<SecretString>,
    },
    /// The provider binds tokens to a key of ours, and did not bind these (RFC 9449, 5). They were revoked.
    #[error("the tokens are not bound to the key that was proved")]
    NotBound,
    /// There is no refresh token to refresh with.
    #[error("there is no refresh token")]
    NotRefreshable,
    /// The access token has characters that no header can carry.
    #[error("the access token cannot be presented")]
    TokenUnusable,
    /// The operating system gave no randomness.
    #[error("the operating system gave no randomness")]
    NoRandomness,
}

/// What is wrong with a provider's published configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DiscoveryFault {
    /// The policy's issuer is not an https address without query and fragment.
    #[error("the issuer is not an https address")]
    IssuerNotHttps,
    /// The configuration is about another issuer.
    #[error("it names another issuer")]
    IssuerMismatch,
    /// The document is not the JSON that OpenID Connect Discovery describes.
    #[error("{document} cannot be read")]
    Unreadable {
        /// Which document.
        document: &'static str,
    },
    /// An endpoint is missing.
    #[error("it names no {endpoint}")]
    EndpointMissing {
        /// The metadata member.
        endpoint: &'static str,
    },
    /// An endpoint is not an https address.
    #[error("its {endpoint} is not an https address")]
    EndpointNotHttps {
        /// The metadata member.
        endpoint: &'static str,
    },
    /// PKCE with S256 is not advertised (RFC 7636).
    #[error("it does not offer PKCE with S256")]
    PkceNotOffered,
    /// The authorization code flow is not offered.
    #[error("it does not offer the authorization code flow")]
    CodeFlowNotOffered,
    /// None of the policy's algorithms is offered.
    #[error("it offers none of the signature algorithms that the policy allows")]
    NoCommonAlgorithm,
    /// The key set has too many keys.
    #[error("its key set has more than {limit} keys")]
    TooManyKeys {
        /// The limit.
        limit: usize,
    },
}

impl IdentityError {
    /// The row of the table, when this is a refusal.
    pub fn refusal(&self) -> Option<Refusal> {
        match self {
            Self::Refused(refusal) => Some(*refusal),
            Self::ClockSkew { refusal, .. } => *refusal,
            _ => None,
        }
    }
}

fn led_to(refusal: Option<Refusal>) -> &'static str {
    refusal.map_or("the proof of possession was refused", Refusal::name)
}

fn list(ports: &[u16]) -> String {
    if ports.is_empty() {
        return "any".to_owned();
    }
    let ports: Vec<_> = ports.iter().map(u16::to_string).collect();
    ports.join(", ")
}
