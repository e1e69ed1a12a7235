//! The worklist, one amendment, the text that would be signed, and declining.

use std::sync::Arc;

use audit::Event;
use catalogue::{Catalogue, intent};
use jiff::Timestamp;
use records::{Access, Amendment, CallError, Client, Decline, SessionOver};

use super::views::{self, Choice};
use super::{Controller, Work, actor, faults, session, when};
use crate::ipc::{Draft, Fault, Review, TextPart, Worklist};

/// Whether the records service takes this text; one that says nothing is left out.
pub(super) fn is_recordable(text: &str) -> bool {
    text.trim().is_empty() || records::wire::is_reason_text(text)
}

impl Controller {
    /// Everything that waits for this person, most urgent first.
    pub(crate) async fn worklist(&self) -> Result<Worklist, Fault> {
        let work = self.work()?;
        let pending = self
            .ask(&work, |records, token| async move {
                records.list_all(&token).await
            })
            .await?;
        let catalogue = self.catalogue();
        let items: Vec<_> = pending
            .iter()
            .filter(|amendment| !amendment.signed_by_you)
            .map(|amendment| views::item(catalogue, amendment))
            .collect();
        work.listed().clone_from(&items);
        Ok(Worklist {
            items,
            read_at: when::rfc3339(Timestamp::now()),
        })
    }

    /// One amendment, side by side. What is read here is what may be signed.
    pub(crate) async fn review(&self, id: &str) -> Result<Review, Fault> {
        let work = self.work()?;
        let amendment = Arc::new(self.fetch(&work, id).await?);
        let catalogue = self.catalogue();
        let draft = self
            .inner()
            .drafts
            .get(&(work.session.person().subject.clone(), id.to_owned()))
            .cloned();
        let signer = &work.session.person().name;
        let review = views::review(catalogue, &amendment, signer, draft)
            .map_err(|_| self.fault("records_malformed", &[]))?;
        work.read().insert(id.to_owned(), amendment);
        Ok(review)
    }

    /// The text as it would be signed with these choices.
    pub(crate) fn text_to_sign(
        &self,
        id: &str,
        etag: &str,
        draft: &Draft,
    ) -> Result<Vec<TextPart>, Fault> {
        let work = self.work()?;
        let amendment = self.as_read(&work, id, etag)?;
        let parts = self.compose(&work, &amendment, draft)?;
        Ok(views::parts(&parts))
    }

    /// Keeps what was entered, for this person and this run of the application.
    pub(crate) fn save_draft(&self, id: &str, draft: Draft) -> Result<(), Fault> {
        let work = self.work()?;
        if !is_recordable(&draft.note) {
            return Err(self.fault("note_unusable", &[]));
        }
        let owner = work.session.person().subject.clone();
        self.inner().drafts.insert((owner, id.to_owned()), draft);
        Ok(())
    }

    /// Declines an amendment, as it was read; not where that cannot be written down first.
    pub(crate) async fn decline(&self, id: &str, etag: &str, reason: String) -> Result<(), Fault> {
        let work = self.work()?;
        self.as_read(&work, id, etag)?;
        if reason.trim().is_empty() {
            return Err(self.fault("records_refused", &[]));
        }
        if !is_recordable(&reason) {
            return Err(self.fault("note_unusable", &[]));
        }
        let decline = Decline { reason };
        let (reference, by) = (session::new_reference(), actor(&work));
        let declined = Event::Declined {
            amendment: id.into(),
        };
        self.append(declined, reference, by.clone()).await?;
        let answer = self.ask_or_name(&work, |records, token| {
            let (decline, id, etag) = (decline.clone(), id.to_owned(), etag.to_owned());
            async move { records.decline(&id, &etag, &decline, &token).await }
        });
        if let Err(why) = answer.await {
            let failed = Event::DeclineFailed {
                amendment: id.into(),
                why: why.into(),
            };
            if let Err(unwritten) = self.append(failed, reference, by).await {
                tracing::error!(code = unwritten.code, "an event could not be recorded");
            }
            return Err(Fault {
                reference: reference.map(|reference| reference.to_string()),
                ..self.fault(why, &[])
            });
        }
        work.read().remove(id);
        self.parts.screen.worklist_changed();
        Ok(())
    }

    /// The amendment that this person has before them; anything else is not what they read.
    pub(super) fn as_read(
        &self,
        work: &Work,
        id: &str,
        etag: &str,
    ) -> Result<Arc<Amendment>, Fault> {
        let read = work.read().get(id).cloned();
        read.filter(|amendment| amendment.etag == etag)
            .ok_or_else(|| self.fault("text_changed", &[]))
    }

    pub(super) fn compose(
        &self,
        work: &Work,
        amendment: &Amendment,
        draft: &Draft,
    ) -> Result<Vec<intent::Part>, Fault> {
        let catalogue = self.catalogue();
        let rows = views::rows(amendment)
            .map_err(|_| faults::fault(catalogue, "records_malformed", &[]))?;
        let choice = self.choice(catalogue, draft);
        let signer = &work.session.person().name;
        Ok(views::compose(catalogue, amendment, &rows, signer, &choice))
    }

    /// What the draft chooses, as far as policy offers it.
    fn choice(&self, catalogue: &Catalogue, draft: &Draft) -> Choice {
        let signing = &self.parts.policy.signing;
        let meaning = signing
            .meanings
            .iter()
            .find(|one| one.code == draft.meaning);
        let reason = signing.reasons.iter().find(|one| one.code == draft.reason);
        Choice {
            meaning: meaning.map(|meaning| meaning.display.clone()),
            reason: reason.map(|reason| catalogue.reason(&reason.code, &reason.text)),
            note: draft.note.clone(),
        }
    }

    pub(super) async fn fetch(&self, work: &Arc<Work>, id: &str) -> Result<Amendment, Fault> {
        self.ask(work, |records, token| {
            let id = id.to_owned();
            async move { records.amendment(&id, &token).await }
        })
        .await
    }

    /// Calls the records API with the session's token.
    pub(super) async fn ask<T, Answer>(
        &self,
        work: &Arc<Work>,
        call: impl Fn(Client, Access) -> Answer,
    ) -> Result<T, Fault>
    where
        Answer: Future<Output = Result<T, CallError>>,
    {
        let answer = self.ask_or_name(work, call).await;
        answer.map_err(|name| self.fault(name, &[]))
    }

    /// The same, for whoever wants the name of what went wrong. A token that was taken back before its time is renewed once.
    async fn ask_or_name<T, Answer>(
        &self,
        work: &Arc<Work>,
        call: impl Fn(Client, Access) -> Answer,
    ) -> Result<T, &'static str>
    where
        Answer: Future<Output = Result<T, CallError>>,
    {
        let told = faults::access;
        let session = &work.session;
        let token = session.access_token(Timestamp::now()).await.map_err(told)?;
        let mut answer = call(work.records(), token).await;
        if matches!(answer, Err(CallError::Unauthorised)) {
            let token = session.renew(Timestamp::now()).await.map_err(told)?;
            answer = call(work.records(), token).await;
        }
        let offline = answer.as_ref().is_err_and(faults::is_offline);
        self.set_connected(work, !offline);
        if let Err(CallError::SessionRevoked { why }) = &answer
            && work.registry_id().is_some()
        {
            self.end_elsewhere(work, SessionOver::told_only(*why)).await;
        }
        answer.map_err(|error| {
            tracing::info!(%error, "the records service was asked in vain");
            faults::call(&error)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_held_to_what_the_records_service_takes() {
        assert!(is_recordable(
            "Wrong unit.\nSee the lab's report: 13·8 g/dl"
        ));
        assert!(is_recordable(&"ä".repeat(1000)));
        assert!(!is_recordable(&"a".repeat(1001)));
        assert!(!is_recordable("a tab\t"));
        assert!(!is_recordable("bell\u{7}"));
    }
}
