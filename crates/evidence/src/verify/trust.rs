//! What a verifier brings along while a signature is being made: whom it believes, and the facts that it looked up.

use jiff::Timestamp;

use crate::archive::TrustedIssuer;
use crate::receipt::ChallengeLife;
use crate::statement::RecordRef;
use crate::subject::Subject;

/// What a verifier knows while the signature is being made.
#[derive(Debug, Clone)]
pub struct OnlineTrust<'a> {
    /// Whom it believes, with their keys as they are now.
    pub issuers: &'a [TrustedIssuer],
    /// Its clock.
    pub now: Timestamp,
    /// How far clocks may differ, in seconds.
    pub clock_skew_s: u32,
    /// How long after the ID token's `exp` sealed evidence may still arrive, in seconds: the challenge bounds the
    /// authentication, not the delivery. `0` to insist on a token that is valid now.
    pub delivery_grace_s: u32,
    /// Authentication methods that are all demanded.
    pub required_amr: &'a [String],
    /// Whose session this is, where there is one.
    pub session: Option<&'a Subject>,
    /// The challenge that the statement names.
    pub challenge: Lookup<&'a ChallengeFacts>,
    /// The amendments as they are stored now; those that the statement names suffice.
    pub amendments: Option<&'a [AmendmentState]>,
    /// Whether the signer may sign these records with this meaning.
    pub authority: Option<bool>,
    /// Who says what the signer is called where the ID token does not.
    pub names: NameSource,
}

/// Where the printed name of a signer comes from (21 CFR 11.50 (a)(1)).
///
/// A name that the ID token does say is binding in either case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NameSource {
    /// From the ID token's `name` alone: without it the name is only the client's word, and refused.
    #[default]
    IdToken,
    /// The identity provider's ID tokens may lack it; whoever asks vouches for names by other means.
    Elsewhere,
}

/// The result of looking something up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup<T> {
    /// There was nowhere to look.
    NotDone,
    /// It is not there.
    NotFound,
    /// Here it is.
    Found(T),
}

/// What is known of a challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChallengeFacts {
    /// The challenge.
    pub challenge: String,
    /// Its life.
    pub life: ChallengeLife,
    /// To whom it was issued.
    pub subject: Subject,
    /// For which amendments.
    pub amendments: Vec<String>,
    /// For which meaning, by its code.
    pub meaning: String,
    /// The authentication classes that were demanded: any one of them. Empty if none was.
    pub acr_values: Vec<String>,
    /// What only the keeper of the ledger knows. `None` leaves the step unchecked.
    pub ledger: Option<LedgerFacts>,
}

/// What was used before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerFacts {
    /// The challenge.
    pub challenge_spent: bool,
    /// The nonce or the one-time key, see [`crate::Bundle::nonce`] and [`crate::Bundle::key_thumbprint`].
    pub commitment_seen: bool,
    /// The authentication: another signature of the same person has the same `auth_time`.
    pub authentication_seen: bool,
}

/// An amendment as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AmendmentState {
    /// Its identifier.
    pub id: String,
    /// Its record, with the version that is current now.
    pub record: RecordRef,
    /// SHA-256 of the current version's octets.
    pub base_sha256: String,
    /// SHA-256 of the proposed octets.
    pub proposed_sha256: String,
    /// SHA-256 of the proposed version's canonical form.
    pub proposed_canonical_sha256: String,
}
