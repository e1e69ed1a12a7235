//! The same person signs in on another device, and policy allows one session: this one is over as soon as it hears of it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;

use demo::clinic::ClinicConfig;
use demo::idp::ADAMS;
use e2e::{CEREMONY, Desk, MAIN, Search, until};
use gateway::SessionLimit;
use serde_json::json;

const RECORD: &str = "AE-00914";
const NOTE: &str = "Nota Ω-4713 before the ward round";
const SEEN: [&str; 4] = [RECORD, "AM-1203", "Study medication, blinded", NOTE];
const ELSEWHERE: &str = "Ward 3, workstation 2";

async fn desk() -> Desk {
    let clinic = ClinicConfig {
        session_limit: SessionLimit::OnePerSubject,
        ..ClinicConfig::default()
    };
    let desk = Desk::open_in(clinic, |policy| policy).await.unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
    // The worklist does not wait for it, and only a session that is registered can be ended elsewhere.
    until("the session to be registered", || async {
        let trail = desk.clinic.store().audit(1)?;
        Ok(trail.iter().any(|line| line.event == "session-opened"))
    })
    .await
    .unwrap();
    desk
}

/// A. Adams signs in there, which ends one session: the one here.
fn sign_in_elsewhere(desk: &Desk) {
    let ended = desk.clinic.sign_in_elsewhere(ADAMS.subject, ELSEWHERE);
    assert_eq!(ended.unwrap(), 1);
}

/// Whoever reads that it is over can be sure that it is so: nothing is cleared away later. Only a disk that takes too long is
/// not waited for, and then the application says so.
async fn the_file_is_gone(desk: &Desk) {
    let late = "the ended session's file is not gone yet";
    assert!(desk.vault().is_err() || desk.app().log().contains(late));
    until("the session's file to go", || async {
        Ok(desk.vault().is_err())
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_session_that_was_ended_elsewhere_leaves_nothing_here_and_says_where() {
    let mut desk = desk().await;
    desk.begin_entry(RECORD, NOTE).await.unwrap();
    let app = desk.app();
    app.find(MAIN, &format!("//dialog[@open][contains(., '{NOTE}')]"))
        .await
        .unwrap();
    let before = app.page_memory(&SEEN).unwrap();
    for text in SEEN {
        let found = before.iter().any(|trace| trace.text == text);
        assert!(found, "{text} is not among {before:?}");
    }
    assert!(desk.vault().is_ok());

    sign_in_elsewhere(&desk);
    app.heading("You signed in on another device")
        .await
        .unwrap();

    the_file_is_gone(&desk).await;
    let shown = app.page().await.unwrap();
    assert!(shown.contains(ELSEWHERE), "{shown}");
    let seen = [
        shown,
        app.titles().await.unwrap(),
        app.accessible_text().await.unwrap(),
    ];
    for text in SEEN {
        assert!(!seen.iter().any(|place| place.contains(text)), "{text}");
    }
    assert_eq!(app.page_memory(&SEEN).unwrap(), BTreeSet::new());
    let (on_disk, _) = Search::new(&SEEN).found_below(desk.home()).unwrap();
    assert_eq!(on_disk, BTreeSet::new());
    let refused = app.invoke("worklist", &json!({})).await.unwrap();
    assert_eq!(refused.unwrap_err()["code"], "not_signed_in");
    until("the end to be written down", || async {
        let ends = desk.audited("signed_out")?;
        Ok(ends.len() == 1 && ends[0]["by"] == "elsewhere")
    })
    .await
    .unwrap();

    desk.close_app().await.unwrap();
    desk.start_app().await.unwrap();

    desk.app().heading("Sign in to see").await.unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
}

#[tokio::test]
async fn a_ceremony_ends_with_the_session_and_nothing_is_signed() {
    let desk = desk().await;
    desk.begin_signing(RECORD).await.unwrap();
    let app = desk.app();

    sign_in_elsewhere(&desk);
    app.heading("You signed in on another device")
        .await
        .unwrap();

    app.until_window(CEREMONY, false).await.unwrap();
    let says =
        "//*[contains(., 'A signature was under way and ended with it: nothing was signed.')]";
    app.find(MAIN, says).await.unwrap();
    assert_eq!(desk.cleaned_up(1).await.unwrap()["jar_gone"], true);
    assert_eq!(desk.clinic.committed().unwrap(), 0);
    assert_eq!(desk.audited("signature_sealed").unwrap().len(), 0);
    assert_eq!(app.windows().await.unwrap(), [MAIN]);
}

#[tokio::test]
async fn a_session_that_ended_while_the_records_service_was_away_is_over_when_it_is_back() {
    let mut desk = desk().await;
    desk.clinic.stop_gateway().await.unwrap();
    sign_in_elsewhere(&desk);

    // Nobody could tell: what is on the screen stays there.
    desk.app().heading("Worklist").await.unwrap();
    desk.clinic.start_gateway().await.unwrap();

    desk.app()
        .heading("You signed in on another device")
        .await
        .unwrap();
    the_file_is_gone(&desk).await;
}
