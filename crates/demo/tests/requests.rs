//! What the demo provider makes of requests, and how its pages and answers are dressed.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{callback, page, parameter, parameters, post, request, tokens};
use demo::{
    idp::{ADAMS, CLIENT_ID, ClientConfig, Endpoint, Idp, IdpConfig, RedirectUris},
    robot::{Browser, RobotError},
};
use url::Url;

async fn idp() -> Idp {
    Idp::start(IdpConfig::default()).await.unwrap()
}

#[tokio::test]
async fn without_pkce_s256_there_is_no_answer_but_an_error() {
    let idp = idp().await;
    for missing in ["code_challenge", "code_challenge_method"] {
        let answer = callback(
            Browser::new()
                .visit(&request(&idp, &[(missing, "")]))
                .await
                .unwrap(),
        );
        assert_eq!(
            parameter(&answer, "error").as_deref(),
            Some("invalid_request"),
            "{missing}"
        );
    }
    let plain = request(&idp, &[("code_challenge_method", "plain")]);
    let answer = callback(Browser::new().visit(&plain).await.unwrap());
    assert_eq!(
        parameter(&answer, "error").as_deref(),
        Some("invalid_request")
    );
}

#[tokio::test]
async fn an_unregistered_redirect_uri_gets_a_page_and_no_redirect() {
    let exact = ClientConfig {
        redirect_uris: RedirectUris::Exact(vec!["http://127.0.0.1:7000/cb".into()]),
        ..ClientConfig::native(CLIENT_ID)
    };
    let idp = Idp::start(IdpConfig {
        clients: vec![exact],
        ..IdpConfig::default()
    })
    .await
    .unwrap();

    let shown = page(Browser::new().visit(&request(&idp, &[])).await.unwrap());

    assert_eq!(shown.status, 400);
}

#[tokio::test]
async fn a_pushed_request_works_once_and_for_its_client_alone() {
    let idp = idp().await;
    let pushed = parameters(CLIENT_ID, &[]);
    let pushed: Vec<(&str, &str)> = pushed
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let link = |uri: &str, client: &str| {
        let mut url = Url::parse(&format!("{}/authorize", idp.issuer())).unwrap();
        url.query_pairs_mut()
            .append_pair("client_id", client)
            .append_pair("request_uri", uri);
        url
    };

    let answer = post(&format!("{}/par", idp.issuer()), &pushed).await;
    let uri = answer.text("request_uri");
    let stolen = post(&format!("{}/par", idp.issuer()), &pushed)
        .await
        .text("request_uri");

    assert_eq!(answer.status, 201);
    let first = Browser::new()
        .sign_in(&link(&uri, CLIENT_ID), &ADAMS, false)
        .await
        .unwrap();
    assert!(parameter(&first, "code").is_some());
    assert_eq!(
        page(Browser::new().visit(&link(&uri, CLIENT_ID)).await.unwrap()).status,
        400
    );
    assert_eq!(
        page(
            Browser::new()
                .visit(&link(&stolen, "portal"))
                .await
                .unwrap()
        )
        .status,
        400
    );
}

#[tokio::test]
async fn pages_say_demo_allow_no_script_and_may_not_be_framed_or_kept() {
    let idp = idp().await;
    let shown = page(Browser::new().visit(&request(&idp, &[])).await.unwrap());
    let response = common::client().get(idp.issuer()).send().await.unwrap();
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();

    assert!(shown.html.contains("<strong>DEMO</strong>"));
    assert!(
        shown
            .html
            .contains("adams / demo-adams, baker / demo-baker")
    );
    assert!(shown.html.contains(r#"<html lang="en">"#));
    assert!(!shown.html.contains("<script") && !shown.html.contains("style=\""));
    assert!(header("content-security-policy").starts_with("default-src 'none'; style-src 'self';"));
    assert!(!header("content-security-policy").contains("script"));
    assert_eq!(header("x-frame-options"), "DENY");
    assert_eq!(header("cache-control"), "no-store");
}

#[tokio::test]
async fn the_sso_cookie_is_http_only_lax_and_for_the_whole_site() {
    let idp = idp().await;
    let browser = Browser::new();
    let shown = page(browser.visit(&request(&idp, &[])).await.unwrap());
    browser
        .submit(
            &shown,
            &[("User name", "adams"), ("Password", "demo-adams")],
        )
        .await
        .unwrap();

    let lines = browser.set_cookie_lines();
    let line = lines
        .iter()
        .find(|line| line.starts_with("demo_idp_session="))
        .unwrap();

    assert!(line.ends_with("; HttpOnly; SameSite=Lax; Path=/"), "{line}");
}

#[tokio::test]
async fn a_foreign_host_header_is_turned_away() {
    let idp = idp().await;
    let client = common::client();

    let answer = client
        .get(idp.issuer())
        .header("host", "id.evil.example")
        .send()
        .await
        .unwrap();

    assert_eq!(answer.status(), 421);
}

#[tokio::test]
async fn the_log_of_requests_keeps_no_secret() {
    let idp = idp().await;
    let answer = tokens(&idp, &Browser::new(), &ADAMS, &[("prompt", "login")]).await;

    let log = idp.requests();
    let written = format!("{log:?}");

    assert_eq!(log[0].endpoint, Endpoint::Authorization);
    assert!(
        log[0]
            .parameters
            .contains(&("prompt".into(), "login".into()))
    );
    assert_eq!(log.last().unwrap().endpoint, Endpoint::Token);
    for secret in [
        &answer.text("access_token"),
        &answer.text("refresh_token"),
        "the-nonce",
        "the-state",
        common::VERIFIER,
    ] {
        assert!(!written.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_stopped_provider_answers_nothing() {
    let idp = idp().await;
    idp.stop();
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;

    assert!(matches!(
        Browser::new().visit(&request(&idp, &[])).await,
        Err(RobotError::Unreachable(_))
    ));
}
