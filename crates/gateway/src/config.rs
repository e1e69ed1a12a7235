//! What a gateway is told when it starts.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use evidence::{NameSource, Subject};
use jiff::SignedDuration;
use records::wire::{Meaning, Reason};
use url::Url;

use crate::clock::{Clock, SystemClock};
use crate::introspection::Introspection;

/// The audience of access tokens, unless configured otherwise.
pub const DEFAULT_RESOURCE: &str = "urn:countersign:records";

/// Everything that a gateway is told.
#[derive(Clone)]
pub struct Config {
    /// Where to listen. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where the records are.
    pub store: StorePlace,
    /// The receipt key (PKCS#8), for the service's user alone. Made on the first start.
    pub signing_key: PathBuf,
    /// Identity providers whose tokens and evidence are accepted.
    pub issuers: Vec<Issuer>,
    /// The audience that access tokens must name.
    pub resource: String,
    /// The address that callers know this API under, without `v1/`: proofs of possession name it. Absent: the address that
    /// is listened on.
    pub public_url: Option<Url>,
    /// Accepts only access tokens that are bound to a key (RFC 9449).
    pub bound_tokens_only: bool,
    /// Accepts only proofs of possession with a nonce of this gateway.
    pub proof_nonce_required: bool,
    /// Allows identity providers on plain http on a literal loopback address. For development and tests alone.
    pub development_http: bool,
    /// A PEM file with authorities trusted beside the operating system's.
    pub ca_file: Option<PathBuf>,
    /// How long a challenge lives, in seconds; at most 300.
    pub challenge_lifetime_s: u32,
    /// How far clocks may differ, in seconds.
    pub clock_skew_s: u32,
    /// How long after an ID token's end its evidence may still arrive, in seconds.
    pub delivery_grace_s: u32,
    /// The most amendments in one signature.
    pub max_amendments: u32,
    /// Meanings that may be signed.
    pub meanings: Vec<Meaning>,
    /// Reasons that are offered.
    pub reasons: Vec<Reason>,
    /// Who may sign what.
    pub authority: Arc<dyn Authority>,
    /// Who time-stamps receipts, if anybody.
    pub timestamps: Option<Timestamps>,
    /// Which sessions may be open beside each other.
    pub sessions: Sessions,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

/// A time-stamping authority (RFC 3161).
#[derive(Debug, Clone)]
pub struct Timestamps {
    /// Where it is asked, over HTTP (RFC 3161 §3.4).
    pub url: Url,
    /// A PEM file with the certificate authorities that its time-stamps must lead to.
    pub authorities: PathBuf,
    /// What happens when it fails.
    pub rule: TimestampRule,
}

/// What happens to a signature whose receipt cannot be time-stamped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimestampRule {
    /// It is not committed. The time-stamp is part of the commit, and signatures wait for each other's.
    Required,
    /// It is committed before the authority is asked, and the failure goes into the trail.
    BestEffort,
}

/// What holds for sessions.
#[derive(Debug, Clone, Copy)]
pub struct Sessions {
    /// How many may be open beside each other.
    pub limit: SessionLimit,
    /// Refuses calls of a session that do not say which one it is.
    pub required: bool,
    /// How many sign-ins of one person are reported to security.
    pub many: Option<ManySessions>,
    /// The longest that any session lasts. Clients end theirs before; one that vanished does not.
    pub longest: SignedDuration,
    /// The longest silence in a stream of events.
    pub heartbeat: Duration,
}

/// How many sessions may be open beside each other. A sign-in ends the others; it is refused only where one of them began
/// with a later authentication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionLimit {
    /// Any number.
    Unlimited,
    /// One for each person.
    OnePerSubject,
    /// One on each device, whoever's it is. What a device is called is its own word: this keeps shared devices tidy, and
    /// keeps nobody from anything.
    OnePerDevice,
    /// So many for each person, the newest.
    Newest(NonZeroU32),
}

/// Sign-ins of one person that are too many to be usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ManySessions {
    /// From how many on.
    pub count: NonZeroU32,
    /// Within how many seconds.
    pub within_s: u32,
}

impl Default for Sessions {
    /// Any number of sessions, whether they say their name or not, for no more than a day; five sign-ins within ten minutes
    /// are reported.
    fn default() -> Self {
        Self {
            limit: SessionLimit::Unlimited,
            required: false,
            many: NonZeroU32::new(5).map(|count| ManySessions {
                count,
                within_s: 600,
            }),
            longest: SignedDuration::from_hours(24),
            heartbeat: Duration::from_secs(15),
        }
    }
}

/// A text that names no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("one-per-subject, one-per-device, none, or a number from 1 on")]
pub struct NotALimit;

impl std::str::FromStr for SessionLimit {
    type Err = NotALimit;

    fn from_str(text: &str) -> Result<Self, NotALimit> {
        match text {
            "none" => Ok(Self::Unlimited),
            "one-per-subject" => Ok(Self::OnePerSubject),
            "one-per-device" => Ok(Self::OnePerDevice),
            number => number.parse().map(Self::Newest).map_err(|_| NotALimit),
        }
    }
}

/// Where the records are.
#[derive(Debug, Clone)]
pub enum StorePlace {
    /// In this file; made when absent.
    File(PathBuf),
    /// In a store that is open already.
    Open(crate::store::Store),
}

/// An identity provider that is trusted.
#[derive(Debug, Clone)]
pub struct Issuer {
    /// Its issuer identifier, exactly as in its tokens.
    pub issuer: String,
    /// Client identifiers whose ID tokens count as evidence.
    pub client_ids: Vec<String>,
    /// Signature algorithms that are accepted from it.
    pub algorithms: Vec<String>,
    /// The claims that name a person, in ID tokens and access tokens alike.
    pub subject_claims: Vec<String>,
    /// Authentication contexts of which a signature needs one; empty for any.
    pub acr_values: Vec<String>,
    /// Authentication methods that a signature needs, all of them.
    pub required_amr: Vec<String>,
    /// The oldest authentication accepted, in seconds; absent when only the challenge bounds it.
    pub max_age: Option<u32>,
    /// Who says what people are called where their ID tokens do not.
    pub names: NameSource,
    /// How it is asked about access tokens that do not say by themselves whose they are. Absent: those are refused.
    pub introspection: Option<Introspection>,
}

/// Decides who may sign what. Asked when a challenge is made, and again inside the commit.
pub trait Authority: Send + Sync {
    /// Whether this person may sign an amendment of this kind with this meaning.
    fn may_sign(&self, subject: &Subject, kind: records::fields::Kind, meaning: &Meaning) -> bool;

    /// Whether this person may decline an amendment of this kind: who could have signed it with any of these meanings.
    fn may_decline(
        &self,
        subject: &Subject,
        kind: records::fields::Kind,
        meanings: &[Meaning],
    ) -> bool {
        meanings
            .iter()
            .any(|meaning| self.may_sign(subject, kind, meaning))
    }
}

/// Everybody with an accepted token may sign with any accepted meaning.
#[derive(Debug, Clone, Copy, Default)]
pub struct AnyoneAccepted;

impl Authority for AnyoneAccepted {
    fn may_sign(&self, _: &Subject, _: records::fields::Kind, _: &Meaning) -> bool {
        true
    }
}

impl Config {
    /// A gateway for these issuers, with the defaults of `docs/records-api.md`.
    pub fn new(
        listen: SocketAddr,
        store: StorePlace,
        signing_key: PathBuf,
        issuers: Vec<Issuer>,
    ) -> Self {
        Self {
            listen,
            store,
            signing_key,
            issuers,
            resource: DEFAULT_RESOURCE.to_owned(),
            public_url: None,
            bound_tokens_only: false,
            proof_nonce_required: false,
            development_http: false,
            ca_file: None,
            challenge_lifetime_s: 300,
            clock_skew_s: 60,
            delivery_grace_s: 7 * 24 * 60 * 60,
            max_amendments: 10,
            meanings: default_meanings(),
            reasons: default_reasons(),
            authority: Arc::new(AnyoneAccepted),
            timestamps: None,
            sessions: Sessions::default(),
            clock: Arc::new(SystemClock),
        }
    }
}

impl Issuer {
    /// An issuer whose people are named by `sub`, with the algorithms of the default policy.
    pub fn new(issuer: &str, client_id: &str) -> Self {
        Self {
            issuer: issuer.to_owned(),
            client_ids: vec![client_id.to_owned()],
            algorithms: ["ES256", "PS256", "RS256", "EdDSA"]
                .map(str::to_owned)
                .to_vec(),
            subject_claims: vec!["sub".to_owned()],
            acr_values: Vec::new(),
            required_amr: Vec::new(),
            max_age: None,
            names: NameSource::IdToken,
            introspection: None,
        }
    }
}

/// Signature types of ASTM E1762-95 that suit an amendment. A corrected record is an addendum, not a modification.
fn default_meanings() -> Vec<Meaning> {
    [
        (15, "Addendum Signature"),
        (5, "Verification Signature"),
        (13, "Review Signature"),
        (1, "Author's Signature"),
        (2, "Coauthor's Signature"),
        (6, "Validation Signature"),
    ]
    .map(|(arc, display)| Meaning {
        code: format!("1.2.840.10065.1.12.1.{arc}"),
        display: display.to_owned(),
    })
    .to_vec()
}

fn default_reasons() -> Vec<Reason> {
    [
        ("transcription-error", "Transcription error"),
        ("source-corrected", "Source document corrected"),
        ("late-entry", "Late entry"),
        ("unit-error", "Wrong unit"),
        ("clarification", "Clarification"),
        ("wrong-patient", "Entered for the wrong patient"),
    ]
    .map(|(code, text)| Reason {
        code: code.to_owned(),
        text: text.to_owned(),
    })
    .to_vec()
}
