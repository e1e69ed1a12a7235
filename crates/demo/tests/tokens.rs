//! What the demo provider's tokens are worth, and when they stop being worth anything.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{
    REDIRECT_URI, VERIFIER, claims, get, opened, page, parameter, post, redeem, redeem_as, refresh,
    request, request_of, tokens, userinfo_status,
};
use demo::{
    idp::{ADAMS, BAKER, CLIENT_ID, Idp, IdpConfig, RESOURCE, RS256_CLIENT_ID},
    robot::{Browser, Landing},
};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, jwk::JwkSet};
use serde_json::Value;
use url::Url;

async fn idp() -> Idp {
    Idp::start(IdpConfig::default()).await.unwrap()
}

/// Verifies with the published keys, as anyone would.
async fn verified(idp: &Idp, jws: &str, algorithm: Algorithm, audience: &str) -> Value {
    let keys = get(&format!("{}/jwks", idp.issuer()), None).await.body;
    let keys: JwkSet = serde_json::from_value(keys).unwrap();
    let kid = jsonwebtoken::decode_header(jws).unwrap().kid.unwrap();
    let mut validation = Validation::new(algorithm);
    validation.set_audience(&[audience]);
    validation.set_issuer(&[idp.issuer()]);
    decode(
        jws,
        &DecodingKey::from_jwk(keys.find(&kid).unwrap()).unwrap(),
        &validation,
    )
    .unwrap()
    .claims
}

fn logout(idp: &Idp, parameters: &[(&str, &str)]) -> Url {
    let mut url = Url::parse(&format!("{}/logout", idp.issuer())).unwrap();
    url.query_pairs_mut().extend_pairs(parameters);
    url
}

#[tokio::test]
async fn the_id_token_says_who_when_and_how_and_verifies_with_the_published_key() {
    let idp = idp().await;

    let answer = tokens(&idp, &Browser::new(), &ADAMS, &[]).await;
    let claims = verified(&idp, &answer.text("id_token"), Algorithm::ES256, CLIENT_ID).await;

    assert_eq!(claims["sub"], "u-adams");
    assert_eq!(claims["name"], "A. Adams");
    assert_eq!(claims["preferred_username"], "adams");
    assert_eq!(claims["role"], "Investigator");
    assert_eq!(claims["nonce"], "the-nonce");
    assert!(claims["auth_time"].as_i64().unwrap() > 0);
    assert!(claims["at_hash"].is_string());
}

#[tokio::test]
async fn a_client_may_have_its_id_tokens_signed_with_rs256() {
    let idp = idp().await;
    let callback = Browser::new()
        .sign_in(&request_of(&idp, RS256_CLIENT_ID, &[]), &ADAMS, false)
        .await
        .unwrap();

    let answer = redeem_as(
        &idp,
        RS256_CLIENT_ID,
        &parameter(&callback, "code").unwrap(),
    )
    .await;

    let claims = verified(
        &idp,
        &answer.text("id_token"),
        Algorithm::RS256,
        RS256_CLIENT_ID,
    )
    .await;
    assert_eq!(claims["sub"], "u-adams");
}

#[tokio::test]
async fn the_access_token_is_an_rfc_9068_jwt_for_the_resource() {
    let idp = idp().await;

    let answer = tokens(&idp, &Browser::new(), &ADAMS, &[("resource", RESOURCE)]).await;
    let token = answer.text("access_token");
    let claims = verified(&idp, &token, Algorithm::ES256, RESOURCE).await;

    assert_eq!(opened(&token).0["typ"], "at+jwt");
    assert_eq!(claims["client_id"], CLIENT_ID);
    assert_eq!(
        claims["scope"],
        "openid profile offline_access records:read"
    );
    assert_eq!(claims["sub"], "u-adams");
    assert!(claims["jti"].is_string());
}

#[tokio::test]
async fn an_unknown_resource_is_an_invalid_target() {
    let idp = idp().await;
    let demand = request(&idp, &[("resource", "urn:somebody:else")]);

    let answer = common::callback(Browser::new().visit(&demand).await.unwrap());

    assert_eq!(
        parameter(&answer, "error").as_deref(),
        Some("invalid_target")
    );
}

#[tokio::test]
async fn a_code_that_comes_again_takes_its_tokens_with_it() {
    let idp = idp().await;
    let callback = Browser::new()
        .sign_in(&request(&idp, &[]), &ADAMS, false)
        .await
        .unwrap();
    let first = redeem(&idp, &callback).await;
    assert!(idp.is_token_active(&first.text("access_token")));

    let second = redeem(&idp, &callback).await;

    assert_eq!((second.status, second.error()), (400, "invalid_grant"));
    assert!(!idp.is_token_active(&first.text("access_token")));
    assert!(!idp.is_token_active(&first.text("refresh_token")));
}

#[tokio::test]
async fn a_code_opens_nothing_without_its_verifier_client_and_redirect_uri() {
    let idp = idp().await;
    let wrong = [
        ("code_verifier", "another-verifier"),
        ("client_id", "portal"),
        ("redirect_uri", "http://127.0.0.1:49999/other"),
    ];
    for (name, value) in wrong {
        let callback = Browser::new()
            .sign_in(&request(&idp, &[]), &ADAMS, false)
            .await
            .unwrap();
        let code = parameter(&callback, "code").unwrap();
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("client_id", CLIENT_ID),
            ("code", &code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER),
        ];
        form.retain(|(known, _)| *known != name);
        form.push((name, value));

        let answer = post(&format!("{}/token", idp.issuer()), &form).await;

        assert_eq!(answer.error(), "invalid_grant", "{name}");
    }
    assert!(idp.active_tokens().is_empty());
}

#[tokio::test]
async fn a_refresh_token_rotates_and_one_that_comes_again_revokes_all() {
    let idp = idp().await;
    let first = tokens(&idp, &Browser::new(), &ADAMS, &[]).await;

    let second = refresh(&idp, &first.text("refresh_token")).await;
    assert_eq!(second.status, 200);
    assert!(idp.is_token_active(&second.text("access_token")));
    assert_eq!(claims(&second)["auth_time"], claims(&first)["auth_time"]);
    assert!(claims(&second)["nonce"].is_null());
    let replayed = refresh(&idp, &first.text("refresh_token")).await;

    assert_eq!(replayed.error(), "invalid_grant");
    assert!(!idp.is_token_active(&second.text("refresh_token")));
    assert!(!idp.is_token_active(&second.text("access_token")));
}

#[tokio::test]
async fn without_offline_access_there_is_no_refresh_token() {
    let idp = idp().await;

    let answer = tokens(
        &idp,
        &Browser::new(),
        &ADAMS,
        &[("scope", "openid records:sign")],
    )
    .await;

    assert!(answer.body["refresh_token"].is_null());
}

#[tokio::test]
async fn revoking_a_refresh_token_ends_the_grant_and_nothing_else() {
    let idp = idp().await;
    let (mine, other) = (
        tokens(&idp, &Browser::new(), &ADAMS, &[]).await,
        tokens(&idp, &Browser::new(), &ADAMS, &[]).await,
    );

    let revoke = format!("{}/revoke", idp.issuer());
    let foreign = post(
        &revoke,
        &[
            ("token", &other.text("refresh_token")),
            ("client_id", "portal"),
        ],
    )
    .await;
    let answer = post(
        &revoke,
        &[
            ("token", &mine.text("refresh_token")),
            ("client_id", CLIENT_ID),
        ],
    )
    .await;

    assert_eq!((foreign.status, answer.status), (200, 200));
    assert_eq!(userinfo_status(&idp, &mine.text("access_token")).await, 401);
    assert_eq!(
        userinfo_status(&idp, &other.text("access_token")).await,
        200
    );
    assert!(idp.is_token_active(&other.text("refresh_token")));
}

#[tokio::test]
async fn logout_with_a_valid_hint_ends_the_session_at_once() {
    let idp = idp().await;
    let browser = Browser::new();
    let answer = tokens(&idp, &browser, &ADAMS, &[]).await;
    let hint = answer.text("id_token");

    let shown = page(
        browser
            .visit(&logout(
                &idp,
                &[("id_token_hint", &hint), ("client_id", CLIENT_ID)],
            ))
            .await
            .unwrap(),
    );

    assert!(shown.html.contains("You are signed out."));
    assert!(idp.sessions().is_empty());
    assert!(!idp.is_token_active(&answer.text("refresh_token")));
    assert!(
        !browser
            .cookie_names()
            .contains(&"demo_idp_session".to_owned())
    );
}

#[tokio::test]
async fn logout_without_a_hint_asks_first() {
    let idp = idp().await;
    let browser = Browser::new();
    tokens(&idp, &browser, &ADAMS, &[]).await;

    let shown = page(
        browser
            .visit(&logout(&idp, &[("client_id", CLIENT_ID)]))
            .await
            .unwrap(),
    );
    assert_eq!(idp.sessions().len(), 1);
    browser.press(&shown, "Sign out").await.unwrap();

    assert!(idp.sessions().is_empty());
}

#[tokio::test]
async fn the_hint_of_another_session_does_not_end_this_one() {
    let idp = idp().await;
    let (mine, theirs) = (Browser::new(), Browser::new());
    tokens(&idp, &mine, &ADAMS, &[]).await;
    let hint = tokens(&idp, &theirs, &BAKER, &[]).await.text("id_token");

    let landing = mine
        .visit(&logout(&idp, &[("id_token_hint", &hint)]))
        .await
        .unwrap();

    assert!(matches!(landing, Landing::Page(page) if page.html.contains("Sign out here?")));
    assert_eq!(idp.sessions().len(), 2);
}

#[tokio::test]
async fn a_hint_that_this_provider_never_issued_is_refused() {
    let idp = idp().await;
    let browser = Browser::new();
    tokens(&idp, &browser, &ADAMS, &[]).await;

    let shown = page(
        browser
            .visit(&logout(&idp, &[("id_token_hint", "e30.e30.forged")]))
            .await
            .unwrap(),
    );

    assert_eq!(shown.status, 400);
    assert_eq!(idp.sessions().len(), 1);
}

#[tokio::test]
async fn logout_returns_to_the_client_with_its_state() {
    let idp = idp().await;
    let browser = Browser::new();
    let hint = tokens(&idp, &browser, &ADAMS, &[]).await.text("id_token");
    let back = [
        ("id_token_hint", hint.as_str()),
        ("post_logout_redirect_uri", REDIRECT_URI),
        ("state", "s-1"),
    ];

    let answer = common::callback(browser.visit(&logout(&idp, &back)).await.unwrap());

    assert_eq!(answer.as_str(), format!("{REDIRECT_URI}?state=s-1"));
}

#[tokio::test]
async fn tokens_verify_after_the_keys_were_rotated() {
    let idp = idp().await;
    let before = tokens(&idp, &Browser::new(), &ADAMS, &[])
        .await
        .text("id_token");

    idp.rotate_keys().unwrap();
    let after = tokens(&idp, &Browser::new(), &ADAMS, &[])
        .await
        .text("id_token");

    assert_ne!(opened(&before).0["kid"], opened(&after).0["kid"]);
    verified(&idp, &before, Algorithm::ES256, CLIENT_ID).await;
    verified(&idp, &after, Algorithm::ES256, CLIENT_ID).await;
}
