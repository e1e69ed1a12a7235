//! What a person decided to sign, and the person: everything that stands before the ceremony begins.
//!
//! The signer is captured here, once. A ceremony holds no session, reaches none and is told of no later change to one.

use evidence::{
    ClientInfo, LocalTime, Meaning, Presentation, SignedAmendment, Signer, StatementReason,
};
use records::Title;

/// One press of **Sign**.
#[derive(Clone, Debug)]
pub struct Request {
    /// What is signed, by digests of the octets that the person read.
    pub amendments: Vec<SignedAmendment>,
    /// Identify what was read, for the records API's `If-Match`, in the order of `amendments`.
    pub etags: Vec<String>,
    /// The session's person: only this subject's authentication counts.
    pub signer: Signer,
    /// What the person usually types at the identity provider, to spare them typing.
    pub login_hint: Option<String>,
    /// What the signature means.
    pub meaning: Meaning,
    /// Why the record changes.
    pub reason: StatementReason,
    /// The exact text that the person read, and in which form.
    pub presentation: Presentation,
    /// When **Sign** was pressed.
    pub requested_at: LocalTime,
    /// The person's time zone by its IANA name.
    pub time_zone: String,
    /// What the outbox calls it, should it have to wait there.
    pub title: Title,
    /// What asks.
    pub client: ClientInfo,
}
