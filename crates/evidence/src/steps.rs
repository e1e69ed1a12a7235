//! The fourteen steps of verification and every reason for which one can fail.
//!
//! The names are part of the format: problem documents, audit entries, receipts and reports carry them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A step, in the order in which they are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The octets are a canonical version 1 bundle.
    Parse,
    /// The claims commit to this statement, and the nonce to the claims.
    Commitment,
    /// The one-time key signed the ID token's payload, the statement and the bundle.
    Holder,
    /// The issuer is one that is trusted, by its exact name.
    Issuer,
    /// The ID token is signed by a key of that issuer.
    IdToken,
    /// The ID token is for this client and nobody else.
    Audience,
    /// The ID token was valid when the evidence was received.
    Time,
    /// The signer authenticated after the challenge was issued.
    Freshness,
    /// The authentication was as strong as demanded.
    Authentication,
    /// The one who authenticated is the one who signs.
    Signer,
    /// The records are as they were when they were signed.
    Record,
    /// The challenge is unspent.
    Challenge,
    /// The signer may sign these records with this meaning.
    Authority,
    /// The records API received exactly this.
    Receipt,
}

impl Step {
    /// All of them, in order.
    pub const ALL: [Self; 14] = [
        Self::Parse,
        Self::Commitment,
        Self::Holder,
        Self::Issuer,
        Self::IdToken,
        Self::Audience,
        Self::Time,
        Self::Freshness,
        Self::Authentication,
        Self::Signer,
        Self::Record,
        Self::Challenge,
        Self::Authority,
        Self::Receipt,
    ];

    /// What a records API has verified when it gives a receipt: all but the receipt.
    pub const BEFORE_RECEIPT: &'static [Self] = Self::ALL.split_at(13).0;

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Parse => "parse",
            Self::Commitment => "commitment",
            Self::Holder => "holder",
            Self::Issuer => "issuer",
            Self::IdToken => "id_token",
            Self::Audience => "audience",
            Self::Time => "time",
            Self::Freshness => "freshness",
            Self::Authentication => "authentication",
            Self::Signer => "signer",
            Self::Record => "record",
            Self::Challenge => "challenge",
            Self::Authority => "authority",
            Self::Receipt => "receipt",
        }
    }

    /// Its place in the order, from 1.
    pub const fn number(self) -> usize {
        self as usize + 1
    }
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It holds.
    Passed,
    /// The records API took it, and its receipt, which was verified here, says that it holds.
    Attested,
    /// It does not hold.
    Failed,
    /// Nobody here knows what it needs; whoever does has to take it.
    NotChecked,
    /// An earlier step failed.
    NotReached,
}

/// A step and how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Which step.
    pub name: Step,
    /// How it ended.
    pub status: Status,
}

/// All fourteen steps with their ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// In order.
    pub steps: Vec<Outcome>,
}

impl Report {
    pub(crate) fn new() -> Self {
        Self {
            steps: Step::ALL
                .map(|name| Outcome {
                    name,
                    status: Status::NotReached,
                })
                .to_vec(),
        }
    }

    pub(crate) fn set(&mut self, step: Step, status: Status) {
        for outcome in &mut self.steps {
            if outcome.name == step {
                outcome.status = status;
            }
        }
    }

    /// The steps that hold, in order.
    pub fn passed(&self) -> Vec<Step> {
        self.steps
            .iter()
            .filter(|outcome| outcome.status == Status::Passed)
            .map(|outcome| outcome.name)
            .collect()
    }

    /// How one step ended.
    pub fn status(&self, step: Step) -> Status {
        self.steps
            .iter()
            .find(|outcome| outcome.name == step)
            .map_or(Status::NotReached, |outcome| outcome.status)
    }
}

/// The evidence does not verify.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{step}: {reason}")]
pub struct VerificationFailure {
    /// The first step that does not hold.
    pub step: Step,
    /// Why.
    pub reason: Reason,
    /// All steps.
    pub report: Report,
}

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)+) => {
        /// Why a step does not hold. Names only: no octet of the evidence is ever in an error.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, thiserror::Error)]
        pub enum Reason {
            $($(#[doc = $doc])+ #[error($name)] #[serde(rename = $name)] $variant,)+
        }

        impl Reason {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

reasons! {
    // parse
    /// Over 1 MiB.
    TooLarge = "too_large",
    /// Not UTF-8, not JSON, or JSON with something after it.
    NotJson = "not_json",
    /// Nested too deeply.
    TooDeep = "too_deep",
    /// A member is named twice.
    DuplicateMember = "duplicate_member",
    /// A float, `null`, or an integer of 2^53 or more.
    ValueNotAllowed = "value_not_allowed",
    /// Not in canonical form.
    NotCanonical = "not_canonical",
    /// A member is missing, unknown or of the wrong type.
    WrongShape = "wrong_shape",
    /// The statement contradicts itself: no amendment, one twice, an empty name.
    StatementInvalid = "statement_invalid",
    /// The ID token is not a compact JWS around one JSON object.
    IdTokenMalformed = "id_token_malformed",
    /// The ID token is over 64 KiB.
    IdTokenTooLarge = "id_token_too_large",
    /// A receipt is attached where none can exist yet.
    ReceiptUnexpected = "receipt_unexpected",
    // commitment
    /// The second signature's header is no client instance claims.
    CommitmentMalformed = "commitment_malformed",
    /// The claims commit to another statement.
    StatementMismatch = "statement_mismatch",
    /// The ID token's nonce is missing, or commits to something else.
    NonceMismatch = "nonce_mismatch",
    /// The text that was presented is not the one that the statement names.
    PresentationMismatch = "presentation_mismatch",
    /// The authorization request was made with other parameters than the statement says.
    RequestMismatch = "request_mismatch",
    // holder
    /// The committed key did not sign the ID token's payload.
    HolderSignatureInvalid = "holder_signature_invalid",
    /// The committed key did not sign the statement.
    StatementSignatureInvalid = "statement_signature_invalid",
    /// The committed key did not seal this bundle.
    SealInvalid = "seal_invalid",
    // issuer
    /// The ID token, the statement, the configuration or the callback name different issuers.
    IssuerMismatch = "issuer_mismatch",
    /// Nobody here trusts this issuer.
    IssuerUntrusted = "issuer_untrusted",
    /// The issuer's configuration or key set, as attached, cannot be read.
    IssuerSnapshotMalformed = "issuer_snapshot_malformed",
    // id_token
    /// `none`, HMAC, or not on this issuer's list.
    AlgorithmNotAllowed = "algorithm_not_allowed",
    /// The token's header carries `crit` or `b64`, or says that it is something other than an ID token.
    HeaderUnsupported = "header_unsupported",
    /// The issuer has no such key.
    KeyNotFound = "key_not_found",
    /// Several keys of the issuer would fit.
    KeyAmbiguous = "key_ambiguous",
    /// RSA below 2048 bits.
    KeyTooSmall = "key_too_small",
    /// The key was not in use when the evidence was received.
    KeyOutsideItsTime = "key_outside_its_time",
    /// The key did not sign this.
    SignatureInvalid = "signature_invalid",
    /// The key is not among those that the client saw the issuer publish.
    KeyNotInSnapshot = "key_not_in_snapshot",
    // audience
    /// Not for the client that the statement names, or that client is not trusted.
    AudienceMismatch = "audience_mismatch",
    /// Also for somebody else.
    AudienceUntrusted = "audience_untrusted",
    /// Issued to another party.
    AzpMismatch = "azp_mismatch",
    // time
    /// A time claim is missing or not a number.
    TimeMissing = "time_missing",
    /// Arrived after it expired, and after the grace for late delivery.
    Expired = "expired",
    /// Issued in the future.
    IssuedInFuture = "issued_in_future",
    /// Not valid yet.
    NotYetValid = "not_yet_valid",
    // freshness
    /// Issued before the challenge.
    IssuedTooOld = "issued_too_old",
    /// Nothing says when the signer authenticated. `0` and text count as nothing.
    AuthTimeMissing = "auth_time_missing",
    /// The signer authenticated before the challenge was issued.
    AuthTimeStale = "auth_time_stale",
    /// The signer authenticated after the challenge had expired.
    AuthTimeLate = "auth_time_late",
    /// The signer is said to have authenticated in the future.
    AuthTimeFuture = "auth_time_future",
    /// Another signature of this person stands on the same authentication.
    AuthenticationReused = "authentication_reused",
    // authentication
    /// The authentication class is not one that was demanded.
    AcrUnmet = "acr_unmet",
    /// A demanded method is missing.
    AmrUnmet = "amr_unmet",
    // signer
    /// The ID token has no acceptable `sub`, or lacks a claim that identifies people at this issuer.
    SubjectMissing = "subject_missing",
    /// The one who authenticated is not the one who signs, or not whose session this is.
    SubjectMismatch = "subject_mismatch",
    /// Somebody acts for somebody else.
    Delegated = "delegated",
    /// The statement prints another name than the identity provider says.
    NameMismatch = "name_mismatch",
    /// The identity provider says no name, and nobody else is trusted to.
    NameUnproven = "name_unproven",
    // record
    /// The records API does not know the amendment, or it concerns another record.
    RecordUnknown = "record_unknown",
    /// The record changed meanwhile.
    RecordVersionChanged = "record_version_changed",
    /// The signed octets are not the stored ones.
    RecordDigestMismatch = "record_digest_mismatch",
    // challenge
    /// The records API did not issue this challenge, or for something else.
    ChallengeUnknown = "challenge_unknown",
    /// It was used before.
    ChallengeSpent = "challenge_spent",
    /// The nonce or the one-time key was used before.
    CommitmentReused = "commitment_reused",
    // authority
    /// The signer may not sign this with this meaning.
    NotAuthorized = "not_authorized",
    // receipt
    /// There is none.
    ReceiptMissing = "receipt_missing",
    /// It cannot be read.
    ReceiptMalformed = "receipt_malformed",
    /// No trusted receipt key signed it, or not in that key's time.
    ReceiptSignatureInvalid = "receipt_signature_invalid",
    /// It is for other evidence.
    ReceiptMismatch = "receipt_mismatch",
    /// The records API did not take every step.
    ReceiptIncomplete = "receipt_incomplete",
    /// It does not fit the chain of receipts.
    ReceiptChainBroken = "receipt_chain_broken",
    /// A receipt of that time has to be time-stamped, and this one is not.
    TimestampMissing = "timestamp_missing",
    /// The time-stamp cannot be read, or has parts that nothing accounts for.
    TimestampMalformed = "timestamp_malformed",
    /// It stamps something else.
    TimestampMismatch = "timestamp_mismatch",
    /// No authority that is trusted here stands behind it.
    TimestampUntrusted = "timestamp_untrusted",
    /// The authority did not sign it.
    TimestampSignatureInvalid = "timestamp_signature_invalid",
    /// It is older than the receipt that it stamps.
    TimestampTooEarly = "timestamp_too_early",
}
