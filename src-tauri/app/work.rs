//! One session's work: what was read, listed and signed in it. It goes when the session goes.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::session::Session;
use ::session::lock::{Lookout, Rules};
use audit::{Actor, Mismatches};
use ceremony::Desk;
use jiff::Timestamp;
use records::Amendment;

use super::Parts;
use super::signing::{Saving, Signature};
use crate::ipc::WorklistItem;

/// One session's work.
pub(super) struct Work {
    pub(super) session: Session,
    pub(super) desk: Desk,
    /// Says when nobody is there any more.
    pub(super) lookout: Lookout,
    /// The person is about to lock the screen for somebody else.
    pub(super) makes_way: AtomicBool,
    records: records::Client,
    /// What the person has before them: only exactly this may be signed.
    pub(super) read: Mutex<HashMap<String, Arc<Amendment>>>,
    /// The worklist as it was last shown.
    pub(super) listed: Mutex<Vec<WorklistItem>>,
    pub(super) signature: Mutex<Option<Signature>>,
    /// When security was last told of this session.
    pub(super) security_told: Arc<Mutex<Option<Timestamp>>>,
    /// Evidence of this session's signatures, to be saved on request.
    pub(super) evidence: Mutex<HashMap<String, Vec<u8>>>,
    /// The report on the file that was verified last.
    pub(super) report: Mutex<Option<Saving>>,
}

impl Work {
    /// With what was counted in the session before.
    pub(super) fn new(session: Session, parts: &Parts, before: Mismatches) -> Arc<Self> {
        let input = Arc::clone(&parts.input);
        Arc::new(Self {
            session,
            desk: Desk::resumed(Arc::clone(&parts.policy), before),
            lookout: Lookout::start(Rules::of(&parts.policy), move || input()),
            makes_way: AtomicBool::new(false),
            records: parts.records.clone(),
            read: Mutex::default(),
            listed: Mutex::default(),
            signature: Mutex::default(),
            security_told: Arc::default(),
            evidence: Mutex::default(),
            report: Mutex::default(),
        })
    }

    /// The records service as this session calls it: it says from which session the call comes, once it is registered.
    pub(super) fn records(&self) -> records::Client {
        match self.registry_id() {
            Some(id) => self.records.in_session(&id),
            None => self.records.clone(),
        }
    }

    pub(super) fn read(&self) -> MutexGuard<'_, HashMap<String, Arc<Amendment>>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn listed(&self) -> MutexGuard<'_, Vec<WorklistItem>> {
        self.listed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What comes after this amendment in the worklist, or first in it.
    pub(super) fn after(&self, id: &str) -> Option<WorklistItem> {
        let listed = self.listed();
        let at = listed
            .iter()
            .position(|item| item.id == id)
            .map_or(0, |at| at + 1);
        let (before, after) = listed.split_at(at.min(listed.len()));
        let mut others = after
            .iter()
            .chain(before)
            .filter(|item| item.id != id && !item.changed);
        others.next().cloned()
    }

    pub(super) fn signature(&self) -> MutexGuard<'_, Option<Signature>> {
        self.signature
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn security_told(&self) -> Option<Timestamp> {
        *self
            .security_told
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn told_security(&self) {
        let mut told = self
            .security_told
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *told = Some(Timestamp::now());
    }

    pub(super) fn evidence(&self) -> MutexGuard<'_, HashMap<String, Vec<u8>>> {
        self.evidence.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn actor(work: &Work) -> Actor {
    person(&work.session)
}

pub(super) fn person(session: &Session) -> Actor {
    let person = session.person();
    Actor::Person(audit::Person::new(
        &person.name,
        &person.subject.iss,
        &person.subject.claims,
    ))
}
