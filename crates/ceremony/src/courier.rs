//! The courier: delivers what waits in the outbox, with a token that the caller lends for the way, and with the key that
//! it is bound to.
//!
//! The evidence proves who signed; the token only opens the door. So a session's token will do, long after the ceremony's
//! own was revoked; but only the signer's: with somebody else's token, the delivery would look like somebody else's
//! authentication. The courier never makes a signature and never gives one up: it brings the receipt, or the refusal, or
//! comes again later.

use std::sync::Arc;

use audit::{Actor, Entry, Event};
use evidence::{Receipt, Subject};
use jiff::Timestamp;
use records::{Access, CallError, OutboxError, SubmitError, Waiting};

use crate::delivery::receipt_keys;
use crate::epilogue::digest;
use crate::faults;
use crate::ports::{Outbox, Submission, Trail};

/// Goes from the outbox to the records API.
#[derive(Clone)]
pub struct Courier {
    /// Where signatures wait.
    pub outbox: Arc<dyn Outbox>,
    /// Where they go.
    pub submission: Arc<dyn Submission>,
    /// Where that is written down.
    pub trail: Arc<dyn Trail>,
}

/// What became of one waiting signature.
#[derive(Debug)]
pub enum Delivered {
    /// Recorded, receipt checked, out of the outbox.
    Recorded {
        /// What waited.
        waiting: Box<Waiting>,
        /// What the records API certified.
        receipt: Box<Receipt>,
    },
    /// Refused for good. It stays in the outbox, marked, for the record.
    Refused {
        /// What waited.
        waiting: Box<Waiting>,
        /// What the records API said.
        why: CallError,
    },
    /// Not yet: it will be tried again.
    Later {
        /// What waits.
        waiting: Box<Waiting>,
        /// What went wrong.
        why: String,
    },
}

impl Courier {
    /// One round: everything that the caller signed and is due. The token is the caller's.
    pub async fn round(
        &self,
        caller: &Subject,
        access: &Access,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Vec<Delivered>, OutboxError> {
        let mut delivered = Vec::new();
        for waiting in self.outbox.due(now, caller).await? {
            // Whatever keeps it: what somebody else signed is never sent in the caller's name.
            if waiting.note.owner != *caller {
                continue;
            }
            delivered.push(self.deliver(waiting, access, actor, now).await?);
        }
        Ok(delivered)
    }

    async fn deliver(
        &self,
        waiting: Waiting,
        access: &Access,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Delivered, OutboxError> {
        match self.submission.submit_waiting(&waiting, access).await {
            Ok(accepted) => match self.release(&waiting, accepted.receipt, access).await {
                Ok(receipt) => self.recorded(waiting, receipt, actor, now).await,
                Err(why) => self.later(waiting, why, now).await,
            },
            Err(SubmitError::Refused(why)) if why.is_final() => {
                self.outbox
                    .refused(waiting.note.signature_id, faults::of_delivery(&why))
                    .await?;
                Ok(Delivered::Refused {
                    waiting: Box::new(waiting),
                    why,
                })
            }
            Err(error) => {
                let why = faults::of_delivery(error.cause());
                self.later(waiting, why.to_owned(), now).await
            }
        }
    }

    async fn release(
        &self,
        waiting: &Waiting,
        jws: String,
        access: &Access,
    ) -> Result<Receipt, String> {
        let octets = self.submission.receipt_keys(access).await;
        let octets = octets.map_err(|error| faults::of_delivery(&error).to_owned())?;
        let keys = receipt_keys(&octets).ok_or("not_accepted")?;
        self.outbox
            .delivered(waiting.note.signature_id, jws, keys)
            .await
            .map_err(|error| {
                tracing::error!(%error, "a receipt does not prove a delivery");
                "not_accepted".to_owned()
            })
    }

    async fn recorded(
        &self,
        waiting: Waiting,
        receipt: Receipt,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Delivered, OutboxError> {
        let mut written = true;
        for record in &receipt.records {
            let entry = Entry {
                event: Event::SignatureRecorded {
                    record: record.id.as_str().into(),
                    new_version: record.new_version.as_str().into(),
                    receipt: receipt.sequence,
                    evidence_sha256: digest(&receipt.evidence_sha256),
                    from_outbox: true,
                },
                reference: waiting.note.reference.parse().ok(),
                actor: actor.clone(),
            };
            if let Err(error) = self.trail.write(entry, now).await {
                tracing::error!(%error, "a delivery could not be written to the audit log");
                written = false;
            }
        }
        if written && let Err(error) = self.outbox.forget(waiting.note.signature_id).await {
            tracing::warn!(%error, "the receipt of a delivery is still in the outbox");
        }
        Ok(Delivered::Recorded {
            waiting: Box::new(waiting),
            receipt: Box::new(receipt),
        })
    }

    async fn later(
        &self,
        waiting: Waiting,
        why: String,
        now: Timestamp,
    ) -> Result<Delivered, OutboxError> {
        self.outbox
            .failed(waiting.note.signature_id, &why, now)
            .await?;
        Ok(Delivered::Later {
            waiting: Box::new(waiting),
            why,
        })
    }
}
