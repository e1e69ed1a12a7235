//! What goes wrong with what waits in the outbox: steps that fail, a disk without room, a line that counts, a proxy that has
//! nobody behind it.

#![allow(clippy::unwrap_used, clippy::expect_used, dead_code, missing_docs)]

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use ceremony::{Outbox, SharedOutbox, Submission};
use evidence::{LedgerKey, Receipt, Subject, VerifiedEvidence};
use jiff::Timestamp;
use records::{
    Access, CallError, DeliveredNote, OutboxError, Seal, SealError, SignatureAccepted, SubmitError,
    Waiting,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use url::Url;
use uuid::Uuid;

use super::ports::Line;
use super::{Ward, outbox_key};

/// Answers every request like a proxy that has nobody behind it.
pub async fn proxy_that_answers(status: u16) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = Vec::new();
            let mut some = [0; 8192];
            while !is_whole(&request) {
                match stream.read(&mut some).await {
                    Ok(read) if read > 0 => request.extend(&some[..read]),
                    _ => break,
                }
            }
            let body = "<html><h1>nothing here</h1></html>";
            let answer = format!(
                "HTTP/1.1 {status} Refused\r\ncontent-type: text/html\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            let _gone = stream.write_all(answer.as_bytes()).await;
        }
    });
    Url::parse(&format!("http://{address}/")).unwrap()
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_lowercase();
    let Some((head, _)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))
        .map_or(0, |length| length.trim().parse().unwrap());
    let start = request
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .unwrap();
    request.len() >= start + 4 + length
}

/// An outbox in which some steps fail until it is mended.
pub struct Faulty {
    inner: SharedOutbox,
    fails: Mutex<BTreeSet<&'static str>>,
}

impl Faulty {
    pub fn over(ward: &Ward, fails: &[&'static str]) -> Arc<Self> {
        Arc::new(Self {
            inner: SharedOutbox(Arc::clone(&ward.outbox)),
            fails: Mutex::new(fails.iter().copied().collect()),
        })
    }

    pub fn mend(&self) {
        self.fails.lock().unwrap().clear();
    }

    fn may(&self, step: &str) -> Result<(), OutboxError> {
        if !self.fails.lock().unwrap().contains(step) {
            return Ok(());
        }
        Err(OutboxError::Io {
            path: std::path::PathBuf::new(),
            source: std::io::ErrorKind::StorageFull.into(),
        })
    }
}

#[async_trait]
impl Outbox for Faulty {
    async fn keep(&self, waiting: Waiting) -> Result<(), OutboxError> {
        self.inner.keep(waiting).await
    }

    async fn delivered(
        &self,
        id: Uuid,
        receipt: String,
        keys: Vec<LedgerKey>,
    ) -> Result<Receipt, OutboxError> {
        self.may("delivered")?;
        self.inner.delivered(id, receipt, keys).await
    }

    async fn refused(&self, id: Uuid, why: &str) -> Result<(), OutboxError> {
        self.may("refused")?;
        self.inner.refused(id, why).await
    }

    async fn failed(&self, id: Uuid, why: &str, at: Timestamp) -> Result<(), OutboxError> {
        self.inner.failed(id, why, at).await
    }

    async fn delivered_notes(&self, owner: &Subject) -> Result<Vec<DeliveredNote>, OutboxError> {
        self.inner.delivered_notes(owner).await
    }

    async fn forget(&self, id: Uuid) -> Result<(), OutboxError> {
        self.may("forget")?;
        self.inner.forget(id).await
    }

    async fn due(&self, now: Timestamp, owner: &Subject) -> Result<Vec<Waiting>, OutboxError> {
        self.inner.due(now, owner).await
    }
}

/// Encrypts like the vault, on a disk that has no room for one signature.
#[derive(Clone)]
pub struct Disk {
    pub full_for: Arc<Mutex<Option<Uuid>>>,
    key: Arc<session::OutboxKey>,
}

impl Disk {
    /// Gives the ward an outbox on such a disk.
    pub async fn holding(ward: &mut Ward) -> Self {
        let disk = Self {
            full_for: Arc::default(),
            key: Arc::new(outbox_key().await),
        };
        let folder = ward.vault_file.with_extension("outbox");
        let outbox = records::Outbox::open(&folder, Box::new(disk.clone())).unwrap();
        ward.outbox = Arc::new(outbox);
        disk
    }
}

impl Seal for Disk {
    fn seal(&self, aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let full_for = *self.full_for.lock().unwrap();
        let aad_text = String::from_utf8_lossy(aad);
        if full_for.is_some_and(|id| aad_text.contains(&id.to_string())) {
            return Err(SealError::NoKey);
        }
        self.key.seal(aad, plain)
    }

    fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        self.key.open(aad, sealed)
    }
}

/// Counts what is sent from the outbox, and takes its time.
pub struct Counting {
    inner: Line,
    pub sent: AtomicU32,
}

impl Counting {
    pub fn over(ward: &Ward) -> Arc<Self> {
        Arc::new(Self {
            inner: ward.line.clone(),
            sent: AtomicU32::new(0),
        })
    }
}

#[async_trait]
impl Submission for Counting {
    async fn submit(
        &self,
        evidence: &VerifiedEvidence,
        etags: &[String],
        idempotency_key: &str,
        access: &Access,
    ) -> Result<SignatureAccepted, SubmitError> {
        self.inner
            .submit(evidence, etags, idempotency_key, access)
            .await
    }

    async fn submit_waiting(
        &self,
        waiting: &Waiting,
        access: &Access,
    ) -> Result<SignatureAccepted, SubmitError> {
        self.sent.fetch_add(1, Ordering::SeqCst);
        // Long enough for everybody else who may begin.
        tokio::time::sleep(Duration::from_millis(300)).await;
        self.inner.submit_waiting(waiting, access).await
    }

    async fn fate(
        &self,
        idempotency_key: &str,
        access: &Access,
    ) -> Result<Option<SignatureAccepted>, CallError> {
        self.inner.fate(idempotency_key, access).await
    }

    async fn receipt_keys(&self, access: &Access) -> Result<Vec<u8>, CallError> {
        self.inner.receipt_keys(access).await
    }
}
