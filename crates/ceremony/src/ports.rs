//! What a ceremony needs from outside, each as a trait.
//!
//! There is no port to the session: the challenge is asked for by somebody who holds the session's token, and only the
//! answer comes in here.

use std::sync::Arc;

use async_trait::async_trait;
use audit::{Event, Reference};
use identity::{Access, Agent, RelyingParty};
use jiff::Timestamp;

use evidence::{LedgerKey, Receipt, Subject, VerifiedEvidence};
use records::{
    CallError, Challenge, ChallengeRequest, DeliveredNote, OutboxError, SecurityEvent,
    SignatureAccepted, SubmitError, Waiting,
};
use uuid::Uuid;

/// Everything that one ceremony works with.
#[derive(Clone)]
pub struct Ports {
    /// Shows the identity provider's pages in an empty jar.
    pub agent: Arc<dyn Agent>,
    /// Speaks OpenID Connect.
    pub relying_party: RelyingParty,
    /// Brings the challenge.
    pub challenges: Arc<dyn Challenges>,
    /// Delivers the evidence.
    pub submission: Arc<dyn Submission>,
    /// Keeps sealed evidence until it is delivered. None only where policy wants no outbox.
    pub outbox: Option<Arc<dyn Outbox>>,
    /// Writes the audit log.
    pub trail: Arc<dyn Trail>,
    /// Tells security.
    pub alarm: Arc<dyn Alarm>,
    /// Says what time it is.
    pub clock: Arc<dyn Clock>,
    /// What the callback page says.
    pub page: identity::Page,
}

/// `POST /v1/challenges`, with an authority that the ceremony does not see.
#[async_trait]
pub trait Challenges: Send + Sync {
    /// One single-use challenge for exactly this.
    async fn challenge(&self, ask: &ChallengeRequest) -> Result<Challenge, ChallengeError>;
}

/// Why there is no challenge.
#[derive(Debug, thiserror::Error)]
pub enum ChallengeError {
    /// The session has no token any more to ask with.
    #[error("session_ended")]
    SessionEnded,
    /// The session's token could not be renewed: the identity provider does not answer.
    #[error("identity_provider_unreachable")]
    IdentityProviderUnreachable,
    /// The records API did not give one.
    #[error(transparent)]
    Call(#[from] CallError),
}

/// `POST /v1/signatures`, each time with the token that opens the door. [`records::Client`] is one.
#[async_trait]
pub trait Submission: Send + Sync {
    /// Delivers the evidence of a running ceremony.
    async fn submit(
        &self,
        evidence: &VerifiedEvidence,
        etags: &[String],
        idempotency_key: &str,
        access: &Access,
    ) -> Result<SignatureAccepted, SubmitError>;

    /// Delivers evidence that waited in the outbox.
    async fn submit_waiting(
        &self,
        waiting: &Waiting,
        access: &Access,
    ) -> Result<SignatureAccepted, SubmitError>;

    /// What became of an earlier delivery; nothing, if none was recorded under that key.
    async fn fate(
        &self,
        idempotency_key: &str,
        access: &Access,
    ) -> Result<Option<SignatureAccepted>, CallError>;

    /// The keys that receipts are signed with, as received.
    async fn receipt_keys(&self, access: &Access) -> Result<Vec<u8>, CallError>;
}

/// The outbox: encrypted, on disk, and older than the first delivery. [`crate::SharedOutbox`] is one.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Keeps the evidence. When this returns, it survives a power loss.
    async fn keep(&self, waiting: Waiting) -> Result<(), OutboxError>;

    /// Lets it go, against the receipt for exactly it, signed by one of these keys. The receipt is kept.
    async fn delivered(
        &self,
        id: Uuid,
        receipt: String,
        keys: Vec<LedgerKey>,
    ) -> Result<Receipt, OutboxError>;

    /// The records API refused it for good: it is not tried again.
    async fn refused(&self, id: Uuid, why: &str) -> Result<(), OutboxError>;

    /// This attempt failed; there will be another, after a pause that holds also where it cannot be written.
    async fn failed(&self, id: Uuid, why: &str, at: Timestamp) -> Result<(), OutboxError>;

    /// What this person signed that was delivered and is not yet forgotten.
    async fn delivered_notes(&self, owner: &Subject) -> Result<Vec<DeliveredNote>, OutboxError>;

    /// The delivery is in the audit log: the receipt need not be kept any longer.
    async fn forget(&self, id: Uuid) -> Result<(), OutboxError>;

    /// What this person signed and is to be tried again by now, oldest first.
    async fn due(&self, now: Timestamp, owner: &Subject) -> Result<Vec<Waiting>, OutboxError>;
}

/// The audit log.
#[async_trait]
pub trait Trail: Send + Sync {
    /// Writes one entry. When this returns, it is on disk.
    async fn write(&self, entry: audit::Entry, at: Timestamp) -> Result<(), TrailError>;
}

/// The audit log, where it can be looked up too. [`crate::SharedLog`] is one.
#[async_trait]
pub trait Chronicle: Trail {
    /// What it says under this reference, newest first, back to where the attempt began.
    async fn under(&self, reference: Reference) -> Result<Vec<Event>, TrailError>;
}

/// The audit log cannot be written, or not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrailError {
    /// There is no room for another entry.
    #[error("audit_disk_full")]
    DiskFull,
    /// Anything else.
    #[error("audit_unwritable: {0}")]
    Unusable(String),
}

impl From<audit::AuditError> for TrailError {
    fn from(error: audit::AuditError) -> Self {
        match error {
            audit::AuditError::DiskFull(_) => Self::DiskFull,
            other => Self::Unusable(other.to_string()),
        }
    }
}

/// Tells security at once (21 CFR 11.300(d)).
#[async_trait]
pub trait Alarm: Send + Sync {
    /// Sends the event, or queues it where it will be sent from, on the disk. Every other error than
    /// [`AlarmError::Queued`] says that it did neither.
    async fn raise(&self, event: SecurityEvent) -> Result<(), AlarmError>;
}

/// Security could not be told yet.
#[derive(Debug, thiserror::Error)]
pub enum AlarmError {
    /// The session has no token any more to speak with, and it could not be kept either.
    #[error("session_ended")]
    SessionEnded,
    /// The records API did not take it.
    #[error(transparent)]
    Call(#[from] CallError),
    /// It is kept where it will be told from.
    #[error("queued")]
    Queued,
}

/// What time it is.
pub trait Clock: Send + Sync {
    /// Now, by the wall.
    fn now(&self) -> Timestamp;
}

/// The machine's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
