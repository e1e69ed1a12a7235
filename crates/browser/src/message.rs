//! What comes over the pipe: the few messages of the `DevTools` protocol that matter here.
//!
//! Everything else in a message is skipped without being kept, above all the bodies of forms.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// One message from the browser.
#[derive(Debug)]
pub(crate) enum Incoming {
    /// The answer to one of our calls.
    Answer {
        call: u64,
        /// The result, or what the browser has against it.
        outcome: Result<Value, String>,
    },
    /// Something that happened in a session.
    Event { session: String, event: Event },
    /// Nothing of interest.
    Other,
}

/// What happened.
#[derive(Debug)]
pub(crate) enum Event {
    /// A page, frame or worker came. It waits until it is told to go on.
    Attached(Target),
    /// It went. The session is the one that ended.
    Detached,
    /// A frame wants to load a document, and waits.
    Paused(Paused),
    /// A certificate is not acceptable, and the load waits.
    BadCertificate { event: u64 },
    /// The page's process crashed.
    Crashed,
}

/// What a session is attached to.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Target {
    #[serde(rename = "targetId")]
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(rename = "openerId")]
    pub(crate) opener: Option<String>,
}

/// A document request that waits for a decision.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Paused {
    #[serde(rename = "requestId")]
    pub(crate) id: String,
    #[serde(rename = "frameId")]
    pub(crate) frame: String,
    pub(crate) request: Request,
}

#[derive(Deserialize)]
pub(crate) struct Request {
    pub(crate) url: String,
    pub(crate) method: String,
}

// By hand: the address may be the callback, which holds the code.
impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Request({})", self.method)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    id: Option<u64>,
    #[serde(borrow)]
    method: Option<Cow<'a, str>>,
    #[serde(borrow)]
    params: Option<&'a RawValue>,
    result: Option<Value>,
    error: Option<Refused>,
    session_id: Option<String>,
}

#[derive(Deserialize)]
struct Refused {
    message: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attached {
    session_id: String,
    target_info: Target,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detached {
    session_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CertificateError {
    event_id: u64,
}

impl Incoming {
    /// Reads one message. None is one that no browser sends.
    pub(crate) fn parse(octets: &[u8]) -> Option<Self> {
        let envelope: Envelope<'_> = serde_json::from_slice(octets).ok()?;
        if let Some(call) = envelope.id {
            let outcome = match envelope.error {
                Some(refused) => Err(refused.message),
                None => Ok(envelope.result.unwrap_or_default()),
            };
            return Some(Self::Answer { call, outcome });
        }
        let params = envelope.params.map_or("{}", RawValue::get);
        let within = envelope.session_id.unwrap_or_default();
        let (session, event) = match envelope.method?.as_ref() {
            "Target.attachedToTarget" => {
                let attached: Attached = serde_json::from_str(params).ok()?;
                (attached.session_id, Event::Attached(attached.target_info))
            }
            "Target.detachedFromTarget" => {
                let detached: Detached = serde_json::from_str(params).ok()?;
                (detached.session_id, Event::Detached)
            }
            "Fetch.requestPaused" => (within, Event::Paused(serde_json::from_str(params).ok()?)),
            "Security.certificateError" => {
                let error: CertificateError = serde_json::from_str(params).ok()?;
                let event = error.event_id;
                (within, Event::BadCertificate { event })
            }
            "Inspector.targetCrashed" => (within, Event::Crashed),
            _ => return Some(Self::Other),
        };
        Some(Self::Event { session, event })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Incoming {
        Incoming::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn an_answer_is_a_result_or_what_the_browser_has_against_it() {
        let good = parse(r#"{"id":7,"result":{"a":1}}"#);
        assert!(
            matches!(good, Incoming::Answer { call: 7, outcome: Ok(value) } if value["a"] == 1)
        );
        let bad = parse(r#"{"id":8,"error":{"code":-32000,"message":"No such target"}}"#);
        assert!(
            matches!(bad, Incoming::Answer { call: 8, outcome: Err(why) } if why == "No such target")
        );
    }

    #[test]
    fn of_a_paused_form_only_address_method_and_frame_are_kept() {
        let paused = parse(
            r#"{"method":"Fetch.requestPaused","sessionId":"S","params":{"requestId":"r1","frameId":"F",
                "request":{"url":"https://id.example/login?code=C0DE","method":"POST","headers":{"Cookie":"x"},"postData":"password=hunter2"}}}"#,
        );
        let shown = format!("{paused:?}");
        assert!(
            !shown.contains("hunter2") && !shown.contains("C0DE"),
            "{shown}"
        );
        let Incoming::Event {
            session,
            event: Event::Paused(paused),
        } = paused
        else {
            panic!("{shown}");
        };
        assert_eq!(
            (session.as_str(), paused.id.as_str(), paused.frame.as_str()),
            ("S", "r1", "F")
        );
        assert_eq!(paused.request.method, "POST");
    }

    #[test]
    fn an_unknown_event_is_passed_over_and_nonsense_is_told_apart_from_it() {
        assert!(matches!(
            parse(r#"{"method":"Page.loadEventFired","params":{}}"#),
            Incoming::Other
        ));
        assert!(Incoming::parse(b"{").is_none());
        assert!(Incoming::parse(br#"{"params":{}}"#).is_none());
        assert!(Incoming::parse(br#"{"method":"Fetch.requestPaused","params":{}}"#).is_none());
    }
}
