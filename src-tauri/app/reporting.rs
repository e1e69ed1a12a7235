//! What this device tells by itself while somebody is signed in: its activity log, and what security must hear of.
//!
//! Both are on the disk before they are sent and wait there while nobody listens; a person can neither see nor stop them.

use std::sync::Arc;
use std::time::Duration;

use ::reporting::{Reporter, Round};
use audit::{AuditError, Event, Filter, Reference};
use jiff::Timestamp;
use records::{Access, SecurityEvent};

use super::{Controller, Work};

/// How often it is looked whether there is something to tell.
const ROUND: Duration = Duration::from_secs(5);

impl Controller {
    /// Reports as long as the session lives.
    pub(super) fn report(self: &Arc<Self>, work: Arc<Work>) {
        let controller = Arc::clone(self);
        tokio::spawn(async move {
            let over = work.session.ended();
            tokio::pin!(over);
            // Opening the log looked at its newest file alone.
            if let Err(fault) = controller.read_chain().await {
                tracing::warn!(code = fault.code, "the activity log could not be checked");
            }
            loop {
                // Entries of ceremonies may have found that the clock went back.
                controller.raise_what_is_owed().await;
                if let Ok(access) = work.session.access_token(Timestamp::now()).await {
                    controller.tell_security(&work, &access).await;
                    controller.ship(&access).await;
                }
                tokio::select! {
                    _ = &mut over => return,
                    () = tokio::time::sleep(ROUND) => {}
                }
            }
        });
    }

    /// Keeps what the log says that security must hear of until it was told. What cannot be kept stays owed: the next start
    /// sees to it.
    pub(super) async fn raise_what_is_owed(&self) {
        for matter in self.parts.log.take_owed() {
            self.keep_and_note(self.reporter().event(&matter)).await;
        }
    }

    /// The log was found altered: security hears once of what was found.
    pub(super) async fn raise_altered(&self, found: &AuditError) {
        let event = self
            .reporter()
            .altered(&found.to_string(), Timestamp::now());
        let path = self.parts.log.path();
        let told = Filter {
            event: Some("security_event_sent".to_owned()),
            reference: Some(event.reference.clone()),
            ..Filter::default()
        };
        let told = tokio::task::spawn_blocking(move || audit::page(&path, &told, None, 1)).await;
        if !matches!(told, Ok(Ok(page)) if !page.entries.is_empty()) {
            self.keep_and_note(event).await;
        }
    }

    /// The log is not the file any more that was written to: what security hears of that cannot be noted there.
    pub(super) async fn raise_displaced(&self, error: &AuditError) {
        if matches!(error, AuditError::Displaced { .. }) {
            let event = self
                .reporter()
                .altered(&error.to_string(), Timestamp::now());
            self.keep(event).await;
        }
    }

    async fn keep_and_note(&self, event: SecurityEvent) {
        let (kind, reference) = (event.kind, event.reference.parse().ok());
        if self.keep(event).await {
            self.note_by_device(::reporting::is_kept(kind), reference)
                .await;
        }
    }

    /// Whom it is about stands in the report. It is never booked on whoever happens to be at the screen.
    async fn note_by_device(&self, event: Event, reference: Option<Reference>) {
        if let Err(fault) = self.append(event, reference, self.device()).await {
            tracing::error!(code = fault.code, "an event could not be recorded");
        }
    }

    /// Keeps an alarm. Says whether it is on the disk.
    async fn keep(&self, event: SecurityEvent) -> bool {
        let kind = event.kind;
        let alarms = Arc::clone(&self.parts.alarms);
        let kept = tokio::task::spawn_blocking(move || alarms.raise_once(&event)).await;
        let kept = matches!(kept, Ok(Ok(())));
        if !kept {
            tracing::error!(?kind, "what security must hear of could not be kept");
        }
        kept
    }

    fn reporter(&self) -> Reporter {
        Reporter {
            device: self.parts.device.clone(),
            issuer: self.parts.policy.identity.issuer.clone(),
        }
    }

    async fn tell_security(&self, work: &Work, access: &Access) {
        let client = work.records();
        let told = self.parts.alarms.deliver(&client, access, Timestamp::now());
        let told = match told.await {
            Ok(told) => told.told,
            Err(error) => {
                tracing::error!(%error, "what security must hear of cannot be read");
                return;
            }
        };
        let me = Some(work.session.person().subject.clone().into());
        for event in told {
            if event.about == me {
                work.told_security();
            }
            let told = ::reporting::told(&event);
            self.note_by_device(told.event, told.reference).await;
        }
    }

    async fn ship(&self, access: &Access) {
        let Some(shipper) = &self.parts.shipper else {
            return;
        };
        let through = self.parts.log.head();
        match shipper.drain(through, access, Timestamp::now()).await {
            Round::Contradicted { seq } => {
                tracing::error!(
                    seq,
                    "the records service holds another history of this device"
                );
                self.note(Event::ShippingRefused { seq }).await;
            }
            Round::Failed { why, again_at } => {
                tracing::info!(%why, %again_at, "the activity log could not be sent");
            }
            Round::Nothing | Round::Resting | Round::Shipped { .. } => {}
        }
    }
}
