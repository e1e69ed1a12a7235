//! At the lock: the same person goes on, somebody else may take over, and until they do nothing of the session changes.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use demo::idp::{ADAMS, BAKER, Endpoint, Fault, Faults};
use identity::Refusal;
use jiff::{SignedDuration, Timestamp};
use policy::SignInAgent;
use rstest::rstest;
use secrecy::ExposeSecret;
use session::{
    Newcomer, Restored, Session, SessionEnd, SignInError, TokenEnd, Unlocked, Vault, restore,
};
use support::robot_agent::Person;
use support::{Home, eventually};
use tokio_util::sync::CancellationToken;

/// A. Adams is signed in, and the screen is locked.
async fn locked(home: &Home) -> (Session, Arc<Vault>) {
    let vault = home.vault().await;
    let session = home
        .sign_in_with(Arc::clone(&vault), CancellationToken::new())
        .await
        .unwrap()
        .session;
    (session, vault)
}

async fn unlock(
    home: &Home,
    (session, vault): &(Session, Arc<Vault>),
) -> Result<Unlocked, SignInError> {
    let unlock = home.sign_in_of(Arc::clone(vault));
    unlock.unlock(session, CancellationToken::new()).await
}

async fn newcomer(home: &Home, locked: &(Session, Arc<Vault>)) -> Box<Newcomer> {
    home.agent.now_in_front(Person::SignsInAs(&BAKER));
    match unlock(home, locked).await.unwrap() {
        Unlocked::SomebodyElse(newcomer) => newcomer,
        Unlocked::SamePerson { .. } => panic!("it is the same person"),
    }
}

fn tokens_of(home: &Home, subject: &str) -> usize {
    let tokens = home.idp.active_tokens();
    tokens.iter().filter(|t| t.subject == subject).count()
}

#[tokio::test]
async fn the_same_person_goes_on_with_the_tokens_that_they_had() {
    let mut home = Home::new(Person::SignsInAs(&ADAMS)).await;
    home.policy.session.sign_in_agent = SignInAgent::Window;
    let locked = locked(&home).await;
    let before = std::fs::read(home.vault_file()).unwrap();
    let token = locked.0.access_token(Timestamp::now()).await.unwrap();

    let unlocked = unlock(&home, &locked).await.unwrap();

    assert!(
        matches!(unlocked, Unlocked::SamePerson { agent: Some(left), .. } if left.is_complete())
    );
    assert_eq!(std::fs::read(home.vault_file()).unwrap(), before);
    eventually(
        || tokens_of(&home, "u-adams") == 2,
        "the unlock's own tokens are given back",
    )
    .await;
    let after = locked.0.access_token(Timestamp::now()).await.unwrap();
    assert_eq!(after.expose_secret(), token.expose_secret());
    assert!(home.idp.is_token_active(after.expose_secret()));
    assert!(locked.0.renew(Timestamp::now()).await.is_ok());
    eventually(
        || home.idp.sessions().len() == 1,
        "its window's session at the provider is ended",
    )
    .await;
}

#[tokio::test]
async fn every_unlock_is_forced_and_names_whom_it_expects() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    let locked = locked(&home).await;
    unlock(&home, &locked).await.unwrap();

    let asked = home.idp.requests();
    let authorization = [Endpoint::PushedRequest, Endpoint::Authorization];
    let asked = asked
        .iter()
        .rfind(|r| {
            authorization.contains(&r.endpoint)
                && r.parameters.iter().any(|(name, _)| name == "prompt")
        })
        .unwrap();
    let has = |name: &str, value: &str| {
        let wanted = (name.to_owned(), value.to_owned());
        assert!(
            asked.parameters.contains(&wanted),
            "{name}: {:?}",
            asked.parameters
        );
    };
    has("prompt", "login");
    has("max_age", "0");
    has("login_hint", ADAMS.username);
}

#[tokio::test]
async fn in_a_shared_browser_the_unlocks_tokens_wait_for_the_sessions_end() {
    let mut home = Home::new(Person::SignsInAs(&ADAMS)).await;
    home.policy.session.sign_in_agent = SignInAgent::SystemBrowser;
    let locked = locked(&home).await;
    unlock(&home, &locked).await.unwrap();
    // As a provider that counts both to one grant would see it: nothing was given back yet.
    assert_eq!(tokens_of(&home, "u-adams"), 4);

    let done = locked.0.sign_out(&home.transport, Timestamp::now()).await;

    assert_eq!(done.refresh_token, TokenEnd::Revoked);
    eventually(
        || home.idp.active_tokens().is_empty(),
        "all of them are given back",
    )
    .await;
}

#[rstest]
#[case::nonce(Fault::NonceWrong, Refusal::NonceMismatch)]
#[case::stale(Fault::AuthTimeStale, Refusal::AuthTimeStale)]
#[case::signature(Fault::SignatureBad, Refusal::SignatureInvalid)]
#[case::delegated(Fault::Delegated, Refusal::Delegated)]
#[tokio::test]
async fn the_table_of_refusals_guards_the_unlock_and_leaves_the_session_alone(
    #[case] fault: Fault,
    #[case] refusal: Refusal,
) {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    let locked = locked(&home).await;
    let before = std::fs::read(home.vault_file()).unwrap();
    home.idp.set_faults(Faults::only(fault));

    let refused = unlock(&home, &locked).await.err().unwrap();

    assert!(
        matches!(refused, SignInError::Refused(found) if found == refusal),
        "{refused:?}"
    );
    assert_eq!(std::fs::read(home.vault_file()).unwrap(), before);
    assert_eq!(locked.0.end(), None);
    assert_eq!(tokens_of(&home, "u-adams"), 2);
}

#[tokio::test]
async fn somebody_else_is_verified_and_touches_nothing_of_the_session() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    let locked = locked(&home).await;
    let before = std::fs::read(home.vault_file()).unwrap();

    let newcomer = newcomer(&home, &locked).await;

    assert_eq!(newcomer.person().name, "B. Baker");
    assert_eq!(std::fs::read(home.vault_file()).unwrap(), before);
    assert_eq!(locked.0.end(), None);
    assert!(locked.0.access_token(Timestamp::now()).await.is_ok());
}

#[rstest]
#[case::turned_away(false)]
#[case::dropped(true)]
#[tokio::test]
async fn a_newcomer_who_does_not_take_over_leaves_nothing_behind(#[case] dropped: bool) {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    let locked = locked(&home).await;
    let newcomer = newcomer(&home, &locked).await;
    assert_eq!(tokens_of(&home, "u-baker"), 2);

    if dropped {
        drop(newcomer);
    } else {
        newcomer.turn_away().await;
    }

    eventually(
        || tokens_of(&home, "u-baker") == 0,
        "their tokens are given back",
    )
    .await;
    eventually(
        || home.idp.sessions().len() == 1,
        "their session at the provider is ended",
    )
    .await;
    assert!(locked.0.renew(Timestamp::now()).await.is_ok());
}

#[tokio::test]
async fn a_user_switch_ends_the_first_session_before_the_second_begins() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    let locked = locked(&home).await;
    let newcomer = newcomer(&home, &locked).await;
    let (first, vault) = locked;

    let forgotten = first.give_way().await;
    assert_eq!(first.end(), Some(SessionEnd::Switched));
    assert!(forgotten.wiped().is_ok());
    assert!(!home.vault_file().exists());
    let second = newcomer.begin(&forgotten).await.unwrap();
    let done = forgotten.revoke(&home.transport, Timestamp::now()).await;

    assert_eq!(done.refresh_token, TokenEnd::Revoked);
    assert_eq!(second.session.person().name, "B. Baker");
    assert!(first.access_token(Timestamp::now()).await.is_err());
    assert_eq!(tokens_of(&home, "u-adams"), 0);
    assert!(second.session.renew(Timestamp::now()).await.is_ok());
    let party = home.relying_party.clone();
    let restored = restore(party, vault, &home.policy, Timestamp::now()).await;
    let Restored::Session(restored) = restored else {
        panic!("the newcomer's session is kept");
    };
    assert_eq!(restored.person().name, "B. Baker");
}

#[tokio::test]
async fn another_sessions_end_lets_no_newcomer_begin() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    let stranger = Home::new(Person::SignsInAs(&ADAMS)).await;
    let here = locked(&home).await;
    let elsewhere = locked(&stranger).await;
    let newcomer = newcomer(&home, &here).await;

    let forgotten = elsewhere.0.give_way().await;
    let refused = newcomer.begin(&forgotten).await.err().unwrap();

    assert!(matches!(refused, SignInError::Internal));
    assert_eq!(here.0.end(), None);
    eventually(
        || tokens_of(&home, "u-baker") == 0,
        "their tokens are given back",
    )
    .await;
}

/// How far that one person's clock is ahead.
static LATER_S: AtomicI64 = AtomicI64::new(0);

#[tokio::test]
async fn a_newcomer_who_thinks_too_long_has_to_authenticate_again() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    let locked = locked(&home).await;
    home.agent.now_in_front(Person::SignsInAs(&BAKER));
    let mut unlock = home.sign_in_of(Arc::clone(&locked.1));
    unlock.clock = || Timestamp::now() + SignedDuration::from_secs(LATER_S.load(Ordering::SeqCst));
    let Unlocked::SomebodyElse(newcomer) = unlock
        .unlock(&locked.0, CancellationToken::new())
        .await
        .unwrap()
    else {
        panic!("it is the same person");
    };
    LATER_S.store(121, Ordering::SeqCst);

    let forgotten = locked.0.give_way().await;
    let refused = newcomer.begin(&forgotten).await.err().unwrap();

    assert!(matches!(refused, SignInError::TimedOut));
    eventually(
        || tokens_of(&home, "u-baker") == 0,
        "their tokens are given back",
    )
    .await;
}

#[tokio::test]
async fn an_unlock_does_not_outlive_its_session() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    let locked = locked(&home).await;
    home.agent.now_in_front(Person::DoesNothing);
    let session = locked.0.clone();
    let unlocking = unlock(&home, &locked);
    tokio::pin!(unlocking);
    tokio::select! {
        _ = &mut unlocking => panic!("nobody authenticated"),
        () = eventually(|| !home.agent.is_closed(), "the window is open") => {}
    }

    session.revoked_elsewhere(Timestamp::now()).await;

    let ended = unlocking.await.err().unwrap();
    assert!(matches!(ended, SignInError::Cancelled), "{ended:?}");
    assert!(home.agent.is_closed());
}

#[tokio::test]
async fn closing_the_page_leaves_the_session_locked_and_alive() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    let locked = locked(&home).await;
    home.agent.now_in_front(Person::ClosesTheWindow);

    let ended = unlock(&home, &locked).await.err().unwrap();

    assert!(matches!(ended, SignInError::Cancelled));
    assert_eq!(locked.0.end(), None);
    assert!(home.agent.is_closed());
}
