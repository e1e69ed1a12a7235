//! The client's side of the Records API.
//!
//! Every call takes the access token that opens the door for it, with the key that the token is bound to where it is
//! (RFC 9449); the client keeps neither. Answers are checked for their
//! size, status and shape. What a receipt or a record says is for the caller to verify.

mod error;
mod events;
mod exchange;
mod sessions;
mod watch;

use dpop::Access;
use jiff::Timestamp;
use transport::Transport;
use url::Url;
use uuid::Uuid;

pub use error::{CallError, SubmitError};
pub use events::{EventId, SessionEvents, SessionNews};
use exchange::Exchange;
pub use watch::{SessionOver, SessionWatch, TokenWanted};

use crate::wire::{
    Amendment, AmendmentPage, AmendmentSummary, AuditAccepted, AuditBatch, Capabilities, Challenge,
    ChallengeRequest, Decline, EVIDENCE_MEDIA_TYPE, ReceiptHead, SecurityEvent, SignatureAccepted,
    SignatureRecord,
};

/// The most pages that one listing reads: a server that never ends its list does not keep us busy for ever.
const MAX_PAGES: usize = 200;

/// A Records API at one address. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    exchange: Exchange,
}

impl Client {
    /// A client for the API at that address; its paths start below it, at `v1/`.
    pub fn new(url: &Url, transport: Transport) -> Result<Self, CallError> {
        transport.allows(url)?;
        Ok(Self {
            exchange: Exchange::new(url, transport)?,
        })
    }

    /// The archive against which evidence is verified offline: whom the API trusts, and the keys they had. It is public,
    /// and the caller parses it.
    pub async fn archive(&self) -> Result<Vec<u8>, CallError> {
        self.exchange.public("archive").await
    }

    /// What the API accepts.
    pub async fn capabilities(&self, access: &Access) -> Result<Capabilities, CallError> {
        self.exchange.get("capabilities", &[], access).await
    }

    /// One page of pending amendments.
    pub async fn amendments(
        &self,
        cursor: Option<&str>,
        access: &Access,
    ) -> Result<AmendmentPage, CallError> {
        let mut query = vec![("state", "pending")];
        query.extend(cursor.map(|cursor| ("cursor", cursor)));
        self.exchange.get("amendments", &query, access).await
    }

    /// All pending amendments, page by page.
    pub async fn list_all(&self, access: &Access) -> Result<Vec<AmendmentSummary>, CallError> {
        let mut all = Vec::new();
        let mut cursor: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let page = self.amendments(cursor.as_deref(), access).await?;
            all.extend(page.amendments);
            match page.next {
                Some(next) if cursor.as_ref() != Some(&next) => cursor = Some(next),
                Some(_) => {
                    return Err(CallError::WrongShape {
                        member: "next".into(),
                    });
                }
                None => return Ok(all),
            }
        }
        Err(CallError::TooManyPages)
    }

    /// One amendment, in full.
    pub async fn amendment(&self, id: &str, access: &Access) -> Result<Amendment, CallError> {
        let amendment: Amendment = self
            .exchange
            .get(&path(&["amendments", id]), &[], access)
            .await?;
        // An answer about something else would be shown, and signed, in its place.
        if amendment.id != id {
            return Err(CallError::WrongShape {
                member: "id".into(),
            });
        }
        Ok(amendment)
    }

    /// A challenge for what is about to be signed.
    pub async fn challenge(
        &self,
        request: &ChallengeRequest,
        access: &Access,
    ) -> Result<Challenge, CallError> {
        let challenge: Challenge = self.exchange.post("challenges", request, access).await?;
        if challenge.challenge.is_empty() || challenge.expires_at <= challenge.issued_at {
            return Err(CallError::WrongShape {
                member: "challenge".into(),
            });
        }
        Ok(challenge)
    }

    /// Submits sealed evidence. `etags` are those of its amendments, in the statement's order.
    ///
    /// The same evidence with the same key may be submitted again: the answer is the first one's.
    pub async fn submit(
        &self,
        evidence: &evidence::VerifiedEvidence,
        etags: &[String],
        idempotency_key: &str,
        access: &Access,
    ) -> Result<SignatureAccepted, SubmitError> {
        self.deliver(evidence.octets(), etags, idempotency_key, access)
            .await
    }

    /// Submits evidence that waited in the outbox, where only verified evidence comes to lie.
    pub async fn submit_waiting(
        &self,
        waiting: &crate::outbox::Waiting,
        access: &Access,
    ) -> Result<SignatureAccepted, SubmitError> {
        self.deliver(
            waiting.evidence(),
            &waiting.note.etags,
            &waiting.note.idempotency_key,
            access,
        )
        .await
    }

    async fn deliver(
        &self,
        octets: &[u8],
        etags: &[String],
        idempotency_key: &str,
        access: &Access,
    ) -> Result<SignatureAccepted, SubmitError> {
        let headers = [
            (
                http::header::CONTENT_TYPE.as_str(),
                EVIDENCE_MEDIA_TYPE.to_owned(),
            ),
            (http::header::IF_MATCH.as_str(), etags.join(", ")),
            ("idempotency-key", idempotency_key.to_owned()),
        ];
        self.exchange
            .send("POST", "signatures", &[], &headers, octets.to_vec(), access)
            .await
            .map_err(SubmitError::of)
    }

    /// What became of a submission: its answer, or `None` when nothing was recorded under that key.
    pub async fn fate(
        &self,
        idempotency_key: &str,
        access: &Access,
    ) -> Result<Option<SignatureAccepted>, CallError> {
        match self
            .exchange
            .get(
                "signatures",
                &[("idempotency_key", idempotency_key)],
                access,
            )
            .await
        {
            Ok(accepted) => Ok(Some(accepted)),
            Err(CallError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A kept signature: its evidence and receipt.
    pub async fn signature(&self, id: Uuid, access: &Access) -> Result<SignatureRecord, CallError> {
        self.exchange
            .get(&path(&["signatures", &id.to_string()]), &[], access)
            .await
    }

    /// Declines an amendment, as it was read under that entity tag.
    pub async fn decline(
        &self,
        id: &str,
        etag: &str,
        decline: &Decline,
        access: &Access,
    ) -> Result<(), CallError> {
        self.exchange
            .post_if_match(
                &path(&["amendments", id, "declines"]),
                etag,
                decline,
                access,
            )
            .await
    }

    /// Ships lines of the activity log. Sending the same again is no error; [`CallError::AuditGap`] and
    /// [`CallError::AuditFork`] say from where to go on.
    pub async fn ship_audit(
        &self,
        batch: &AuditBatch,
        access: &Access,
    ) -> Result<AuditAccepted, CallError> {
        self.exchange.post("audit-events", batch, access).await
    }

    /// Tells security at once.
    pub async fn security_event(
        &self,
        event: &SecurityEvent,
        access: &Access,
    ) -> Result<(), CallError> {
        self.exchange
            .post_for_nothing("security-events", event, access)
            .await
    }

    /// The keys that receipts are signed with (a JWK set), as received octets.
    pub async fn receipt_keys(&self, access: &Access) -> Result<Vec<u8>, CallError> {
        self.exchange.get_octets("receipts/keys", access).await
    }

    /// Where the chain of receipts ends now.
    pub async fn receipts_head(&self, access: &Access) -> Result<ReceiptHead, CallError> {
        self.exchange.get("receipts/head", &[], access).await
    }

    /// How far the API's clock is from ours, by the `Date` of an answer; positive when it is ahead.
    pub async fn clock_offset(&self, now: Timestamp) -> Result<jiff::SignedDuration, CallError> {
        self.exchange.clock_offset(now).await
    }
}

/// Joins path segments, each of them escaped.
fn path(segments: &[&str]) -> String {
    let escape = |segment: &&str| -> String {
        segment
            .bytes()
            .map(|byte| match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'~' => {
                    char::from(byte).to_string()
                }
                other => format!("%{other:02X}"),
            })
            .collect()
    };
    segments.iter().map(escape).collect::<Vec<_>>().join("/")
}
