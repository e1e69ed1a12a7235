//! What anybody needs to verify signatures without us: keys past and present, and the chain of receipts.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use evidence::{Archive, LedgerKey};
use records::wire::{Problem, ProblemKind, ReceiptHead, ReceiptPage};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::Gateway;
use super::door::{Deliverer, Reader};
use super::limits::MAX_PAGE;
use crate::config::TimestampRule;
use crate::refusal::Refusal;
use crate::store::blocking;

/// Receipts that an archive lists: the newest of the chain.
const ARCHIVED_RECEIPTS: u32 = 1000;

/// A JWK set (RFC 7517) whose keys also say when they were first and last seen in use, and when they were retired.
#[derive(Debug, Serialize, ToSchema)]
pub struct Ledger {
    /// JWKs with the additional members `thumbprint` (RFC 7638), `first_seen`, `last_seen` and, once it is so,
    /// `retired_at`.
    #[schema(value_type = Vec<Object>)]
    keys: Vec<Value>,
}

/// Which receipts to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct After {
    /// The number of the receipt that the caller knows already; 0 to begin at the beginning.
    #[serde(default)]
    after: u64,
}

/// Receipts in the order of the chain, so that whoever kept one can check that it still stands and what follows it.
#[utoipa::path(
    get,
    path = "/v1/receipts",
    tag = "receipts",
    params(After),
    responses((status = 200, body = ReceiptPage), (status = "4XX", body = Problem)),
    security(("bearer" = ["records:read"]))
)]
pub async fn list(
    State(gateway): State<Arc<Gateway>>,
    Reader(_caller): Reader,
    query: Result<Query<After>, QueryRejection>,
) -> Result<Json<ReceiptPage>, Refusal> {
    let detail = "after is a number, and nothing else is asked";
    let Query(After { after }) = query.map_err(|_| Refusal::Because {
        kind: ProblemKind::Malformed,
        detail,
    })?;
    let store = gateway.store.clone();
    Ok(Json(
        blocking(move || store.receipts_after(after, MAX_PAGE)).await?,
    ))
}

/// Where the chain of receipts ends now.
#[utoipa::path(
    get,
    path = "/v1/receipts/head",
    tag = "receipts",
    responses((status = 200, body = ReceiptHead), (status = "4XX", body = Problem)),
    security(("bearer" = ["records:sign"]), ("bearer" = ["records:read"]))
)]
pub async fn head(
    State(gateway): State<Arc<Gateway>>,
    Deliverer(_caller): Deliverer,
) -> Result<Json<ReceiptHead>, Refusal> {
    let store = gateway.store.clone();
    Ok(Json(blocking(move || store.receipts_head()).await?))
}

/// The keys that receipts are and were signed with.
#[utoipa::path(get, path = "/v1/receipts/keys", tag = "receipts", responses((status = 200, body = Ledger)))]
pub async fn keys(State(gateway): State<Arc<Gateway>>) -> Result<Json<Ledger>, Refusal> {
    let store = gateway.store.clone();
    ledger(&blocking(move || store.receipt_keys()).await?)
}

/// Every key of an issuer that was ever seen.
#[utoipa::path(
    get,
    path = "/v1/issuers/{id}/keys",
    tag = "receipts",
    params(("id" = String, Path, description = "The issuer identifier, percent-encoded")),
    responses((status = 200, body = Ledger), (status = 404, body = Problem))
)]
pub async fn issuer_keys(
    State(gateway): State<Arc<Gateway>>,
    Path(id): Path<String>,
) -> Result<Json<Ledger>, Refusal> {
    if gateway.issuers.config(&id).is_none() {
        return Err(Refusal::Kind(ProblemKind::NotFound));
    }
    ledger(&blocking(move || gateway.issuers.ledger(&id)).await?)
}

/// All that offline verification needs.
#[utoipa::path(get, path = "/v1/archive", tag = "receipts", responses((status = 200, body = Object)))]
pub async fn archive(State(gateway): State<Arc<Gateway>>) -> Result<Json<Archive>, Refusal> {
    let archive = blocking(move || {
        let timestamps = gateway.stamper.as_ref();
        let required = timestamps.is_some_and(|one| one.rule() == TimestampRule::Required);
        let timestamped_from = if required {
            gateway.store.timestamped_from()?
        } else {
            None
        };
        Ok::<_, Refusal>(Archive {
            kind: evidence::archive::ArchiveType::default(),
            issuers: gateway.issuers.archived()?,
            receipt_keys: gateway.store.receipt_keys()?,
            clock_skew_s: gateway.config.clock_skew_s,
            delivery_grace_s: gateway.config.delivery_grace_s,
            receipts: gateway.store.newest_receipts(ARCHIVED_RECEIPTS)?,
            timestamp_authorities: timestamps
                .map_or_else(Vec::new, |one| one.authorities().to_vec()),
            timestamped_from,
        })
    });
    archive.await.map(Json)
}

fn ledger(keys: &[LedgerKey]) -> Result<Json<Ledger>, Refusal> {
    let internal = |_| Refusal::Kind(ProblemKind::Internal);
    let keys = keys.iter().map(|key| {
        let mut jwk = serde_json::to_value(&key.jwk).map_err(internal)?;
        jwk["first_seen"] = Value::from(key.first_seen.to_string());
        jwk["last_seen"] = Value::from(key.last_seen.to_string());
        jwk["thumbprint"] = Value::from(key.jwk.thumbprint());
        if let Some(retired_at) = key.retired_at {
            jwk["retired_at"] = Value::from(retired_at.to_string());
        }
        Ok(jwk)
    });
    Ok(Json(Ledger {
        keys: keys.collect::<Result<_, Refusal>>()?,
    }))
}
