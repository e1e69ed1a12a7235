//! What is being signed: who, which record versions, which bytes, with what meaning, why, and how it was asked.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::canonical;
use crate::digest::{is_sha256_hex, sha256_hex};
use crate::error::EvidenceError;
use crate::subject::Subject;

/// The signed statement, version 1. Its canonical octets are what the commitment hashes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Always version 1.
    #[serde(rename = "type")]
    pub kind: StatementType,
    /// UUIDv7, made by the client.
    pub signature_id: Uuid,
    /// The records API's single-use challenge.
    pub challenge: String,
    /// What is signed. At least one, each amendment once.
    pub amendments: Vec<SignedAmendment>,
    /// Who signs.
    pub signer: Signer,
    /// What the signature means (21 CFR 11.50(a)(3)).
    pub meaning: Meaning,
    /// Why the record changes.
    pub reason: Reason,
    /// SHA-256 of the exact text that was presented.
    pub shown_sha256: String,
    /// When **Sign** was pressed, by the client's clock.
    pub requested_at: LocalTime,
    /// The signer's time zone, by its IANA name.
    pub time_zone: String,
    /// How the identity provider was asked.
    pub authentication: Authentication,
    /// What asked.
    pub client: ClientInfo,
}

/// The statement's `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum StatementType {
    /// Version 1.
    #[default]
    #[serde(rename = "urn:countersign:statement:v1")]
    V1,
}

/// One amendment, bound by digests of its octets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedAmendment {
    /// The amendment's own identifier at the records API.
    pub id: String,
    /// The record and the version that the amendment starts from.
    pub record: RecordRef,
    /// SHA-256 of the base version's octets.
    pub base_sha256: String,
    /// SHA-256 of the proposed version's octets.
    pub proposed_sha256: String,
    /// SHA-256 of the proposed version's canonical form, which survives re-serialization.
    pub proposed_canonical_sha256: String,
    /// Which canonical form.
    pub canonicalization: Canonicalization,
}

/// A version of a record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordRef {
    /// The system that keeps the record, as an absolute URI.
    pub system: String,
    /// Its type there, for example `Observation`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its identifier there.
    pub id: String,
    /// The version that the signer saw as the base.
    pub base_version: String,
}

/// How [`SignedAmendment::proposed_canonical_sha256`] was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Canonicalization {
    /// RFC 8785 over the record as JSON.
    #[default]
    #[serde(rename = "urn:ietf:rfc:8785")]
    Jcs,
}

/// Who signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signer {
    /// The issuer that authenticates them.
    pub iss: String,
    /// The claims that identify them there.
    pub subject: std::collections::BTreeMap<String, String>,
    /// The printed name (21 CFR 11.50(a)(1)), from the directory or session, never free text.
    pub name: String,
}

impl Signer {
    /// The signer as a subject, to be compared.
    pub fn as_subject(&self) -> Subject {
        Subject {
            iss: self.iss.clone(),
            claims: self.subject.clone(),
        }
    }
}

/// What the signature means, from the ASTM E1762-95 code system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meaning {
    /// The code system.
    pub system: MeaningSystem,
    /// For example `1.2.840.10065.1.12.1.15`.
    pub code: String,
    /// As shown to the signer.
    pub display: String,
}

/// The code system of meanings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum MeaningSystem {
    /// ASTM E1762-95 (2013).
    #[default]
    #[serde(rename = "urn:iso-astm:E1762-95:2013")]
    AstmE1762,
}

/// Why the record changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// From the policy's list.
    pub code: String,
    /// As shown to the signer, or as they wrote it.
    pub text: String,
}

/// How the identity provider was asked to authenticate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authentication {
    /// The `prompt` parameter.
    pub prompt: String,
    /// The `max_age` parameter, where policy sends one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub max_age: Option<u32>,
    /// The `acr_values` parameter: any one of these satisfies it. Empty if none was demanded.
    pub acr_values: Vec<String>,
    /// What showed the provider's pages: `window`, `browser` or `print`.
    pub agent: String,
}

/// What asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientInfo {
    /// The OAuth client that the ID token is for.
    pub client_id: String,
    /// The application's version.
    pub version: String,
    /// The application's build.
    pub build: String,
    /// The device's name.
    pub device: String,
    /// Where the device's activity log stood, if it keeps one: whoever holds the evidence, or its receipt, can tell later
    /// whether that log was cut off or written anew.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub audit_head: Option<AuditHead>,
}

/// The last entry of an activity log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditHead {
    /// Its number, from 1 and below 2^53.
    pub seq: u64,
    /// Its hash.
    pub sha256: String,
}

impl AuditHead {
    fn has_its_form(&self) -> bool {
        (1..1 << 53).contains(&self.seq) && is_sha256_hex(&self.sha256)
    }
}

impl SignedAmendment {
    /// Hashes both versions of a record as the records API delivered them.
    pub fn new(
        id: String,
        record: RecordRef,
        base: &[u8],
        proposed: &[u8],
    ) -> Result<Self, EvidenceError> {
        let canonical = canonical::record_octets(proposed).map_err(EvidenceError::Record)?;
        Ok(Self {
            id,
            record,
            base_sha256: sha256_hex(base),
            proposed_sha256: sha256_hex(proposed),
            proposed_canonical_sha256: sha256_hex(&canonical),
            canonicalization: Canonicalization::Jcs,
        })
    }
}

impl Statement {
    /// The canonical octets: what is hashed, and what the signed message carries.
    pub fn octets(&self) -> Result<Vec<u8>, EvidenceError> {
        Ok(canonical::to_octets(self)?)
    }

    /// SHA-256 of the canonical octets.
    pub fn sha256(&self) -> Result<String, EvidenceError> {
        Ok(sha256_hex(&self.octets()?))
    }

    /// What the types alone do not say. Making and verifying ask the same.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        let mut ids = BTreeSet::new();
        let mut records = BTreeSet::new();
        let rules = [
            (self.signature_id.get_version_num() == 7, "signature_id"),
            (!self.challenge.is_empty(), "challenge"),
            (!self.amendments.is_empty(), "amendments"),
            (
                self.amendments.iter().all(|one| ids.insert(&one.id)),
                "amendments.id",
            ),
            (
                self.amendments.iter().all(|one| {
                    records.insert((&one.record.system, &one.record.kind, &one.record.id))
                }),
                "amendments.record",
            ),
            (
                self.amendments.iter().all(digests_have_their_form),
                "amendments.sha256",
            ),
            (is_sha256_hex(&self.shown_sha256), "shown_sha256"),
            (!self.signer.iss.is_empty(), "signer.iss"),
            (!self.signer.subject.is_empty(), "signer.subject"),
            (!self.signer.name.trim().is_empty(), "signer.name"),
            (
                !self.meaning.code.is_empty() && !self.meaning.display.is_empty(),
                "meaning",
            ),
            (
                !self.reason.code.is_empty() && !self.reason.text.is_empty(),
                "reason",
            ),
            (!self.time_zone.is_empty(), "time_zone"),
            (!self.client.client_id.is_empty(), "client.client_id"),
            (
                (self.client.audit_head.as_ref()).is_none_or(AuditHead::has_its_form),
                "client.audit_head",
            ),
        ];
        rules
            .iter()
            .find(|(holds, _)| !holds)
            .map_or(Ok(()), |(_, rule)| Err(rule))
    }
}

fn digests_have_their_form(amendment: &SignedAmendment) -> bool {
    [
        &amendment.base_sha256,
        &amendment.proposed_sha256,
        &amendment.proposed_canonical_sha256,
    ]
    .into_iter()
    .all(|digest| is_sha256_hex(digest))
}

/// An instant as it was on the signer's wall: RFC 3339 to the second, with the zone's offset to the minute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LocalTime {
    instant: Timestamp,
    offset: Offset,
}

impl LocalTime {
    /// An instant in a zone. Fractions of a second, and of a minute of offset, are dropped.
    pub fn new(instant: Timestamp, offset_seconds: i32) -> Option<Self> {
        Some(Self {
            instant: Timestamp::from_second(instant.as_second()).ok()?,
            offset: Offset::from_seconds(offset_seconds - offset_seconds % 60).ok()?,
        })
    }

    /// The instant.
    pub fn instant(&self) -> Timestamp {
        self.instant
    }
}

impl From<&jiff::Zoned> for LocalTime {
    fn from(zoned: &jiff::Zoned) -> Self {
        let offset = zoned.offset();
        Self::new(zoned.timestamp(), offset.seconds()).unwrap_or(Self {
            instant: zoned.timestamp(),
            offset,
        })
    }
}

impl std::fmt::Display for LocalTime {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.instant.display_with_offset(self.offset).fmt(formatter)
    }
}

impl From<LocalTime> for String {
    fn from(time: LocalTime) -> Self {
        time.to_string()
    }
}

impl TryFrom<String> for LocalTime {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const NOT_A_TIME: &str = "not an RFC 3339 time with an offset";
        let pieces = jiff::fmt::temporal::DateTimeParser::new();
        let instant = pieces.parse_timestamp(&text).map_err(|_| NOT_A_TIME)?;
        let offset = offset_seconds(&text).ok_or(NOT_A_TIME)?;
        let time = Self::new(instant, offset).ok_or(NOT_A_TIME)?;
        if time.to_string() == text {
            Ok(time)
        } else {
            Err(NOT_A_TIME)
        }
    }
}

/// The offset at the end of an RFC 3339 time: `+hh:mm` or `-hh:mm`.
fn offset_seconds(text: &str) -> Option<i32> {
    let (sign, rest) = match text
        .len()
        .checked_sub(6)
        .and_then(|start| text.get(start..))?
        .split_at_checked(1)?
    {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    Some(sign * (hours.parse::<i32>().ok()? * 3600 + minutes.parse::<i32>().ok()? * 60))
}
