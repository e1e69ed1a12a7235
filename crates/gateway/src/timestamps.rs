//! Time-stamps of receipts from an RFC 3161 authority: a third party's word for when a receipt existed.
//!
//! The authority sees the SHA-256 of a receipt and nothing else. It is asked over `transport` (https, no redirects, five
//! seconds, 64 KiB), and its answer counts only if `evidence` accepts it: by an authority of the configuration, over
//! this receipt, with our nonce, at a time that our clock agrees with. What an authority fails to stamp is either not
//! committed or committed without a time-stamp, as [`TimestampRule`] says; nothing in between.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use evidence::timestamp::{self, Nonce, TimestampAuthority};
use evidence::{EvidenceError, receipt};
use http::{Request, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex, MutexGuard};
use transport::{Rules, Transport, TransportError};
use url::Url;

use crate::clock::Clock;
use crate::config::{Config, TimestampRule};
use crate::server::ServeError;

/// How long the authority may take.
const TIME: Duration = Duration::from_secs(5);
const QUERY: &str = "application/timestamp-query";
const REPLY: &str = "application/timestamp-reply";
/// What ends a certificate in a PEM file.
const END: &str = "-----END CERTIFICATE-----";

/// A time-stamp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The token, in DER.
    pub token: Vec<u8>,
    /// The time in it.
    pub at: Timestamp,
}

/// The authority gave no time-stamp that counts. Each has a stable name, for the trail and for problem documents.
#[derive(Debug, thiserror::Error)]
pub enum StampError {
    /// No exchange took place, or it broke a limit.
    #[error("timestamp_unreachable")]
    Transport(#[from] TransportError),
    /// It answered, but with no time-stamp.
    #[error("timestamp_refused")]
    Refused,
    /// Its answer does not verify.
    #[error("timestamp_invalid: {0}")]
    Invalid(EvidenceError),
    /// Its time and ours differ by more than clocks may.
    #[error("timestamp_clock_differs")]
    ClockDiffers,
    /// The question could not be asked.
    #[error("timestamp_not_asked")]
    NotAsked,
}

impl StampError {
    /// The stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Transport(_) => "timestamp_unreachable",
            Self::Refused => "timestamp_refused",
            Self::Invalid(_) => "timestamp_invalid",
            Self::ClockDiffers => "timestamp_clock_differs",
            Self::NotAsked => "timestamp_not_asked",
        }
    }
}

/// The time-stamping authority of a gateway.
pub struct Stamper {
    url: Url,
    authorities: Vec<TimestampAuthority>,
    rule: TimestampRule,
    transport: Transport,
    clock: Arc<dyn Clock>,
    clock_skew: SignedDuration,
    turn: Mutex<()>,
}

impl Stamper {
    /// The authority of a configuration, where it has one.
    pub fn new(config: &Config) -> Result<Option<Self>, ServeError> {
        let Some(timestamps) = &config.timestamps else {
            return Ok(None);
        };
        let transport = Transport::new(Rules {
            development_http: config.development_http,
            ca_file: config.ca_file.clone(),
            total_timeout: TIME,
            max_body: timestamp::MAX_OCTETS,
            ..Rules::default()
        })?;
        transport.allows(&timestamps.url)?;
        Ok(Some(Self {
            url: timestamps.url.clone(),
            authorities: read_authorities(&timestamps.authorities)?,
            rule: timestamps.rule,
            transport,
            clock: config.clock.clone(),
            clock_skew: SignedDuration::from_secs(i64::from(config.clock_skew_s)),
            turn: Mutex::default(),
        }))
    }

    /// Whether a receipt may go without.
    pub fn rule(&self) -> TimestampRule {
        self.rule
    }

    /// Whose time-stamps are believed.
    pub fn authorities(&self) -> &[TimestampAuthority] {
        &self.authorities
    }

    /// While somebody has the turn, nobody else's receipt takes the place in the chain that theirs is stamped for.
    pub async fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// Has a receipt time-stamped.
    pub async fn stamp(&self, receipt: &str) -> Result<Stamp, StampError> {
        let mut random = [0; 8];
        SystemRandom::new()
            .fill(&mut random)
            .map_err(|_| StampError::NotAsked)?;
        let nonce = Nonce::new(random);
        let question = timestamp::request(receipt, nonce).map_err(|_| StampError::NotAsked)?;
        let reply = self.ask(question).await?;
        let accepted = timestamp::accept(&reply, receipt, nonce, &self.authorities);
        let accepted = accepted.map_err(|error| match error {
            EvidenceError::TimestampRefused => StampError::Refused,
            other => StampError::Invalid(other),
        })?;
        self.agrees(receipt, accepted.at)?;
        Ok(Stamp {
            token: accepted.token,
            at: accepted.at,
        })
    }

    async fn ask(&self, question: Vec<u8>) -> Result<Vec<u8>, StampError> {
        let request = Request::post(self.url.as_str())
            .header(header::CONTENT_TYPE, QUERY)
            .header(header::ACCEPT, REPLY)
            .body(question)
            .map_err(|_| StampError::NotAsked)?;
        let reply = self.transport.send(request).await?;
        let is_reply = reply
            .headers()
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().eq_ignore_ascii_case(REPLY.as_bytes()));
        if reply.status() == StatusCode::OK && is_reply {
            Ok(reply.into_body())
        } else {
            Err(StampError::Refused)
        }
    }

    /// A time-stamp lies between the receipt's time and now, give or take the clocks' difference.
    fn agrees(&self, receipt: &str, at: Timestamp) -> Result<(), StampError> {
        let received_at = receipt::read(receipt)
            .map_err(|_| StampError::NotAsked)?
            .received_at;
        let too_early = received_at.duration_since(at) > self.clock_skew;
        let too_late = at.duration_since(self.clock.now()) > self.clock_skew;
        if too_early || too_late {
            Err(StampError::ClockDiffers)
        } else {
            Ok(())
        }
    }
}

/// The certificates of a PEM file, one after the other. Authorities that were trusted before stay in it, so that their
/// time-stamps stay verifiable.
fn read_authorities(path: &Path) -> Result<Vec<TimestampAuthority>, ServeError> {
    let wrong = |wrong: String| ServeError::Config {
        key: "timestamps.authorities",
        wrong,
    };
    let text = std::fs::read_to_string(path)
        .map_err(|error| wrong(format!("{} cannot be read: {error}", path.display())))?;
    let authorities: Option<Vec<_>> = text
        .split_inclusive(END)
        .filter(|part| part.contains(END))
        .map(|part| TimestampAuthority::from_pem(part.trim_start()))
        .collect();
    authorities
        .filter(|all| !all.is_empty())
        .ok_or_else(|| wrong(format!("{} holds no certificates in PEM", path.display())))
}
