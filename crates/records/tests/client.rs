//! What the client makes of answers, good and bad, over real HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod queue;

use std::time::Duration;

use records::wire::{AuditHead, Problem, ProblemKind, SessionEnd};
use records::{Access, CallError, Client, SubmitError};
use rstest::rstest;
use serde_json::json;
use transport::{Rules, Transport, TransportError};
use url::Url;
use wiremock::matchers::{header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

#[rstest]
#[case(401, ProblemKind::SessionRevoked, |e: &CallError| matches!(e, CallError::SessionRevoked { why: SessionEnd::Switched }))]
#[case(401, ProblemKind::SessionRequired, |e: &CallError| matches!(e, CallError::SessionRevoked { why: SessionEnd::Unknown }))]
#[case(403, ProblemKind::InsufficientScope, |e: &CallError| matches!(e, CallError::InsufficientScope))]
#[case(404, ProblemKind::NotFound, |e: &CallError| matches!(e, CallError::NotFound))]
#[case(409, ProblemKind::ChallengeSpent, |e: &CallError| matches!(e, CallError::ChallengeSpent))]
#[case(409, ProblemKind::NotPending, |e: &CallError| matches!(e, CallError::NotPending))]
#[case(409, ProblemKind::IdempotencyConflict, |e: &CallError| matches!(e, CallError::IdempotencyConflict))]
#[case(409, ProblemKind::AuditGap, |e: &CallError| matches!(e, CallError::AuditGap { resume } if resume.next_seq == 7))]
#[case(409, ProblemKind::AuditFork, |e: &CallError| matches!(e, CallError::AuditFork { resume } if resume.next_seq == 7))]
#[case(412, ProblemKind::RecordChanged, |e: &CallError| matches!(e, CallError::RecordChanged { amendment: Some(id) } if id == "AM-1"))]
#[case(413, ProblemKind::TooLarge, |e: &CallError| matches!(e, CallError::TooLarge))]
#[case(422, ProblemKind::EvidenceRefused, |e: &CallError| matches!(e, CallError::Step { step } if step == "holder"))]
#[case(503, ProblemKind::IssuerUnavailable, |e: &CallError| matches!(e, CallError::Unavailable { status: 503 }))]
#[case(418, ProblemKind::Malformed, |e: &CallError| matches!(e, CallError::Unexpected { status: 418 }))]
#[tokio::test]
async fn each_problem_has_its_own_error(
    #[case] status: u16,
    #[case] kind: ProblemKind,
    #[case] expected: fn(&CallError) -> bool,
) {
    let problem = Problem {
        step: Some("holder".into()),
        amendment: Some("AM-1".into()),
        why: Some("switched".into()),
        resume: Some(AuditHead {
            next_seq: 7,
            head: None,
        }),
        ..kind.into()
    };
    let (_server, client) = answering(ResponseTemplate::new(status).set_body_json(&problem)).await;

    let error = client.amendment("AM-1", &token()).await.unwrap_err();

    assert!(expected(&error), "{error:?}");
}

#[rstest]
#[case::scope(403, Some(ProblemKind::InsufficientScope), false)]
#[case::somebody_in_between(403, None, false)]
#[case::token(401, Some(ProblemKind::Unauthorised), false)]
#[case::person(403, Some(ProblemKind::NotAuthorised), true)]
#[case::evidence(422, Some(ProblemKind::EvidenceRefused), true)]
#[case::spent(409, Some(ProblemKind::ChallengeSpent), true)]
#[case::changed(412, Some(ProblemKind::RecordChanged), true)]
#[case::nothing_there(404, Some(ProblemKind::NotFound), true)]
#[case::settled(409, Some(ProblemKind::NotPending), true)]
#[case::other_evidence(409, Some(ProblemKind::IdempotencyConflict), true)]
#[case::too_large(413, Some(ProblemKind::TooLarge), true)]
#[case::later(503, Some(ProblemKind::IssuerUnavailable), false)]
#[tokio::test]
async fn what_is_said_about_the_token_alone_is_not_final(
    #[case] status: u16,
    #[case] kind: Option<ProblemKind>,
    #[case] is_final: bool,
) {
    let mut answer = ResponseTemplate::new(status);
    if let Some(kind) = kind {
        answer = answer.set_body_json(Problem::from(kind));
    }
    let (_server, client) = answering(answer).await;

    let error = client.amendment("AM-1", &token()).await.unwrap_err();

    assert_eq!(error.is_final(), is_final, "{error:?}");
}

/// What proxies, ingresses and load balancers say while the service behind them is being replaced.
#[rstest]
#[case::no_route(404, "default backend - 404")]
#[case::conflict(409, "<html><h1>409 Conflict</h1></html>")]
#[case::precondition(412, "")]
#[case::body_limit(
    413,
    "<html><center><h1>413 Request Entity Too Large</h1></center></html>"
)]
#[case::rules(
    422,
    "{\"type\":\"https://waf.example/blocked\",\"title\":\"Blocked\",\"status\":422}"
)]
#[case::no_kind(
    409,
    "{\"type\":\"about:blank\",\"title\":\"Conflict\",\"status\":409}"
)]
#[case::a_kind_of_another_status(
    409,
    "{\"type\":\"urn:countersign:problem:record-changed\",\"title\":\"\",\"status\":412}"
)]
#[tokio::test]
async fn what_somebody_in_between_says_ends_no_sealed_signature(
    #[case] status: u16,
    #[case] body: &str,
) {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(status).set_body_string(body);
    Mock::given(method("POST"))
        .respond_with(answer)
        .expect(1)
        .mount(&server)
        .await;
    let folder = tempfile::tempdir().unwrap();
    queue::fill(folder.path(), "adams", 1);
    let waiting = queue::outbox(folder.path()).0.list().unwrap();

    let submitted = client(&server)
        .submit_waiting(&waiting.entries[0], &token())
        .await;

    let error = submitted.unwrap_err();
    assert!(matches!(error, SubmitError::Unknown(_)), "{error:?}");
    let cause = error.cause();
    assert!(
        matches!(cause, CallError::InBetween { status: said } if *said == status),
        "{cause:?}"
    );
    assert!(!cause.is_final() && cause.is_temporary());
}

#[tokio::test]
async fn a_404_of_somebody_in_between_does_not_say_that_nothing_was_recorded() {
    let (_server, client) = answering(ResponseTemplate::new(404)).await;
    assert!(client.fate("key", &token()).await.is_err());

    let known = ResponseTemplate::new(404).set_body_json(Problem::from(ProblemKind::NotFound));
    let (_server, client) = answering(known).await;
    assert!(client.fate("key", &token()).await.unwrap().is_none());
}

#[tokio::test]
async fn evidence_of_too_weak_an_authentication_stays_too_weak() {
    let challenge = r#"Bearer error="insufficient_user_authentication""#;
    let (_server, client) =
        answering(ResponseTemplate::new(401).insert_header("www-authenticate", challenge)).await;

    let error = client.amendment("AM-1", &token()).await.unwrap_err();

    assert!(error.is_final(), "{error:?}");
}

#[rstest]
#[case(r#"Bearer error="insufficient_user_authentication", acr_values="urn:a urn:b", max_age="60""#, &["urn:a", "urn:b"], Some(60))]
#[case(r#"Bearer realm="a, b=\"c", error="insufficient_user_authentication", max_age=0"#, &[], Some(0))]
#[case(r#"Bearer error="insufficient_user_authentication""#, &[], None)]
#[tokio::test]
async fn a_demand_for_another_authentication_is_understood(
    #[case] challenge: &str,
    #[case] contexts: &[&str],
    #[case] age: Option<u32>,
) {
    let (_server, client) =
        answering(ResponseTemplate::new(401).insert_header("www-authenticate", challenge)).await;

    match client.receipts_head(&token()).await {
        Err(CallError::StepUp {
            acr_values,
            max_age,
        }) => assert_eq!(
            (acr_values, max_age),
            (contexts.iter().map(|c| (*c).to_owned()).collect(), age)
        ),
        other => panic!("{other:?}"),
    }
}

#[rstest]
#[case("")]
#[case("Bearer")]
#[case(r#"Bearer error="invalid_token""#)]
#[case(r#"Bearer realm="insufficient_user_authentication"#)]
#[tokio::test]
async fn any_other_401_is_about_the_token(#[case] challenge: &str) {
    let (_server, client) =
        answering(ResponseTemplate::new(401).insert_header("www-authenticate", challenge)).await;

    assert!(matches!(
        client.receipts_head(&token()).await,
        Err(CallError::Unauthorised)
    ));
}

#[tokio::test]
async fn an_answer_of_the_wrong_shape_names_the_member_and_not_its_value() {
    let body = json!({ "sequence": "confidential", "sha256": null });
    let (_server, client) = answering(ResponseTemplate::new(200).set_body_json(body)).await;

    let error = client.receipts_head(&token()).await.unwrap_err();

    assert!(matches!(&error, CallError::WrongShape { member } if member == "sequence"));
    assert!(!format!("{error} {error:?}").contains("confidential"));
}

#[tokio::test]
async fn an_answer_over_the_limit_is_not_read() {
    let (_server, client) =
        answering(ResponseTemplate::new(200).set_body_bytes(vec![b' '; 1 << 21])).await;

    assert!(
        matches!(client.receipts_head(&token()).await, Err(CallError::WrongShape { member }) if member == "size")
    );
}

#[tokio::test]
async fn an_answer_about_another_amendment_is_refused() {
    let server = MockServer::start().await;
    Mock::given(path("/v1/amendments/AM-1"))
        .respond_with(ResponseTemplate::new(200).set_body_json(amendment("AM-2")))
        .mount(&server)
        .await;

    let error = client(&server)
        .amendment("AM-1", &token())
        .await
        .unwrap_err();

    assert!(matches!(error, CallError::WrongShape { member } if member == "id"));
}

#[tokio::test]
async fn identifiers_cannot_leave_their_place_in_the_path() {
    let server = MockServer::start().await;
    let client = client(&server);

    let _unanswered = client.amendment("../../admin?x=1#y", &token()).await;

    let requests = server.received_requests().await.unwrap();
    assert_eq!(
        requests[0].url.path(),
        "/v1/amendments/%2E%2E%2F%2E%2E%2Fadmin%3Fx%3D1%23y"
    );
}

#[tokio::test]
async fn the_token_goes_into_the_header_and_nowhere_else() {
    let server = MockServer::start().await;
    let head = json!({ "sequence": 0 });
    Mock::given(header("authorization", "Bearer s3cr3t"))
        .respond_with(ResponseTemplate::new(200).set_body_json(head))
        .expect(1)
        .mount(&server)
        .await;

    client(&server).receipts_head(&token()).await.unwrap();

    let requests = server.received_requests().await.unwrap();
    assert!(!requests[0].url.as_str().contains("s3cr3t"));
}

#[tokio::test]
async fn a_list_is_read_to_its_end() {
    let server = MockServer::start().await;
    let page = |next: Option<&str>| json!({ "amendments": [], "next": next, "total": 0 });
    Mock::given(query_param("cursor", "two"))
        .respond_with(ResponseTemplate::new(200).set_body_json(page(None)))
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).set_body_json(page(Some("two"))))
        .expect(1)
        .mount(&server)
        .await;

    assert!(client(&server).list_all(&token()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_list_that_repeats_itself_is_of_the_wrong_shape() {
    let page = json!({ "amendments": [], "next": "again", "total": 0 });
    let (_server, client) = answering(ResponseTemplate::new(200).set_body_json(page)).await;

    assert!(
        matches!(client.list_all(&token()).await, Err(CallError::WrongShape { member }) if member == "next")
    );
}

#[tokio::test]
async fn a_service_that_does_not_answer_in_time_may_answer_later() {
    let slow = ResponseTemplate::new(200).set_delay(Duration::from_secs(30));
    let (server, _patient) = answering(slow).await;
    let client = client_within(Duration::from_millis(700), &server);

    let error = client.receipts_head(&token()).await.unwrap_err();

    assert!(matches!(
        error,
        CallError::Transport(TransportError::TimedOut { .. })
    ));
    assert!(error.is_temporary());
}

#[tokio::test]
async fn the_services_clock_can_be_compared_with_ours() {
    let now = "2026-11-24T13:30:00Z".parse().unwrap();
    let (_server, client) = answering(
        ResponseTemplate::new(404).insert_header("date", "Tue, 24 Nov 2026 13:40:00 GMT"),
    )
    .await;

    assert_eq!(client.clock_offset(now).await.unwrap().as_secs(), 600);
}

#[test]
fn a_service_that_is_not_https_is_no_service() {
    let transport = Transport::new(Rules::default()).unwrap();
    let url = Url::parse("http://records.example/").unwrap();

    assert!(matches!(
        Client::new(&url, transport),
        Err(CallError::Transport(TransportError::NotHttps { .. }))
    ));
}

async fn answering(response: ResponseTemplate) -> (MockServer, Client) {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(response)
        .mount(&server)
        .await;
    let client = client(&server);
    (server, client)
}

fn client(server: &MockServer) -> Client {
    client_within(Duration::from_mins(1), server)
}

fn client_within(limit: Duration, server: &MockServer) -> Client {
    let rules = Rules {
        development_http: true,
        total_timeout: limit,
        ..Rules::default()
    };
    Client::new(
        &Url::parse(&server.uri()).unwrap(),
        Transport::new(rules).unwrap(),
    )
    .unwrap()
}

fn token() -> Access {
    Access::from("s3cr3t".to_owned())
}

fn amendment(id: &str) -> serde_json::Value {
    json!({
        "id": id, "kind": "laboratory-result", "patient": "P-1", "base": "e30=", "proposed": "e30=", "why": "because",
        "record": { "system": "urn:x", "type": "Observation", "id": "1", "base_version": "1" },
        "requested_by": { "name": "C. Clark" }, "requested_at": "2026-11-24T13:30:00Z", "base_since": "2026-11-24T13:30:00Z",
        "state": "pending", "current_version": "1", "signatures_given": 0, "signatures_required": 1, "signed_by_you": false,
        "signatures": [], "changed": { "first": null, "more": 0 }, "etag": "\"x\"",
    })
}
