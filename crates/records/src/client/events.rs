//! A stream of events (HTML Living Standard, 9.2), as far as the registry speaks it.
//!
//! Comments, unknown fields and unknown events are skipped, so that a later service may say more. What is said about
//! another session is not believed: whose session it is about is for [`crate::SessionWatch`] to compare.

use transport::Lines;

use super::CallError;
use crate::wire::SessionRevoked;

/// The most data of one event, in octets.
const MAX_DATA: usize = 16 * 1024;

/// Up to where a stream was heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventId(String);

impl EventId {
    /// The longest that is kept.
    const LONGEST: usize = 128;

    /// An identifier that can be sent back in a header.
    fn new(text: &str) -> Option<Self> {
        let fits = (1..=Self::LONGEST).contains(&text.len());
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        (fits && visible).then(|| Self(text.to_owned()))
    }

    /// As it stands on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is told about a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionNews {
    /// The session stands, and its end will be told.
    Listening,
    /// A session is over.
    Revoked(SessionRevoked),
}

/// One stream of what is told about a session.
#[derive(Debug)]
pub struct SessionEvents {
    lines: Lines,
    event: Pending,
    heard: Option<EventId>,
}

/// The event that is being read.
#[derive(Debug, Default)]
struct Pending {
    name: String,
    data: String,
    id: Option<EventId>,
}

impl SessionEvents {
    pub(super) fn new(lines: Lines) -> Self {
        Self {
            lines,
            event: Pending::default(),
            heard: None,
        }
    }

    /// The next news; nothing when the stream is over.
    ///
    /// May be dropped while it waits: nothing of what came is lost.
    pub async fn next(&mut self) -> Result<Option<SessionNews>, CallError> {
        while let Some(line) = self.lines.next().await.map_err(CallError::Transport)? {
            if let Some(news) = self.take(&line)? {
                return Ok(Some(news));
            }
        }
        Ok(None)
    }

    /// Up to where the stream was heard.
    pub fn last_event_id(&self) -> Option<&EventId> {
        self.heard.as_ref()
    }

    fn take(&mut self, line: &[u8]) -> Result<Option<SessionNews>, CallError> {
        if line.is_empty() {
            let mut event = std::mem::take(&mut self.event);
            // Only now: what was cut off in the middle was not heard.
            self.heard = event.id.take().or(self.heard.take());
            return event.news();
        }
        let line = String::from_utf8_lossy(line);
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.event.name),
            "data" => self.event.add(value)?,
            "id" => self.event.id = EventId::new(value),
            // Comments have an empty name; of `retry` we have our own idea.
            _ => {}
        }
        Ok(None)
    }
}

impl Pending {
    fn add(&mut self, data: &str) -> Result<(), CallError> {
        if self.data.len() + data.len() >= MAX_DATA {
            return Err(shape("data"));
        }
        if !self.data.is_empty() {
            self.data.push('\n');
        }
        self.data.push_str(data);
        Ok(())
    }

    fn news(self) -> Result<Option<SessionNews>, CallError> {
        match self.name.as_str() {
            "listening" => Ok(Some(SessionNews::Listening)),
            "revoked" => serde_json::from_str(&self.data)
                .map(|told| Some(SessionNews::Revoked(told)))
                .map_err(|_| shape("revoked")),
            _ => Ok(None),
        }
    }
}

fn shape(member: &str) -> CallError {
    CallError::WrongShape {
        member: member.to_owned(),
    }
}
