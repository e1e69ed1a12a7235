//! The outbox as one person may see it: what they signed, and how many of others wait.

use jiff::Timestamp;
use records::{Note, WaitingState};

use super::{Controller, when};
use crate::ipc::{Fault, OutboxEntry, OutboxState, OutboxView};

impl Controller {
    /// What waits, and what was refused.
    pub(crate) async fn outbox(&self) -> Result<OutboxView, Fault> {
        let work = self.work()?;
        let Some(outbox) = self.parts.outbox.clone() else {
            return Ok(OutboxView {
                entries: Vec::new(),
                others: 0,
                unreadable: 0,
                durable: false,
            });
        };
        let durable = outbox.durable();
        let owner = work.session.person().subject.clone();
        let looked = tokio::task::spawn_blocking(move || outbox.holdings(&owner));
        let held = looked
            .await
            .map_err(|_| self.fault("internal", &[]))?
            .map_err(|error| {
                tracing::error!(%error, "the outbox cannot be read");
                self.fault("outbox_unreadable", &[])
            })?;
        Ok(OutboxView {
            entries: held.own.iter().map(|note| self.entry(note)).collect(),
            others: u32::try_from(held.others).unwrap_or(u32::MAX),
            unreadable: u32::try_from(held.unreadable).unwrap_or(u32::MAX),
            durable,
        })
    }

    /// Sends what waits, whatever its pause.
    pub(crate) async fn try_delivery_now(&self) -> Result<(), Fault> {
        let work = self.work()?;
        if let Some(outbox) = self.parts.outbox.clone() {
            let owner = work.session.person().subject.clone();
            let hurried =
                tokio::task::spawn_blocking(move || outbox.hurry(&owner, Timestamp::now()));
            if let Ok(Err(error)) = hurried.await {
                tracing::error!(%error, "the outbox cannot be used");
                return Err(self.fault("outbox_unreadable", &[]));
            }
        }
        self.deliver_at_once(&work).await;
        self.tell();
        Ok(())
    }

    fn entry(&self, note: &Note) -> OutboxEntry {
        let catalogue = self.catalogue();
        let waits = note.state == WaitingState::Waiting;
        let said = note
            .last_error
            .as_deref()
            .map(|code| self.fault(outbox_code(code), &[]));
        let (why, remedy) = said.map(|fault| (fault.text, fault.remedy)).unzip();
        OutboxEntry {
            signature_id: note.signature_id.to_string(),
            amendments: note.amendments.clone(),
            kind: catalogue.text(note.title.kind.label(), &[]),
            record: note.title.record.clone(),
            patient: note.title.patient.clone(),
            meaning: note.title.meaning.clone(),
            sealed_at: when::rfc3339(note.sealed_at),
            state: if waits {
                OutboxState::Waiting
            } else {
                OutboxState::Refused
            },
            attempts: note.attempts,
            next_try: waits.then(|| when::rfc3339(note.next_attempt_at.max(Timestamp::now()))),
            why,
            remedy,
            reference: note.reference.clone(),
        }
    }
}

/// Under which code the catalogue explains what the outbox noted. An unknown note, of another version, says the least.
fn outbox_code(noted: &str) -> &'static str {
    match noted {
        "not_let_in" => "outbox_not_let_in",
        "record_changed" => "outbox_record_changed",
        "not_pending" => "outbox_not_pending",
        "challenge_spent" => "outbox_challenge_spent",
        "forbidden" => "outbox_forbidden",
        "not_accepted" | "never_sent" => "outbox_not_accepted",
        _ => "outbox_unreachable",
    }
}
