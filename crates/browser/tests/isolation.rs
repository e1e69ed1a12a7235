//! What one ceremony's browser leaves, no other finds, and nothing of it stays on disk.
#![cfg(target_os = "linux")] // What is observed is its process table and its desktop.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::site::Site;
use common::{Desk, nothing_is_left, opening};
use serde_json::{Value, json};

fn nothing() -> Value {
    json!({ "cookie": "", "local": null, "indexed": null, "kept": 0 })
}

fn everything() -> Value {
    json!({ "cookie": "trace=left", "local": "left", "indexed": "left", "kept": 1 })
}

#[tokio::test]
async fn two_ceremonies_share_no_cookie_storage_database_or_cache() {
    let mut site = Site::start().await;
    let desk = Desk::new();
    let mut one = desk.open(opening(site.origin(), &[])).await;
    one.visit(site.at("/leave"), true).await.unwrap();
    site.reported().await;
    one.visit(site.at("/look"), true).await.unwrap();
    let within = site.reported().await;
    let fetched_within = site.fetched();
    nothing_is_left(&one.close().await, &desk);

    let mut other = desk.open(opening(site.origin(), &[])).await;
    other.visit(site.at("/look"), true).await.unwrap();
    let found = site.reported().await;

    assert_eq!(within, everything(), "the traces are real within one jar");
    assert_eq!(found, nothing());
    assert_eq!(
        (fetched_within, site.fetched()),
        (1, 2),
        "within one jar the cache answers; the next one asks again"
    );
    nothing_is_left(&other.close().await, &desk);
}

#[tokio::test]
async fn two_browsers_at_the_same_time_are_strangers() {
    let mut site = Site::start().await;
    let desk = Desk::new();
    let mut one = desk.open(opening(site.origin(), &[])).await;
    let mut other = desk.open(opening(site.origin(), &[])).await;
    one.visit(site.at("/leave"), true).await.unwrap();
    site.reported().await;

    other.visit(site.at("/look"), true).await.unwrap();

    assert_eq!(site.reported().await, nothing());
    assert!(other.close().await.is_complete());
    one.visit(site.at("/look"), true).await.unwrap();
    assert_eq!(
        site.reported().await,
        everything(),
        "the end of one is not the end of the other"
    );
    nothing_is_left(&one.close().await, &desk);
}

#[tokio::test]
async fn a_visit_out_of_sight_uses_the_same_jar_as_the_window() {
    let mut site = Site::start().await;
    let desk = Desk::new();
    let mut agent = desk.open(opening(site.origin(), &[])).await;
    agent.visit(site.at("/leave"), false).await.unwrap();
    site.reported().await;
    common::until("it to be out of sight", || !common::can_see("Acting page")).await;

    agent.visit(site.at("/look"), true).await.unwrap();
    assert_eq!(site.reported().await, everything());
    common::until("the window", || common::can_see("Acting page")).await;

    agent.visit(site.at("/look"), false).await.unwrap();
    assert_eq!(site.reported().await, everything());
    common::until("the window to go", || !common::can_see("Acting page")).await;
    nothing_is_left(&agent.close().await, &desk);
}

#[tokio::test]
async fn the_profile_is_for_nobody_else_while_it_lives() {
    use std::os::unix::fs::PermissionsExt;
    let site = Site::start().await;
    let desk = Desk::new();
    let agent = desk.open(opening(site.origin(), &[])).await;

    let folders: Vec<_> = std::fs::read_dir(desk.place())
        .unwrap()
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .collect();

    assert_eq!(folders.len(), 1);
    let mode = folders[0].metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    nothing_is_left(&agent.close().await, &desk);
}
