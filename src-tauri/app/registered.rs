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

use super::{Controller, Work, leaving, person};
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
    /// The service answers as if it knew no registry.
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
            controller.end_elsewhere(&work, over).await;
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
        let (shown, by) = match over.why {
            Why::Expired => (SessionEnd::Absolute, SignOut::Absolute),
            _ => (SessionEnd::Elsewhere, SignOut::Elsewhere),
        };
        let detail = self.how_it_ended(work, over.at, over.by_device);
        let session = work.session.clone();
        leaving::soon(async move { session.revoked_elsewhere(Timestamp::now()).await }).await;
        self.evict(work, Some(shown), Some(detail));
        self.forget_drafts(work);
        self.close_desk(work).await;
        let event = leaving::signed_out(by, false);
        if let Err(fault) = self.record_by(event, person(&work.session)).await {
            tracing::error!(
                code = fault.code,
                "the end of a session could not be recorded"
            );
        }
    }

    /// For whoever hears it where the session's end cannot be waited for.
    pub(super) fn ends_elsewhere(
        self: &Arc<Self>,
        work: &Arc<Work>,
    ) -> Box<dyn Fn(Why) + Send + Sync> {
        let (controller, work) = (Arc::clone(self), Arc::clone(work));
        Box::new(move |why| {
            if work.registry_id().is_none() {
                return;
            }
            let (controller, work) = (Arc::clone(&controller), Arc::clone(&work));
            tokio::spawn(async move {
                let over = SessionOver::told_only(why);
                controller.end_elsewhere(&work, over).await;
            });
        })
    }

    /// Says that the session is closed, as well as can be: the service forgets it by itself otherwise.
    pub(super) async fn close_registered(&self, session: &Session, access: Option<Access>) {
        if let (Some(id), Some(access)) = (registry_id(session), access) {
            close(&self.parts.records, &id, &access).await;
        }
    }

    /// How the registered session ends; never, where there is no registry.
    async fn registered(&self, work: &Work) -> SessionOver {
        let mut pause = FIRST_PAUSE;
        let id = loop {
            match self.register(work).await {
                Registration::Done(id) => break id,
                Registration::Over(why) => return SessionOver::told_only(why),
                // A service without a registry is asked again all the same: whatever stands before one that has it may
                // have answered in its place.
                Registration::NoRegistry => pause = LONGEST_PAUSE,
                Registration::Failed => {}
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        };
        let mut watch = SessionWatch::new(&self.parts.records, &id);
        let session = &work.session;
        watch.over(|wanted| token(session.clone(), wanted)).await
    }

    async fn register(&self, work: &Work) -> Registration {
        if let Some(id) = work.registry_id() {
            return Registration::Done(id);
        }
        let registering = Registering {
            session: work.session.clone(),
            records: self.parts.records.clone(),
            device: Device {
                id: self.parts.device_id.clone(),
                name: self.parts.device.clone(),
            },
        };
        // It goes on when nobody waits for it any more: what the service registers must not stay there without its session.
        let registered = tokio::spawn(registering.run()).await;
        registered.unwrap_or(Registration::Failed)
    }
}

/// A registration that is under way.
struct Registering {
    session: Session,
    records: records::Client,
    device: Device,
}

impl Registering {
    async fn run(self) -> Registration {
        let Ok(access) = self.session.access_token(Timestamp::now()).await else {
            return Registration::Failed;
        };
        match self.records.open_session(&self.device, &access).await {
            Ok(opened) => {
                let id = opened.session.id;
                self.session.set_registry_id(id.as_str()).await;
                if self.session.end().is_some() {
                    // Whoever ended it meanwhile may not have known its name yet.
                    close(&self.records, &id, &access).await;
                    return Registration::Failed;
                }
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

/// Says that a session is closed, as well as can be.
async fn close(records: &records::Client, id: &SessionId, access: &Access) {
    let closing = records.close_session(id, access);
    match tokio::time::timeout(AT_SIGN_OUT, closing).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::info!(%error, "the session is not closed at the records service");
        }
        Err(_) => tracing::info!("the records service did not close the session in time"),
    }
}

fn registry_id(session: &Session) -> Option<SessionId> {
    session.registry_id()?.parse().ok()
}

impl Work {
    /// Under which name the service lists this session.
    pub(super) fn registry_id(&self) -> Option<SessionId> {
        registry_id(&self.session)
    }
}

async fn token(session: Session, wanted: TokenWanted) -> Option<Access> {
    let now = Timestamp::now();
    match wanted {
        TokenWanted::Any => session.access_token(now).await.ok(),
        TokenWanted::Another => session.renew(now).await.ok(),
    }
}
