//! The SQLite store: one writer, several readers, every commit on the disk before it is answered.
//!
//! It keeps what it is given and guards what must be unique, in order and unchanged. Whether a signature is good is
//! decided before it is asked to keep it, inside its transaction (see `commit`).

mod amendments;
mod audit;
mod challenges;
mod commit;
mod consistency;
mod issuing;
mod judging;
mod keep;
mod keys;
mod logs;
mod reports;
mod seed;
mod sessions;
mod signatures;
mod timestamps;
mod worklist;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

pub use amendments::Pending;
pub use audit::AuditLine;
pub use challenges::Binding;
pub use commit::{Outcome, Prepared, Stamped, Submission, Terms};
pub use consistency::{Consistency, Fault, Wrong};
pub use reports::{Declining, Reported};
pub use seed::Seed;
pub use sessions::{Ended, Opening, Session};
pub use worklist::PageRequest;

/// How long a writer waits for another process's transaction.
const BUSY: Duration = Duration::from_secs(5);
/// Idle readers that are kept.
const IDLE_READERS: usize = 4;

refinery::embed_migrations!("migrations");

/// The records, signatures and trails of one gateway. Cheap to clone; clones are the same store.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("path", &self.inner.path)
            .finish_non_exhaustive()
    }
}

struct Inner {
    path: PathBuf,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
}

/// The store failed, or was given what it cannot keep.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite.
    #[error("the store failed")]
    Sqlite(#[from] rusqlite::Error),
    /// A migration.
    #[error("the store cannot be brought to this version")]
    Migration(#[from] refinery::Error),
    /// The file cannot be made.
    #[error("the store at {} cannot be made", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Something in the store cannot be read back.
    #[error("the store holds an unreadable {what}")]
    Unreadable {
        /// What it was to be.
        what: &'static str,
    },
    /// The seed contradicts itself or the store.
    #[error("the seed of {amendment} is not acceptable: {wrong}")]
    Seed {
        /// The amendment.
        amendment: String,
        /// What is wrong with it.
        wrong: &'static str,
    },
    /// There is no such amendment.
    #[error("there is no amendment {0}")]
    UnknownAmendment(String),
    /// The thread that was to do it is gone.
    #[error("the store's thread died")]
    Died,
}

impl Store {
    /// Opens the store in that file, made when absent, and brings it to this version.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        make_private(path).map_err(|source| StoreError::File {
            path: path.to_owned(),
            source,
        })?;
        let mut writer = Connection::open(path)?;
        configure(&writer)?;
        // In one transaction: on its own, the library commits a migration before it writes down that it did.
        migrations::runner().set_grouped(true).run(&mut writer)?;
        let inner = Inner {
            path: path.to_owned(),
            writer: Mutex::new(writer),
            readers: Mutex::default(),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Runs a change as one `BEGIN IMMEDIATE` transaction. Unless it succeeds, nothing of it is kept.
    fn write<T, E: From<StoreError>>(
        &self,
        change: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut writer = lock(&self.inner.writer);
        let transaction = writer
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(StoreError::from)?;
        let value = change(&transaction)?;
        transaction.commit().map_err(StoreError::from)?;
        Ok(value)
    }

    /// Reads one consistent state.
    fn read<T, E: From<StoreError>>(
        &self,
        read: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let idle = lock(&self.inner.readers).pop();
        let mut reader = idle.map_or_else(|| self.open_reader(), Ok)?;
        let transaction = reader
            .transaction_with_behavior(TransactionBehavior::Deferred)
            .map_err(StoreError::from)?;
        let value = read(&transaction)?;
        drop(transaction);
        let mut readers = lock(&self.inner.readers);
        if readers.len() < IDLE_READERS {
            readers.push(reader);
        }
        Ok(value)
    }

    fn open_reader(&self) -> Result<Connection, StoreError> {
        let reader =
            Connection::open_with_flags(&self.inner.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        reader.busy_timeout(BUSY)?;
        Ok(reader)
    }
}

/// Runs store work where it may block.
pub async fn blocking<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(StoreError::Died.into()))
}

/// Makes the file, when there is none, for the service's user alone. SQLite gives its side files the same mode.
fn make_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

fn configure(connection: &Connection) -> Result<(), StoreError> {
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    Ok(())
}

/// A panic while the lock was held rolled its transaction back, so what it guards is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An instant as a column: RFC 3339 in UTC with all digits of the fraction, so that text order is time order.
fn column(at: Timestamp) -> String {
    format!("{at:.9}")
}

fn instant(column: &str) -> Result<Timestamp, StoreError> {
    column
        .parse()
        .map_err(|_| StoreError::Unreadable { what: "instant" })
}

fn json<T: serde::de::DeserializeOwned>(column: &str, what: &'static str) -> Result<T, StoreError> {
    serde_json::from_str(column).map_err(|_| StoreError::Unreadable { what })
}

fn to_json<T: serde::Serialize>(value: &T, what: &'static str) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Unreadable { what })
}

/// A subject as a column: equal subjects have equal columns, since the claims are sorted.
pub fn subject_column(subject: &evidence::Subject) -> Result<String, StoreError> {
    to_json(subject, "subject")
}
