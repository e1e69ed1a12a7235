//! The worklist and single amendments.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::header::ETAG;
use axum::response::IntoResponse;
use evidence::digest::{base64url, from_base64url};
use records::wire::{Amendment, AmendmentPage, AmendmentState, Problem, ProblemKind};
use serde::Deserialize;
use utoipa::IntoParams;

use super::door::Reader;
use super::{Gateway, limits};
use crate::refusal::Refusal;
use crate::store::{PageRequest, blocking};

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    /// `pending` (waits for the caller's signature), `signed` or `declined`.
    #[serde(default = "pending")]
    #[param(inline)]
    state: AmendmentState,
    /// Where the page starts: the `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 100.
    limit: Option<u32>,
}

fn pending() -> AmendmentState {
    AmendmentState::Pending
}

/// A page of amendments, most urgent first.
#[utoipa::path(
    get,
    path = "/v1/amendments",
    tag = "amendments",
    params(ListQuery),
    responses((status = 200, body = AmendmentPage), (status = "4XX", body = Problem)),
    security(("bearer" = ["records:read"]))
)]
pub async fn list(
    State(gateway): State<Arc<Gateway>>,
    Reader(caller): Reader,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Json<AmendmentPage>, Refusal> {
    let malformed = |detail| Refusal::Because {
        kind: ProblemKind::Malformed,
        detail,
    };
    let Query(query) = query.map_err(|_| malformed("the query has the wrong shape"))?;
    let limit = query.limit.unwrap_or(limits::DEFAULT_PAGE);
    if !(1..=limits::MAX_PAGE).contains(&limit) {
        return Err(malformed("limit is 1 to 100"));
    }
    let after = query
        .cursor
        .as_deref()
        .map(|cursor| position(cursor).ok_or_else(|| malformed("cursor is none of ours")));
    let request = PageRequest {
        state: query.state,
        after: after.transpose()?,
        limit,
    };
    let store = gateway.store.clone();
    let mut page = blocking(move || store.amendments(&request, &caller.subject)).await?;
    page.next = page.next.map(|next| base64url(next.as_bytes()));
    Ok(Json(page))
}

/// One amendment, with both versions' octets and the signatures on its record.
#[utoipa::path(
    get,
    path = "/v1/amendments/{id}",
    tag = "amendments",
    params(("id" = String, Path, description = "The amendment's identifier")),
    responses(
        (status = 200, body = Amendment, headers(("ETag" = String, description = "To be sent as If-Match"))),
        (status = "4XX", body = Problem)
    ),
    security(("bearer" = ["records:read"]))
)]
pub async fn one(
    State(gateway): State<Arc<Gateway>>,
    Reader(caller): Reader,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Refusal> {
    let store = gateway.store.clone();
    let found = blocking(move || store.amendment(&id, &caller.subject)).await?;
    let amendment = found.ok_or(Refusal::Kind(ProblemKind::NotFound))?;
    Ok(([(ETAG, amendment.etag.clone())], Json(amendment)))
}

/// A cursor is the sort position of the last row, which only we read.
fn position(cursor: &str) -> Option<(String, String)> {
    let text = String::from_utf8(from_base64url(cursor)?).ok()?;
    text.split_once('\n')
        .map(|(due, id)| (due.to_owned(), id.to_owned()))
}
