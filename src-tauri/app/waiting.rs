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
        self.round(&work).await;
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
            next_try: waits.then(|| when::rfc3339(note.next_attempt(Timestamp::now()))),
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
        "not_written" => "outbox_not_written",
        _ => "outbox_unreachable",
    }
}

#[cfg(test)]
mod tests {
    use catalogue::{Catalogue, Locale};

    use super::*;

    /// Everything that the courier and the ceremony note, and what a later version may.
    const NOTED: [&str; 10] = [
        "unreachable",
        "not_let_in",
        "record_changed",
        "not_pending",
        "challenge_spent",
        "forbidden",
        "not_accepted",
        "never_sent",
        "not_written",
        "of_a_later_version",
    ];

    #[test]
    fn everything_that_the_outbox_notes_has_a_text_and_a_remedy_in_both_languages() {
        for locale in Locale::ALL {
            let catalogue = Catalogue::new(locale);
            for noted in NOTED {
                let code = outbox_code(noted).replace('_', "-");
                for prefix in ["err", "rec"] {
                    let key = format!("{prefix}-{code}");
                    assert!(catalogue.has(&key), "{key} in {}", locale.tag());
                }
            }
        }
    }

    #[test]
    fn each_refusal_is_told_apart_and_what_is_not_known_says_the_least() {
        let told = |noted: &str| outbox_code(noted);
        assert_eq!(told("record_changed"), "outbox_record_changed");
        assert_eq!(told("not_pending"), "outbox_not_pending");
        assert_eq!(told("challenge_spent"), "outbox_challenge_spent");
        assert_eq!(told("forbidden"), "outbox_forbidden");
        assert_eq!(told("never_sent"), told("not_accepted"));
        assert_eq!(told("unreachable"), "outbox_unreachable");
        assert_eq!(told("of_a_later_version"), "outbox_unreachable");
    }
}
