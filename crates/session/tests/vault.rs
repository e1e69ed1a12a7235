//! What lies on disk, who can open it, and what happens without a keyring.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use demo::idp::ADAMS;
use jiff::Timestamp;
use policy::Remember;
use records::Seal;
use rstest::rstest;
use secrecy::ExposeSecret;
use session::vault::{KeyStoreError, Patience};
use session::{Kept, MemoryOnly, OutboxKey, Place, Restored, Unusable, Vault, VaultError, restore};
use support::robot_agent::Person;
use support::{Home, eventually};
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn the_file_is_for_its_owner_alone_and_holds_no_token_in_plain_text() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;

    let signed_in = home.sign_in().await.unwrap();

    let token = signed_in
        .session
        .access_token(Timestamp::now())
        .await
        .unwrap();
    let octets = std::fs::read(home.vault_file()).unwrap();
    assert!(!contains(&octets, token.expose_secret().as_bytes()));
    assert!(!contains(&octets, b"u-adams"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(home.vault_file())
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let neighbours = std::fs::read_dir(home.vault_file().parent().unwrap()).unwrap();
    assert_eq!(
        neighbours.count(),
        1,
        "no half-written file is left beside it"
    );
}

#[rstest]
#[case::another_device("ward-4", "adams")]
#[case::another_account("ward-3", "baker")]
#[tokio::test]
async fn a_file_from_elsewhere_does_not_open_and_is_removed(
    #[case] device: &str,
    #[case] account: &str,
) {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    home.sign_in().await.unwrap();
    let place = Place {
        file: home.vault_file(),
        device: device.to_owned(),
        account: account.to_owned(),
    };
    let vault = home.vault_at(place, Remember::Keyring).await;

    let restored = restore(
        home.relying_party.clone(),
        vault,
        &home.policy,
        Timestamp::now(),
    )
    .await;

    assert!(matches!(restored, Restored::Unusable(Unusable::Vault(_))));
    assert!(!home.vault_file().exists());
}

#[tokio::test]
async fn every_changed_octet_of_the_file_leads_to_a_clean_sign_in() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    home.sign_in().await.unwrap();
    let whole = std::fs::read(home.vault_file()).unwrap();
    for at in (0..whole.len()).step_by(97).chain([0, 1, whole.len() - 1]) {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        std::fs::write(home.vault_file(), &changed).unwrap();
        let vault = home.vault().await;
        let restored = restore(
            home.relying_party.clone(),
            vault,
            &home.policy,
            Timestamp::now(),
        )
        .await;
        assert!(matches!(restored, Restored::Unusable(_)), "octet {at}");
    }
}

#[rstest]
#[case::absent(KeyStoreError::Absent)]
#[case::locked(KeyStoreError::Locked)]
#[case::damaged(KeyStoreError::Damaged)]
#[tokio::test]
async fn without_a_keyring_the_session_is_in_memory_only_and_nothing_is_on_disk(
    #[case] error: KeyStoreError,
) {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    *home.keyring.fails.lock().unwrap() = Some(error);

    let signed_in = home.sign_in().await.unwrap();

    assert_eq!(
        signed_in.session.kept(),
        Kept::InMemory(MemoryOnly::Keyring(error))
    );
    assert!(signed_in.not_kept.is_none());
    assert!(!home.vault_file().exists());
    assert!(signed_in.session.renew(Timestamp::now()).await.is_ok());
    assert!(!home.vault_file().exists());
}

#[tokio::test]
async fn a_keyring_that_hangs_is_waited_for_no_longer_than_its_bound() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    let _hangs_until_the_end = home.keyring.answers.lock().await;

    let vault = Vault::open_within(
        &Patience::of(Duration::from_millis(200)),
        home.place(),
        Remember::Keyring,
        Arc::clone(&home.keyring) as _,
    )
    .await
    .unwrap();

    assert_eq!(
        vault.kept(),
        Kept::InMemory(MemoryOnly::Keyring(KeyStoreError::Silent))
    );
}

#[tokio::test]
async fn a_keyring_that_was_silent_is_not_asked_again_for_another_key() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    let _hangs_until_the_end = home.keyring.answers.lock().await;
    let patience = Patience::of(Duration::from_millis(200));
    let place = home.place();
    let keyring = || Arc::clone(&home.keyring) as _;

    let vault = Vault::open_within(&patience, place, Remember::Keyring, keyring()).await;
    let asked = || home.keyring.asked.load(Ordering::SeqCst);
    // On a thread of its own, which may come to it only after it was given up.
    eventually(|| asked() == 1, "the keyring is asked").await;
    let key = OutboxKey::open_within(&patience, "ward-3", "adams", keyring()).await;

    let silent = KeyStoreError::Silent;
    let kept = vault.unwrap().kept();
    assert_eq!(kept, Kept::InMemory(MemoryOnly::Keyring(silent)));
    assert_eq!(key.unwrap().not_kept(), Some(silent));
    assert_eq!(asked(), 1);
}

#[tokio::test]
async fn where_policy_wants_memory_only_an_older_file_goes() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    home.sign_in().await.unwrap();
    assert!(home.vault_file().exists());

    let vault = home.vault_at(home.place(), Remember::Memory).await;

    assert_eq!(vault.kept(), Kept::InMemory(MemoryOnly::Policy));
    assert!(!home.vault_file().exists());
}

#[tokio::test]
async fn a_sign_in_without_keyring_leaves_no_older_session_to_come_back() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    home.sign_in().await.unwrap();
    *home.keyring.fails.lock().unwrap() = Some(KeyStoreError::Locked);
    let vault = home.vault().await;
    assert!(
        home.vault_file().exists(),
        "a locked keyring may open tomorrow"
    );

    home.sign_in_with(vault, CancellationToken::new())
        .await
        .unwrap();

    assert!(!home.vault_file().exists());
}

/// Not even the administrator can make a folder there.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_folder_that_cannot_be_written_to_leaves_the_session_in_memory() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    let place = Place {
        file: "/proc/countersign/session.vault".into(),
        ..home.place()
    };
    let vault = home.vault_at(place, Remember::Keyring).await;

    let signed_in = home
        .sign_in_with(vault, CancellationToken::new())
        .await
        .unwrap();

    assert!(matches!(signed_in.not_kept, Some(VaultError::File(_))));
    let session = signed_in.session;
    assert!(session.renew(Timestamp::now()).await.is_ok());
    let done = session.sign_out(&home.transport, Timestamp::now()).await;
    assert!(done.wiped.is_ok());
    assert!(home.idp.active_tokens().is_empty());
}

#[tokio::test]
async fn what_waits_in_the_outbox_opens_after_a_restart_also_where_sessions_stay_in_memory() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    let vault = home.vault_at(home.place(), Remember::Memory).await;
    assert_eq!(vault.kept(), Kept::InMemory(MemoryOnly::Policy));
    let sealed = outbox_key(&home).await.seal(b"entry 1", b"evidence");
    let sealed = sealed.unwrap();

    let restarted = outbox_key(&home).await;

    assert!(restarted.durable());
    assert_eq!(restarted.open(b"entry 1", &sealed).unwrap(), b"evidence");
    assert!(restarted.open(b"entry 2", &sealed).is_err());
    assert!(!contains(&sealed, b"evidence"));
    assert!(!home.vault_file().exists());
}

#[rstest]
#[case::absent(KeyStoreError::Absent)]
#[case::locked(KeyStoreError::Locked)]
#[tokio::test]
async fn without_a_keyring_the_outbox_says_that_nothing_survives_a_restart(
    #[case] error: KeyStoreError,
) {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    *home.keyring.fails.lock().unwrap() = Some(error);

    let key = outbox_key(&home).await;

    assert_eq!(key.not_kept(), Some(error));
    let sealed = key.seal(b"entry 1", b"evidence").unwrap();
    assert_eq!(key.open(b"entry 1", &sealed).unwrap(), b"evidence");
    let outbox = records::Outbox::open(&home.folder.path().join("outbox"), Box::new(key)).unwrap();
    assert!(!outbox.durable());
    let restarted = outbox_key(&home).await;
    assert!(restarted.open(b"entry 1", &sealed).is_err());
}

async fn outbox_key(home: &Home) -> OutboxKey {
    let keyring = Arc::clone(&home.keyring);
    OutboxKey::open("ward-3", "adams", keyring).await.unwrap()
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|part| part == needle)
}
