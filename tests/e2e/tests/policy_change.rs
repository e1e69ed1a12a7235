//! IT changes the policy while somebody is about to sign.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use demo::idp::ADAMS;
use e2e::{CEREMONY, Desk, MAIN};

const RECORD: &str = "LAB-88123";
const NOTE: &str = "Read off the printed strip, twice.";
const SECTION: &str = "[signing]\n";

#[tokio::test]
async fn a_policy_that_changes_or_breaks_stops_signing_visibly_and_loses_nothing() {
    let mut desk = Desk::open().await.unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
    desk.begin_entry(RECORD, NOTE).await.unwrap();

    // Changed: it names what changed, and the new value applies from the next start on.
    let stricter = "[signing]\nmismatch_limit = 1\n";
    desk.change_policy(SECTION, stricter).unwrap();
    let told = refused(&desk, "The policy of this computer was changed").await;
    assert!(told.contains("signing.mismatch_limit"), "{told}");

    // Broken: it names the key and the file.
    let broken = "[signing]\nmismatch_limit = \"seldom\"\n";
    desk.change_policy(stricter, broken).unwrap();
    let told = refused(&desk, "signing.mismatch_limit").await;
    assert!(told.contains("policy.toml"), "{told}");

    // As it was: what was entered is still there, and is signed.
    desk.change_policy(broken, SECTION).unwrap();
    desk.begin().await.unwrap();
    desk.authenticate(&ADAMS).await.unwrap();
    desk.app().heading("Signed and recorded").await.unwrap();
    let signed = desk.app().text(MAIN).await.unwrap();
    assert!(signed.contains(NOTE), "{signed}");
    for event in ["policy_changed", "policy_refused", "policy_read"] {
        assert!(!desk.audited(event).unwrap().is_empty(), "{event}");
    }

    // And a restart takes the new policy, in the same session.
    desk.close_app().await.unwrap();
    desk.change_policy(SECTION, stricter).unwrap();
    desk.start_app().await.unwrap();
    desk.at_worklist().await.unwrap();
    let text = desk.app().text(MAIN).await.unwrap();
    assert!(!text.contains("The policy of this computer"), "{text}");
    desk.go("About").await.unwrap();
    let row = "//tr[contains(., 'signing.mismatch_limit')]/td[normalize-space(.)='1']";
    desk.app().find(MAIN, row).await.unwrap();
}

/// Tries to sign, in vain, and gives what is said on the screen.
async fn refused(desk: &Desk, says: &str) -> String {
    let app = desk.app();
    app.press(MAIN, "Sign in again and sign").await.unwrap();
    let alert = format!("//dialog[@open]//*[contains(., '{says}')]");
    app.find(MAIN, &alert).await.unwrap();
    let text = app.text(MAIN).await.unwrap();
    assert!(text.contains(ADAMS.name), "the session stays: {text}");
    let windows = app.windows().await.unwrap();
    assert!(!windows.iter().any(|one| one == CEREMONY), "{windows:?}");
    assert_eq!(desk.clinic.committed().unwrap(), 0);
    text
}
