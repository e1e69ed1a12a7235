//! The user-information endpoint (OIDC Core 5.3), for providers whose ID tokens carry no name.

use http::{HeaderValue, StatusCode, header};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use crate::reply::{self, Reply};
use crate::{IdToken, IdentityError, Provider, Refusal, RelyingParty, subject};

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
        access: &SecretString,
        id_token: &IdToken,
        now: Timestamp,
    ) -> Result<Option<UserInfo>, IdentityError> {
        let Some(endpoint) = provider.userinfo_endpoint() else {
            return Ok(None);
        };
        let mut request = reply::get(endpoint);
        let bearer = HeaderValue::try_from(format!("Bearer {}", access.expose_secret()));
        let mut bearer = bearer.map_err(|_| IdentityError::TokenUnusable)?;
        bearer.set_sensitive(true);
        request.headers_mut().insert(header::AUTHORIZATION, bearer);
        let reply = Reply::of(&self.transport, request, "userinfo", now).await?;
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
