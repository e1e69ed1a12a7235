//! Revocations that are owed: sign-out works without a network, and the provider is told when there is one.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::path::PathBuf;
use std::sync::Arc;

use demo::idp::{ADAMS, Endpoint, Fault, Faults, IdpConfig, Offers};
use jiff::{SignedDuration, Timestamp};
use policy::Remember;
use rstest::rstest;
use secrecy::ExposeSecret;
use session::{Place, SessionEnd, TokenEnd, Vault, settle};
use support::robot_agent::Person;
use support::{Home, eventually};
use tokio_util::sync::CancellationToken;

/// The provider has no page to sign out at: its tokens end by revocation alone.
async fn home_with(change: impl FnOnce(&mut Offers)) -> Home {
    let mut offers = Offers {
        logout: false,
        ..Offers::default()
    };
    change(&mut offers);
    let config = IdpConfig {
        offers,
        ..IdpConfig::default()
    };
    Home::with_idp(Person::SignsInAs(&ADAMS), config).await
}

/// Somebody signed in and out while the provider did not take anything back.
async fn signed_out_in_vain(home: &Home, vault: &Arc<Vault>) {
    let signing_in = home.sign_in_with(Arc::clone(vault), CancellationToken::new());
    let session = signing_in.await.unwrap().session;
    home.idp.set_faults(Faults::only(Fault::RevocationDown));
    let done = session.sign_out(&home.transport, Timestamp::now()).await;
    assert!(done.wiped.is_ok());
    assert_eq!(done.refresh_token, TokenEnd::Owed);
    assert_eq!(done.access_token, TokenEnd::Owed);
    assert!(!home.idp.active_tokens().is_empty());
    assert!(!home.vault_file().exists());
}

fn owed_file(home: &Home) -> PathBuf {
    home.vault_file().with_extension("owed")
}

/// Somebody pays what this vault owes, until the test ends.
fn paying(home: &Home, vault: &Arc<Vault>) -> tokio_util::sync::DropGuard {
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    let settling = settle(
        Arc::clone(vault),
        home.relying_party.clone(),
        Timestamp::now,
    );
    tokio::spawn(async move { stopped.run_until_cancelled(settling).await });
    stop.drop_guard()
}

#[tokio::test]
async fn what_could_not_be_revoked_is_revoked_when_the_provider_is_there_again() {
    let home = home_with(|_| ()).await;
    let vault = home.vault().await;
    signed_out_in_vain(&home, &vault).await;
    assert_eq!(vault.owed().count(), 2);
    assert_eq!(home.idp.active_tokens().len(), 2);
    let _paying = paying(&home, &vault);

    home.idp.set_faults(Faults::none());
    vault.owed().retry();

    eventually(
        || home.idp.active_tokens().is_empty(),
        "the tokens are taken back",
    )
    .await;
    eventually(
        || !owed_file(&home).exists(),
        "nothing is written down any more",
    )
    .await;
    assert_eq!(vault.owed().count(), 0);
}

#[tokio::test]
async fn what_is_owed_survives_a_restart_and_is_encrypted() {
    let home = home_with(|_| ()).await;
    let vault = home.vault().await;
    assert!(vault.owed().survives_restart());
    let signing_in = home.sign_in_with(Arc::clone(&vault), CancellationToken::new());
    let session = signing_in.await.unwrap().session;
    let token = session.access_token(Timestamp::now()).await.unwrap();
    home.idp.set_faults(Faults::only(Fault::RevocationDown));
    session.sign_out(&home.transport, Timestamp::now()).await;
    drop((session, vault));
    let octets = std::fs::read(owed_file(&home)).unwrap();
    let needle = token.expose_secret().as_bytes();
    assert!(!octets.windows(needle.len()).any(|part| part == needle));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(owed_file(&home))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    home.idp.set_faults(Faults::none());

    let restarted = home.vault().await;
    assert_eq!(restarted.owed().count(), 2);
    let _paying = paying(&home, &restarted);

    eventually(
        || home.idp.active_tokens().is_empty(),
        "the tokens are taken back",
    )
    .await;
    eventually(
        || !owed_file(&home).exists(),
        "nothing is written down any more",
    )
    .await;
}

#[tokio::test]
async fn on_a_kiosk_it_is_known_in_memory_only_and_says_so() {
    let home = home_with(|_| ()).await;
    let vault = home.vault_at(home.place(), Remember::Memory).await;
    signed_out_in_vain(&home, &vault).await;
    assert_eq!(vault.owed().count(), 2);
    assert!(!vault.owed().survives_restart());
    assert!(!owed_file(&home).exists());
    home.idp.set_faults(Faults::none());

    let _paying = paying(&home, &vault);

    eventually(
        || home.idp.active_tokens().is_empty(),
        "the tokens are taken back",
    )
    .await;
    assert!(!owed_file(&home).exists());
}

#[tokio::test]
async fn where_policy_turns_to_memory_only_what_was_written_down_goes() {
    let home = home_with(|_| ()).await;
    let vault = home.vault().await;
    signed_out_in_vain(&home, &vault).await;
    assert!(owed_file(&home).exists());

    let vault = home.vault_at(home.place(), Remember::Memory).await;

    assert_eq!(vault.owed().count(), 0);
    assert!(!owed_file(&home).exists());
}

#[rstest]
#[case::another_device("ward-4", "adams")]
#[case::another_account("ward-3", "baker")]
#[tokio::test]
async fn debts_from_elsewhere_are_nobodys_and_go(#[case] device: &str, #[case] account: &str) {
    let home = home_with(|_| ()).await;
    let vault = home.vault().await;
    signed_out_in_vain(&home, &vault).await;
    let place = Place {
        file: home.vault_file(),
        device: device.to_owned(),
        account: account.to_owned(),
    };

    let vault = home.vault_at(place, Remember::Keyring).await;

    assert_eq!(vault.owed().count(), 0);
    assert!(!owed_file(&home).exists());
}

#[rstest]
#[case::empty(&[])]
#[case::foreign(b"[{\"token\":\"x\",\"kind\":\"access\",\"until\":\"2099-01-01T00:00:00Z\"}]")]
#[tokio::test]
async fn a_damaged_list_of_debts_stops_nobody(#[case] octets: &[u8]) {
    let home = home_with(|_| ()).await;
    std::fs::create_dir_all(owed_file(&home).parent().unwrap()).unwrap();
    std::fs::write(owed_file(&home), octets).unwrap();

    let vault = home.vault().await;

    assert_eq!(vault.owed().count(), 0);
    signed_out_in_vain(&home, &vault).await;
    assert_eq!(vault.owed().count(), 2);
}

#[tokio::test]
async fn a_provider_that_revokes_nothing_is_owed_nothing() {
    let home = home_with(|offers| offers.revocation = false).await;
    let vault = home.vault().await;
    let signing_in = home.sign_in_with(Arc::clone(&vault), CancellationToken::new());
    let session = signing_in.await.unwrap().session;

    let done = session.sign_out(&home.transport, Timestamp::now()).await;

    assert_eq!(done.refresh_token, TokenEnd::NotOffered);
    assert_eq!(vault.owed().count(), 0);
}

#[tokio::test]
async fn what_expired_meanwhile_is_not_asked_for() {
    let home = home_with(|_| ()).await;
    let vault = home.vault().await;
    signed_out_in_vain(&home, &vault).await;
    home.idp.set_faults(Faults::none());
    let asked = |home: &Home| {
        let requests = home.idp.requests();
        let revocations = requests
            .iter()
            .filter(|r| r.endpoint == Endpoint::Revocation);
        revocations.count()
    };
    let before = asked(&home);
    let later = || Timestamp::now() + SignedDuration::from_hours(31 * 24);

    let settling = settle(Arc::clone(&vault), home.relying_party.clone(), later);
    let stop = CancellationToken::new();
    let _until_the_end = stop.clone().drop_guard();
    tokio::spawn(async move { stop.run_until_cancelled(settling).await });

    eventually(|| vault.owed().count() == 0, "the debts are struck out").await;
    eventually(
        || !owed_file(&home).exists(),
        "nothing is written down any more",
    )
    .await;
    assert_eq!(asked(&home), before);
}

#[tokio::test]
async fn the_list_of_debts_has_a_bound() {
    let home = home_with(|_| ()).await;
    let vault = home.vault().await;
    for _ in 0..33 {
        home.idp.set_faults(Faults::none());
        signed_out_in_vain(&home, &vault).await;
    }
    assert_eq!(vault.owed().count(), 64);
}

#[tokio::test]
async fn a_session_revoked_elsewhere_is_wiped_at_once_and_its_tokens_are_given_back() {
    let home = home_with(|_| ()).await;
    let vault = home.vault().await;
    let signing_in = home.sign_in_with(Arc::clone(&vault), CancellationToken::new());
    let session = signing_in.await.unwrap().session;
    // The provider is slow, and nobody waits for it.
    home.idp.set_faults(Faults::only(Fault::RevocationDown));

    let end = session.revoked_elsewhere(Timestamp::now()).await;

    assert_eq!(end, SessionEnd::Elsewhere);
    assert!(!home.vault_file().exists());
    assert_eq!(session.ended().await, SessionEnd::Elsewhere);
    assert!(session.access_token(Timestamp::now()).await.is_err());
    home.idp.set_faults(Faults::none());
    let _paying = paying(&home, &vault);
    eventually(
        || home.idp.active_tokens().is_empty(),
        "the tokens are taken back",
    )
    .await;
}
