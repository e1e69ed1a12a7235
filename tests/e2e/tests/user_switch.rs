//! One person leaves, another takes over the same desk: of the first one nothing is left that the second one, or a program
//! that reads along, could find.
//!
//! What stays on the disk, and is meant to: the activity log, which says who did what at which amendment and holds nothing of
//! a record or an entry; and sealed signatures that wait for their delivery, encrypted.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;

use demo::idp::{ADAMS, BAKER};
use e2e::{CEREMONY, Desk, Encoding, MAIN, Search, Trace, until};
use serde_json::json;

/// B. Baker signed this one already, so that it is in the worklist of A. Adams alone.
const RECORD: &str = "AE-00914";
/// Both may sign this one.
const SHARED: &str = "VIT-61207";
/// It cannot be written in ASCII, so that a script engine keeps it as UTF-16.
const NOTE: &str = "Nota Ω-4711 of the night shift";
/// What only A. Adams had on the screen: two identifiers, a sentence of the record, one of the amendment, and the note.
const SEEN: [&str; 5] = [
    RECORD,
    "AM-1203",
    "Study medication, blinded",
    "dates the first wheals two days earlier",
    NOTE,
];

async fn desk() -> Desk {
    Desk::open_with(|policy| policy.replace("[session]\n", "[session]\nidle_lock_s = 30\n"))
        .await
        .unwrap()
}

/// A. Adams begins an entry at an amendment that B. Baker can open too, and goes on to one that B. Baker cannot.
async fn work_as_adams(desk: &Desk) {
    let app = desk.app();
    desk.sign_in(&ADAMS).await.unwrap();
    desk.begin_entry(SHARED, NOTE).await.unwrap();
    let composed = format!("//dialog[@open][contains(., '{NOTE}')]");
    app.find(MAIN, &composed).await.unwrap();
    app.find(
        MAIN,
        "//dialog[@open]//button[@aria-label='Close, back to review']",
    )
    .await
    .unwrap()
    .click()
    .await
    .unwrap();
    desk.go("Worklist").await.unwrap();
    desk.at_worklist().await.unwrap();
    desk.review(RECORD).await.unwrap();
}

/// Everything of it in page memory; what is found there.
fn in_pages(desk: &Desk, texts: &[&str]) -> BTreeSet<Trace> {
    desk.app().page_memory(texts).unwrap()
}

async fn nothing_can_be_seen_of(desk: &Desk, texts: &[&str]) {
    let app = desk.app();
    let seen = [
        app.page().await.unwrap(),
        app.titles().await.unwrap(),
        app.accessible_text().await.unwrap(),
    ];
    for text in texts {
        for place in &seen {
            assert!(!place.contains(text), "{text} in {place}");
        }
    }
    assert_eq!(in_pages(desk, texts), BTreeSet::new());
}

fn tokens_of(desk: &Desk, subject: &str) -> usize {
    let tokens = desk.clinic.idp().active_tokens();
    tokens
        .iter()
        .filter(|token| token.subject == subject)
        .count()
}

#[tokio::test]
async fn after_a_switch_nothing_of_the_first_person_is_in_the_pages_their_memory_or_on_the_disk() {
    let desk = desk().await;
    let there = desk.somebody_is_there();
    work_as_adams(&desk).await;
    let (app, everything) = (desk.app(), [SEEN.as_slice(), &[ADAMS.name]].concat());

    // The search finds what is there.
    let before = in_pages(&desk, &everything);
    for text in &everything {
        let found = before
            .iter()
            .any(|trace| trace.text == *text && trace.process.starts_with("WebKitWebProc"));
        assert!(found, "{text} is not among {before:?}");
    }
    for encoding in [Encoding::Utf8, Encoding::Utf16] {
        let found = before.iter().any(|trace| trace.encoding == encoding);
        assert!(found, "{encoding:?} is not among {before:?}");
    }
    assert!(app.page().await.unwrap().contains(RECORD));
    assert!(app.accessible_text().await.unwrap().contains(RECORD));
    let vault = desk.vault().unwrap();
    let pages_of_adams = app.page_processes();

    // Nobody touches anything any more: behind the lock there is a name, and nothing of a record or an entry.
    drop(there);
    desk.locked(&ADAMS).await.unwrap();
    nothing_can_be_seen_of(&desk, &SEEN).await;
    until("the lock to be written down", || async {
        Ok(!desk.audited("locked")?.is_empty())
    })
    .await
    .unwrap();
    let locked = desk.audited("locked").unwrap();
    assert_eq!(locked.len(), 1);
    assert!(locked[0]["idle_s"].as_u64() >= Some(30), "{locked:?}");
    let web = |processes: &[(u32, String)]| -> BTreeSet<u32> {
        let web = processes
            .iter()
            .filter(|(_, name)| name.starts_with("WebKitWebProc"));
        web.map(|(pid, _)| *pid).collect()
    };
    let pages_at_lock = app.page_processes();
    assert_eq!(web(&pages_at_lock).len(), 1, "{pages_at_lock:?}");
    assert!(web(&pages_at_lock).is_disjoint(&web(&pages_of_adams)));

    let _baker = desk.somebody_is_there();

    // B. Baker signs in at the lock, is asked, and takes over.
    desk.unlock(&ADAMS, &BAKER).await.unwrap();
    let asked = "//dialog[@open]//button[normalize-space(.)='Stay locked']";
    app.find(MAIN, asked).await.unwrap();
    nothing_can_be_seen_of(&desk, &SEEN).await;
    desk.take_over(&ADAMS).await.unwrap();
    desk.at_worklist().await.unwrap();

    app.until_window(CEREMONY, false).await.unwrap();
    nothing_can_be_seen_of(&desk, &everything).await;
    assert!(app.text(MAIN).await.unwrap().contains(BAKER.name));
    assert_eq!(tokens_of(&desk, ADAMS.subject), 0);
    assert!(tokens_of(&desk, BAKER.subject) > 0);
    let sessions = desk.clinic.idp().sessions();
    assert!(!sessions.iter().any(|one| one.subject == ADAMS.subject));
    assert_ne!(desk.vault().unwrap(), vault, "it is another person's");
    let (on_disk, files) = Search::new(&everything).found_below(desk.home()).unwrap();
    assert_eq!(on_disk, BTreeSet::new());
    assert!(files > 3, "files were searched: {files}");
    let log = std::fs::read(desk.clinic.audit_path()).unwrap();
    let logged = Search::new(&everything).found_in(&log);
    assert_eq!(logged, [(ADAMS.name.to_owned(), Encoding::Utf8)].into());

    // Where A. Adams began an entry, B. Baker begins anew.
    desk.review(SHARED).await.unwrap();
    app.press(MAIN, "Sign…").await.unwrap();
    let note = app.find(MAIN, "//dialog[@open]//textarea").await.unwrap();
    assert_eq!(note.prop("value").await.unwrap().unwrap(), "");
}

#[tokio::test]
async fn whoever_is_not_there_any_more_signs_nothing_and_the_next_person_finds_no_ceremony() {
    let desk = desk().await;
    let there = desk.somebody_is_there();
    desk.sign_in(&ADAMS).await.unwrap();
    desk.begin_signing(RECORD).await.unwrap();
    let app = desk.app();
    drop(there);

    // The lock comes in the middle of the ceremony.
    desk.locked(&ADAMS).await.unwrap();
    app.until_window(CEREMONY, false).await.unwrap();
    let ended = "//*[contains(., 'The signature that was under way ended with the lock.')]";
    app.find(MAIN, ended).await.unwrap();
    let cleaned = desk.cleaned_up(1).await.unwrap();
    assert_eq!(cleaned["jar_gone"], true);
    assert_eq!(desk.audited("signature_cancelled").unwrap().len(), 1);

    // Somebody else, who is not signed in yet.
    let _baker = desk.somebody_is_there();
    app.press(MAIN, "I am somebody else").await.unwrap();
    desk.take_over(&ADAMS).await.unwrap();
    desk.authenticate(&BAKER).await.unwrap();
    desk.at_worklist().await.unwrap();
    app.until_window(CEREMONY, false).await.unwrap();

    nothing_can_be_seen_of(&desk, &[RECORD, "AM-1203", ADAMS.name]).await;
    assert_eq!(app.windows().await.unwrap(), [MAIN]);
    assert_eq!(desk.clinic.committed().unwrap(), 0);
    assert_eq!(desk.audited("signature_sealed").unwrap().len(), 0);
    assert_eq!(tokens_of(&desk, ADAMS.subject), 0);
    let ceremony = app.invoke("ceremony_state", &json!({})).await.unwrap();
    assert_eq!(ceremony, Ok(json!(null)));
    // The entry that A. Adams began there is not B. Baker's.
    let id = json!({ "id": "AM-1203" });
    let review = app.invoke("review", &id).await.unwrap().unwrap();
    assert_eq!(review["draft"], json!(null));
}
