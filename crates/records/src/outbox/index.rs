//! What is known of the entries without reading their files again.
//!
//! The folder is listed once, at the first question, and files are read when an answer needs them: an outbox opens as fast
//! with ten thousand entries as with none.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use uuid::Uuid;

use super::entry::Note;
use super::{OutboxError, file};

/// The entries of a folder.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// Entries whose files were read.
    notes: BTreeMap<Uuid, Note>,
    /// Entries that wait, of which nothing but the name is known. Numbers grow with time, so the oldest is the first.
    unread: BTreeSet<Uuid>,
    /// Refused entries, of which nothing but the name is known. Nobody waits for them.
    unread_refused: BTreeSet<Uuid>,
    /// Entries that do not open: another key, or damaged.
    unreadable: BTreeSet<Uuid>,
}

impl Index {
    /// The names in the folder, listed once; nothing is read.
    pub(super) fn of(folder: &Path) -> Result<Self, OutboxError> {
        let (mut waiting, mut refused) = (Vec::new(), Vec::new());
        file::each_name(folder, |name| {
            if let Some((id, kind)) = name.split_once('.')
                && let Ok(id) = id.parse::<Uuid>()
            {
                match kind {
                    file::WAITING => waiting.push(id),
                    file::REFUSED => refused.push(id),
                    _ => {}
                }
            }
        })?;
        let unread_refused: BTreeSet<_> = refused.into_iter().collect();
        // A crash came between the two steps of a refusal.
        waiting.retain(|id| !unread_refused.contains(id));
        Ok(Self {
            unread: waiting.into_iter().collect(),
            unread_refused,
            ..Self::default()
        })
    }

    /// How many wait, as far as is known.
    pub(super) fn waiting(&self) -> usize {
        self.unread.len() + self.notes.values().filter(|note| note.waits()).count()
    }

    /// The next file that waits and was not read yet.
    pub(super) fn next_unread(&self) -> Option<Uuid> {
        self.unread.first().copied()
    }

    /// The next file of a refused entry that was not read yet.
    pub(super) fn next_unread_refused(&self) -> Option<Uuid> {
        self.unread_refused.first().copied()
    }

    /// What stands in an entry now.
    pub(super) fn know(&mut self, note: &Note) {
        let id = note.signature_id;
        self.forget(id);
        self.notes.insert(id, note.clone());
    }

    /// The entry does not open.
    pub(super) fn cannot_read(&mut self, id: Uuid) {
        self.forget(id);
        self.unreadable.insert(id);
    }

    /// The entry is gone.
    pub(super) fn forget(&mut self, id: Uuid) {
        self.notes.remove(&id);
        self.unread.remove(&id);
        self.unread_refused.remove(&id);
        self.unreadable.remove(&id);
    }

    /// The entries that were read, oldest first.
    pub(super) fn notes(&self) -> impl Iterator<Item = &Note> {
        self.notes.values()
    }

    /// How many do not open.
    pub(super) fn unreadable(&self) -> usize {
        self.unreadable.len()
    }
}
