//! Sealed signatures that could not be delivered: tried again while somebody is signed in, under the same key.

use std::sync::Arc;
use std::time::Duration;

use ceremony::{Courier, Delivered, SharedOutbox};
use jiff::Timestamp;

use super::{Controller, Work, actor};

/// How often the outbox is looked at. Each entry has its own, growing pause.
const ROUND: Duration = Duration::from_secs(5);

impl Controller {
    /// Delivers as long as the session lives.
    pub(super) fn deliver_what_waits(self: &Arc<Self>, work: Arc<Work>) {
        let Some(outbox) = self.parts.outbox.clone() else {
            return;
        };
        let courier = Courier {
            outbox: Arc::new(SharedOutbox(outbox)),
            submission: Arc::new(self.parts.records.clone()),
            trail: Arc::new(self.parts.log.clone()),
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
                if work.desk.under_way().is_none() && controller.waiting() > 0 {
                    controller.round(&courier, &work).await;
                }
            }
        });
    }

    async fn round(&self, courier: &Courier, work: &Arc<Work>) {
        let now = Timestamp::now();
        let Ok(token) = work.session.access_token(now).await else {
            return;
        };
        let delivered = match courier.round(&token, &actor(work), now).await {
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
