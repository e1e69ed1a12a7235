//! Submitting signatures, asking for their fate, and reading them back.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use evidence::{Bundle, Reason, Step, Subject};
use records::wire::{
    EVIDENCE_MEDIA_TYPE, Problem, ProblemKind, SignatureAccepted, SignatureRecord,
};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;
use uuid::Uuid;

use super::door::{Deliverer, Reader};
use super::{Gateway, limits};
use crate::refusal::Refusal;
use crate::store::{Submission, Terms, blocking, subject_column};

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
    let submission = Arc::new(read(&headers, body, caller.subject)?);
    let mut outcome = commit(&gateway, &submission).await;
    if matches!(
        outcome,
        Err(Refusal::Step {
            step: Step::IdToken,
            reason: Reason::KeyNotFound,
            ..
        })
    ) {
        // The provider may have rotated its keys a moment ago.
        let iss = submission.bundle.statement().signer.iss.clone();
        if gateway
            .issuers
            .newer_keys(&iss, gateway.now())
            .await
            .is_ok()
        {
            outcome = commit(&gateway, &submission).await;
        }
    }
    match outcome {
        Ok(accepted) => Ok((StatusCode::CREATED, Json(accepted))),
        Err(refusal) => {
            note(&gateway, &submission, &refusal).await?;
            Err(refusal)
        }
    }
}

fn read(
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
    caller: Subject,
) -> Result<Submission, Refusal> {
    limits::expect_media_type(headers, EVIDENCE_MEDIA_TYPE)?;
    let required = Refusal::Kind(ProblemKind::PreconditionRequired);
    let (Some(if_match), Some(key)) = (limits::entity_tags(headers), idempotency_key(headers))
    else {
        return Err(required);
    };
    let octets = limits::whole(body)?.to_vec();
    let bundle = Bundle::parse(&octets).map_err(|reason| Refusal::step(Step::Parse, reason))?;
    Ok(Submission {
        octets,
        bundle,
        if_match,
        idempotency_key: key,
        caller,
    })
}

async fn commit(
    gateway: &Arc<Gateway>,
    submission: &Arc<Submission>,
) -> Result<SignatureAccepted, Refusal> {
    let (gateway, submission) = (gateway.clone(), submission.clone());
    blocking(move || {
        let config = &gateway.config;
        let issuer = gateway.issuers.config(&submission.caller.iss);
        let terms = Terms {
            now: gateway.now(),
            issuers: gateway.issuers.rules(),
            clock_skew_s: config.clock_skew_s,
            delivery_grace_s: config.delivery_grace_s,
            required_amr: issuer
                .map(|issuer| issuer.required_amr.as_slice())
                .unwrap_or_default(),
            names: issuer.map(|issuer| issuer.names).unwrap_or_default(),
            authority: &*config.authority,
            key: &gateway.key,
        };
        gateway.store.commit(&submission, &terms)
    })
    .await
}

/// Failed attempts go into the trail; somebody else's authentication also goes to security (21 CFR 11.300 (d)).
async fn note(
    gateway: &Arc<Gateway>,
    submission: &Arc<Submission>,
    refusal: &Refusal,
) -> Result<(), Refusal> {
    let (store, now, submission) = (gateway.store.clone(), gateway.now(), submission.clone());
    let failed = refusal.failed_step();
    let id = submission.bundle.statement().signature_id;
    let detail = json!({
        "signature_id": id,
        "problem": refusal.kind().urn(),
        "step": failed.map(|(step, _)| step.name()),
        "reason": failed.map(|(_, reason)| reason.name()),
    });
    blocking(move || {
        let subject = subject_column(&submission.caller)?;
        store.note("signature-refused", Some(&subject), &detail, now)?;
        if failed == Some((Step::Signer, Reason::SubjectMismatch)) {
            store.keep_mismatch(&submission.caller, &id.to_string(), now)?;
        }
        Ok(())
    })
    .await
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

fn idempotency_key(headers: &HeaderMap) -> Option<String> {
    let key = headers.get("idempotency-key")?.to_str().ok()?;
    (1..=128).contains(&key.len()).then_some(())?;
    key.bytes()
        .all(|byte| byte.is_ascii_graphic())
        .then(|| key.to_owned())
}
