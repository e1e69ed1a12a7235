//! Sign-in, sign-out, and the session that an earlier run left.

use std::sync::Arc;

use ::session::{IdpSessionEnd, Restored, Session, SessionEnd as Over, SignIn, SignedIn, TokenEnd};
use audit::{Event, Reference, SignOut};
use jiff::Timestamp;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::limit::Limit;
use super::place::{At, Turn};
use super::{Controller, Work, faults, person};
use crate::ipc::{Fault, SessionEnd};

impl Controller {
    /// Takes up the session that the vault kept. Until that is decided nobody can sign in.
    pub(crate) async fn restore(self: &Arc<Self>) {
        let parts = &self.parts;
        let turn = self.inner().place.turn();
        let restored = ::session::restore(
            parts.relying_party.clone(),
            Arc::clone(&parts.vault),
            &parts.policy,
            Timestamp::now(),
        );
        let ended = match restored.await {
            Restored::Session(session) => {
                match self.admit(turn, session, Event::SessionRestored).await {
                    Ok(()) => return self.tell(),
                    Err(fault) => {
                        tracing::error!(code = fault.code, "the last session is not taken up");
                        Some(SessionEnd::Expired)
                    }
                }
            }
            Restored::Over(end) => {
                self.note(signed_out(end, false)).await;
                Some(SessionEnd::Expired)
            }
            Restored::Unusable(why) => {
                tracing::warn!(%why, "the last session cannot be taken up");
                None
            }
            Restored::Nobody => None,
        };
        self.leave(turn, ended);
    }

    /// Signs somebody in. Returns when that is done, or has failed.
    pub(crate) async fn sign_in(self: &Arc<Self>) -> Result<(), Fault> {
        let Some((turn, cancel)) = self.begin_sign_in() else {
            return Ok(());
        };
        self.tell();
        let outcome = self.attempt(turn, cancel).await;
        match outcome {
            Ok(()) => self.tell(),
            Err(_) => self.leave(turn, None),
        }
        outcome
    }

    /// Takes the turn of signing in, when it is free.
    fn begin_sign_in(&self) -> Option<(Turn, CancellationToken)> {
        let free = {
            let inner = self.inner();
            let free = matches!(inner.place.at(), At::SignedOut) && !inner.closing;
            free.then(|| inner.place.turn())
        };
        let cancel = CancellationToken::new();
        let turn = self.pass(free?, At::SigningIn(cancel.clone()), None);
        Some((turn.ok()?, cancel))
    }

    /// Ends a sign-in that is under way.
    pub(crate) fn cancel_sign_in(&self) {
        if let At::SigningIn(cancel) = self.inner().place.at() {
            cancel.cancel();
        }
    }

    /// Signs out: first everything here is gone and the pages know it, then the others are told.
    pub(crate) async fn sign_out(&self) -> Result<(), Fault> {
        let (turn, work) = self
            .signed_in()
            .ok_or_else(|| self.fault("not_signed_in", &[]))?;
        let forgotten = work.session.forget().await;
        if let Err(error) = &forgotten {
            tracing::error!(%error, "the session's file could not be removed");
        }
        let subject = &work.session.person().subject;
        self.inner().drafts.retain(|(owner, _), _| owner != subject);
        if self
            .pass(turn, At::SignedOut, Some(SessionEnd::SignedOut))
            .is_ok()
        {
            self.tell();
        }
        work.desk.close().await;
        let done = work
            .session
            .revoke(forgotten, &self.parts.transport, Timestamp::now())
            .await;
        if done.idp_session == IdpSessionEnd::LeftToExpire {
            tracing::info!("the identity provider's session is left to expire");
        }
        let revoked = [done.refresh_token, done.access_token]
            .into_iter()
            .all(|token| matches!(token, TokenEnd::Revoked | TokenEnd::None));
        self.record_by(signed_out(Over::SignedOut, revoked), person(&work.session))
            .await?;
        done.wiped
            .map_err(|_| self.fault("sign_out_incomplete", &[]))
    }

    async fn attempt(self: &Arc<Self>, turn: Turn, cancel: CancellationToken) -> Result<(), Fault> {
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
                tell_of(&signed_in);
                let event = Event::SignedIn {
                    agent: parts.sign_in_agent.kind().into(),
                    acr: signed_in.acr.as_deref().map(Into::into),
                };
                self.admit(turn, signed_in.session, event).await
            }
            Err(error) => {
                tracing::info!(%error, "nobody was signed in");
                let why = faults::sign_in_audit_code(&error);
                let reference = new_reference();
                self.note_under(reference, Event::SignInFailed { why: why.into() })
                    .await;
                Err(faults::sign_in(self.catalogue(), &error, reference))
            }
        }
    }

    /// Lets a person in: first it is written down, then the place is taken. A session that gets neither is signed out.
    async fn admit(
        self: &Arc<Self>,
        turn: Turn,
        session: Session,
        event: Event,
    ) -> Result<(), Fault> {
        if let Err(fault) = self.record_by(event, person(&session)).await {
            self.turn_away(&session).await;
            return Err(fault);
        }
        let work = Work::new(session, Arc::clone(&self.parts.policy));
        let taken = self.pass(turn, At::SignedIn(Arc::clone(&work)), None);
        let Ok(turn) = taken else {
            self.turn_away(&work.session).await;
            let event = signed_out(Over::SignedOut, false);
            self.record_by(event, person(&work.session)).await?;
            return Err(self.fault("session_ended", &[]));
        };
        self.inner().records_connected = true;
        self.watch(turn, Arc::clone(&work));
        self.deliver_what_waits(work);
        self.keep_archive();
        Ok(())
    }

    async fn turn_away(&self, session: &Session) {
        let done = session
            .sign_out(&self.parts.transport, Timestamp::now())
            .await;
        if let Err(error) = &done.wiped {
            tracing::error!(%error, "the refused session's file could not be removed");
        }
    }

    /// Nobody is signed in after all.
    fn leave(&self, turn: Turn, ended: Option<SessionEnd>) {
        if self.pass(turn, At::SignedOut, ended).is_ok() {
            self.tell();
        }
    }

    /// Notices when the session ends by itself, and ends it when it is over its limit, used or not.
    fn watch(self: &Arc<Self>, turn: Turn, work: Arc<Work>) {
        let controller = Arc::clone(self);
        let limit = Limit::new(
            work.session.person().since,
            self.parts.policy.session.absolute_s,
            Timestamp::now(),
            Instant::now(),
        );
        tokio::spawn(async move {
            let end = tokio::select! {
                end = work.session.ended() => end,
                () = limit.passed() => work.session.expire(Timestamp::now()).await,
            };
            if end == Over::SignedOut {
                return;
            }
            controller.leave(turn, Some(SessionEnd::Expired));
            work.desk.close().await;
            // Revocation was tried, and may have failed: the log claims no more than is known.
            let event = signed_out(end, false);
            if let Err(fault) = controller.record_by(event, person(&work.session)).await {
                tracing::error!(
                    code = fault.code,
                    "the end of a session could not be recorded"
                );
            }
        });
    }
}

fn tell_of(signed_in: &SignedIn) {
    if let Some(disposal) = signed_in
        .agent
        .as_ref()
        .filter(|disposal| !disposal.is_complete())
    {
        tracing::warn!(?disposal, "the sign-in window left something behind");
    }
    if let Some(error) = &signed_in.not_kept {
        tracing::warn!(%error, "the session is in memory only");
    }
}

/// Under which IT finds a failed sign-in in the log. Without random numbers the entry stands for itself.
fn new_reference() -> Option<Reference> {
    let mut random = [0; 5];
    aws_lc_rs::rand::fill(&mut random).ok()?;
    Some(Reference::from_bytes(random))
}

fn signed_out(end: Over, tokens_revoked: bool) -> Event {
    let by = match end {
        Over::SignedOut => SignOut::Person,
        Over::RenewalRefused | Over::RenewalUnacceptable => SignOut::Expired,
        Over::AbsoluteLimit => SignOut::Absolute,
    };
    Event::SignedOut { by, tokens_revoked }
}
