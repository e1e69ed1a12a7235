//! Refusals on the wire: RFC 9457 problems, with the challenges of RFC 6750 and RFC 9470 where they belong.

use axum::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use records::wire::{PROBLEM_MEDIA_TYPE, ProblemKind};

use crate::refusal::{Demands, Refusal};

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
        if let Some(challenge) =
            challenge(&self).and_then(|challenge| HeaderValue::try_from(challenge).ok())
        {
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

fn challenge(refusal: &Refusal) -> Option<String> {
    match refusal {
        Refusal::Token { presented: false } => Some("Bearer".to_owned()),
        Refusal::Token { presented: true } => Some("Bearer error=\"invalid_token\"".to_owned()),
        Refusal::Step {
            demands: Some(demands),
            ..
        } => Some(step_up(demands)),
        other if other.kind() == ProblemKind::InsufficientScope => {
            Some("Bearer error=\"insufficient_scope\"".to_owned())
        }
        _ => None,
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
