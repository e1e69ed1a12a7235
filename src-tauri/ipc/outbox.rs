//! Sealed signatures that are not recorded yet, or were refused.

use serde::Serialize;
use ts_rs::TS;

/// The answer of `outbox`. Worth asking again whenever `app-state` is told.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct OutboxView {
    /// This person's, the newest first.
    pub entries: Vec<OutboxEntry>,
    /// How many more wait for other people who use this device: a number, never which.
    pub others: u32,
    /// How many files cannot be opened. They are never deleted.
    pub unreadable: u32,
    /// What waits is still there after a restart.
    pub durable: bool,
}

/// One sealed signature.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct OutboxEntry {
    /// For `save_evidence`.
    pub signature_id: String,
    /// `AM-1207`, one or more.
    pub amendments: Vec<String>,
    /// `Laboratory result`, *verbatim*.
    pub kind: String,
    /// `LAB-88123`.
    pub record: String,
    /// `P-20418`.
    pub patient: String,
    /// The meaning's standard name.
    pub meaning: String,
    /// When it was sealed.
    pub sealed_at: String,
    /// How it stands.
    pub state: OutboxState,
    /// How often it was sent.
    pub attempts: u32,
    /// When it is sent again; none once it was refused.
    pub next_try: Option<String>,
    /// What the last attempt met, *verbatim*.
    pub why: Option<String>,
    /// What to do, *verbatim*.
    pub remedy: Option<String>,
    /// The reference under which the audit log has it.
    pub reference: String,
}

/// Whether it is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "../ui/src/ipc/")]
pub enum OutboxState {
    /// It is.
    Waiting,
    /// The records service refused it for good. It is kept for the record.
    Refused,
}
