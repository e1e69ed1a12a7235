//! What travels between the client and the Records API, and nothing else.
//!
//! Every type here is plain data: it is checked for its shape on arrival, never for its truth.

mod amendment;
mod capabilities;
mod octets;
mod problem;
mod reports;
mod signing;

pub use amendment::{
    Amendment, AmendmentPage, AmendmentState, AmendmentSummary, EarlierSignature, Person,
    RecordVersion,
};
pub use capabilities::{Capabilities, IssuerCapability, Limits};
pub use octets::Octets;
pub use problem::{Problem, ProblemKind};
pub use reports::{AuditAccepted, AuditBatch, Decline, SecurityEvent, SecurityEventKind};
pub use signing::{
    Challenge, ChallengeRequest, Meaning, Progress, Reason, ReceiptHead, SignatureAccepted,
    SignatureRecord,
};

/// The media type of sealed evidence on the wire.
pub const EVIDENCE_MEDIA_TYPE: &str = "application/vnd.countersign.evidence+json;version=1";

/// The media type of a refusal (RFC 9457).
pub const PROBLEM_MEDIA_TYPE: &str = "application/problem+json";
