//! The program ends in the middle of a session's end: whatever is on the disk then, the session does not come back and its
//! tokens are given back.
//!
//! Nothing that a session would do when it is dropped happens in here: it is leaked, as when a process is killed.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::path::PathBuf;
use std::sync::Arc;

use demo::idp::{ADAMS, Fault, Faults, IdpConfig, Offers};
use jiff::Timestamp;
use policy::Remember;
use rstest::rstest;
use session::{Restored, Session, SessionEnd, TokenEnd, Vault, restore, settle};
use support::robot_agent::Person;
use support::{Home, eventually};
use tokio_util::sync::CancellationToken;

/// The provider has no page to sign out at: its tokens end by revocation alone.
async fn home() -> Home {
    let offers = Offers {
        logout: false,
        ..Offers::default()
    };
    let config = IdpConfig {
        offers,
        ..IdpConfig::default()
    };
    Home::with_idp(Person::SignsInAs(&ADAMS), config).await
}

async fn signed_in(home: &Home, vault: &Arc<Vault>) -> Session {
    let signing_in = home.sign_in_with(Arc::clone(vault), CancellationToken::new());
    signing_in.await.unwrap().session
}

fn owed_file(home: &Home) -> PathBuf {
    home.vault_file().with_extension("owed")
}

fn killed(session: Session, vault: Arc<Vault>) {
    std::mem::forget((session, vault));
}

/// The program is started again, and the provider takes back what it is given.
async fn owes_and_pays(home: &Home, restarted: Arc<Vault>) {
    assert_eq!(restarted.owed().count(), 2);
    home.idp.set_faults(Faults::none());
    let party = home.relying_party.clone();
    let paying = tokio::spawn(settle(restarted, party, Timestamp::now));
    eventually(
        || home.idp.active_tokens().is_empty(),
        "the tokens are taken back",
    )
    .await;
    eventually(
        || !owed_file(home).exists(),
        "nothing is written down any more",
    )
    .await;
    paying.abort();
}

#[derive(Clone, Copy)]
enum Way {
    SignOut,
    Switch,
    Elsewhere,
    Limit,
}

#[rstest]
#[case::a_sign_out(Way::SignOut)]
#[case::a_user_switch(Way::Switch)]
#[case::an_end_elsewhere(Way::Elsewhere)]
#[case::the_absolute_limit(Way::Limit)]
#[tokio::test]
async fn what_is_owed_is_on_the_disk_as_soon_as_the_session_is_gone_from_there(#[case] way: Way) {
    let home = home().await;
    let vault = home.vault().await;
    let session = signed_in(&home, &vault).await;
    home.idp.set_faults(Faults::only(Fault::RevocationDown));
    let now = Timestamp::now();

    match way {
        Way::SignOut => session.forget().await.unwrap(),
        Way::Switch => std::mem::forget(session.give_way().await),
        Way::Elsewhere => assert_eq!(session.revoked_elsewhere(now).await, SessionEnd::Elsewhere),
        Way::Limit => assert_eq!(session.expire(now).await, SessionEnd::AbsoluteLimit),
    }

    let on_disk = (home.vault_file().exists(), owed_file(&home).exists());
    assert_eq!(on_disk, (false, true));
    killed(session, vault);
    owes_and_pays(&home, home.vault().await).await;
}

#[tokio::test]
async fn a_session_whose_debt_is_written_down_is_over_also_when_its_file_is_still_there() {
    let home = home().await;
    let vault = home.vault().await;
    let session = signed_in(&home, &vault).await;
    let kept = std::fs::read(home.vault_file()).unwrap();
    session.forget().await.unwrap();
    // As if the program had ended between the two.
    std::fs::write(home.vault_file(), kept).unwrap();
    killed(session, vault);

    let restarted = home.vault().await;
    let party = home.relying_party.clone();
    let restored = restore(
        party,
        Arc::clone(&restarted),
        &home.policy,
        Timestamp::now(),
    )
    .await;

    assert!(matches!(restored, Restored::Over(SessionEnd::SignedOut)));
    assert!(!home.vault_file().exists());
    assert_eq!(home.renewals(), 0);
    owes_and_pays(&home, restarted).await;
}

#[tokio::test]
async fn a_sign_out_during_a_renewal_waits_for_no_network_and_owes_what_is_known() {
    let home = home().await;
    let vault = home.vault().await;
    let session = signed_in(&home, &vault).await;
    home.idp.set_faults(Faults::only(Fault::TokenSlow));
    let renewing = session.clone();
    tokio::spawn(async move { renewing.renew(Timestamp::now()).await });
    eventually(|| home.renewals() == 1, "a renewal is under way").await;

    session.forget().await.unwrap();

    assert_eq!(vault.owed().count(), 2);
    assert!(owed_file(&home).exists());
    assert!(!home.vault_file().exists());
    killed(session, vault);
    owes_and_pays(&home, home.vault().await).await;
}

#[tokio::test]
async fn in_memory_only_what_is_owed_is_known_at_once_and_never_on_the_disk() {
    let home = home().await;
    let vault = home.vault_at(home.place(), Remember::Memory).await;
    let session = signed_in(&home, &vault).await;

    session.forget().await.unwrap();

    assert_eq!(vault.owed().count(), 2);
    assert!(!owed_file(&home).exists());
    let done = session
        .revoke(Ok(()), &home.transport, Timestamp::now())
        .await;
    assert_eq!(done.refresh_token, TokenEnd::Revoked);
    assert_eq!(done.access_token, TokenEnd::Revoked);
    assert_eq!(vault.owed().count(), 0);
}

#[tokio::test]
async fn a_session_that_nobody_gives_back_leaves_its_debt_to_whoever_pays() {
    let home = home().await;
    let vault = home.vault().await;
    let session = signed_in(&home, &vault).await;
    let party = home.relying_party.clone();
    let paying = tokio::spawn(settle(Arc::clone(&vault), party, Timestamp::now));
    session.forget().await.unwrap();

    drop(session);

    eventually(|| vault.owed().count() == 0, "the debts are paid").await;
    assert!(home.idp.active_tokens().is_empty());
    paying.abort();
}
