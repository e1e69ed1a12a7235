//! What can happen. The list is closed: what is not in it is not recorded, and nothing in it can carry a secret.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::phrase::{Code, Digest, Id, Name};

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// This installation, with nobody signed in.
    Device(Name),
    /// Somebody who is signed in.
    Person(Person),
}

/// Somebody as the identity provider knows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The printed name.
    pub name: Name,
    /// The issuer.
    pub iss: Id,
    /// The claims that together name the person.
    pub subject: BTreeMap<String, Id>,
}

impl Person {
    /// The person with these subject claims at this issuer.
    pub fn new<'a>(
        name: &str,
        iss: &str,
        claims: impl IntoIterator<Item = (&'a String, &'a String)>,
    ) -> Self {
        let subject = claims
            .into_iter()
            .map(|(claim, value)| (claim.clone(), value.as_str().into()));
        Self {
            name: name.into(),
            iss: iss.into(),
            subject: subject.collect(),
        }
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", content = "detail", rename_all = "snake_case")]
pub enum Event {
    /// The application started.
    Started {
        /// Its version.
        version: Id,
    },
    /// The application ended in an orderly way.
    Stopped,
    /// A policy was read and applies.
    PolicyRead {
        /// How many values IT set.
        managed: u32,
        /// Over all keys and values, to see changes.
        sha256: Digest,
    },
    /// The policy cannot be used.
    PolicyRefused {
        /// The error's name.
        error: Code,
        /// The key that is at fault, if it is not the source as a whole.
        key: Option<Id>,
        /// What kind of source it stands in.
        source: Code,
        /// Where that is.
        place: Option<Id>,
    },
    /// The policy that applies is not the one any more that its sources make: until the next start, nothing is signed.
    PolicyChanged {
        /// The keys whose values differ.
        keys: Vec<Id>,
    },
    /// Somebody signed in.
    SignedIn {
        /// What showed the sign-in page.
        agent: Code,
        /// The authentication context that the provider named.
        acr: Option<Id>,
    },
    /// A sign-in that did not succeed.
    SignInFailed {
        /// The refusal's or error's name.
        why: Code,
    },
    /// A session was continued after a restart.
    SessionRestored,
    /// The screen was locked.
    Locked {
        /// Seconds without input; none when the person locked it.
        idle_s: Option<u32>,
    },
    /// The same person unlocked the screen by signing in again.
    Unlocked,
    /// The screen stays locked: nobody authenticated, or somebody else did and did not take over.
    UnlockFailed {
        /// The refusal's or error's name.
        why: Code,
    },
    /// Somebody else took over the device; their session begins.
    SwitchedUser {
        /// Whose session ended for it.
        from: Person,
    },
    /// A session ended.
    SignedOut {
        /// Why.
        by: SignOut,
        /// Whether the provider took back all tokens.
        tokens_revoked: bool,
    },
    /// A ceremony began.
    SigningStarted {
        /// Which amendments.
        amendments: Vec<Id>,
        /// The statement's identifier.
        signature_id: Id,
    },
    /// Nobody was signed in in the empty window.
    PreflightPassed,
    /// The provider did not say whether somebody is signed in in the empty window, and policy goes on without.
    PreflightInconclusive,
    /// Somebody was signed in in the empty window, which is not permitted or noted, by policy.
    AmbientSignIn {
        /// Whether the ceremony ended for it.
        ended: bool,
    },
    /// The signer was authenticated, the evidence is complete.
    SignatureSealed {
        /// The evidence.
        evidence_sha256: Digest,
    },
    /// The records API committed the signature, and its receipt is good.
    SignatureRecorded {
        /// The record.
        record: Id,
        /// The version that the signature made.
        new_version: Id,
        /// The receipt's number.
        receipt: u64,
        /// The evidence.
        evidence_sha256: Digest,
        /// Whether it was delivered later, from the outbox.
        from_outbox: bool,
    },
    /// The signer cancelled or closed the window.
    SignatureCancelled,
    /// The time limit ended the ceremony.
    SignatureTimedOut,
    /// Somebody else authenticated.
    SignerMismatch {
        /// Who.
        found: Person,
        /// The how-manieth time in this session.
        count: u32,
    },
    /// The provider's answer was not accepted.
    SignatureRefused {
        /// The refusal's name.
        refusal: Code,
    },
    /// The record is not what was read any more.
    RecordChanged {
        /// The record.
        record: Id,
        /// The version that was read.
        read_version: Id,
        /// The version now, if known.
        now_version: Option<Id>,
    },
    /// Sealed evidence was sent; whether it is recorded is being asked.
    SignatureUnconfirmed {
        /// The evidence.
        evidence_sha256: Digest,
    },
    /// A fault of the network, the machine or the API ended the ceremony.
    SignatureFailed {
        /// The error's name.
        why: Code,
        /// The step of the ceremony.
        step: Code,
    },
    /// What a ceremony left behind, checked at its end.
    CleanedUp {
        /// The window is closed.
        window_gone: bool,
        /// Its processes ended.
        processes_gone: bool,
        /// Cookies, storage and caches are gone.
        jar_gone: bool,
        /// The ceremony's tokens were taken back.
        tokens_revoked: bool,
        /// The session that the provider kept for the window.
        idp_session: IdpSession,
    },
    /// Signing is locked for this session.
    SigningLocked {
        /// After how many mismatches.
        mismatches: u32,
    },
    /// The time for which policy locks signing is over.
    SigningUnlocked {
        /// After how many seconds.
        after_s: u32,
    },
    /// The security team was told.
    SecurityEventSent {
        /// What about.
        about: Code,
        /// Whether the API took it; otherwise it is sent again.
        delivered: bool,
    },
    /// An amendment is declined. It stands here before the records API is told.
    Declined {
        /// Which.
        amendment: Id,
    },
    /// The records API did not confirm the decline that stands here under the same reference.
    DeclineFailed {
        /// Which.
        amendment: Id,
        /// The error's name.
        why: Code,
    },
    /// Evidence is saved to a file. It stands here before the file is made.
    EvidenceSaved {
        /// Whose.
        signature_id: Id,
    },
    /// The file of the evidence that stands here could not be made.
    EvidenceNotSaved {
        /// Whose.
        signature_id: Id,
    },
    /// The clock is behind the last entry: what was before and what comes now cannot be compared by their times.
    ClockSetBack {
        /// By how many seconds.
        by_s: u64,
    },
    /// The records API does not take the log: it holds another history of this device.
    ShippingRefused {
        /// The first entry that it does not take.
        seq: u64,
    },
    /// The last line was incomplete when the log was opened, as after a power loss, and was cut off.
    Recovered {
        /// How many octets.
        cut_bytes: u64,
        /// Their digest.
        cut_sha256: Digest,
    },
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignOut {
    /// The person signed out.
    Person,
    /// The provider no longer renews it.
    Expired,
    /// It reached its longest permitted time.
    Absolute,
    /// Nobody was there any more, and policy ends a session for that.
    Idle,
    /// Another session of the person replaced it, or IT ended it.
    Elsewhere,
    /// Another person takes over the device.
    Switch,
}

/// What became of the provider's session in the sign-in window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdpSession {
    /// There was none.
    None,
    /// The provider ended it.
    Ended,
    /// The provider did not confirm in time, or policy does not ask: it expires by itself, in a jar that is gone.
    LeftToExpire,
}

impl Event {
    /// The name under which it stands in the log.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Started { .. } => "started",
            Self::Stopped => "stopped",
            Self::PolicyRead { .. } => "policy_read",
            Self::PolicyRefused { .. } => "policy_refused",
            Self::PolicyChanged { .. } => "policy_changed",
            Self::SignedIn { .. } => "signed_in",
            Self::SignInFailed { .. } => "sign_in_failed",
            Self::SessionRestored => "session_restored",
            Self::Locked { .. } => "locked",
            Self::Unlocked => "unlocked",
            Self::UnlockFailed { .. } => "unlock_failed",
            Self::SwitchedUser { .. } => "switched_user",
            Self::SignedOut { .. } => "signed_out",
            Self::SigningStarted { .. } => "signing_started",
            Self::PreflightPassed => "preflight_passed",
            Self::PreflightInconclusive => "preflight_inconclusive",
            Self::AmbientSignIn { .. } => "ambient_sign_in",
            Self::SignatureSealed { .. } => "signature_sealed",
            Self::SignatureRecorded { .. } => "signature_recorded",
            Self::SignatureCancelled => "signature_cancelled",
            Self::SignatureTimedOut => "signature_timed_out",
            Self::SignerMismatch { .. } => "signer_mismatch",
            Self::SignatureRefused { .. } => "signature_refused",
            Self::RecordChanged { .. } => "record_changed",
            Self::SignatureUnconfirmed { .. } => "signature_unconfirmed",
            Self::SignatureFailed { .. } => "signature_failed",
            Self::CleanedUp { .. } => "cleaned_up",
            Self::SigningLocked { .. } => "signing_locked",
            Self::SigningUnlocked { .. } => "signing_unlocked",
            Self::SecurityEventSent { .. } => "security_event_sent",
            Self::Declined { .. } => "declined",
            Self::DeclineFailed { .. } => "decline_failed",
            Self::EvidenceSaved { .. } => "evidence_saved",
            Self::EvidenceNotSaved { .. } => "evidence_not_saved",
            Self::ClockSetBack { .. } => "clock_set_back",
            Self::ShippingRefused { .. } => "shipping_refused",
            Self::Recovered { .. } => "recovered",
        }
    }

    /// What it is about.
    pub fn group(&self) -> Group {
        match self {
            Self::SigningStarted { .. }
            | Self::PreflightPassed
            | Self::PreflightInconclusive
            | Self::SignatureSealed { .. }
            | Self::SignatureRecorded { .. }
            | Self::SignatureCancelled
            | Self::SignatureTimedOut
            | Self::SignatureRefused { .. }
            | Self::RecordChanged { .. }
            | Self::SignatureUnconfirmed { .. }
            | Self::SignatureFailed { .. }
            | Self::CleanedUp { .. }
            | Self::Declined { .. }
            | Self::DeclineFailed { .. }
            | Self::EvidenceSaved { .. }
            | Self::EvidenceNotSaved { .. } => Group::Signing,
            Self::SignedIn { .. }
            | Self::SignInFailed { .. }
            | Self::SessionRestored
            | Self::Locked { .. }
            | Self::Unlocked
            | Self::UnlockFailed { .. }
            | Self::SwitchedUser { .. }
            | Self::SignedOut { .. } => Group::Session,
            Self::AmbientSignIn { .. }
            | Self::SignerMismatch { .. }
            | Self::SigningLocked { .. }
            | Self::SigningUnlocked { .. }
            | Self::SecurityEventSent { .. }
            | Self::ClockSetBack { .. }
            | Self::ShippingRefused { .. }
            | Self::Recovered { .. } => Group::Security,
            Self::Started { .. }
            | Self::Stopped
            | Self::PolicyRead { .. }
            | Self::PolicyRefused { .. }
            | Self::PolicyChanged { .. } => Group::System,
        }
    }
}

/// What events are about: each belongs to one group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Signatures and attempts.
    Signing,
    /// Signing in, locking, signing out.
    Session,
    /// What security hears of, or ought to look at.
    Security,
    /// The program and its policy.
    System,
}

impl Group {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Signing, Self::Session, Self::Security, Self::System];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Signing => "signing",
            Self::Session => "session",
            Self::Security => "security",
            Self::System => "system",
        }
    }
}
