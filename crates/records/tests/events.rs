//! What the client makes of a stream of events, good and bad.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use records::wire::{Problem, ProblemKind, SESSION_HEADER, SessionEnd, SessionId};
use records::{Access, CallError, Client, SessionNews, SessionWatch, TokenWanted};
use rstest::rstest;
use transport::{Rules, Transport};
use wiremock::matchers::{header, header_exists, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const OURS: &str = "ours";
const LISTENING: &str = "event: listening\nid: 4\ndata: {}\n\n";

fn revoked(session: &str, why: &str) -> String {
    format!(
        "event: revoked\nid: 5\ndata: {{\"session\":\"{session}\",\"why\":\"{why}\",\ndata: \"at\":\"2026-11-24T13:30:00Z\",\"by_device\":\"ward-3-pc-2\"}}\n\n"
    )
}

fn client(server: &MockServer) -> Client {
    let rules = Rules {
        development_http: true,
        ..Rules::default()
    };
    let transport = Transport::new(rules).unwrap();
    Client::new(&server.uri().parse().unwrap(), transport).unwrap()
}

fn ours() -> SessionId {
    OURS.parse().unwrap()
}

fn token() -> Access {
    Access::from("s3cr3t".to_owned())
}

fn stream(said: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(said, "text/event-stream; charset=utf-8")
}

async fn saying(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/v1/sessions/events"))
        .and(header(SESSION_HEADER, OURS))
        .respond_with(answer)
        .mount(&server)
        .await;
    server
}

/// All that is heard of this, and up to where.
async fn heard(said: &str) -> Result<(Vec<SessionNews>, Option<String>), CallError> {
    let server = saying(stream(said)).await;
    let client = client(&server).in_session(&ours());
    let mut events = client.session_events(&token(), None).await?;
    let mut news = Vec::new();
    while let Some(one) = events.next().await? {
        news.push(one);
    }
    let id = events.last_event_id().map(|id| id.as_str().to_owned());
    Ok((news, id))
}

#[tokio::test]
async fn news_are_read_over_several_lines_between_comments_and_unknown_events() {
    let said = format!(
        ":\n\n{LISTENING}: a comment\nretry: 1\nunknown\n\nevent: party\ndata: {{\n\n{}",
        revoked(OURS, "elsewhere")
    );

    let (news, id) = heard(&said).await.unwrap();

    assert_eq!(news[0], SessionNews::Listening);
    assert!(
        matches!(&news[1], SessionNews::Revoked(told) if told.why == SessionEnd::Elsewhere && told.by_device.as_deref() == Some("ward-3-pc-2")),
        "{news:?}"
    );
    assert_eq!((news.len(), id.as_deref()), (2, Some("5")));
}

#[tokio::test]
async fn an_event_that_was_cut_off_was_not_heard() {
    let whole = revoked(OURS, "elsewhere");
    let said = format!("{LISTENING}{}", &whole[..whole.len() - 1]);

    let (news, id) = heard(&said).await.unwrap();

    assert_eq!(news, [SessionNews::Listening]);
    assert_eq!(id.as_deref(), Some("4"));
}

#[rstest]
#[case::no_json("event: revoked\ndata: over\n\n".to_owned())]
#[case::a_reason_that_is_none(revoked(OURS, "mood"))]
#[case::no_session(revoked("a b", "elsewhere"))]
#[case::endless_data("data: 0123456789\n".repeat(2000))]
#[tokio::test]
async fn what_makes_no_sense_is_an_error(#[case] said: String) {
    assert!(matches!(
        heard(&said).await,
        Err(CallError::WrongShape { .. })
    ));
}

#[tokio::test]
async fn what_is_no_stream_of_events_is_an_error() {
    let page = ResponseTemplate::new(200).set_body_raw("<p>Sign in</p>", "text/html");
    let server = saying(page).await;
    let client = client(&server).in_session(&ours());

    let refused = client.session_events(&token(), None).await;

    assert!(matches!(refused, Err(CallError::WrongShape { member }) if member == "content-type"));
}

#[tokio::test]
async fn the_end_of_another_session_is_not_believed() {
    let server = saying(stream(&revoked("theirs", "elsewhere"))).await;
    let mut problem = Problem::from(ProblemKind::SessionRevoked);
    problem.why = Some("administrator".to_owned());
    // Whoever comes back with what it heard is told of its own.
    Mock::given(path("/v1/sessions/events"))
        .and(header_exists("last-event-id"))
        .respond_with(ResponseTemplate::new(401).set_body_json(&problem))
        .with_priority(1)
        .mount(&server)
        .await;
    let mut watch = SessionWatch::new(&client(&server), &ours());

    let over = watch.over(|_| std::future::ready(Some(token()))).await;

    assert_eq!(
        (over.why, over.by_device),
        (SessionEnd::Administrator, None)
    );
}

#[tokio::test]
async fn a_token_that_is_not_accepted_is_not_shown_again() {
    let server = MockServer::start().await;
    Mock::given(header("authorization", "Bearer old"))
        .respond_with(
            ResponseTemplate::new(401).set_body_json(Problem::from(ProblemKind::Unauthorised)),
        )
        .mount(&server)
        .await;
    Mock::given(header("authorization", "Bearer new"))
        .respond_with(stream(&revoked(OURS, "limit")))
        .mount(&server)
        .await;
    let mut watch = SessionWatch::new(&client(&server), &ours());
    let mut asked = Vec::new();

    let over = watch
        .over(|wanted| {
            asked.push(wanted);
            let text = match wanted {
                TokenWanted::Any => "old",
                TokenWanted::Another => "new",
            };
            std::future::ready(Some(Access::from(text.to_owned())))
        })
        .await;

    assert_eq!(over.why, SessionEnd::Limit);
    assert_eq!(asked, [TokenWanted::Any, TokenWanted::Another]);
}
