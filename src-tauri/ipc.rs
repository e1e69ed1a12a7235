//! What crosses between the pages and the shell: plain data, and never a token, code, key, cookie or URL that carries one.
//!
//! The TypeScript types in `ui/src/ipc/` are made from this file; a test says when they are stale.
//! Instants are RFC 3339 strings with offset. Texts marked *verbatim* are composed in Rust and shown as they are.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Everything the pages need to draw their first screen. Answer of `app_state`; also the payload of the event `app-state`.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct AppState {
    /// Which of the screens outside of work applies.
    pub phase: Phase,
    /// Why the session ended, when the pages should say so.
    pub ended: Option<SessionEnd>,
    /// Shown when `phase` is `Blocked`: what is wrong and what to do.
    pub blocked: Option<Fault>,
    /// The person who is signed in.
    pub session: Option<SessionView>,
    /// `https://id.clinic.example`, for the sign-in and the sign panel.
    pub issuer_origin: String,
    /// How sign-in opens: `system_browser` or `window`.
    pub sign_in_agent: String,
    /// The device's name, as it stands in statements.
    pub device: String,
    /// Seconds that a signing attempt may take.
    pub timeout_s: u32,
    /// The meanings that policy offers, the default first.
    pub meanings: Vec<MeaningChoice>,
    /// The reasons that policy offers.
    pub reasons: Vec<ReasonChoice>,
    /// "en" or "de".
    pub locale: String,
    /// Signing is locked for this session after repeated mismatches.
    pub signing_locked: bool,
    /// Where tokens are kept is not what policy asked for (no keyring): said in a banner.
    pub memory_only: bool,
    /// The state of the lines in the status bar.
    pub status: StatusView,
    /// The product's version.
    pub version: String,
}

/// The screens outside of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "../ui/src/ipc/")]
pub enum Phase {
    /// Something that IT must mend (policy, WebView, audit log) stops everything.
    Blocked,
    /// Nobody is signed in.
    SignedOut,
    /// The sign-in page is open.
    SigningIn,
    /// Somebody is signed in.
    SignedIn,
    /// A ceremony is under way: `ceremony_state` tells which and how far.
    Ceremony,
}

/// Why nobody is signed in any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "../ui/src/ipc/")]
pub enum SessionEnd {
    /// The person signed out.
    SignedOut,
    /// The identity provider no longer renews the session, or it reached its limit.
    Expired,
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct SessionView {
    /// The printed name.
    pub name: String,
    /// The role, when the directory names one.
    pub role: Option<String>,
    /// When the session began.
    pub since: String,
}

/// The three lines of the status bar.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct StatusView {
    /// The records API answered last time.
    pub records_connected: bool,
    /// Sealed signatures that wait to be delivered.
    pub outbox: u32,
    /// What waits there is still there after a restart: there is an outbox, and a keyring that keeps its key.
    pub outbox_durable: bool,
    /// The audit log verifies.
    pub audit_chain_ok: bool,
    /// Entries in the audit log.
    pub audit_entries: u32,
}

/// A coded meaning of a signature.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct MeaningChoice {
    /// ASTM E1762 code.
    pub code: String,
    /// Its standard English name, the same in every language.
    pub display: String,
    /// The key of its sentence in the catalogue, as `meaning-…`.
    pub text_key: String,
}

/// A coded reason for a change.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct ReasonChoice {
    /// The code that the statement carries.
    pub code: String,
    /// What the person reads, in the current language.
    pub text: String,
}

/// Something that could not be done: text and remedy are *verbatim* from the catalogue.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct Fault {
    /// A stable name.
    pub code: String,
    /// What happened.
    pub text: String,
    /// What to do.
    pub remedy: String,
    /// Under which reference the detail stands in the audit log.
    pub reference: Option<String>,
}

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
