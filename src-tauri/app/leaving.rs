//! How a session ends: by its person, by itself, or with the application; and what is left of it then, which is nothing.
//!
//! First it is off the screen and out of the vault, then the others are told. What ends from the records service is in
//! `registered`, and what makes way for somebody else in `switching`.

use std::sync::Arc;
use std::time::Duration;

use ::session::{IdpSessionEnd, Session, SessionEnd as Over, SignedOut, TokenEnd, VaultError};
use audit::{Event, SignOut};
use ceremony::Ending;
use jiff::Timestamp;

use super::place::At;
use super::{CLOSING, Controller, Work, choices, person, when};
use crate::ipc::{EndedView, Fault, Profile, SessionEnd};

/// So long the screen waits for a file to be gone. A disk that takes longer holds up nobody who wants out.
const FOR_THE_DISK: Duration = Duration::from_secs(1);

/// Ends a session in a task of its own, and waits for that no longer than the screen may.
pub(super) async fn soon<T: Send + 'static>(ending: impl Future<Output = T> + Send + 'static) {
    let ending = tokio::spawn(ending);
    if tokio::time::timeout(FOR_THE_DISK, ending).await.is_err() {
        tracing::warn!("the ended session's file is not gone yet");
    }
}

impl Controller {
    /// Signs out, also behind a lock: first everything here is gone and the pages know it, then the others are told. What
    /// could not be told is owed, and told later.
    pub(crate) async fn sign_out(&self) -> Result<(), Fault> {
        let work = self
            .present()
            .ok_or_else(|| self.fault("not_signed_in", &[]))?;
        let outcome = self.end(&work, SessionEnd::SignedOut, None).await;
        self.keep_trouble(outcome)
    }

    pub(super) async fn end(
        &self,
        work: &Arc<Work>,
        why: SessionEnd,
        detail: Option<EndedView>,
    ) -> Result<(), Fault> {
        let _leaving = Leaving::begin(self);
        let access = work.session.access_at_hand();
        let session = work.session.clone();
        let mut forgetting = tokio::spawn(async move { session.forget().await });
        let soon = tokio::time::timeout(FOR_THE_DISK, &mut forgetting).await;
        self.forget_drafts(work);
        self.evict(work, Some(why), detail);
        // Nor does a signature that is under way go on until the disk answers.
        self.close_desk(work).await;
        let forgotten = match soon {
            Ok(forgotten) => forgotten,
            Err(_) => forgetting.await,
        };
        let forgotten = forgotten.unwrap_or_else(|error| Err(VaultError::File(error.into())));
        if let Err(error) = &forgotten {
            tracing::error!(%error, "the session's file could not be removed");
        }
        self.close_registered(&work.session, access).await;
        let done = work
            .session
            .revoke(forgotten, &self.parts.transport, Timestamp::now())
            .await;
        if done.idp_session == IdpSessionEnd::LeftToExpire {
            tracing::info!("the identity provider's session is left to expire");
        }
        let by = match why {
            SessionEnd::Idle => SignOut::Idle,
            SessionEnd::Switched => SignOut::Switch,
            _ => SignOut::Person,
        };
        let ended = signed_out(by, is_revoked(&done));
        self.record_by(ended, person(&work.session)).await?;
        done.wiped
            .map_err(|_| self.fault("sign_out_incomplete", &[]))
    }

    /// Nobody is there any more, and policy ends the session for that.
    pub(super) async fn end_idle(&self, work: &Arc<Work>) {
        let detail = self.how_it_ended(work, None, None);
        let outcome = self.end(work, SessionEnd::Idle, Some(detail)).await;
        if let Err(fault) = self.keep_trouble(outcome) {
            tracing::error!(code = fault.code, "an idle session's end is incomplete");
        }
    }

    /// The application goes, and the session with it.
    pub(super) async fn end_with_the_application(&self, work: &Arc<Work>) {
        let ending = self.end(work, SessionEnd::SignedOut, None);
        match tokio::time::timeout(CLOSING, ending).await {
            Ok(Ok(())) => {}
            Ok(Err(fault)) => tracing::error!(code = fault.code, "the session's end is incomplete"),
            Err(_) => tracing::warn!("the session's end was not waited for"),
        }
    }

    /// A session that does not stand is given back to everybody who knows of it.
    pub(super) async fn turn_away(&self, session: &Session) {
        self.close_registered(session, session.access_at_hand())
            .await;
        let done = session
            .sign_out(&self.parts.transport, Timestamp::now())
            .await;
        if let Err(error) = &done.wiped {
            tracing::error!(%error, "the refused session's file could not be removed");
        }
    }

    /// This session is off the screen, and nothing of it is left in the pages.
    pub(super) fn evict(
        &self,
        work: &Arc<Work>,
        ended: Option<SessionEnd>,
        detail: Option<EndedView>,
    ) {
        let left = {
            let mut inner = self.inner();
            let left = inner
                .place
                .evict(|current| Arc::ptr_eq(current, work), At::SignedOut);
            if left.is_some() {
                (inner.ended, inner.ended_detail, inner.trouble) = (ended, detail, None);
            }
            left
        };
        if left.is_some() {
            self.moved.send_replace(());
            self.parts.screen.forget_pages();
            self.tell();
        }
    }

    /// Ends what is under way, and says of it what is known then: a signature that was sealed already may be recorded.
    pub(super) async fn close_desk(&self, work: &Work) {
        let under_way = work.desk.under_way();
        work.desk.close().await;
        let Some(under_way) = under_way else {
            return;
        };
        let ended = under_way.ended().await;
        if !ended.is_some_and(|ended| matches!(ended.ending, Ending::Cancelled)) {
            return;
        }
        let since = when::rfc3339(work.session.person().since);
        if let Some(detail) = &mut self.inner().ended_detail
            && detail.since == since
        {
            detail.signature_cancelled = Some(true);
        }
        self.tell();
    }

    pub(super) fn forget_drafts(&self, work: &Work) {
        let subject = &work.session.person().subject;
        self.inner().drafts.retain(|(owner, _), _| owner != subject);
    }

    /// Keeps the session's token fresh, notices when it ends by itself, and ends it when it is over its limit, used or not.
    pub(super) fn watch(self: &Arc<Self>, work: Arc<Work>) {
        let controller = Arc::clone(self);
        tokio::spawn(async move {
            let end = tokio::select! {
                end = work.session.clone().keep_fresh(Timestamp::now) => end,
                () = work.session.at_limit() => {
                    let session = work.session.clone();
                    soon(async move { session.expire(Timestamp::now()).await }).await;
                    Over::AbsoluteLimit
                }
            };
            let Some(ended) = shown(end) else {
                return;
            };
            let detail = controller.how_it_ended(&work, None, None);
            controller.evict(&work, Some(ended), Some(detail));
            // At their own workstation the person finds what they entered again, as long as the application runs.
            if choices::profile(&controller.parts.policy) == Profile::Kiosk {
                controller.forget_drafts(&work);
            }
            controller.close_desk(&work).await;
            // Revocation was tried, and may have failed: the log claims no more than is known.
            let event = signed_out(by(end), false);
            if let Err(fault) = controller.record_by(event, person(&work.session)).await {
                tracing::error!(
                    code = fault.code,
                    "the end of a session could not be recorded"
                );
            }
        });
    }

    /// What the screen says of a session that its person did not end. On a kiosk nobody's name stays.
    pub(super) fn how_it_ended(
        &self,
        work: &Work,
        at: Option<Timestamp>,
        device: Option<String>,
    ) -> EndedView {
        let person = work.session.person();
        EndedView {
            name: (choices::profile(&self.parts.policy) == Profile::Workstation)
                .then(|| person.name.clone()),
            since: when::rfc3339(person.since),
            at: when::rfc3339(at.unwrap_or_else(Timestamp::now)),
            device,
            signature_cancelled: work.desk.under_way().is_none().then_some(false),
            reference: None,
        }
    }
}

/// A session on its way out. Whoever quits meanwhile waits for it.
struct Leaving<'a>(&'a Controller);

impl<'a> Leaving<'a> {
    fn begin(controller: &'a Controller) -> Self {
        controller.inner().leaving += 1;
        Self(controller)
    }
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.0.inner().leaving -= 1;
        self.0.moved.send_replace(());
    }
}

/// Whether the provider took back everything that there was.
pub(super) fn is_revoked(done: &SignedOut) -> bool {
    [done.refresh_token, done.access_token]
        .into_iter()
        .all(|token| matches!(token, TokenEnd::Revoked | TokenEnd::None))
}

pub(super) fn signed_out(by: SignOut, tokens_revoked: bool) -> Event {
    Event::SignedOut { by, tokens_revoked }
}

pub(super) fn by(end: Over) -> SignOut {
    match end {
        Over::SignedOut => SignOut::Person,
        Over::RenewalRefused | Over::RenewalUnacceptable => SignOut::Expired,
        Over::AbsoluteLimit => SignOut::Absolute,
        Over::Elsewhere => SignOut::Elsewhere,
        Over::Switched => SignOut::Switch,
    }
}

/// What the pages say of it; nothing where whoever ended the session says it.
pub(super) fn shown(end: Over) -> Option<SessionEnd> {
    match end {
        Over::SignedOut | Over::Switched | Over::Elsewhere => None,
        Over::RenewalRefused | Over::RenewalUnacceptable => Some(SessionEnd::Expired),
        Over::AbsoluteLimit => Some(SessionEnd::Absolute),
    }
}
