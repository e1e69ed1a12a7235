//! What a client reports: declined amendments, its audit log, security events.

use std::collections::BTreeMap;

use evidence::Subject;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `POST /v1/amendments/{id}/declines`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decline {
    /// Why the change is not signed, in the signer's words.
    pub reason: String,
}

/// The most lines in one batch.
pub const MAX_AUDIT_LINES: usize = 1000;

/// `POST /v1/audit-events`: consecutive lines of a device's activity log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuditBatch {
    /// The device that keeps the log.
    pub device: String,
    /// Which of the device's logs: one that was begun anew is another one, though its numbers start at one as well.
    pub log: String,
    /// The number of the first line.
    pub first_seq: u64,
    /// The lines without their ends, octet by octet, since each is covered by the next one's hash.
    pub lines: Vec<String>,
}

/// How far a device's log is kept, in one piece from its first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditHead {
    /// The number of the line that is to be sent next.
    pub next_seq: u64,
    /// The hash that the last kept line carries; absent when none is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
}

/// The answer to `POST /v1/audit-events`: where the log goes on now. Lines that were kept before count as kept.
pub type AuditAccepted = AuditHead;

/// `POST /v1/security-events`: something that security must hear of at once (21 CFR 11.300 (d)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecurityEvent {
    /// What happened.
    pub kind: SecurityEventKind,
    /// The reference under which the audit has the detail.
    pub reference: String,
    /// When it happened.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The device it happened on.
    pub device: String,
    /// How often it has happened in this session.
    pub count: u32,
    /// In whose session it happened, or at whose lock, as the device says. Absent where nobody was signed in, and in what
    /// an earlier version reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<ClaimedSubject>,
}

/// A person whom a report names. It is the reporting device's word: nobody authenticated as this person for the call, and
/// who did may be somebody else, since people share devices and reports wait for whoever signs in next. A type of its own,
/// so that it is never taken for an authenticated subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimedSubject {
    /// The issuer, exactly as it writes itself.
    pub iss: String,
    /// The claims that identify the person there.
    pub claims: BTreeMap<String, String>,
}

impl From<Subject> for ClaimedSubject {
    fn from(Subject { iss, claims }: Subject) -> Self {
        Self { iss, claims }
    }
}

/// What a security event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SecurityEventKind {
    /// Somebody else authenticated when this session's signer was asked.
    SignerMismatch,
    /// Signing was locked for a session after repeated mismatches.
    SigningLocked,
    /// The identity provider signed somebody in without asking.
    AmbientSignIn,
    /// The activity log does not verify, or contradicts what was shipped of it.
    AuditBroken,
    /// The device's clock went back: its times from before and after do not compare.
    ClockSetBack,
    /// The chain of receipts does not verify.
    ReceiptsBroken,
    /// Signing in failed again and again.
    FailedSignIns,
    /// One person opened many sessions within a short time.
    ManySessions,
}

impl SecurityEventKind {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignerMismatch => "signer-mismatch",
            Self::SigningLocked => "signing-locked",
            Self::AmbientSignIn => "ambient-sign-in",
            Self::AuditBroken => "audit-broken",
            Self::ClockSetBack => "clock-set-back",
            Self::ReceiptsBroken => "receipts-broken",
            Self::FailedSignIns => "failed-sign-ins",
            Self::ManySessions => "many-sessions",
        }
    }
}
