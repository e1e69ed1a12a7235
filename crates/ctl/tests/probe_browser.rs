//! `countersignctl probe --agent browser`, with the installed Chromium on the real screen and somebody who types.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod probe_driver;
#[path = "../../browser/tests/common/screen.rs"]
mod screen;

use std::fs;

use demo::idp::{ADAMS, Idp};
use probe_driver::{Probe, idp};
use screen::{bring_forward, can_see, type_into, until};

/// The title of the provider's page.
const PAGE: &str = "DEMO identity provider";

#[tokio::test]
async fn the_browser_agent_shows_what_the_printed_address_cannot() {
    let idp = idp().await;
    let home = tempfile::tempdir().unwrap();
    let report = home.path().join("report.html");
    let probe = Probe::through_a_browser(&idp, home.path());
    let started = probe
        .and(&["--report", &report.display().to_string()])
        .start();

    // Once to sign in to the application, once to sign.
    page_is_ready(&idp, 1).await;
    type_into(PAGE, &[ADAMS.username, "<Tab>", ADAMS.password, "<Return>"]).await;
    until("the sign-in to be over", || !can_see(PAGE)).await;
    // The provider is told who is meant, and asks for the password alone.
    page_is_ready(&idp, 2).await;
    type_into(PAGE, &[ADAMS.password, "<Return>"]).await;
    let ran = started.ended().await;

    assert_eq!(
        (ran.ending(), ran.code),
        (("accepted", None), 0),
        "{}{}",
        ran.out,
        ran.err
    );
    for name in [
        "sign_in",
        "name",
        "preflight",
        "id_token",
        "prompt_login",
        "max_age",
        "isolation",
        "logout",
        "logout_scope",
        "session",
        "ceremony",
    ] {
        assert_ne!(ran.status(name), "fail", "{name}: {}", ran.detail(name));
    }
    // What only an agent of ours can see.
    for name in ["prompt_login", "isolation", "logout"] {
        assert_eq!(ran.status(name), "ok", "{name}: {}", ran.detail(name));
    }
    assert_eq!(ran.pages(), [], "nobody has to visit anything");
    assert!(
        fs::read_to_string(&report)
            .unwrap()
            .contains("answer accepted")
    );
    assert_eq!(idp.active_tokens(), []);
    let profiles = fs::read_dir(home.path().join("data/countersign/browser")).unwrap();
    let left: Vec<_> = profiles
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

/// Waits until the keys go into the first field of so many pages: a window that can be seen is not yet one to type into.
async fn page_is_ready(idp: &Idp, pages: usize) {
    bring_forward(PAGE).await;
    until("the page to be ready", || idp.ready_pages() >= pages).await;
}
