//! What a person chooses, how far the ceremony is, how it ended.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Fault, WorklistItem};

/// What a person entered and did not yet sign.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct Draft {
    /// ASTM code.
    pub meaning: String,
    /// Reason code.
    pub reason: String,
    /// Free text, part of the signature.
    pub note: String,
}

/// What `begin_signing` takes.
#[derive(Clone, Debug, PartialEq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct SignRequest {
    /// Which amendment.
    pub id: String,
    /// What was read: `Review::etag`.
    pub etag: String,
    /// Meaning, reason, note.
    pub draft: Draft,
    /// The text as the page displayed it (its `textContent`): compared with what is about to be hashed.
    pub shown_text: String,
}

/// How far a ceremony is. Answer of `ceremony_state`; payload of the event `ceremony`.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct CeremonyView {
    /// Which amendment, and its record and patient, for the task line.
    pub amendment: String,
    /// See above.
    pub record: String,
    /// See above.
    pub patient: String,
    /// The seven steps in order.
    pub steps: Vec<StepView>,
    /// When the attempt ends by itself.
    pub ends_at: String,
    /// The exact beginning of the window's title.
    pub origin: String,
    /// Set when it ended.
    pub ending: Option<EndingView>,
}

/// One of the seven steps: prepared, window, preflight, signer, identity, sealed, receipt.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct StepView {
    /// A stable name, a key of the catalogue as `step-…`.
    pub name: String,
    /// Done, under way or to come.
    pub state: StepState,
    /// When it was done.
    pub at: Option<String>,
}

/// The state of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "../ui/src/ipc/")]
pub enum StepState {
    /// Finished.
    Done,
    /// Under way.
    Now,
    /// To come.
    Todo,
}

/// How a ceremony ended. `not_applied` covers every refusal with one text.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(
    rename_all = "snake_case",
    rename_all_fields = "camelCase",
    tag = "kind",
    content = "detail"
)]
#[ts(export_to = "../ui/src/ipc/")]
pub enum EndingView {
    /// Recorded, receipt checked.
    Signed(Box<SignedView>),
    /// The uniform text with this reference.
    NotApplied {
        /// `7F3K-2QX9`.
        reference: String,
    },
    /// The signer cancelled or closed the window.
    Cancelled,
    /// The time limit.
    TimedOut,
    /// A network fault before anything was sealed; text and remedy from the catalogue.
    Network(Fault),
    /// Something on this machine (clock, port, display, WebView); text and remedy from the catalogue.
    Local(Fault),
    /// The record is not what was read any more.
    RecordChanged(Box<RecordChangedView>),
    /// Sealed; whether it is recorded is being asked.
    Unconfirmed {
        /// `7F3K-2QX9`.
        reference: String,
    },
    /// Repeated mismatches: signing is locked for this session.
    SigningLocked {
        /// `7F3K-2QX9`.
        reference: String,
        /// How often a signature was not applied.
        attempts: u32,
        /// When the security event was accepted; none while that is not known, and then nobody is said to have been told.
        reported_at: Option<String>,
    },
}

/// The manifestation of a signature (§11.50).
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct SignedView {
    /// For `save_evidence`.
    pub signature_id: String,
    /// The printed name.
    pub name: String,
    /// The role, when the directory names one.
    pub role: Option<String>,
    /// `24 November 2026, 14:33:41 CET (UTC+01:00)`, *verbatim*.
    pub signed_at: String,
    /// The meaning's standard name.
    pub meaning: String,
    /// The key of its sentence.
    pub meaning_key: String,
    /// The reason, in the current language.
    pub reason: String,
    /// The note.
    pub note: String,
    /// `Laboratory result`.
    pub kind: String,
    /// `LAB-88123`.
    pub record: String,
    /// `P-20418`.
    pub patient: String,
    /// Versions before and after.
    pub base_version: String,
    /// See above.
    pub new_version: String,
    /// Labels of the changed fields.
    pub changed: Vec<String>,
    /// The receipt's number, six digits.
    pub receipt: String,
    /// The next amendment in the worklist, if any.
    pub next: Option<WorklistItem>,
}

/// What was read, what it is now, what was proposed.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct RecordChangedView {
    /// The amendment.
    pub id: String,
    /// `LAB-88123`.
    pub record: String,
    /// `P-20418`.
    pub patient: String,
    /// The version that was read.
    pub read_version: String,
    /// The version now, when known.
    pub now_version: Option<String>,
    /// Field by field: what was read, what is now, what was proposed.
    pub fields: Vec<ChangedField>,
    /// Under which reference the detail stands in the audit log.
    pub reference: String,
}

/// One field in `RecordChangedView`.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct ChangedField {
    /// The field's label.
    pub label: String,
    /// What was read.
    pub read: String,
    /// What it is now.
    pub now: String,
    /// What was proposed.
    pub proposed: String,
}
