//! Where a session outlives the program: one encrypted file, its key in the keyring of the operating system.
//!
//! The file is bound to this device and this account. When there is no keyring, or policy wants none, the vault keeps
//! nothing on disk and says so: there is never a plain-text file. It does not protect against code that runs as the same
//! person, which can ask the same keyring.

mod account;
mod crypt;
mod file;
mod keys;
mod outbox_key;
mod owed;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use policy::Remember;
use zeroize::Zeroizing;

pub use account::account_here;
pub use crypt::BoxError;
use crypt::Purpose;
use keys::Bounded;
pub use keys::{KeyStore, KeyStoreError, OsKeyring, Patience};
pub use outbox_key::OutboxKey;
pub(crate) use owed::InHand;
pub use owed::Owed;

/// Where a vault lies and to whom it belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The session's file. Its folder is made when missing.
    pub file: PathBuf,
    /// This device's name: a copied file does not open elsewhere.
    pub device: String,
    /// The account on this device, and the issuer (see [`account_here`]): one person's file does not open as another's.
    pub account: String,
}

/// The vault of one account on one device.
pub struct Vault {
    place: Place,
    key: Arc<Zeroizing<[u8; 32]>>,
    kept: Kept,
    owed: Owed,
}

/// Whether a session survives the end of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// In the encrypted file.
    OnDisk,
    /// Only in memory.
    InMemory(MemoryOnly),
}

/// Why a session is kept in memory only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryOnly {
    /// Policy wants it so.
    Policy,
    /// The keyring does not hold our key: worth a banner.
    Keyring(KeyStoreError),
    /// The disk did not take the session's file: worth a banner, until it takes a later one.
    Disk,
}

/// The vault failed.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The file does not open: other device, other account, other key, or changed.
    #[error(transparent)]
    Box(#[from] BoxError),
    /// The file could not be read, written or removed.
    #[error("vault_file_failed: {}", .0.kind())]
    File(#[source] io::Error),
}

impl Vault {
    /// Opens the vault. Always succeeds short of lost randomness: without a keyring it is a vault in memory.
    pub async fn open(
        place: Place,
        remember: Remember,
        keyring: Arc<dyn KeyStore>,
    ) -> Result<Self, VaultError> {
        Self::open_within(&Patience::default(), place, remember, keyring).await
    }

    /// Like [`Vault::open`], with what is left of somebody's patience with the keyring.
    pub async fn open_within(
        patience: &Patience,
        place: Place,
        remember: Remember,
        keyring: Arc<dyn KeyStore>,
    ) -> Result<Self, VaultError> {
        let fresh = crypt::fresh_key()?;
        let (key, kept) = match remember {
            Remember::Memory => (fresh, Kept::InMemory(MemoryOnly::Policy)),
            Remember::Keyring => {
                let asked = Bounded::new(keyring, patience);
                match asked.read_or_create(fresh.clone()).await {
                    Ok(key) => (key, Kept::OnDisk),
                    Err(why) => (fresh, Kept::InMemory(MemoryOnly::Keyring(why))),
                }
            }
        };
        let key = Arc::new(key);
        let debts = place.file.with_extension("owed");
        let disk = (kept == Kept::OnDisk).then(|| owed::Disk {
            file: debts.clone(),
            key: Arc::clone(&key),
            device: place.device.clone(),
            account: place.account.clone(),
        });
        let vault = Self {
            place,
            key,
            kept,
            owed: Owed::open(disk, Timestamp::now()).await,
        };
        if vault.kept == Kept::InMemory(MemoryOnly::Policy) {
            vault.wipe().await?;
            blocking(move || file::remove(&debts)).await?;
        }
        Ok(vault)
    }

    /// The revocations that are owed to sessions which ended without a network.
    pub fn owed(&self) -> &Owed {
        &self.owed
    }

    /// Whether what is stored here survives the end of the program.
    pub fn kept(&self) -> Kept {
        self.kept
    }

    /// Where the file is, for `doctor`.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// What was stored, or nothing.
    pub(crate) async fn load(&self) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        if self.kept != Kept::OnDisk {
            return Ok(None);
        }
        let path = self.place.file.clone();
        let Some(sealed) = blocking(move || file::read(&path)).await? else {
            return Ok(None);
        };
        Ok(Some(crypt::open(
            &self.key,
            Purpose::Session,
            &self.binding(),
            &sealed,
        )?))
    }

    /// Replaces what was stored. In memory only, this removes what an earlier session left on disk.
    pub(crate) async fn store(&self, plain: &[u8]) -> Result<(), VaultError> {
        if self.kept != Kept::OnDisk {
            return self.wipe().await;
        }
        let sealed = crypt::seal(&self.key, Purpose::Session, &self.binding(), plain)?;
        let path = self.place.file.clone();
        blocking(move || file::replace(&path, &sealed)).await
    }

    /// Removes the session's file. The key stays in the keyring: without the file, it opens nothing.
    pub(crate) async fn wipe(&self) -> Result<(), VaultError> {
        let path = self.place.file.clone();
        blocking(move || file::remove(&path)).await
    }

    fn binding(&self) -> [&[u8]; 2] {
        [self.place.device.as_bytes(), self.place.account.as_bytes()]
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, VaultError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| VaultError::File(io::Error::other("interrupted")))?
        .map_err(VaultError::File)
}
