//! The baseline: why a signature needs a jar of its own.
//!
//! In a shared jar, somebody else's sign-in replaces the session and everything that hung on it. The same
//! sign-in in a separate jar changes nothing. If the first of these tests failed, the second would prove nothing.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{
    callback, claims, parameter, redeem, redeem_as, refresh, request, request_of, tokens,
    userinfo_status,
};
use demo::{
    idp::{ADAMS, BAKER, Idp, IdpConfig, PORTAL_CLIENT_ID},
    robot::Browser,
};

const FORCED: &[(&str, &str)] = &[
    ("prompt", "login"),
    ("max_age", "0"),
    ("login_hint", "adams"),
];

#[tokio::test]
async fn in_a_shared_jar_another_persons_sign_in_replaces_the_session_and_kills_its_tokens() {
    let idp = Idp::start(IdpConfig::default()).await.unwrap();
    let shared = Browser::new();
    let adams = tokens(&idp, &shared, &ADAMS, &[]).await;

    let baker = shared
        .sign_in(&request(&idp, FORCED), &BAKER, false)
        .await
        .unwrap();
    assert_eq!(claims(&redeem(&idp, &baker).await)["sub"], BAKER.subject);

    // The portal in the next tab is now somebody else.
    let silent = shared
        .visit(&request_of(&idp, PORTAL_CLIENT_ID, &[("prompt", "none")]))
        .await
        .unwrap();
    let portal = redeem_as(
        &idp,
        PORTAL_CLIENT_ID,
        &parameter(&callback(silent), "code").unwrap(),
    )
    .await;
    assert_eq!(claims(&portal)["sub"], BAKER.subject);
    assert_eq!(
        userinfo_status(&idp, &adams.text("access_token")).await,
        401
    );
    assert_eq!(
        refresh(&idp, &adams.text("refresh_token")).await.error(),
        "invalid_grant"
    );
    assert_eq!(idp.sessions().len(), 1);
}

#[tokio::test]
async fn in_a_separate_jar_the_same_sign_in_changes_nothing() {
    let idp = Idp::start(IdpConfig::default()).await.unwrap();
    let (session, ceremony) = (Browser::new(), Browser::new());
    let adams = tokens(&idp, &session, &ADAMS, &[]).await;

    let baker = ceremony
        .sign_in(&request(&idp, FORCED), &BAKER, false)
        .await
        .unwrap();
    assert_eq!(claims(&redeem(&idp, &baker).await)["sub"], BAKER.subject);

    let silent = session
        .visit(&request(&idp, &[("prompt", "none")]))
        .await
        .unwrap();
    assert_eq!(
        claims(&redeem(&idp, &callback(silent)).await)["sub"],
        ADAMS.subject
    );
    assert_eq!(
        userinfo_status(&idp, &adams.text("access_token")).await,
        200
    );
    assert_eq!(
        refresh(&idp, &adams.text("refresh_token")).await.status,
        200
    );
    assert_eq!(idp.sessions().len(), 2);
}

#[tokio::test]
async fn the_same_person_signing_in_again_keeps_the_session() {
    let idp = Idp::start(IdpConfig::default()).await.unwrap();
    let shared = Browser::new();
    let before = tokens(&idp, &shared, &ADAMS, &[]).await;

    let again = tokens(&idp, &shared, &ADAMS, FORCED).await;

    assert_eq!(claims(&before)["sid"], claims(&again)["sid"]);
    assert!(idp.is_token_active(&before.text("refresh_token")));
}
