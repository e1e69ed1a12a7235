//! The order of events of one signature. Pure: nothing here waits, asks, reads a clock or writes.
//!
//! Each state is a type and each transition consumes the one before, so an illegal order does not compile:
//!
//! ```compile_fail,E0599
//! use ceremony::states::{AwaitingSigner, Ceremony, Kept};
//!
//! fn submit_what_nobody_authenticated_for(ceremony: Ceremony<AwaitingSigner>, kept: Kept) {
//!     ceremony.submitting(kept);
//! }
//! ```
//!
//! ```compile_fail,E0382
//! use ceremony::states::{Ceremony, Challenged};
//! use url::Url;
//!
//! fn listen_twice(ceremony: Ceremony<Challenged>, here: Url, there: Url) {
//!     let first = ceremony.listening(here);
//!     let second = ceremony.listening(there);
//! }
//! ```
//!
//! The legal order does:
//!
//! ```
//! use ceremony::states::{Ceremony, Challenged, Kept, Listening, Sealed, Submitting};
//! use url::Url;
//!
//! fn listen(ceremony: Ceremony<Challenged>, here: Url) -> Ceremony<Listening> {
//!     ceremony.listening(here)
//! }
//!
//! fn submit(ceremony: Ceremony<Sealed>, kept: Kept) -> Ceremony<Submitting> {
//!     ceremony.submitting(kept)
//! }
//! ```
//!
//! What a transition refuses is an [`Ending`](crate::Ending); the driver in between brings what the next transition needs.

mod authentication;
mod delivery;
mod preparation;

use std::sync::Arc;

use evidence::{Authorization, OneTimeKey, Prepared as Committed, VerifiedEvidence};
use identity::{Code, Expectations, Pending, ProofKey};
use jiff::Timestamp;
use policy::Policy;
use records::{Challenge, Waiting};
use url::Url;
use uuid::Uuid;

use crate::demands::Strength;
use crate::ending::Recorded as Standing;
use crate::request::Request;

/// One signature, in one state.
pub struct Ceremony<S> {
    plan: Plan,
    state: S,
}

/// What stays the same from the first state to the last.
struct Plan {
    request: Request,
    policy: Arc<Policy>,
    agent: &'static str,
    started_at: Timestamp,
}

/// The signer pressed **Sign**.
pub struct Prepared(());

/// The records API's challenge is here, and the statement is committed to.
pub struct Challenged {
    challenge: Challenge,
    strength: Strength,
    committed: Committed,
    /// The one-time key in its second use: the ceremony's tokens are bound to it.
    proof_key: ProofKey,
}

/// The callback's port is bound.
pub struct Listening {
    challenged: Challenged,
    redirect_uri: Url,
}

/// It was looked whether the empty jar signs somebody in.
pub struct Preflighted(Listening);

/// The sign-in page is shown.
pub struct AwaitingSigner {
    challenged: Challenged,
    pending: Pending,
}

/// The identity provider sent a code.
pub struct CodeReceived {
    challenged: Challenged,
    authorization: Authorization,
}

/// The person of the session, and nobody else, has just authenticated for this.
pub struct IdentityVerified {
    challenged: Challenged,
    authorization: Authorization,
    id_token: identity::IdToken,
}

/// The evidence is complete, verified by us, and the key that signed it is gone.
pub struct Sealed {
    evidence: VerifiedEvidence,
}

/// The evidence is safe and on its way.
pub struct Submitting {
    evidence: VerifiedEvidence,
    waiting: Waiting,
}

/// The records API committed it, and its receipt proves that.
pub struct Recorded {
    standing: Standing,
}

/// What chance contributes to one signature.
pub struct Chances {
    /// The signature's own name, a `UUIDv7`.
    pub signature_id: Uuid,
    /// Signs once, and proves that the ceremony's tokens are its own.
    pub key: Arc<OneTimeKey>,
    /// Hides the statement in the commitment.
    pub rz: [u8; 32],
}

/// What the preflight found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The provider would have to ask: nobody is signed in in there.
    NobodySignedIn,
    /// The empty jar signed somebody in by itself.
    SignedIn,
    /// Neither answer came, and policy goes on without one.
    Noted,
    /// Policy does not look.
    NotLooked,
}

/// What the code is exchanged with, and what must come of it.
pub struct Exchange {
    /// The request that it answers.
    pub pending: Pending,
    /// The code.
    pub code: Code,
    /// What the ID token has to prove.
    pub expectations: Expectations,
}

/// The evidence does not hold before our own eyes. Nothing of it is sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("self_check_failed: {why}")]
pub struct NotSealed {
    /// The step of the verification that does not hold; none when it did not come to one.
    pub step: Option<evidence::Step>,
    /// The stable name of the reason.
    pub why: String,
}

/// The evidence survives a power loss, or policy wants no outbox: only delivery makes one.
pub struct Kept(pub(crate) Waiting);

impl Plan {
    fn with<S>(self, state: S) -> Ceremony<S> {
        Ceremony { plan: self, state }
    }
}
