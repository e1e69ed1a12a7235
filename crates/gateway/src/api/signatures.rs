//! Submitting signatures, asking for their fate, and reading them back.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use records::wire::{Problem, ProblemKind, SignatureAccepted, SignatureRecord};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::door::{Deliverer, Reader};
use super::{Gateway, submitting};
use crate::refusal::Refusal;
use crate::store::blocking;

/// Verifies evidence from scratch and commits it in one transaction.
#[utoipa::path(
    post,
    path = "/v1/signatures",
    tag = "signatures",
    params(
        ("If-Match" = String, Header, description = "The entity tags of all amendments"),
        ("Idempotency-Key" = String, Header, description = "1 to 128 visible ASCII characters, the same for every attempt"),
    ),
    request_body(content_type = "application/vnd.countersign.evidence+json;version=1", content = Object),
    responses(
        (status = 201, body = SignatureAccepted),
        (status = 401, body = Problem, description = "No token, or the authentication is too weak or too old (RFC 9470)"),
        (status = 403, body = Problem, description = "The token or the person may not"),
        (status = 409, body = Problem, description = "The challenge is spent, or the authentication lies outside its lifetime"),
        (status = 412, body = Problem, description = "The record changed"),
        (status = 422, body = Problem, description = "The evidence was refused at `step`"),
        (status = 503, body = Problem, description = "Nothing was recorded: the receipts do not verify, or no time-stamp is to be had"),
        (status = "4XX", body = Problem)
    ),
    security(("bearer" = ["records:sign"]), ("bearer" = ["records:read"]))
)]
pub async fn submit(
    State(gateway): State<Arc<Gateway>>,
    Deliverer(caller): Deliverer,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<SignatureAccepted>), Refusal> {
    let caller = caller.subject;
    match submitting::submit(&gateway, &headers, body, &caller).await {
        Ok(accepted) => Ok((StatusCode::CREATED, Json(accepted))),
        Err(refused) => {
            submitting::note(&gateway, &caller, &refused).await?;
            Err(refused.refusal)
        }
    }
}

/// By what to ask for a submission's fate.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct FateQuery {
    /// The key that it was submitted with.
    idempotency_key: String,
}

/// The answer that a submission got, for a client that did not hear it. 404: nothing was recorded under that key.
#[utoipa::path(
    get,
    path = "/v1/signatures",
    tag = "signatures",
    params(FateQuery),
    responses((status = 200, body = SignatureAccepted), (status = "4XX", body = Problem)),
    security(("bearer" = ["records:sign"]), ("bearer" = ["records:read"]))
)]
pub async fn fate(
    State(gateway): State<Arc<Gateway>>,
    Deliverer(caller): Deliverer,
    query: Result<Query<FateQuery>, QueryRejection>,
) -> Result<Json<SignatureAccepted>, Refusal> {
    let detail = "idempotency_key is needed, and nothing else";
    let Query(query) = query.map_err(|_| Refusal::Because {
        kind: ProblemKind::Malformed,
        detail,
    })?;
    let store = gateway.store.clone();
    let accepted = blocking(move || store.fate(&caller.subject, &query.idempotency_key)).await?;
    accepted
        .map(Json)
        .ok_or(Refusal::Kind(ProblemKind::NotFound))
}

/// A kept signature: evidence and receipt.
#[utoipa::path(
    get,
    path = "/v1/signatures/{id}",
    tag = "signatures",
    params(("id" = Uuid, Path, description = "The statement's signature identifier")),
    responses((status = 200, body = SignatureRecord), (status = "4XX", body = Problem)),
    security(("bearer" = ["records:read"]))
)]
pub async fn one(
    State(gateway): State<Arc<Gateway>>,
    Reader(_caller): Reader,
    id: Result<Path<Uuid>, PathRejection>,
) -> Result<Json<SignatureRecord>, Refusal> {
    let Path(id) = id.map_err(|_| Refusal::Kind(ProblemKind::NotFound))?;
    let store = gateway.store.clone();
    let record = blocking(move || store.signature(id)).await?;
    record.map(Json).ok_or(Refusal::Kind(ProblemKind::NotFound))
}
