//! The activity log on the screen: what happened, found again, and whether the log is whole.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;

use demo::idp::{ADAMS, BAKER};
use e2e::{Desk, MAIN, until};
use serde_json::{Value, json};

const RECORD: &str = "VIT-61207";
/// Number, event, reference, person and detail of every entry that the screen lists.
const ENTRIES: &str =
    "return [...document.querySelectorAll('table.entries tbody tr')].map((row) => {
    const cells = [...row.children].map((cell) => cell.innerText.trim());
    return [Number(cells[0]), cells[2], cells[3], cells[4], cells[5]];
})";

async fn entries(desk: &Desk) -> Vec<Value> {
    let entries = desk.app().script(MAIN, ENTRIES).await.unwrap();
    entries.as_array().unwrap().clone()
}

/// Waits until the list is as wanted.
async fn listed(desk: &Desk, wanted: impl Fn(&[Value]) -> bool) {
    let listed = until("the list to change", || async {
        Ok(wanted(&entries(desk).await))
    })
    .await;
    let text = desk.app().text(MAIN).await.unwrap();
    listed.unwrap_or_else(|error| panic!("{error}; on the screen:\n{text}"));
}

async fn choose(desk: &Desk, kind: &str) {
    // The driver chooses an option without telling the page, so the page is told here.
    let choose = format!(
        "const list = document.getElementById('activity-kind');
         list.value = {kind:?};
         list.dispatchEvent(new Event('change', {{ bubbles: true }}));"
    );
    desk.app().script(MAIN, &choose).await.unwrap();
}

/// A. Adams's signature is not applied, because somebody else signed in for it.
async fn a_signature_that_was_not_applied() -> Desk {
    let desk = Desk::open().await.unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
    desk.begin_signing(RECORD).await.unwrap();
    desk.authenticate(&BAKER).await.unwrap();
    let title = "The signature was not applied";
    desk.app().heading(title).await.unwrap();
    desk.cleaned_up(1).await.unwrap();
    desk.leave_ending().await.unwrap();
    desk.go("Activity").await.unwrap();
    desk.app().heading("Activity").await.unwrap();
    listed(&desk, |entries| !entries.is_empty()).await;
    desk
}

/// Changes one octet in the middle of an entry in the middle of the log, and says in which line.
fn tamper(log: &Path) -> usize {
    let mut octets = std::fs::read(log).unwrap();
    let lines: Vec<usize> = octets
        .iter()
        .enumerate()
        .filter_map(|(at, octet)| (*octet == b'\n').then_some(at))
        .collect();
    let line = lines.len() / 2;
    let middle = usize::midpoint(lines[line - 1], lines[line]);
    let letter = (middle..lines[line]).find(|at| octets[*at].is_ascii_lowercase());
    let letter = letter.expect("every entry has one");
    octets[letter] = if octets[letter] == b'x' { b'y' } else { b'x' };
    std::fs::write(log, &octets).unwrap();
    line + 1
}

#[tokio::test]
async fn every_entry_is_listed_can_be_found_and_says_no_more_than_the_person_may_know() {
    let desk = a_signature_that_was_not_applied().await;
    let app = desk.app();

    let shown = entries(&desk).await;
    let written = desk.audit().unwrap();
    let numbers: Vec<u64> = shown
        .iter()
        .map(|entry| entry[0].as_u64().unwrap())
        .collect();
    let newest = numbers[0];
    assert_eq!(
        numbers,
        (1..=newest).rev().collect::<Vec<_>>(),
        "each of them, newest first"
    );
    assert!(newest <= written.len() as u64);
    let text = app.text(MAIN).await.unwrap();
    assert!(text.contains("Chain complete: entries 1 to "), "{text}");

    // What everybody may know of a signature that was not applied is that, and its reference.
    let reference = written
        .iter()
        .find(|entry| entry["event"] == "signer_mismatch")
        .unwrap()["reference"]
        .clone();
    let not_applied = shown
        .iter()
        .find(|entry| entry[1] == "Signature not applied")
        .unwrap();
    assert_eq!(not_applied[2], reference);
    assert_eq!(not_applied[3], ADAMS.name);
    assert_eq!(not_applied[4], "Your session and your entry are unchanged");
    assert!(
        !text.contains("mismatch") && !text.contains(BAKER.name),
        "{text}"
    );

    choose(&desk, "session").await;
    listed(&desk, |entries| {
        entries.len() == 1 && entries[0][1] == "Signed in"
    })
    .await;
    choose(&desk, "security").await;
    listed(&desk, |entries| {
        entries
            .iter()
            .any(|entry| entry[1] == "Signature not applied")
    })
    .await;
    choose(&desk, "all").await;
    listed(&desk, |entries| entries.len() > 5).await;

    let search = app
        .find(MAIN, "//input[@id='activity-query']")
        .await
        .unwrap();
    search.send_keys(reference.as_str().unwrap()).await.unwrap();
    listed(&desk, |entries| {
        !entries.is_empty() && entries.iter().all(|entry| entry[2] == reference)
    })
    .await;
    search.clear().await.unwrap();
    search.send_keys("no entry says this").await.unwrap();
    app.find(MAIN, "//h2[.='No entry matches the filter']")
        .await
        .unwrap();
}

#[tokio::test]
async fn a_log_that_is_changed_while_the_application_runs_is_found_out_and_nothing_can_be_signed() {
    let mut desk = a_signature_that_was_not_applied().await;
    let app = desk.app();
    let line = tamper(&desk.clinic.audit_path());

    app.press(MAIN, "Check the chain again").await.unwrap();
    let broken = "//div[contains(@class, 'chain')]//b[contains(., ', line ')]";
    let says = app.find(MAIN, broken).await.unwrap().text().await.unwrap();
    assert!(
        says.contains(&format!("line {line}, entry {line}")),
        "{says}"
    );
    let text = app.text(MAIN).await.unwrap();
    let stopped = "The activity log was changed from outside, so nothing can be signed.";
    assert!(text.contains(stopped), "{text}");

    // It is said where somebody would sign, too, and no window opens.
    desk.go("Worklist").await.unwrap();
    desk.at_worklist().await.unwrap();
    desk.review(RECORD).await.unwrap();
    desk.fill_in(e2e::Entry::default()).await.unwrap();
    app.press(MAIN, "Sign in again and sign").await.unwrap();
    let refused = format!("//dialog[@open]//*[contains(., '{stopped}')]");
    app.find(MAIN, &refused).await.unwrap();
    assert_eq!(app.windows().await.unwrap(), [MAIN]);
    assert_eq!(desk.audited("signing_started").unwrap().len(), 1);

    // After a restart nothing can be done at all before IT has looked at it.
    let kept = std::fs::read(desk.clinic.audit_path()).unwrap();
    desk.close_app().await.unwrap();
    let closed = std::fs::read(desk.clinic.audit_path()).unwrap();
    assert!(closed.starts_with(&kept), "what is there is evidence");
    desk.start_app().await.unwrap();
    let app = desk.app();
    app.heading("Countersign cannot be used").await.unwrap();
    let text = app.text(MAIN).await.unwrap();
    assert!(
        text.contains(stopped) && text.contains("audit_broken"),
        "{text}"
    );
    assert!(!text.contains(RECORD), "{text}");
    let refused = app.invoke("worklist", &json!({})).await.unwrap();
    assert_eq!(refused.unwrap_err()["code"], "audit_broken");
    assert_eq!(std::fs::read(desk.clinic.audit_path()).unwrap(), closed);
}
