//! A session that was locked, or left for too long, does not come back open because the program was ended in between.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use demo::idp::ADAMS;
use jiff::{SignedDuration, Timestamp};
use policy::Remember;
use session::{Restored, Session, restore};
use support::Home;
use support::robot_agent::Person;
use tokio_util::sync::CancellationToken;

async fn home() -> Home {
    Home::new(Person::SignsInAs(&ADAMS)).await
}

/// What a restart finds, so long after now.
async fn restarted(home: &Home, later: SignedDuration) -> Restored {
    let party = home.relying_party.clone();
    let now = Timestamp::now() + later;
    restore(party, home.vault().await, &home.policy, now).await
}

fn idle_lock(home: &Home) -> SignedDuration {
    SignedDuration::from_secs(i64::from(home.policy.session.idle_lock_s))
}

fn locked(restored: Restored) -> Session {
    match restored {
        Restored::Locked(session) => session,
        Restored::Session(_) => panic!("it came back open"),
        Restored::Nobody => panic!("nobody was signed in"),
        Restored::Over(end) => panic!("it is over: {end:?}"),
        Restored::Unusable(why) => panic!("{why}"),
    }
}

const AT_ONCE: SignedDuration = SignedDuration::ZERO;

#[tokio::test]
async fn a_locked_session_comes_back_locked_until_somebody_unlocks_it() {
    let home = home().await;
    let session = home.sign_in().await.unwrap().session;

    session.note_locked().await.unwrap();

    // However often the program is started, and whoever touches the computer meanwhile.
    let again = locked(restarted(&home, AT_ONCE).await);
    again.note_seen(Timestamp::now()).await.unwrap();
    let again = locked(restarted(&home, AT_ONCE).await);
    again.note_unlocked(Timestamp::now()).await.unwrap();
    let open = restarted(&home, AT_ONCE).await;
    assert!(matches!(open, Restored::Session(_)));
}

#[tokio::test]
async fn a_session_that_was_left_for_as_long_as_it_takes_to_lock_comes_back_locked() {
    let home = home().await;
    home.sign_in().await.unwrap();
    let longest = idle_lock(&home);
    let in_time = restarted(&home, longest - SignedDuration::from_secs(30)).await;
    assert!(matches!(in_time, Restored::Session(_)));

    locked(restarted(&home, longest).await);

    // A clock that is set back afterwards opens it no more.
    locked(restarted(&home, AT_ONCE).await);
}

#[tokio::test]
async fn whoever_was_seen_a_moment_ago_goes_on() {
    let home = home().await;
    let session = home.sign_in().await.unwrap().session;
    let longest = idle_lock(&home);

    let seen = session.note_seen(Timestamp::now() + longest).await;

    seen.unwrap();
    let restored = restarted(&home, longest + SignedDuration::from_secs(5)).await;
    assert!(matches!(restored, Restored::Session(_)));
}

#[tokio::test]
async fn a_clock_that_went_back_while_the_program_did_not_run_locks() {
    let home = home().await;
    home.sign_in().await.unwrap();
    locked(restarted(&home, SignedDuration::from_mins(-5)).await);
}

#[tokio::test]
async fn a_renewal_behind_the_lock_does_not_open_it() {
    let home = home().await;
    let session = home.sign_in().await.unwrap().session;
    session.note_locked().await.unwrap();

    session.renew(Timestamp::now()).await.unwrap();

    locked(restarted(&home, AT_ONCE).await);
}

#[tokio::test]
async fn a_lock_is_kept_also_while_the_provider_is_away() {
    let home = home().await;
    let session = home.sign_in().await.unwrap().session;
    home.idp.stop();
    session.note_locked().await.unwrap();
    locked(restarted(&home, AT_ONCE).await);
}

#[tokio::test]
async fn noting_brings_no_file_back_of_a_session_that_is_over() {
    let home = home().await;
    let session = home.sign_in().await.unwrap().session;
    session.forget().await.unwrap();

    session.note_seen(Timestamp::now()).await.unwrap();
    session.note_locked().await.unwrap();

    assert!(!home.vault_file().exists());
}

#[tokio::test]
async fn a_session_in_memory_only_notes_nothing_on_the_disk() {
    let home = home().await;
    let vault = home.vault_at(home.place(), Remember::Memory).await;
    let signing_in = home.sign_in_of(vault).run(CancellationToken::new());
    let session = signing_in.await.unwrap().session;

    session.note_locked().await.unwrap();
    session.note_unlocked(Timestamp::now()).await.unwrap();

    assert!(!home.vault_file().exists());
}

#[tokio::test]
async fn a_lock_that_cannot_be_written_down_leaves_nothing_that_would_come_back_open() {
    let home = home().await;
    let session = home.sign_in().await.unwrap().session;
    // What lies there now is no session that could be changed: only removed.
    std::fs::write(home.vault_file(), b"not a box of ours").unwrap();

    let noted = session.note_locked().await;

    assert!(noted.is_err());
    assert!(!home.vault_file().exists());
}
