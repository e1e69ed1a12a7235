//! Proofs of possession at the provider (RFC 9449): which key a request was made with, if any.

use axum::{
    Json,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use gateway::proof::{Asked, ProofRefusal};
use serde_json::json;
use url::Url;

use super::{Fault, Shared, keys::random_text};

/// By how many seconds the clocks of provider and client may differ in a proof.
const SKEW_S: u32 = 30;

/// A request that may carry a proof.
pub(super) struct Request<'a> {
    pub headers: &'a HeaderMap,
    pub method: &'a Method,
    /// Where it went, from the issuer on.
    pub path: &'a str,
    /// The access token that it presents.
    pub token: Option<&'a str>,
}

/// Why a request is turned away.
pub(super) struct Unproved {
    code: &'static str,
    nonce: Option<String>,
}

/// The thumbprint of the key that the request was made with; nothing when it does not say.
pub(super) fn key_of(shared: &Shared, request: &Request<'_>) -> Result<Option<String>, Unproved> {
    if !shared.offers.bound_tokens {
        return Ok(None);
    }
    let mut proofs = request.headers.get_all("dpop").iter();
    let proof = match (proofs.next(), proofs.next()) {
        (None, _) => return Ok(None),
        (Some(proof), None) => proof.to_str().map_err(|_| invalid())?,
        (Some(_), Some(_)) => return Err(invalid()),
    };
    if shared.has(Fault::ProofNonceNeverRight) {
        return Err(wants(random_text()));
    }
    let now = shared.now();
    let address = Url::parse(&format!("{}{}", shared.issuer, request.path));
    let asked = Asked {
        method: request.method.as_str(),
        address: &address.map_err(|_| invalid())?,
        any_loopback_port: false,
        token: request.token,
        now,
        skew_s: SKEW_S,
        nonce_required: shared.offers.nonces_in_proofs,
    };
    match shared.proofs.verify(proof, &asked) {
        Ok(key) => Ok(Some(key)),
        Err(ProofRefusal::NeedsNonce) if shared.offers.nonces_in_proofs => {
            Err(wants(shared.proofs.nonce(now)))
        }
        Err(_) => Err(invalid()),
    }
}

impl Unproved {
    /// The answer of a resource server (RFC 9449 §7.1 and §9).
    pub(super) fn challenge(self) -> Response {
        let challenge = format!("DPoP error=\"{}\", algs=\"ES256\"", self.code);
        let mut response = (
            StatusCode::UNAUTHORIZED,
            [(header::WWW_AUTHENTICATE, challenge)],
        )
            .into_response();
        self.put_nonce(&mut response);
        response
    }

    fn put_nonce(&self, response: &mut Response) {
        // Nonces are base64url: always a legal header.
        if let Some(nonce) = &self.nonce
            && let Ok(nonce) = HeaderValue::from_str(nonce)
        {
            response.headers_mut().insert("dpop-nonce", nonce);
        }
    }
}

/// The answer of an authorization server (RFC 9449 §5 and §8).
impl IntoResponse for Unproved {
    fn into_response(self) -> Response {
        let error = json!({ "error": self.code });
        let mut response = (StatusCode::BAD_REQUEST, Json(error)).into_response();
        self.put_nonce(&mut response);
        response
    }
}

fn invalid() -> Unproved {
    Unproved {
        code: "invalid_dpop_proof",
        nonce: None,
    }
}

fn wants(nonce: String) -> Unproved {
    Unproved {
        code: "use_dpop_nonce",
        nonce: Some(nonce),
    }
}
