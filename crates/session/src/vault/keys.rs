//! Where the vault's key lives: the operating system's keyring, asked on a thread of its own and never for longer than
//! five seconds.
//!
//! A locked Linux keyring waits for a prompt that nobody may see, and the store is opened once per process: so a keyring
//! that was silent once is not asked again. This module does not decide what follows; it only says what it found.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::oneshot;
use zeroize::Zeroizing;

/// How long the keyring may take.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// Why the keyring does not hold our key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyStoreError {
    /// No keyring service runs for this person.
    #[error("keyring_absent")]
    Absent,
    /// There is one, but it stays locked.
    #[error("keyring_locked")]
    Locked,
    /// It did not answer within five seconds.
    #[error("keyring_silent")]
    Silent,
    /// It answered with something that is not a key, or lost what it was given.
    #[error("keyring_damaged")]
    Damaged,
    /// It failed otherwise.
    #[error("keyring_failed")]
    Failed,
}

/// A place for one 32-byte key. Calls block.
pub trait KeyStore: Send + Sync + 'static {
    /// The key, or nothing when none was ever stored.
    fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, KeyStoreError>;
    /// Stores the key, replacing what was there.
    fn write(&self, key: &[u8]) -> Result<(), KeyStoreError>;
}

/// The keyring of the operating system: Secret Service, Credential Manager or Keychain.
pub struct OsKeyring {
    service: String,
    account: String,
}

impl OsKeyring {
    /// The entry `account` of the service `service`.
    pub fn new(service: &str, account: &str) -> Self {
        Self {
            service: service.to_owned(),
            account: account.to_owned(),
        }
    }

    fn entry(&self) -> Result<keyring_core::Entry, KeyStoreError> {
        if let Err(error) = keyring::Entry::store_status() {
            return Err(kind_of(error));
        }
        keyring_core::Entry::new_with_modifiers(&self.service, &self.account, &on_this_machine())
            .map_err(|error| kind_of(&error))
    }
}

impl KeyStore for OsKeyring {
    fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, KeyStoreError> {
        match self.entry()?.get_secret() {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(kind_of(&error)),
        }
    }

    fn write(&self, key: &[u8]) -> Result<(), KeyStoreError> {
        self.entry()?
            .set_secret(key)
            .map_err(|error| kind_of(&error))
    }
}

/// On Windows a credential roams with the profile unless told to stay.
fn on_this_machine() -> HashMap<&'static str, &'static str> {
    if cfg!(windows) {
        HashMap::from([("persistence", "local")])
    } else {
        HashMap::new()
    }
}

fn kind_of(error: &keyring::Error) -> KeyStoreError {
    match error {
        keyring::Error::NoDefaultStore | keyring::Error::PlatformFailure(_) => {
            KeyStoreError::Absent
        }
        keyring::Error::NoStorageAccess(_) => KeyStoreError::Locked,
        keyring::Error::BadEncoding(_)
        | keyring::Error::BadDataFormat(..)
        | keyring::Error::BadStoreFormat(_)
        | keyring::Error::Ambiguous(_) => KeyStoreError::Damaged,
        _ => KeyStoreError::Failed,
    }
}

/// Asks a key store on a thread of its own.
#[derive(Clone)]
pub(super) struct Bounded {
    store: Arc<dyn KeyStore>,
    silent: Arc<AtomicBool>,
    patience: Duration,
}

impl Bounded {
    pub(super) fn new(store: Arc<dyn KeyStore>, patience: Duration) -> Self {
        Self {
            store,
            silent: Arc::new(AtomicBool::new(false)),
            patience,
        }
    }

    /// The key that is there, or else `fresh`, stored and read back.
    pub(super) async fn read_or_create(
        &self,
        fresh: Zeroizing<[u8; 32]>,
    ) -> Result<Zeroizing<[u8; 32]>, KeyStoreError> {
        self.ask(move |store| {
            if let Some(found) = store.read()? {
                return sized(&found);
            }
            store.write(fresh.as_slice())?;
            let kept = store.read()?.ok_or(KeyStoreError::Damaged)?;
            sized(&kept)
        })
        .await
    }

    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn KeyStore) -> Result<T, KeyStoreError> + Send + 'static,
    ) -> Result<T, KeyStoreError> {
        if self.silent.load(Ordering::Acquire) {
            return Err(KeyStoreError::Silent);
        }
        let (tell, hear) = oneshot::channel();
        let store = Arc::clone(&self.store);
        std::thread::Builder::new()
            .name("keyring".to_owned())
            .spawn(move || {
                // The asker may have given up: then nobody needs the answer.
                let _unheard = tell.send(question(store.as_ref()));
            })
            .map_err(|_| KeyStoreError::Failed)?;
        match tokio::time::timeout(self.patience, hear).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(KeyStoreError::Failed),
            Err(_) => {
                self.silent.store(true, Ordering::Release);
                Err(KeyStoreError::Silent)
            }
        }
    }
}

fn sized(key: &[u8]) -> Result<Zeroizing<[u8; 32]>, KeyStoreError> {
    let mut sized = Zeroizing::new([0; 32]);
    if key.len() != sized.len() {
        return Err(KeyStoreError::Damaged);
    }
    sized.copy_from_slice(key);
    Ok(sized)
}
