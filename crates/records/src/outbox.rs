//! Sealed evidence that could not be delivered yet.
//!
//! One encrypted file per signature, written whole and flushed before [`Outbox::put`] returns. Where the key outlives
//! the program ([`Outbox::durable`]), an entry survives a restart and a power loss. Each belongs to the person who signed
//! and is delivered for nobody else. It leaves only against a receipt, which is kept until somebody says that it is
//! written down elsewhere; one that the API refused for good is kept, marked, for the record. The outbox does not send
//! anything, and does not protect against somebody who deletes its folder.

mod file;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use evidence::{Bundle, LedgerKey, Receipt, Subject, receipt};
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
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
    /// Who signed. Only this person's token delivers it.
    pub owner: Subject,
    /// The amendments that it signs.
    pub amendments: Vec<String>,
    /// The evidence's identity, as its receipt will name it.
    pub evidence_sha256: String,
    /// The provider's key that signed the ID token, as its receipt will name it.
    pub issuer_key_thumbprint: String,
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

/// A delivered signature: what is left of its entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliveredNote {
    /// Everything but the evidence, which the records API has now.
    pub note: Note,
    /// The receipt that proves it (a compact JWS).
    pub receipt: String,
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
        let statement = evidence.statement();
        let note = Note {
            signature_id: statement.signature_id,
            owner: statement.signer.as_subject(),
            amendments: statement
                .amendments
                .iter()
                .map(|one| one.id.clone())
                .collect(),
            evidence_sha256: evidence.sha256().to_owned(),
            issuer_key_thumbprint: evidence.issuer_key_thumbprint().to_owned(),
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

    /// Whether it is to be tried again, by whomever.
    pub fn waits(&self) -> bool {
        self.note.state == WaitingState::Waiting
    }

    /// Exactly this evidence, as strictly as the ceremony asks.
    fn is_proven_by(&self, receipt: &Receipt) -> bool {
        let Ok(bundle) = Bundle::parse(self.evidence()) else {
            return false;
        };
        let Ok(sha256) = bundle.sha256() else {
            return false;
        };
        let thumbprint = &self.note.issuer_key_thumbprint;
        receipt.is_for(&bundle, &sha256, thumbprint).is_ok()
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

    /// Whether what is put here can still be opened after the program ended.
    pub fn durable(&self) -> bool {
        self.seal.durable()
    }

    /// Keeps an entry; it is on the disk when this returns.
    pub fn put(&self, entry: &Waiting) -> Result<(), OutboxError> {
        let _one = self.lock();
        self.write(entry)
    }

    /// Everything that waits or was refused.
    pub fn list(&self) -> Result<Listing, OutboxError> {
        let mut listing = Listing::default();
        for path in file::entries(&self.folder, file::WAITING)? {
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

    /// What is to be tried now with this person's token, oldest first.
    pub fn due(&self, now: Timestamp, owner: &Subject) -> Result<Vec<Waiting>, OutboxError> {
        let mut entries = self.list()?.entries;
        entries.retain(|entry| {
            entry.waits() && entry.note.owner == *owner && entry.note.next_attempt_at <= now
        });
        Ok(entries)
    }

    /// The amendments for which a signature waits, whoever signed: none of them may be signed meanwhile.
    pub fn waiting_amendments(&self) -> Result<BTreeSet<String>, OutboxError> {
        let entries = self.list()?.entries.into_iter();
        let waiting = entries.filter(Waiting::waits);
        Ok(waiting.flat_map(|entry| entry.note.amendments).collect())
    }

    /// Whether a signature for this amendment waits.
    pub fn waits_for(&self, amendment: &str) -> Result<bool, OutboxError> {
        Ok(self.waiting_amendments()?.contains(amendment))
    }

    /// What was delivered and is not yet forgotten, oldest first.
    pub fn delivered_notes(&self) -> Result<Vec<DeliveredNote>, OutboxError> {
        let paths = file::entries(&self.folder, file::DELIVERED)?;
        let mut notes = paths
            .iter()
            .map(|path| self.unseal(path, &aad_delivered))
            .collect::<Result<Vec<DeliveredNote>, _>>()?;
        notes.sort_by_key(|one| (one.note.sealed_at, one.note.signature_id));
        Ok(notes)
    }

    /// The delivery is written down elsewhere: its receipt need not be kept here any longer.
    pub fn forget(&self, id: Uuid) -> Result<(), OutboxError> {
        let _one = self.lock();
        file::remove(&self.path(id, file::DELIVERED)).map_err(|error| unknown(id, error))
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

    /// Lets an entry go against the receipt for exactly its evidence, signed by one of these keys. The receipt is kept
    /// until [`Outbox::forget`].
    pub fn delivered(
        &self,
        id: Uuid,
        receipt: &str,
        keys: &[LedgerKey],
    ) -> Result<Receipt, OutboxError> {
        let _one = self.lock();
        let path = self.path(id, file::WAITING);
        let entry = self.read(&path)?;
        let proof = receipt::verify(receipt, keys).map_err(|_| OutboxError::WrongReceipt(id))?;
        if !entry.is_proven_by(&proof) {
            return Err(OutboxError::WrongReceipt(id));
        }
        let kept = DeliveredNote {
            note: entry.note,
            receipt: receipt.to_owned(),
        };
        self.enclose(&self.path(id, file::DELIVERED), &aad_delivered(id), &kept)?;
        file::remove(&path)?;
        Ok(proof)
    }

    fn change(&self, id: Uuid, change: impl FnOnce(&mut Note)) -> Result<Waiting, OutboxError> {
        let _one = self.lock();
        let mut entry = self.read(&self.path(id, file::WAITING))?;
        change(&mut entry.note);
        self.write(&entry)?;
        Ok(entry)
    }

    fn read(&self, path: &Path) -> Result<Waiting, OutboxError> {
        let Stored { note, evidence } = self.unseal(path, &aad)?;
        Ok(Waiting { note, evidence })
    }

    fn write(&self, entry: &Waiting) -> Result<(), OutboxError> {
        let id = entry.note.signature_id;
        let stored = Stored {
            note: entry.note.clone(),
            evidence: entry.evidence.clone(),
        };
        self.enclose(&self.path(id, file::WAITING), &aad(id), &stored)
    }

    /// Reads and opens one file; `aad` binds its content to the identifier in its name.
    fn unseal<T: DeserializeOwned>(
        &self,
        path: &Path,
        aad: &dyn Fn(Uuid) -> Vec<u8>,
    ) -> Result<T, OutboxError> {
        let damaged = || OutboxError::Damaged {
            path: path.to_owned(),
        };
        let id = file::id(path).ok_or_else(damaged)?;
        let sealed = file::read(path).map_err(|error| unknown(id, error))?;
        let plain = self.seal.open(&aad(id), &sealed)?;
        serde_json::from_slice(&plain).map_err(|_| damaged())
    }

    fn enclose(
        &self,
        path: &Path,
        aad: &[u8],
        content: &impl Serialize,
    ) -> Result<(), OutboxError> {
        let plain = serde_json::to_vec(content).map_err(|_| OutboxError::Damaged {
            path: path.to_owned(),
        })?;
        let sealed = self.seal.seal(aad, &plain)?;
        file::write(path, &sealed)
    }

    fn path(&self, id: Uuid, extension: &str) -> PathBuf {
        self.folder.join(format!("{id}.{extension}"))
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

/// The same for what is left after the delivery, which can stand in for no entry.
fn aad_delivered(id: Uuid) -> Vec<u8> {
    format!("countersign outbox delivered v1 {id}").into_bytes()
}

/// A file that is not there is an entry that is not there.
fn unknown(id: Uuid, error: OutboxError) -> OutboxError {
    match error {
        OutboxError::Io { ref source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
            OutboxError::Unknown(id)
        }
        other => other,
    }
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
