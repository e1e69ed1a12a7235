//! The user-information endpoint (OIDC Core 5.3), for providers whose ID tokens carry no name.

use dpop::Access;
use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::{IdToken, IdentityError, Provider, Refusal, RelyingParty, proven, subject};

/// Claims about the person that an ID token is about. They prove nothing by themselves.
#[derive(Clone)]
pub struct UserInfo {
    claims: Map<String, Value>,
}

impl UserInfo {
    /// A claim that is a string with something in it.
    pub fn text(&self, claim: &str) -> Option<&str> {
        let text = self.claims.get(claim)?.as_str()?;
        (!text.is_empty()).then_some(text)
    }
}

impl RelyingParty {
    /// Asks for the claims of the person that `id_token` is about. `None` when the provider does not offer it.
    pub async fn user_info(
        &self,
        provider: &Provider,
        access: &Access,
        id_token: &IdToken,
        now: Timestamp,
    ) -> Result<Option<UserInfo>, IdentityError> {
        let Some(endpoint) = provider.userinfo_endpoint() else {
            return Ok(None);
        };
        let reply = proven::get(self, endpoint, "userinfo", access, now).await?;
        if reply.status() != StatusCode::OK {
            return Err(reply.into_error());
        }
        let claims: Map<String, Value> = reply.json()?;
        let same = subject::sub(&claims) == subject::sub(id_token.claims());
        if !same {
            return Err(IdentityError::Refused(Refusal::UserinfoSubjectMismatch));
        }
        Ok(Some(UserInfo { claims }))
    }
}
