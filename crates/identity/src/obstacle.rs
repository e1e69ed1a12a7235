//! What stands in the way of an authentication before there is a token to judge: the other half of the refusals.
//!
//! An [`IdentityError`] carries the detail for the code; an obstacle is its stable name for the audit log and for IT.

use transport::TransportError;

use crate::named::named;
use crate::{DiscoveryFault, IdentityError};

named! {
    /// A reason for which no token was asked for, or none came.
    Obstacle:
    /// The policy's issuer is not an https address without query and fragment (Discovery 1.0, 3).
    IssuerNotHttps = "issuer_not_https",
    /// The configuration is about another issuer, even if only by a slash or a capital letter (Discovery 1.0, 4.3).
    DiscoveryIssuerMismatch = "discovery_issuer_mismatch",
    /// The configuration or the key set is not the JSON that the standards describe.
    DiscoveryUnreadable = "discovery_unreadable",
    /// The configuration lacks an endpoint that signing needs.
    EndpointMissing = "endpoint_missing",
    /// An endpoint is not an https address; http is for literal loopback addresses, and only under the development flag.
    EndpointNotHttps = "endpoint_not_https",
    /// An endpoint answers with a redirect, which is never followed.
    EndpointRedirects = "endpoint_redirects",
    /// PKCE with S256 is not advertised, and the policy requires it (RFC 7636).
    PkceNotOffered = "pkce_not_offered",
    /// The authorization code flow is not offered.
    CodeFlowNotOffered = "code_flow_not_offered",
    /// None of the policy's signature algorithms is offered.
    NoCommonAlgorithm = "no_common_algorithm",
    /// The key set has more than a hundred keys.
    TooManyKeys = "too_many_keys",
    /// A reply is longer than its limit: 256 KiB for the published documents, 1 MiB for all others.
    ReplyTooLarge = "reply_too_large",
    /// A reply was not complete within the time limit.
    ReplyTooSlow = "reply_too_slow",
    /// A reply has a status, a type or a form that the protocol does not know.
    ReplyUnreadable = "reply_unreadable",
    /// The provider answered with an OAuth error (RFC 6749, 4.1.2.1 and 5.2).
    ProviderError = "identity_provider_error",
    /// The provider offers to bind tokens to a key, was shown the key, and issued tokens that are not bound (RFC 9449, 5).
    TokensNotBound = "tokens_not_bound",
    /// There is no connection to the provider, or it broke.
    ProviderUnreachable = "identity_provider_unreachable",
    /// The provider's certificate or its TLS is not acceptable.
    ProviderUntrusted = "identity_provider_untrusted",
    /// The certificates that the policy names cannot be used, so that nothing can be trusted.
    TrustUnavailable = "trust_unavailable",
    /// Every port that the policy allows for the callback is in use.
    PortsTaken = "ports_taken",
}

impl IdentityError {
    /// What stood in the way, if it did so before any token. What a token earned is a [`crate::Refusal`].
    pub fn obstacle(&self) -> Option<Obstacle> {
        match self {
            Self::Transport(error) => Some(of_transport(error)),
            Self::Discovery(fault) => Some(of_discovery(fault)),
            Self::ProviderError { .. } => Some(Obstacle::ProviderError),
            Self::BadReply { .. } => Some(Obstacle::ReplyUnreadable),
            Self::NotBound => Some(Obstacle::TokensNotBound),
            Self::PortsTaken { .. } => Some(Obstacle::PortsTaken),
            Self::Refused(_)
            | Self::ClockSkew { .. }
            | Self::NotVerifiableYet { .. }
            | Self::NotRefreshable
            | Self::TokenUnusable
            | Self::NoRandomness => None,
        }
    }
}

fn of_discovery(fault: &DiscoveryFault) -> Obstacle {
    match fault {
        DiscoveryFault::IssuerNotHttps => Obstacle::IssuerNotHttps,
        DiscoveryFault::IssuerMismatch => Obstacle::DiscoveryIssuerMismatch,
        DiscoveryFault::Unreadable { .. } => Obstacle::DiscoveryUnreadable,
        DiscoveryFault::EndpointMissing { .. } => Obstacle::EndpointMissing,
        DiscoveryFault::EndpointNotHttps { .. } => Obstacle::EndpointNotHttps,
        DiscoveryFault::PkceNotOffered => Obstacle::PkceNotOffered,
        DiscoveryFault::CodeFlowNotOffered => Obstacle::CodeFlowNotOffered,
        DiscoveryFault::NoCommonAlgorithm => Obstacle::NoCommonAlgorithm,
        DiscoveryFault::TooManyKeys { .. } => Obstacle::TooManyKeys,
    }
}

fn of_transport(error: &TransportError) -> Obstacle {
    match error {
        TransportError::NotHttps { .. }
        | TransportError::Credentials { .. }
        | TransportError::NotAUrl => Obstacle::EndpointNotHttps,
        TransportError::Redirected { .. } => Obstacle::EndpointRedirects,
        TransportError::TooLarge { .. } => Obstacle::ReplyTooLarge,
        TransportError::TimedOut { .. } => Obstacle::ReplyTooSlow,
        TransportError::Unreachable { .. } => Obstacle::ProviderUnreachable,
        TransportError::TlsRefused { .. } => Obstacle::ProviderUntrusted,
        TransportError::CaFileUnreadable { .. }
        | TransportError::CaFileInvalid { .. }
        | TransportError::Setup => Obstacle::TrustUnavailable,
    }
}
