//! Sign-in, sign-out, and the session that an earlier run left.

use std::sync::Arc;

use ::session::{IdpSessionEnd, Restored, SessionEnd as Over, SignIn, SignInError, TokenEnd};
use audit::{Event, SignOut};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::{Controller, Place, Work, faults};
use crate::ipc::{Fault, SessionEnd};

impl Controller {
    /// Takes up the session that the vault kept.
    pub(crate) async fn restore(self: &Arc<Self>) {
        let parts = &self.parts;
        let restored = ::session::restore(
            parts.relying_party.clone(),
            Arc::clone(&parts.vault),
            &parts.policy,
            Timestamp::now(),
        );
        match restored.await {
            Restored::Session(session) => {
                self.begin_work(session);
                self.note(Event::SessionRestored).await;
            }
            Restored::Over(end) => {
                self.note(signed_out(end, false)).await;
                self.inner().ended = Some(SessionEnd::Expired);
            }
            Restored::Unusable(why) => tracing::warn!(%why, "the last session cannot be taken up"),
            Restored::Nobody => {}
        }
        self.tell();
    }

    /// Signs somebody in. Returns when that is done, or has failed.
    pub(crate) async fn sign_in(self: &Arc<Self>) -> Result<(), Fault> {
        let cancel = CancellationToken::new();
        {
            let mut inner = self.inner();
            if !matches!(inner.place, Place::SignedOut) {
                return Ok(());
            }
            inner.place = Place::SigningIn(cancel.clone());
            inner.ended = None;
        }
        self.tell();
        let outcome = self.attempt(cancel).await;
        if outcome.is_err() {
            self.inner().place = Place::SignedOut;
        }
        self.tell();
        outcome
    }

    /// Ends a sign-in that is under way.
    pub(crate) fn cancel_sign_in(&self) {
        if let Place::SigningIn(cancel) = &self.inner().place {
            cancel.cancel();
        }
    }

    /// Signs out: first everything here is gone, then the others are told.
    pub(crate) async fn sign_out(&self) -> Result<(), Fault> {
        let work = self.work()?;
        work.desk.close().await;
        let subject = work.session.person().subject.clone();
        let actor = super::actor(&work);
        let done = work
            .session
            .sign_out(&self.parts.transport, Timestamp::now())
            .await;
        if let Err(error) = &done.wiped {
            tracing::error!(%error, "the session's file could not be removed");
        }
        if done.idp_session == IdpSessionEnd::LeftToExpire {
            tracing::info!("the identity provider's session is left to expire");
        }
        let revoked = [done.refresh_token, done.access_token]
            .into_iter()
            .all(|token| matches!(token, TokenEnd::Revoked | TokenEnd::None));
        {
            let mut inner = self.inner();
            inner.place = Place::SignedOut;
            inner.ended = Some(SessionEnd::SignedOut);
            inner.drafts.retain(|(owner, _), _| *owner != subject);
        }
        self.note_by(signed_out(Over::SignedOut, revoked), actor)
            .await;
        self.tell();
        Ok(())
    }

    async fn attempt(self: &Arc<Self>, cancel: CancellationToken) -> Result<(), Fault> {
        let parts = &self.parts;
        let sign_in = SignIn {
            agent: Arc::clone(&parts.sign_in_agent),
            relying_party: parts.relying_party.clone(),
            vault: Arc::clone(&parts.vault),
            policy: Arc::clone(&parts.policy),
            page: self.page(),
            clock: Timestamp::now,
        };
        match sign_in.run(cancel).await {
            Ok(signed_in) => {
                if let Some(disposal) = signed_in.agent.filter(|disposal| !disposal.is_complete()) {
                    tracing::warn!(?disposal, "the sign-in window left something behind");
                }
                if let Some(error) = signed_in.not_kept {
                    tracing::warn!(%error, "the session is in memory only");
                }
                self.begin_work(signed_in.session);
                self.record(Event::SignedIn {
                    agent: parts.sign_in_agent.kind().into(),
                    acr: None,
                })
                .await
                .inspect_err(|_| self.inner().place = Place::SignedOut)
            }
            Err(error) => {
                tracing::info!(%error, "nobody was signed in");
                let why = match &error {
                    SignInError::Refused(refusal) => refusal.name(),
                    other => faults::sign_in_code(other),
                };
                self.note(Event::SignInFailed { why: why.into() }).await;
                Err(faults::sign_in(&self.catalogue(), &error))
            }
        }
    }

    fn begin_work(self: &Arc<Self>, session: ::session::Session) {
        let work = Work::new(session, Arc::clone(&self.parts.policy));
        {
            let mut inner = self.inner();
            inner.place = Place::SignedIn(Arc::clone(&work));
            inner.ended = None;
            inner.records_connected = true;
        }
        self.watch(Arc::clone(&work));
        self.deliver_what_waits(work);
    }

    /// Notices when the session ends by itself, and shows it.
    fn watch(self: &Arc<Self>, work: Arc<Work>) {
        let controller = Arc::clone(self);
        tokio::spawn(async move {
            let end = work.session.ended().await;
            if end == Over::SignedOut {
                return;
            }
            let actor = super::actor(&work);
            work.desk.close().await;
            let is_current = {
                let mut inner = controller.inner();
                let current =
                    matches!(&inner.place, Place::SignedIn(now) if Arc::ptr_eq(now, &work));
                if current {
                    inner.place = Place::SignedOut;
                    inner.ended = Some(SessionEnd::Expired);
                }
                current
            };
            if is_current {
                controller.note_by(signed_out(end, true), actor).await;
                controller.tell();
            }
        });
    }

    async fn note_by(&self, event: Event, actor: audit::Actor) {
        let entry = audit::Entry {
            event,
            reference: None,
            actor,
        };
        let log = self.parts.log.clone();
        let written =
            tokio::task::spawn_blocking(move || log.append(&entry, Timestamp::now())).await;
        if !matches!(written, Ok(Ok(_))) {
            tracing::error!("the end of a session could not be recorded");
        }
    }
}

fn signed_out(end: Over, tokens_revoked: bool) -> Event {
    let by = match end {
        Over::SignedOut => SignOut::Person,
        Over::RenewalRefused | Over::RenewalUnacceptable => SignOut::Expired,
        Over::AbsoluteLimit => SignOut::Absolute,
    };
    Event::SignedOut { by, tokens_revoked }
}
