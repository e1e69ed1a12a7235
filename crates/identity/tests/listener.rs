//! The loopback listener, spoken to over raw sockets as browsers and attackers would.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::time::Duration;

use common::page;
use identity::{IdentityError, Listener};
use policy::RedirectPath;
use rstest::rstest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Far longer than anything takes here that comes at all.
const PATIENCE: Duration = Duration::from_secs(30);

async fn listener() -> Listener {
    Listener::bind(&[], &RedirectPath::Random, page())
        .await
        .unwrap()
}

fn host(listener: &Listener) -> String {
    format!("127.0.0.1:{}", listener.redirect_uri().port().unwrap())
}

/// Sends these octets and reads the answer to its end.
async fn say(listener: &Listener, request: &str) -> String {
    let mut stream = TcpStream::connect(host(listener)).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

fn get(listener: &Listener, query: &str, headers: &str) -> String {
    let path = listener.redirect_uri().path();
    let host = host(listener);
    format!("GET {path}?{query} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n")
}

async fn is_still_waiting(listener: &mut Listener) -> bool {
    tokio::time::timeout(Duration::from_millis(50), listener.next())
        .await
        .is_err()
}

#[tokio::test]
async fn a_callback_is_handed_over_and_answered_with_a_page_that_can_do_nothing() {
    let mut listener = listener().await;
    let answer = say(&listener, &get(&listener, "code=c&state=s", "")).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    assert!(answer.contains("content-security-policy: default-src 'none';"));
    assert!(answer.contains("cache-control: no-store"));
    assert!(answer.contains("<h1>Back to &lt;Countersign&gt;</h1>"));
    let mut expected = listener.redirect_uri().clone();
    expected.set_query(Some("code=c&state=s"));
    assert_eq!(listener.next().await, expected);
}

#[tokio::test]
async fn a_callback_that_came_before_anybody_waited_is_not_lost() {
    let mut listener = listener().await;
    say(&listener, &get(&listener, "code=c", "")).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(listener.next().await.query(), Some("code=c"));
}

#[tokio::test]
async fn a_second_callback_is_turned_away_while_the_first_is_not_taken() {
    let mut listener = listener().await;
    say(&listener, &get(&listener, "code=first", "")).await;
    let answer = say(&listener, &get(&listener, "code=second", "")).await;
    assert!(answer.starts_with("HTTP/1.1 409 "), "{answer}");
    assert_eq!(listener.next().await.query(), Some("code=first"));
    assert!(is_still_waiting(&mut listener).await);
}

#[tokio::test]
async fn a_dropped_listener_leaves_the_port_closed() {
    let listener = listener().await;
    let address = host(&listener);
    drop(listener);
    let gone = async {
        while TcpStream::connect(&address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, gone).await.unwrap();
}

#[rstest]
#[case::stray_path("GET /favicon.ico HTTP/1.1\r\nHost: {host}\r\n\r\n", 404)]
#[case::path_below("GET {path}/x HTTP/1.1\r\nHost: {host}\r\n\r\n", 404)]
#[case::path_above("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n", 404)]
#[case::post("POST {path}?code=c HTTP/1.1\r\nHost: {host}\r\n\r\n", 405)]
#[case::head("HEAD {path}?code=c HTTP/1.1\r\nHost: {host}\r\n\r\n", 405)]
#[case::options("OPTIONS {path} HTTP/1.1\r\nHost: {host}\r\n\r\n", 405)]
#[case::another_host("GET {path}?code=c HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421)]
#[case::the_name_localhost("GET {path}?code=c HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n", 421)]
#[case::no_port("GET {path}?code=c HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 421)]
#[case::no_host("GET {path}?code=c HTTP/1.1\r\n\r\n", 421)]
#[case::two_hosts(
    "GET {path}?code=c HTTP/1.1\r\nHost: {host}\r\nHost: {host}\r\n\r\n",
    421
)]
#[case::an_origin(
    "GET {path}?code=c HTTP/1.1\r\nHost: {host}\r\nOrigin: https://evil.example\r\n\r\n",
    403
)]
#[case::a_null_origin(
    "GET {path}?code=c HTTP/1.1\r\nHost: {host}\r\nOrigin: null\r\n\r\n",
    403
)]
#[case::a_script(
    "GET {path}?code=c HTTP/1.1\r\nHost: {host}\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\n\r\n",
    403
)]
#[case::an_image(
    "GET {path}?code=c HTTP/1.1\r\nHost: {host}\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n\r\n",
    403
)]
#[case::a_frame(
    "GET {path}?code=c HTTP/1.1\r\nHost: {host}\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe\r\n\r\n",
    403
)]
#[case::fetched_ahead(
    "GET {path}?code=c HTTP/1.1\r\nHost: {host}\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\nSec-Purpose: prefetch\r\n\r\n",
    403
)]
#[case::absolute_form("GET http://{host}{path}?code=c HTTP/1.1\r\nHost: {host}\r\n\r\n", 400)]
#[case::http_2("PRI * HTTP/2.0\r\n\r\n", 400)]
#[case::no_http("hello\r\n\r\n", 400)]
#[case::folded_header("GET {path}?code=c HTTP/1.1\r\nHost: {host}\r\n folded\r\n\r\n", 400)]
#[tokio::test]
async fn whatever_is_not_the_callback_is_turned_away_and_changes_nothing(
    #[case] request: &str,
    #[case] status: u16,
) {
    let mut listener = listener().await;
    let request = request
        .replace("{host}", &host(&listener))
        .replace(
            "{port}",
            &listener.redirect_uri().port().unwrap().to_string(),
        )
        .replace("{path}", listener.redirect_uri().path());
    let answer = say(&listener, &request).await;
    assert!(
        answer.starts_with(&format!("HTTP/1.1 {status} ")),
        "{answer}"
    );
    assert!(is_still_waiting(&mut listener).await);
    say(&listener, &get(&listener, "code=real", "")).await;
    assert_eq!(listener.next().await.query(), Some("code=real"));
}

#[tokio::test]
async fn a_navigation_with_fetch_metadata_is_a_callback() {
    let mut listener = listener().await;
    let headers =
        "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n";
    say(&listener, &get(&listener, "code=c", headers)).await;
    assert_eq!(listener.next().await.query(), Some("code=c"));
}

/// Browsers name the site as well; a program that visits pages for somebody has none.
#[tokio::test]
async fn a_program_that_only_says_how_it_fetches_is_no_script_of_a_page() {
    let mut listener = listener().await;
    let headers = "Sec-Fetch-Mode: cors\r\n";
    say(&listener, &get(&listener, "code=c", headers)).await;
    assert_eq!(listener.next().await.query(), Some("code=c"));
}

#[tokio::test]
async fn a_request_that_is_too_long_is_cut_off() {
    let listener = listener().await;
    let mut stream = TcpStream::connect(host(&listener)).await.unwrap();
    let _cut = stream.write_all(&vec![b'x'; 64 * 1024]).await;
    let mut answer = Vec::new();
    let _cut = stream.read_to_end(&mut answer).await;
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 431 "));
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_closed_and_keeps_nobody_waiting() {
    let mut listener = listener().await;
    let mut silent = TcpStream::connect(host(&listener)).await.unwrap();
    silent.write_all(b"GET ").await.unwrap();
    say(&listener, &get(&listener, "code=c", "")).await;
    assert_eq!(listener.next().await.query(), Some("code=c"));
    // Nobody waited for its end: it still has to come.
    let mut nothing = Vec::new();
    let at_once = tokio::time::timeout(Duration::ZERO, silent.read_to_end(&mut nothing)).await;
    assert!(at_once.is_err(), "{at_once:?}");
    let in_the_end = tokio::time::timeout(PATIENCE, silent.read_to_end(&mut nothing)).await;
    assert!(in_the_end.is_ok(), "it is never closed");
    assert!(nothing.is_empty());
}

#[tokio::test]
async fn every_listener_has_a_path_of_its_own() {
    let (one, two) = (listener().await, listener().await);
    assert_ne!(one.redirect_uri().path(), two.redirect_uri().path());
    assert!(one.redirect_uri().path().len() > 20);
    assert_eq!(one.redirect_uri().host_str(), Some("127.0.0.1"));
}

#[rstest]
#[case::any_port(&[])]
#[case::a_listed_port(&[0])]
#[tokio::test]
async fn the_path_of_the_policy_is_registered_octet_for_octet(#[case] ports: &[u16]) {
    for path in ["/callback", "/", "/sign-in/back_to.app~1"] {
        let registered = RedirectPath::Fixed(path.to_owned());
        let mut listener = Listener::bind(ports, &registered, page()).await.unwrap();
        let address = format!("http://{}{path}", host(&listener));
        assert_eq!(listener.redirect_uri().as_str(), address);
        say(&listener, &get(&listener, "code=c", "")).await;
        assert_eq!(listener.next().await.as_str(), format!("{address}?code=c"));
    }
}

#[tokio::test]
async fn a_listed_port_can_have_a_path_that_nobody_guesses() {
    let listener = Listener::bind(&[0], &RedirectPath::Random, page())
        .await
        .unwrap();
    assert!(listener.redirect_uri().path().len() > 20);
}

#[tokio::test]
async fn the_first_free_port_of_the_policy_is_taken() {
    let blocker = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let taken = blocker.local_addr().unwrap().port();
    // Somebody else may be given a port as soon as it is free: then another one has to do.
    for _ in 0..10 {
        let probe = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let free = probe.local_addr().unwrap().port();
        drop(probe);
        if let Ok(listener) = Listener::bind(&[taken, free], &RedirectPath::Random, page()).await {
            assert_eq!(listener.redirect_uri().port(), Some(free));
            return;
        }
    }
    panic!("no port that was free is taken");
}

#[tokio::test]
async fn ports_that_are_all_in_use_are_named() {
    let blocker = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let taken = blocker.local_addr().unwrap().port();
    match Listener::bind(&[taken], &RedirectPath::Random, page()).await {
        Err(IdentityError::PortsTaken { ports }) => assert_eq!(ports, [taken]),
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("a taken port was bound"),
    }
}
