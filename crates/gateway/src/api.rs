//! The HTTP side: routes, limits, who may call, and refusals as problem documents.

mod amendments;
mod capabilities;
mod challenges;
mod document;
mod door;
mod limits;
mod receipts;
mod refused;
mod reports;
mod sessions;
mod signatures;
mod standing;
mod submitting;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{delete, get, post};
use evidence::ReceiptKey;
use jiff::Timestamp;
use records::wire::ProblemKind;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::config::Config;
use crate::issuers::Issuers;
use crate::proof::Proofs;
use crate::refusal::Refusal;
use crate::store::Store;
use crate::timestamps::Stamper;
use crate::watchers::Watchers;
pub use document::openapi;

/// What every request works with.
pub struct Gateway {
    /// What the gateway was told.
    pub config: Config,
    /// The records.
    pub store: Store,
    /// The receipt key.
    pub key: Arc<ReceiptKey>,
    /// The identity providers.
    pub issuers: Issuers,
    /// The address that callers know this API under.
    pub url: Url,
    /// Proofs of possession, and which of them were seen.
    pub proofs: Proofs,
    /// Who time-stamps receipts, if anybody.
    pub stamper: Option<Stamper>,
    /// Who waits to be told that a session is over.
    pub watchers: Arc<Watchers>,
    /// Ends the streams when the gateway stops.
    pub stop: CancellationToken,
}

impl Gateway {
    fn now(&self) -> Timestamp {
        self.config.clock.now()
    }
}

/// All routes.
pub fn router(gateway: Arc<Gateway>) -> Router {
    let v1 = Router::new()
        .route("/capabilities", get(capabilities::capabilities))
        .route("/amendments", get(amendments::list))
        .route("/amendments/{id}", get(amendments::one))
        .route("/amendments/{id}/declines", post(reports::decline))
        .route("/challenges", post(challenges::make))
        .route(
            "/signatures",
            post(signatures::submit).get(signatures::fate),
        )
        .route("/signatures/{id}", get(signatures::one))
        .route("/receipts", get(receipts::list))
        .route("/receipts/head", get(receipts::head))
        .route("/receipts/keys", get(receipts::keys))
        .route("/issuers/{id}/keys", get(receipts::issuer_keys))
        .route("/archive", get(receipts::archive))
        .route("/audit-events", post(reports::audit_events))
        .route("/security-events", post(reports::security_event))
        .route("/sessions", post(sessions::open))
        .route("/sessions/events", get(sessions::events))
        .route("/sessions/others", delete(sessions::close_others))
        .route("/sessions/{id}", get(sessions::one).delete(sessions::close));
    Router::new()
        .nest("/v1", v1)
        .fallback(|| async { Refusal::Kind(ProblemKind::NotFound) })
        .method_not_allowed_fallback(|| async { Refusal::Kind(ProblemKind::MethodNotAllowed) })
        .layer(DefaultBodyLimit::max(limits::MAX_BODY))
        .layer(middleware::from_fn(limits::in_time))
        .layer(middleware::map_response(limits::private))
        .with_state(gateway)
}
