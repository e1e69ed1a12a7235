//! What a request may cost, and what every answer says.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::Request;
use axum::extract::rejection::BytesRejection;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, IF_MATCH, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use records::wire::ProblemKind;
use serde::de::DeserializeOwned;

use crate::refusal::Refusal;

/// The largest body: the largest evidence.
pub const MAX_BODY: usize = evidence::canonical::MAX_OCTETS;
/// The largest page.
pub const MAX_PAGE: u32 = 100;
/// The page when nobody says.
pub const DEFAULT_PAGE: u32 = 50;
/// The longest that a request may take.
const TIME: Duration = Duration::from_secs(30);

/// Ends a request that takes too long. A submission that was cut off may have been recorded: its fate can be asked for.
pub async fn in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(TIME, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Refusal::Kind(ProblemKind::TimedOut).into_response(),
    }
}

/// Answers hold record content: nobody in between keeps them, and nobody guesses what they are.
pub async fn private(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// The body, within the limit.
pub fn whole(body: Result<Bytes, BytesRejection>) -> Result<Bytes, Refusal> {
    body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::Kind(ProblemKind::TooLarge),
        _ => Refusal::Because {
            kind: ProblemKind::Malformed,
            detail: "the body is incomplete",
        },
    })
}

/// The body as JSON of that shape.
pub fn json<T: DeserializeOwned>(
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<T, Refusal> {
    expect_media_type(headers, "application/json")?;
    let body = whole(body)?;
    serde_json::from_slice(&body).map_err(|_| Refusal::Because {
        kind: ProblemKind::Malformed,
        detail: "the body has the wrong shape",
    })
}

/// Refuses another media type; parameters do not matter.
pub fn expect_media_type(headers: &HeaderMap, expected: &str) -> Result<(), Refusal> {
    let essence = |value: &str| {
        value
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase()
    };
    let sent = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(essence);
    if sent.as_deref() == Some(&essence(expected)) {
        Ok(())
    } else {
        Err(Refusal::Kind(ProblemKind::UnsupportedMediaType))
    }
}

/// Strong entity tags, with their quotes. `*` names no version, so it is none.
pub fn entity_tags(headers: &HeaderMap) -> Option<Vec<String>> {
    let mut tags = Vec::new();
    for value in headers.get_all(IF_MATCH) {
        for tag in value.to_str().ok()?.split(',').map(str::trim) {
            let inner = tag.strip_prefix('"')?.strip_suffix('"')?;
            (!inner.contains('"')).then(|| tags.push(tag.to_owned()))?;
        }
    }
    (!tags.is_empty()).then_some(tags)
}

/// The idempotency key: 1 to 128 visible ASCII characters.
pub fn idempotency_key(headers: &HeaderMap) -> Option<String> {
    let key = headers.get("idempotency-key")?.to_str().ok()?;
    (1..=128).contains(&key.len()).then_some(())?;
    key.bytes()
        .all(|byte| byte.is_ascii_graphic())
        .then(|| key.to_owned())
}

/// Refuses reasons that the contract does not take.
pub fn expect_reason(text: &str, detail: &'static str) -> Result<(), Refusal> {
    accept(records::wire::is_reason_text(text), detail)
}

/// Refuses texts that are empty, very long or hold control characters.
pub fn expect_text(text: &str, longest: usize, detail: &'static str) -> Result<(), Refusal> {
    accept(records::wire::is_plain_text(text, longest), detail)
}

fn accept(acceptable: bool, detail: &'static str) -> Result<(), Refusal> {
    if acceptable {
        Ok(())
    } else {
        Err(Refusal::Because {
            kind: ProblemKind::Malformed,
            detail,
        })
    }
}
