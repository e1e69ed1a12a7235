//! How a ceremony's ending reads on the screen: signed with its manifestation, not applied, or what can be named openly.

use std::sync::Arc;

use ceremony::{Ended, Ending, Outward, Recorded};
use records::Amendment;
use uuid::Uuid;

use super::signing::Chosen;
use super::work::Work;
use super::{Controller, faults, views, when};
use crate::ipc::{EndingView, SignedView};

impl Controller {
    pub(super) fn show(
        &self,
        work: &Arc<Work>,
        chosen: &Arc<Chosen>,
        ending: EndingView,
        unconfirmed: Option<Uuid>,
    ) {
        let view = work.with_signature(chosen, |signature| {
            signature.unconfirmed = unconfirmed;
            signature.view.ending = Some(ending);
            signature.view.clone()
        });
        if let Some(view) = view
            && self.is_current(work)
        {
            self.tell();
            self.parts.screen.ceremony(&view);
        }
    }

    pub(super) async fn ending(
        &self,
        work: &Arc<Work>,
        chosen: &Chosen,
        ended: &Ended,
    ) -> EndingView {
        let reference = ended.reference.to_string();
        match (ended.outward(), &ended.ending) {
            (Outward::Signed, Ending::Recorded(recorded)) => self.signed(work, chosen, recorded),
            (Outward::Signed | Outward::NotApplied, _) => EndingView::NotApplied { reference },
            (Outward::Cancelled, _) => EndingView::Cancelled,
            (Outward::TimedOut, _) => EndingView::TimedOut,
            (Outward::Network(failure), _) => {
                EndingView::Network(faults::failure(self.catalogue(), failure, &reference))
            }
            (Outward::Local(failure), _) => {
                EndingView::Local(faults::failure(self.catalogue(), failure, &reference))
            }
            (Outward::RecordChanged, _) => {
                self.record_changed(work, &chosen.amendment, &reference)
                    .await
            }
            (Outward::Unconfirmed, _) => EndingView::Unconfirmed { reference },
            (Outward::SigningLocked, _) => EndingView::SigningLocked {
                reference,
                attempts: self.parts.policy.signing.mismatch_limit,
                reported_at: work.security_told().map(when::rfc3339),
            },
        }
    }

    /// A recorded signature is always said to be one.
    fn signed(&self, work: &Work, chosen: &Chosen, recorded: &Recorded) -> EndingView {
        let id = recorded.signature_id.to_string();
        work.evidence().insert(id, recorded.evidence.clone());
        let owner = work.session.person().subject.clone();
        let draft = (owner, chosen.amendment.id.clone());
        self.inner().drafts.remove(&draft);
        self.manifestation(work, chosen, recorded.signature_id, &recorded.receipt)
    }

    fn manifestation(
        &self,
        work: &Work,
        chosen: &Chosen,
        id: Uuid,
        receipt: &evidence::Receipt,
    ) -> EndingView {
        let catalogue = self.catalogue();
        let policy = &self.parts.policy.signing;
        let (amendment, draft) = (&chosen.amendment, &chosen.draft);
        let person = work.session.person();
        let meaning = policy.meanings.iter().find(|one| one.code == draft.meaning);
        let reason = policy.reasons.iter().find(|one| one.code == draft.reason);
        let committed = receipt.records.first();
        let at = receipt.received_at.to_zoned(jiff::tz::TimeZone::system());
        EndingView::Signed(Box::new(SignedView {
            signature_id: id.to_string(),
            name: person.name.clone(),
            role: person.role.clone(),
            signed_at: manifestation::date_and_time(&at, catalogue.locale()),
            meaning: meaning
                .map(|meaning| meaning.display.clone())
                .unwrap_or_default(),
            meaning_key: catalogue.meaning_key(&draft.meaning),
            reason: reason
                .map(|reason| catalogue.reason(&reason.code, &reason.text))
                .unwrap_or_default(),
            note: draft.note.trim().to_owned(),
            kind: catalogue.text(amendment.kind.label(), &[]),
            record: amendment.record.id.clone(),
            patient: amendment.patient.clone(),
            base_version: amendment.record.base_version.clone(),
            new_version: committed
                .map(|record| record.new_version.clone())
                .unwrap_or_default(),
            changed: views::changed_labels(catalogue, amendment),
            receipt: manifestation::receipt_number(receipt.sequence),
            next: work.after(&amendment.id),
        }))
    }

    async fn record_changed(
        &self,
        work: &Arc<Work>,
        read: &Amendment,
        reference: &str,
    ) -> EndingView {
        let now = self.fetch(work, &read.id).await.ok();
        let view = views::record_changed(self.catalogue(), read, now.as_ref(), reference);
        EndingView::RecordChanged(Box::new(view))
    }

    /// A waiting signature arrived after all: an ending that said "unconfirmed" now says so.
    pub(super) fn confirmed(&self, work: &Arc<Work>, id: Uuid, receipt: &evidence::Receipt) {
        let waiting = {
            let signature = work.signature();
            let waiting = signature.as_ref().filter(|one| one.unconfirmed == Some(id));
            waiting.map(|signature| Arc::clone(&signature.chosen))
        };
        if let Some(chosen) = waiting {
            let ending = self.manifestation(work, &chosen, id, receipt);
            self.show(work, &chosen, ending, None);
        }
    }
}
