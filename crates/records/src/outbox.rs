//! Sealed evidence that could not be delivered yet.
//!
//! One encrypted file per signature, written whole and flushed before [`Outbox::put`] returns. Where the key outlives
//! the program ([`Outbox::durable`]), an entry survives a restart and a power loss. Each belongs to the person who signed
//! and is delivered for nobody else. It leaves only against a receipt, which is kept until somebody says that it is
//! written down elsewhere; one that the API refused for good is kept, marked, for the record. The outbox does not send
//! anything, and does not protect against somebody who deletes its folder.
//!
//! Pauses are kept by the wall clock, since they outlive the program; one that no clock that is right can have stamped is
//! over. Where a disk is full, a pause holds for as long as the program runs.
//!
//! Opening reads nothing, and counting reads names alone: how much waits does not slow down the start of the program.
//! One outbox is open on a folder at a time, since what was read once is remembered.

mod deliveries;
mod entry;
mod file;
mod folder;
mod index;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use evidence::Subject;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

pub use entry::{DeliveredNote, Note, Title, Waiting, WaitingState};
pub use file::{Seal, SealError};
use folder::Folder;
use index::Index;

/// The first pause between two attempts; it doubles up to the longest.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(5);
/// The longest pause.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(15);
/// The most entries that are given out to be tried at once. The others are due the next time.
const MAX_DUE: usize = 50;
/// The most files that are read to find out what is due. The others are read the next time.
const MAX_READ: usize = 200;

/// The folder of waiting signatures.
pub struct Outbox {
    folder: Folder,
    /// What is known of it; nothing before the first question. Whoever reads, changes and writes back holds this.
    index: Mutex<Option<Index>>,
}

/// What an outbox holds.
#[derive(Debug, Default)]
pub struct Listing {
    /// The entries, oldest first.
    pub entries: Vec<Waiting>,
    /// Files that cannot be opened: another key, or damaged. They are never deleted.
    pub unreadable: Vec<PathBuf>,
}

/// What an outbox holds, as one person may see it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Holdings {
    /// What this person signed, newest first.
    pub own: Vec<Note>,
    /// How many more wait for other people.
    pub others: usize,
    /// How many files cannot be opened. They are never deleted.
    pub unreadable: usize,
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

impl Outbox {
    /// Opens the outbox in that folder, which is made when absent, for this user alone.
    pub fn open(folder: &Path, seal: Box<dyn Seal>) -> Result<Self, OutboxError> {
        file::make_folder(folder)?;
        Ok(Self {
            folder: Folder {
                path: folder.to_owned(),
                seal,
            },
            index: Mutex::default(),
        })
    }

    /// Whether what is put here can still be opened after the program ended.
    pub fn durable(&self) -> bool {
        self.folder.seal.durable()
    }

    /// Keeps an entry; it is on the disk when this returns.
    pub fn put(&self, entry: &Waiting) -> Result<(), OutboxError> {
        let mut index = self.lock();
        self.write(&mut index, entry)
    }

    /// How many signatures wait, by the names of their files: one that turns out not to open counts until it is read.
    pub fn count(&self) -> Result<usize, OutboxError> {
        self.with_index(|index| Ok(index.waiting()))
    }

    /// How many files do not open, of those that were read so far. They are kept.
    pub fn unreadable(&self) -> Result<usize, OutboxError> {
        self.with_index(|index| Ok(index.unreadable()))
    }

    /// Everything that waits or was refused, read anew.
    pub fn list(&self) -> Result<Listing, OutboxError> {
        let index = self.lock();
        let mut listing = Listing::default();
        let refused = file::entries(&self.folder.path, file::REFUSED)?;
        let waiting = file::entries(&self.folder.path, file::WAITING)?;
        let delivered = file::entries(&self.folder.path, file::DELIVERED)?;
        let mut seen: BTreeSet<_> = delivered.iter().filter_map(|path| file::id(path)).collect();
        for path in refused.into_iter().chain(waiting) {
            let id = file::id(&path);
            // A crash between the two steps of a refusal or a delivery leaves both names; the later one counts.
            if id.is_some_and(|id| !seen.insert(id)) {
                continue;
            }
            match id.map(|id| self.folder.read(id)) {
                Some(Ok(entry)) => listing.entries.push(entry),
                None | Some(Err(OutboxError::Seal(_) | OutboxError::Damaged { .. })) => {
                    listing.unreadable.push(path);
                }
                Some(Err(error)) => return Err(error),
            }
        }
        drop(index);
        listing
            .entries
            .sort_by_key(|entry| (entry.note.sealed_at, entry.note.signature_id));
        Ok(listing)
    }

    /// What one person may see of what is here. The first time, every file is read.
    pub fn holdings(&self, owner: &Subject) -> Result<Holdings, OutboxError> {
        self.with_index(|index| {
            self.read_delivered(index)?;
            self.read_waiting(index)?;
            while let Some(id) = index.next_unread_refused() {
                self.learn(index, id)?;
            }
            let (mut own, others): (Vec<_>, Vec<_>) =
                index.notes().partition(|note| note.owner == *owner);
            own.sort_by_key(|note| (note.sealed_at, note.signature_id));
            Ok(Holdings {
                own: own.into_iter().rev().cloned().collect(),
                others: others.into_iter().filter(|note| note.waits()).count(),
                unreadable: index.unreadable(),
            })
        })
    }

    /// What is to be tried now with this person's token, oldest first: as many as are tried in one go.
    pub fn due(&self, now: Timestamp, owner: &Subject) -> Result<Vec<Waiting>, OutboxError> {
        self.with_index(|index| {
            let mut entries = Vec::new();
            for id in self.due_now(index, now, owner) {
                match self.learn(index, id) {
                    Ok(Some(entry)) if entry.note.is_due(now, owner) => entries.push(entry),
                    Ok(_) => {}
                    // The others do not wait for it.
                    Err(error) => tracing::warn!(%error, "an entry cannot be read now"),
                }
            }
            Ok(entries)
        })
    }

    /// Whether something is to be tried now with this person's token.
    pub fn has_due(&self, now: Timestamp, owner: &Subject) -> Result<bool, OutboxError> {
        self.with_index(|index| Ok(!self.due_now(index, now, owner).is_empty()))
    }

    /// The amendments for which a signature waits, whoever signed: none of them may be signed meanwhile. The first time,
    /// every file of an entry that waits is read.
    pub fn waiting_amendments(&self) -> Result<BTreeSet<String>, OutboxError> {
        self.with_index(|index| {
            self.read_delivered(index)?;
            self.read_waiting(index)?;
            let waiting = index.notes().filter(|note| note.waits());
            Ok(waiting
                .flat_map(|note| note.amendments.iter().cloned())
                .collect())
        })
    }

    /// Whether a signature for this amendment waits.
    pub fn waits_for(&self, amendment: &str) -> Result<bool, OutboxError> {
        Ok(self.waiting_amendments()?.contains(amendment))
    }

    /// The entry of this number, waiting or refused, if this person signed it.
    pub fn find(&self, id: Uuid, owner: &Subject) -> Result<Option<Waiting>, OutboxError> {
        let _one = self.lock();
        match self.folder.read(id) {
            Ok(entry) => Ok(Some(entry).filter(|entry| entry.note.owner == *owner)),
            Err(OutboxError::Unknown(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Notes a failed attempt and when the next one is. Where that cannot be written, it holds until the program ends, and
    /// the error says so: nothing is tried again and again without a pause.
    pub fn failed(&self, id: Uuid, error: &str, now: Timestamp) -> Result<Waiting, OutboxError> {
        let change = |note: &mut Note| {
            note.attempts = note.attempts.saturating_add(1);
            note.last_error = Some(error.to_owned());
            note.next_attempt_at = now
                .checked_add(pause_after(note.attempts))
                .unwrap_or(Timestamp::MAX);
        };
        self.with_index(|index| {
            let changed = self.change(index, id, &change);
            let known = index.note(id).filter(|note| note.waits());
            if changed.is_err()
                && let Some(mut note) = known.cloned()
            {
                change(&mut note);
                index.remember(note);
            }
            changed
        })
    }

    /// Whatever waits of this person is to be tried now, without regard to its pause. Nothing is written: a program that
    /// ends before it was tried takes the pause up again.
    pub fn hurry(&self, owner: &Subject, now: Timestamp) -> Result<(), OutboxError> {
        let waiting = self.holdings(owner)?.own.into_iter().filter(Note::waits);
        self.with_index(|index| {
            for note in waiting {
                index.remember(Note {
                    next_attempt_at: now,
                    ..note
                });
            }
            Ok(())
        })
    }

    /// Notes that the API refused it for good. It is kept, and tried no more.
    pub fn refused(&self, id: Uuid, error: &str) -> Result<Waiting, OutboxError> {
        self.with_index(|index| {
            self.change(index, id, &|note| {
                note.attempts = note.attempts.saturating_add(1);
                note.last_error = Some(error.to_owned());
                note.state = WaitingState::Refused;
            })
        })
    }

    fn change(
        &self,
        index: &mut Index,
        id: Uuid,
        change: &dyn Fn(&mut Note),
    ) -> Result<Waiting, OutboxError> {
        let mut entry = self.folder.read_waiting(id)?;
        match index.ahead(id) {
            Some(note) => entry.note = note.clone(),
            // From here on something is known of it, whether or not the change can be written.
            None => index.know(&entry.note),
        }
        change(&mut entry.note);
        self.folder.write(&entry)?;
        index.know(&entry.note);
        Ok(entry)
    }

    fn write(&self, index: &mut Option<Index>, entry: &Waiting) -> Result<(), OutboxError> {
        self.folder.write(entry)?;
        if let Some(index) = index {
            index.know(&entry.note);
        }
        Ok(())
    }

    /// The numbers of what is due, oldest first, as far as files were read by now.
    fn due_now(&self, index: &mut Index, now: Timestamp, owner: &Subject) -> Vec<Uuid> {
        for id in index.first_unread(MAX_READ) {
            if let Err(error) = self.learn(index, id) {
                tracing::warn!(%error, "an entry cannot be read now");
            }
        }
        let mut due: Vec<_> = index
            .notes()
            .filter(|note| note.is_due(now, owner))
            .map(|note| (note.sealed_at, note.signature_id))
            .collect();
        due.sort_unstable();
        due.truncate(MAX_DUE);
        due.into_iter().map(|(_, id)| id).collect()
    }

    /// Reads every file of an entry that waits and was not read yet.
    fn read_waiting(&self, index: &mut Index) -> Result<(), OutboxError> {
        while let Some(id) = index.next_unread() {
            self.learn(index, id)?;
        }
        Ok(())
    }

    /// Reads one file. Nothing when it is gone, or does not open.
    fn learn(&self, index: &mut Index, id: Uuid) -> Result<Option<Waiting>, OutboxError> {
        match self.folder.read(id) {
            Ok(mut entry) => {
                if let Some(note) = index.ahead(id)
                    && entry.waits()
                {
                    entry.note = note.clone();
                } else {
                    // Whatever it says of itself, this file was read.
                    index.forget(id);
                    index.know(&entry.note);
                }
                Ok(Some(entry))
            }
            Err(OutboxError::Unknown(_)) => {
                index.forget(id);
                Ok(None)
            }
            Err(OutboxError::Seal(_) | OutboxError::Damaged { .. }) => {
                index.cannot_read(id);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn with_index<T>(
        &self,
        ask: impl FnOnce(&mut Index) -> Result<T, OutboxError>,
    ) -> Result<T, OutboxError> {
        let mut lock = self.lock();
        let mut index = match lock.take() {
            Some(index) => index,
            None => Index::of(&self.folder.path)?,
        };
        let answer = ask(&mut index);
        *lock = Some(index);
        answer
    }

    fn lock(&self) -> MutexGuard<'_, Option<Index>> {
        // A reader that panicked took the index with it, and the folder is listed anew.
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
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
