//! What IT decided, where, and whether everything works, as the About screen says it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use demo::idp::ADAMS;
use e2e::{Desk, MAIN, until};
use serde_json::{Value, json};

const POLICY: &str = "return [...document.querySelectorAll('table.policy tbody tr')].map((row) =>
    [row.querySelector('summary').textContent.trim(), row.children[1].innerText.trim(), row.children[2].innerText.trim()])";
/// Title and state of every check.
const CHECKS: &str =
    "return [...document.querySelectorAll('[aria-labelledby=checks-title] li')].map((row) =>
    row.innerText.split('\\n')[0].trim())";

async fn rows(desk: &Desk, script: &str) -> Vec<Value> {
    let rows = desk.app().script(MAIN, script).await.unwrap();
    rows.as_array().unwrap().clone()
}

async fn until_checked(desk: &Desk, expected: Value) {
    let checked = until("the checks", || async {
        Ok(json!(rows(desk, CHECKS).await) == expected)
    });
    if let Err(error) = checked.await {
        panic!("{error}: {:?}", rows(desk, CHECKS).await);
    }
}

#[tokio::test]
async fn every_value_is_shown_with_who_set_it_and_every_check_with_how_it_stands() {
    let change = |policy: String| policy.replace("[session]\n", "[session]\nidle_lock_s = 240\n");
    let mut desk = Desk::open_with(change).await.unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
    desk.go("About").await.unwrap();
    desk.app().heading("About and diagnostics").await.unwrap();
    desk.app()
        .find(MAIN, "//table[contains(@class, 'policy')]//tbody/tr")
        .await
        .unwrap();

    let policy = rows(&desk, POLICY).await;
    let issuer = desk.clinic.idp().issuer().to_owned();
    for expected in [
        json!(["identity.issuer", issuer, "Policy file"]),
        json!(["session.idle_lock_s", "240", "Policy file"]),
        json!(["signing.mismatch_limit", "3", "Default"]),
        json!(["records.ca_file", "none", "Default"]),
    ] {
        assert!(
            policy.contains(&expected),
            "{expected} is not in {policy:?}"
        );
    }
    let shown: Vec<&str> = policy.iter().map(|row| row[0].as_str().unwrap()).collect();
    let known: Vec<&str> = policy::FIELDS.iter().map(|field| field.key).collect();
    assert_eq!(shown, known);

    until_checked(
        &desk,
        json!([
            "Identity provider, in order",
            "Records service, in order",
            "Separate window, in order",
            "Key store of this computer, in order",
            "Activity log, in order",
            "Outbox, in order",
        ]),
    )
    .await;

    // What does not work says so, when it is asked again.
    desk.clinic.stop_gateway().await.unwrap();
    desk.clinic.idp().stop();
    desk.app().press(MAIN, "Run checks again").await.unwrap();
    until_checked(
        &desk,
        json!([
            "Identity provider, does not work",
            "Records service, does not work",
            "Separate window, in order",
            "Key store of this computer, in order",
            "Activity log, in order",
            "Outbox, in order",
        ]),
    )
    .await;

    // The report for IT says the same, and nothing of a record.
    desk.app()
        .press(MAIN, "Save diagnostics report")
        .await
        .unwrap();
    let saved = desk.app().find(
        MAIN,
        "//p[starts-with(normalize-space(.), 'The report was saved: ')]",
    );
    let saved = saved.await.unwrap().text().await.unwrap();
    let report = std::fs::read_to_string(saved.trim().rsplit(": ").next().unwrap()).unwrap();
    assert!(
        report.contains(&format!("identity.issuer = {issuer}")),
        "{report}"
    );
    for text in ["LAB-88123", "AM-1207", "P-20418"] {
        assert!(!report.contains(text), "{report}");
    }
}
