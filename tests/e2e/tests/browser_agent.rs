//! Signing in a throw-away browser (`signing.agent = "browser"`), with Chromium on the real screen.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::ensure;
use demo::idp::{ADAMS, Account, BAKER};
use e2e::{CEREMONY, Desk, Entry, MAIN, until};
use std::process::Command;

const RECORD: &str = "LAB-88123";
/// The title of the identity provider's page.
const PAGE: &str = "DEMO identity provider";

#[tokio::test]
async fn after_every_ending_nothing_of_the_browser_is_left_and_a_signature_is_recorded() {
    let desk = at_work().await;

    // Cancelled in the application.
    begin(&desk).await;
    desk.app().press(MAIN, "Cancel signing").await.unwrap();
    ended(&desk, "You cancelled", 1).await;

    // The person closes the window, as any other.
    begin(&desk).await;
    desk.app().close_window(PAGE).await.unwrap();
    ended(&desk, "You cancelled", 2).await;

    // Somebody else, in a jar of their own.
    let before = (desk.vault().unwrap(), tokens_of(&desk, "u-adams"));
    begin(&desk).await;
    authenticate(&BAKER);
    ended(&desk, "The signature was not applied", 3).await;
    assert_eq!((desk.vault().unwrap(), tokens_of(&desk, "u-adams")), before);
    assert_eq!(tokens_of(&desk, "u-baker"), 0);
    assert_eq!(desk.clinic.committed().unwrap(), 0);

    // The right person. Nobody is signed in in this jar either, or the provider would not ask.
    begin(&desk).await;
    authenticate(&ADAMS);
    ended(&desk, "Signed and recorded", 4).await;
    assert_eq!(desk.clinic.committed().unwrap(), 1);
    assert_eq!(desk.audited("preflight_passed").unwrap().len(), 4);
}

#[tokio::test]
async fn an_application_that_is_killed_leaves_a_browser_that_the_next_start_sweeps() {
    let mut desk = at_work().await;
    begin(&desk).await;
    assert_eq!(profiles(desk.home()).len(), 1);

    desk.kill_app().await.unwrap();
    until("the browser to end by itself", || async {
        Ok(browsers(desk.home()).is_empty())
    })
    .await
    .unwrap();
    desk.start_app().await.unwrap();
    desk.at_worklist().await.unwrap();

    until("the sweep", || async {
        Ok(profiles(desk.home()).is_empty())
    })
    .await
    .unwrap();
}

/// Signed in, at the worklist; signing goes through the browser.
async fn at_work() -> Desk {
    let desk = Desk::open_with(|policy| {
        policy.replace("agent = \"window\"\nacr", "agent = \"browser\"\nacr")
    })
    .await
    .unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
    desk.app().until_window(CEREMONY, false).await.unwrap();
    desk
}

/// From the worklist to the identity provider's page in the browser.
async fn begin(desk: &Desk) {
    desk.review(RECORD).await.unwrap();
    desk.fill_in(Entry::default()).await.unwrap();
    let app = desk.app();
    app.press(MAIN, "Sign in again and sign").await.unwrap();
    until("the browser's window", || async { Ok(can_see(PAGE)) })
        .await
        .unwrap();
    assert_eq!(
        app.windows().await.unwrap(),
        [MAIN],
        "no window of ours beside the main one"
    );
}

/// The identity provider already knows who is meant, so the password has the focus.
fn authenticate(account: &Account) {
    let front = [
        "search",
        "--onlyvisible",
        "--name",
        PAGE,
        "windowactivate",
        "--sync",
    ];
    for keys in [
        front.as_slice(),
        &["key", "shift+Tab"],
        &["key", "ctrl+a"],
        &["type", "--delay", "20", account.username],
        &["key", "Tab"],
        &["type", "--delay", "20", account.password],
        &["key", "Return"],
    ] {
        xdotool(keys).unwrap();
    }
}

async fn ended(desk: &Desk, heading: &str, count: usize) {
    desk.app().heading(heading).await.unwrap();
    let cleaned = desk.cleaned_up(count).await.unwrap();
    for gone in [
        "window_gone",
        "processes_gone",
        "jar_gone",
        "tokens_revoked",
    ] {
        assert_eq!(cleaned[gone], true, "{heading}: {gone}");
    }
    assert!(!can_see(PAGE), "{heading}");
    assert_eq!(browsers(desk.home()), Vec::<u32>::new(), "{heading}");
    assert_eq!(profiles(desk.home()), Vec::<PathBuf>::new(), "{heading}");
    desk.leave_ending().await.unwrap();
}

fn tokens_of(desk: &Desk, subject: &str) -> usize {
    let tokens = desk.clinic.idp().active_tokens();
    tokens
        .iter()
        .filter(|token| token.subject == subject)
        .count()
}

/// Living browsers whose data lie below the desk's home.
fn browsers(home: &Path) -> Vec<u32> {
    let ours = format!("--user-data-dir={}", home.display());
    fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| {
            let process = entry.file_name().to_str()?.parse().ok()?;
            let command = fs::read(entry.path().join("cmdline")).ok()?;
            let command = String::from_utf8_lossy(&command).into_owned();
            command.contains(&ours).then_some(process)
        })
        .collect()
}

/// The profiles that exist.
fn profiles(home: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(home.join("data/countersign/browser")) else {
        return Vec::new();
    };
    let paths = entries.flatten().map(|entry| entry.path());
    paths.filter(|path| path.is_dir()).collect()
}

fn can_see(title: &str) -> bool {
    xdotool(&["search", "--onlyvisible", "--name", title]).is_ok()
}

fn xdotool(arguments: &[&str]) -> anyhow::Result<()> {
    let done = Command::new("xdotool").args(arguments).output()?;
    ensure!(done.status.success(), "xdotool {arguments:?}");
    Ok(())
}
