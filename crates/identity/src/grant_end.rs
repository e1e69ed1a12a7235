//! What became of a grant that nobody was authenticated by.
//!
//! Whoever says that no token is left has to know it. So what is not known has a name of its own, and counts as a token
//! that may be left.

use transport::TransportError;

use crate::IdentityError;

/// What became of the tokens that a code may have brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantEnd {
    /// The provider granted none: the request never reached it, or its answer is an error.
    NotGranted,
    /// All that came were revoked (RFC 7009).
    Revoked,
    /// The provider offers no revocation: what came expires by itself.
    NotOffered,
    /// The revocation failed: what came expires by itself.
    LeftToExpire,
    /// The answer was lost or cannot be read. If tokens were issued, they expire by themselves.
    Unknown,
}

/// Why a code authenticated nobody, and what became of its tokens.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct Unredeemed {
    /// Why.
    pub error: IdentityError,
    /// What became of the tokens.
    pub grant: GrantEnd,
}

impl Unredeemed {
    /// No token came, for this reason.
    pub(crate) fn without_grant(error: IdentityError) -> Self {
        let grant = match &error {
            // An OAuth error is a definite answer, and so is the refusal of a request.
            IdentityError::ProviderError { .. }
            | IdentityError::BadReply {
                status: 400..=499, ..
            } => GrantEnd::NotGranted,
            IdentityError::Transport(error) if !may_have_arrived(error) => GrantEnd::NotGranted,
            _ => GrantEnd::Unknown,
        };
        Self { error, grant }
    }
}

impl From<Unredeemed> for IdentityError {
    fn from(unredeemed: Unredeemed) -> Self {
        unredeemed.error
    }
}

fn may_have_arrived(error: &TransportError) -> bool {
    match error {
        TransportError::NotHttps { .. }
        | TransportError::Credentials { .. }
        | TransportError::NotAUrl
        | TransportError::CaFileUnreadable { .. }
        | TransportError::CaFileInvalid { .. }
        | TransportError::Setup => false,
        TransportError::Unreachable { connected, .. } => *connected,
        // A handshake may be called off from the other side after the request was sent.
        TransportError::TlsRefused { .. }
        | TransportError::Redirected { .. }
        | TransportError::TooLarge { .. }
        | TransportError::TimedOut { .. } => true,
    }
}
