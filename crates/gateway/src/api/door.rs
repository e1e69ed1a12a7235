//! Who may call: an access token with the scope that the call needs.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use records::wire::ProblemKind;

use super::Gateway;
use crate::auth::{self, Caller, Expected, READ, SIGN, TokenRefusal};
use crate::refusal::Refusal;

/// Somebody whose token has `records:read`: a session.
pub struct Reader(pub Caller);

/// Somebody whose token has `records:sign` or `records:read`: a ceremony, or a session that delivers late. Their
/// evidence proves the authentication; the token only says who delivers.
pub struct Deliverer(pub Caller);

impl FromRequestParts<Arc<Gateway>> for Reader {
    type Rejection = Refusal;

    async fn from_request_parts(
        parts: &mut Parts,
        gateway: &Arc<Gateway>,
    ) -> Result<Self, Refusal> {
        caller(parts, gateway, &[READ]).await.map(Self)
    }
}

impl FromRequestParts<Arc<Gateway>> for Deliverer {
    type Rejection = Refusal;

    async fn from_request_parts(
        parts: &mut Parts,
        gateway: &Arc<Gateway>,
    ) -> Result<Self, Refusal> {
        caller(parts, gateway, &[SIGN, READ]).await.map(Self)
    }
}

async fn caller(parts: &Parts, gateway: &Gateway, scopes: &[&str]) -> Result<Caller, Refusal> {
    let token = bearer(parts).ok_or(Refusal::Token { presented: false })?;
    let expected = Expected {
        resource: &gateway.config.resource,
        now: gateway.now(),
        skew_s: gateway.config.clock_skew_s,
    };
    let caller = auth::verify(token, &gateway.issuers, &expected)
        .await
        .map_err(|refusal| {
            tracing::info!(%refusal, "an access token was refused");
            match refusal {
                TokenRefusal::IssuerUnavailable => Refusal::Kind(ProblemKind::IssuerUnavailable),
                _ => Refusal::Token { presented: true },
            }
        })?;
    if caller.has_any(scopes) {
        Ok(caller)
    } else {
        Err(Refusal::Kind(ProblemKind::InsufficientScope))
    }
}

/// The one bearer token of a request. Two `Authorization` headers are none.
fn bearer(parts: &Parts) -> Option<&str> {
    let mut values = parts.headers.get_all(AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    let (scheme, token) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then(|| token.trim())
}
