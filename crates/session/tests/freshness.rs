//! Renewal ahead of time: nobody waits for it, and it stops with the session.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::sync::Arc;
use std::time::Duration;

use demo::idp::{ADAMS, IdpConfig};
use jiff::{SignedDuration, Timestamp};
use session::{Restored, SessionEnd, restore, settle};
use support::robot_agent::Person;
use support::{Home, eventually};

async fn home_with_tokens_of(seconds: u64) -> Home {
    let config = IdpConfig {
        access_token_lifetime: Duration::from_secs(seconds),
        ..IdpConfig::default()
    };
    Home::with_idp(Person::SignsInAs(&ADAMS), config).await
}

#[tokio::test]
async fn the_token_is_renewed_again_and_again_before_it_runs_out() {
    let home = home_with_tokens_of(3).await;
    let session = home.sign_in().await.unwrap().session;
    let keeping = tokio::spawn(session.clone().keep_fresh(Timestamp::now));

    eventually(|| home.renewals() >= 2, "it is renewed twice").await;

    assert_eq!(session.end(), None);
    session.forget().await.unwrap();
    assert_eq!(keeping.await.unwrap(), SessionEnd::SignedOut);
}

#[tokio::test]
async fn tokens_that_live_for_no_time_at_all_are_not_renewed_without_a_pause() {
    let home = home_with_tokens_of(0).await;
    let session = home.sign_in().await.unwrap().session;
    let keeping = tokio::spawn(session.clone().keep_fresh(Timestamp::now));
    eventually(|| home.renewals() > 0, "it is renewed").await;

    // Without a pause there would be hundreds by then.
    tokio::time::sleep(Duration::from_secs(2)).await;

    assert!(home.renewals() < 5, "{} renewals", home.renewals());
    session.forget().await.unwrap();
    assert_eq!(keeping.await.unwrap(), SessionEnd::SignedOut);
}

#[tokio::test]
async fn a_token_with_enough_life_is_left_alone() {
    let home = home_with_tokens_of(3600).await;
    let session = home.sign_in().await.unwrap().session;
    let keeping = tokio::spawn(session.clone().keep_fresh(Timestamp::now));
    // What is asked of the session meanwhile does not wait for the renewal that is not due.
    assert!(session.access_token(Timestamp::now()).await.is_ok());

    session.expire(Timestamp::now()).await;

    assert_eq!(keeping.await.unwrap(), SessionEnd::AbsoluteLimit);
    assert_eq!(home.renewals(), 0);
}

#[tokio::test]
async fn a_refused_renewal_ends_it() {
    let home = home_with_tokens_of(3).await;
    let session = home.sign_in().await.unwrap().session;
    home.idp.end_all_sessions();

    let end = session.clone().keep_fresh(Timestamp::now).await;

    assert_eq!(end, SessionEnd::RenewalRefused);
    assert_eq!(session.end(), Some(SessionEnd::RenewalRefused));
    assert!(!home.vault_file().exists());
}

#[tokio::test]
async fn two_keepers_cause_one_renewal_at_a_time_and_no_reuse() {
    let home = home_with_tokens_of(3).await;
    let session = home.sign_in().await.unwrap().session;
    let keepers = [0; 2].map(|_| tokio::spawn(session.clone().keep_fresh(Timestamp::now)));

    eventually(|| home.renewals() >= 3, "it is renewed three times").await;

    // A refresh token used twice would have ended the whole grant.
    assert!(session.renew(Timestamp::now()).await.is_ok());
    session.forget().await.unwrap();
    for keeper in keepers {
        assert_eq!(keeper.await.unwrap(), SessionEnd::SignedOut);
    }
}

#[tokio::test]
async fn a_provider_that_is_away_ends_no_session() {
    let home = home_with_tokens_of(2).await;
    let session = home.sign_in().await.unwrap().session;
    home.idp.stop();
    let keeping = session.clone().keep_fresh(Timestamp::now);

    let waited = tokio::time::timeout(Duration::from_secs(4), keeping).await;

    assert!(waited.is_err(), "{waited:?}");
    assert_eq!(session.end(), None);
    assert!(home.vault_file().exists());
}

#[tokio::test]
async fn a_session_over_its_limit_is_not_taken_up_again() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    home.sign_in().await.unwrap();
    let limit = SignedDuration::from_secs(i64::from(home.policy.session.absolute_s));

    let vault = home.vault().await;
    let late = Timestamp::now() + limit;
    let party = home.relying_party.clone();
    let restored = restore(party.clone(), Arc::clone(&vault), &home.policy, late).await;

    assert!(matches!(
        restored,
        Restored::Over(SessionEnd::AbsoluteLimit)
    ));
    assert!(!home.vault_file().exists());
    // Its tokens are given back in their own time: nobody waits for the network at the start.
    let settling = tokio::spawn(settle(vault, party, Timestamp::now));
    eventually(
        || home.idp.active_tokens().is_empty(),
        "its tokens are taken back",
    )
    .await;
    settling.abort();
}

#[tokio::test]
async fn the_name_in_the_registry_is_kept_with_the_session() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    let session = home.sign_in().await.unwrap().session;
    assert_eq!(session.registry_id(), None);

    session.set_registry_id("s-17").await;
    session.renew(Timestamp::now()).await.unwrap();

    assert_eq!(session.registry_id().as_deref(), Some("s-17"));
    let party = home.relying_party.clone();
    let vault = home.vault().await;
    let Restored::Session(restored) = restore(party, vault, &home.policy, Timestamp::now()).await
    else {
        panic!("the session is not there");
    };
    assert_eq!(restored.registry_id().as_deref(), Some("s-17"));
}
