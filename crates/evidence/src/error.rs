//! What can go wrong while evidence is made. What can go wrong while it is verified is in [`crate::steps`].

use crate::canonical::CanonicalError;
use crate::steps::Reason;

/// Evidence could not be made. Nothing here carries content, tokens or keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceError {
    /// The statement says something that no verifier would accept.
    #[error("statement_invalid: {0}")]
    Statement(&'static str),
    /// The ID token is not a compact JWS with a JSON object inside, or it is over 64 KiB.
    #[error("id_token_malformed")]
    IdTokenMalformed,
    /// The ID token was not asked for with this statement's commitment.
    #[error("nonce_mismatch")]
    NonceMismatch,
    /// The text that was shown is not the text that the statement names.
    #[error("presentation_mismatch")]
    PresentationMismatch,
    /// The bytes are no private key on the curve, or no randomness was to be had.
    #[error("key_rejected")]
    KeyRejected,
    /// The cryptographic library refused to sign.
    #[error("signing_failed")]
    SigningFailed,
    /// A record is not JSON that has one canonical form.
    #[error("record_not_canonicalizable: {0}")]
    Record(CanonicalError),
    /// The time-stamping authority gave no time-stamp.
    #[error("timestamp_refused")]
    TimestampRefused,
    /// The time-stamping authority's answer is not acceptable, or none could be asked for.
    #[error("{0}")]
    Timestamp(Reason),
    /// A part has no canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
}
