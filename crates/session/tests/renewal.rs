//! The session's refresh token: bound to the session's key where the provider binds, used once, and missed when copied.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use demo::idp::{ADAMS, Fault, Faults, IdpConfig, Offers};
use jiff::Timestamp;
use policy::Remember;
use rstest::rstest;
use secrecy::ExposeSecret;
use session::{AccessError, Place, Restored, Session, SessionEnd, restore};
use support::Home;
use support::robot_agent::Person;

async fn home(change: impl FnOnce(&mut Offers)) -> Home {
    let mut offers = Offers::default();
    change(&mut offers);
    let config = IdpConfig {
        offers,
        ..IdpConfig::default()
    };
    Home::with_idp(Person::SignsInAs(&ADAMS), config).await
}

/// The session that a vault in this place keeps.
async fn restored(home: &Home, place: Place) -> Session {
    let vault = home.vault_at(place, Remember::Keyring).await;
    let party = home.relying_party.clone();
    match restore(party, vault, &home.policy, Timestamp::now()).await {
        Restored::Session(session) => session,
        Restored::Locked(_) => panic!("it is locked"),
        Restored::Nobody => panic!("nobody was signed in"),
        Restored::Over(end) => panic!("it is over: {end:?}"),
        Restored::Unusable(why) => panic!("{why}"),
    }
}

#[rstest]
#[case::bound(true, false)]
#[case::bound_with_nonces(true, true)]
#[case::not_bound(false, false)]
#[tokio::test]
async fn after_a_restart_the_session_goes_on_with_the_key_that_it_had(
    #[case] bound: bool,
    #[case] nonces: bool,
) {
    let home = home(|offers| {
        offers.bound_tokens = bound;
        offers.nonces_in_proofs = nonces;
    })
    .await;
    let before = home.sign_in().await.unwrap().session;
    let before = before.access_token(Timestamp::now()).await.unwrap();

    let session = restored(&home, home.place()).await;

    let after = session.access_token(Timestamp::now()).await.unwrap();
    assert!(home.idp.is_token_active(after.expose_secret()));
    assert_ne!(after.expose_secret(), before.expose_secret());
    let thumbprint = |access: &identity::Access| access.key().map(identity::ProofKey::thumbprint);
    assert_eq!(thumbprint(&after), thumbprint(&before));
    assert_eq!(after.key().is_some(), bound);
}

#[rstest]
#[case::bound(true)]
#[case::not_bound(false)]
#[tokio::test]
async fn a_refresh_token_that_somebody_copied_and_used_ends_the_session_cleanly(
    #[case] bound: bool,
) {
    let home = home(|offers| offers.bound_tokens = bound).await;
    let session = home.sign_in().await.unwrap().session;
    let copy = Place {
        file: home.folder.path().join("copy.vault"),
        ..home.place()
    };
    std::fs::copy(home.vault_file(), &copy.file).unwrap();
    // With the vault, its key in the keyring, device and account: everything that a session is.
    let thief = restored(&home, copy).await;

    let refused = session.renew(Timestamp::now()).await;

    let end = SessionEnd::RenewalRefused;
    assert_eq!(refused.err(), Some(AccessError::Ended(end)));
    assert_eq!(session.ended().await, end);
    assert!(!home.vault_file().exists());
    // The provider saw the same refresh token twice, so neither of the two goes on.
    assert!(home.idp.active_tokens().is_empty());
    assert!(thief.renew(Timestamp::now()).await.is_err());
}

#[tokio::test]
async fn a_renewal_that_is_no_longer_bound_ends_the_session() {
    let home = home(|_| {}).await;
    let session = home.sign_in().await.unwrap().session;
    home.idp.set_faults(Faults::only(Fault::TokensNotBound));

    let refused = session.renew(Timestamp::now()).await;

    assert!(matches!(refused, Err(AccessError::Ended(_))), "{refused:?}");
    assert!(!home.vault_file().exists());
}

#[tokio::test]
async fn a_provider_that_is_never_content_with_a_nonce_is_no_end_while_the_token_lives() {
    let home = home(|_| {}).await;
    let session = home.sign_in().await.unwrap().session;
    home.idp
        .set_faults(Faults::only(Fault::ProofNonceNeverRight));

    assert!(session.renew(Timestamp::now()).await.is_ok());
    assert_eq!(session.end(), None);
}
