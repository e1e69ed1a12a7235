//! The registry of sessions, and the stream on which their ends are told.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::rand;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use evidence::digest::base64url;
use futures_util::stream::{self, Stream};
use records::wire::{
    MAX_DEVICE_CHARS, Problem, ProblemKind, RegisteredSession, SessionId, SessionOpened,
    SessionRequest, SessionsClosed,
};
use tokio_util::sync::CancellationToken;

use super::door::{Holder, Reader};
use super::{Gateway, limits, standing};
use crate::refusal::Refusal;
use crate::store::{Ended, Opening, StoreError, blocking};
use crate::watchers::Listening;

/// Keeps proxies from collecting a stream before they pass it on.
const UNBUFFERED: (HeaderName, &str) = (HeaderName::from_static("x-accel-buffering"), "no");

/// Registers a sign-in. By the configured limit it ends other sessions, in the same transaction.
///
/// For sign-ins alone: an unlock or a signature registers nothing, and a restored session keeps its name. The same token or key
/// gets the same session for as long as it is open, so that a lost answer can be asked for again.
#[utoipa::path(
    post,
    path = "/v1/sessions",
    tag = "sessions",
    request_body = SessionRequest,
    responses(
        (status = 201, body = SessionOpened),
        (status = 401, body = Problem, description = "The session of this token or key is over (`session-revoked`), or its owner authenticated before their session was ended, or before one began that this would end (RFC 9470, `max_age`)"),
        (status = "4XX", body = Problem)
    ),
    security(("bearer" = ["records:read"]))
)]
pub async fn open(
    State(gateway): State<Arc<Gateway>>,
    Holder {
        caller,
        token_sha256,
    }: Holder,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<SessionOpened>), Refusal> {
    let request: SessionRequest = limits::json(&headers, body)?;
    let detail = "the device is not acceptable";
    limits::expect_text(&request.device.id, MAX_DEVICE_CHARS, detail)?;
    limits::expect_text(&request.device.name, MAX_DEVICE_CHARS, detail)?;
    let opening = Opening {
        subject: caller.subject,
        device: request.device,
        bound_to: caller.bound_to,
        token_sha256,
        auth_time: caller.auth_time,
        id: draw()?,
    };
    let (store, rules, now) = (
        gateway.store.clone(),
        gateway.config.sessions,
        gateway.now(),
    );
    let (session, ended_others) =
        blocking(move || store.open_session(&opening, &rules, now)).await?;
    gateway.watchers.look();
    let opened = SessionOpened {
        session,
        ended_others,
    };
    Ok((StatusCode::CREATED, Json(opened)))
}

/// How a session of the caller's stands.
#[utoipa::path(
    get,
    path = "/v1/sessions/{id}",
    tag = "sessions",
    params(("id" = String, Path, description = "The session's identifier")),
    responses(
        (status = 200, body = RegisteredSession),
        (status = 401, body = Problem, description = "It is over, or none of the caller's; `why` says which"),
        (status = "4XX", body = Problem)
    ),
    security(("bearer" = ["records:read"]))
)]
pub async fn one(
    State(gateway): State<Arc<Gateway>>,
    Holder { caller, .. }: Holder,
    Path(id): Path<String>,
) -> Result<Json<RegisteredSession>, Refusal> {
    let session = standing::open(&gateway, &identifier(id)?, &caller).await?;
    Ok(Json(session.registered))
}

/// Closes a session of the caller's. One that is over already stays as it ended.
#[utoipa::path(
    delete,
    path = "/v1/sessions/{id}",
    tag = "sessions",
    params(("id" = String, Path, description = "The session's identifier")),
    responses((status = 204), (status = 404, body = Problem), (status = "4XX", body = Problem)),
    security(("bearer" = ["records:read"]))
)]
pub async fn close(
    State(gateway): State<Arc<Gateway>>,
    Holder { caller, .. }: Holder,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    let (id, store, now) = (identifier(id)?, gateway.store.clone(), gateway.now());
    let was_there = blocking(move || store.close_session(&id, &caller.subject, now)).await?;
    gateway.watchers.look();
    if was_there {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Refusal::Kind(ProblemKind::NotFound))
    }
}

/// Closes all sessions of the caller but the one that the call comes from.
#[utoipa::path(
    delete,
    path = "/v1/sessions/others",
    tag = "sessions",
    params(("Countersign-Session" = String, Header, description = "The session that stays")),
    responses((status = 200, body = SessionsClosed), (status = "4XX", body = Problem)),
    security(("bearer" = ["records:read"]))
)]
pub async fn close_others(
    State(gateway): State<Arc<Gateway>>,
    Reader(caller): Reader,
    headers: HeaderMap,
) -> Result<Json<SessionsClosed>, Refusal> {
    let kept = standing::expect_named(&gateway, &headers, &caller).await?;
    let (kept, store, now) = (
        kept.session.registered,
        gateway.store.clone(),
        gateway.now(),
    );
    let closed = blocking(move || store.close_other_sessions(&kept, &caller.subject, now)).await?;
    gateway.watchers.look();
    Ok(Json(SessionsClosed { closed }))
}

/// Tells when the session that the call comes from is over, at once.
///
/// The first event is `listening`. When the session is over comes `revoked`, with a `SessionRevoked` as its data, and the
/// stream ends. It also ends with the access token, when another stream of the same session begins, and when the gateway
/// stops: then ask again with `Last-Event-ID`. What happened meanwhile is told first.
#[utoipa::path(
    get,
    path = "/v1/sessions/events",
    tag = "sessions",
    params(
        ("Countersign-Session" = String, Header, description = "The session that is listened for"),
        ("Last-Event-ID" = Option<String>, Header, description = "The last event that was heard"),
    ),
    responses(
        (status = 200, content_type = "text/event-stream", body = String),
        (status = 401, body = Problem, description = "The session is over and this was told before, or it is none of the caller's"),
        (status = "4XX", body = Problem)
    ),
    security(("bearer" = ["records:read"]))
)]
pub async fn events(
    State(gateway): State<Arc<Gateway>>,
    Holder { caller, .. }: Holder,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Refusal> {
    // First the place, then the look-up: what ends in between is told.
    let found = standing::expect_named(&gateway, &headers, &caller).await?;
    let listening = gateway.watchers.listen(&found.session.registered.id);
    let found = standing::expect_named(&gateway, &headers, &caller).await?;
    let next = match found.session.ended {
        Some(ended) if heard(&headers).is_some_and(|heard| heard >= ended.seq) => {
            let why = ended.told.why;
            return Err(Refusal::SessionRevoked { why });
        }
        Some(ended) => Next::Tell(ended),
        None => Next::Greet(found.newest_end),
    };
    let life = caller.until + i64::from(gateway.config.clock_skew_s) - gateway.now().as_second();
    let telling = Telling {
        next,
        listening,
        life: Duration::from_secs(life.try_into().unwrap_or(0)),
        stop: gateway.stop.clone(),
    };
    let heartbeat = KeepAlive::new().interval(gateway.config.sessions.heartbeat);
    Ok((
        [UNBUFFERED],
        Sse::new(telling.events()).keep_alive(heartbeat),
    ))
}

/// One stream.
struct Telling {
    next: Next,
    listening: Listening,
    life: Duration,
    stop: CancellationToken,
}

/// What a stream does next.
enum Next {
    /// Says that it listens, and up to which end there is nothing to tell.
    Greet(u64),
    Wait,
    Tell(Ended),
    Stop,
}

impl Telling {
    fn events(self) -> impl Stream<Item = Result<Event, Infallible>> {
        let over = tokio::time::Instant::now() + self.life;
        stream::unfold(self, move |mut telling| async move {
            if matches!(telling.next, Next::Wait) {
                telling.next = tokio::select! {
                    ended = telling.listening.end() => ended.map_or(Next::Stop, Next::Tell),
                    () = tokio::time::sleep_until(over) => Next::Stop,
                    () = telling.stop.cancelled() => Next::Stop,
                };
            }
            match std::mem::replace(&mut telling.next, Next::Stop) {
                Next::Greet(newest) => {
                    telling.next = Next::Wait;
                    let greeting = Event::default().event("listening").id(newest.to_string());
                    Some((Ok(greeting.data("{}")), telling))
                }
                Next::Tell(ended) => {
                    let event = Event::default().event("revoked").id(ended.seq.to_string());
                    // Texts and an instant: there is nothing that could not be written.
                    let event = event.json_data(&ended.told).unwrap_or_default();
                    Some((Ok(event), telling))
                }
                Next::Wait | Next::Stop => None,
            }
        })
    }
}

/// Up to which end the caller was told. What is none of ours was heard nowhere.
fn heard(headers: &HeaderMap) -> Option<u64> {
    headers.get("last-event-id")?.to_str().ok()?.parse().ok()
}

fn identifier(text: String) -> Result<SessionId, Refusal> {
    text.try_into()
        .map_err(|_| Refusal::Kind(ProblemKind::NotFound))
}

/// 128 random bits.
fn draw() -> Result<SessionId, StoreError> {
    let mut octets = [0; 16];
    let no_randomness = StoreError::Unreadable { what: "randomness" };
    match rand::fill(&mut octets) {
        Ok(()) => base64url(&octets).try_into().map_err(|_| no_randomness),
        Err(_) => Err(no_randomness),
    }
}
