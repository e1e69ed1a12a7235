//! Access tokens that say nothing by themselves (RFC 7662).
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod clinic;

use std::net::Ipv4Addr;
use std::sync::Arc;

use clinic::{ADAMS, CEREMONY, CLIENT, Clinic, RESOURCE, SESSION};
use gateway::Introspection;
use records::wire::ProblemKind;
use rstest::rstest;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use wiremock::matchers::{body_string_contains, method};
use wiremock::{Mock, MockServer, ResponseTemplate};

const OPAQUE: &str = "85e7b5b523362bf19bbb9a333713ba7b";

/// A clinic whose issuer answers like this about every token.
async fn clinic_told(answer: ResponseTemplate) -> (Clinic, MockServer) {
    let endpoint = MockServer::start().await;
    Mock::given(method("POST"))
        .and(body_string_contains(format!("token={OPAQUE}")))
        .and(body_string_contains("client_id=records-api"))
        .and(body_string_contains("client_secret=s%2Bcret"))
        .respond_with(answer)
        .mount(&endpoint)
        .await;
    let introspection = Introspection {
        endpoint: endpoint.uri().parse().unwrap(),
        client_id: "records-api".to_owned(),
        client_secret: SecretString::from("s+cret"),
    };
    let clinic = Clinic::open_with(|config| config.issuers[0].introspection = Some(introspection));
    (clinic.await, endpoint)
}

fn good(scope: &str) -> Value {
    json!({
        "active": true, "token_type": "Bearer", "sub": ADAMS, "client_id": CLIENT, "scope": scope,
        "exp": 99_999_999_999_i64,
    })
}

fn told(answer: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(answer)
}

async fn kind_of_refusal(clinic: &Clinic) -> String {
    let answer = clinic.get("v1/amendments", &OPAQUE.to_owned().into()).await;
    answer.problem().kind
}

#[tokio::test]
async fn a_token_that_its_issuer_vouches_for_opens_the_door() {
    let (clinic, endpoint) = clinic_told(told(&good(SESSION))).await;
    for _ in 0..2 {
        let listed = clinic.client.list_all(&OPAQUE.to_owned().into()).await;
        assert!(listed.is_ok());
    }
    // Nothing is remembered: what is taken back is refused at once.
    assert_eq!(endpoint.received_requests().await.unwrap().len(), 2);
}

#[rstest]
#[case::not_active(json!({ "active": false }))]
#[case::active_in_words(json!({ "active": "true" }))]
#[case::another_issuer(json!({ "iss": "https://id.example" }))]
#[case::another_audience(json!({ "aud": "urn:portal" }))]
#[case::another_of_several(json!({ "aud": ["urn:portal", "urn:mail"] }))]
#[case::another_client(json!({ "client_id": "portal" }))]
#[case::no_client(json!({ "client_id": null }))]
#[case::a_refresh_token(json!({ "token_type": "refresh_token" }))]
#[case::a_refresh_token_for_us(json!({ "token_type": "Refresh", "aud": RESOURCE }))]
#[case::a_kind_that_is_no_word(json!({ "token_type": null }))]
#[case::bound_to_a_key_and_presented_without(json!({ "token_type": "DPoP", "cnf": { "jkt": "x" } }))]
#[case::bound_to_a_key_that_is_not_named(json!({ "token_type": "DPoP" }))]
#[case::ended_before_all_time(json!({ "exp": i64::MIN }))]
#[case::expired(json!({ "exp": 1 }))]
#[case::expires_in_words(json!({ "exp": "soon" }))]
#[case::not_yet(json!({ "nbf": 99_999_999_999_i64 }))]
#[case::nobody(json!({ "sub": null }))]
#[case::on_behalf(json!({ "act": { "sub": "x" } }))]
#[case::bound_to_a_key(json!({ "cnf": { "jkt": "x" } }))]
#[case::bound_to_a_certificate(json!({ "cnf": { "x5t#S256": "x" } }))]
#[tokio::test]
async fn what_the_issuer_says_is_held_to_the_rules(#[case] fault: Value) {
    let mut answer = good(SESSION);
    for (name, value) in fault.as_object().unwrap() {
        answer[name] = value.clone();
    }
    let (clinic, _endpoint) = clinic_told(told(&answer)).await;
    let unauthorised = ProblemKind::Unauthorised.urn();
    assert_eq!(kind_of_refusal(&clinic).await, unauthorised);
}

#[rstest]
#[case::when_it_ends(&["exp"])]
#[case::what_kind_it_is_or_for_whom(&["token_type"])]
#[tokio::test]
async fn what_the_issuer_does_not_say_is_not_supplied(#[case] unsaid: &[&str]) {
    let mut answer = good(SESSION);
    for name in unsaid {
        answer.as_object_mut().unwrap().remove(*name);
    }
    let (clinic, _endpoint) = clinic_told(told(&answer)).await;
    let unauthorised = ProblemKind::Unauthorised.urn();
    assert_eq!(kind_of_refusal(&clinic).await, unauthorised);
}

#[tokio::test]
async fn an_answer_as_lemonldap_gives_it_opens_the_door() {
    let mut answer = good(SESSION);
    answer.as_object_mut().unwrap().remove("token_type");
    let (clinic, endpoint) = clinic_told(told(&answer)).await;
    answer["iss"] = json!(clinic.issuer.iss);
    endpoint.reset().await;
    Mock::given(method("POST"))
        .respond_with(told(&answer))
        .mount(&endpoint)
        .await;
    let listed = clinic.client.list_all(&OPAQUE.to_owned().into()).await;
    assert!(listed.is_ok());
}

#[tokio::test]
async fn an_audience_that_names_this_api_is_right() {
    let mut answer = good(SESSION);
    answer.as_object_mut().unwrap().remove("token_type");
    answer["aud"] = json!([CLIENT, RESOURCE]);
    let (clinic, _endpoint) = clinic_told(told(&answer)).await;
    let listed = clinic.client.list_all(&OPAQUE.to_owned().into()).await;
    assert!(listed.is_ok());
}

#[tokio::test]
async fn a_token_without_the_scope_is_told_so() {
    let (clinic, _endpoint) = clinic_told(told(&good(CEREMONY))).await;
    let insufficient = ProblemKind::InsufficientScope.urn();
    assert_eq!(kind_of_refusal(&clinic).await, insufficient);
}

#[rstest]
#[case::an_error(ResponseTemplate::new(500))]
#[case::our_credentials_are_refused(ResponseTemplate::new(401))]
#[case::no_json(ResponseTemplate::new(200).set_body_string("<html>"))]
#[case::a_redirect(ResponseTemplate::new(302).insert_header("location", "/elsewhere"))]
#[case::endless(ResponseTemplate::new(200).set_body_string(" ".repeat(70_000)))]
#[tokio::test]
async fn an_issuer_that_does_not_answer_is_no_refusal(#[case] answer: ResponseTemplate) {
    let (clinic, _endpoint) = clinic_told(answer).await;
    let unavailable = ProblemKind::IssuerUnavailable.urn();
    assert_eq!(kind_of_refusal(&clinic).await, unavailable);
}

#[tokio::test]
async fn a_token_that_says_whose_it_is_is_not_asked_about() {
    let (clinic, endpoint) = clinic_told(told(&good(SESSION))).await;
    let listed = clinic.client.list_all(&clinic.token(ADAMS, SESSION)).await;
    assert!(listed.is_ok());
    assert!(endpoint.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn without_somebody_to_ask_it_is_refused() {
    let clinic = Clinic::open().await;
    let unauthorised = ProblemKind::Unauthorised.urn();
    assert_eq!(kind_of_refusal(&clinic).await, unauthorised);
}

/// The most that are asked about at a time.
const AT_ONCE: usize = 16;

#[tokio::test]
async fn a_flood_of_tokens_does_not_pass_on_to_the_issuer() {
    // Given an issuer that has been asked as often as it may be, and has not answered yet.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let introspection = Introspection {
        endpoint: format!("http://{}/", listener.local_addr().unwrap())
            .parse()
            .unwrap(),
        client_id: "records-api".to_owned(),
        client_secret: SecretString::from("s+cret"),
    };
    let clinic = Clinic::open_with(|config| config.issuers[0].introspection = Some(introspection));
    let clinic = Arc::new(clinic.await);
    let mut callers = JoinSet::new();
    let mut asked = Vec::new();
    for _ in 0..AT_ONCE {
        let clinic = Arc::clone(&clinic);
        callers.spawn(async move { kind_of_refusal(&clinic).await });
        asked.push(listener.accept().await.unwrap().0);
    }

    // When one more comes, it is told so without another question.
    let unavailable = ProblemKind::IssuerUnavailable.urn();
    tokio::select! {
        kind = kind_of_refusal(&clinic) => assert_eq!(kind, unavailable),
        _ = listener.accept() => panic!("the issuer was asked once more"),
    }

    // Then, after the others are done with, the issuer is asked again.
    drop(asked);
    while let Some(kind) = callers.join_next().await {
        assert_eq!(kind.unwrap(), unavailable);
    }
    tokio::select! {
        kind = kind_of_refusal(&clinic) => panic!("refused without a question: {kind}"),
        again = listener.accept() => assert!(again.is_ok()),
    }
}
