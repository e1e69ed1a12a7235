//! What in the log security must hear of, and whether the log says that it was seen to.
//!
//! The log is the truth of it. An entry that security must hear of is on the disk before anything follows from it. A second
//! one under the same reference says that it is kept to be told, and a third that security was told; often the third alone.
//! Whoever ends the program in between, or removes what is kept, silences nothing: the next opening reads the newest entries
//! again, counts as if it had never stopped, and finds what is owed and what ought to be kept.
//!
//! Pure, but for that reading: events and their times go in, matters come out. It does not defend against somebody who
//! removes the log: what is gone was counted for nobody.

use std::collections::VecDeque;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};

use crate::chain::{Entry, Head};
use crate::error::AuditError;
use crate::event::{Actor, Event};
use crate::look::{self, Filter};
use crate::phrase::Digest;
use crate::reference::Reference;

/// So many failed sign-ins are one concern, and then twice as many, and so on.
const FAILED_SIGN_INS: u32 = 5;
/// Within this time.
const WINDOW: SignedDuration = SignedDuration::from_mins(15);

/// Reasons of a failed sign-in or unlock that say nothing about who tried: the network, the machine, a person who thought
/// better of it, a newcomer who did not take over.
const HARMLESS: &[&str] = &[
    "cancelled",
    "timed_out",
    "switch_refused",
    "identity_provider_unreachable",
    "clock_off",
    "ports_taken",
    "agent_unavailable",
    "isolation_unavailable",
    "agent_failed",
    "no_randomness",
    "internal",
];

/// How many entries are read again: weeks of a busy ward, and opening takes as long after years.
const MOST: usize = 10_000;

/// What security must hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concern {
    /// Somebody else authenticated when a signer was asked.
    SignerMismatch {
        /// The how-manieth time in that session.
        count: u32,
    },
    /// That happened so often that signing is locked.
    SigningLocked {
        /// How often.
        mismatches: u32,
    },
    /// Somebody was signed in in the window that had to be empty.
    AmbientSignIn,
    /// Sign-ins failed again and again on this device.
    FailedSignIns {
        /// How many, within a quarter of an hour.
        count: u32,
    },
    /// The clock of the device went back.
    ClockSetBack,
    /// The log does not hold together, or the receiver of it has another history of this device.
    AuditBroken,
}

impl Concern {
    /// Whether a ceremony tells of it by itself, as long as it lives.
    fn is_of_a_ceremony(self) -> bool {
        match self {
            Self::SignerMismatch { .. } | Self::SigningLocked { .. } | Self::AmbientSignIn => true,
            Self::FailedSignIns { .. } | Self::ClockSetBack | Self::AuditBroken => false,
        }
    }
}

/// Something that security must hear of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matter {
    /// What.
    pub concern: Concern,
    /// Under which reference the log has it, and the entry that settles it.
    pub reference: Reference,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it, or in whose session it happened.
    pub actor: Actor,
}

/// What happened lately, and what of it is not settled.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    failed: VecDeque<Timestamp>,
    next: u32,
    /// Of which nothing says that anybody saw to it.
    owed: Vec<Matter>,
    /// Which the log says are kept to be told.
    kept: Vec<Matter>,
}

impl Counters {
    /// As they stand after the newest entries of the log. What lies before a break in an earlier file is not among them:
    /// opening does not look for such breaks, [`crate::verify`] does.
    pub(crate) fn of(log: &Path, head: Head) -> Result<Self, AuditError> {
        let mut hash = head.hash;
        let mut newest_first = Vec::new();
        for recorded in look::page(log, &Filter::default(), None, MOST)?.entries {
            let before = recorded.prev;
            newest_first.push((recorded, hash));
            hash = before;
        }
        let mut counters = Self::default();
        for (recorded, hash) in newest_first.into_iter().rev() {
            let at = recorded.at;
            counters.see(&recorded.into_entry(), at, hash);
        }
        Ok(counters)
    }

    /// Takes an entry in that is on the disk with this hash.
    pub(crate) fn see(&mut self, entry: &Entry, at: Timestamp, hash: Digest) {
        if let Event::SecurityEventSent { delivered, .. } = &entry.event {
            self.seen_to(entry.reference, *delivered);
            return;
        }
        let Some(concern) = self.concern(&entry.event, at) else {
            return;
        };
        // What has no reference of its own gets one that it has again when it is read again.
        let reference = entry.reference.unwrap_or_else(|| Reference::of(hash));
        // The last word on an attempt stands for all of it.
        self.owed.retain(|matter| matter.reference != reference);
        self.owed.push(Matter {
            concern,
            reference,
            at,
            actor: entry.actor.clone(),
        });
    }

    /// Hands over everything that nobody saw to.
    pub(crate) fn take_all(&mut self) -> Vec<Matter> {
        std::mem::take(&mut self.owed)
    }

    /// Hands over what is to be found where such things are kept.
    pub(crate) fn take_kept(&mut self) -> Vec<Matter> {
        std::mem::take(&mut self.kept)
    }

    /// Hands over what no ceremony tells of.
    pub(crate) fn take_outside_ceremonies(&mut self) -> Vec<Matter> {
        let owed = self.take_all();
        let (kept, taken) = owed
            .into_iter()
            .partition(|matter| matter.concern.is_of_a_ceremony());
        self.owed = kept;
        taken
    }

    fn seen_to(&mut self, reference: Option<Reference>, delivered: bool) {
        let is_it = |matter: &Matter| Some(matter.reference) == reference;
        if delivered {
            self.kept.retain(|matter| !is_it(matter));
            self.owed.retain(|matter| !is_it(matter));
        } else {
            self.kept
                .extend(self.owed.extract_if(.., |matter| is_it(matter)));
        }
    }

    fn concern(&mut self, event: &Event, at: Timestamp) -> Option<Concern> {
        match event {
            Event::SignInFailed { why } | Event::UnlockFailed { why } => {
                (!HARMLESS.contains(&why.as_str())).then_some(())?;
                self.failed(at)
            }
            Event::SignedIn { .. } => {
                self.failed.clear();
                self.next = 0;
                None
            }
            Event::SignerMismatch { count, .. } => Some(Concern::SignerMismatch { count: *count }),
            Event::SigningLocked { mismatches } => Some(Concern::SigningLocked {
                mismatches: *mismatches,
            }),
            Event::AmbientSignIn { ended: true } => Some(Concern::AmbientSignIn),
            Event::ClockSetBack { .. } => Some(Concern::ClockSetBack),
            Event::ShippingRefused { .. } => Some(Concern::AuditBroken),
            _ => None,
        }
    }

    fn failed(&mut self, at: Timestamp) -> Option<Concern> {
        self.failed.push_back(at);
        while let Some(oldest) = self.failed.front()
            && at.duration_since(*oldest) > WINDOW
        {
            self.failed.pop_front();
        }
        let count = u32::try_from(self.failed.len()).unwrap_or(u32::MAX);
        if count < FAILED_SIGN_INS {
            self.next = FAILED_SIGN_INS;
        }
        if count < self.next.max(FAILED_SIGN_INS) {
            return None;
        }
        self.next = count.saturating_mul(2);
        Some(Concern::FailedSignIns { count })
    }
}
