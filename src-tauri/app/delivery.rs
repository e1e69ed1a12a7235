//! Sealed signatures that could not be delivered: tried again while somebody is signed in, under the same key.

use std::sync::Arc;
use std::time::Duration;

use ceremony::{Courier, Delivered, SharedOutbox};
use jiff::Timestamp;

use super::{Controller, Parts, Work, actor};
use crate::ipc::Fault;

/// How often the outbox is looked at. Each entry has its own, growing pause.
const ROUND: Duration = Duration::from_secs(5);

/// Who delivers what waits; nobody where there is no outbox.
pub(super) fn courier(parts: &Parts) -> Option<Courier> {
    let outbox = parts.outbox.clone()?;
    Some(Courier::new(
        Arc::new(SharedOutbox(outbox)),
        Arc::new(parts.records.clone()),
        Arc::new(parts.log.clone()),
    ))
}

/// What is in the outbox, whoever signed it.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Held {
    /// Sealed signatures that wait to be delivered.
    pub(super) waiting: u32,
    /// Files that do not open.
    pub(super) unreadable: u32,
}

impl Controller {
    /// What is in the outbox, as far as it was read.
    pub(super) fn held(&self) -> Held {
        let Some(outbox) = &self.parts.outbox else {
            return Held::default();
        };
        let counted = outbox
            .count()
            .and_then(|waiting| Ok((waiting, outbox.unreadable()?)));
        let (waiting, unreadable) = counted.unwrap_or_else(|error| {
            tracing::warn!(%error, "the outbox cannot be read");
            (0, 0)
        });
        Held {
            waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
            unreadable: u32::try_from(unreadable).unwrap_or(u32::MAX),
        }
    }

    /// Delivers as long as the session lives.
    pub(super) fn deliver_what_waits(self: &Arc<Self>, work: Arc<Work>) {
        if self.courier.is_none() {
            return;
        }
        let controller = Arc::clone(self);
        tokio::spawn(async move {
            let over = work.session.ended();
            tokio::pin!(over);
            loop {
                tokio::select! {
                    _ = &mut over => return,
                    () = tokio::time::sleep(ROUND) => {}
                }
                if work.desk.under_way().is_none() && controller.is_due(&work) {
                    controller.round(&work).await;
                }
            }
        });
    }

    /// Whether something that this person signed is to be tried now, or to be written down. Nobody else's is ever tried
    /// with their token.
    fn is_due(&self, work: &Work) -> bool {
        let Some(outbox) = &self.parts.outbox else {
            return false;
        };
        let person = &work.session.person().subject;
        let has_delivered = |due| Ok(due || outbox.has_delivered(person)?);
        outbox
            .has_due(Timestamp::now(), person)
            .and_then(has_delivered)
            .inspect_err(|error| tracing::warn!(%error, "the outbox cannot be read"))
            .unwrap_or_default()
    }

    /// Refuses to sign what is signed already and only waits for its delivery, by whomever.
    pub(super) fn refuse_what_waits(&self, amendment: &str) -> Result<(), Fault> {
        let Some(outbox) = &self.parts.outbox else {
            return Ok(());
        };
        match outbox.waits_for(amendment) {
            Ok(false) => Ok(()),
            Ok(true) => Err(self.fault("signature_waits", &[])),
            Err(error) => {
                tracing::error!(%error, "the outbox cannot be read");
                Err(self.fault("outbox_unreadable", &[]))
            }
        }
    }

    /// Sends what is due now; after whoever does so already, and no longer than the session lives: whoever is next at the
    /// screen does not wait for it. What is cut off goes on with the next round of whoever signed.
    pub(super) async fn round(&self, work: &Arc<Work>) {
        let Some(courier) = &self.courier else {
            return;
        };
        tokio::select! {
            _ = work.session.ended() => {}
            () = self.round_of(courier, work) => {}
        }
    }

    async fn round_of(&self, courier: &Courier, work: &Arc<Work>) {
        let turn = courier.turn().await;
        let now = Timestamp::now();
        let person = &work.session.person().subject;
        let Ok(token) = work.session.access_token(now).await else {
            return;
        };
        // While a ceremony runs, its own delivery is under way.
        if work.desk.under_way().is_some() {
            return;
        }
        let before = self.held();
        let delivered = match turn.round(person, &token, &actor(work), now).await {
            Ok(delivered) => delivered,
            Err(error) => {
                tracing::error!(%error, "the outbox cannot be used");
                return;
            }
        };
        for one in &delivered {
            match one {
                Delivered::Recorded { waiting, receipt } => {
                    self.confirmed(work, waiting.note.signature_id, receipt);
                    self.parts.screen.worklist_changed();
                }
                Delivered::Refused { waiting, why } => {
                    tracing::error!(reference = waiting.note.reference, %why, "a sealed signature was refused");
                    self.parts.screen.worklist_changed();
                }
                Delivered::Later { waiting, why } => {
                    tracing::info!(
                        reference = waiting.note.reference,
                        why,
                        "a sealed signature waits"
                    );
                }
            }
        }
        // What does not open is found out only where it is read.
        if !delivered.is_empty() || self.held() != before {
            self.tell();
        }
    }
}
