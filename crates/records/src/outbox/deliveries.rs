//! Entries that were delivered: what is left of them until it is written down elsewhere.
//!
//! A receipt is on the disk before its entry goes. Whoever keeps the activity log reads here what it does not have yet, as
//! after a power loss between the two, and says when it has.

use evidence::{LedgerKey, Receipt, Subject, receipt};
use uuid::Uuid;

use super::entry::DeliveredNote;
use super::index::Index;
use super::{Outbox, OutboxError};

impl Outbox {
    /// Lets an entry go against the receipt for exactly its evidence, signed by one of these keys. The receipt is kept
    /// until [`Outbox::forget`].
    pub fn delivered(
        &self,
        id: Uuid,
        receipt: &str,
        keys: &[LedgerKey],
    ) -> Result<Receipt, OutboxError> {
        let mut index = self.lock();
        let entry = self.folder.read_waiting(id)?;
        let proof = receipt::verify(receipt, keys).map_err(|_| OutboxError::WrongReceipt(id))?;
        if !entry.is_proven_by(&proof) {
            return Err(OutboxError::WrongReceipt(id));
        }
        let kept = DeliveredNote {
            note: entry.note,
            receipt: receipt.to_owned(),
        };
        self.folder.deliver(id, &kept)?;
        if let Some(index) = index.as_mut() {
            index.know_delivered(kept);
        }
        Ok(proof)
    }

    /// What this person signed that was delivered and is not yet forgotten, oldest first.
    pub fn delivered_notes(&self, owner: &Subject) -> Result<Vec<DeliveredNote>, OutboxError> {
        self.with_index(|index| {
            self.read_delivered(index)?;
            let own = index.delivered().filter(|kept| kept.note.owner == *owner);
            let mut own: Vec<_> = own.cloned().collect();
            own.sort_by_key(|kept| (kept.note.sealed_at, kept.note.signature_id));
            Ok(own)
        })
    }

    /// Whether there is any of this person's.
    pub fn has_delivered(&self, owner: &Subject) -> Result<bool, OutboxError> {
        self.with_index(|index| {
            self.read_delivered(index)?;
            Ok(index.delivered().any(|kept| kept.note.owner == *owner))
        })
    }

    /// The delivery is written down elsewhere: its receipt need not be kept here any longer.
    pub fn forget(&self, id: Uuid) -> Result<(), OutboxError> {
        let mut index = self.lock();
        self.folder.forget(id)?;
        if let Some(index) = index.as_mut() {
            index.forget_delivered(id);
        }
        Ok(())
    }

    /// Reads every receipt that was not read yet.
    pub(super) fn read_delivered(&self, index: &mut Index) -> Result<(), OutboxError> {
        while let Some(id) = index.next_unread_delivered() {
            match self.folder.read_delivered(id) {
                Ok(kept) => index.know_delivered(kept),
                Err(OutboxError::Unknown(_)) => index.forget_delivered(id),
                Err(error @ (OutboxError::Seal(_) | OutboxError::Damaged { .. })) => {
                    tracing::error!(%error, "the receipt of a delivery does not open");
                    index.cannot_read_delivered(id);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
