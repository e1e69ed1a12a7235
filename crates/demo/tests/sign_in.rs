//! How the demo provider signs people in: pages, SSO, and what a request can demand.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{callback, claims, get, page, parameter, redeem, request, tokens};
use demo::{
    idp::{ADAMS, BAKER, Idp, IdpConfig},
    robot::{Browser, Landing, RobotError},
};

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
