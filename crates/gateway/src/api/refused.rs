//! Refusals on the wire: RFC 9457 problems, with the challenges of RFC 6750, RFC 9449 and RFC 9470 where they belong.

use axum::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use records::wire::{PROBLEM_MEDIA_TYPE, ProblemKind};

use crate::refusal::{Demands, Refusal};

/// What proofs of possession are signed with.
const ALGORITHMS: &str = "algs=\"ES256\"";

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        if let Self::Store(error) = &self {
            tracing::error!(error = error as &dyn std::error::Error, "the store failed");
        }
        let problem = self.problem();
        let status =
            StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(problem)).into_response();
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_MEDIA_TYPE));
        for challenge in challenges(&self) {
            if let Ok(challenge) = HeaderValue::try_from(challenge) {
                response.headers_mut().append(WWW_AUTHENTICATE, challenge);
            }
        }
        if let Self::Proof {
            nonce: Some(nonce), ..
        } = &self
            && let Ok(nonce) = HeaderValue::try_from(nonce)
        {
            response.headers_mut().insert("dpop-nonce", nonce);
        }
        response
    }
}

/// One header for each scheme (RFC 9449 §7.1), the more usual one first.
fn challenges(refusal: &Refusal) -> Vec<String> {
    match refusal {
        Refusal::Token { presented: false } => {
            vec!["Bearer".to_owned(), format!("DPoP {ALGORITHMS}")]
        }
        Refusal::Token { presented: true } => vec![
            "Bearer error=\"invalid_token\"".to_owned(),
            format!("DPoP error=\"invalid_token\", {ALGORITHMS}"),
        ],
        Refusal::Proof { nonce: Some(_), .. } => {
            vec![format!("DPoP error=\"use_dpop_nonce\", {ALGORITHMS}")]
        }
        Refusal::Proof { nonce: None, .. } => {
            vec![format!("DPoP error=\"invalid_dpop_proof\", {ALGORITHMS}")]
        }
        Refusal::Step {
            demands: Some(demands),
            ..
        } => vec![step_up(demands)],
        Refusal::AuthenticateAgain { max_age } => vec![step_up(&Demands {
            max_age: Some(*max_age),
            ..Demands::default()
        })],
        // No other token of this session would do: none is asked for.
        Refusal::SessionRevoked { .. } => vec!["Bearer".to_owned(), format!("DPoP {ALGORITHMS}")],
        other if other.kind() == ProblemKind::SessionRequired => {
            vec!["Bearer".to_owned(), format!("DPoP {ALGORITHMS}")]
        }
        other if other.kind() == ProblemKind::InsufficientScope => {
            vec!["Bearer error=\"insufficient_scope\"".to_owned()]
        }
        _ => Vec::new(),
    }
}

fn step_up(demands: &Demands) -> String {
    let contexts = demands.acr_values.join(" ").replace(['"', '\\'], "");
    let contexts = (!contexts.is_empty()).then(|| format!("acr_values=\"{contexts}\""));
    let age = demands
        .max_age
        .map(|seconds| format!("max_age=\"{seconds}\""));
    let error = "Bearer error=\"insufficient_user_authentication\"".to_owned();
    let parameters: Vec<_> = [Some(error), contexts, age].into_iter().flatten().collect();
    parameters.join(", ")
}
