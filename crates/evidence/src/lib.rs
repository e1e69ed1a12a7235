//! What a signature is and how anyone verifies it.
//!
//! A signature is a [`Statement`] of what is signed, an ID token whose nonce commits to that statement and to a
//! one-time key ([`commitment`]), and that key's own signatures ([`pk_token`], [`osm`](Bundle::signed_statement)),
//! together in a [`Bundle`]. [`verify::online`] is what a records API does before it commits and [`verify::offline`]
//! what anybody can do for ever after; both take the same fourteen [`Step`]s.
//!
//! This crate is pure: no I/O, no clock, no environment, no async. Time, randomness and trust come in as arguments.
//! It does not decide whom to trust, does not keep keys, and does not talk to identity providers.

#![allow(
    clippy::doc_markdown,
    reason = "OpenPubkey and UUIDv7 are names, not code"
)]

pub mod archive;
pub mod bundle;
pub mod canonical;
mod checks;
pub mod commitment;
pub mod digest;
pub mod error;
pub mod id_token;
mod jws;
pub mod key;
pub mod keys;
pub mod making;
mod osm;
pub mod pk_token;
pub mod receipt;
pub mod statement;
pub mod steps;
pub mod subject;
pub mod timestamp;
pub mod verify;

pub use archive::{Archive, LedgerKey, TrustedIssuer};
pub use bundle::{Authorization, Bundle, IssuerSnapshot, MEDIA_TYPE, Presentation};
pub use canonical::CanonicalError;
pub use error::EvidenceError;
pub use key::OneTimeKey;
pub use making::{Prepared, Sealed};
pub use receipt::{CommittedRecord, Receipt, ReceiptKey};
pub use statement::{
    AuditHead, Authentication, ClientInfo, LocalTime, Meaning, Reason as StatementReason,
    RecordRef, SignedAmendment, Signer, Statement,
};
pub use steps::{Reason, Report, Status, Step, VerificationFailure};
pub use subject::Subject;
pub use timestamp::TimestampAuthority;
pub use verify::{
    AmendmentState, ChallengeFacts, LedgerFacts, Lookup, NameSource, OnlineTrust, VerifiedEvidence,
};
