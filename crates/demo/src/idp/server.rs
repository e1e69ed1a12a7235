//! The HTTP server: routes, the headers of every answer, and the end.

use std::sync::{Arc, atomic::Ordering};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{Endpoint, Fault, Shared, authorize, discovery, logout, pages, sign_in, token};

/// Nothing that a client sends is larger.
const MAX_REQUEST: usize = 64 * 1024;

/// No script at all. Redirects after a form need the loopback addresses in `form-action`.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' http://127.0.0.1:*; \
                                       base-uri 'none'; frame-ancestors 'none'";

pub(super) fn spawn(listener: TcpListener, shared: Arc<Shared>, stop: CancellationToken) {
    let router = router(shared);
    tokio::spawn(async move {
        let server = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned());
        if let Err(error) = server.await {
            tracing::error!(%error, "the demo identity provider stopped");
        }
    });
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(pages::home))
        .route("/style.css", get(pages::style))
        .route("/ready", get(ready))
        .route(
            "/.well-known/openid-configuration",
            get(discovery::configuration),
        )
        .route("/jwks", get(discovery::keys))
        .route("/par", post(authorize::push))
        .route(
            "/authorize",
            get(authorize::by_query).post(authorize::by_form),
        )
        .route("/sign-in/{id}", get(sign_in::show).post(sign_in::submit))
        .route("/sign-in/{id}/cancel", post(sign_in::cancel))
        .route("/token", post(token::token))
        .route("/userinfo", get(token::userinfo).post(token::userinfo))
        .route("/revoke", post(token::revoke))
        .route("/logout", get(logout::by_query).post(logout::by_form))
        .fallback(elsewhere)
        .method_not_allowed_fallback(elsewhere)
        .layer(DefaultBodyLimit::max(MAX_REQUEST))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&shared),
            house_rules,
        ))
        .with_state(shared)
}

/// The style sheet's picture of a field that has the cursor: none, and asked for just then.
async fn ready(State(shared): State<Arc<Shared>>) -> StatusCode {
    shared.ready_pages.fetch_add(1, Ordering::Relaxed);
    StatusCode::NO_CONTENT
}

/// Nothing is here, and whoever asked is written down: "no further request" means none at all.
async fn elsewhere(State(shared): State<Arc<Shared>>) -> StatusCode {
    shared.note(Endpoint::Elsewhere, &[]);
    StatusCode::NOT_FOUND
}

/// Only our own name in `Host`; no caching, sniffing, framing or referring anywhere.
async fn house_rules(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    if host != shared.issuer.strip_prefix("http://") {
        return StatusCode::MISDIRECTED_REQUEST.into_response();
    }
    let mut response = next.run(request).await;
    let rules: [(HeaderName, HeaderValue); 5] = [
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(CONTENT_SECURITY_POLICY),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    ];
    response.headers_mut().extend(rules);
    if (shared.has(Fault::ClockAhead) || shared.has(Fault::ClockBehind))
        && let Ok(date) = HeaderValue::from_str(
            &shared
                .now()
                .strftime("%a, %d %b %Y %H:%M:%S GMT")
                .to_string(),
        )
    {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}
