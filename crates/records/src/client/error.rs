//! Why a call to the Records API gave nothing usable, and what that means for a submission.

use transport::TransportError;

use crate::wire::{AuditHead, Problem, ProblemKind, SessionEnd};

/// A call failed.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The answer is not what the contract says.
    #[error("the records service's answer has the wrong shape at {member}")]
    WrongShape {
        /// The member that is wrong, never its value.
        member: String,
    },
    /// The answer, or what we sent, is too large.
    #[error("too large for the records service, or for us")]
    TooLarge,
    /// The listing does not end.
    #[error("the records service's list does not end")]
    TooManyPages,
    /// 401 of RFC 9470: a stronger or newer authentication is needed.
    #[error("the records service asks for another authentication")]
    StepUp {
        /// The contexts demanded now; they are added to what was demanded before.
        acr_values: Vec<String>,
        /// The oldest authentication accepted now, in seconds.
        max_age: Option<u32>,
    },
    /// Any other 401: the access token is not accepted.
    #[error("the records service does not accept the access token")]
    Unauthorised,
    /// 401: the session that the call came from is over.
    #[error("the records service knows this session to be over ({})", why.as_str())]
    SessionRevoked {
        /// Why.
        why: SessionEnd,
    },
    /// 403: this person may not.
    #[error("the records service forbids this")]
    Forbidden,
    /// 403, about the token's scope or from somebody in between: it says nothing about the person or the evidence.
    #[error("the records service does not let this access token in")]
    InsufficientScope,
    /// 404.
    #[error("the records service knows nothing of this")]
    NotFound,
    /// 409: the challenge is spent, or the authentication lies outside its lifetime.
    #[error("the challenge cannot be used")]
    ChallengeSpent,
    /// 409: the amendment is no longer pending.
    #[error("the amendment is no longer pending")]
    NotPending,
    /// 409: the idempotency key stands for other evidence.
    #[error("the idempotency key was used for something else")]
    IdempotencyConflict,
    /// 409: lines of the activity log are missing before those that were shipped.
    #[error("lines of the activity log are missing at the records service")]
    AuditGap {
        /// From where to ship.
        resume: AuditHead,
    },
    /// 409: the shipped lines do not continue what is kept of the activity log.
    #[error("the activity log contradicts what the records service keeps of it")]
    AuditFork {
        /// How far it is kept.
        resume: AuditHead,
    },
    /// 412: the record has another version now.
    #[error("the record changed")]
    RecordChanged {
        /// The amendment whose record changed, when the API says which.
        amendment: Option<String>,
    },
    /// 422: the evidence was refused.
    #[error("the evidence was refused at step {step}")]
    Step {
        /// The step's stable name.
        step: String,
    },
    /// The service says that it cannot answer now: 408, 429 or 5xx.
    #[error("the records service cannot answer now ({status})")]
    Unavailable {
        /// The HTTP status.
        status: u16,
    },
    /// 404, 409, 412, 413 or 422 without a problem of the contract that has this status: somebody in between answered, such
    /// as a proxy while the service behind it is being replaced. It says nothing about what was asked.
    #[error("somebody between here and the records service answered {status}")]
    InBetween {
        /// The HTTP status.
        status: u16,
    },
    /// Any other status.
    #[error("the records service answered {status}")]
    Unexpected {
        /// The HTTP status.
        status: u16,
    },
    /// The address or a header cannot be formed.
    #[error("the request cannot be formed")]
    Request,
    /// The network.
    #[error(transparent)]
    Transport(#[from] TransportError),
}

impl CallError {
    /// Whether the same call may succeed later without anybody doing anything.
    pub fn is_temporary(&self) -> bool {
        matches!(
            self,
            Self::Unavailable { .. }
                | Self::InBetween { .. }
                | Self::Transport(
                    TransportError::TimedOut { .. }
                        | TransportError::Unreachable { .. }
                        | TransportError::TlsRefused { .. }
                        | TransportError::Redirected { .. }
                )
        )
    }

    /// Whether a refused submission was refused for good: the same evidence is not recorded by any later attempt. What is
    /// said about the access token alone is not final, since another token of the same person may open the door; nor is what
    /// nobody but the service can decide and somebody else said.
    pub fn is_final(&self) -> bool {
        match self {
            Self::StepUp { .. }
            | Self::Forbidden
            | Self::NotFound
            | Self::ChallengeSpent
            | Self::NotPending
            | Self::IdempotencyConflict
            | Self::RecordChanged { .. }
            | Self::Step { .. }
            | Self::TooLarge => true,
            Self::Unauthorised
            | Self::SessionRevoked { .. }
            | Self::InsufficientScope
            | Self::AuditGap { .. }
            | Self::AuditFork { .. }
            | Self::WrongShape { .. }
            | Self::TooManyPages
            | Self::Unavailable { .. }
            | Self::InBetween { .. }
            | Self::Unexpected { .. }
            | Self::Request
            | Self::Transport(_) => false,
        }
    }
}

/// A submission did not give a receipt. What matters is whether it may have been recorded.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// It never left, so nothing was recorded. It may be submitted again.
    #[error("the evidence was not sent: {0}")]
    NotSent(#[source] CallError),
    /// It may have been recorded. Ask with the idempotency key, or submit the same again; never sign again.
    #[error("whether the evidence was recorded is unknown: {0}")]
    Unknown(#[source] CallError),
    /// The service answered that it did not record it.
    #[error("the evidence was not recorded: {0}")]
    Refused(#[source] CallError),
}

impl SubmitError {
    pub(super) fn of(error: CallError) -> Self {
        match error {
            CallError::Request => Self::NotSent(error),
            CallError::Transport(ref cause) if never_left(cause) => Self::NotSent(error),
            // The shape is checked on success alone, so there was a success.
            CallError::WrongShape { .. }
            | CallError::Unavailable { .. }
            | CallError::InBetween { .. }
            | CallError::Unexpected { .. }
            | CallError::Transport(_) => Self::Unknown(error),
            _ => Self::Refused(error),
        }
    }

    /// What the call said.
    pub fn cause(&self) -> &CallError {
        match self {
            Self::NotSent(cause) | Self::Unknown(cause) | Self::Refused(cause) => cause,
        }
    }
}

/// Whether the request certainly stayed here. A broken connection, a refused TLS record or a time limit prove nothing.
fn never_left(error: &TransportError) -> bool {
    matches!(
        error,
        TransportError::NotHttps { .. }
            | TransportError::Credentials { .. }
            | TransportError::NotAUrl
            | TransportError::Unreachable {
                connected: false,
                ..
            }
            | TransportError::CaFileUnreadable { .. }
            | TransportError::CaFileInvalid { .. }
            | TransportError::Setup
    )
}

/// The error that a refusal stands for. What ends a submission for good counts only with the contract's own problem: a proxy
/// knows such statuses too, and nobody signs again because of a proxy.
pub(super) fn of_refusal(status: u16, challenges: &[&str], body: &[u8]) -> CallError {
    let problem: Option<Problem> = serde_json::from_slice(body).ok();
    let kind = problem
        .as_ref()
        .and_then(|problem| ProblemKind::from_urn(&problem.kind));
    match (status, kind) {
        (401, Some(ProblemKind::SessionRevoked)) => CallError::SessionRevoked {
            why: problem
                .and_then(|problem| SessionEnd::from_name(&problem.why?))
                .unwrap_or(SessionEnd::Unknown),
        },
        // Ours was never registered, so there it is none.
        (401, Some(ProblemKind::SessionRequired)) => CallError::SessionRevoked {
            why: SessionEnd::Unknown,
        },
        (401, _) => unauthorised(challenges),
        (403, Some(ProblemKind::NotAuthorised)) => CallError::Forbidden,
        (403, _) => CallError::InsufficientScope,
        (404, Some(ProblemKind::NotFound)) => CallError::NotFound,
        (409, Some(ProblemKind::NotPending)) => CallError::NotPending,
        (409, Some(ProblemKind::IdempotencyConflict)) => CallError::IdempotencyConflict,
        (409, Some(ProblemKind::AuditGap)) => {
            resuming(problem, |resume| CallError::AuditGap { resume })
        }
        (409, Some(ProblemKind::AuditFork)) => {
            resuming(problem, |resume| CallError::AuditFork { resume })
        }
        (409, Some(ProblemKind::ChallengeSpent)) => CallError::ChallengeSpent,
        (412, Some(ProblemKind::RecordChanged)) => CallError::RecordChanged {
            amendment: problem.and_then(|problem| problem.amendment),
        },
        (413, Some(ProblemKind::TooLarge)) => CallError::TooLarge,
        (422, Some(ProblemKind::EvidenceRefused)) => CallError::Step {
            step: problem
                .and_then(|p| p.step)
                .unwrap_or_else(|| "unnamed".into()),
        },
        (404 | 409 | 412 | 413 | 422, _) => CallError::InBetween { status },
        (408 | 429 | 500..=599, _) => CallError::Unavailable { status },
        _ => CallError::Unexpected { status },
    }
}

/// A refusal that has to say from where to go on.
fn resuming(problem: Option<Problem>, refusal: impl FnOnce(AuditHead) -> CallError) -> CallError {
    match problem.and_then(|problem| problem.resume) {
        Some(resume) => refusal(resume),
        None => CallError::WrongShape {
            member: "resume".into(),
        },
    }
}

/// Reads `WWW-Authenticate` challenges, of whatever scheme (RFC 6750, RFC 9449, RFC 9470).
fn unauthorised(challenges: &[&str]) -> CallError {
    let step_up = challenges.iter().find(|challenge| {
        parameter(challenge, "error").as_deref() == Some("insufficient_user_authentication")
    });
    let Some(challenge) = step_up else {
        return CallError::Unauthorised;
    };
    let acr_values = parameter(challenge, "acr_values").unwrap_or_default();
    CallError::StepUp {
        acr_values: acr_values
            .split(' ')
            .filter(|value| !value.is_empty())
            .map(str::to_owned)
            .collect(),
        max_age: parameter(challenge, "max_age").and_then(|seconds| seconds.parse().ok()),
    }
}

/// An auth-param, quoted or bare (RFC 9110 §11.2).
fn parameter(challenge: &str, name: &str) -> Option<String> {
    let mut rest = challenge.trim_start().split_once(' ')?.1;
    loop {
        let (key, after) = rest.split_once('=')?;
        let (value, next) = if let Some(quoted) = after.trim_start().strip_prefix('"') {
            quoted_string(quoted)?
        } else {
            let (value, next) = after.split_once(',').unwrap_or((after, ""));
            (value.trim().to_owned(), next)
        };
        if key
            .trim()
            .trim_start_matches(',')
            .trim()
            .eq_ignore_ascii_case(name)
        {
            return Some(value);
        }
        rest = next;
    }
}

/// The content of a quoted-string, and what follows it.
fn quoted_string(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((i, c)) = chars.next() {
        match c {
            '"' => return Some((value, &text[i + 1..])),
            '\\' => value.push(chars.next()?.1),
            other => value.push(other),
        }
    }
    None
}
