//! Who may call: an access token with the scope that the call needs.

use std::sync::Arc;

use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use evidence::digest::sha256_hex;
use records::wire::ProblemKind;
use url::Url;

use super::{Gateway, standing};
use crate::auth::{self, Caller, Expected, READ, SIGN, TokenRefusal};
use crate::proof::{Asked, ProofRefusal};
use crate::refusal::Refusal;

/// Somebody whose token has `records:read`, from a session that stands: one that is registered and not over, or one that
/// does not say its name, where that is not required.
pub struct Reader(pub Caller);

/// Somebody whose token has `records:read`, whatever session they come from: for the calls about sessions.
pub struct Holder {
    /// Who.
    pub caller: Caller,
    /// Of their token.
    pub token_sha256: String,
}

/// Somebody whose token has `records:sign` or `records:read`: a ceremony, or a session that delivers late. Their
/// evidence proves the authentication; the token only says who delivers. Whether their session is over is not asked: what was
/// signed while it stood must not be lost because somebody signed in elsewhere meanwhile, and what a device has to report
/// is worth most after that.
pub struct Deliverer(pub Caller);

impl FromRequestParts<Arc<Gateway>> for Reader {
    type Rejection = Refusal;

    async fn from_request_parts(
        parts: &mut Parts,
        gateway: &Arc<Gateway>,
    ) -> Result<Self, Refusal> {
        let caller = caller(parts, gateway, &[READ]).await?;
        standing::expect(gateway, &parts.headers, &caller).await?;
        Ok(Self(caller))
    }
}

impl FromRequestParts<Arc<Gateway>> for Holder {
    type Rejection = Refusal;

    async fn from_request_parts(
        parts: &mut Parts,
        gateway: &Arc<Gateway>,
    ) -> Result<Self, Refusal> {
        let caller = caller(parts, gateway, &[READ]).await?;
        let presented = presented(parts).ok_or(Refusal::Token { presented: false })?;
        Ok(Self {
            caller,
            token_sha256: sha256_hex(presented.token.as_bytes()),
        })
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
    let presented = presented(parts).ok_or(Refusal::Token { presented: false })?;
    let expected = Expected {
        resource: &gateway.config.resource,
        now: gateway.now(),
        skew_s: gateway.config.clock_skew_s,
    };
    let refused = |refusal: TokenRefusal| {
        tracing::info!(%refusal, "an access token was refused");
        match refusal {
            TokenRefusal::IssuerUnavailable => Refusal::Kind(ProblemKind::IssuerUnavailable),
            _ => Refusal::Token { presented: true },
        }
    };
    let caller = auth::verify(presented.token, &gateway.issuers, &expected)
        .await
        .map_err(refused)?;
    match (presented.scheme, &caller.bound_to) {
        (Scheme::Bearer, None) if !gateway.config.bound_tokens_only => {}
        (Scheme::Bearer | Scheme::Proof, None) => return Err(refused(TokenRefusal::NotBound)),
        (Scheme::Bearer, Some(_)) => return Err(refused(TokenRefusal::SenderConstrained)),
        (Scheme::Proof, Some(key)) => prove(parts, gateway, presented.token, key)?,
    }
    if caller.has_any(scopes) {
        Ok(caller)
    } else {
        Err(Refusal::Kind(ProblemKind::InsufficientScope))
    }
}

/// Whether this request proves to be made with the key that its token is bound to.
fn prove(parts: &Parts, gateway: &Gateway, token: &str, key: &str) -> Result<(), Refusal> {
    let now = gateway.now();
    let refused = |why: ProofRefusal| {
        tracing::info!(refusal = %why, "a proof of possession was refused");
        if why == ProofRefusal::OtherKey {
            // The proof is sound: it is the token that does not belong to it (RFC 9449, 7.1).
            return Refusal::Token { presented: true };
        }
        let nonce = (why == ProofRefusal::NeedsNonce).then(|| gateway.proofs.nonce(now));
        Refusal::Proof { why, nonce }
    };
    let mut proofs = parts.headers.get_all("dpop").iter();
    let (Some(proof), None) = (proofs.next(), proofs.next()) else {
        return Err(refused(ProofRefusal::Missing));
    };
    let asked = Asked {
        method: parts.method.as_str(),
        address: &address(parts, gateway),
        any_loopback_port: gateway.config.development_http,
        token: Some(token),
        now,
        skew_s: gateway.config.clock_skew_s,
        nonce_required: gateway.config.proof_nonce_required,
    };
    proof
        .to_str()
        .map_err(|_| ProofRefusal::Malformed)
        .and_then(|proof| gateway.proofs.verify_by(key, proof, &asked))
        .map_err(refused)
}

/// The address of this request as the caller knows it: never what a `Host` header says.
fn address(parts: &Parts, gateway: &Gateway) -> Url {
    let original = parts.extensions.get::<OriginalUri>();
    let path = original.map_or(parts.uri.path(), |original| original.0.path());
    let mut address = gateway.url.clone();
    let base = address.path().trim_end_matches('/').to_owned();
    address.set_path(&format!("{base}{path}"));
    address
}

/// An access token, and how it is presented.
struct Presented<'a> {
    scheme: Scheme,
    token: &'a str,
}

#[derive(Clone, Copy)]
enum Scheme {
    /// RFC 6750.
    Bearer,
    /// RFC 9449.
    Proof,
}

/// The one access token of a request. Two `Authorization` headers are none.
fn presented(parts: &Parts) -> Option<Presented<'_>> {
    let mut values = parts.headers.get_all(AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    let (scheme, token) = value.split_once(' ')?;
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "bearer" => Scheme::Bearer,
        "dpop" => Scheme::Proof,
        _ => return None,
    };
    let token = token.trim();
    (!token.is_empty()).then_some(Presented { scheme, token })
}
