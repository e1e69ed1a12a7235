//! What goes into the activity log, before what it describes goes on.

use audit::{Actor, Entry, Event, Reference};
use jiff::Timestamp;

use super::work::actor;
use super::{Controller, Fault};

impl Controller {
    /// Writes to the audit log. What may not happen without its entry asks for the result instead.
    pub(super) async fn note(&self, event: Event) {
        self.note_under(None, event).await;
    }

    /// The same, under a reference that a person can read out.
    pub(super) async fn note_under(&self, reference: Option<Reference>, event: Event) {
        if let Err(fault) = self.append(event, reference, self.actor()).await {
            tracing::error!(code = fault.code, "an event could not be recorded");
        }
    }

    /// Writes to the audit log before what it describes goes on, whoever is at the screen by then.
    pub(super) async fn record_by(&self, event: Event, actor: Actor) -> Result<(), Fault> {
        self.append(event, None, actor).await
    }

    pub(super) async fn append(
        &self,
        event: Event,
        reference: Option<Reference>,
        actor: Actor,
    ) -> Result<(), Fault> {
        let entry = Entry {
            event,
            reference,
            actor,
        };
        let at = Timestamp::now();
        let log = self.parts.log.clone();
        let written = tokio::task::spawn_blocking(move || log.append(&entry, at)).await;
        // What it leads to is written too, and raises nothing.
        Box::pin(self.raise_what_is_owed()).await;
        match written {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => {
                self.raise_displaced(&error).await;
                Err(self.fault(error.code(), &[]))
            }
            Err(_) => Err(self.fault("internal", &[])),
        }
    }

    pub(super) fn actor(&self) -> Actor {
        match self.signed_in() {
            Some((_, work)) => actor(&work),
            None => self.device(),
        }
    }

    pub(super) fn device(&self) -> Actor {
        Actor::Device(self.parts.device.as_str().into())
    }
}
