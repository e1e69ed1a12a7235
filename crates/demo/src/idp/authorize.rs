//! The authorization endpoint and its pushed variant: who asked for what, and whether anyone has to type.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::{Cookie, SameSite};
use jiff::Timestamp;
use serde_json::json;
use url::Url;

use super::{
    ADAMS, Account, Endpoint, Fault, MaxAgeZero, Shared,
    keys::random_text,
    lock, pages,
    parameters::{
        Demand, Parameters, ProtocolError, ReturnAddress, protocol_error, return_address,
    },
    possession, sign_in,
    state::{Authentication, Session},
};

/// The SSO cookie, as real providers have it. Not `Secure`, because loopback is plain http.
const SESSION_COOKIE: &str = "demo_idp_session";

pub(super) async fn by_query(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    authorize(
        &shared,
        &headers,
        Parameters::parse(query.unwrap_or_default().as_bytes()),
    )
}

pub(super) async fn by_form(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    authorize(&shared, &headers, Parameters::parse(&body))
}

/// RFC 9126.
pub(super) async fn push(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let parameters = Parameters::parse(&body);
    shared.note(Endpoint::PushedRequest, &parameters.0);
    if !shared.offers.pushed_requests {
        return StatusCode::NOT_FOUND.into_response();
    }
    if shared.has(Fault::PushedRequestError) {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let checked = return_address(&shared, &parameters)
        .and_then(|(client, address)| Demand::read(&parameters, &address, client));
    if let Err(error) = checked {
        return error.into_response();
    }
    if shared.has(Fault::PreflightInvalidRequest) && parameters.get("prompt") == Some("none") {
        return protocol_error("invalid_request", "a fault is switched on").into_response();
    }
    let proved = possession::Request {
        headers: &headers,
        method: &Method::POST,
        path: "/par",
        token: None,
    };
    match possession::key_of(&shared, &proved) {
        Ok(None) => {}
        // RFC 9449 §10.1: both say the same key.
        Ok(Some(key)) if parameters.get("dpop_jkt") == Some(key.as_str()) => {}
        Ok(Some(_)) => {
            return protocol_error("invalid_dpop_proof", "dpop_jkt is another key").into_response();
        }
        Err(unproved) => return unproved.into_response(),
    }
    let (request_uri, lifetime) = lock(&shared.state).push(parameters, shared.now());
    let answer = json!({ "request_uri": request_uri, "expires_in": lifetime.as_secs() });
    (StatusCode::CREATED, Json(answer)).into_response()
}

fn authorize(shared: &Shared, headers: &HeaderMap, parameters: Parameters) -> Response {
    let now = shared.now();
    let parameters = match pushed(shared, parameters, now) {
        Ok(parameters) => parameters,
        Err(error) => return pages::error(error),
    };
    shared.note(Endpoint::Authorization, &parameters.0);
    let (client, address) = match return_address(shared, &parameters) {
        Ok(known) => known,
        Err(error) => return pages::error(error),
    };
    let mut demand = match Demand::read(&parameters, &address, client) {
        Ok(demand) => demand,
        Err(error) => return refuse(shared, &address, error),
    };
    match shared.offers.max_age_zero {
        MaxAgeZero::Ignored => demand.max_age = demand.max_age.filter(|age| *age > 0),
        MaxAgeZero::Rejected if demand.max_age == Some(0) => {
            let error = protocol_error("invalid_request", "max_age must be positive");
            return refuse(shared, &address, error);
        }
        MaxAgeZero::Obeyed | MaxAgeZero::Rejected => {}
    }
    let cookie = session_cookie(headers);
    let session = cookie
        .as_deref()
        .and_then(|cookie| lock(&shared.state).session(cookie).cloned());
    match decide(session, &demand, now) {
        Decision::Answer(session) => answer(shared, &demand, &session),
        Decision::Refuse(_) if shared.has(Fault::AmbientSignIn) => {
            ambient(shared, cookie.as_deref(), &demand, now)
        }
        Decision::Refuse(error) => preflight_answer(shared, &address, error),
        Decision::Ask if shared.has(Fault::AuthorizationServerError) => refuse(
            shared,
            &address,
            protocol_error("server_error", "a fault is switched on"),
        ),
        Decision::Ask => sign_in::begin(shared, demand, now),
    }
}

/// Fetches what was pushed, when the request only points to it.
fn pushed(
    shared: &Shared,
    parameters: Parameters,
    now: Timestamp,
) -> Result<Parameters, ProtocolError> {
    let Some(uri) = parameters.get("request_uri") else {
        return Ok(parameters);
    };
    lock(&shared.state)
        .take_pushed(uri, now)
        .filter(|pushed| pushed.get("client_id") == parameters.get("client_id"))
        .ok_or(protocol_error(
            "invalid_request_uri",
            "the pushed request is unknown, used or expired",
        ))
}

enum Decision {
    /// The session in this jar is enough.
    Answer(Session),
    /// Somebody has to type.
    Ask,
    /// Somebody would have to type, but `prompt=none` forbids it.
    Refuse(ProtocolError),
}

fn decide(session: Option<Session>, demand: &Demand, now: Timestamp) -> Decision {
    let Some(session) = session else {
        return not_enough(demand, "login_required");
    };
    let known = &session.authentication;
    let age = now.as_second() - known.at.as_second();
    let fresh = demand
        .max_age
        .is_none_or(|allowed| allowed > 0 && age <= allowed);
    let right_person = demand
        .subject
        .as_deref()
        .is_none_or(|subject| subject == known.account.subject);
    if demand.prompt_login || !fresh || !right_person {
        return not_enough(demand, "login_required");
    }
    if demand.two_factors && !known.two_factors {
        return not_enough(demand, "interaction_required");
    }
    Decision::Answer(session)
}

fn not_enough(demand: &Demand, code: &'static str) -> Decision {
    if demand.prompt_none {
        Decision::Refuse(protocol_error(code, "nobody may be asked"))
    } else {
        Decision::Ask
    }
}

/// The answer to `prompt=none` where nobody is signed in, as clear or unclear as the faults want it.
fn preflight_answer(shared: &Shared, address: &ReturnAddress, sound: ProtocolError) -> Response {
    let faults = shared.faults();
    if faults.has(Fault::PreflightPage) {
        return Html("<!doctype html><title>One moment</title>").into_response();
    }
    let spoiled = [
        (Fault::PreflightServerError, "server_error"),
        (Fault::PreflightUnknownError, "clinic_closed"),
        (Fault::PreflightConsentRequired, "consent_required"),
    ];
    let code = spoiled.into_iter().find(|(fault, _)| faults.has(*fault));
    let error = code.map_or(sound, |(_, code)| {
        protocol_error(code, "a fault is switched on")
    });
    refuse(shared, address, error)
}

/// A sign-in that nobody typed, as Kerberos or a device's own token would make it.
fn ambient(shared: &Shared, cookie: Option<&str>, demand: &Demand, now: Timestamp) -> Response {
    let account: &'static Account = demand
        .login_hint
        .as_deref()
        .and_then(|hint| Account::named(hint).or_else(|| Account::with_subject(hint)))
        .unwrap_or(&ADAMS);
    let authentication = Authentication {
        account,
        at: now,
        two_factors: demand.two_factors,
    };
    establish(shared, cookie, demand, authentication)
}

/// Signs somebody in in this jar and answers the client.
pub(super) fn establish(
    shared: &Shared,
    cookie: Option<&str>,
    demand: &Demand,
    authentication: Authentication,
) -> Response {
    let (cookie, session) = lock(&shared.state).sign_in(cookie, authentication);
    let cookie = Cookie::build((SESSION_COOKIE, cookie))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax);
    let mut response = answer(shared, demand, &session);
    set_cookie(&mut response, &cookie.build());
    response
}

/// The answer with a code, as right or wrong as the faults want it.
fn answer(shared: &Shared, demand: &Demand, session: &Session) -> Response {
    let code = lock(&shared.state).issue_code(demand, session, shared.now());
    let faults = shared.faults();
    let mut parameters = vec![("code", code.clone())];
    if faults.has(Fault::CodeTwice) {
        parameters.push(("code", code));
    }
    if faults.has(Fault::StateWrong) {
        parameters.push(("state", random_text()));
    } else if let Some(state) = &demand.state
        && !faults.has(Fault::StateMissing)
    {
        parameters.push(("state", state.clone()));
    }
    if faults.has(Fault::ResponseIssuerWrong) {
        parameters.push(("iss", "https://id.other.example".to_owned()));
    } else if shared.offers.response_issuer && !faults.has(Fault::ResponseIssuerMissing) {
        parameters.push(("iss", shared.issuer.clone()));
    }
    redirect(&demand.redirect_uri, &parameters)
}

/// The answer with an error code.
pub(super) fn refuse(shared: &Shared, address: &ReturnAddress, error: ProtocolError) -> Response {
    let mut parameters = vec![
        ("error", error.code.to_owned()),
        ("error_description", error.description.to_owned()),
    ];
    if shared.offers.response_issuer {
        parameters.push(("iss", shared.issuer.clone()));
    }
    parameters.extend(address.state.clone().map(|state| ("state", state)));
    redirect(&address.redirect_uri, &parameters)
}

fn redirect(uri: &str, parameters: &[(&str, String)]) -> Response {
    match Url::parse(uri) {
        Ok(mut url) => {
            url.query_pairs_mut().extend_pairs(parameters);
            Redirect::to(url.as_str()).into_response()
        }
        Err(_) => pages::error(protocol_error(
            "invalid_request",
            "the redirect URI is not an address",
        )),
    }
}

pub(super) fn session_cookie(headers: &HeaderMap) -> Option<String> {
    cookie(headers, SESSION_COOKIE)
}

/// The cookie of this name that the jar sent.
pub(super) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned())
}

/// Gives the jar a cookie.
pub(super) fn set_cookie(response: &mut Response, cookie: &Cookie<'_>) {
    // Names and values are ours, base64url and tokens: always a legal header.
    if let Ok(line) = cookie.to_string().parse() {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
}

/// Takes the SSO cookie out of the jar.
pub(super) fn drop_session_cookie(response: &mut Response) {
    let mut cookie = Cookie::build((SESSION_COOKIE, ""))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .build();
    cookie.make_removal();
    set_cookie(response, &cookie);
}

impl IntoResponse for ProtocolError {
    fn into_response(self) -> Response {
        let status = if self.code == "invalid_client" {
            StatusCode::UNAUTHORIZED
        } else {
            StatusCode::BAD_REQUEST
        };
        (
            status,
            Json(json!({ "error": self.code, "error_description": self.description })),
        )
            .into_response()
    }
}
