//! `GET /v1/capabilities`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use records::wire::{Capabilities, IssuerCapability, Limits};

use super::{Gateway, limits};

/// What this API accepts.
#[utoipa::path(
    get,
    path = "/v1/capabilities",
    tag = "capabilities",
    responses((status = 200, body = Capabilities))
)]
pub async fn capabilities(State(gateway): State<Arc<Gateway>>) -> Json<Capabilities> {
    let config = &gateway.config;
    let issuers = config.issuers.iter().map(|issuer| IssuerCapability {
        issuer: issuer.issuer.clone(),
        client_ids: issuer.client_ids.clone(),
        algorithms: issuer.algorithms.clone(),
    });
    Json(Capabilities {
        resource: config.resource.clone(),
        issuers: issuers.collect(),
        meanings: config.meanings.clone(),
        reasons: config.reasons.clone(),
        limits: Limits {
            max_evidence_bytes: limits::MAX_BODY as u64,
            max_amendments: config.max_amendments,
            challenge_lifetime_s: config.challenge_lifetime_s,
            max_page: limits::MAX_PAGE,
        },
    })
}
