//! What a gateway is told when it starts.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use evidence::{NameSource, Subject};
use records::wire::{Meaning, Reason};

use crate::clock::{Clock, SystemClock};

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
    /// The clock.
    pub clock: Arc<dyn Clock>,
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
            development_http: false,
            ca_file: None,
            challenge_lifetime_s: 300,
            clock_skew_s: 60,
            delivery_grace_s: 7 * 24 * 60 * 60,
            max_amendments: 10,
            meanings: default_meanings(),
            reasons: default_reasons(),
            authority: Arc::new(AnyoneAccepted),
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
