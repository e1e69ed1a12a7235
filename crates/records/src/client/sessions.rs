//! The session's place in the service's registry: opened by a sign-in, named in every call, closed by a sign-out.
//!
//! An unlock or a signature opens none, and a restored session keeps its name.

use dpop::Access;

use super::events::{EventId, SessionEvents};
use super::{CallError, Client, path};
use crate::wire::{
    Device, RegisteredSession, SESSION_HEADER, SessionId, SessionOpened, SessionRequest,
    SessionsClosed,
};

impl Client {
    /// This client, saying in every call that it comes from that session.
    #[must_use]
    pub fn in_session(&self, id: &SessionId) -> Self {
        Self {
            exchange: self.exchange.with_header(SESSION_HEADER, id.as_str()),
        }
    }

    /// Registers what somebody has just signed in to. By the service's rules it ends other sessions.
    ///
    /// May be repeated with the same token when the answer was lost. [`CallError::StepUp`] says that they have to sign in anew:
    /// they did before another sign-in ended the session they had.
    pub async fn open_session(
        &self,
        device: &Device,
        access: &Access,
    ) -> Result<SessionOpened, CallError> {
        let device = device.clone();
        let request = SessionRequest { device };
        self.exchange.post("sessions", &request, access).await
    }

    /// How a session of the token's owner stands: registered, or [`CallError::SessionRevoked`].
    pub async fn session(
        &self,
        id: &SessionId,
        access: &Access,
    ) -> Result<RegisteredSession, CallError> {
        self.exchange
            .get(&path(&["sessions", id.as_str()]), &[], access)
            .await
    }

    /// Closes a session of the token's owner. One that is over already is no error.
    pub async fn close_session(&self, id: &SessionId, access: &Access) -> Result<(), CallError> {
        self.exchange
            .delete(&path(&["sessions", id.as_str()]), access)
            .await
            .map(drop)
    }

    /// Closes all sessions of the token's owner but the one that this client is in ([`Client::in_session`]).
    pub async fn close_other_sessions(&self, access: &Access) -> Result<SessionsClosed, CallError> {
        let octets = self.exchange.delete("sessions/others", access).await?;
        super::exchange::decode(&octets)
    }

    /// One stream of what is told about the session that this client is in. It ends at any time, at the latest with the
    /// token's life; [`crate::SessionWatch`] asks again.
    pub async fn session_events(
        &self,
        access: &Access,
        last_event_id: Option<&EventId>,
    ) -> Result<SessionEvents, CallError> {
        let heard = last_event_id.map(|id| ("last-event-id", id.as_str().to_owned()));
        let lines = self
            .exchange
            .stream("sessions/events", heard.as_slice(), access)
            .await?;
        Ok(SessionEvents::new(lines))
    }
}
