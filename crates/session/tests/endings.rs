//! The end of a session is its own: what comes after it, late renewals included, touches nobody else's.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use demo::idp::{ADAMS, BAKER};
use jiff::Timestamp;
use session::{AccessError, SessionEnd};
use support::Home;
use support::robot_agent::Person;
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn a_session_that_is_over_does_not_touch_the_next_ones_file() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    let vault = home.vault().await;
    let sign_in = || home.sign_in_with(vault.clone(), CancellationToken::new());
    let first = sign_in().await.unwrap().session;
    first.forget().await.unwrap();
    assert!(!home.vault_file().exists());
    home.agent.now_in_front(Person::SignsInAs(&BAKER));
    let second = sign_in().await.unwrap().session;
    let kept = std::fs::read(home.vault_file()).unwrap();

    let late = first.renew(Timestamp::now()).await;
    let done = first.sign_out(&home.transport, Timestamp::now()).await;
    first.expire(Timestamp::now()).await;

    assert!(matches!(
        late,
        Err(AccessError::Ended(SessionEnd::SignedOut))
    ));
    done.wiped.unwrap();
    assert_eq!(std::fs::read(home.vault_file()).unwrap(), kept);
    assert_eq!(second.end(), None);
}

#[tokio::test]
async fn a_renewal_that_races_with_the_sign_out_brings_no_file_back() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    let vault = home.vault().await;
    for _ in 0..5 {
        let session = home
            .sign_in_with(vault.clone(), CancellationToken::new())
            .await
            .unwrap()
            .session;

        let (_, done) = tokio::join!(
            session.renew(Timestamp::now()),
            session.sign_out(&home.transport, Timestamp::now()),
        );

        done.wiped.unwrap();
        assert!(!home.vault_file().exists());
    }
}

#[tokio::test]
async fn an_idle_session_can_be_ended_at_its_limit() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    let session = home.sign_in().await.unwrap().session;

    let end = session.expire(Timestamp::now()).await;

    assert_eq!(end, SessionEnd::AbsoluteLimit);
    assert_eq!(session.ended().await, SessionEnd::AbsoluteLimit);
    assert!(!home.vault_file().exists());
    let refused = session.access_token(Timestamp::now()).await;
    assert!(matches!(refused, Err(AccessError::Ended(_))));
}
