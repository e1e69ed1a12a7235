//! What the person sees while a ceremony runs: the seven steps of the screen, the time left, and a way to bring the
//! sign-in page to the front.
//!
//! Nothing here carries an address, a code or a reason: those go to the audit log.

use std::sync::Arc;

use audit::Reference;
use jiff::Timestamp;
use serde::Serialize;

/// One report of a running ceremony.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The attempt has begun, and ends by itself at `ends_at`. Said again when it turns out that there is less time.
    Began {
        /// Under which the audit log keeps this attempt.
        reference: Reference,
        /// When the time limit strikes.
        ends_at: Timestamp,
    },
    /// A step changed its state.
    Step {
        /// Which one.
        step: Step,
        /// Its state now.
        state: StepState,
        /// Since when.
        at: Timestamp,
    },
    /// A page in the window wanted to go to a host that policy does not allow. The window stayed where it was.
    HostRefused {
        /// Which: IT has to know when a sign-in gets stuck there.
        host: String,
    },
}

/// The steps that a person can follow, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The challenge is here, the statement stands.
    Prepared,
    /// A separate, empty window is open.
    Window,
    /// Nobody was signed in there already.
    Preflight,
    /// The signer signs in.
    Signer,
    /// It is the person of the session.
    Identity,
    /// The evidence is sealed and sent.
    Sealed,
    /// The receipt is checked.
    Receipt,
}

impl Step {
    /// All steps in the order in which they happen.
    pub const ALL: [Self; 7] = [
        Self::Prepared,
        Self::Window,
        Self::Preflight,
        Self::Signer,
        Self::Identity,
        Self::Sealed,
        Self::Receipt,
    ];

    /// The stable name, as in the catalogue's `step-…`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Prepared => "prepared",
            Self::Window => "window",
            Self::Preflight => "preflight",
            Self::Signer => "signer",
            Self::Identity => "identity",
            Self::Sealed => "sealed",
            Self::Receipt => "receipt",
        }
    }
}

/// How far a step is. Steps that were not mentioned yet are to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// It has begun.
    UnderWay,
    /// It is finished.
    Done,
}

/// Where the reports go. It is called from the ceremony's task and must return at once.
pub type Sink = Arc<dyn Fn(Progress) + Send + Sync>;
