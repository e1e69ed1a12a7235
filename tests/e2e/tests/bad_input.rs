//! What is wrong is named, with a remedy.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::process::Command;

use demo::idp::{ADAMS, Fault, Faults};
use e2e::{Desk, Entry, MAIN};

#[tokio::test]
async fn a_malformed_policy_stops_everything_and_names_key_source_and_remedy() {
    let desk = Desk::open_with(|policy| {
        policy.replace("agent = \"window\"", "agent = \"carrier pigeon\"")
    })
    .await
    .unwrap();

    desk.app()
        .heading("Countersign cannot be used")
        .await
        .unwrap();

    let shown = desk.app().text(MAIN).await.unwrap();
    for part in [
        "signing.agent",
        "carrier pigeon",
        "policy.toml",
        "window, browser or print",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let answered = desk.app().promise(MAIN, "try { await window.__TAURI_INTERNALS__.invoke('worklist'); return 'answered' } catch (e) { return e.code }").await.unwrap();
    assert_eq!(answered, "policy_not_permitted", "nothing else is answered");
}

#[tokio::test]
async fn a_record_that_changed_meanwhile_is_named_and_shown() {
    let desk = Desk::open().await.unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
    desk.begin_signing("LAB-88123").await.unwrap();
    let amendment = demo::seed::amendments(&jiff::Zoned::now())
        .into_iter()
        .find(|one| one.record.id == "LAB-88123")
        .unwrap();
    let other = String::from_utf8(amendment.base.clone())
        .unwrap()
        .replace("21.7", "20.7");

    desk.clinic
        .change_record_behind(&amendment.id, other.as_bytes())
        .unwrap();
    desk.authenticate(&ADAMS).await.unwrap();

    desk.app()
        .heading("The record changed while you were signing")
        .await
        .unwrap();
    let shown = desk.app().text(MAIN).await.unwrap();
    for value in ["21.7", "20.7", "12.7"] {
        assert!(
            shown.contains(value),
            "what was read, what is now, what was proposed: {shown}"
        );
    }
    assert_eq!(desk.clinic.committed().unwrap(), 0);
}

#[tokio::test]
async fn a_clock_that_is_ten_minutes_off_is_named() {
    let desk = Desk::open().await.unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
    desk.clinic
        .idp()
        .set_faults(Faults::only(Fault::ClockAhead));

    desk.review("LAB-88123").await.unwrap();
    desk.fill_in(Entry::default()).await.unwrap();

    // The provider notices at the first request, before anybody has to type.
    desk.app()
        .press(MAIN, "Sign in again and sign")
        .await
        .unwrap();

    desk.app().heading("Nothing was signed").await.unwrap();
    let shown = desk.app().text(MAIN).await.unwrap();
    assert!(shown.contains("10 minutes off"), "{shown}");
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let desk = Desk::open_with(|policy| {
        policy.replace(
            "development_http = true",
            &format!("development_http = true\nredirect_ports = [{port}]"),
        )
    })
    .await
    .unwrap();

    desk.app()
        .press(MAIN, "Sign in in a separate window")
        .await
        .unwrap();

    desk.app()
        .find(MAIN, "//*[contains(., 'another program uses its ports')]")
        .await
        .unwrap();
}

#[test]
fn without_a_display_it_says_so_and_ends() {
    let binary = std::env::var("COUNTERSIGN_DRIVEN").unwrap_or_else(|_| {
        concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../target-webdriver/debug/countersign"
        )
        .to_owned()
    });

    let out = Command::new(binary)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap();

    assert_eq!(out.status.code(), Some(69));
    let said = String::from_utf8(out.stderr).unwrap();
    assert!(
        said.contains(
            "There is no display to show a window on. Start the application on a desktop"
        ),
        "{said}"
    );
}
