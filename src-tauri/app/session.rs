//! Sign-in, sign-out, and the session that an earlier run left.

use std::sync::Arc;

use ::session::{
    IdpSessionEnd, Restored, Session, SessionEnd as Over, SignIn, SignedIn, SignedOut, TokenEnd,
};
use audit::{Event, Reference, SignOut};
use ceremony::Ending;
use identity::Disposal;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::place::{At, Turn};
use super::{Controller, Work, choices, faults, person, when};
use crate::ipc::{EndedView, Fault, Profile, SessionEnd};

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
                self.note(signed_out(by(end), false)).await;
                shown(end)
            }
            Restored::Unusable(why) => {
                tracing::warn!(%why, "the last session cannot be taken up");
                None
            }
            Restored::Nobody => None,
        };
        self.leave(turn, ended);
    }

    /// Tokens that an offline sign-out could not give back are given back when the provider is there again.
    pub(crate) fn settle_debts(&self) {
        let parts = &self.parts;
        tokio::spawn(::session::settle(
            Arc::clone(&parts.vault),
            parts.relying_party.clone(),
            Timestamp::now,
        ));
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
        let (turn, _) = self
            .exchange(free?, At::SigningIn(cancel.clone()), None)
            .ok()?;
        Some((turn, cancel))
    }

    /// Ends a sign-in that is under way.
    pub(crate) fn cancel_sign_in(&self) {
        let inner = self.inner();
        if matches!(inner.place.at(), At::SigningIn(_)) {
            inner.place.at().cancel();
        }
    }

    /// Signs out, also behind a lock: first everything here is gone and the pages know it, then the others are told. What
    /// could not be told is owed, and told later.
    pub(crate) async fn sign_out(&self) -> Result<(), Fault> {
        let work = self
            .present()
            .ok_or_else(|| self.fault("not_signed_in", &[]))?;
        self.end(&work, SessionEnd::SignedOut, None).await
    }

    pub(super) async fn end(
        &self,
        work: &Arc<Work>,
        why: SessionEnd,
        detail: Option<EndedView>,
    ) -> Result<(), Fault> {
        let access = work.session.access_at_hand();
        let forgotten = work.session.forget().await;
        if let Err(error) = &forgotten {
            tracing::error!(%error, "the session's file could not be removed");
        }
        self.forget_drafts(work);
        self.evict(work, Some(why), detail);
        self.close_desk(work).await;
        self.close_registered(work, access).await;
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
        if let Err(fault) = self.end(work, SessionEnd::Idle, Some(detail)).await {
            tracing::error!(code = fault.code, "an idle session's end is incomplete");
        }
    }

    async fn attempt(self: &Arc<Self>, turn: Turn, cancel: CancellationToken) -> Result<(), Fault> {
        match self.sign_in_parts().run(cancel).await {
            Ok(signed_in) => {
                tell_of(&signed_in);
                let event = Event::SignedIn {
                    agent: self.parts.sign_in_agent.kind().into(),
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

    /// What somebody authenticates with, at sign-in and at the lock.
    pub(super) fn sign_in_parts(&self) -> SignIn {
        let parts = &self.parts;
        SignIn {
            agent: Arc::clone(&parts.sign_in_agent),
            relying_party: parts.relying_party.clone(),
            vault: Arc::clone(&parts.vault),
            policy: Arc::clone(&parts.policy),
            page: self.page(),
            clock: Timestamp::now,
        }
    }

    /// Lets a person in: first it is written down, then the place is taken. A session that gets neither is signed out.
    pub(super) async fn admit(
        self: &Arc<Self>,
        turn: Turn,
        session: Session,
        event: Event,
    ) -> Result<(), Fault> {
        if let Err(fault) = self.record_by(event, person(&session)).await {
            self.turn_away(&session).await;
            return Err(fault);
        }
        let work = Work::new(session, &self.parts);
        self.register_soon(&work).await;
        let taken = self.exchange(turn, At::SignedIn(Arc::clone(&work)), None);
        if taken.is_err() {
            self.turn_away(&work.session).await;
            let event = signed_out(SignOut::Person, false);
            self.record_by(event, person(&work.session)).await?;
            return Err(self.fault("session_ended", &[]));
        }
        self.inner().records_connected = true;
        self.watch(Arc::clone(&work));
        self.look_out(Arc::clone(&work));
        self.stay_registered(Arc::clone(&work));
        self.deliver_what_waits(Arc::clone(&work));
        self.report(work);
        self.keep_archive();
        self.parts.vault.owed().retry();
        Ok(())
    }

    pub(super) async fn turn_away(&self, session: &Session) {
        let done = session
            .sign_out(&self.parts.transport, Timestamp::now())
            .await;
        if let Err(error) = &done.wiped {
            tracing::error!(%error, "the refused session's file could not be removed");
        }
    }

    /// Nobody is signed in after all.
    pub(super) fn leave(&self, turn: Turn, ended: Option<SessionEnd>) {
        if self.exchange(turn, At::SignedOut, ended).is_ok() {
            self.tell();
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
                (inner.ended, inner.ended_detail) = (ended, detail);
            }
            left
        };
        if left.is_some() {
            self.moved.send_replace(());
            self.tell();
            self.parts.screen.forget_pages();
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
    fn watch(self: &Arc<Self>, work: Arc<Work>) {
        let controller = Arc::clone(self);
        tokio::spawn(async move {
            let end = tokio::select! {
                end = work.session.clone().keep_fresh(Timestamp::now) => end,
                () = work.session.at_limit() => work.session.expire(Timestamp::now()).await,
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

pub(super) fn tell_of(signed_in: &SignedIn) {
    tell_of_agent(signed_in.agent.as_ref());
    if let Some(error) = &signed_in.not_kept {
        tracing::warn!(%error, "the session is in memory only");
    }
}

pub(super) fn tell_of_agent(agent: Option<&Disposal>) {
    if let Some(disposal) = agent.filter(|disposal| !disposal.is_complete()) {
        tracing::warn!(?disposal, "the sign-in window left something behind");
    }
}

/// Under which IT finds a failed sign-in in the log. Without random numbers the entry stands for itself.
pub(super) fn new_reference() -> Option<Reference> {
    let mut random = [0; 5];
    aws_lc_rs::rand::fill(&mut random).ok()?;
    Some(Reference::from_bytes(random))
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

fn by(end: Over) -> SignOut {
    match end {
        Over::SignedOut => SignOut::Person,
        Over::RenewalRefused | Over::RenewalUnacceptable => SignOut::Expired,
        Over::AbsoluteLimit => SignOut::Absolute,
        Over::Elsewhere => SignOut::Elsewhere,
        Over::Switched => SignOut::Switch,
    }
}

/// What the pages say of it; nothing where whoever ended the session says it.
fn shown(end: Over) -> Option<SessionEnd> {
    match end {
        Over::SignedOut | Over::Switched | Over::Elsewhere => None,
        Over::RenewalRefused | Over::RenewalUnacceptable => Some(SessionEnd::Expired),
        Over::AbsoluteLimit => Some(SessionEnd::Absolute),
    }
}
