//! A disk that does not take the session's file: the session goes on, and says that it is in memory only.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::fs;

use demo::idp::ADAMS;
use jiff::Timestamp;
use session::{Kept, MemoryOnly};
use support::Home;
use support::robot_agent::Person;

const NOT_KEPT: Kept = Kept::InMemory(MemoryOnly::Disk);

async fn home() -> Home {
    Home::new(Person::SignsInAs(&ADAMS)).await
}

/// Nothing can be written where something else already stands, whoever asks.
fn stand_in_the_way(home: &Home) {
    fs::create_dir_all(home.vault_file().join("not ours")).unwrap();
}

fn make_room(home: &Home) {
    fs::remove_dir_all(home.vault_file()).unwrap();
}

#[tokio::test]
async fn a_sign_in_that_could_not_be_kept_is_in_memory_until_a_renewal_can() {
    let home = home().await;
    stand_in_the_way(&home);

    let signed_in = home.sign_in().await.unwrap();

    assert!(signed_in.not_kept.is_some());
    let session = signed_in.session;
    assert_eq!(session.kept(), NOT_KEPT);
    make_room(&home);
    session.renew(Timestamp::now()).await.unwrap();
    assert_eq!(session.kept(), Kept::OnDisk);
    assert!(home.vault_file().is_file());
}

#[tokio::test]
async fn a_renewal_that_could_not_be_kept_leaves_the_session_in_memory() {
    let home = home().await;
    let session = home.sign_in().await.unwrap().session;
    assert_eq!(session.kept(), Kept::OnDisk);
    fs::remove_file(home.vault_file()).unwrap();
    stand_in_the_way(&home);

    session.renew(Timestamp::now()).await.unwrap();

    assert_eq!(session.kept(), NOT_KEPT);
    assert_eq!(session.end(), None);
}

#[tokio::test]
async fn a_lock_that_could_not_be_written_down_leaves_the_session_in_memory() {
    let home = home().await;
    let session = home.sign_in().await.unwrap().session;
    // What lies there now is no session that could be changed: only removed.
    fs::write(home.vault_file(), b"not a box of ours").unwrap();

    session.note_locked().await.unwrap_err();

    assert_eq!(session.kept(), NOT_KEPT);
}
