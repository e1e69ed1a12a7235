//! The courier: delivers what waits in the outbox, with a token that the caller lends for the way, and with the key that
//! it is bound to.
//!
//! The evidence proves who signed; the token only opens the door. So a session's token will do, long after the ceremony's
//! own was revoked; but only the signer's: with somebody else's token, the delivery would look like somebody else's
//! authentication. The courier never makes a signature and never gives one up: it brings the receipt, or the refusal, or
//! comes again later. Each entry goes its own way: what cannot be noted of one, as on a full disk, keeps no other back. Only
//! where nobody answers does a round end with that: the entries that it did not come to are due in the next.
//!
//! What became of a delivery stands in the audit log before the outbox lets go of it, and there once: a receipt that was
//! not written down, because the program was killed or the disk was full, is written down with the next round.

mod entries;

use std::sync::Arc;

use audit::{Actor, Entry, Event};
use evidence::{Receipt, Subject};
use jiff::Timestamp;
use records::{Access, CallError, Note, OutboxError, SubmitError, Waiting};
use tokio::sync::{Mutex, MutexGuard};

use crate::delivery::receipt_keys;
use crate::faults;
use crate::ports::{Chronicle, Outbox, Submission, TrailError};

/// The outbox notes this where something could not be written on this computer.
const NOT_WRITTEN: &str = "not_written";

/// Goes from the outbox to the records API. Its copies are one courier.
#[derive(Clone)]
pub struct Courier {
    outbox: Arc<dyn Outbox>,
    submission: Arc<dyn Submission>,
    trail: Arc<dyn Chronicle>,
    turns: Arc<Mutex<()>>,
}

/// The right to make the next round: there is one at a time, so that nothing is sent twice at once.
pub struct Turn<'a> {
    courier: &'a Courier,
    _one: MutexGuard<'a, ()>,
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
        /// What went wrong, as the outbox notes it.
        why: &'static str,
    },
}

impl Delivered {
    /// Whether nobody was there to take it, which says nothing of this one signature.
    fn met_nobody(&self) -> bool {
        matches!(self, Self::Later { why, .. } if *why == faults::UNREACHABLE)
    }
}

impl Courier {
    /// A courier from that outbox to that API, who writes down what became of each delivery.
    pub fn new(
        outbox: Arc<dyn Outbox>,
        submission: Arc<dyn Submission>,
        trail: Arc<dyn Chronicle>,
    ) -> Self {
        Self {
            outbox,
            submission,
            trail,
            turns: Arc::default(),
        }
    }

    /// Waits until nobody else makes a round.
    pub async fn turn(&self) -> Turn<'_> {
        Turn {
            courier: self,
            _one: self.turns.lock().await,
        }
    }
}

impl Turn<'_> {
    /// One round: everything that the caller signed and is due, up to where nobody answers. The token is the caller's, for
    /// whom no ceremony may be under way: it writes down by itself what became of its delivery.
    pub async fn round(
        self,
        caller: &Subject,
        access: &Access,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Vec<Delivered>, OutboxError> {
        let round = Round {
            courier: self.courier,
            access,
            actor,
            now,
        };
        round.settle(caller).await;
        let mut delivered = Vec::new();
        for waiting in self.courier.outbox.due(now, caller).await? {
            // Whatever keeps it: what somebody else signed is never sent in the caller's name.
            if waiting.note.owner != *caller {
                continue;
            }
            delivered.push(round.deliver(waiting).await);
            // The next one would wait as long for nothing, and whoever has a connection again would wait for all of them.
            if delivered.last().is_some_and(Delivered::met_nobody) {
                break;
            }
        }
        Ok(delivered)
    }
}

/// A round under way.
struct Round<'a> {
    courier: &'a Courier,
    access: &'a Access,
    actor: &'a Actor,
    now: Timestamp,
}

impl Round<'_> {
    /// Writes down what was delivered before and is not in the audit log yet.
    async fn settle(&self, caller: &Subject) {
        let kept = match self.courier.outbox.delivered_notes(caller).await {
            Ok(kept) => kept,
            Err(error) => {
                tracing::error!(%error, "the receipts in the outbox cannot be read");
                return;
            }
        };
        for kept in kept.into_iter().filter(|kept| kept.note.owner == *caller) {
            match evidence::receipt::read(&kept.receipt) {
                Ok(receipt) => self.write_down(&kept.note, &receipt).await,
                Err(reason) => tracing::error!(%reason, "a receipt in the outbox cannot be read"),
            }
        }
    }

    async fn deliver(&self, waiting: Waiting) -> Delivered {
        let submission = &self.courier.submission;
        match submission.submit_waiting(&waiting, self.access).await {
            Ok(accepted) => match self.release(&waiting, accepted.receipt).await {
                Ok(receipt) => {
                    self.write_down(&waiting.note, &receipt).await;
                    Delivered::Recorded {
                        waiting: Box::new(waiting),
                        receipt: Box::new(receipt),
                    }
                }
                Err(why) => self.later(waiting, why).await,
            },
            Err(SubmitError::Refused(why)) if why.is_final() => self.refused(waiting, why).await,
            Err(error) => {
                let why = faults::of_delivery(error.cause());
                self.later(waiting, why).await
            }
        }
    }

    async fn release(&self, waiting: &Waiting, jws: String) -> Result<Receipt, &'static str> {
        let octets = self.courier.submission.receipt_keys(self.access).await;
        let octets = octets.map_err(|error| faults::of_delivery(&error))?;
        let keys = receipt_keys(&octets).ok_or("not_accepted")?;
        let id = waiting.note.signature_id;
        let released = self.courier.outbox.delivered(id, jws, keys).await;
        released.map_err(|error| {
            tracing::error!(%error, "a delivered signature stays in the outbox");
            match error {
                OutboxError::WrongReceipt(_) => "not_accepted",
                _ => NOT_WRITTEN,
            }
        })
    }

    /// Writes down that it is recorded, as far as that does not stand there, and forgets the receipt. What cannot be
    /// written is written with the next round.
    async fn write_down(&self, note: &Note, receipt: &Receipt) {
        let recorded = entries::of_recorded(receipt);
        if let Err(error) = self.add(note, recorded, entries::says_recorded).await {
            tracing::error!(%error, "a delivery could not be written to the audit log");
            return;
        }
        if let Err(error) = self.courier.outbox.forget(note.signature_id).await {
            tracing::warn!(%error, "the receipt of a delivery is still in the outbox");
        }
    }

    async fn refused(&self, waiting: Waiting, why: CallError) -> Delivered {
        let refused = entries::of_refused(&waiting, &why);
        if let Err(error) = self.add(&waiting.note, refused, Event::eq).await {
            tracing::error!(%error, "a refusal could not be written to the audit log");
            return self.later(waiting, NOT_WRITTEN).await;
        }
        let id = waiting.note.signature_id;
        let noted = faults::of_delivery(&why);
        if let Err(error) = self.courier.outbox.refused(id, noted).await {
            // It will be sent again, and refused again.
            tracing::error!(%error, "the refused evidence could not be marked");
            return self.later(waiting, NOT_WRITTEN).await;
        }
        Delivered::Refused {
            waiting: Box::new(waiting),
            why,
        }
    }

    async fn later(&self, waiting: Waiting, why: &'static str) -> Delivered {
        let id = waiting.note.signature_id;
        if let Err(error) = self.courier.outbox.failed(id, why, self.now).await {
            tracing::error!(%error, "a failed delivery could not be noted");
        }
        Delivered::Later {
            waiting: Box::new(waiting),
            why,
        }
    }

    /// Adds to the audit log what nothing there under the note's reference says already.
    async fn add(
        &self,
        note: &Note,
        events: Vec<Event>,
        says: fn(&Event, &Event) -> bool,
    ) -> Result<(), TrailError> {
        let trail = &self.courier.trail;
        let reference = note.reference.parse().ok();
        let known = match reference {
            Some(reference) => trail.under(reference).await?,
            None => Vec::new(),
        };
        for event in events {
            if known.iter().any(|known| says(known, &event)) {
                continue;
            }
            let entry = Entry {
                event,
                reference,
                actor: self.actor.clone(),
            };
            trail.write(entry, self.now).await?;
        }
        Ok(())
    }
}
