//! Sealed signatures that cannot be delivered are shown, kept, sent again under whoever signed them, and explained.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::time::Duration;

use demo::idp::{ADAMS, BAKER};
use e2e::{CEREMONY, Desk, MAIN, Search, until};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

const RECORD: &str = "LAB-88123";
const AMENDMENT: &str = "AM-1207";
const NOTE: &str = "Nota Ω-4714 in the sealed envelope";

/// A. Adams signs, and the records service goes away before the signature arrives.
async fn sealed_and_not_delivered() -> Desk {
    let mut desk = Desk::open().await.unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
    desk.begin_entry(RECORD, NOTE).await.unwrap();
    desk.begin().await.unwrap();
    desk.clinic.stop_gateway().await.unwrap();
    desk.authenticate(&ADAMS).await.unwrap();
    desk.app()
        .heading("Sealed, not yet recorded")
        .await
        .unwrap();
    desk.app().until_window(CEREMONY, false).await.unwrap();
    desk
}

/// What the shell says of the outbox.
async fn outbox(desk: &Desk) -> Value {
    desk.app()
        .invoke("outbox", &json!({}))
        .await
        .unwrap()
        .unwrap()
}

async fn open_outbox(desk: &Desk) {
    let back = "//button[normalize-space(.)='Worklist' or starts-with(normalize-space(.), 'Back to the worklist')]";
    desk.app()
        .find(MAIN, back)
        .await
        .unwrap()
        .click()
        .await
        .unwrap();
    desk.go("1 in the outbox").await.unwrap();
    desk.app()
        .heading("Outbox: 1 signature waits")
        .await
        .unwrap();
}

/// The row of the one entry, once it says this.
async fn row_says(desk: &Desk, words: &str) -> String {
    let path = format!("//table[contains(@class, 'sealed')]//tbody/tr[contains(., \"{words}\")]");
    let row = desk.app().find(MAIN, &path).await.unwrap();
    row.text().await.unwrap()
}

/// Each attempt in vain doubles the pause before the next one, which may be longer by now than anything on a screen takes.
async fn sent_when_it_is_due(desk: &Desk) {
    let sent = async {
        while outbox(desk).await["entries"] != json!([]) {
            sleep(Duration::from_millis(200)).await;
        }
    };
    timeout(Duration::from_mins(5), sent).await.unwrap();
}

/// The activity log says that what waited was recorded, and says it once.
async fn written_down(desk: &Desk) {
    until("the delivery to be written down", || async {
        let recorded = desk.audited("signature_recorded")?;
        Ok(recorded.len() == 1 && recorded[0]["from_outbox"] == true)
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_signature_that_waits_is_shown_survives_a_restart_and_is_delivered_by_itself() {
    let mut desk = sealed_and_not_delivered().await;
    open_outbox(&desk).await;

    let row = row_says(&desk, "The records service could not be reached.").await;
    let sealed = desk.audit().unwrap();
    let sealed = sealed
        .iter()
        .find(|one| one["event"] == "signature_sealed")
        .unwrap();
    let reference = sealed["reference"].as_str().unwrap();
    for part in [
        "Laboratory result",
        "P-20418",
        AMENDMENT,
        "Addendum Signature",
        "Sealed, not yet recorded",
        reference,
    ] {
        assert!(row.contains(part), "{part} is not in {row}");
    }
    let attempts = outbox(&desk).await["entries"][0]["attempts"]
        .as_u64()
        .unwrap();
    desk.app().press(MAIN, "Try to send now").await.unwrap();
    until("one more attempt", || async {
        Ok(outbox(&desk).await["entries"][0]["attempts"].as_u64() > Some(attempts))
    })
    .await
    .unwrap();
    assert_eq!(desk.clinic.committed().unwrap(), 0);

    // Neither its content nor whose it is can be read from the disk.
    let texts = [
        RECORD,
        AMENDMENT,
        "P-20418",
        NOTE,
        ADAMS.name,
        ADAMS.subject,
    ];
    let (on_disk, _) = Search::new(&texts)
        .found_below(&desk.home().join("data"))
        .unwrap();
    assert_eq!(on_disk, BTreeSet::new());
    assert!(
        std::fs::read_dir(desk.home().join("data/countersign/outbox"))
            .unwrap()
            .count()
            > 0
    );

    desk.kill_app().await.unwrap();
    desk.start_app().await.unwrap();
    desk.app().heading("Worklist").await.unwrap();
    desk.go("1 in the outbox").await.unwrap();
    assert!(row_says(&desk, RECORD).await.contains(reference));

    desk.clinic.start_gateway().await.unwrap();
    sent_when_it_is_due(&desk).await;
    desk.app()
        .find(MAIN, "//h2[.='The outbox is empty']")
        .await
        .unwrap();
    assert_eq!(desk.clinic.committed().unwrap(), 1);
    written_down(&desk).await;
    let held = outbox(&desk).await;
    assert_eq!(held["entries"], json!([]));
    assert_eq!(
        (&held["others"], &held["unreadable"]),
        (&json!(0), &json!(0))
    );
}

#[tokio::test]
async fn a_signature_that_is_refused_for_good_is_explained_and_kept_for_the_record() {
    let mut desk = sealed_and_not_delivered().await;
    open_outbox(&desk).await;

    let changed = br#"{"resourceType":"Observation","id":"LAB-88123","status":"final"}"#;
    desk.clinic
        .change_record_behind(AMENDMENT, changed)
        .unwrap();
    desk.clinic.start_gateway().await.unwrap();

    let row = row_says(&desk, "Refused, kept for the record").await;
    let why = "The record was changed by somebody else before this signature arrived.";
    assert!(row.contains(why), "{row}");
    assert_eq!(desk.clinic.committed().unwrap(), 0);
    let entry = outbox(&desk).await["entries"][0].take();
    assert_eq!(entry["nextTry"], json!(null), "it is not sent again");

    desk.close_app().await.unwrap();
    desk.start_app().await.unwrap();
    desk.at_worklist().await.unwrap();
    assert_eq!(outbox(&desk).await["entries"][0]["state"], "refused");

    // It is evidence all the same, and can be given to whoever asks.
    let id = json!({ "signatureId": entry["signatureId"] });
    let saved = desk
        .app()
        .invoke("save_evidence", &id)
        .await
        .unwrap()
        .unwrap();
    let evidence = std::fs::read_to_string(saved.as_str().unwrap()).unwrap();
    assert!(evidence.contains(AMENDMENT));
}

#[tokio::test]
async fn what_one_person_sealed_the_next_one_neither_sees_nor_sends() {
    let mut desk = sealed_and_not_delivered().await;
    let app = desk.app();
    desk.lock(&ADAMS).await.unwrap();
    app.press(MAIN, "I am somebody else").await.unwrap();
    let asked =
        "//dialog[@open]//*[contains(., '1 signature waits in the outbox and stays valid.')]";
    app.find(MAIN, asked).await.unwrap();
    desk.take_over(&ADAMS).await.unwrap();
    desk.authenticate(&BAKER).await.unwrap();
    app.heading("Worklist").await.unwrap();
    app.until_window(CEREMONY, false).await.unwrap();

    // A number is all that the next person is told.
    let held = outbox(&desk).await;
    assert_eq!((&held["entries"], &held["others"]), (&json!([]), &json!(1)));
    app.invoke("try_delivery_now", &json!({}))
        .await
        .unwrap()
        .unwrap();
    desk.clinic.start_gateway().await.unwrap();
    let app = desk.app();
    app.invoke("try_delivery_now", &json!({}))
        .await
        .unwrap()
        .unwrap();
    desk.go("1 in the outbox").await.unwrap();
    let told = "//*[contains(., '1 signature of somebody else waits here too.')]";
    app.find(MAIN, told).await.unwrap();
    let shown = app.page().await.unwrap();
    for text in [RECORD, AMENDMENT, "P-20418", NOTE, ADAMS.name] {
        assert!(!shown.contains(text), "{text} in {shown}");
    }
    assert_eq!(desk.clinic.committed().unwrap(), 0);

    // Whoever signed it comes back, and it goes out.
    desk.lock(&BAKER).await.unwrap();
    app.press(MAIN, "I am somebody else").await.unwrap();
    desk.take_over(&BAKER).await.unwrap();
    desk.authenticate(&ADAMS).await.unwrap();
    until("the delivery", || async {
        Ok(desk.clinic.committed()? == 1)
    })
    .await
    .unwrap();
    written_down(&desk).await;
}
