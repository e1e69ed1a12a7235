//! The back channel: token endpoint, userinfo, revocation.

use std::{convert::Infallible, sync::Arc, time::Duration};

use aws_lc_rs::error::Unspecified;
use axum::{
    Json,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Method, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use futures_util::stream;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    ClientConfig, Endpoint, Fault, Shared, lock, minting,
    parameters::{Parameters, ProtocolError, protocol_error, resource},
    possession,
    state::GrantId,
};

/// How long a slow answer takes: longer than any client should wait.
const SLOW: Duration = Duration::from_mins(1);

pub(super) async fn token(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let parameters = Parameters::parse(&body);
    shared.note(Endpoint::Token, &parameters.0);
    if let Some(faulty) = faulty_answer(&shared).await {
        return faulty;
    }
    let proved = possession::Request {
        headers: &headers,
        method: &Method::POST,
        path: "/token",
        token: None,
    };
    let key = match possession::key_of(&shared, &proved) {
        Ok(key) => key.filter(|_| !shared.has(Fault::TokensNotBound)),
        Err(unproved) => return unproved.into_response(),
    };
    let now = shared.now();
    match grant(&shared, &parameters, key, now)
        .and_then(|(client, grant)| answer(&shared, client, &grant, now))
    {
        Ok(answer) => Json(answer).into_response(),
        Err(error) => error.into_response(),
    }
}

/// The answers that are none.
async fn faulty_answer(shared: &Shared) -> Option<Response> {
    let faults = shared.faults();
    if faults.has(Fault::TokenSlow) {
        tokio::select! {
            () = tokio::time::sleep(SLOW) => {}
            () = shared.stopping.cancelled() => {}
        }
        return Some(StatusCode::GATEWAY_TIMEOUT.into_response());
    }
    if faults.has(Fault::TokenServerError) {
        return Some(StatusCode::INTERNAL_SERVER_ERROR.into_response());
    }
    if faults.has(Fault::TokenHtml) {
        return Some(Html("<!doctype html><title>Maintenance</title>").into_response());
    }
    if faults.has(Fault::TokenRedirect) {
        return Some(Redirect::temporary("/jwks").into_response());
    }
    if faults.has(Fault::TokenErrorIn200) {
        return Some(Json(json!({ "error": "invalid_grant" })).into_response());
    }
    if faults.has(Fault::TokenDrip) {
        let drip = stream::unfold((), |()| async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Some((Ok::<_, Infallible>(" "), ()))
        });
        return Some(
            (
                [(header::CONTENT_TYPE, "application/json")],
                Body::from_stream(drip),
            )
                .into_response(),
        );
    }
    if faults.has(Fault::TokenEndless) {
        let endless = stream::repeat_with(|| Ok::<_, Infallible>(" ".repeat(16 * 1024)));
        return Some(
            (
                [(header::CONTENT_TYPE, "application/json")],
                Body::from_stream(endless),
            )
                .into_response(),
        );
    }
    None
}

/// What a token request stands on.
struct Granted {
    id: GrantId,
    /// A refreshed ID token repeats no nonce (OIDC Core 12.2).
    refreshed: bool,
}

fn grant<'a>(
    shared: &'a Shared,
    parameters: &Parameters,
    key: Option<String>,
    now: Timestamp,
) -> Result<(&'a ClientConfig, Granted), ProtocolError> {
    if parameters.duplicate().is_some() {
        return Err(protocol_error(
            "invalid_request",
            "a parameter stands there twice",
        ));
    }
    let missing = protocol_error("invalid_request", "a parameter is missing");
    let client = client(shared, parameters)?;
    resource(parameters, &[])?;
    let mut state = lock(&shared.state);
    match parameters.get("grant_type") {
        Some("authorization_code") => {
            let code = parameters.get("code").ok_or(missing)?;
            let redirect_uri = parameters.get("redirect_uri").ok_or(missing)?;
            let verifier = parameters.get("code_verifier").ok_or(missing)?;
            let bound = !shared.has(Fault::CodeUnbound);
            let id = state.redeem(code, &client.id, redirect_uri, verifier, bound, now)?;
            if !shared.has(Fault::TokensNotBound) {
                state.bind(code, id, key)?;
            }
            Ok((
                client,
                Granted {
                    id,
                    refreshed: false,
                },
            ))
        }
        Some("refresh_token") => {
            let refresh = parameters.get("refresh_token").ok_or(missing)?;
            let id = state.rotate(refresh, &client.id, key.as_deref(), now)?;
            Ok((
                client,
                Granted {
                    id,
                    refreshed: true,
                },
            ))
        }
        _ => Err(protocol_error(
            "unsupported_grant_type",
            "only authorization_code and refresh_token",
        )),
    }
}

fn client<'a>(
    shared: &'a Shared,
    parameters: &Parameters,
) -> Result<&'a ClientConfig, ProtocolError> {
    parameters
        .get("client_id")
        .and_then(|id| shared.client(id))
        .ok_or(protocol_error("invalid_client", "no such client"))
}

fn answer(
    shared: &Shared,
    client: &ClientConfig,
    granted: &Granted,
    now: Timestamp,
) -> Result<Value, ProtocolError> {
    let failed = |_: Unspecified| protocol_error("server_error", "no token could be signed");
    let faults = shared.faults();
    let mut state = lock(&shared.state);
    let mut keys = lock(&shared.keys);
    keys.prepare(&faults).map_err(failed)?;
    if faults.has(Fault::KeysRotated) {
        keys.rotate().map_err(failed)?;
    }
    let mint = minting::Mint {
        issuer: &shared.issuer,
        client,
        grant: state.grant(granted.id),
        refreshed: granted.refreshed,
        faults: &faults,
        keys: &keys,
        now,
    };
    let lifetime = shared.access_token_lifetime;
    let access = mint.access_token(lifetime).map_err(failed)?;
    let id_token = mint.id_token(&access).map_err(failed)?;
    let scope = mint.grant.scope.clone();
    let bound = mint.grant.key.is_some();

    state.remember_access(&access, granted.id, now + lifetime);
    state.remember_id_token(&id_token, granted.id);
    let mut answer = json!({
        "access_token": access,
        "token_type": token_type(bound, faults.has(Fault::TokenTypeCase)),
        "expires_in": lifetime.as_secs(),
        "scope": scope,
        "id_token": id_token,
    });
    if scope.split(' ').any(|word| word == "offline_access") {
        answer["refresh_token"] = json!(state.issue_refresh(granted.id, now));
    }
    for (fault, member) in [
        (Fault::ExpiresInMissing, "expires_in"),
        (Fault::IdTokenMissing, "id_token"),
    ] {
        if faults.has(fault)
            && let Some(answer) = answer.as_object_mut()
        {
            answer.remove(member);
        }
    }
    Ok(answer)
}

/// How the token is to be presented (RFC 6749 §5.1: its case does not matter).
fn token_type(bound: bool, oddly: bool) -> &'static str {
    match (bound, oddly) {
        (true, false) => "DPoP",
        (true, true) => "dpOP",
        (false, false) => "Bearer",
        (false, true) => "bEARER",
    }
}

pub(super) async fn userinfo(
    State(shared): State<Arc<Shared>>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    shared.note(Endpoint::Userinfo, &[]);
    let presented = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .map(|(scheme, token)| (scheme.to_ascii_lowercase(), token.trim()));
    let key = match &presented {
        Some((scheme, token)) if scheme == "dpop" => {
            let proved = possession::Request {
                headers: &headers,
                method: &method,
                path: "/userinfo",
                token: Some(token),
            };
            match possession::key_of(&shared, &proved) {
                Ok(key) => key,
                Err(unproved) => return unproved.challenge(),
            }
        }
        _ => None,
    };
    let token = presented
        .filter(|(scheme, _)| scheme == if key.is_some() { "dpop" } else { "bearer" })
        .map(|(_, token)| token);
    let state = lock(&shared.state);
    let grant = token.and_then(|token| state.grant_of_access(token, shared.now()));
    let Some(grant) = grant.filter(|grant| grant.key == key) else {
        let challenge = [(header::WWW_AUTHENTICATE, r#"Bearer error="invalid_token""#)];
        return (StatusCode::UNAUTHORIZED, challenge).into_response();
    };
    let mut account = grant.authentication.account;
    if shared.has(Fault::UserinfoOther) {
        account = minting::somebody_else(account);
    }
    let nobody = shared.has(Fault::UserinfoNobody);
    Json(json!({
        "sub": (!nobody).then_some(account.subject),
        "name": account.name,
        "preferred_username": account.username,
        "role": account.role,
    }))
    .into_response()
}

/// RFC 7009: the answer is the same whether or not there was such a token.
pub(super) async fn revoke(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    let parameters = Parameters::parse(&body);
    shared.note(Endpoint::Revocation, &parameters.0);
    if !shared.offers.revocation {
        return StatusCode::NOT_FOUND.into_response();
    }
    if shared.has(Fault::RevocationDown) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let client = match client(&shared, &parameters) {
        Ok(client) => client,
        Err(error) => return error.into_response(),
    };
    let Some(token) = parameters.get("token") else {
        return protocol_error("invalid_request", "token is missing").into_response();
    };
    lock(&shared.state).revoke(token, &client.id);
    StatusCode::OK.into_response()
}
