//! The key that sealed signatures wait under.
//!
//! It has an entry of its own in the keyring, apart from the session's: no token is ever sealed with it, so it is kept
//! there also where policy wants sessions in memory only. Without a keyring it lives as long as this process and says so:
//! what waits then does not survive the end of the program. It does not protect against code that runs as the same person.

use std::sync::Arc;

use records::{Seal, SealError};
use zeroize::Zeroizing;

use super::VaultError;
use super::crypt::{self, Purpose};
use super::keys::{Bounded, KeyStore, KeyStoreError, Patience};

/// The outbox's key of one account on one device.
pub struct OutboxKey {
    device: String,
    account: String,
    key: Zeroizing<[u8; 32]>,
    not_kept: Option<KeyStoreError>,
}

impl OutboxKey {
    /// Opens the key, or makes it. Always succeeds short of lost randomness: without a keyring it is a key in memory.
    pub async fn open(
        device: &str,
        account: &str,
        keyring: Arc<dyn KeyStore>,
    ) -> Result<Self, VaultError> {
        Self::open_within(&Patience::default(), device, account, keyring).await
    }

    /// Like [`OutboxKey::open`], with what is left of somebody's patience with the keyring.
    pub async fn open_within(
        patience: &Patience,
        device: &str,
        account: &str,
        keyring: Arc<dyn KeyStore>,
    ) -> Result<Self, VaultError> {
        let fresh = crypt::fresh_key()?;
        let asked = Bounded::new(keyring, patience);
        let (key, not_kept) = match asked.read_or_create(fresh.clone()).await {
            Ok(key) => (key, None),
            Err(why) => (fresh, Some(why)),
        };
        Ok(Self {
            device: device.to_owned(),
            account: account.to_owned(),
            key,
            not_kept,
        })
    }

    /// Why the key does not outlive this process; nothing when it does.
    pub fn not_kept(&self) -> Option<KeyStoreError> {
        self.not_kept
    }

    fn place<'a>(&'a self, aad: &'a [u8]) -> [&'a [u8]; 3] {
        [self.device.as_bytes(), self.account.as_bytes(), aad]
    }
}

impl Seal for OutboxKey {
    fn seal(&self, aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
        crypt::seal(&self.key, Purpose::Outbox, &self.place(aad), plain)
            .map_err(|_| SealError::NoKey)
    }

    fn durable(&self) -> bool {
        self.not_kept.is_none()
    }

    fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        crypt::open(&self.key, Purpose::Outbox, &self.place(aad), sealed)
            .map(|plain| plain.to_vec())
            .map_err(|_| SealError::Rejected)
    }
}
