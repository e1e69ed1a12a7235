//! The published documents: what the provider says about itself, and its keys.

use std::sync::Arc;

use axum::{
    Json,
    body::Body,
    extract::State,
    http::{StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use futures_util::stream;
use serde_json::{Value, json};

use super::{
    Endpoint, Fault, Faults, Shared,
    keys::{Keys, encode},
    lock,
};

pub(super) const SCOPES: &[&str] = &[
    "openid",
    "profile",
    "offline_access",
    "records:read",
    "records:sign",
];

/// The secret of the symmetric key that one fault publishes.
pub(super) const PUBLISHED_SECRET: &[u8] = b"published-and-therefore-no-secret";

/// How many keys are many.
const MANY: usize = 1000;

/// How large a huge key set is.
const HUGE: usize = 50 * 1024 * 1024;

pub(super) async fn configuration(State(shared): State<Arc<Shared>>) -> Response {
    shared.note(Endpoint::Discovery, &[]);
    if shared.has(Fault::DiscoveryRedirect) {
        return Redirect::temporary("/jwks").into_response();
    }
    if shared.has(Fault::DiscoveryHtml) {
        return Html("<!doctype html><title>Maintenance</title>").into_response();
    }
    Json(document(&shared)).into_response()
}

fn document(shared: &Shared) -> Value {
    let issuer = &shared.issuer;
    let mut document = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "pushed_authorization_request_endpoint": format!("{issuer}/par"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "jwks_uri": format!("{issuer}/jwks"),
        "revocation_endpoint": format!("{issuer}/revoke"),
        "end_session_endpoint": format!("{issuer}/logout"),
        "scopes_supported": SCOPES,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256", "RS256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "code_challenge_methods_supported": ["S256"],
        "acr_values_supported": [super::ACR_ONE_FACTOR, super::ACR_TWO_FACTORS],
        "prompt_values_supported": ["none", "login"],
        "claims_supported": ["sub", "auth_time", "acr", "amr", "name", "preferred_username", "role"],
        "claims_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "authorization_response_iss_parameter_supported": shared.offers.response_issuer,
        "dpop_signing_alg_values_supported": ["ES256"],
    });
    let offers = &shared.offers;
    for (offered, member) in [
        (
            offers.pushed_requests,
            "pushed_authorization_request_endpoint",
        ),
        (offers.bound_tokens, "dpop_signing_alg_values_supported"),
        (offers.revocation, "revocation_endpoint"),
        (offers.logout, "end_session_endpoint"),
        (offers.s256, "code_challenge_methods_supported"),
    ] {
        if let (false, Some(members)) = (offered, document.as_object_mut()) {
            members.remove(member);
        }
    }
    if shared.has(Fault::DiscoveryIssuerOther) {
        document["issuer"] = json!("http://127.0.0.1:1");
    }
    if shared.has(Fault::DiscoveryIssuerSlash) {
        document["issuer"] = json!(format!("{issuer}/"));
    }
    if shared.has(Fault::DiscoveryWithoutS256) {
        document["code_challenge_methods_supported"] = json!(["plain"]);
    }
    if shared.has(Fault::DiscoveryPlainEndpoint) {
        document["token_endpoint"] = json!("http://id.clinic.example/token");
    }
    if shared.has(Fault::DiscoveryWithoutTokenEndpoint) {
        document["token_endpoint"] = Value::Null;
    }
    if shared.has(Fault::DiscoveryWithoutCodeFlow) {
        document["response_types_supported"] = json!(["id_token"]);
    }
    if shared.has(Fault::DiscoveryWithoutAlgorithm) {
        document["id_token_signing_alg_values_supported"] = json!(["HS256", "none"]);
    }
    document
}

pub(super) async fn keys(State(shared): State<Arc<Shared>>) -> Response {
    shared.note(Endpoint::Keys, &[]);
    if shared.has(Fault::KeysRedirect) {
        return Redirect::temporary("/.well-known/openid-configuration").into_response();
    }
    if shared.has(Fault::KeysHtml) {
        return Html("<!doctype html><title>Maintenance</title>").into_response();
    }
    if shared.has(Fault::KeysError) {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    if shared.has(Fault::KeysHuge) {
        return ([(header::CONTENT_TYPE, "application/json")], huge()).into_response();
    }
    let faults = shared.faults();
    let mut keys = lock(&shared.keys);
    if keys.prepare(&faults).is_err() {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    Json(json!({ "keys": published(&keys, &faults) })).into_response()
}

fn published(keys: &Keys, faults: &Faults) -> Vec<Value> {
    let mut published = keys.public();
    if faults.has(Fault::KeysSymmetric) {
        for key in &mut published {
            *key = json!({ "kty": "oct", "k": encode(PUBLISHED_SECRET), "alg": "HS256", "use": "sig", "kid": key["kid"] });
        }
    }
    if faults.has(Fault::KidNowhere) {
        for key in published.iter_mut().filter_map(Value::as_object_mut) {
            key.remove("kid");
        }
    }
    if faults.has(Fault::KeysMany) {
        published.extend((0..MANY).map(|number| json!({ "kty": "EC", "kid": number.to_string() })));
    }
    published
}

/// Well-formed JSON as long as somebody reads it.
fn huge() -> Body {
    const CHUNK: usize = 64 * 1024;
    let start = stream::iter([Ok::<_, std::io::Error>(r#"{"keys":["#.to_owned())]);
    let middle = stream::iter((0..HUGE / CHUNK).map(|_| Ok(" ".repeat(CHUNK))));
    let end = stream::iter([Ok("]}".to_owned())]);
    Body::from_stream(futures_util::StreamExt::chain(
        futures_util::StreamExt::chain(start, middle),
        end,
    ))
}
