//! Where the vault's key lives: the operating system's keyring, asked on a thread of its own and never for longer than
//! five seconds, however many keys it holds for us.
//!
//! A locked Linux keyring waits for a prompt that nobody may see, and the store is opened once per process: so a keyring
//! that was silent once is not asked again. Whoever asks for several keys has one [`Patience`] for all. This module does not decide what follows; it only says what it found.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;
use zeroize::Zeroizing;

/// How long the keyring may take, all in all.
const FIVE_SECONDS: Duration = Duration::from_secs(5);

/// How much longer the keyring is waited for. All clones are the same patience, and waiting wears it out.
#[derive(Clone, Debug)]
pub struct Patience(Arc<Mutex<Duration>>);

impl Patience {
    /// That much.
    pub fn of(all: Duration) -> Self {
        Self(Arc::new(Mutex::new(all)))
    }

    /// What is left. Nothing when the keyring was silent.
    fn left(&self) -> Duration {
        *self.lock()
    }

    fn wear(&self, waited: Duration) {
        let mut left = self.lock();
        *left = left.saturating_sub(waited);
    }

    fn lock(&self) -> MutexGuard<'_, Duration> {
        // Every change under this lock is one assignment.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self::of(FIVE_SECONDS)
    }
}

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
    patience: Patience,
}

impl Bounded {
    pub(super) fn new(store: Arc<dyn KeyStore>, patience: &Patience) -> Self {
        let patience = patience.clone();
        Self { store, patience }
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
        let left = self.patience.left();
        if left.is_zero() {
            return Err(KeyStoreError::Silent);
        }
        let asked = Instant::now();
        let (tell, hear) = oneshot::channel();
        let store = Arc::clone(&self.store);
        std::thread::Builder::new()
            .name("keyring".to_owned())
            .spawn(move || {
                // The asker may have given up: then nobody needs the answer.
                let _unheard = tell.send(question(store.as_ref()));
            })
            .map_err(|_| KeyStoreError::Failed)?;
        let Ok(answer) = tokio::time::timeout(left, hear).await else {
            self.patience.wear(left);
            return Err(KeyStoreError::Silent);
        };
        self.patience.wear(asked.elapsed());
        answer.unwrap_or(Err(KeyStoreError::Failed))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_waits_for_a_keyring_longer_than_five_seconds_in_all() {
        let patience = Patience::default();
        assert_eq!(patience.left(), Duration::from_secs(5));

        patience.clone().wear(Duration::from_secs(4));

        assert_eq!(patience.left(), Duration::from_secs(1));
    }
}
