//! Every fault of an answer, a document or a clock is what its name says.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::time::{Duration, Instant};

use common::{
    callback,
    fault::{idp_with, keys, signature_verifies, signed_in_with},
    get, opened, parameter, redeem, request, tokens,
};
use demo::{
    idp::{ADAMS, CLIENT_ID, Endpoint, Fault, Faults, Idp, IdpConfig},
    robot::Browser,
};
use serde_json::{Value, json};

#[tokio::test]
async fn a_spoiled_answer_to_the_client_is_spoiled_as_named() {
    let answered = |fault| async move {
        let idp = idp_with(fault).await;
        let browser = Browser::new();
        let url = request(&idp, &[]);
        match browser.visit(&url).await.unwrap() {
            demo::robot::Landing::Callback(answer) => answer,
            demo::robot::Landing::Page(_) => browser.sign_in(&url, &ADAMS, false).await.unwrap(),
        }
    };

    assert_eq!(
        parameter(&answered(Fault::ResponseIssuerMissing).await, "iss"),
        None
    );
    let other = parameter(&answered(Fault::ResponseIssuerWrong).await, "iss");
    assert_eq!(other.as_deref(), Some("https://id.other.example"));
    assert_ne!(
        parameter(&answered(Fault::StateWrong).await, "state").as_deref(),
        Some("the-state")
    );
    assert_eq!(
        parameter(&answered(Fault::StateMissing).await, "state"),
        None
    );
    assert_eq!(
        answered(Fault::CodeTwice)
            .await
            .query_pairs()
            .filter(|(name, _)| name == "code")
            .count(),
        2
    );
    let error = parameter(&answered(Fault::AuthorizationServerError).await, "error");
    assert_eq!(error.as_deref(), Some("server_error"));
}

#[tokio::test]
async fn an_ambient_sign_in_answers_prompt_none_with_a_code_in_an_empty_jar() {
    let idp = idp_with(Fault::AmbientSignIn).await;

    let answer = callback(
        Browser::new()
            .visit(&request(&idp, &[("prompt", "none")]))
            .await
            .unwrap(),
    );

    assert!(parameter(&answer, "code").is_some());
    assert!(
        idp.requests()
            .iter()
            .all(|asked| asked.endpoint != Endpoint::SignIn)
    );
}

#[tokio::test]
async fn a_spoiled_token_answer_is_spoiled_as_named_and_issues_nothing() {
    for (fault, status) in [
        (Fault::TokenServerError, 500),
        (Fault::TokenHtml, 200),
        (Fault::TokenRedirect, 307),
        (Fault::TokenErrorIn200, 200),
    ] {
        let (idp, answer) = signed_in_with(fault).await;
        assert_eq!(answer.status, status, "{}", fault.name());
        assert!(answer.body["access_token"].is_null(), "{}", fault.name());
        assert!(idp.active_tokens().is_empty(), "{}", fault.name());
    }
}

#[tokio::test]
async fn slow_and_endless_answers_do_not_end_by_themselves() {
    for fault in [Fault::TokenSlow, Fault::TokenDrip, Fault::TokenEndless] {
        let idp = idp_with(fault).await;
        let answer = Browser::new()
            .sign_in(&request(&idp, &[]), &ADAMS, false)
            .await
            .unwrap();
        let begun = Instant::now();

        let ended = tokio::time::timeout(Duration::from_millis(300), redeem(&idp, &answer)).await;

        assert!(
            ended.is_err(),
            "{} after {:?}",
            fault.name(),
            begun.elapsed()
        );
    }
}

#[tokio::test]
async fn a_spoiled_document_is_spoiled_as_named() {
    let document = |fault| async move {
        let idp = idp_with(fault).await;
        let answer = get(
            &format!("{}/.well-known/openid-configuration", idp.issuer()),
            None,
        )
        .await;
        (idp.issuer().to_owned(), answer)
    };

    let (issuer, other) = document(Fault::DiscoveryIssuerOther).await;
    assert_ne!(other.body["issuer"], issuer);
    let (issuer, slash) = document(Fault::DiscoveryIssuerSlash).await;
    assert_eq!(slash.body["issuer"], format!("{issuer}/"));
    let (_, plain) = document(Fault::DiscoveryWithoutS256).await;
    assert_eq!(
        plain.body["code_challenge_methods_supported"],
        json!(["plain"])
    );
    assert_eq!(document(Fault::DiscoveryRedirect).await.1.status, 307);
    assert_eq!(document(Fault::DiscoveryHtml).await.1.body, Value::Null);
    let (_, endpoint) = document(Fault::DiscoveryPlainEndpoint).await;
    assert_eq!(
        endpoint.body["token_endpoint"],
        "http://id.clinic.example/token"
    );
    let (_, endpoint) = document(Fault::DiscoveryWithoutTokenEndpoint).await;
    assert_eq!(endpoint.body["token_endpoint"], Value::Null);
    let (_, flow) = document(Fault::DiscoveryWithoutCodeFlow).await;
    assert_eq!(flow.body["response_types_supported"], json!(["id_token"]));
    let (_, algorithms) = document(Fault::DiscoveryWithoutAlgorithm).await;
    assert_eq!(
        algorithms.body["id_token_signing_alg_values_supported"],
        json!(["HS256", "none"])
    );
}

#[tokio::test]
async fn a_spoiled_key_set_is_spoiled_as_named() {
    let idp = Idp::start(IdpConfig::default()).await.unwrap();
    let url = format!("{}/jwks", idp.issuer());
    let with = async |fault| {
        idp.set_faults(Faults::only(fault));
        get(&url, None).await
    };

    assert_eq!(with(Fault::KeysRedirect).await.status, 307);
    assert_eq!(with(Fault::KeysError).await.status, 500);
    assert_eq!(with(Fault::KeysHtml).await.body, Value::Null);
    let symmetric = with(Fault::KeysSymmetric).await.body;
    assert!(
        symmetric["keys"]
            .as_array()
            .unwrap()
            .iter()
            .all(|key| key["kty"] == "oct")
    );
    let many = with(Fault::KeysMany).await.body;
    assert!(many["keys"].as_array().unwrap().len() > 1000);
    let nameless = with(Fault::KidNowhere).await.body;
    let mut keys = nameless["keys"].as_array().unwrap().iter();
    assert!(keys.all(|key| key["kid"].is_null() && key["kty"] != "oct"));
    idp.set_faults(Faults::only(Fault::KeysHuge));
    let huge = common::client()
        .get(&url)
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert!(huge.len() >= 50 * 1024 * 1024);
}

#[tokio::test]
async fn keys_rotated_before_signing_are_published_when_asked_again() {
    let idp = idp_with(Fault::KeysRotated).await;
    let before = keys(&idp).await;

    let token = tokens(&idp, &Browser::new(), &ADAMS, &[])
        .await
        .text("id_token");

    let kid = opened(&token).0["kid"].clone();
    assert!(
        before["keys"]
            .as_array()
            .unwrap()
            .iter()
            .all(|key| key["kid"] != kid)
    );
    assert!(signature_verifies(&idp, &token).await);
}

#[tokio::test]
async fn the_clock_can_be_ten_minutes_off_either_way() {
    let now = jiff::Timestamp::now().as_second();
    for (fault, off) in [(Fault::ClockAhead, 600), (Fault::ClockBehind, -600)] {
        let (idp, answer) = signed_in_with(fault).await;
        let iat = opened(&answer.text("id_token")).1["iat"].as_i64().unwrap();
        let date = common::client()
            .get(idp.issuer())
            .send()
            .await
            .unwrap()
            .headers()["date"]
            .to_str()
            .unwrap()
            .to_owned();
        let date = jiff::fmt::rfc2822::parse(&date)
            .unwrap()
            .timestamp()
            .as_second();

        assert!((iat - now - off).abs() < 30, "{}", fault.name());
        assert!((date - now - off).abs() < 30, "{}", fault.name());
    }
}

#[tokio::test]
async fn faults_are_switched_at_run_time() {
    let idp = Idp::start(IdpConfig::default()).await.unwrap();

    idp.set_faults(Faults::only(Fault::SubjectEmpty));
    let spoiled = tokens(&idp, &Browser::new(), &ADAMS, &[]).await;
    idp.set_faults(Faults::none());
    let sound = tokens(&idp, &Browser::new(), &ADAMS, &[]).await;

    assert_eq!(common::claims(&spoiled)["sub"], "");
    assert_eq!(common::claims(&sound)["sub"], "u-adams");
}

#[tokio::test]
async fn the_remaining_faults_strike_where_they_say() {
    let (_, case) = signed_in_with(Fault::TokenTypeCase).await;
    let (_, lifetime) = signed_in_with(Fault::ExpiresInMissing).await;
    let (_, id_token) = signed_in_with(Fault::IdTokenMissing).await;
    let (idp, userinfo) = signed_in_with(Fault::UserinfoOther).await;
    let about = get(
        &format!("{}/userinfo", idp.issuer()),
        Some(&userinfo.text("access_token")),
    )
    .await;
    idp.set_faults(Faults::only(Fault::UserinfoNobody));
    let nobody = get(
        &format!("{}/userinfo", idp.issuer()),
        Some(&userinfo.text("access_token")),
    )
    .await;
    let down = idp_with(Fault::RevocationDown).await;
    let pushed = idp_with(Fault::PushedRequestError).await;

    assert_eq!(case.text("token_type"), "bEARER");
    assert!(lifetime.body["expires_in"].is_null());
    assert!(id_token.body["id_token"].is_null());
    assert_eq!(about.text("sub"), "u-baker");
    assert_eq!(nobody.body["sub"], Value::Null);
    assert_eq!(
        common::post(&format!("{}/revoke", down.issuer()), &[("token", "t")])
            .await
            .status,
        503
    );
    assert_eq!(
        common::post(
            &format!("{}/par", pushed.issuer()),
            &[("client_id", CLIENT_ID)]
        )
        .await
        .status,
        500
    );
}

#[tokio::test]
async fn logout_may_insist_on_asking() {
    let (idp, answer) = signed_in_with(Fault::LogoutAsks).await;
    let url = format!(
        "{}/logout?id_token_hint={}",
        idp.issuer(),
        answer.text("id_token")
    );

    let shown = common::page(Browser::new().visit(&url.parse().unwrap()).await.unwrap());

    assert!(shown.html.contains("Sign out here?"));
    assert_eq!(idp.sessions().len(), 1);
}

#[tokio::test]
async fn logout_may_come_back_with_another_state_or_none() {
    let returned = |fault| async move {
        let (idp, answer) = signed_in_with(fault).await;
        let mut url: url::Url = format!("{}/logout", idp.issuer()).parse().unwrap();
        url.query_pairs_mut()
            .append_pair("id_token_hint", &answer.text("id_token"))
            .append_pair("post_logout_redirect_uri", common::REDIRECT_URI)
            .append_pair("state", "the-state");
        parameter(
            &callback(Browser::new().visit(&url).await.unwrap()),
            "state",
        )
    };

    let sound = returned(Fault::RevocationDown).await;
    assert_eq!(sound.as_deref(), Some("the-state"));
    let other = returned(Fault::LogoutStateOther).await;
    assert!(other.is_some_and(|state| state != "the-state"));
    assert_eq!(returned(Fault::LogoutStateMissing).await, None);
}

#[tokio::test]
async fn whoever_asks_where_nothing_is_gets_written_down() {
    let idp = Idp::start(IdpConfig::default()).await.unwrap();

    for (method, path) in [("GET", "/strangers-keys"), ("PUT", "/token")] {
        let url = format!("{}{path}", idp.issuer());
        let request = common::client().request(method.parse().unwrap(), url);
        assert_eq!(request.send().await.unwrap().status(), 404);
    }

    let asked = idp.requests();
    assert_eq!(asked.len(), 2);
    assert!(asked.iter().all(|one| one.endpoint == Endpoint::Elsewhere));
}
