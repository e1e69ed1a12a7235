//! What travels between the client and the Records API, and nothing else.
//!
//! Every type here is plain data: it is checked for its shape on arrival, never for its truth.

mod amendment;
mod capabilities;
mod octets;
mod problem;
mod reports;
mod session;
mod signing;

pub use amendment::{
    Amendment, AmendmentPage, AmendmentState, AmendmentSummary, EarlierSignature, Person,
    RecordVersion,
};
pub use capabilities::{Capabilities, IssuerCapability, Limits};
pub use octets::Octets;
pub use problem::{Problem, ProblemKind};
pub use reports::{
    AuditAccepted, AuditBatch, AuditHead, ClaimedSubject, Decline, MAX_AUDIT_LINES, SecurityEvent,
    SecurityEventKind,
};
pub use session::{
    Device, EVENT_STREAM_MEDIA_TYPE, MAX_DEVICE_CHARS, NotASessionId, RegisteredSession,
    SESSION_HEADER, SessionEnd, SessionId, SessionOpened, SessionRequest, SessionRevoked,
    SessionsClosed,
};
pub use signing::{
    Challenge, ChallengeRequest, Meaning, Progress, Reason, ReceiptHead, ReceiptPage,
    SignatureAccepted, SignatureRecord,
};

/// The media type of sealed evidence on the wire.
pub const EVIDENCE_MEDIA_TYPE: &str = "application/vnd.countersign.evidence+json;version=1";

/// The media type of a refusal (RFC 9457).
pub const PROBLEM_MEDIA_TYPE: &str = "application/problem+json";

/// The longest reason of a signature or a decline, note included, in characters.
pub const MAX_REASON_CHARS: usize = 1000;

/// Whether a reason, with its note, is one that the API takes. Asked before somebody signs it, and again by the API.
pub fn is_reason_text(text: &str) -> bool {
    is_plain_text(text, MAX_REASON_CHARS)
}

/// Whether a text says something, is not too long, and holds no control characters but line feeds.
pub fn is_plain_text(text: &str, longest: usize) -> bool {
    !text.trim().is_empty()
        && text.chars().count() <= longest
        && text
            .chars()
            .all(|character| !character.is_control() || character == '\n')
}
