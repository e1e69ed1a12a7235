//! The worklist, and one amendment with the text that would be signed.

use serde::Serialize;
use ts_rs::TS;

use super::Draft;

/// The answer of `worklist`.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct Worklist {
    /// All pending amendments, most urgent first.
    pub items: Vec<WorklistItem>,
    /// When it was read.
    pub read_at: String,
}

/// One row of the worklist.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct WorklistItem {
    /// `AM-1207`.
    pub id: String,
    /// `Laboratory result`, *verbatim*.
    pub kind: String,
    /// `LAB-88123`.
    pub record: String,
    /// `P-20418`.
    pub patient: String,
    /// The first change: field label, old and new as shown.
    pub first_change: ChangeView,
    /// How many more fields change.
    pub more_changes: u32,
    /// Who asked.
    pub requested_by: String,
    /// When.
    pub requested_at: String,
    /// Until when it is wanted.
    pub due_at: String,
    /// Signatures given and needed.
    pub signatures_given: u32,
    /// See above.
    pub signatures_required: u32,
    /// The record changed since the amendment was proposed, or since this person read it.
    pub changed: bool,
}

/// One field that changes.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct ChangeView {
    /// The field's label, *verbatim*.
    pub label: String,
    /// What the record says now; empty when it says nothing.
    pub base: String,
    /// What it would say.
    pub proposed: String,
}

/// The answer of `review`: one amendment, side by side.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct Review {
    /// `AM-1207`.
    pub id: String,
    /// `Laboratory result: haemoglobin, 21.7 becomes 12.7 g/dL`, *verbatim*.
    pub title: String,
    /// `Laboratory result`.
    pub kind: String,
    /// `LAB-88123`.
    pub record: String,
    /// `P-20418`.
    pub patient: String,
    /// When it is due.
    pub due_at: String,
    /// The record's version now, and since when.
    pub base_version: String,
    /// See above.
    pub base_since: String,
    /// The version that a signature makes of it.
    pub next_version: String,
    /// Every field, in reading order.
    pub fields: Vec<FieldRow>,
    /// Why, in the requester's words.
    pub why: String,
    /// Who asked, with role.
    pub requested_by: String,
    /// See above.
    pub requested_role: String,
    /// When.
    pub requested_at: String,
    /// Signatures that earlier versions of this record carry.
    pub signatures: Vec<EarlierSignature>,
    /// Identifies exactly what was read; goes back with `begin_signing`.
    pub etag: String,
    /// The text that will be signed, with slots for meaning and reason.
    pub text: Vec<TextPart>,
    /// The draft that this person left here, if any.
    pub draft: Option<Draft>,
}

/// One field of both versions.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct FieldRow {
    /// The field's label, *verbatim*.
    pub label: String,
    /// What the record says now; empty when it says nothing.
    pub base: String,
    /// What it would say.
    pub proposed: String,
    /// They differ.
    pub changed: bool,
}

/// A signature that a version of this record carries (its manifestation).
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct EarlierSignature {
    /// The printed name.
    pub name: String,
    /// Which version.
    pub version: String,
    /// The meaning's standard name.
    pub meaning: String,
    /// When.
    pub signed_at: String,
    /// The receipt's number.
    pub receipt: String,
}

/// A piece of the text to sign.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind", content = "text")]
#[ts(export_to = "../ui/src/ipc/")]
pub enum TextPart {
    /// As it stands.
    Plain(String),
    /// As it stands, shown bold: what the person chose.
    Chosen(String),
    /// Still to be chosen; the text is what the gap says.
    Slot(String),
}
