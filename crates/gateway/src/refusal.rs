//! Why a request was refused: one type, made into a problem document at the edge.

use evidence::{Reason, Step, VerificationFailure};
use records::wire::{AuditHead, Problem, ProblemKind, SessionEnd};

use crate::proof::ProofRefusal;
use crate::store::StoreError;

/// A refusal.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// A step of verification does not hold.
    #[error("{step}: {reason}")]
    Step {
        /// Which.
        step: Step,
        /// Why.
        reason: Reason,
        /// What an authentication must fulfil here, when that was the step.
        demands: Option<Demands>,
    },
    /// The record of this amendment has another version now.
    #[error("record_changed")]
    RecordChanged {
        /// The amendment.
        amendment: String,
    },
    /// No access token that is accepted.
    #[error("unauthorised")]
    Token {
        /// Whether there was one.
        presented: bool,
    },
    /// No proof of possession that is accepted (RFC 9449).
    #[error("unauthorised: {why}")]
    Proof {
        /// Why.
        why: ProofRefusal,
        /// The nonce to prove with, when that is what is wanted.
        nonce: Option<String>,
    },
    /// Anything that its kind says in full.
    #[error("{}", .0.urn())]
    Kind(ProblemKind),
    /// A kind with a word on this occurrence.
    #[error("{}: {detail}", kind.urn())]
    Because {
        /// The kind.
        kind: ProblemKind,
        /// What is wrong, in words that hold no content.
        detail: &'static str,
    },
    /// The session that the call comes from is over, or is none of the caller's.
    #[error("session_revoked: {}", why.as_str())]
    SessionRevoked {
        /// Why.
        why: SessionEnd,
    },
    /// The caller has authenticated before their session was ended, and has to do it again (RFC 9470).
    #[error("authenticate_again")]
    AuthenticateAgain {
        /// The oldest authentication that would do, in seconds.
        max_age: u32,
    },
    /// Lines of a device's log that do not continue what is kept of it.
    #[error("{}", kind.urn())]
    Log {
        /// A gap, or a fork.
        kind: ProblemKind,
        /// How far it is kept.
        resume: AuditHead,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What an authentication must fulfil (RFC 9470).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Demands {
    /// One of these contexts.
    pub acr_values: Vec<String>,
    /// At most this old, in seconds.
    pub max_age: Option<u32>,
}

impl Refusal {
    /// A failed step.
    pub fn step(step: Step, reason: Reason) -> Self {
        Self::Step {
            step,
            reason,
            demands: None,
        }
    }

    /// A failed verification, with the demands that a failed authentication has to be told.
    pub fn of(failure: &VerificationFailure, demands: Demands) -> Self {
        let demands = (failure.step == Step::Authentication).then_some(demands);
        Self::Step {
            step: failure.step,
            reason: failure.reason,
            demands,
        }
    }

    /// The failed step and its reason.
    pub fn failed_step(&self) -> Option<(Step, Reason)> {
        match self {
            Self::Step { step, reason, .. } => Some((*step, *reason)),
            Self::RecordChanged { .. } => Some((Step::Record, Reason::RecordVersionChanged)),
            _ => None,
        }
    }

    /// The kind of problem that this is.
    pub fn kind(&self) -> ProblemKind {
        match self {
            Self::Step { step, reason, .. } => kind_of(*step, *reason),
            Self::RecordChanged { .. } => ProblemKind::RecordChanged,
            Self::Token { .. } | Self::Proof { .. } => ProblemKind::Unauthorised,
            Self::SessionRevoked { .. } => ProblemKind::SessionRevoked,
            Self::AuthenticateAgain { .. } => ProblemKind::InsufficientAuthentication,
            Self::Kind(kind) | Self::Because { kind, .. } | Self::Log { kind, .. } => *kind,
            Self::Store(_) => ProblemKind::Internal,
        }
    }

    /// The problem document.
    pub fn problem(&self) -> Problem {
        let mut problem = Problem::from(self.kind());
        problem.step = self.failed_step().map(|(step, _)| step.name().to_owned());
        problem.detail = match self {
            Self::Step { reason, .. } => Some(reason.name().to_owned()),
            Self::Because { detail, .. } => Some((*detail).to_owned()),
            _ => None,
        };
        match self {
            Self::RecordChanged { amendment } => problem.amendment = Some(amendment.clone()),
            Self::SessionRevoked { why } => problem.why = Some(why.as_str().to_owned()),
            Self::Log { resume, .. } => problem.resume = Some(resume.clone()),
            _ => {}
        }
        problem
    }
}

/// 409 for what a new challenge mends, 412 for what reading again mends, 401 for what authenticating better mends, 503
/// for what this gateway has to mend.
fn kind_of(step: Step, reason: Reason) -> ProblemKind {
    match (step, reason) {
        (
            Step::Freshness,
            Reason::AuthTimeStale
            | Reason::AuthTimeLate
            | Reason::IssuedTooOld
            | Reason::AuthenticationReused,
        )
        | (Step::Challenge, _) => ProblemKind::ChallengeSpent,
        (Step::Authentication, _) => ProblemKind::InsufficientAuthentication,
        (Step::Record, Reason::RecordVersionChanged) => ProblemKind::RecordChanged,
        (Step::Authority, _) => ProblemKind::NotAuthorised,
        (Step::Receipt, _) => ProblemKind::ReceiptsBroken,
        _ => ProblemKind::EvidenceRefused,
    }
}
