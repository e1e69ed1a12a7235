//! Behind the lock nothing of a record can be had, by whatever way, and whoever unlocks it goes on with what they had.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;

use demo::idp::{ADAMS, BAKER};
use e2e::{CEREMONY, Desk, MAIN, until};
use serde_json::{Value, json};

const RECORD: &str = "LAB-88123";
const AMENDMENT: &str = "AM-1207";
const NOTE: &str = "Nota Ω-4712, kept behind the lock";

/// What asks for something of a record or a person, or changes it.
const REFUSED: [&str; 16] = [
    "activity",
    "begin_signing",
    "check_chain",
    "decline",
    "lock",
    "outbox",
    "review",
    "save_activity",
    "save_diagnostics",
    "save_draft",
    "save_evidence",
    "save_report",
    "text_to_sign",
    "try_delivery_now",
    "verify_file",
    "worklist",
];
/// What is answered, and tells nothing of a record.
const ANSWERED: [&str; 13] = [
    "about",
    "app_state",
    "bring_forward",
    "cancel_sign_in",
    "cancel_signing",
    "cancel_unlock",
    "ceremony_state",
    "dismiss_ending",
    "refuse_switch",
    "run_checks",
    "set_locale",
    "sign_in",
    "touched",
];
/// What the locked screen offers, and what prints that screen.
const NOT_ASKED: [&str; 5] = [
    "confirm_switch",
    "print_page",
    "sign_out",
    "switch_user",
    "unlock",
];

/// Whatever any of the commands takes.
fn arguments() -> Value {
    let draft = json!({ "meaning": "1.2.840.10065.1.12.1.15", "reason": "late-entry", "note": "" });
    json!({
        "id": AMENDMENT,
        "etag": "\"1\"",
        "draft": draft,
        "request": { "id": AMENDMENT, "etag": "\"1\"", "draft": draft, "shownText": "" },
        "query": { "kind": "all", "text": "", "before": null },
        "signatureId": "0191e2a4-0000-7000-8000-000000000000",
        "reason": "none",
        "switching": false,
        "locale": "en",
    })
}

/// A. Adams began an entry, and locked the screen. Beside the desk, what the application says of the session before that.
async fn locked() -> (Desk, Value) {
    let desk = Desk::open().await.unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
    desk.begin_entry(RECORD, NOTE).await.unwrap();
    let app = desk.app();
    app.find(MAIN, &format!("//dialog[@open][contains(., '{NOTE}')]"))
        .await
        .unwrap();
    let session = session(&desk).await;
    desk.lock(&ADAMS).await.unwrap();
    (desk, session)
}

/// Whose session it is, and since when.
async fn session(desk: &Desk) -> Value {
    let state = desk.app().invoke("app_state", &json!({})).await.unwrap();
    state.unwrap()["session"].take()
}

#[tokio::test]
async fn behind_the_lock_every_command_about_a_record_is_refused_and_the_others_tell_nothing_of_one()
 {
    let names: [&str; 34] = include!("../../../src-tauri/command_names.in");
    let known = [REFUSED.as_slice(), &ANSWERED, &NOT_ASKED].concat();
    let known: BTreeSet<_> = known.into_iter().collect();
    assert_eq!(known, names.into_iter().collect(), "each command is here");
    let (desk, _) = locked().await;
    let app = desk.app();
    assert_eq!(session(&desk).await, json!(null));

    for command in REFUSED {
        let answer = app.invoke(command, &arguments()).await.unwrap();
        assert_eq!(answer.unwrap_err()["code"], "locked", "{command}");
    }
    for command in ANSWERED {
        let answer = app.invoke(command, &arguments()).await.unwrap();
        let said = answer.unwrap().to_string();
        for text in [RECORD, AMENDMENT, "P-20418", "12.7", NOTE] {
            assert!(!said.contains(text), "{command}: {text} in {said}");
        }
    }

    // None of it moved anything.
    desk.locked(&ADAMS).await.unwrap();
    assert_eq!(app.windows().await.unwrap(), [MAIN]);
    assert_eq!(desk.audited("declined").unwrap().len(), 0);
    assert_eq!(desk.audited("signing_started").unwrap().len(), 0);
    let shown = app.page().await.unwrap();
    for text in [RECORD, AMENDMENT, "P-20418", NOTE] {
        assert!(!shown.contains(text), "{text} in {shown}");
    }
}

#[tokio::test]
async fn the_same_person_finds_their_session_and_their_entry_behind_the_lock_and_can_sign() {
    let (desk, before) = locked().await;
    let app = desk.app();
    let shown = app.text(MAIN).await.unwrap();
    assert!(shown.contains("Your entry is kept."), "{shown}");

    desk.unlock(&ADAMS, &ADAMS).await.unwrap();
    desk.at_worklist().await.unwrap();
    app.until_window(CEREMONY, false).await.unwrap();

    assert_eq!(session(&desk).await, before, "it goes on");
    assert_eq!(desk.audited("unlocked").unwrap().len(), 1);
    assert_eq!(desk.audited("signed_in").unwrap().len(), 1);
    desk.review(RECORD).await.unwrap();
    app.press(MAIN, "Sign…").await.unwrap();
    let note = app.find(MAIN, "//dialog[@open]//textarea").await.unwrap();
    assert_eq!(note.prop("value").await.unwrap().unwrap(), NOTE);
    desk.begin().await.unwrap();
    desk.authenticate(&ADAMS).await.unwrap();
    app.heading("Signed and recorded").await.unwrap();
    assert_eq!(desk.clinic.committed().unwrap(), 1);
}

#[tokio::test]
async fn somebody_else_who_does_not_take_over_leaves_session_and_entry_as_they_were() {
    let (desk, before) = locked().await;
    let app = desk.app();

    desk.unlock(&ADAMS, &BAKER).await.unwrap();
    app.press(MAIN, "Stay locked").await.unwrap();
    desk.locked(&ADAMS).await.unwrap();
    app.until_window(CEREMONY, false).await.unwrap();

    until("the attempt to be written down", || async {
        Ok(desk.audited("unlock_failed")? == [json!({ "why": "switch_refused" })])
    })
    .await
    .unwrap();
    assert_eq!(desk.audited("signed_out").unwrap().len(), 0);
    until("the other person's tokens to be taken back", || async {
        let tokens = desk.clinic.idp().active_tokens();
        Ok(!tokens.iter().any(|one| one.subject == BAKER.subject))
    })
    .await
    .unwrap();
    let confirmed = app.invoke("confirm_switch", &json!({})).await.unwrap();
    assert_eq!(confirmed.unwrap_err()["code"], "nobody_to_switch_to");

    desk.unlock(&ADAMS, &ADAMS).await.unwrap();
    desk.at_worklist().await.unwrap();
    assert_eq!(session(&desk).await, before);
    desk.review(RECORD).await.unwrap();
    app.press(MAIN, "Sign…").await.unwrap();
    let note = app.find(MAIN, "//dialog[@open]//textarea").await.unwrap();
    assert_eq!(note.prop("value").await.unwrap().unwrap(), NOTE);
}

#[tokio::test]
async fn a_restart_does_not_open_what_was_locked() {
    let (mut desk, before) = locked().await;

    desk.kill_app().await.unwrap();
    desk.start_app().await.unwrap();

    desk.locked(&ADAMS).await.unwrap();
    let app = desk.app();
    let refused = app.invoke("worklist", &json!({})).await.unwrap();
    assert_eq!(refused.unwrap_err()["code"], "locked");
    desk.unlock(&ADAMS, &ADAMS).await.unwrap();
    desk.at_worklist().await.unwrap();
    assert_eq!(session(&desk).await, before);
}
