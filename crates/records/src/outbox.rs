//! Sealed evidence that could not be delivered yet.
//!
//! One encrypted file per signature, written whole and flushed before [`Outbox::put`] returns, so that it survives a
//! restart and a power loss. An entry leaves only against a receipt; one that the API refused for good is kept, marked,
//! for the record. The outbox does not send anything, and does not protect against somebody who deletes its folder.

mod file;

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use evidence::{LedgerKey, Receipt, receipt};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::wire::Octets;
pub use file::{Seal, SealError};

/// The first pause between two attempts; it doubles up to the longest.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(5);
/// The longest pause.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(15);

/// The folder of waiting signatures.
pub struct Outbox {
    folder: PathBuf,
    seal: Box<dyn Seal>,
    /// One writer at a time: an entry is read, changed and written back.
    writing: Mutex<()>,
}

/// One signature that waits, or was refused. Only verified evidence becomes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Everything but the evidence.
    pub note: Note,
    evidence: Octets,
}

/// What is kept beside the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// The statement's signature identifier.
    pub signature_id: Uuid,
    /// The evidence's identity, as its receipt will name it.
    pub evidence_sha256: String,
    /// The entity tags of its amendments.
    pub etags: Vec<String>,
    /// The idempotency key of every attempt.
    pub idempotency_key: String,
    /// The reference under which the audit has it.
    pub reference: String,
    /// What the worklist and the outbox screen call it.
    pub title: Title,
    /// When it was sealed.
    pub sealed_at: Timestamp,
    /// How often delivery was tried.
    pub attempts: u32,
    /// When it is tried again.
    pub next_attempt_at: Timestamp,
    /// What the last attempt said.
    pub last_error: Option<String>,
    /// Whether it waits or was refused.
    pub state: WaitingState,
}

/// How a person recognises a waiting signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// The kind of its (first) record.
    pub kind: crate::fields::Kind,
    /// That record's identifier.
    pub record: String,
    /// The patient's pseudonym.
    pub patient: String,
    /// The meaning, by its standard name.
    pub meaning: String,
}

/// What stands in a file, encrypted.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    note: Note,
    evidence: Octets,
}

/// Whether an entry will be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WaitingState {
    /// It will be.
    Waiting,
    /// The API refused it for good. Kept for the record.
    Refused,
}

/// What an outbox holds.
#[derive(Debug, Default)]
pub struct Listing {
    /// The entries, oldest first.
    pub entries: Vec<Waiting>,
    /// Files that cannot be opened: another key, or damaged. They are never deleted.
    pub unreadable: Vec<PathBuf>,
}

/// The outbox could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// The folder or a file in it.
    #[error("the outbox at {} cannot be used", path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Encryption or decryption.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The entry is not what was written.
    #[error("the entry {} is damaged", path.display())]
    Damaged {
        /// Where.
        path: PathBuf,
    },
    /// There is no such entry.
    #[error("the outbox holds no signature {0}")]
    Unknown(Uuid),
    /// The receipt is not for that entry's evidence, or not signed by a key that counts.
    #[error("the receipt does not prove the delivery of signature {0}")]
    WrongReceipt(Uuid),
}

impl Waiting {
    /// Verified evidence, ready to wait.
    pub fn new(
        evidence: &evidence::VerifiedEvidence,
        etags: Vec<String>,
        idempotency_key: String,
        reference: String,
        title: Title,
        now: Timestamp,
    ) -> Self {
        let note = Note {
            signature_id: evidence.statement().signature_id,
            evidence_sha256: evidence.sha256().to_owned(),
            etags,
            idempotency_key,
            reference,
            title,
            sealed_at: now,
            attempts: 0,
            next_attempt_at: now,
            last_error: None,
            state: WaitingState::Waiting,
        };
        Self {
            note,
            evidence: evidence.octets().to_vec().into(),
        }
    }

    /// The evidence as sealed.
    pub fn evidence(&self) -> &[u8] {
        self.evidence.as_slice()
    }
}

impl Outbox {
    /// Opens the outbox in that folder, which is made when absent, for this user alone.
    pub fn open(folder: &Path, seal: Box<dyn Seal>) -> Result<Self, OutboxError> {
        file::make_folder(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            seal,
            writing: Mutex::new(()),
        })
    }

    /// Keeps an entry; it is on the disk when this returns.
    pub fn put(&self, entry: &Waiting) -> Result<(), OutboxError> {
        let _one = self.lock();
        self.write(entry)
    }

    /// Everything that waits or was refused.
    pub fn list(&self) -> Result<Listing, OutboxError> {
        let mut listing = Listing::default();
        for path in file::entries(&self.folder)? {
            match self.read(&path) {
                Ok(entry) => listing.entries.push(entry),
                Err(OutboxError::Seal(_) | OutboxError::Damaged { .. }) => {
                    listing.unreadable.push(path);
                }
                Err(error) => return Err(error),
            }
        }
        listing
            .entries
            .sort_by_key(|entry| (entry.note.sealed_at, entry.note.signature_id));
        Ok(listing)
    }

    /// What is to be tried now, oldest first.
    pub fn due(&self, now: Timestamp) -> Result<Vec<Waiting>, OutboxError> {
        let mut entries = self.list()?.entries;
        entries.retain(|entry| {
            entry.note.state == WaitingState::Waiting && entry.note.next_attempt_at <= now
        });
        Ok(entries)
    }

    /// Notes a failed attempt and when the next one is.
    pub fn failed(&self, id: Uuid, error: &str, now: Timestamp) -> Result<Waiting, OutboxError> {
        self.change(id, |note| {
            note.attempts = note.attempts.saturating_add(1);
            note.last_error = Some(error.to_owned());
            note.next_attempt_at = now
                .checked_add(pause_after(note.attempts))
                .unwrap_or(Timestamp::MAX);
        })
    }

    /// Notes that the API refused it for good. It is kept, and tried no more.
    pub fn refused(&self, id: Uuid, error: &str) -> Result<Waiting, OutboxError> {
        self.change(id, |note| {
            note.attempts = note.attempts.saturating_add(1);
            note.last_error = Some(error.to_owned());
            note.state = WaitingState::Refused;
        })
    }

    /// Removes an entry against the receipt for exactly its evidence, signed by one of these keys.
    pub fn delivered(
        &self,
        id: Uuid,
        receipt: &str,
        keys: &[LedgerKey],
    ) -> Result<Receipt, OutboxError> {
        let _one = self.lock();
        let path = self.path(id);
        let entry = self.read(&path)?;
        let receipt = receipt::verify(receipt, keys).map_err(|_| OutboxError::WrongReceipt(id))?;
        if receipt.evidence_sha256 != entry.note.evidence_sha256 {
            return Err(OutboxError::WrongReceipt(id));
        }
        file::remove(&path)?;
        Ok(receipt)
    }

    fn change(&self, id: Uuid, change: impl FnOnce(&mut Note)) -> Result<Waiting, OutboxError> {
        let _one = self.lock();
        let mut entry = self.read(&self.path(id))?;
        change(&mut entry.note);
        self.write(&entry)?;
        Ok(entry)
    }

    fn read(&self, path: &Path) -> Result<Waiting, OutboxError> {
        let damaged = || OutboxError::Damaged {
            path: path.to_owned(),
        };
        let id = file::id(path).ok_or_else(damaged)?;
        let sealed = file::read(path).map_err(|error| match error {
            OutboxError::Io { ref source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
                OutboxError::Unknown(id)
            }
            other => other,
        })?;
        let plain = self.seal.open(&aad(id), &sealed)?;
        let Stored { note, evidence } = serde_json::from_slice(&plain).map_err(|_| damaged())?;
        Ok(Waiting { note, evidence })
    }

    fn write(&self, entry: &Waiting) -> Result<(), OutboxError> {
        let id = entry.note.signature_id;
        let path = self.path(id);
        let stored = Stored {
            note: entry.note.clone(),
            evidence: entry.evidence.clone(),
        };
        let plain =
            serde_json::to_vec(&stored).map_err(|_| OutboxError::Damaged { path: path.clone() })?;
        let sealed = self.seal.seal(&aad(id), &plain)?;
        file::write(&path, &sealed)
    }

    fn path(&self, id: Uuid) -> PathBuf {
        self.folder.join(format!("{id}.{}", file::EXTENSION))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, ()> {
        // The guarded value is empty: a writer that panicked left nothing half-done in it.
        self.writing
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Binds the ciphertext to its entry, so that one file cannot stand in for another.
fn aad(id: Uuid) -> Vec<u8> {
    format!("countersign outbox v1 {id}").into_bytes()
}

/// 5 s, 10 s, 20 s, … at most 15 min.
fn pause_after(attempts: u32) -> SignedDuration {
    let doubled = attempts
        .checked_sub(1)
        .and_then(|n| 1i32.checked_shl(n))
        .and_then(|factor| FIRST_PAUSE.checked_mul(factor));
    doubled
        .filter(|pause| pause.is_positive() && *pause < LONGEST_PAUSE)
        .unwrap_or(LONGEST_PAUSE)
}
