//! The back door for scripted tours: what a test holds in its hand, over loopback http.
//!
//! It asks for a random token that only the line on standard output has, and exists in this program alone:
//! neither the gateway nor the identity provider knows of it.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    Json, Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, put},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use demo::{
    Clinic,
    idp::{Fault, Faults, UnknownFault},
};
use serde::Deserialize;
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;
use tokio::{net::TcpListener, sync::Mutex, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// An open control endpoint.
pub struct Control {
    address: SocketAddr,
    token: String,
    stop: CancellationToken,
    served: JoinHandle<()>,
}

impl Control {
    pub async fn start(clinic: Arc<Mutex<Clinic>>) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let mut random = [0; 32];
        aws_lc_rs::rand::fill(&mut random)?;
        let token = URL_SAFE_NO_PAD.encode(random);
        let router = Router::new()
            .route("/inspect", get(inspect))
            .route("/faults", put(set_faults))
            .route("/gateway", put(set_gateway))
            .route("/elsewhere", put(sign_in_elsewhere))
            .layer(middleware::from_fn_with_state(
                Arc::from(token.as_str()),
                only_with_token,
            ))
            .with_state(clinic);
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let served = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router)
                .with_graceful_shutdown(stopped)
                .await
            {
                tracing::error!(%error, "the control endpoint stopped");
            }
        });
        Ok(Self {
            address,
            token,
            stop,
            served,
        })
    }

    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    pub fn token(&self) -> &str {
        &self.token
    }

    pub async fn stop(self) {
        self.stop.cancel();
        if let Err(error) = self.served.await {
            tracing::error!(%error, "the control endpoint died");
        }
    }
}

async fn only_with_token(
    State(token): State<Arc<str>>,
    headers: HeaderMap,
    request: Request,
    next: Next,
) -> Response {
    let given = headers
        .get(header::AUTHORIZATION)
        .map(HeaderValue::as_bytes)
        .unwrap_or_default();
    if bool::from(given.ct_eq(format!("Bearer {token}").as_bytes())) {
        next.run(request).await
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    }
}

async fn inspect(State(clinic): State<Arc<Mutex<Clinic>>>) -> Response {
    let clinic = clinic.lock().await;
    let idp = clinic.idp();
    let committed = match clinic.committed() {
        Ok(committed) => committed,
        Err(error) => return broken(&error),
    };
    let faults: Vec<&str> = idp.faults().iter().map(Fault::name).collect();
    Json(json!({
        "sessions": idp.sessions(),
        "active_tokens": idp.active_tokens(),
        "requests": idp.requests(),
        "committed": committed,
        "faults": faults,
    }))
    .into_response()
}

/// Switches on exactly the faults with these names.
async fn set_faults(
    State(clinic): State<Arc<Mutex<Clinic>>>,
    Json(names): Json<Vec<String>>,
) -> Response {
    let faults: Result<Faults, UnknownFault> =
        names.iter().map(|name| name.parse::<Fault>()).collect();
    match faults {
        Ok(faults) => {
            clinic.lock().await.idp().set_faults(faults);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => (
            StatusCode::BAD_REQUEST,
            Json(json!({ "error": error.to_string() })),
        )
            .into_response(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    running: bool,
}

async fn set_gateway(
    State(clinic): State<Arc<Mutex<Clinic>>>,
    Json(wanted): Json<Wanted>,
) -> Response {
    let mut clinic = clinic.lock().await;
    let done = if wanted.running {
        clinic.start_gateway().await
    } else {
        clinic.stop_gateway().await
    };
    match done {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => broken(&error),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Elsewhere {
    subject: String,
    device: String,
}

/// Somebody signs in on another device. Says how many sessions that ended.
async fn sign_in_elsewhere(
    State(clinic): State<Arc<Mutex<Clinic>>>,
    Json(who): Json<Elsewhere>,
) -> Response {
    let signed_in = clinic
        .lock()
        .await
        .sign_in_elsewhere(&who.subject, &who.device);
    match signed_in {
        Ok(ended) => Json(json!({ "ended": ended })).into_response(),
        Err(error) => broken(&error),
    }
}

fn broken(error: &dyn std::error::Error) -> Response {
    let answer: Value = json!({ "error": error.to_string() });
    (StatusCode::INTERNAL_SERVER_ERROR, Json(answer)).into_response()
}
