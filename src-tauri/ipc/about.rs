//! What this installation is, what IT decided, and whether everything works. No secret, nothing of a record.

use serde::Serialize;
use ts_rs::TS;

/// The answer of `about`.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct AboutView {
    /// The product's version.
    pub version: String,
    /// Which build of it, as it stands in statements.
    pub build: String,
    /// The device's name, as it stands in statements.
    pub device: String,
    /// Every policy value that applies, in the order of the table.
    pub policy: Vec<PolicyRow>,
}

/// One policy value.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct PolicyRow {
    /// `identity.issuer`.
    pub key: String,
    /// As a person reads it; empty when it says that there is none.
    pub value: String,
    /// Who set it.
    pub source: PolicySource,
    /// Where it stands: a path, a registry key, what the program goes by. Empty for a default.
    pub place: String,
    /// IT set it, so that it cannot be changed here.
    pub locked: bool,
    /// What it is for: the sentence of the table, which is written in English.
    pub description: String,
}

/// Who set a policy value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "../ui/src/ipc/")]
pub enum PolicySource {
    /// IT, in the place of this operating system.
    Machine,
    /// The file named on the command line.
    File,
    /// The person, in their settings.
    User,
    /// The program itself.
    Program,
    /// Nobody.
    Default,
}

/// The answer of `run_checks`, which asks everything anew and takes as long as the slowest answer.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct Checks {
    /// When.
    pub at: String,
    /// What was looked at.
    pub rows: Vec<CheckRow>,
    /// All of it and the policy as plain text: what `save_diagnostics` saves, for the clipboard.
    pub report: String,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct CheckRow {
    /// A stable name.
    pub name: String,
    /// What it is, *verbatim*.
    pub title: String,
    /// How it stands.
    pub state: CheckState,
    /// What was found, *verbatim*.
    pub detail: String,
    /// What to do, *verbatim*.
    pub remedy: Option<String>,
}

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "../ui/src/ipc/")]
pub enum CheckState {
    /// It works.
    Ok,
    /// It works; somebody should look at it.
    Attention,
    /// It does not work.
    Failed,
    /// This policy does without it.
    NotNeeded,
}
