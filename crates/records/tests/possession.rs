//! Calls with a token that is bound to a key (RFC 9449): the proof, the server's nonce, and one more try.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use dpop::{Access, Seed};
use evidence::digest::from_base64url;
use records::wire::{Problem, ProblemKind};
use records::{CallError, Client};
use secrecy::SecretString;
use serde_json::{Value, json};
use transport::{Rules, Transport};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

fn bound() -> Access {
    let (_, key) = Seed::draw().unwrap();
    Access::new(SecretString::from("s3cr3t"), Some(key))
}

fn client(server: &MockServer) -> Client {
    let rules = Rules {
        development_http: true,
        ..Rules::default()
    };
    Client::new(
        &server.uri().parse().unwrap(),
        Transport::new(rules).unwrap(),
    )
    .unwrap()
}

/// A server that wants this nonce in every proof, or another one each time.
async fn wanting(nonce: Option<&'static str>) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any())
        .respond_with(move |request: &Request| {
            let proof = request.headers.get("dpop").map(claims);
            let said = proof.and_then(|claims| claims["nonce"].as_str().map(str::to_owned));
            if said.is_some() && said.as_deref() == nonce {
                return ResponseTemplate::new(200)
                    .set_body_json(json!({ "sequence": 0 }))
                    .insert_header("dpop-nonce", "the-next-one");
            }
            let another = said.map_or("a".to_owned(), |said| format!("{said}a"));
            ResponseTemplate::new(401)
                .set_body_json(Problem::from(ProblemKind::Unauthorised))
                .append_header("www-authenticate", "Bearer")
                .append_header("www-authenticate", "DPoP error=\"use_dpop_nonce\"")
                .insert_header("dpop-nonce", nonce.unwrap_or(&another))
        })
        .mount(&server)
        .await;
    server
}

fn claims(proof: &http::HeaderValue) -> Value {
    let claims = proof.to_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&from_base64url(claims).unwrap()).unwrap()
}

async fn requests(server: &MockServer) -> Vec<Request> {
    server.received_requests().await.unwrap()
}

#[tokio::test]
async fn a_bound_token_is_presented_with_a_proof_for_exactly_this_call() {
    let server = wanting(Some("n")).await;
    let access = bound();
    client(&server).receipts_head(&access).await.unwrap();

    let request = &requests(&server).await[0];
    assert_eq!(request.headers["authorization"], "DPoP s3cr3t");
    let claims = claims(&request.headers["dpop"]);
    assert_eq!(claims["htm"], "GET");
    assert_eq!(claims["htu"], format!("{}/v1/receipts/head", server.uri()));
    assert!(claims["ath"].is_string());
}

#[tokio::test]
async fn a_call_that_lacks_the_nonce_is_made_once_more_with_it() {
    let server = wanting(Some("n")).await;
    client(&server).receipts_head(&bound()).await.unwrap();

    let requests = requests(&server).await;
    assert_eq!(requests.len(), 2);
    let (first, second) = (&requests[0], &requests[1]);
    assert!(claims(&first.headers["dpop"])["nonce"].is_null());
    assert_eq!(claims(&second.headers["dpop"])["nonce"], "n");
    assert_ne!(
        claims(&first.headers["dpop"])["jti"],
        claims(&second.headers["dpop"])["jti"]
    );
}

#[tokio::test]
async fn the_nonce_of_an_answer_is_used_from_then_on() {
    let server = wanting(Some("n")).await;
    let (client, access) = (client(&server), bound());
    client.receipts_head(&access).await.unwrap();
    client.receipts_head(&access).await.unwrap();

    let third = &requests(&server).await[2];
    assert_eq!(claims(&third.headers["dpop"])["nonce"], "the-next-one");
}

#[tokio::test]
async fn a_server_that_is_never_content_is_asked_twice_and_no_more() {
    let server = wanting(None).await;
    let refused = client(&server).receipts_head(&bound()).await.unwrap_err();
    assert!(matches!(refused, CallError::Unauthorised), "{refused}");
    assert_eq!(requests(&server).await.len(), 2);
}

#[tokio::test]
async fn a_bearer_token_brings_no_proof_and_is_not_tried_again() {
    let server = wanting(Some("n")).await;
    let bearer = Access::from(SecretString::from("s3cr3t"));
    let refused = client(&server).receipts_head(&bearer).await.unwrap_err();
    assert!(matches!(refused, CallError::Unauthorised), "{refused}");
    let requests = requests(&server).await;
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].headers["authorization"], "Bearer s3cr3t");
    assert!(!requests[0].headers.contains_key("dpop"));
}

#[tokio::test]
async fn a_step_up_is_heard_whatever_scheme_it_comes_under() {
    let server = MockServer::start().await;
    let challenge = "DPoP error=\"insufficient_user_authentication\", acr_values=\"mfa\"";
    let answer = ResponseTemplate::new(401)
        .append_header("www-authenticate", "Bearer error=\"invalid_token\"")
        .append_header("www-authenticate", challenge);
    Mock::given(any()).respond_with(answer).mount(&server).await;

    let refused = client(&server).receipts_head(&bound()).await.unwrap_err();

    let CallError::StepUp {
        acr_values,
        max_age: None,
    } = refused
    else {
        panic!("{refused}");
    };
    assert_eq!(acr_values, ["mfa"]);
}
