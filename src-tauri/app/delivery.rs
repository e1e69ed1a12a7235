//! Sealed signatures that could not be delivered: tried again while somebody is signed in, under the same key.

use std::sync::Arc;
use std::time::Duration;

use ceremony::{Courier, Delivered, SharedOutbox};
use jiff::Timestamp;

use super::{Controller, Work, actor};
use crate::ipc::Fault;

/// How often the outbox is looked at. Each entry has its own, growing pause.
const ROUND: Duration = Duration::from_secs(5);

impl Controller {
    /// Delivers as long as the session lives.
    pub(super) fn deliver_what_waits(self: &Arc<Self>, work: Arc<Work>) {
        let Some(courier) = self.courier() else {
            return;
        };
        let controller = Arc::clone(self);
        tokio::spawn(async move {
            let over = work.session.ended();
            tokio::pin!(over);
            loop {
                tokio::select! {
                    _ = &mut over => return,
                    () = tokio::time::sleep(ROUND) => {}
                }
                // While a ceremony runs, its own delivery is under way.
                if work.desk.under_way().is_none() && controller.is_due(&work) {
                    controller.round(&courier, &work).await;
                }
            }
        });
    }

    /// Whether something that this person signed is to be tried now. Nobody else's is ever tried with their token.
    fn is_due(&self, work: &Work) -> bool {
        let Some(outbox) = &self.parts.outbox else {
            return false;
        };
        let person = &work.session.person().subject;
        outbox
            .has_due(Timestamp::now(), person)
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

    /// Sends what waits now.
    pub(super) async fn deliver_at_once(&self, work: &Arc<Work>) {
        if let Some(courier) = self.courier()
            && work.desk.under_way().is_none()
        {
            self.round(&courier, work).await;
        }
    }

    fn courier(&self) -> Option<Courier> {
        let outbox = self.parts.outbox.clone()?;
        Some(Courier {
            outbox: Arc::new(SharedOutbox(outbox)),
            submission: Arc::new(self.parts.records.clone()),
            trail: Arc::new(self.parts.log.clone()),
        })
    }

    async fn round(&self, courier: &Courier, work: &Arc<Work>) {
        let now = Timestamp::now();
        let person = &work.session.person().subject;
        let Ok(token) = work.session.access_token(now).await else {
            return;
        };
        let delivered = match courier.round(person, &token, &actor(work), now).await {
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
                }
                Delivered::Later { waiting, why } => {
                    tracing::info!(reference = waiting.note.reference, %why, "a sealed signature waits");
                }
            }
        }
        if !delivered.is_empty() {
            self.tell();
        }
    }
}
