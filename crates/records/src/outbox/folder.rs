//! The folder of an outbox: entries as encrypted files.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::entry::{DeliveredNote, Stored, Waiting, WaitingState};
use super::{OutboxError, Seal, file};

/// Where the entries lie, and what opens them.
pub(super) struct Folder {
    pub path: PathBuf,
    pub seal: Box<dyn Seal>,
}

impl Folder {
    /// Writes an entry as it stands now. One that was refused has a name of its own, so that those that wait can be counted
    /// by their names.
    pub fn write(&self, entry: &Waiting) -> Result<(), OutboxError> {
        let id = entry.note.signature_id;
        let stored = Stored {
            note: entry.note.clone(),
            evidence: entry.evidence.clone(),
        };
        match entry.note.state {
            WaitingState::Waiting => self.enclose(&self.name(id, file::WAITING), &aad(id), &stored),
            WaitingState::Refused => {
                self.enclose(&self.name(id, file::REFUSED), &aad_refused(id), &stored)?;
                self.remove_waiting(id)
            }
        }
    }

    /// The entry of this number, waiting or refused.
    pub fn read(&self, id: Uuid) -> Result<Waiting, OutboxError> {
        match self.read_refused(id) {
            Err(OutboxError::Unknown(_)) => self.read_waiting(id),
            read => read,
        }
    }

    pub fn read_waiting(&self, id: Uuid) -> Result<Waiting, OutboxError> {
        let Stored { note, evidence } = self.unseal(&self.name(id, file::WAITING), &aad)?;
        Ok(Waiting { note, evidence })
    }

    fn read_refused(&self, id: Uuid) -> Result<Waiting, OutboxError> {
        let Stored { note, evidence } = self.unseal(&self.name(id, file::REFUSED), &aad_refused)?;
        Ok(Waiting { note, evidence })
    }

    /// Keeps what is left of an entry. From here on it waits no more, whether or not its own file can be removed.
    pub fn deliver(&self, id: Uuid, kept: &DeliveredNote) -> Result<(), OutboxError> {
        let path = self.name(id, file::DELIVERED);
        self.enclose(&path, &aad_delivered(id), kept)?;
        if let Err(error) = self.remove_waiting(id) {
            tracing::warn!(%error, "the file of a delivered entry is still there");
        }
        Ok(())
    }

    pub fn read_delivered(&self, id: Uuid) -> Result<DeliveredNote, OutboxError> {
        self.unseal(&self.name(id, file::DELIVERED), &aad_delivered)
    }

    /// Removes what is left of a delivered entry: the receipt last, since it says that the entry does not wait.
    pub fn forget(&self, id: Uuid) -> Result<(), OutboxError> {
        let receipt = self.name(id, file::DELIVERED);
        file::expect(&receipt).map_err(|error| unknown(id, error))?;
        self.remove_waiting(id)?;
        file::remove(&receipt)
    }

    fn remove_waiting(&self, id: Uuid) -> Result<(), OutboxError> {
        match file::remove(&self.name(id, file::WAITING)) {
            Err(error) if is_absent(&error) => Ok(()),
            removed => removed,
        }
    }

    pub fn name(&self, id: Uuid, extension: &str) -> PathBuf {
        self.path.join(format!("{id}.{extension}"))
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
}

/// Binds the ciphertext to its entry, so that one file cannot stand in for another.
fn aad(id: Uuid) -> Vec<u8> {
    format!("countersign outbox v1 {id}").into_bytes()
}

/// The same for a refused entry: renamed, it does not wait again.
fn aad_refused(id: Uuid) -> Vec<u8> {
    format!("countersign outbox refused v1 {id}").into_bytes()
}

/// The same for what is left after the delivery, which can stand in for no entry.
fn aad_delivered(id: Uuid) -> Vec<u8> {
    format!("countersign outbox delivered v1 {id}").into_bytes()
}

/// A file that is not there is an entry that is not there.
fn unknown(id: Uuid, error: OutboxError) -> OutboxError {
    if is_absent(&error) {
        OutboxError::Unknown(id)
    } else {
        error
    }
}

fn is_absent(error: &OutboxError) -> bool {
    matches!(error, OutboxError::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound)
}
