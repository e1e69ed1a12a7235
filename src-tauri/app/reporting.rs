//! What this device tells by itself while somebody is signed in: its activity log, and what security must hear of.
//!
//! Both are on the disk before they are sent and wait there while nobody listens; a person can neither see nor stop them.

use std::sync::Arc;
use std::time::Duration;

use ::reporting::Round;
use audit::{Concern, Event, Reference};
use jiff::Timestamp;
use records::{Access, SecurityEvent, SecurityEventKind};

use super::{Controller, Work, session};

/// How often it is looked whether there is something to tell.
const ROUND: Duration = Duration::from_secs(5);

impl Controller {
    /// Reports as long as the session lives.
    pub(super) fn report(self: &Arc<Self>, work: Arc<Work>) {
        let controller = Arc::clone(self);
        tokio::spawn(async move {
            let over = work.session.ended();
            tokio::pin!(over);
            loop {
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

    /// Keeps what security must hear of until it was told.
    pub(super) async fn raise(&self, concern: Concern, reference: Option<Reference>) {
        let (kind, count) = match concern {
            Concern::FailedSignIns { count } => (SecurityEventKind::FailedSignIns, count),
            Concern::ClockSetBack | Concern::AuditBroken => (SecurityEventKind::AuditBroken, 1),
        };
        let reference = reference.or_else(session::new_reference);
        let event = SecurityEvent {
            kind,
            reference: reference.map(|one| one.to_string()).unwrap_or_default(),
            at: Timestamp::now(),
            device: self.parts.device.clone(),
            count,
        };
        let alarms = Arc::clone(&self.parts.alarms);
        let kept = tokio::task::spawn_blocking(move || alarms.raise(&event)).await;
        if !matches!(kept, Ok(Ok(()))) {
            tracing::error!(?kind, "what security must hear of could not be kept");
        }
        let event = Event::SecurityEventSent {
            about: kind.as_str().into(),
            delivered: false,
        };
        self.note_under(reference, event).await;
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
        for event in told {
            work.told_security();
            let reference = event.reference.parse().ok();
            let event = Event::SecurityEventSent {
                about: event.kind.as_str().into(),
                delivered: true,
            };
            self.note_under(reference, event).await;
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
