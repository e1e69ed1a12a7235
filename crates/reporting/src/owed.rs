//! From the log to the queue: what the log says that security must hear of is kept until it can be told.
//!
//! Three steps, each on the disk before the next: the entry of what happened, the alarm in the queue, the entry that says so.
//! Whoever ends the program after the first finds the alarm raised by the next start ([`settle`]); after the second, the
//! next start finds it in the queue, raises nothing twice, and writes the third. Whoever removes it from the queue finds it
//! there again, until an entry says that security was told: a kill between that and its entry tells security twice.

use audit::{Actor, AuditError, Concern, Digest, Entry, Event, Log, Matter, Reference};
use jiff::Timestamp;
use records::{ClaimedSubject, SecurityEvent, SecurityEventKind};

use crate::alarms::{Alarms, QueueError};

/// Who reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reporter {
    /// What people call the device.
    pub device: String,
    /// The issuer of the people who sign in on it.
    pub issuer: String,
}

/// What the runs before owe is not seen to.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// It cannot be kept.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// It cannot be noted that it is kept.
    #[error(transparent)]
    Log(#[from] AuditError),
}

/// Sees to what the runs before owe security, before anything else happens. Says how much of it nobody had seen to.
pub fn settle(
    log: &mut Log,
    alarms: &Alarms,
    reporter: &Reporter,
    now: Timestamp,
) -> Result<usize, SettleError> {
    for matter in log.take_kept() {
        alarms.restore(&reporter.event(&matter))?;
    }
    let owed = log.take_owed();
    for matter in &owed {
        let event = reporter.event(matter);
        alarms.raise_once(&event)?;
        let entry = Entry {
            event: is_kept(event.kind),
            reference: Some(matter.reference),
            actor: Actor::Device(reporter.device.as_str().into()),
        };
        log.append(&entry, now)?;
    }
    Ok(owed.len())
}

/// What the log says once an alarm is in the queue.
pub fn is_kept(kind: SecurityEventKind) -> Event {
    Event::SecurityEventSent {
        about: kind.as_str().into(),
        delivered: false,
    }
}

/// What is written to the log once security was told.
pub fn told(event: &SecurityEvent) -> Entry {
    Entry {
        event: Event::SecurityEventSent {
            about: event.kind.as_str().into(),
            delivered: true,
        },
        reference: event.reference.parse().ok(),
        actor: Actor::Device(event.device.as_str().into()),
    }
}

impl Reporter {
    /// What security is told of it.
    pub fn event(&self, matter: &Matter) -> SecurityEvent {
        let (kind, count) = match matter.concern {
            Concern::SignerMismatch { count } => (SecurityEventKind::SignerMismatch, count),
            Concern::SigningLocked { mismatches } => (SecurityEventKind::SigningLocked, mismatches),
            Concern::AmbientSignIn => (SecurityEventKind::AmbientSignIn, 1),
            Concern::FailedSignIns { count } => (SecurityEventKind::FailedSignIns, count),
            Concern::ClockSetBack => (SecurityEventKind::ClockSetBack, 1),
            Concern::AuditBroken => (SecurityEventKind::AuditBroken, 1),
        };
        SecurityEvent {
            kind,
            reference: matter.reference.to_string(),
            at: matter.at,
            device: self.device.clone(),
            count,
            about: self.about(&matter.actor),
        }
    }

    /// What security is told of a log that was altered. The reference is the same each time that the same is found. Where
    /// nothing is written to the log any more, it has no entry under it.
    pub fn altered(&self, found: &str, now: Timestamp) -> SecurityEvent {
        let found = Digest::of(format!("{} {found}", self.device).as_bytes());
        SecurityEvent {
            kind: SecurityEventKind::AuditBroken,
            reference: Reference::of(found).to_string(),
            at: now,
            device: self.device.clone(),
            count: 1,
            about: None,
        }
    }

    /// The person, if the log names them in full. It shortens long identifiers, and half of one names nobody: the reference
    /// leads to the entry.
    fn about(&self, actor: &Actor) -> Option<ClaimedSubject> {
        let Actor::Person(person) = actor else {
            return None;
        };
        let is_in_full = person.iss == audit::Id::from(self.issuer.as_str())
            && person.subject.values().all(audit::Id::is_in_full);
        is_in_full.then(|| ClaimedSubject {
            iss: self.issuer.clone(),
            claims: person
                .subject
                .iter()
                .map(|(claim, value)| (claim.clone(), value.as_str().to_owned()))
                .collect(),
        })
    }
}
