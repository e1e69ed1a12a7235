//! What the evidence says was shown is what stood on the screen, letter by letter.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use aws_lc_rs::digest::{SHA256, digest};
use demo::idp::ADAMS;
use e2e::{Desk, Entry, MAIN};
use evidence::{Bundle, Presentation, Statement};
use serde_json::Value;

/// A number, a word and a note that is not there yet change in this record.
const RECORD: &str = "LAB-88123";

/// What would read differently from what is stored, were it shown as it stands: spaces that a page takes together, a turn of
/// the reading direction, the end of the quotation, markup.
const NOTE: &str =
    "Read  off \u{201d} twice. Meaning: none\u{202e} <b>bold</b> &amp; 1.10 \u{e4}\u{1f489}";

#[tokio::test]
async fn the_text_on_the_screen_is_the_text_that_was_hashed_and_signed() {
    let desk = Desk::open().await.unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
    desk.review(RECORD).await.unwrap();
    let changes = changes(&desk).await;
    let entry = Entry {
        note: NOTE,
        ..Entry::default()
    };
    desk.fill_in(entry).await.unwrap();
    let shown = text_in_the_panel(&desk).await;
    desk.begin().await.unwrap();
    desk.authenticate(&ADAMS).await.unwrap();
    desk.app().heading("Signed and recorded").await.unwrap();

    let file = desk.save_evidence().await.unwrap();
    let saved = Bundle::parse(&std::fs::read(file).unwrap()).unwrap();

    let presented = presented(&saved);
    assert_eq!(presented, shown);
    assert_eq!(
        saved.statement().shown_sha256,
        hex::encode(digest(&SHA256, shown.as_bytes()))
    );
    says_what_the_review_showed(&presented, &changes);
    for said in [
        ADAMS.name,
        RECORD,
        "transcription error",
        "Addendum Signature",
    ] {
        assert!(presented.contains(said), "{said} in: {presented}");
    }
    // The note is there, and what could not be seen of it is spelled out.
    assert!(
        presented.contains(
            r"“Read \u{20}off \u{201d} twice. Meaning: none\u{202e} <b>bold</b> &amp; 1.10 ä💉”"
        ),
        "{presented}"
    );
    the_records_service_keeps_the_same(&desk, saved.statement(), saved.presentation());
}

/// The rows that the review marks as changed: label, what stands, what would stand.
async fn changes(desk: &Desk) -> Vec<[String; 3]> {
    let rows = desk
        .app()
        .script(
            MAIN,
            "return [...document.querySelectorAll('table.diff tr.ch')].map((row) =>
                 ['th', 'td:nth-of-type(1)', 'td:nth-of-type(2)'].map((cell) => {
                     const at = row.querySelector(cell);
                     return (at.querySelector('del, ins') ?? at).innerText;
                 }))",
        )
        .await
        .unwrap();
    serde_json::from_value(rows).unwrap()
}

/// What a person reads above the button, once the button can be pressed.
async fn text_in_the_panel(desk: &Desk) -> String {
    let ready = "//dialog[@open]//button[starts-with(normalize-space(.), 'Sign in again and sign') and not(@aria-disabled='true')]";
    desk.app().find(MAIN, ready).await.unwrap();
    let text = desk
        .app()
        .script(
            MAIN,
            "return document.querySelector('dialog[open] .intent').innerText",
        )
        .await
        .unwrap();
    text.as_str().unwrap().to_owned()
}

fn presented(bundle: &Bundle) -> String {
    assert_eq!(bundle.presentation().media_type, "text/plain;charset=utf-8");
    String::from_utf8(bundle.presentation().octets.clone().unwrap()).unwrap()
}

/// Every changed row of the review, in the review's order, with nothing else between them.
fn says_what_the_review_showed(presented: &str, changes: &[[String; 3]]) {
    assert!(!changes.is_empty());
    let sentences: Vec<String> = changes
        .iter()
        .map(|[label, base, proposed]| {
            format!("{label}: {} becomes {}.", value(base), value(proposed))
        })
        .collect();
    assert!(
        presented.contains(&sentences.join(" ")),
        "{sentences:#?} in: {presented}"
    );
}

/// How the sentence writes a value: numbers bare, the rest between quotation marks.
fn value(shown: &str) -> String {
    let bare = shown == "empty" || shown.parse::<f64>().is_ok();
    if bare {
        shown.to_owned()
    } else {
        format!("“{shown}”")
    }
}

fn the_records_service_keeps_the_same(desk: &Desk, statement: &Statement, shown: &Presentation) {
    let kept = desk
        .clinic
        .store()
        .signature(statement.signature_id)
        .unwrap()
        .unwrap();
    let kept = Bundle::parse(kept.evidence.as_slice()).unwrap();
    assert_eq!(kept.statement(), statement);
    assert_eq!(kept.presentation(), shown);
    let spelled: Value = serde_json::from_slice(&kept.octets().unwrap()).unwrap();
    assert_eq!(spelled["statement"]["shown_sha256"], statement.shown_sha256);
}
