//! How the demo provider signs people in: pages, SSO, and what a request can demand.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{callback, claims, get, page, parameter, parameters, post, redeem, request, tokens};
use demo::{
    idp::{ADAMS, BAKER, CLIENT_ID, ClientConfig, Endpoint, Idp, IdpConfig, RedirectUris},
    robot::{Browser, Landing, RobotError},
};
use url::Url;

async fn idp() -> Idp {
    Idp::start(IdpConfig::default()).await.unwrap()
}

#[tokio::test]
async fn discovery_names_the_issuer_and_every_endpoint_is_below_it() {
    let idp = idp().await;

    let document = get(
        &format!("{}/.well-known/openid-configuration", idp.issuer()),
        None,
    )
    .await
    .body;

    assert_eq!(document["issuer"], idp.issuer());
    for (name, value) in document.as_object().unwrap() {
        if name.ends_with("_endpoint") || name == "jwks_uri" {
            assert!(value.as_str().unwrap().starts_with(idp.issuer()), "{name}");
        }
    }
    assert_eq!(document["code_challenge_methods_supported"][0], "S256");
    assert_eq!(
        document["authorization_response_iss_parameter_supported"],
        true
    );
}

#[tokio::test]
async fn a_sign_in_yields_a_code_the_state_and_the_issuer() {
    let idp = idp().await;

    let answer = Browser::new()
        .sign_in(&request(&idp, &[]), &ADAMS, false)
        .await
        .unwrap();

    assert!(parameter(&answer, "code").is_some());
    assert_eq!(parameter(&answer, "state").as_deref(), Some("the-state"));
    assert_eq!(parameter(&answer, "iss").as_deref(), Some(idp.issuer()));
}

#[tokio::test]
async fn a_wrong_password_leads_back_to_the_page_and_signs_nobody_in() {
    let idp = idp().await;
    let browser = Browser::new();
    let shown = page(browser.visit(&request(&idp, &[])).await.unwrap());

    let again = browser
        .submit(
            &shown,
            &[("User name", "adams"), ("Password", "demo-baker")],
        )
        .await
        .unwrap();

    assert!(
        page(again)
            .html
            .contains("User name or password is not right.")
    );
    assert!(idp.sessions().is_empty());
}

#[tokio::test]
async fn cancelling_is_an_answer() {
    let idp = idp().await;
    let browser = Browser::new();
    let shown = page(browser.visit(&request(&idp, &[])).await.unwrap());

    let answer = callback(browser.press(&shown, "Cancel").await.unwrap());

    assert_eq!(
        parameter(&answer, "error").as_deref(),
        Some("access_denied")
    );
    assert_eq!(parameter(&answer, "state").as_deref(), Some("the-state"));
}

#[tokio::test]
async fn a_sign_in_cannot_be_finished_from_another_jar() {
    let idp = idp().await;
    let shown = page(Browser::new().visit(&request(&idp, &[])).await.unwrap());

    let typed = [("User name", "adams"), ("Password", "demo-adams")];
    let refused = page(Browser::new().submit(&shown, &typed).await.unwrap());

    assert_eq!(refused.status, 400);
    assert!(idp.sessions().is_empty());
}

#[tokio::test]
async fn a_jar_that_is_signed_in_is_not_asked_again() {
    let idp = idp().await;
    let browser = Browser::new();
    browser
        .sign_in(&request(&idp, &[]), &ADAMS, false)
        .await
        .unwrap();

    let answer = callback(browser.visit(&request(&idp, &[])).await.unwrap());

    assert_eq!(claims(&redeem(&idp, &answer).await)["sub"], ADAMS.subject);
}

#[tokio::test]
async fn prompt_none_in_an_empty_jar_is_login_required() {
    let idp = idp().await;

    let answer = callback(
        Browser::new()
            .visit(&request(&idp, &[("prompt", "none")]))
            .await
            .unwrap(),
    );

    assert_eq!(
        parameter(&answer, "error").as_deref(),
        Some("login_required")
    );
    assert!(parameter(&answer, "code").is_none());
}

#[tokio::test]
async fn prompt_none_for_a_higher_level_is_interaction_required() {
    let idp = idp().await;
    let browser = Browser::new();
    browser
        .sign_in(&request(&idp, &[]), &ADAMS, false)
        .await
        .unwrap();

    let demand = request(
        &idp,
        &[("prompt", "none"), ("acr_values", "urn:demo:loa:2")],
    );
    let answer = callback(browser.visit(&demand).await.unwrap());

    assert_eq!(
        parameter(&answer, "error").as_deref(),
        Some("interaction_required")
    );
}

#[tokio::test]
async fn prompt_login_and_max_age_0_ask_again_although_the_jar_is_signed_in() {
    let idp = idp().await;
    let browser = Browser::new();
    browser
        .sign_in(&request(&idp, &[]), &ADAMS, false)
        .await
        .unwrap();

    for demand in [("prompt", "login"), ("max_age", "0")] {
        let landing = browser.visit(&request(&idp, &[demand])).await.unwrap();
        assert!(matches!(landing, Landing::Page(_)), "{demand:?}");
    }
    assert!(matches!(
        browser
            .visit(&request(&idp, &[("max_age", "60")]))
            .await
            .unwrap(),
        Landing::Callback(_)
    ));
}

#[tokio::test]
async fn the_login_hint_is_filled_in() {
    let idp = idp().await;

    let shown = page(
        Browser::new()
            .visit(&request(&idp, &[("login_hint", "baker")]))
            .await
            .unwrap(),
    );

    assert!(shown.html.contains(r#"value="baker""#));
}

#[tokio::test]
async fn one_factor_is_level_1_and_a_one_time_code_makes_it_level_2() {
    let idp = idp().await;

    let one = tokens(&idp, &Browser::new(), &ADAMS, &[]).await;
    let two = tokens(
        &idp,
        &Browser::new(),
        &ADAMS,
        &[("acr_values", "urn:demo:loa:2")],
    )
    .await;

    assert_eq!(
        (&claims(&one)["acr"], &claims(&one)["amr"]),
        (&"urn:demo:loa:1".into(), &serde_json::json!(["pwd"]))
    );
    assert_eq!(claims(&two)["acr"], "urn:demo:loa:2");
    assert_eq!(claims(&two)["amr"], serde_json::json!(["pwd", "otp"]));
}

#[tokio::test]
async fn without_the_one_time_code_nobody_is_signed_in() {
    let idp = idp().await;
    let demand = request(&idp, &[("acr_values", "urn:demo:loa:2")]);

    let refused = Browser::new().sign_in(&demand, &ADAMS, false).await;

    assert!(matches!(
        refused,
        Err(RobotError::StillAsks("One-time code"))
    ));
    assert!(idp.sessions().is_empty());
}

#[tokio::test]
async fn a_demanded_subject_keeps_everybody_else_out() {
    let idp = idp().await;
    let demand = request(
        &idp,
        &[("claims", r#"{"id_token":{"sub":{"value":"u-adams"}}}"#)],
    );

    let refused = Browser::new().sign_in(&demand, &BAKER, false).await;
    let admitted = Browser::new().sign_in(&demand, &ADAMS, false).await;

    assert!(matches!(refused, Err(RobotError::StillAsks("Password"))));
    assert!(parameter(&admitted.unwrap(), "code").is_some());
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
