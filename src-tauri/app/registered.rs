//! The session's place in the records service's registry, and its end from there.
//!
//! A sign-in registers the session, and by the service's rules that ends others; an unlock and a signature never do. When the
//! service says that the session is over, it is over here at once, whatever is on the screen; nobody is asked. A service that
//! knows no registry is worked with as it is.

use std::sync::Arc;
use std::time::Duration;

use ::session::Session;
use audit::SignOut;
use jiff::Timestamp;
use records::wire::{Device, SessionEnd as Why, SessionId};
use records::{Access, CallError, SessionOver, SessionWatch, TokenWanted};

use super::{Controller, Work, person, session};
use crate::ipc::SessionEnd;

/// How long a sign-in waits for its registration. Where the service is away, that is done later.
const AT_SIGN_IN: Duration = Duration::from_secs(3);
/// How long a sign-out tries to say that the session is closed.
const AT_SIGN_OUT: Duration = Duration::from_secs(2);
/// The pause after a first attempt in vain. It doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// What became of a registration.
enum Registration {
    Done(SessionId),
    /// The service knows no registry.
    NoRegistry,
    /// The session was ended before it could be registered.
    Over(Why),
    /// Later, perhaps.
    Failed,
}

impl Controller {
    /// Registers the session, if that is soon done.
    pub(super) async fn register_soon(&self, work: &Work) {
        if work.session.registry_id().is_none() {
            // Whatever becomes of it, `stay_registered` goes on from there.
            let _soon = tokio::time::timeout(AT_SIGN_IN, self.register(work)).await;
        }
    }

    /// Registers the session where that is not done yet, and ends it when the service says so.
    pub(super) fn stay_registered(self: &Arc<Self>, work: Arc<Work>) {
        let controller = Arc::clone(self);
        tokio::spawn(async move {
            let over = tokio::select! {
                _ = work.session.ended() => return,
                over = controller.registered(&work) => over,
            };
            if let Some(over) = over {
                controller.end_elsewhere(&work, over).await;
            }
        });
    }

    /// The service says that this session is over.
    pub(super) async fn end_elsewhere(&self, work: &Arc<Work>, over: SessionOver) {
        if work.session.end().is_some() {
            return;
        }
        tracing::info!(
            why = over.why.as_str(),
            "the records service ended the session"
        );
        let detail = self.how_it_ended(work, over.at, over.by_device);
        work.session.revoked_elsewhere(Timestamp::now()).await;
        self.evict(work, Some(SessionEnd::Elsewhere), Some(detail));
        self.forget_drafts(work);
        self.close_desk(work).await;
        let event = session::signed_out(SignOut::Elsewhere, false);
        if let Err(fault) = self.record_by(event, person(&work.session)).await {
            tracing::error!(
                code = fault.code,
                "the end of a session could not be recorded"
            );
        }
    }

    /// Says that the session is closed, as well as can be: the service forgets it by itself otherwise.
    pub(super) async fn close_registered(&self, work: &Work, access: Option<Access>) {
        let (Some(id), Some(access)) = (work.registry_id(), access) else {
            return;
        };
        let closing = self.parts.records.close_session(&id, &access);
        match tokio::time::timeout(AT_SIGN_OUT, closing).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::info!(%error, "the session is not closed at the records service");
            }
            Err(_) => tracing::info!("the records service did not close the session in time"),
        }
    }

    /// How the registered session ends; nothing where there is no registry.
    async fn registered(&self, work: &Work) -> Option<SessionOver> {
        let mut pause = FIRST_PAUSE;
        let id = loop {
            match self.register(work).await {
                Registration::Done(id) => break id,
                Registration::NoRegistry => return None,
                Registration::Over(why) => return Some(SessionOver::told_only(why)),
                Registration::Failed => {}
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        };
        let mut watch = SessionWatch::new(&self.parts.records, &id);
        let session = &work.session;
        Some(watch.over(|wanted| token(session.clone(), wanted)).await)
    }

    async fn register(&self, work: &Work) -> Registration {
        if let Some(id) = work.registry_id() {
            return Registration::Done(id);
        }
        let Ok(access) = work.session.access_token(Timestamp::now()).await else {
            return Registration::Failed;
        };
        let device = Device {
            id: self.parts.device_id.clone(),
            name: self.parts.device.clone(),
        };
        match self.parts.records.open_session(&device, &access).await {
            Ok(opened) => {
                let id = opened.session.id;
                work.session.set_registry_id(id.as_str()).await;
                Registration::Done(id)
            }
            Err(CallError::NotFound) => Registration::NoRegistry,
            Err(CallError::SessionRevoked { why }) => Registration::Over(why),
            // They signed in before another sign-in ended what they had.
            Err(CallError::StepUp { .. }) => Registration::Over(Why::Elsewhere),
            Err(error) => {
                tracing::info!(%error, "the session is not registered yet");
                Registration::Failed
            }
        }
    }
}

impl Work {
    /// Under which name the service lists this session.
    pub(super) fn registry_id(&self) -> Option<SessionId> {
        self.session.registry_id()?.parse().ok()
    }
}

async fn token(session: Session, wanted: TokenWanted) -> Option<Access> {
    let now = Timestamp::now();
    match wanted {
        TokenWanted::Any => session.access_token(now).await.ok(),
        TokenWanted::Another => session.renew(now).await.ok(),
    }
}
