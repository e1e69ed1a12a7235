//! Somebody else's credentials fail that signature, and nothing else.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use demo::idp::{ADAMS, BAKER};
use e2e::{CEREMONY, Desk, Entry, MAIN};

const RECORD: &str = "VIT-61207";

#[tokio::test]
async fn a_different_user_fails_the_signature_and_leaves_session_draft_place_and_amendment_as_they_were()
 {
    let mut desk = Desk::open().await.unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
    desk.review(RECORD).await.unwrap();
    desk.fill_in(Entry {
        reason: "Transcription error",
        note: "Read off twice.",
    })
    .await
    .unwrap();
    let before = (desk.vault().unwrap(), tokens_of(&desk, "u-adams"));

    desk.begin().await.unwrap();
    desk.authenticate(&BAKER).await.unwrap();
    desk.app()
        .heading("The signature was not applied")
        .await
        .unwrap();
    let cleaned = desk.cleaned_up(1).await.unwrap();

    assert_eq!((desk.vault().unwrap(), tokens_of(&desk, "u-adams")), before);
    assert_eq!(
        tokens_of(&desk, "u-baker"),
        0,
        "the other person's tokens are revoked"
    );
    assert_eq!(desk.clinic.committed().unwrap(), 0);
    assert_eq!(cleaned["jar_gone"], true);

    // The page says who is signed in, and neither why nor who else.
    let shown = desk.app().text(MAIN).await.unwrap();
    assert!(shown.contains("A. Adams"), "{shown}");
    assert!(!shown.contains("Baker"), "{shown}");
    assert!(
        shown.contains("Your session and your entry are unchanged."),
        "{shown}"
    );

    // The access token opens the door, the amendment waits, the draft is there.
    desk.leave_ending().await.unwrap();
    desk.review(RECORD).await.unwrap();
    desk.app().press(MAIN, "Sign…").await.unwrap();
    let note = desk
        .app()
        .find(MAIN, "//dialog[@open]//textarea")
        .await
        .unwrap();
    assert_eq!(
        note.prop("value").await.unwrap().unwrap(),
        "Read off twice."
    );

    // The refresh token works: a restart renews the session before anything else.
    desk.close_app().await.unwrap();
    desk.start_app().await.unwrap();
    desk.at_worklist().await.unwrap();
    assert!(desk.app().text(MAIN).await.unwrap().contains("A. Adams"));

    // And the same amendment can be signed properly.
    desk.begin_signing(RECORD).await.unwrap();
    desk.authenticate(&ADAMS).await.unwrap();
    desk.app().heading("Signed and recorded").await.unwrap();
    assert_eq!(desk.clinic.committed().unwrap(), 1);
}

#[tokio::test]
async fn the_review_is_scrolled_to_where_it_was() {
    let desk = Desk::open().await.unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
    let app = desk.app();
    desk.review(RECORD).await.unwrap();
    let scrolled = "const all = [...document.querySelectorAll('*')].filter((e) => e.scrollHeight > e.clientHeight + 40 && getComputedStyle(e).overflowY === 'auto');";
    let there = app
        .script(
            MAIN,
            &format!("{scrolled} if (all[0]) all[0].scrollTop = 37; return all[0]?.scrollTop ?? 0"),
        )
        .await
        .unwrap();

    desk.fill_in(Entry::default()).await.unwrap();
    desk.begin().await.unwrap();
    desk.authenticate(&BAKER).await.unwrap();
    app.heading("The signature was not applied").await.unwrap();
    app.press(MAIN, "Try again").await.unwrap();
    app.find(MAIN, "//dialog[@open]").await.unwrap();

    let after = app
        .script(MAIN, &format!("{scrolled} return all[0]?.scrollTop ?? 0"))
        .await
        .unwrap();
    assert_eq!(after, there);
}

#[tokio::test]
async fn after_three_mismatches_signing_locks_and_the_session_stays() {
    let desk = Desk::open().await.unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
    for attempt in 1..=3 {
        desk.begin_signing(RECORD).await.unwrap();
        desk.authenticate(&BAKER).await.unwrap();
        desk.app().until_window(CEREMONY, false).await.unwrap();
        if attempt < 3 {
            desk.app()
                .heading("The signature was not applied")
                .await
                .unwrap();
            desk.leave_ending().await.unwrap();
        }
    }

    desk.app()
        .heading("Signing is locked for this session")
        .await
        .unwrap();
    let shown = desk.app().text(MAIN).await.unwrap();
    assert!(shown.contains("A. Adams"), "{shown}");
    assert_eq!(desk.audited("signing_locked").unwrap().len(), 1);
    assert_eq!(
        desk.audited("security_event_sent").unwrap().last().unwrap()["delivered"],
        true
    );
    desk.app()
        .press(MAIN, "Back to the worklist")
        .await
        .unwrap();
    desk.at_worklist().await.unwrap();
}

fn tokens_of(desk: &Desk, subject: &str) -> usize {
    let tokens = desk.clinic.idp().active_tokens();
    tokens
        .iter()
        .filter(|token| token.subject == subject)
        .count()
}
