//! The screen locks, is unlocked, and passes to somebody else; what a session that ended by itself left to say.
//!
//! Nothing here is about a record. While the screen is locked the pages hold none of what they had read, and ask for it again
//! after the unlock.

use serde::Serialize;
use ts_rs::TS;

/// The locked screen. Set in the phases `Locked`, `Unlocking` and `SwitchUser`.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct LockedView {
    /// The printed name of whoever is signed in behind it.
    pub name: String,
    /// Since when.
    pub since: String,
    /// What locked it.
    pub reason: LockReason,
    /// After so many seconds without input, where that was the reason.
    pub idle_s: Option<u32>,
    /// How many amendments this person filled in and did not sign: a number, never which.
    pub entries: u32,
    /// A signature was under way, and ended with the lock: nothing was signed.
    pub signature_cancelled: bool,
    /// The person locked it for somebody else: whether they take over is asked at once.
    pub switch_asked: bool,
}

/// What locked the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "../ui/src/ipc/")]
pub enum LockReason {
    /// Nobody touched anything for as long as policy allows.
    Idle,
    /// The person did.
    Person,
    /// The desktop was locked, or the computer slept.
    System,
    /// The application was started again, and its person had locked it or been away.
    Restart,
}

/// Whoever signed in to unlock, and is not the person of the session. They decide whether the session behind the lock ends.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct NewcomerView {
    /// The printed name.
    pub name: String,
}

/// What can be said of a session that ended without the person asking for it: beside `ended`, until somebody signs in.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct EndedView {
    /// Whose it was; none on a kiosk, where nothing of a person stays.
    pub name: Option<String>,
    /// When it began here.
    pub since: String,
    /// When it ended.
    pub at: String,
    /// With `Elsewhere`: the device on which the person signed in, as the records service names it. None where IT ended it.
    pub device: Option<String>,
    /// Whether a signature was under way that ended with the session, so that nothing was signed. None as long as that is not
    /// known, and where it was sealed already: then the worklist and the outbox say what became of it.
    pub signature_cancelled: Option<bool>,
    /// Under which reference the detail stands in the audit log.
    pub reference: Option<String>,
}

/// Whose device this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "../ui/src/ipc/")]
pub enum Profile {
    /// One person's at a time, for hours.
    Workstation,
    /// Everybody's, for minutes: large controls, a visible countdown, nothing kept.
    Kiosk,
}

/// What happens when nobody touches anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct IdleRule {
    /// After so many seconds.
    pub after_s: u32,
    /// This.
    pub then: IdleEnd,
}

/// See [`IdleRule`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "../ui/src/ipc/")]
pub enum IdleEnd {
    /// The screen locks; the session goes on behind it.
    Lock,
    /// The session ends.
    SignOut,
}

/// How long until [`IdleRule`] takes effect. Payload of the event `idle`: told once a second while there is a countdown to
/// show (on a kiosk always, on a workstation in the last minute), and once without a number when there is none any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct IdleView {
    /// Seconds left.
    pub left_s: Option<u32>,
}

/// What policy lets the pages offer. What is false here is refused by its command too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct Allowed {
    /// Dialogs that choose or save a file.
    pub files: bool,
    /// The print dialog, which can save a file too.
    pub printing: bool,
    /// Locking the screen by hand, and passing it to somebody else.
    pub locking: bool,
}
