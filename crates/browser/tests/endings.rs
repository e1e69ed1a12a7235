//! However it ends: window, processes and profile are gone.
#![cfg(target_os = "linux")] // What is observed is its process table and its desktop.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use browser::{BrowserAgent, Installed};
use common::site::Site;
use common::{Desk, next, nothing_is_left, opening, until, xdotool};
use identity::{Agent, AgentError, AgentEvent, OpenAgent};
use serde_json::json;

/// An agent that shows a page.
async fn shown(site: &mut Site, desk: &Desk) -> Box<dyn OpenAgent> {
    let mut agent = desk.open(opening(site.origin(), &[])).await;
    agent.visit(site.at("/leave"), true).await.unwrap();
    site.reported().await;
    until("the window", || common::can_see("Acting page")).await;
    agent
}

#[tokio::test]
async fn after_the_person_closed_the_window_the_jar_still_takes_its_leave() {
    let mut site = Site::start().await;
    let desk = Desk::new();
    let mut agent = shown(&mut site, &desk).await;

    common::type_into("Acting page", &["<alt+F4>"]).await;

    assert_eq!(next(agent.as_mut()).await, AgentEvent::ClosedByPerson);
    until("the window to go", || !common::can_see("Acting page")).await;
    // The provider's end-session page is visited with the cookies of the ceremony.
    agent.visit(site.at("/look"), false).await.unwrap();
    assert_eq!(site.reported().await["cookie"], "trace=left");
    nothing_is_left(&agent.close().await, &desk);
}

#[tokio::test]
async fn a_browser_that_is_killed_is_a_failed_agent() {
    let mut site = Site::start().await;
    let desk = Desk::new();
    let mut agent = shown(&mut site, &desk).await;

    for process in desk.processes() {
        // Some of them end with the first.
        drop(
            Command::new("kill")
                .args(["-9", &process.to_string()])
                .output(),
        );
    }

    assert_eq!(next(agent.as_mut()).await, AgentEvent::Failed);
    let visited = agent.visit(site.at("/look"), false).await;
    assert_eq!(visited, Err(AgentError::Closed));
    nothing_is_left(&agent.close().await, &desk);
}

#[tokio::test]
async fn a_page_whose_process_crashes_is_a_failed_agent() {
    let mut site = Site::start().await;
    let desk = Desk::new();
    let mut agent = shown(&mut site, &desk).await;

    for process in desk.processes() {
        let line = fs::read_to_string(format!("/proc/{process}/cmdline")).unwrap_or_default();
        if line.contains("--type=renderer") {
            drop(
                Command::new("kill")
                    .args(["-9", &process.to_string()])
                    .output(),
            );
        }
    }

    assert_eq!(next(agent.as_mut()).await, AgentEvent::Failed);
    nothing_is_left(&agent.close().await, &desk);
}

#[tokio::test]
async fn an_agent_that_is_dropped_takes_everything_along() {
    let mut site = Site::start().await;
    let desk = Desk::new();
    let agent = shown(&mut site, &desk).await;
    assert!(!desk.processes().is_empty());

    drop(agent);

    assert_eq!(desk.processes(), Vec::<u32>::new());
    assert_eq!(desk.left(), Vec::<PathBuf>::new());
    // The window manager takes it off the screen in its own time.
    until("the window to go", || !common::can_see("Acting page")).await;
}

#[tokio::test]
async fn so_does_an_agent_whose_task_panics() {
    let mut site = Site::start().await;
    let desk = Desk::new();
    let agent = shown(&mut site, &desk).await;

    let panicked = tokio::spawn(async move {
        let _held = agent;
        panic!("on purpose");
    })
    .await;

    assert!(panicked.is_err());
    assert_eq!(desk.processes(), Vec::<u32>::new());
    assert_eq!(desk.left(), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn a_browser_in_the_middle_of_a_slow_page_is_closed_all_the_same() {
    let mut site = Site::start().await;
    let desk = Desk::new();
    let mut agent = desk.open(opening(site.origin(), &[])).await;
    // It keeps its own thread busy and would like to be asked before it goes.
    site.will("addEventListener('beforeunload', (event) => event.preventDefault()); setTimeout(() => { for (;;); }, 200); return 'busy'");
    agent.visit(site.at("/act"), true).await.unwrap();
    assert_eq!(site.reported().await, json!("busy"));

    let disposal = agent.close().await;

    assert!(disposal.is_complete(), "{disposal:?}");
    assert_eq!(desk.processes(), Vec::<u32>::new());
    assert_eq!(desk.left(), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn the_window_comes_forward_when_asked() {
    let mut site = Site::start().await;
    let desk = Desk::new();
    let mut agent = shown(&mut site, &desk).await;
    let minimise = [
        "search",
        "--onlyvisible",
        "--name",
        "Acting page",
        "windowminimize",
    ];
    assert!(xdotool(&minimise));
    until("the window to go", || !common::can_see("Acting page")).await;

    let handle = agent.handle();
    handle.bring_forward().await;

    until("the window", || common::can_see("Acting page")).await;
    agent.visit(site.at("/look"), false).await.unwrap();
    site.reported().await;
    until("the window to go", || !common::can_see("Acting page")).await;
    handle.bring_forward().await;
    assert!(
        !common::can_see("Acting page"),
        "what is out of sight stays there"
    );
    nothing_is_left(&agent.close().await, &desk);
    handle.bring_forward().await;
}

#[tokio::test]
async fn without_a_browser_nothing_opens_and_nothing_is_left() {
    let desk = Desk::new();
    let missing = start(&desk, Path::new("/nowhere/chromium")).await;
    assert!(
        matches!(missing, Err(AgentError::NotInstalled(_))),
        "{missing:?}"
    );
    nothing_lies_in(&desk);
}

#[tokio::test]
async fn a_browser_that_ends_at_once_cannot_be_trusted_with_a_jar() {
    let desk = Desk::new();
    let ended = start(&desk, Path::new("/bin/false")).await;
    assert!(
        matches!(ended, Err(AgentError::NotIsolated(_))),
        "{ended:?}"
    );
    nothing_lies_in(&desk);
}

#[tokio::test]
async fn a_browser_that_is_too_old_is_not_used() {
    let desk = Desk::new();
    let old = program(
        // It answers what it is asked, not before.
        "head -c 1 <&3 >/dev/null; printf '{\"id\":1,\"result\":{\"product\":\"Chrome/119.0.1.2\"}}\\0' >&4; cat <&3 >/dev/null",
    );
    let refused = start(&desk, &old.path().join("chromium")).await;
    assert!(
        matches!(&refused, Err(AgentError::NotInstalled(why)) if why.contains("Chrome/119")),
        "{refused:?}"
    );
    nothing_lies_in(&desk);
}

#[tokio::test]
async fn a_browser_that_talks_without_end_is_cut_off() {
    let desk = Desk::new();
    let endless = program("exec tr '\\0' ' ' </dev/zero >&4");
    let refused = start(&desk, &endless.path().join("chromium")).await;
    assert!(refused.is_err(), "{refused:?}");
    nothing_lies_in(&desk);
}

async fn start(desk: &Desk, program: &Path) -> Result<(), AgentError> {
    let agent = BrowserAgent::new(desk.place()).with(Installed::at("Chromium", program.to_owned()));
    agent
        .open(opening("https://id.example", &[]))
        .await
        .map(drop)
}

/// Something in a browser's place.
fn program(script: &str) -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chromium");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

fn nothing_lies_in(desk: &Desk) {
    assert_eq!(desk.processes(), Vec::<u32>::new());
    assert_eq!(desk.left(), Vec::<PathBuf>::new());
}
