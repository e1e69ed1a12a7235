//! A device that everybody uses: it shows how long it waits, lets go at once whatever the network does, keeps nothing, and has
//! no way out to files, printers or browsers.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::path::PathBuf;

use demo::clinic::ClinicConfig;
use demo::idp::{ADAMS, Fault, Faults};
use e2e::{CEREMONY, Desk, MAIN, Search, until};
use serde_json::{Value, json};

const RECORD: &str = "AE-00914";
const SEEN: [&str; 4] = [RECORD, "AM-1203", "Study medication, blinded", ADAMS.name];
const SIGN_OUT: &str = "//button[normalize-space(.)='Sign out']";

/// A kiosk where the session ends by itself after half a minute without a touch.
async fn kiosk() -> Desk {
    let clinic = ClinicConfig {
        kiosk: true,
        ..ClinicConfig::default()
    };
    let ends = |policy: String| policy.replace("idle_end = \"lock\"", "idle_end = \"sign_out\"");
    Desk::open_in(clinic, ends).await.unwrap()
}

async fn come_in(desk: &Desk) {
    let app = desk.app();
    app.heading("Nobody is signed in").await.unwrap();
    app.press(MAIN, "Sign in").await.unwrap();
    desk.authenticate(&ADAMS).await.unwrap();
    app.find(MAIN, "//h1[contains(., 'wait for you')]")
        .await
        .unwrap();
    app.until_window(CEREMONY, false).await.unwrap();
}

async fn read_a_record(desk: &Desk) {
    let row = format!("//li//a[contains(., '{RECORD}')]");
    desk.app()
        .find(MAIN, &row)
        .await
        .unwrap()
        .click()
        .await
        .unwrap();
    let shown = "//*[contains(., 'Study medication, blinded')]";
    desk.app().find(MAIN, shown).await.unwrap();
}

/// Nobody is signed in, and of whoever was there is nothing to be seen, in memory or on the disk.
async fn nothing_is_left(desk: &Desk) {
    let app = desk.app();
    let seen = [
        app.page().await.unwrap(),
        app.titles().await.unwrap(),
        app.accessible_text().await.unwrap(),
    ];
    for text in SEEN {
        assert!(
            !seen.iter().any(|place| place.contains(text)),
            "{text} in {seen:?}"
        );
    }
    assert_eq!(app.page_memory(&SEEN).unwrap(), BTreeSet::new());
    let (on_disk, _) = Search::new(&SEEN).found_below(desk.home()).unwrap();
    assert_eq!(on_disk, BTreeSet::new());
    assert_eq!(kept(desk), Vec::<PathBuf>::new());
}

/// The one way out that is always there.
async fn sign_out(desk: &Desk) {
    let app = desk.app();
    app.find(MAIN, SIGN_OUT).await.unwrap();
    // The page goes with it, so it is not asked for an answer.
    let press =
        "setTimeout(() => document.querySelector('header button.out').click(), 0); return null";
    app.script(MAIN, press).await.unwrap();
    app.heading("Nobody is signed in").await.unwrap();
}

/// What the application keeps of sessions: none of it is there on a kiosk, whoever is signed in.
fn kept(desk: &Desk) -> Vec<PathBuf> {
    let folder = desk.home().join("data/countersign");
    let files = std::fs::read_dir(folder).unwrap().flatten();
    let paths = files.map(|file| file.path());
    paths
        .filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.starts_with("session") || name.starts_with("owed")
        })
        .collect()
}

fn tokens(desk: &Desk) -> usize {
    desk.clinic.idp().active_tokens().len()
}

#[tokio::test]
async fn the_time_left_is_always_shown_and_at_its_end_nothing_is_left() {
    let desk = kiosk().await;
    let there = desk.somebody_is_there();
    come_in(&desk).await;
    read_a_record(&desk).await;
    let app = desk.app();
    let found = app.page_memory(&SEEN).unwrap();
    let text = app.text(MAIN).await.unwrap();
    for seen in SEEN {
        let there = found.iter().any(|trace| trace.text == seen);
        assert!(
            there,
            "{seen} is not among {found:?}; on the screen:\n{text}"
        );
    }

    // Beside everything else there is the way out, and the time that is left.
    app.find(MAIN, SIGN_OUT).await.unwrap();
    let timer = "//*[@role='timer'][starts-with(normalize-space(.), 'Signs you out in')]";
    app.find(MAIN, timer).await.unwrap();
    assert_eq!(kept(&desk), Vec::<PathBuf>::new());

    // A question when nobody is there, and then the end.
    drop(there);
    app.find(MAIN, "//dialog[@open]//h2[.='Still there?']")
        .await
        .unwrap();
    app.find(MAIN, &format!("//dialog[@open]{SIGN_OUT}"))
        .await
        .unwrap();
    let back = desk.somebody_is_there();
    app.find(MAIN, "//body[not(.//dialog[@open])]")
        .await
        .unwrap();
    assert_eq!(
        desk.audited("signed_out").unwrap().len(),
        0,
        "a touch goes on"
    );
    drop(back);
    app.find(MAIN, "//dialog[@open]//h2[.='Still there?']")
        .await
        .unwrap();
    app.heading("Nobody is signed in").await.unwrap();

    nothing_is_left(&desk).await;
    until("the end to be written down", || async {
        Ok(desk.audited("signed_out")?.len() == 1)
    })
    .await
    .unwrap();
    assert_eq!(desk.audited("signed_out").unwrap()[0]["by"], "idle");
    assert_eq!(tokens(&desk), 0);
}

#[tokio::test]
async fn signing_out_wipes_at_once_though_nobody_can_be_reached() {
    let mut desk = kiosk().await;
    let _there = desk.somebody_is_there();
    come_in(&desk).await;
    read_a_record(&desk).await;
    desk.clinic.stop_gateway().await.unwrap();
    desk.clinic.idp().stop();
    let app = desk.app();

    sign_out(&desk).await;

    nothing_is_left(&desk).await;
    let refused = app.invoke("worklist", &json!({})).await.unwrap();
    assert_eq!(refused.unwrap_err()["code"], "not_signed_in");
}

#[tokio::test]
async fn what_the_provider_could_not_take_back_it_takes_back_when_it_can() {
    let desk = kiosk().await;
    let _there = desk.somebody_is_there();
    come_in(&desk).await;
    desk.clinic
        .idp()
        .set_faults(Faults::only(Fault::RevocationDown));
    let before = tokens(&desk);
    assert!(before > 0);

    sign_out(&desk).await;
    until("the end to be written down", || async {
        Ok(desk.audited("signed_out")?.len() == 1)
    })
    .await
    .unwrap();
    assert_eq!(
        desk.audited("signed_out").unwrap()[0]["tokens_revoked"],
        false
    );
    nothing_is_left(&desk).await;

    desk.clinic.idp().set_faults(Faults::none());
    until("the tokens to be taken back", || async {
        Ok(tokens(&desk) == 0)
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn there_is_no_way_to_files_printers_or_browsers() {
    let desk = kiosk().await;
    let _there = desk.somebody_is_there();
    come_in(&desk).await;
    let app = desk.app();

    let query = json!({ "kind": "all", "text": "", "before": null });
    let arguments =
        json!({ "signatureId": "0191e2a4-0000-7000-8000-000000000000", "query": query });
    for command in [
        "verify_file",
        "save_evidence",
        "save_report",
        "save_activity",
        "save_diagnostics",
        "print_page",
    ] {
        let answer = app.invoke(command, &arguments).await.unwrap();
        assert_eq!(answer.unwrap_err()["code"], "not_allowed_here", "{command}");
    }
    let around = json!({ "url": "https://clinic.example/", "path": "/etc/passwd", "options": {}, "label": "x" });
    for command in [
        "plugin:opener|open_url",
        "plugin:opener|open_path",
        "plugin:dialog|open",
        "plugin:dialog|save",
        "plugin:webview|create_webview_window",
        "plugin:window|create",
        "plugin:webview|print",
    ] {
        let answer = app.invoke(command, &around).await.unwrap();
        let said = answer.unwrap_err();
        let said = said.as_str().unwrap_or_default();
        assert!(
            said.contains("not allowed") || said.contains("not found"),
            "{command}: {said}"
        );
    }
    let opened = app
        .script(
            MAIN,
            "return window.open('https://clinic.example/') === null",
        )
        .await
        .unwrap();
    assert_eq!(opened, true);
    app.script(
        MAIN,
        "location.href = 'https://clinic.example/'; return null",
    )
    .await
    .unwrap();
    assert_eq!(
        app.script(MAIN, "return location.protocol").await.unwrap(),
        "tauri:"
    );
    assert_eq!(app.windows().await.unwrap(), [MAIN]);

    // Nor does any screen offer one: no navigation, no link that leaves, no field for a file.
    read_a_record(&desk).await;
    let offers = "return [...document.querySelectorAll('nav a, input[type=file], a[download], a[target], a[href]:not([href^=\"#\"])')].map((one) => one.outerHTML)";
    assert_eq!(app.script(MAIN, offers).await.unwrap(), json!([]));
    let says = app.text(MAIN).await.unwrap();
    for words in ["Save", "Export", "Print", "Verify a file"] {
        assert!(!says.contains(words), "{words} in {says}");
    }
}

#[tokio::test]
async fn a_policy_that_would_leave_traces_on_a_kiosk_stops_the_application_and_says_which() {
    for (value, contradiction) in [
        (
            "sign_in_agent = \"window\"",
            "sign_in_agent = \"system_browser\"",
        ),
        (
            "profile = \"kiosk\"",
            "profile = \"kiosk\"\nremember = \"keyring\"",
        ),
    ] {
        let clinic = ClinicConfig {
            kiosk: true,
            ..ClinicConfig::default()
        };
        let change = |policy: String| policy.replace(value, contradiction);
        let desk = Desk::open_in(clinic, change).await.unwrap();

        let app = desk.app();
        app.heading("Countersign cannot be used").await.unwrap();
        let says = app.text(MAIN).await.unwrap();
        let key = contradiction
            .rsplit('\n')
            .next()
            .unwrap()
            .split(' ')
            .next()
            .unwrap();
        assert!(says.contains(&format!("session.{key}")), "{says}");
        assert!(says.contains("session.profile = kiosk"), "{says}");
        let refused: Result<Value, Value> = app.invoke("sign_in", &json!({})).await.unwrap();
        assert!(refused.is_err());
    }
}
