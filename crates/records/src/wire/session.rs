//! Sessions as the service registers them: who is signed in where, and what is told about their end.
//!
//! A registered session is not what opens the door: the access token is. The registry says which of the sessions that hold
//! good tokens are still wanted.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The request header that says from which session a call comes.
pub const SESSION_HEADER: &str = "countersign-session";

/// The media type of a stream of events (HTML Living Standard, 9.2).
pub const EVENT_STREAM_MEDIA_TYPE: &str = "text/event-stream";

/// The longest identifier or name of a device, in characters.
pub const MAX_DEVICE_CHARS: usize = 256;

/// The name of a session in the registry. It opens nothing by itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, min_length = 1, max_length = 128)]
pub struct SessionId(String);

/// A text that names no session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no session's identifier")]
pub struct NotASessionId;

impl SessionId {
    /// The longest that one may be.
    const LONGEST: usize = 128;

    /// The identifier as it stands on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for SessionId {
    type Error = NotASessionId;

    /// 1 to 128 characters that need no escape in a path or a header (RFC 3986, 2.3).
    fn try_from(text: String) -> Result<Self, NotASessionId> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let fits = (1..=Self::LONGEST).contains(&text.len()) && text.bytes().all(plain);
        // A path segment of dots would name another resource.
        let is_a_step = text.bytes().all(|byte| byte == b'.');
        (fits && !is_a_step)
            .then_some(Self(text))
            .ok_or(NotASessionId)
    }
}

impl std::str::FromStr for SessionId {
    type Err = NotASessionId;

    fn from_str(text: &str) -> Result<Self, NotASessionId> {
        text.to_owned().try_into()
    }
}

impl From<SessionId> for String {
    fn from(id: SessionId) -> Self {
        id.0
    }
}

impl std::fmt::Display for SessionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A device, in its own words.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// What tells it from all others, the same for every session on it.
    pub id: String,
    /// What people call it.
    pub name: String,
}

/// `POST /v1/sessions`: somebody has just signed in on a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionRequest {
    /// Where.
    pub device: Device,
}

/// A session as it is registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RegisteredSession {
    /// Its name, to be sent with every call.
    pub id: SessionId,
    /// Where it is.
    pub device: Device,
    /// When it was registered.
    #[schema(value_type = String, format = DateTime)]
    pub started_at: Timestamp,
    /// When it was last heard of, give or take a minute.
    #[schema(value_type = String, format = DateTime)]
    pub last_seen_at: Timestamp,
}

/// The answer to `POST /v1/sessions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionOpened {
    /// The session.
    #[serde(flatten)]
    pub session: RegisteredSession,
    /// How many other sessions ended because of it.
    pub ended_others: u32,
}

/// The answer to `DELETE /v1/sessions/others`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionsClosed {
    /// How many there were.
    pub closed: u32,
}

/// Why a session is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SessionEnd {
    /// It was closed from within.
    SignedOut,
    /// The same person signed in elsewhere, or closed all sessions but another one.
    Elsewhere,
    /// Somebody else signed in on the same device.
    Switched,
    /// An administrator ended it.
    Administrator,
    /// The same person has as many newer sessions as anybody may have.
    Limit,
    /// It is as old as any session may become.
    Expired,
    /// The service knows no such session of this person, or none with this key.
    Unknown,
}

impl SessionEnd {
    /// Every reason, for documents and tests.
    pub const ALL: [Self; 7] = [
        Self::SignedOut,
        Self::Elsewhere,
        Self::Switched,
        Self::Administrator,
        Self::Limit,
        Self::Expired,
        Self::Unknown,
    ];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::Elsewhere => "elsewhere",
            Self::Switched => "switched",
            Self::Administrator => "administrator",
            Self::Limit => "limit",
            Self::Expired => "expired",
            Self::Unknown => "unknown",
        }
    }

    /// The reason of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|end| end.as_str() == name)
    }
}

/// The data of the event `revoked` in `GET /v1/sessions/events`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionRevoked {
    /// Which session.
    pub session: SessionId,
    /// Why.
    pub why: SessionEnd,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What the device is called on which somebody caused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_device: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::ours("q1Yx-_9z", true)]
    #[case::a_uuid("0192f0c1-7c1e-7d7a-8a4e-1d2a3b4c5d6e", true)]
    #[case::nothing("", false)]
    #[case::a_path("a/b", false)]
    #[case::a_step_up("..", false)]
    #[case::a_header("a\r\nx: y", false)]
    #[case::a_blank("a b", false)]
    #[case::very_long(&"a".repeat(129), false)]
    fn a_sessions_identifier_fits_into_a_path_and_a_header(#[case] text: &str, #[case] fits: bool) {
        assert_eq!(text.parse::<SessionId>().is_ok(), fits);
    }

    #[test]
    fn every_end_has_one_name_on_the_wire() {
        for end in SessionEnd::ALL {
            assert_eq!(serde_json::to_value(end).ok(), Some(end.as_str().into()));
            assert_eq!(SessionEnd::from_name(end.as_str()), Some(end));
        }
    }
}
