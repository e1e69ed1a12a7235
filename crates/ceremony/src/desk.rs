//! The desk of one session: at most one ceremony lies on it, and it counts how often somebody else signed in.
//!
//! A desk belongs to a session and ends with it; a new session gets a new desk, and one that goes on after a restart goes on
//! with its count. It knows nothing of the session's
//! tokens, and no count ever signs anybody out.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use audit::{Mismatches, Reference};
use identity::BringForward;
use policy::Policy;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::driver;
use crate::ending::Ended;
use crate::ports::Ports;
use crate::progress::Sink;
use crate::request::Request;
use crate::tally::Tally;

/// One session's place to sign.
pub struct Desk {
    policy: Arc<Policy>,
    tally: Arc<Tally>,
    seat: Arc<Seat>,
}

/// Why no ceremony began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BeginError {
    /// One ceremony at a time.
    #[error("already_under_way")]
    AlreadyUnderWay,
    /// Somebody else signed in too often: signing is locked, for this session or for as long as policy says.
    #[error("signing_locked")]
    SigningLocked,
    /// The desk was closed: its session is over.
    #[error("session_ended")]
    Closed,
    /// The operating system gave no randomness for a reference.
    #[error("no_randomness")]
    NoRandomness,
}

impl Desk {
    /// An empty desk for a new session.
    pub fn new(policy: Arc<Policy>) -> Self {
        Self {
            tally: Arc::new(Tally::new(&policy)),
            policy,
            seat: Arc::default(),
        }
    }

    /// The desk of a session that goes on after a restart: what was counted in it before still counts.
    pub fn resumed(policy: Arc<Policy>, before: Mismatches) -> Self {
        Self {
            tally: Arc::new(Tally::resumed(&policy, before)),
            policy,
            seat: Arc::default(),
        }
    }

    /// Begins a ceremony. It runs by itself from here on; reports go to `progress`. Needs a tokio runtime.
    pub fn begin(
        &self,
        request: Request,
        ports: Ports,
        progress: Sink,
    ) -> Result<UnderWay, BeginError> {
        if self.tally.is_locked() {
            return Err(BeginError::SigningLocked);
        }
        let reference = driver::new_reference().map_err(|_| BeginError::NoRandomness)?;
        let controls = Controls::default();
        let (tell, ended) = watch::channel(None);
        let under_way = UnderWay {
            reference,
            controls: controls.clone(),
            ended,
        };
        let taken = self.seat.take(under_way.clone())?;
        let ceremony = driver::Driver {
            policy: Arc::clone(&self.policy),
            tally: Arc::clone(&self.tally),
            reference,
            request,
            ports,
            progress,
            controls,
        };
        tokio::spawn(async move {
            let ended = Box::pin(ceremony.run()).await;
            drop(taken);
            tell.send_replace(Some(ended));
        });
        Ok(under_way)
    }

    /// The ceremony that lies here.
    pub fn under_way(&self) -> Option<UnderWay> {
        self.seat.lock().current.clone()
    }

    /// Signing is locked now.
    pub fn is_locked(&self) -> bool {
        self.tally.is_locked()
    }

    /// The session is over: nothing new begins, what is under way is cancelled, and its cleanup waited for.
    pub async fn close(&self) {
        let current = {
            let mut seat = self.seat.lock();
            seat.closed = true;
            seat.current.clone()
        };
        if let Some(under_way) = current {
            under_way.cancel();
            under_way.ended().await;
        }
    }
}

/// A ceremony that is under way. Dropping it changes nothing: the ceremony goes on, and cleans up.
#[derive(Clone)]
pub struct UnderWay {
    reference: Reference,
    controls: Controls,
    ended: watch::Receiver<Option<Ended>>,
}

impl UnderWay {
    /// Under which the audit log keeps this attempt.
    pub fn reference(&self) -> &Reference {
        &self.reference
    }

    /// The person cancels. Once the evidence is sent, this only ends the waiting: the ending is then `Unconfirmed`.
    pub fn cancel(&self) {
        self.controls.cancelled.cancel();
    }

    /// Brings the sign-in page to the front, while there is one.
    pub async fn bring_forward(&self) {
        let window = self.controls.window().clone();
        if let Some(window) = window {
            window.bring_forward().await;
        }
    }

    /// Waits for the ending, cleanup included. `None` only if the ceremony's own task was torn down with its runtime.
    pub async fn ended(&self) -> Option<Ended> {
        let mut ended = self.ended.clone();
        let seen = ended.wait_for(Option::is_some).await.ok()?;
        seen.clone()
    }
}

/// What reaches into a running ceremony.
#[derive(Clone, Default)]
pub(crate) struct Controls {
    pub(crate) cancelled: CancellationToken,
    window: Arc<Mutex<Option<Arc<dyn BringForward>>>>,
}

impl Controls {
    /// The window there is now, or none.
    pub(crate) fn set_window(&self, window: Option<Arc<dyn BringForward>>) {
        *self.window() = window;
    }

    fn window(&self) -> MutexGuard<'_, Option<Arc<dyn BringForward>>> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Room for one ceremony.
#[derive(Default)]
struct Seat(Mutex<Seated>);

#[derive(Default)]
struct Seated {
    current: Option<UnderWay>,
    closed: bool,
}

/// The seat is taken for as long as this lives.
struct Taken(Arc<Seat>);

impl Seat {
    fn lock(&self) -> MutexGuard<'_, Seated> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(self: &Arc<Self>, under_way: UnderWay) -> Result<Taken, BeginError> {
        let mut seat = self.lock();
        if seat.closed {
            return Err(BeginError::Closed);
        }
        if seat.current.is_some() {
            return Err(BeginError::AlreadyUnderWay);
        }
        seat.current = Some(under_way);
        Ok(Taken(Arc::clone(self)))
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.0.lock().current = None;
    }
}
