//! What survives the end of the program: the session's vault and the outbox, under keys in the operating system's keyring.
//!
//! Both are bound to this device, to the account that runs the program and to the issuer: a copy opens nowhere else. The
//! keyring is waited for once, for both. It does not protect against code that runs as the same account.

use std::path::Path;
use std::sync::Arc;

use policy::Policy;
use records::Outbox;
use session::vault::{KeyStore, Patience, account_here};
use session::{OsKeyring, OutboxKey, Place, Vault};

const VAULT: &str = "org.countersign.desktop";
const OUTBOX: &str = "org.countersign.desktop.outbox";

/// What was opened.
pub(super) struct Keeping {
    pub(super) vault: Arc<Vault>,
    /// None where policy wants none.
    pub(super) outbox: Option<Arc<Outbox>>,
}

/// Opens both for the account that runs the program, in this folder of its own.
pub(super) async fn open_keeping(
    policy: &Policy,
    device: &str,
    folder: &Path,
) -> Result<Keeping, &'static str> {
    let issuer = &policy.identity.issuer;
    let account = account_here(issuer).map_err(|error| {
        tracing::error!(%error, "nobody knows whose account this is");
        "vault_unusable"
    })?;
    let keeper = Keeper {
        policy,
        device,
        account: &account,
        folder,
        patience: Patience::default(),
        keyring: &|service| Arc::new(OsKeyring::new(service, issuer)),
    };
    Ok(Keeping {
        vault: keeper.vault().await?,
        outbox: keeper.outbox().await?,
    })
}

struct Keeper<'a> {
    policy: &'a Policy,
    device: &'a str,
    account: &'a str,
    folder: &'a Path,
    patience: Patience,
    /// The keyring's entry for a service.
    keyring: &'a (dyn Fn(&str) -> Arc<dyn KeyStore> + Sync),
}

impl Keeper<'_> {
    async fn vault(&self) -> Result<Arc<Vault>, &'static str> {
        let place = Place {
            file: self.folder.join("session"),
            device: self.device.to_owned(),
            account: self.account.to_owned(),
        };
        let (remember, keyring) = (self.policy.session.remember, (self.keyring)(VAULT));
        Vault::open_within(&self.patience, place, remember, keyring)
            .await
            .map(Arc::new)
            .map_err(|error| {
                tracing::error!(%error, "the vault cannot be opened");
                "vault_unusable"
            })
    }

    async fn outbox(&self) -> Result<Option<Arc<Outbox>>, &'static str> {
        if !self.policy.records.outbox {
            return Ok(None);
        }
        let key = self.outbox_key().await?;
        if let Some(why) = key.not_kept() {
            tracing::warn!(%why, "what waits in the outbox does not survive the end of the program");
        }
        match Outbox::open(&self.folder.join("outbox"), Box::new(key)) {
            Ok(outbox) => Ok(Some(Arc::new(outbox))),
            Err(error) => {
                tracing::error!(%error, "the outbox cannot be opened");
                Err("outbox_unwritable")
            }
        }
    }

    async fn outbox_key(&self) -> Result<OutboxKey, &'static str> {
        let keyring = (self.keyring)(OUTBOX);
        OutboxKey::open_within(&self.patience, self.device, self.account, keyring)
            .await
            .map_err(|error| {
                tracing::error!(%error, "the outbox has no key");
                "vault_unusable"
            })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Mutex, mpsc};
    use std::time::Duration;

    use policy::Machine;
    use records::Seal as _;
    use session::vault::KeyStoreError;
    use session::{Kept, MemoryOnly};
    use zeroize::Zeroizing;

    use super::*;

    const ISSUER: &str = "https://id.clinic.example";

    /// A keyring that keeps one key, or does not answer before the other end of `hangs` is gone.
    #[derive(Default)]
    struct Keyring {
        key: Mutex<Option<Vec<u8>>>,
        hangs: Option<Mutex<mpsc::Receiver<()>>>,
        asked: AtomicUsize,
    }

    impl KeyStore for Keyring {
        fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, KeyStoreError> {
            self.asked.fetch_add(1, Ordering::SeqCst);
            if let Some(hangs) = &self.hangs {
                let _gone = hangs.lock().unwrap().recv();
            }
            Ok(self.key.lock().unwrap().clone().map(Zeroizing::new))
        }

        fn write(&self, key: &[u8]) -> Result<(), KeyStoreError> {
            *self.key.lock().unwrap() = Some(key.to_vec());
            Ok(())
        }
    }

    fn policy_in(folder: &Path) -> Policy {
        let file = folder.join("policy.toml");
        let text = format!(
            "[identity]\nissuer = {ISSUER:?}\nclient_id = \"countersign\"\n\
             [records]\nurl = \"https://records.clinic.example/\"\n"
        );
        std::fs::write(&file, text).unwrap();
        policy::load(Machine::Absent, Some(&file)).unwrap().policy
    }

    #[tokio::test]
    async fn a_keyring_that_hangs_is_waited_for_once_for_vault_and_outbox() {
        let folder = tempfile::tempdir().unwrap();
        let (_until_the_end, hangs) = mpsc::channel();
        let keyring = Arc::new(Keyring {
            hangs: Some(Mutex::new(hangs)),
            ..Keyring::default()
        });
        let policy = policy_in(folder.path());
        let keeper = Keeper {
            policy: &policy,
            device: "ward-3",
            account: "uid:1000",
            folder: folder.path(),
            patience: Patience::of(Duration::from_millis(200)),
            keyring: &|_| keyring.clone(),
        };

        let vault = keeper.vault().await.unwrap();
        let outbox = keeper.outbox().await.unwrap().unwrap();

        let silent = MemoryOnly::Keyring(KeyStoreError::Silent);
        assert_eq!(vault.kept(), Kept::InMemory(silent));
        assert!(!outbox.durable());
        // Its thread may begin after nobody waits for it any more.
        let asked = async {
            while keyring.asked.load(Ordering::SeqCst) == 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let soon = Duration::from_secs(20);
        tokio::time::timeout(soon, asked).await.unwrap();
        assert_eq!(keyring.asked.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn what_one_account_of_this_computer_kept_does_not_open_for_another() {
        let folder = tempfile::tempdir().unwrap();
        let keyring = Arc::new(Keyring::default());
        let policy = policy_in(folder.path());
        // Whoever got hold of the files and of the key.
        let open = |_: &str| -> Arc<dyn KeyStore> { keyring.clone() };
        let keeper = |account| Keeper {
            policy: &policy,
            device: "ward-3",
            account,
            folder: folder.path(),
            patience: Patience::default(),
            keyring: &open,
        };
        let (mine, theirs) = (account_here(ISSUER).unwrap(), format!("uid:x {ISSUER}"));
        let key = keeper(&mine).outbox_key().await.unwrap();
        let sealed = key.seal(b"entry 1", b"evidence").unwrap();

        let again = keeper(&mine).outbox_key().await.unwrap();
        let other = keeper(&theirs).outbox_key().await.unwrap();

        assert_eq!(again.open(b"entry 1", &sealed).unwrap(), b"evidence");
        assert!(other.open(b"entry 1", &sealed).is_err());
        let vault = keeper(&theirs).vault().await.unwrap();
        assert_eq!(vault.place().account, theirs);
    }

    #[tokio::test]
    async fn what_is_kept_here_is_bound_to_the_account_that_runs_the_program() {
        let folder = tempfile::tempdir().unwrap();
        let mut policy = policy_in(folder.path());
        // No real keyring is asked.
        policy.session.remember = policy::Remember::Memory;
        policy.records.outbox = false;

        let kept = open_keeping(&policy, "ward-3", folder.path())
            .await
            .unwrap();

        let account = &kept.vault.place().account;
        assert_eq!(account, &account_here(ISSUER).unwrap());
        assert_ne!(account, ISSUER);
        assert!(kept.outbox.is_none());
    }
}
