//! Token revocation (RFC 7009).

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use crate::reply::{self, Reply};
use crate::{IdentityError, Provider, RelyingParty};

/// Which kind of token is revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// An access token.
    Access,
    /// A refresh token.
    Refresh,
}

impl TokenKind {
    const fn hint(self) -> &'static str {
        match self {
            Self::Access => "access_token",
            Self::Refresh => "refresh_token",
        }
    }
}

/// What became of a revocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revocation {
    /// The provider says that the token is of no use any more.
    Revoked,
    /// The provider has no revocation endpoint; the token lives until it expires.
    NotOffered,
}

impl RelyingParty {
    /// Revokes one token.
    pub async fn revoke(
        &self,
        provider: &Provider,
        token: &SecretString,
        kind: TokenKind,
        now: Timestamp,
    ) -> Result<Revocation, IdentityError> {
        let Some(endpoint) = provider.revocation_endpoint() else {
            return Ok(Revocation::NotOffered);
        };
        let parameters = [
            ("token", token.expose_secret()),
            ("token_type_hint", kind.hint()),
            ("client_id", &self.client.client_id),
        ];
        let request = reply::form(endpoint, parameters.into_iter());
        let reply = Reply::of(&self.transport, request, "revocation", now).await?;
        if reply.status().is_success() {
            Ok(Revocation::Revoked)
        } else {
            Err(reply.into_error())
        }
    }
}
