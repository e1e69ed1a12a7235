//! An administrator ends the sessions of a person from the command line, while the service runs.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod clinic;

use std::process::{Command, Output};

use clinic::issuer::TestIssuer;
use clinic::people::named;
use clinic::process::Home;
use clinic::{ADAMS, SESSION};
use jiff::Timestamp;
use records::wire::SessionEnd;
use records::{Access, Client, SessionNews, SessionWatch};
use transport::{Rules, Transport};

fn end_sessions(home: &Home, issuer: &str, subject: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_countersign-gateway"))
        .args(["end-sessions", "--issuer", issuer, "--subject", subject])
        .arg("--store")
        .arg(home.store())
        .output()
        .unwrap()
}

/// The exit code, and the last line: before it may stand what is logged.
fn said(output: &Output) -> (Option<i32>, &str) {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    (
        output.status.code(),
        text.lines().last().unwrap_or_default(),
    )
}

#[tokio::test]
async fn the_sessions_of_a_person_are_ended_and_their_clients_are_told() {
    let issuer = TestIssuer::start().await;
    let home = Home::new(&issuer.iss);
    let gateway = home.start();
    let rules = Rules {
        development_http: true,
        ..Rules::default()
    };
    let client = Client::new(&gateway.url, Transport::new(rules).unwrap()).unwrap();
    let token = issuer.access_token(ADAMS, SESSION, Timestamp::now());
    let access = Access::from(token);
    let opened = client.open_session(&named("ward-3-pc-2"), &access).await;
    let id = opened.unwrap().session.id;
    let listening = client.in_session(&id);
    let mut stream = listening.session_events(&access, None).await.unwrap();
    assert_eq!(stream.next().await.unwrap(), Some(SessionNews::Listening));

    let nobody = end_sessions(&home, &issuer.iss, "sub=nobody");
    let ended = end_sessions(&home, &issuer.iss, &format!("sub={ADAMS}"));

    assert_eq!(said(&nobody), (Some(0), "0"));
    assert_eq!(said(&ended), (Some(0), "1"));
    assert!(
        matches!(stream.next().await.unwrap(), Some(SessionNews::Revoked(told)) if told.why == SessionEnd::Administrator)
    );
    let mut watch = SessionWatch::new(&client, &id);
    let over = watch
        .over(|_| std::future::ready(Some(access.clone())))
        .await;
    assert_eq!(over.why, SessionEnd::Administrator);
    gateway.kill();
}

#[test]
fn a_claim_that_is_none_and_a_store_that_is_not_there_are_errors() {
    let home = Home::new("https://id.example");

    let no_claim = end_sessions(&home, "https://id.example", "adams");
    let no_store = end_sessions(&home, "https://id.example", "sub=adams");

    assert_eq!(no_claim.status.code(), Some(1));
    assert_eq!(no_store.status.code(), Some(1));
    assert!(!home.store().exists());
}
