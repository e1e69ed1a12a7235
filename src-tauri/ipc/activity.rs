//! The activity log as the person at the screen may see it.
//!
//! It shows that every number is there, and what this person and the device did. What others did on a shared device is
//! named, and nothing more: not who, not which record, not under which reference. Nor does it say why a signature was not
//! applied; that stands in the file alone.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What `activity` and `save_activity` take.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct ActivityQuery {
    /// Which events.
    pub kind: ActivityKind,
    /// Part of a reference, a person's name or a detail, however it is written; empty: all.
    pub text: String,
    /// Only entries before this number: the `next` of the page before. None: the newest.
    pub before: Option<u32>,
}

/// Groups of events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "../ui/src/ipc/")]
pub enum ActivityKind {
    /// Every event.
    #[default]
    All,
    /// Ceremonies, their endings, the outbox, declining and saving.
    Signing,
    /// Sign-in, lock, unlock, switch, sign-out.
    Session,
    /// Signatures that were not applied, whatever refused them, locked signing, security events, a log that was tampered with.
    Security,
    /// The application itself: start, policy, the log.
    System,
}

/// The answer of `activity`: entries, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct ActivityPage {
    /// A page of them.
    pub entries: Vec<ActivityEntry>,
    /// For `ActivityQuery::before`; none on the last page.
    pub next: Option<u32>,
    /// How the whole log stands.
    pub chain: ChainView,
}

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct ActivityEntry {
    /// Its number.
    pub seq: u32,
    /// When.
    pub at: String,
    /// The event's stable name, as in the file. A refusal of any kind reads `signature_not_applied` here.
    pub event: String,
    /// The event in words, *verbatim*.
    pub title: String,
    /// More about it, *verbatim*; empty where there is nothing to say, or it is not this person's.
    pub detail: String,
    /// Who.
    pub actor: ActivityActor,
    /// Under which reference; none where there is none, or it is not this person's.
    pub reference: Option<String>,
}

/// Who did it, as far as this person may know.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "snake_case", tag = "kind", content = "name")]
#[ts(export_to = "../ui/src/ipc/")]
pub enum ActivityActor {
    /// Whoever is signed in now, by their printed name.
    You(String),
    /// Somebody else who used this device.
    Another,
    /// The application itself.
    Device,
}

/// Whether the log holds together. Also the answer of `check_chain`, which reads it from the first line to the last.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct ChainView {
    /// Every octet is accounted for.
    pub complete: bool,
    /// Entries that hold together, from the first.
    pub entries: u32,
    /// The files that they stand in, the oldest first and the current one last.
    pub segments: u32,
    /// When this was found out.
    pub checked_at: String,
    /// The newest receipt that anchors it, six digits.
    pub anchored_in: Option<String>,
    /// The last entry that the records service has; none where policy does not send them.
    pub shipped_through: Option<u32>,
    /// What is broken and where, *verbatim*.
    pub broken: Option<String>,
}
