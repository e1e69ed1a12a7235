//! Whether the session that a call comes from still stands.
//!
//! The name of a session is bound to its owner and to the key of its tokens. It does not defend against a client that has good
//! tokens and leaves the name out: only requiring the name does, and then such a client has to register, which ends the
//! others and is told to security when it happens often. Nor does it take tokens back: those go on to open the door for what
//! is exempt (`Deliverer`) until their issuer lets them end.

use axum::http::HeaderMap;
use records::wire::{ProblemKind, SESSION_HEADER, SessionEnd, SessionId};

use super::Gateway;
use crate::auth::Caller;
use crate::refusal::Refusal;
use crate::store::{Session, blocking};

/// A session of the caller's, and where the ends stood when it was looked up.
pub struct Found {
    /// The session.
    pub session: Session,
    /// The number of the newest end of any session.
    pub newest_end: u64,
}

/// Refuses a call from a session that is over, or from none where one is required.
pub async fn expect(
    gateway: &Gateway,
    headers: &HeaderMap,
    caller: &Caller,
) -> Result<(), Refusal> {
    match named(headers)? {
        Some(id) => open(gateway, &id, caller).await.map(drop),
        None if gateway.config.sessions.required => {
            Err(Refusal::Kind(ProblemKind::SessionRequired))
        }
        None => Ok(()),
    }
}

/// The session that a call has to come from.
pub async fn expect_named(
    gateway: &Gateway,
    headers: &HeaderMap,
    caller: &Caller,
) -> Result<Found, Refusal> {
    let id = named(headers)?.ok_or(Refusal::Kind(ProblemKind::SessionRequired))?;
    find(gateway, id, caller).await
}

/// A session of the caller's that is not over. It was heard of by this.
pub async fn open(gateway: &Gateway, id: &SessionId, caller: &Caller) -> Result<Session, Refusal> {
    let session = find(gateway, id.clone(), caller).await?.session;
    if let Some(ended) = &session.ended {
        let why = ended.told.why;
        return Err(Refusal::SessionRevoked { why });
    }
    let (store, seen, now) = (
        gateway.store.clone(),
        session.registered.clone(),
        gateway.now(),
    );
    let longest = gateway.config.sessions.longest;
    if now.duration_since(seen.started_at) >= longest {
        blocking(move || store.expire_sessions(longest, now)).await?;
        gateway.watchers.look();
        let why = SessionEnd::Expired;
        return Err(Refusal::SessionRevoked { why });
    }
    blocking(move || store.saw_session(&seen, now)).await?;
    Ok(session)
}

/// A session of the caller's. Another person's is as unknown as one that never was.
async fn find(gateway: &Gateway, id: SessionId, caller: &Caller) -> Result<Found, Refusal> {
    let store = gateway.store.clone();
    let (found, newest_end) = blocking(move || store.session(&id)).await?;
    let unknown = || Refusal::SessionRevoked {
        why: SessionEnd::Unknown,
    };
    let session = found.ok_or_else(unknown)?;
    if !session.belongs_to(&caller.subject)? || session.bound_to != caller.bound_to {
        tracing::warn!("a call named a session of another person or another key");
        return Err(unknown());
    }
    Ok(Found {
        session,
        newest_end,
    })
}

/// The session that a call says it comes from. Two names are none of anybody's.
fn named(headers: &HeaderMap) -> Result<Option<SessionId>, Refusal> {
    let mut values = headers.get_all(SESSION_HEADER).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let id = value.to_str().ok().and_then(|text| text.parse().ok());
    match (id, values.next()) {
        (Some(id), None) => Ok(Some(id)),
        _ => Err(Refusal::SessionRevoked {
            why: SessionEnd::Unknown,
        }),
    }
}
