//! The state of the application, and what could not be done.

use serde::Serialize;
use ts_rs::TS;

use super::{Allowed, EndedView, IdleRule, LockedView, NewcomerView, Profile};

/// Everything the pages need to draw their first screen. Answer of `app_state`; also the payload of the event `app-state`.
///
/// While the screen is locked there is nothing in it of a record, and no `session`: only what stands in `locked`.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export_to = "../ui/src/ipc/")]
pub struct AppState {
    /// Which of the screens outside of work applies.
    pub phase: Phase,
    /// Why the session ended, when the pages should say so.
    pub ended: Option<SessionEnd>,
    /// More about that end, where it was not the person's own doing.
    pub ended_detail: Option<EndedView>,
    /// What could not be done while the pages began anew, so that no answer of a command reached them.
    pub trouble: Option<Fault>,
    /// Shown when `phase` is `Blocked`: what is wrong and what to do.
    pub blocked: Option<Fault>,
    /// The person who is signed in, where the screen is not locked.
    pub session: Option<SessionView>,
    /// The locked screen.
    pub locked: Option<LockedView>,
    /// Who would take over, in the phase `SwitchUser`.
    pub switch_to: Option<NewcomerView>,
    /// Whose device this is.
    pub profile: Profile,
    /// What happens when nobody touches anything; none where nothing does.
    pub idle: Option<IdleRule>,
    /// What policy lets the pages offer.
    pub allowed: Allowed,
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
    /// Nothing is signed until IT has mended this, or until a restart: the policy is not the one any more that was read. The
    /// session stays.
    pub signing_stopped: Option<Fault>,
    /// Signing is locked for this session after repeated mismatches.
    pub signing_locked: bool,
    /// Tokens are not kept where policy wants them to be, and why: said in a banner.
    pub memory_only: Option<MemoryOnly>,
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
    /// Somebody is signed in behind a locked screen.
    Locked,
    /// The same, and the sign-in page is open to unlock it.
    Unlocking,
    /// Somebody else signed in to unlock it: `switch_to` is asked whether to take over.
    SwitchUser,
}

/// Why nobody is signed in any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "../ui/src/ipc/")]
pub enum SessionEnd {
    /// The person signed out.
    SignedOut,
    /// The identity provider no longer renews the session.
    Expired,
    /// It reached the longest time that policy allows.
    Absolute,
    /// Nobody touched anything, and policy ends a session for that.
    Idle,
    /// The same person signed in on another device, or IT ended it.
    Elsewhere,
    /// Somebody else took over the device.
    Switched,
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
    /// When it ends, whatever happens.
    pub until: Option<String>,
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
    /// Files there that do not open, as far as they were read.
    pub outbox_unreadable: u32,
    /// What waits there is still there after a restart: there is an outbox, and a keyring that keeps its key.
    pub outbox_durable: bool,
    /// The audit log verifies.
    pub audit_chain_ok: bool,
    /// Entries in the audit log.
    pub audit_entries: u32,
}

/// Why the session does not outlive the program, although policy wants it to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "../ui/src/ipc/")]
pub enum MemoryOnly {
    /// There is no keyring for its key.
    NoKeyring,
    /// The disk did not take its file.
    Disk,
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
