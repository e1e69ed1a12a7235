//! Proof of possession (RFC 9449), the client's side: a key, the proofs that it signs, and the nonces that servers want
//! to see in them.
//!
//! A token that is bound to such a key opens nothing for whoever copies it from a log, a proxy or a server. It does not
//! protect against code that runs as the same user, which can use the key where it lies.

mod access;
mod key;
mod nonces;
mod seed;

pub use access::Access;
pub use key::{ProofError, ProofKey};
pub use nonces::wants_nonce;
pub use seed::Seed;

/// The request header that carries a proof.
pub const PROOF_HEADER: &str = "dpop";

/// The one algorithm of our proofs.
pub const ALGORITHM: &str = "ES256";
