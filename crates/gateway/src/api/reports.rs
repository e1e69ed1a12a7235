//! What clients report.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use records::wire::{
    AuditBatch, AuditHead, ClaimedSubject, Decline, MAX_AUDIT_LINES, Problem, ProblemKind,
    SecurityEvent, SecurityEventKind,
};

use super::door::{Deliverer, Reader};
use super::{Gateway, limits};
use crate::refusal::Refusal;
use crate::store::{Declining, blocking};

/// The longest name of a device or a reference, and what names a person at their issuer.
const MAX_NAME: usize = 256;
/// The longest address of an issuer.
const MAX_ISSUER: usize = 2048;
/// The most claims that together name a person.
const MAX_CLAIMS: usize = 8;

/// Declines a pending amendment.
#[utoipa::path(
    post,
    path = "/v1/amendments/{id}/declines",
    tag = "amendments",
    params(
        ("id" = String, Path, description = "The amendment's identifier"),
        ("If-Match" = String, Header, description = "The entity tag of the amendment, as it was read"),
    ),
    request_body = Decline,
    responses(
        (status = 204),
        (status = 403, body = Problem, description = "The token or the person may not"),
        (status = 412, body = Problem, description = "The record changed"),
        (status = "4XX", body = Problem)
    ),
    security(("bearer" = ["records:read"]))
)]
pub async fn decline(
    State(gateway): State<Arc<Gateway>>,
    Reader(caller): Reader,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Refusal> {
    let if_match =
        limits::entity_tags(&headers).ok_or(Refusal::Kind(ProblemKind::PreconditionRequired))?;
    let decline: Decline = limits::json(&headers, body)?;
    limits::expect_reason(&decline.reason, "the reason is not acceptable")?;
    let now = gateway.now();
    blocking(move || {
        let may = |kind| {
            let config = &gateway.config;
            config
                .authority
                .may_decline(&caller.subject, kind, &config.meanings)
        };
        let declining = Declining {
            caller: &caller.subject,
            if_match: &if_match,
            may: &may,
        };
        gateway.store.decline(&id, &declining, &decline, now)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Continues a device's activity log.
#[utoipa::path(
    post,
    path = "/v1/audit-events",
    tag = "reports",
    request_body = AuditBatch,
    responses(
        (status = 200, body = AuditHead, description = "All lines are kept; the log goes on here"),
        (status = 409, body = Problem, description = "Lines are missing before these (`audit-gap`), or these contradict what is kept (`audit-fork`); `resume` says how far it is kept"),
        (status = "4XX", body = Problem)
    ),
    security(("bearer" = ["records:sign"]), ("bearer" = ["records:read"]))
)]
pub async fn audit_events(
    State(gateway): State<Arc<Gateway>>,
    Deliverer(caller): Deliverer,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<AuditHead>, Refusal> {
    let batch: AuditBatch = limits::json(&headers, body)?;
    limits::expect_text(&batch.device, MAX_NAME, "the device is not acceptable")?;
    limits::expect_text(&batch.log, MAX_NAME, "the log is not acceptable")?;
    if batch.lines.is_empty() || batch.lines.len() > MAX_AUDIT_LINES {
        let detail = "1 to 1000 lines are accepted at once";
        return Err(Refusal::Because {
            kind: ProblemKind::Malformed,
            detail,
        });
    }
    let now = gateway.now();
    let kept = blocking(move || {
        let store = &gateway.store;
        let kept = store.keep_lines(&caller.subject, &batch, now);
        if matches!(&kept, Err(refused) if refused.kind() == ProblemKind::AuditFork) {
            store.keep_alarm(SecurityEventKind::AuditBroken, &caller.subject, None, now)?;
        }
        kept
    });
    Ok(Json(kept.await?))
}

/// Hears of something that security must know at once.
///
/// Who authenticated for the call is kept as who reported it. Whom it is about is the device's word and is kept apart.
#[utoipa::path(
    post,
    path = "/v1/security-events",
    tag = "reports",
    request_body = SecurityEvent,
    responses((status = 202), (status = "4XX", body = Problem)),
    security(("bearer" = ["records:sign"]), ("bearer" = ["records:read"]))
)]
pub async fn security_event(
    State(gateway): State<Arc<Gateway>>,
    Deliverer(caller): Deliverer,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Refusal> {
    let event: SecurityEvent = limits::json(&headers, body)?;
    limits::expect_text(&event.device, MAX_NAME, "the device is not acceptable")?;
    limits::expect_text(
        &event.reference,
        MAX_NAME,
        "the reference is not acceptable",
    )?;
    event.about.as_ref().map_or(Ok(()), expect_claimed)?;
    let now = gateway.now();
    tracing::warn!(kind = event.kind.as_str(), reference = %event.reference, "a security event was reported");
    blocking(move || gateway.store.keep_event(&caller.subject, &event, now)).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Refuses what names nobody, or is too long to name somebody. Whether it is true cannot be told from here.
fn expect_claimed(about: &ClaimedSubject) -> Result<(), Refusal> {
    let detail = "whom it is about is not acceptable";
    if about.claims.is_empty() || about.claims.len() > MAX_CLAIMS {
        let kind = ProblemKind::Malformed;
        return Err(Refusal::Because { kind, detail });
    }
    limits::expect_text(&about.iss, MAX_ISSUER, detail)?;
    for text in about.claims.iter().flat_map(|(name, value)| [name, value]) {
        limits::expect_text(text, MAX_NAME, detail)?;
    }
    Ok(())
}
