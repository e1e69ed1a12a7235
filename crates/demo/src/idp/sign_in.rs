//! The sign-in pages: a password, and a one-time code when two factors are asked for.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::{Cookie, SameSite};
use jiff::Timestamp;

use super::{
    Account, Endpoint, Shared,
    authorize::{cookie, establish, refuse, session_cookie, set_cookie},
    lock,
    pages::{self, Notice},
    parameters::{Demand, Parameters, ReturnAddress, protocol_error},
    state::{Authentication, SignIn},
};

/// Binds a sign-in to the jar that started it.
const SIGN_IN_COOKIE: &str = "demo_idp_sign_in";

/// Sends the signer to a page of their own.
pub(super) fn begin(shared: &Shared, demand: Demand, now: Timestamp) -> Response {
    let (id, sign_in) = lock(&shared.state).begin_sign_in(demand, one_time_code(), now);
    let path = format!("/sign-in/{id}");
    let mut response = Redirect::to(&path).into_response();
    let cookie = Cookie::build((SIGN_IN_COOKIE, sign_in.cookie))
        .path(path)
        .http_only(true)
        .same_site(SameSite::Lax);
    set_cookie(&mut response, &cookie.build());
    response
}

pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    shared.note(Endpoint::SignIn, &[]);
    match under_way(&shared, &id, &headers) {
        Some(sign_in) => page(&id, &sign_in, None),
        None => gone(),
    }
}

pub(super) async fn submit(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    shared.note(Endpoint::SignIn, &[]);
    let Some(sign_in) = under_way(&shared, &id, &headers) else {
        return gone();
    };
    let form = Parameters::parse(&body);
    match sign_in.first_factor {
        None => first_factor(&shared, &id, &headers, &sign_in, &form),
        Some(account) => second_factor(&shared, &id, &headers, &sign_in, account, &form),
    }
}

pub(super) async fn cancel(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    shared.note(Endpoint::SignIn, &[]);
    let Some(sign_in) = under_way(&shared, &id, &headers) else {
        return gone();
    };
    lock(&shared.state).finish_sign_in(&id);
    let SignIn { demand, .. } = sign_in;
    let address = ReturnAddress {
        redirect_uri: demand.redirect_uri,
        state: demand.state,
    };
    refuse(
        &shared,
        &address,
        protocol_error("access_denied", "the person cancelled"),
    )
}

fn first_factor(
    shared: &Shared,
    id: &str,
    headers: &HeaderMap,
    sign_in: &SignIn,
    form: &Parameters,
) -> Response {
    let typed = (
        form.get("username").unwrap_or_default(),
        form.get("password").unwrap_or_default(),
    );
    let Some(account) = Account::check(typed.0, typed.1) else {
        return page(id, sign_in, Some(Notice::WrongPassword));
    };
    if sign_in
        .demand
        .subject
        .as_deref()
        .is_some_and(|subject| subject != account.subject)
    {
        return page(id, sign_in, Some(Notice::OtherAccountDemanded));
    }
    if !sign_in.demand.two_factors {
        return finish(shared, id, headers, &sign_in.demand, account, false);
    }
    let mut asked = sign_in.clone();
    asked.first_factor = Some(account);
    if let Some(kept) = lock(&shared.state).sign_in_under_way(id, &sign_in.cookie, shared.now()) {
        kept.first_factor = Some(account);
    }
    page(id, &asked, None)
}

fn second_factor(
    shared: &Shared,
    id: &str,
    headers: &HeaderMap,
    sign_in: &SignIn,
    account: &'static Account,
    form: &Parameters,
) -> Response {
    if form.get("code").map(str::trim) != Some(sign_in.one_time_code.as_str()) {
        return page(id, sign_in, Some(Notice::WrongCode));
    }
    finish(shared, id, headers, &sign_in.demand, account, true)
}

fn finish(
    shared: &Shared,
    id: &str,
    headers: &HeaderMap,
    demand: &Demand,
    account: &'static Account,
    two_factors: bool,
) -> Response {
    lock(&shared.state).finish_sign_in(id);
    let authentication = Authentication {
        account,
        at: shared.now(),
        two_factors,
    };
    establish(
        shared,
        session_cookie(headers).as_deref(),
        demand,
        authentication,
    )
}

fn under_way(shared: &Shared, id: &str, headers: &HeaderMap) -> Option<SignIn> {
    let cookie = cookie(headers, SIGN_IN_COOKIE)?;
    lock(&shared.state)
        .sign_in_under_way(id, &cookie, shared.now())
        .cloned()
}

fn page(id: &str, sign_in: &SignIn, notice: Option<Notice>) -> Response {
    match sign_in.first_factor {
        None => pages::password(
            id,
            sign_in.demand.login_hint.as_deref().unwrap_or_default(),
            notice,
        ),
        Some(account) => pages::one_time_code(id, account, &sign_in.one_time_code, notice),
    }
}

fn gone() -> Response {
    pages::error(protocol_error(
        "invalid_request",
        "this sign-in is finished, expired or belongs to another browser",
    ))
}

/// Six digits. Their bias is of no matter: the page shows them.
fn one_time_code() -> String {
    let mut bytes = [0; 4];
    // The operating system's source does not fail once it is seeded; a demo without it has no business running.
    #[allow(clippy::expect_used)]
    aws_lc_rs::rand::fill(&mut bytes).expect("the operating system gives random bytes");
    format!("{:06}", u32::from_be_bytes(bytes) % 1_000_000)
}
