//! The screen is locked in the middle of something: what was under way is cleaned up after, and nothing of it can be had.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use demo::idp::ADAMS;
use e2e::{Desk, MAIN, Selections};

const RECORD: &str = "LAB-88123";
const OURS: &str = "^Countersign$";
/// A place of the review where there is nothing to press.
const RECORD_TEXT: (u32, u32) = (550, 343);

#[tokio::test]
async fn a_lock_during_a_ceremony_leaves_no_process_of_it_and_the_next_window_opens_at_once() {
    let desk = Desk::open().await.unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
    desk.begin_signing(RECORD).await.unwrap();

    desk.lock(&ADAMS).await.unwrap();
    // Whoever comes back need not know that it is still being cleaned up after: the next window opens once that is done.
    let button = format!("Unlock as {}", ADAMS.name);
    desk.app().press(MAIN, &button).await.unwrap();
    let cleaned = desk.cleaned_up(1).await.unwrap();
    desk.authenticate(&ADAMS).await.unwrap();
    desk.app().heading("You cancelled").await.unwrap();

    assert_eq!(cleaned["processes_gone"], true, "{cleaned}");
    assert_eq!(cleaned["jar_gone"], true, "{cleaned}");
    assert_eq!(desk.audited("unlock_failed").unwrap().len(), 0);
}

#[tokio::test]
async fn what_was_copied_or_marked_in_our_pages_cannot_be_pasted_after_the_lock() {
    let desk = Desk::open().await.unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
    desk.review(RECORD).await.unwrap();
    let app = desk.app();
    e2e::until("the record to be on the clipboard", || async {
        app.click(OURS, RECORD_TEXT, 1).await?;
        app.keys(OURS, &["ctrl+a", "ctrl+c"]).await?;
        let Selections { clipboard, primary } = app.selections().await?;
        Ok([clipboard, primary]
            .iter()
            .all(|one| one.as_ref().is_some_and(|text| text.contains(RECORD))))
    })
    .await
    .unwrap();

    desk.lock(&ADAMS).await.unwrap();

    let nothing = Selections {
        clipboard: None,
        primary: None,
    };
    assert_eq!(app.selections().await.unwrap(), nothing);
}
