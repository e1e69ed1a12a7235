//! A file of evidence, verified.

use serde::Serialize;
use ts_rs::TS;

use super::Fault;

/// What became of a file. Answer of `verify_file`.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct Verification {
    /// The file's name, without its folder.
    pub file: String,
    /// Its size in octets.
    pub size: u32,
    /// When it was read.
    pub read_at: String,
    /// When the archive of keys that it was checked against was fetched.
    pub archive_at: String,
    /// Every step passed.
    pub valid: bool,
    /// The verdict, *verbatim*.
    pub title: String,
    /// What it means for whoever holds the file, *verbatim*.
    pub advice: String,
    /// The fourteen steps in order.
    pub steps: Vec<CheckedStep>,
    /// What the signature says: proven if `valid`, a claim otherwise. None when the file cannot be read so far.
    pub says: Option<SaysView>,
}

/// One of the fourteen steps.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct CheckedStep {
    /// Its stable name.
    pub name: String,
    /// What it proves, *verbatim*.
    pub text: String,
    /// How it ended.
    pub state: CheckedState,
    /// The same in words, *verbatim*.
    pub ended: String,
    /// The stable name of what does not hold.
    pub reason: Option<String>,
}

/// How a step of a verification ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "../ui/src/ipc/")]
pub enum CheckedState {
    /// It holds, here or by the receipt.
    Passed,
    /// It does not hold.
    Failed,
    /// It was not taken.
    NotRun,
}

/// What a signature says (21 CFR 11.50).
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct SaysView {
    /// The printed name.
    pub name: String,
    /// Date and time with zone, *verbatim*.
    pub signed_at: String,
    /// The meaning's standard name.
    pub meaning: String,
    /// The key of its sentence.
    pub meaning_key: String,
    /// The reason with its note.
    pub reason: String,
    /// The records, a line each, *verbatim*.
    pub records: Vec<String>,
    /// How the signer authenticated, *verbatim*.
    pub authenticated: Option<String>,
    /// The receipt's number.
    pub receipt: Option<String>,
}

/// What became of a file that was dropped on the window: one of the two. Payload of the event `dropped`.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct DroppedFile {
    /// It was read and checked.
    pub checked: Option<Verification>,
    /// It was not.
    pub fault: Option<Fault>,
}
