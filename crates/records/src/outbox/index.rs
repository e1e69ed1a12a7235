//! What is known of the entries without reading their files again.
//!
//! The folder is listed once, at the first question, and files are read when an answer needs them: an outbox opens as fast
//! with ten thousand entries as with none.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use uuid::Uuid;

use super::entry::{DeliveredNote, Note};
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
    /// Entries of which more is remembered than could be written to their files.
    ahead: BTreeSet<Uuid>,
    /// What was delivered and is not written down elsewhere.
    delivered: BTreeMap<Uuid, DeliveredNote>,
    /// The same, of which nothing but the name is known.
    unread_delivered: BTreeSet<Uuid>,
    /// The same, which does not open.
    unreadable_delivered: BTreeSet<Uuid>,
}

impl Index {
    /// The names in the folder, listed once; nothing is read.
    pub(super) fn of(folder: &Path) -> Result<Self, OutboxError> {
        let (mut waiting, mut refused) = (Vec::new(), Vec::new());
        let mut unread_delivered = BTreeSet::new();
        file::each_name(folder, |name| {
            if let Some((id, kind)) = name.split_once('.')
                && let Ok(id) = id.parse::<Uuid>()
            {
                match kind {
                    file::WAITING => waiting.push(id),
                    file::REFUSED => refused.push(id),
                    file::DELIVERED => drop(unread_delivered.insert(id)),
                    _ => {}
                }
            }
        })?;
        let unread_refused: BTreeSet<_> = refused.into_iter().collect();
        // A crash came between the two steps of a refusal, or of a delivery.
        waiting.retain(|id| !unread_refused.contains(id) && !unread_delivered.contains(id));
        Ok(Self {
            unread: waiting.into_iter().collect(),
            unread_refused,
            unread_delivered,
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

    /// The first files that wait and were not read yet.
    pub(super) fn first_unread(&self, most: usize) -> Vec<Uuid> {
        self.unread.iter().take(most).copied().collect()
    }

    /// The next file of a refused entry that was not read yet.
    pub(super) fn next_unread_refused(&self) -> Option<Uuid> {
        self.unread_refused.first().copied()
    }

    /// The next receipt that was not read yet.
    pub(super) fn next_unread_delivered(&self) -> Option<Uuid> {
        self.unread_delivered.first().copied()
    }

    /// What stands in an entry now.
    pub(super) fn know(&mut self, note: &Note) {
        let id = note.signature_id;
        self.forget(id);
        self.notes.insert(id, note.clone());
    }

    /// What would stand in an entry if it could be written.
    pub(super) fn remember(&mut self, note: Note) {
        let id = note.signature_id;
        self.forget(id);
        self.notes.insert(id, note);
        self.ahead.insert(id);
    }

    /// What is known of an entry.
    pub(super) fn note(&self, id: Uuid) -> Option<&Note> {
        self.notes.get(&id)
    }

    /// What is remembered of an entry beyond its file.
    pub(super) fn ahead(&self, id: Uuid) -> Option<&Note> {
        self.notes.get(&id).filter(|_| self.ahead.contains(&id))
    }

    /// What is left of a delivered entry, which does not wait any more.
    pub(super) fn know_delivered(&mut self, kept: DeliveredNote) {
        let id = kept.note.signature_id;
        self.forget(id);
        self.forget_delivered(id);
        self.delivered.insert(id, kept);
    }

    /// What is left of a delivered entry does not open. If the entry itself is there still, it waits.
    pub(super) fn cannot_read_delivered(&mut self, id: Uuid) {
        self.forget_delivered(id);
        self.unreadable_delivered.insert(id);
        self.unread.insert(id);
    }

    /// It is written down elsewhere.
    pub(super) fn forget_delivered(&mut self, id: Uuid) {
        self.unread_delivered.remove(&id);
        self.delivered.remove(&id);
    }

    /// What was delivered and read.
    pub(super) fn delivered(&self) -> impl Iterator<Item = &DeliveredNote> {
        self.delivered.values()
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
        self.ahead.remove(&id);
    }

    /// The entries that were read, oldest first.
    pub(super) fn notes(&self) -> impl Iterator<Item = &Note> {
        self.notes.values()
    }

    /// How many do not open.
    pub(super) fn unreadable(&self) -> usize {
        self.unreadable.len() + self.unreadable_delivered.len()
    }
}
