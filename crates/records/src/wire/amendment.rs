//! Amendments: proposed changes to one record version each, waiting for a signature.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Octets, Progress};
use crate::fields::{Kind, Summary};

/// One page of the worklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AmendmentPage {
    /// The amendments of this page, most urgent first.
    pub amendments: Vec<AmendmentSummary>,
    /// Where the next page starts; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// How many amendments there are in this state over all pages.
    pub total: u64,
}

/// One row of the worklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AmendmentSummary {
    /// The amendment's identifier, as people quote it: `AM-1207`.
    pub id: String,
    /// What kind of record is amended.
    pub kind: Kind,
    /// The patient's pseudonym.
    pub patient: String,
    /// The record version that this amendment changes.
    pub record: RecordVersion,
    /// Who asked for the change.
    pub requested_by: Person,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    pub requested_at: Timestamp,
    /// When it should be signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<Timestamp>,
    /// Where it stands.
    pub state: AmendmentState,
    /// Signatures given so far.
    pub signatures_given: u32,
    /// Signatures needed before the change is committed.
    pub signatures_required: u32,
    /// Whether the caller has signed it already and somebody else has to give the other signature.
    pub signed_by_you: bool,
    /// The first change and how many follow.
    pub changed: Summary,
}

/// One amendment with everything that its signer has to see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Amendment {
    /// The amendment's identifier.
    pub id: String,
    /// What kind of record is amended.
    pub kind: Kind,
    /// The patient's pseudonym.
    pub patient: String,
    /// The record version that this amendment changes.
    pub record: RecordVersion,
    /// The record as it stands in that version, octet by octet.
    #[schema(value_type = String, format = Byte)]
    pub base: Octets,
    /// The record as it becomes when signed, octet by octet.
    #[schema(value_type = String, format = Byte)]
    pub proposed: Octets,
    /// Why the change is asked for, in the words of who asked.
    pub why: String,
    /// Who asked for the change.
    pub requested_by: Person,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    pub requested_at: Timestamp,
    /// When it should be signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<Timestamp>,
    /// Since when the base version stands.
    #[schema(value_type = String, format = DateTime)]
    pub base_since: Timestamp,
    /// Where the amendment stands. `Changed`: the record has moved on, so it cannot be signed as it is.
    pub state: AmendmentState,
    /// The version that the record has now; differs from `record.base_version` when `state` is `Changed`.
    pub current_version: String,
    /// The record as it stands now, octet by octet; absent while that is the base version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Byte)]
    pub current: Option<Octets>,
    /// Signatures given so far.
    pub signatures_given: u32,
    /// Signatures needed before the change is committed.
    pub signatures_required: u32,
    /// Whether the caller has signed it already and somebody else has to give the other signature.
    pub signed_by_you: bool,
    /// Earlier signatures on this record, oldest first.
    pub signatures: Vec<EarlierSignature>,
    /// The first change and how many follow.
    pub changed: Summary,
    /// The entity tag to send as `If-Match`, quotes included. It changes whenever what would be signed changes.
    pub etag: String,
}

impl Amendment {
    /// How far this amendment's signatures are.
    pub fn progress(&self) -> Progress {
        Progress {
            amendment: self.id.clone(),
            signatures_given: self.signatures_given,
            signatures_required: self.signatures_required,
        }
    }
}

/// Where an amendment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AmendmentState {
    /// Waits for a signature.
    Pending,
    /// Waits, but the record has changed under it: it has to be read, and proposed, again.
    Changed,
    /// Signed as often as required; the record has its new version.
    Signed,
    /// Declined.
    Declined,
}

/// A record in one version.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct RecordVersion {
    /// The system that keeps the record.
    pub system: String,
    /// The resource type in that system.
    #[serde(rename = "type")]
    pub kind: String,
    /// The record's identifier in that system.
    pub id: String,
    /// The version that is amended.
    pub base_version: String,
}

/// Somebody, as a person reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Person {
    /// Printed name.
    pub name: String,
    /// What they do here, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
}

/// A signature that a record already carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EarlierSignature {
    /// The signer's printed name.
    pub name: String,
    /// The record version that was signed.
    pub version: String,
    /// The meaning of the signature, by its standard name.
    pub meaning: String,
    /// When it was received.
    #[schema(value_type = String, format = DateTime)]
    pub signed_at: Timestamp,
    /// The number of its receipt.
    pub receipt: u64,
}
