//! RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0).
//!
//! A hint that this provider issued ends the session it names at once, without a question. Anything less
//! is asked about first, so that no foreign page can sign people out.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use url::Url;

use super::{
    Endpoint, Fault, Shared,
    authorize::{drop_session_cookie, session_cookie},
    keys::random_text,
    lock, pages,
    parameters::{Parameters, protocol_error},
};

pub(super) async fn by_query(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    logout(
        &shared,
        &headers,
        &Parameters::parse(query.unwrap_or_default().as_bytes()),
        false,
    )
}

pub(super) async fn by_form(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    logout(&shared, &headers, &Parameters::parse(&body), true)
}

fn logout(
    shared: &Shared,
    headers: &HeaderMap,
    parameters: &Parameters,
    by_form: bool,
) -> Response {
    shared.note(Endpoint::EndSession, &parameters.0);
    if !shared.offers.logout {
        return StatusCode::NOT_FOUND.into_response();
    }
    let mut state = lock(&shared.state);
    let here = session_cookie(headers)
        .and_then(|cookie| state.session(&cookie).map(|session| session.sid.clone()));
    let hinted = parameters
        .get("id_token_hint")
        .map(|hint| state.grant_of_id_token(hint).cloned());
    let hinted = match hinted {
        None => None,
        Some(Some(grant))
            if parameters
                .get("client_id")
                .is_none_or(|id| id == grant.client_id) =>
        {
            Some(grant)
        }
        Some(_) => {
            return pages::error(protocol_error(
                "invalid_request",
                "the hint is not ours or not this client's",
            ));
        }
    };
    let same_session = match (&here, &hinted) {
        (Some(here), Some(hinted)) => *here == hinted.sid,
        (None, Some(_)) => true,
        (_, None) => false,
    };
    // A confirmation counts only from the page that asked, in the jar that holds the session.
    let confirmed = by_form && parameters.get("confirmed").is_some();
    if !confirmed && (!same_session || shared.has(Fault::LogoutAsks)) {
        return pages::confirm_logout(&parameters.0);
    }
    for sid in here.iter().chain(
        hinted
            .as_ref()
            .filter(|_| same_session)
            .map(|grant| &grant.sid),
    ) {
        state.end_session(sid);
    }
    drop(state);

    let mut response = match return_to(
        shared,
        parameters,
        hinted.as_ref().map(|grant| grant.client_id.as_str()),
    ) {
        Some(url) => Redirect::to(url.as_str()).into_response(),
        None => pages::signed_out(),
    };
    drop_session_cookie(&mut response);
    response
}

/// Where to go afterwards: only where the client may receive answers.
fn return_to(shared: &Shared, parameters: &Parameters, hinted_client: Option<&str>) -> Option<Url> {
    let uri = parameters.get("post_logout_redirect_uri")?;
    let client = shared.client(parameters.get("client_id").or(hinted_client)?)?;
    let mut url = Url::parse(uri)
        .ok()
        .filter(|_| client.may_redirect_to(uri))?;
    let state = match parameters.get("state") {
        Some(_) if shared.has(Fault::LogoutStateOther) => Some(random_text()),
        Some(_) if shared.has(Fault::LogoutStateMissing) => None,
        state => state.map(str::to_owned),
    };
    if let Some(state) = state {
        url.query_pairs_mut().append_pair("state", &state);
    }
    Some(url)
}
