//! Waits until a session is over, for as long as that takes.
//!
//! It listens to the registry's stream and, whenever that breaks, listens again from where it was: at once after a stream that
//! stood, more and more patiently where none can be had. Where streams do not get through at all it asks instead, at the same
//! pace. What it does not defend against: somebody on the way who lets nothing through keeps the end of a session from us
//! for as long as they do; then no other call gets through either.

use std::time::Duration;

use aws_lc_rs::rand;
use dpop::Access;
use jiff::Timestamp;

use super::events::{EventId, SessionNews};
use super::{CallError, Client};
use crate::wire::{SessionEnd, SessionId};

/// The pause after a stream that stood, and the first one after none.
const SHORTEST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What is known about the end of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionOver {
    /// Why.
    pub why: SessionEnd,
    /// When, by the service's clock, where it said so.
    pub at: Option<Timestamp>,
    /// What the device is called on which somebody caused it.
    pub by_device: Option<String>,
}

/// Listens for the end of one session.
pub struct SessionWatch {
    client: Client,
    session: SessionId,
    heard: Option<EventId>,
    pause: Duration,
}

/// What became of one attempt to listen.
enum Attempt {
    Over(SessionOver),
    /// There was a stream, and it ended.
    Stood,
    /// There was none.
    Failed,
    /// There was none for this token.
    TokenRefused,
}

/// Which token a watch needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenWanted {
    /// The one that the session has.
    Any,
    /// Another one: the last was not accepted, although its time was not over.
    Another,
}

impl SessionWatch {
    /// A watch over that session.
    pub fn new(client: &Client, session: &SessionId) -> Self {
        Self {
            client: client.in_session(session),
            session: session.clone(),
            heard: None,
            pause: SHORTEST_PAUSE,
        }
    }

    /// Returns when the session is over. `access` gives the session's token, or nothing while there is none; it is told when
    /// the last one was not accepted, so that another one is wanted.
    ///
    /// May be dropped while it waits, and asked again: it goes on from where it was.
    pub async fn over<F, Fut>(&mut self, mut access: F) -> SessionOver
    where
        F: FnMut(TokenWanted) -> Fut,
        Fut: Future<Output = Option<Access>>,
    {
        let mut wanted = TokenWanted::Any;
        loop {
            let attempt = match access(wanted).await {
                Some(access) => self.listen(&access).await,
                None => Attempt::Failed,
            };
            wanted = TokenWanted::Any;
            match attempt {
                Attempt::Over(over) => return over,
                Attempt::Stood => self.pause = SHORTEST_PAUSE,
                Attempt::Failed => {}
                Attempt::TokenRefused => wanted = TokenWanted::Another,
            }
            tokio::time::sleep(jittered(self.pause)).await;
            self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn listen(&mut self, access: &Access) -> Attempt {
        let mut stood = false;
        let failed = match self
            .client
            .session_events(access, self.heard.as_ref())
            .await
        {
            Ok(mut events) => loop {
                match events.next().await {
                    Ok(Some(news)) => {
                        self.heard = events.last_event_id().cloned().or(self.heard.take());
                        stood = true;
                        if let Some(over) = self.heed(news) {
                            return Attempt::Over(over);
                        }
                    }
                    Ok(None) => break None,
                    Err(error) => break Some(error),
                }
            },
            Err(error) => Some(error),
        };
        if let Some(error) = failed {
            match error {
                CallError::SessionRevoked { why } => {
                    return Attempt::Over(SessionOver::told_only(why));
                }
                CallError::Unauthorised => return Attempt::TokenRefused,
                _ => {}
            }
            tracing::debug!(%error, "the stream of the session's events broke");
        }
        if stood {
            return Attempt::Stood;
        }
        self.ask(access).await
    }

    /// Whether that says that this session is over.
    fn heed(&self, news: SessionNews) -> Option<SessionOver> {
        match news {
            SessionNews::Revoked(told) if told.session == self.session => Some(SessionOver {
                why: told.why,
                at: Some(told.at),
                by_device: told.by_device,
            }),
            SessionNews::Revoked(_) | SessionNews::Listening => None,
        }
    }

    /// Asks, where no stream is to be had.
    async fn ask(&self, access: &Access) -> Attempt {
        match self.client.session(&self.session, access).await {
            Err(CallError::SessionRevoked { why }) => Attempt::Over(SessionOver::told_only(why)),
            _ => Attempt::Failed,
        }
    }
}

impl SessionOver {
    /// All that a refused call says.
    pub fn told_only(why: SessionEnd) -> Self {
        Self {
            why,
            at: None,
            by_device: None,
        }
    }
}

/// Up to a half more, so that not everybody comes back in the same moment after a service was away.
fn jittered(pause: Duration) -> Duration {
    let mut random = [0; 1];
    // Without randomness they all come at once, which is no reason not to come.
    let _ = rand::fill(&mut random);
    pause + pause.mul_f64(f64::from(random[0]) / 512.0)
}
