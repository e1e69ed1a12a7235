//! Whatever breaks: a typed ending, a clear text, nothing lost, nothing half recorded.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use demo::idp::ADAMS;
use e2e::{CEREMONY, Desk, MAIN};

const RECORD: &str = "LAB-88123";

#[tokio::test]
async fn closing_the_application_during_a_ceremony_ends_it_properly_first() {
    let mut desk = Desk::open().await.unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
    let tokens = desk.clinic.idp().active_tokens().len();
    desk.begin_signing(RECORD).await.unwrap();

    desk.close_app().await.unwrap();

    let said: Vec<_> = desk
        .audit()
        .unwrap()
        .iter()
        .map(|entry| entry["event"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        said[said.len() - 3..],
        ["signature_cancelled", "cleaned_up", "stopped"]
    );
    assert_eq!(desk.audited("cleaned_up").unwrap()[0]["jar_gone"], true);
    assert_eq!(
        desk.clinic.idp().active_tokens().len(),
        tokens,
        "only the session's tokens are left"
    );

    // The session is where it was, and so is the amendment.
    desk.start_app().await.unwrap();
    desk.at_worklist().await.unwrap();
    desk.begin_signing(RECORD).await.unwrap();
    desk.authenticate(&ADAMS).await.unwrap();
    desk.app().heading("Signed and recorded").await.unwrap();
}

#[tokio::test]
async fn a_provider_that_is_down_is_named_and_nothing_is_lost() {
    let desk = Desk::open().await.unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
    desk.review(RECORD).await.unwrap();
    desk.fill_in(e2e::Entry::default()).await.unwrap();

    desk.clinic.idp().stop();
    desk.app()
        .press(MAIN, "Sign in again and sign")
        .await
        .unwrap();

    desk.app().heading("No connection").await.unwrap();
    let shown = desk.app().text(MAIN).await.unwrap();
    assert!(
        shown.contains("The sign-in page could not be reached."),
        "{shown}"
    );
    assert_eq!(desk.clinic.committed().unwrap(), 0);
    desk.app().press(MAIN, "Try again").await.unwrap();
    let note = desk
        .app()
        .find(MAIN, "//dialog[@open]//textarea")
        .await
        .unwrap();
    assert_eq!(
        note.prop("value").await.unwrap().unwrap(),
        "Read off twice."
    );
}

#[tokio::test]
async fn a_records_service_that_is_down_before_signing_is_named_and_nothing_is_lost() {
    let mut desk = Desk::open().await.unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
    desk.review(RECORD).await.unwrap();
    desk.fill_in(e2e::Entry::default()).await.unwrap();

    desk.clinic.stop_gateway().await.unwrap();
    desk.app()
        .press(MAIN, "Sign in again and sign")
        .await
        .unwrap();

    desk.app().heading("No connection").await.unwrap();
    assert!(
        desk.app()
            .text(MAIN)
            .await
            .unwrap()
            .contains("records service could not be reached")
    );
    assert_eq!(
        desk.app().windows().await.unwrap(),
        [MAIN],
        "no window was opened for nothing"
    );
    desk.clinic.start_gateway().await.unwrap();
    desk.leave_ending().await.unwrap();
    desk.begin_signing(RECORD).await.unwrap();
    desk.authenticate(&ADAMS).await.unwrap();
    desk.app().heading("Signed and recorded").await.unwrap();
    assert_eq!(desk.clinic.committed().unwrap(), 1);
}

#[tokio::test]
async fn a_records_service_that_goes_down_while_the_signer_signs_in_gets_the_signature_when_it_is_back()
 {
    let mut desk = Desk::open().await.unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
    desk.begin_signing(RECORD).await.unwrap();

    desk.clinic.stop_gateway().await.unwrap();
    desk.authenticate(&ADAMS).await.unwrap();

    desk.app()
        .heading("Sealed, not yet recorded")
        .await
        .unwrap();
    assert_eq!(desk.clinic.committed().unwrap(), 0);
    assert!(
        desk.app()
            .text(MAIN)
            .await
            .unwrap()
            .contains("1 in the outbox")
    );

    desk.clinic.start_gateway().await.unwrap();
    desk.app().heading("Signed and recorded").await.unwrap();
    assert_eq!(desk.clinic.committed().unwrap(), 1);
    assert!(
        desk.app()
            .text(MAIN)
            .await
            .unwrap()
            .contains("Outbox empty")
    );
}

#[tokio::test]
async fn an_answer_that_is_lost_after_the_commit_is_asked_for_and_never_signed_again() {
    let (desk, relay) = Desk::open_behind_a_relay().await.unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
    desk.begin_signing(RECORD).await.unwrap();

    relay.lose_answers(true);
    desk.authenticate(&ADAMS).await.unwrap();
    desk.app().until_window(CEREMONY, false).await.unwrap();
    assert_eq!(
        desk.clinic.committed().unwrap(),
        1,
        "it was committed, and nobody heard"
    );
    relay.lose_answers(false);

    desk.app().heading("Signed and recorded").await.unwrap();
    assert_eq!(desk.clinic.committed().unwrap(), 1, "and only once");
}
