//! What in the log security must hear of, beyond what a ceremony tells by itself: failed sign-ins that pile up, a clock that
//! was set back, a log that is not taken.
//!
//! Pure: events and their times go in, concerns come out. It forgets with the program; what it already said stands in the
//! log and in the queue of what is to be told.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use crate::event::Event;

/// So many failed sign-ins are one concern, and then twice as many, and so on.
const FAILED_SIGN_INS: u32 = 5;
/// Within this time.
const WINDOW: SignedDuration = SignedDuration::from_mins(15);

/// Reasons of a failed sign-in that say nothing about who tried: the network, the machine, a person who thought better of it.
const HARMLESS: &[&str] = &["cancelled", "timed_out", "network", "agent_unavailable"];

/// What security must hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concern {
    /// Sign-ins failed again and again on this device.
    FailedSignIns {
        /// How many, within a quarter of an hour.
        count: u32,
    },
    /// The clock of the device went back.
    ClockSetBack,
    /// The receiver of the log has another history of this device.
    AuditBroken,
}

/// What happened lately.
#[derive(Clone, Debug, Default)]
pub struct Counters {
    failed: VecDeque<Timestamp>,
    next: u32,
}

impl Counters {
    /// Takes an event in, and says what is to be told for it.
    pub fn see(&mut self, event: &Event, at: Timestamp) -> Option<Concern> {
        match event {
            Event::SignInFailed { why } if !HARMLESS.contains(&why.as_str()) => self.failed(at),
            Event::SignedIn { .. } => {
                *self = Self::default();
                None
            }
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
