//! Refusals, as RFC 9457 problem details.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::AuditHead;

/// An RFC 9457 problem. `step` names the verification step that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Which problem this is: one of the `ProblemKind` URNs.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in a few words.
    pub title: String,
    /// The HTTP status, repeated.
    pub status: u16,
    /// What can be said about this occurrence; never record content, names or token contents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The verification step that failed, by its stable name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// The amendment concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amendment: Option<String>,
    /// Why the session is over: one of the `SessionEnd` names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Where a device's activity log goes on, as far as it is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume: Option<AuditHead>,
}

/// One table of the problems that the API answers with: kind, HTTP status, title.
macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident, $slug:literal, $status:literal, $title:literal;)+) => {
        /// The problems that the API answers with.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ProblemKind { $($(#[$doc])* $name,)+ }

        impl ProblemKind {
            /// Every kind, for documents and tests.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The `type` member.
            pub fn urn(self) -> &'static str {
                match self { $(Self::$name => concat!("urn:countersign:problem:", $slug),)+ }
            }

            /// The HTTP status.
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status,)+ }
            }

            /// The `title` member.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)+ }
            }
        }
    };
}

problems! {
    /// The request is not what the contract says.
    Malformed, "malformed", 400, "The request is malformed";
    /// No access token, or one that is not accepted (RFC 6750 `invalid_token`).
    Unauthorised, "unauthorised", 401, "An access token is needed";
    /// The authentication is too weak or too old (RFC 9470).
    InsufficientAuthentication, "insufficient-authentication", 401, "A stronger or newer authentication is needed";
    /// The session is over, or is none of this person's; `why` says which.
    SessionRevoked, "session-revoked", 401, "The session is over";
    /// The call has to say from which session it comes.
    SessionRequired, "session-required", 401, "A registered session is needed";
    /// The token lacks the scope (RFC 6750 `insufficient_scope`).
    InsufficientScope, "insufficient-scope", 403, "The access token does not allow this";
    /// The person may not do this.
    NotAuthorised, "not-authorised", 403, "This person may not sign this";
    /// There is no such thing, or none that the caller may see.
    NotFound, "not-found", 404, "Not found";
    /// The path exists, the method does not.
    MethodNotAllowed, "method-not-allowed", 405, "This method is not allowed here";
    /// The request took too long.
    TimedOut, "timed-out", 408, "The request took too long";
    /// The challenge was used before, or does not fit the authentication.
    ChallengeSpent, "challenge-spent", 409, "The challenge cannot be used";
    /// The amendment is no longer pending.
    NotPending, "not-pending", 409, "The amendment is no longer pending";
    /// The idempotency key was used for other evidence.
    IdempotencyConflict, "idempotency-conflict", 409, "The idempotency key was used for something else";
    /// Lines of an activity log are missing before these; `resume` says from where to send.
    AuditGap, "audit-gap", 409, "Lines of the activity log are missing";
    /// Lines of an activity log that do not continue, or contradict, what is kept of it; `resume` says how far that goes.
    AuditFork, "audit-fork", 409, "The activity log contradicts what is kept of it";
    /// The record changed.
    RecordChanged, "record-changed", 412, "The record changed";
    /// The body is too large.
    TooLarge, "too-large", 413, "The body is too large";
    /// The media type is not accepted.
    UnsupportedMediaType, "unsupported-media-type", 415, "The media type is not accepted";
    /// The evidence did not verify; `step` names where.
    EvidenceRefused, "evidence-refused", 422, "The evidence was refused";
    /// `If-Match` or `Idempotency-Key` is missing (RFC 6585).
    PreconditionRequired, "precondition-required", 428, "If-Match and Idempotency-Key are required";
    /// Something broke on the server; nothing was recorded unless the fate lookup says otherwise.
    Internal, "internal", 500, "The request could not be completed";
    /// The server's clock is behind its own receipts, so it can attest no time.
    ClockBehind, "clock", 503, "The server's clock is wrong";
    /// The chain of receipts, or the receipt that was to continue it, does not verify; nothing was recorded.
    ReceiptsBroken, "receipts-broken", 503, "The server's receipts do not verify";
    /// A time-stamp is required and the authority gave none; nothing was recorded.
    TimestampUnavailable, "timestamp-unavailable", 503, "The receipt cannot be time-stamped";
    /// The identity provider's keys could not be fetched.
    IssuerUnavailable, "issuer-unavailable", 503, "The identity provider's keys cannot be fetched";
}

impl ProblemKind {
    /// The kind that a `type` member names.
    pub fn from_urn(urn: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.urn() == urn)
    }
}

impl From<ProblemKind> for Problem {
    fn from(kind: ProblemKind) -> Self {
        Self {
            kind: kind.urn().to_owned(),
            title: kind.title().to_owned(),
            status: kind.status(),
            detail: None,
            step: None,
            amendment: None,
            why: None,
            resume: None,
        }
    }
}
