//! How a ceremony ended, and what of it may be said aloud.
//!
//! `Ending` is for the program and the audit log. `Outward` is what a person may be told: one text for every refusal,
//! so that nobody learns from the screen how close an impersonation came.

use std::fmt;

use audit::Reference;
use identity::{Obstacle, Refusal};
use uuid::Uuid;

use crate::cleanup::Cleanup;

/// One ceremony, over: how it ended and what step 10 found.
#[derive(Clone, Debug)]
pub struct Ended {
    /// How it ended.
    pub ending: Ending,
    /// Under which the audit log keeps this attempt. The only thing an ending carries outward.
    pub reference: Reference,
    /// What became of the tokens, the identity provider's session, the agent and its jar.
    pub cleanup: Cleanup,
    /// Signing is locked for this session: this attempt was one mismatch too many.
    pub signing_locked: bool,
}

impl Ended {
    /// What the person may be told.
    pub fn outward(&self) -> Outward {
        if self.signing_locked {
            return Outward::SigningLocked;
        }
        self.ending.outward()
    }
}

/// How a ceremony ended. All but `Recorded` and `Unconfirmed` mean: the signature was not applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Committed by the records API, receipt checked.
    Recorded(Box<Recorded>),
    /// The person cancelled, closed the window, or declined at the identity provider.
    Cancelled,
    /// The time limit struck.
    TimedOut,
    /// Somebody else authenticated.
    SignerMismatch,
    /// The empty jar signed somebody in by itself.
    AmbientSignIn,
    /// What the identity provider sent was not acceptable.
    Refused(Refusal),
    /// The record is not the version any more that the signer read.
    RecordChanged,
    /// The evidence is sealed and kept; whether it is recorded is not known. Ask, never sign again.
    Unconfirmed(Box<Unconfirmed>),
    /// Something failed that is nobody's refusal.
    Failed(Failure),
}

/// A signature that stands.
#[derive(Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The signature's own name.
    pub signature_id: Uuid,
    /// The bundle with its receipt, as octets to save.
    pub evidence: Vec<u8>,
    /// Hex SHA-256 of the sealed evidence, as in the receipt.
    pub evidence_sha256: String,
    /// What the records API certified.
    pub receipt: evidence::receipt::Receipt,
}

// By hand: the evidence holds an ID token and the text that was shown.
impl fmt::Debug for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorded")
            .field("signature_id", &self.signature_id)
            .field("evidence_sha256", &self.evidence_sha256)
            .field("receipt", &self.receipt.sequence)
            .finish_non_exhaustive()
    }
}

/// A sealed signature whose fate is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unconfirmed {
    /// The signature's own name.
    pub signature_id: Uuid,
    /// What to ask with.
    pub idempotency_key: String,
    /// Hex SHA-256 of the sealed evidence.
    pub evidence_sha256: String,
}

/// What failed. The names are keys of the catalogue (`err-…`, `rec-…`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The identity provider did not answer.
    IdentityProviderUnreachable,
    /// The identity provider's certificate is not trusted, in our client or in the window.
    IdentityProviderUntrusted,
    /// The identity provider answered with something that cannot be worked with, or led to a place that is not allowed.
    IdentityProviderUnusable(Option<Obstacle>),
    /// The identity provider answered the authorization request with an error.
    IdentityProviderError,
    /// The preflight brought neither a page nor an answer, and policy demands one.
    PreflightInconclusive,
    /// The records API did not answer before anything was sealed.
    RecordsUnreachable,
    /// The records API's answer has not the shape or size of the contract.
    RecordsMalformed,
    /// The records API refused: not permitted, or a verification step of its own failed.
    RecordsRefused,
    /// The session is over: the records API or the identity provider no longer accepts its token.
    SessionEnded,
    /// The challenge ran out, or was spent, before the evidence arrived.
    ChallengeExpired,
    /// Policy and the records API ask for authentications that exclude each other.
    DemandsConflict,
    /// The records API asks for an authentication that the signer's did not become, not even when asked for it.
    StepUpUnmet,
    /// This machine's clock differs from the other side's.
    ClockOff {
        /// By how many seconds ours is ahead; negative when behind.
        ahead_s: i64,
        /// What the ID token earned by our clock, and would not by the provider's; none where no token came.
        refusal: Option<Refusal>,
    },
    /// No port for the callback is free.
    PortsTaken,
    /// No window can be shown: no display, no WebView, no browser.
    AgentUnavailable,
    /// The window failed after it was opened.
    AgentFailed,
    /// Our own verification of the sealed evidence failed: it was not sent.
    SelfCheckFailed,
    /// The audit log cannot be written; nothing proceeds without it.
    AuditUnwritable,
    /// The same, because there is no room for it.
    AuditDiskFull,
    /// The outbox cannot be written; nothing is sent that would not survive a power loss.
    OutboxUnwritable,
    /// The operating system gave no randomness.
    NoRandomness,
    /// The ceremony's own code stopped. The cleanup ran all the same.
    Internal,
}

/// What the person may be told about an ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outward {
    /// Signed and recorded.
    Signed,
    /// The one text for mismatch, stale authentication, acr, token and CSRF failures alike.
    NotApplied,
    /// Cancelled by the person.
    Cancelled,
    /// Time ran out.
    TimedOut,
    /// A network fault, named openly.
    Network(Failure),
    /// Something about this machine, the configuration or the session that has a remedy.
    Local(Failure),
    /// The record changed.
    RecordChanged,
    /// Sealed; being asked.
    Unconfirmed,
    /// Repeated mismatches: signing is locked, the session stays.
    SigningLocked,
}

impl Ending {
    /// Certain that nothing was recorded.
    pub const fn is_not_applied(&self) -> bool {
        !matches!(self, Self::Recorded(_) | Self::Unconfirmed(_))
    }

    /// The stable name, for the audit log and the demo's report.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Recorded(_) => "recorded",
            Self::Cancelled => "cancelled",
            Self::TimedOut => "timed_out",
            Self::SignerMismatch => "signer_mismatch",
            Self::AmbientSignIn => "ambient_sign_in",
            Self::Refused(_) => "refused",
            Self::RecordChanged => "record_changed",
            Self::Unconfirmed(_) => "unconfirmed",
            Self::Failed(_) => "failed",
        }
    }

    /// What the person may be told.
    pub const fn outward(&self) -> Outward {
        match self {
            Self::Recorded(_) => Outward::Signed,
            Self::Cancelled => Outward::Cancelled,
            Self::TimedOut => Outward::TimedOut,
            Self::SignerMismatch | Self::AmbientSignIn | Self::Refused(_) => Outward::NotApplied,
            Self::RecordChanged => Outward::RecordChanged,
            Self::Unconfirmed(_) => Outward::Unconfirmed,
            Self::Failed(failure) => failure.outward(),
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => write!(f, "refused: {refusal}"),
            Self::Failed(failure) => write!(f, "failed: {failure}"),
            other => f.write_str(other.name()),
        }
    }
}

impl Failure {
    /// The stable name: a key of the catalogue as `err-…` and `rec-…`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::IdentityProviderUnreachable => "identity_provider_unreachable",
            Self::IdentityProviderUntrusted => "identity_provider_untrusted",
            Self::IdentityProviderUnusable(_) => "identity_provider_unusable",
            Self::IdentityProviderError => "identity_provider_error",
            Self::PreflightInconclusive => "preflight_inconclusive",
            Self::RecordsUnreachable => "records_unreachable",
            Self::RecordsMalformed => "records_malformed",
            Self::RecordsRefused => "records_refused",
            Self::SessionEnded => "session_ended",
            Self::ChallengeExpired => "challenge_expired",
            Self::DemandsConflict => "demands_conflict",
            Self::StepUpUnmet => "step_up_unmet",
            Self::ClockOff { .. } => "clock_off",
            Self::PortsTaken => "ports_taken",
            Self::AgentUnavailable => "agent_unavailable",
            Self::AgentFailed => "agent_failed",
            Self::SelfCheckFailed => "self_check_failed",
            Self::AuditUnwritable => "audit_unwritable",
            Self::AuditDiskFull => "audit_disk_full",
            Self::OutboxUnwritable => "outbox_unwritable",
            Self::NoRandomness => "no_randomness",
            Self::Internal => "internal",
        }
    }

    /// The name for the audit log, which says more to IT than the person needs: also a key of the catalogue.
    pub const fn audit_name(self) -> &'static str {
        match self {
            Self::IdentityProviderUnusable(Some(obstacle)) => obstacle.name(),
            other => other.name(),
        }
    }

    /// What the person may be told.
    pub const fn outward(self) -> Outward {
        match self {
            Self::IdentityProviderUnreachable
            | Self::IdentityProviderUntrusted
            | Self::RecordsUnreachable => Outward::Network(self),
            Self::IdentityProviderError
            | Self::PreflightInconclusive
            | Self::RecordsRefused
            | Self::SelfCheckFailed => Outward::NotApplied,
            Self::IdentityProviderUnusable(_)
            | Self::RecordsMalformed
            | Self::SessionEnded
            | Self::ChallengeExpired
            | Self::DemandsConflict
            | Self::StepUpUnmet
            | Self::ClockOff { .. }
            | Self::PortsTaken
            | Self::AgentUnavailable
            | Self::AgentFailed
            | Self::AuditUnwritable
            | Self::AuditDiskFull
            | Self::OutboxUnwritable
            | Self::NoRandomness
            | Self::Internal => Outward::Local(self),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
