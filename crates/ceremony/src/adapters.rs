//! Ports over the house's own crates, for those that need nothing of the session.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use audit::{AuditError, Entry, Event, Filter, Head, Log, Matter, Reference};
use evidence::{LedgerKey, Receipt, Subject, VerifiedEvidence};
use jiff::Timestamp;
use records::{
    Access, CallError, Client, DeliveredNote, OutboxError, SignatureAccepted, SubmitError, Waiting,
};
use uuid::Uuid;

use crate::ports::{Chronicle, Outbox, Submission, Trail, TrailError};

/// The audit log, shared by everybody in this process who writes to it.
#[derive(Clone)]
pub struct SharedLog(Arc<Mutex<Log>>);

impl SharedLog {
    /// Shares an open log.
    pub fn new(log: Log) -> Self {
        Self(Arc::new(Mutex::new(log)))
    }

    /// Writes one entry. Blocks until it is on disk.
    pub fn append(&self, entry: &Entry, at: Timestamp) -> Result<Head, AuditError> {
        self.log().append(entry, at)
    }

    /// What happened outside of ceremonies that security must hear of and has not; see
    /// [`Log::take_owed_outside_ceremonies`].
    pub fn take_owed(&self) -> Vec<Matter> {
        self.log().take_owed_outside_ceremonies()
    }

    /// The last entry's number and hash.
    pub fn head(&self) -> Head {
        self.log().head()
    }

    /// Where it is.
    pub fn path(&self) -> PathBuf {
        self.log().path().to_owned()
    }

    /// Whether nothing can be appended any more.
    pub fn is_stopped(&self) -> bool {
        self.log().is_stopped()
    }

    fn log(&self) -> std::sync::MutexGuard<'_, Log> {
        // The log takes back what it could not write whole, so a writer that panicked left nothing half-done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Trail for SharedLog {
    async fn write(&self, entry: Entry, at: Timestamp) -> Result<(), TrailError> {
        let log = self.clone();
        tokio::task::spawn_blocking(move || log.append(&entry, at))
            .await
            .map_err(|_| TrailError::Unusable("interrupted".to_owned()))?
            .map(|_| ())
            .map_err(TrailError::from)
    }
}

#[async_trait]
impl Chronicle for SharedLog {
    async fn under(&self, reference: Reference) -> Result<Vec<Event>, TrailError> {
        let path = self.path();
        tokio::task::spawn_blocking(move || under(&path, reference))
            .await
            .map_err(|_| TrailError::Unusable("interrupted".to_owned()))?
            .map_err(TrailError::from)
    }
}

fn under(log: &Path, reference: Reference) -> Result<Vec<Event>, AuditError> {
    let filter = Filter {
        reference: Some(reference.to_string()),
        ..Filter::default()
    };
    let (mut events, mut before) = (Vec::new(), None);
    loop {
        // One at a time: the log is read back to where the attempt began, and no further.
        let page = audit::page(log, &filter, before, 1)?;
        if let Some(broken) = page.broken {
            return Err(AuditError::Broken(broken));
        }
        for recorded in page.entries {
            let began = matches!(recorded.event, Event::SigningStarted { .. });
            events.push(recorded.event);
            if began {
                return Ok(events);
            }
        }
        before = page.next;
        if before.is_none() {
            return Ok(events);
        }
    }
}

#[async_trait]
impl Submission for Client {
    async fn submit(
        &self,
        evidence: &VerifiedEvidence,
        etags: &[String],
        idempotency_key: &str,
        access: &Access,
    ) -> Result<SignatureAccepted, SubmitError> {
        Client::submit(self, evidence, etags, idempotency_key, access).await
    }

    async fn submit_waiting(
        &self,
        waiting: &Waiting,
        access: &Access,
    ) -> Result<SignatureAccepted, SubmitError> {
        Client::submit_waiting(self, waiting, access).await
    }

    async fn fate(
        &self,
        idempotency_key: &str,
        access: &Access,
    ) -> Result<Option<SignatureAccepted>, CallError> {
        Client::fate(self, idempotency_key, access).await
    }

    async fn receipt_keys(&self, access: &Access) -> Result<Vec<u8>, CallError> {
        Client::receipt_keys(self, access).await
    }
}

/// The outbox, shared by the ceremonies, the courier and whoever shows it.
#[derive(Clone)]
pub struct SharedOutbox(pub Arc<records::Outbox>);

#[async_trait]
impl Outbox for SharedOutbox {
    async fn keep(&self, waiting: Waiting) -> Result<(), OutboxError> {
        let outbox = Arc::clone(&self.0);
        blocking(move || outbox.put(&waiting)).await
    }

    async fn delivered(
        &self,
        id: Uuid,
        receipt: String,
        keys: Vec<LedgerKey>,
    ) -> Result<Receipt, OutboxError> {
        let outbox = Arc::clone(&self.0);
        blocking(move || outbox.delivered(id, &receipt, &keys)).await
    }

    async fn refused(&self, id: Uuid, why: &str) -> Result<(), OutboxError> {
        let (outbox, why) = (Arc::clone(&self.0), why.to_owned());
        blocking(move || outbox.refused(id, &why).map(|_| ())).await
    }

    async fn failed(&self, id: Uuid, why: &str, at: Timestamp) -> Result<(), OutboxError> {
        let (outbox, why) = (Arc::clone(&self.0), why.to_owned());
        blocking(move || outbox.failed(id, &why, at).map(|_| ())).await
    }

    async fn delivered_notes(&self, owner: &Subject) -> Result<Vec<DeliveredNote>, OutboxError> {
        let (outbox, owner) = (Arc::clone(&self.0), owner.clone());
        blocking(move || outbox.delivered_notes(&owner)).await
    }

    async fn forget(&self, id: Uuid) -> Result<(), OutboxError> {
        let outbox = Arc::clone(&self.0);
        blocking(move || outbox.forget(id)).await
    }

    async fn due(&self, now: Timestamp, owner: &Subject) -> Result<Vec<Waiting>, OutboxError> {
        let (outbox, owner) = (Arc::clone(&self.0), owner.clone());
        blocking(move || outbox.due(now, &owner)).await
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, OutboxError> + Send + 'static,
) -> Result<T, OutboxError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| {
        Err(OutboxError::Io {
            path: std::path::PathBuf::new(),
            source: std::io::Error::other("interrupted"),
        })
    })
}
