//! What all steps of one ceremony share: the ports, the reference, the time, the debts, and how to report.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use audit::{Actor, Entry, Event, Person, Reference};
use evidence::{SignedAmendment, Signer, Subject};
use jiff::{SignedDuration, Timestamp};
use policy::Policy;

use crate::desk::Controls;
use crate::ending::{Ending, Failure};
use crate::limit::Limit;
use crate::owed::Owed;
use crate::ports::{Ports, TrailError};
use crate::progress::{Progress, Sink, Step, StepState};
use crate::tally::Tally;

/// How long an audit entry may take to be on disk. A disk that hangs must not hang the ceremony.
const WRITING: Duration = Duration::from_secs(10);

/// One running ceremony, seen from all its steps.
#[derive(Clone)]
pub(crate) struct Scene {
    pub(crate) policy: Arc<Policy>,
    pub(crate) ports: Ports,
    pub(crate) reference: Reference,
    pub(crate) signer: Signer,
    pub(crate) amendments: Vec<SignedAmendment>,
    pub(crate) device: String,
    pub(crate) controls: Controls,
    pub(crate) tally: Arc<Tally>,
    pub(crate) limit: Limit,
    pub(crate) owed: Owed,
    pub(crate) progress: Sink,
    pub(crate) place: Arc<Mutex<Place>>,
}

/// Where the ceremony is, for the audit log.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) step: Step,
    /// The step of a verification that failed, where one was named.
    pub(crate) verification: Option<evidence::Step>,
    /// Something that happened could not be written to the audit log.
    pub(crate) unwritten: bool,
}

impl Scene {
    /// The same ceremony with less time, should the challenge not last as long as policy allows.
    pub(crate) fn shortened_to(mut self, life: SignedDuration) -> Self {
        let life = Duration::try_from(life).unwrap_or_default();
        self.limit = self.limit.no_longer_than(life);
        self
    }

    /// Now, by the wall.
    pub(crate) fn now(&self) -> Timestamp {
        self.ports.clock.now()
    }

    /// Does something that the person or the clock may end at any time.
    pub(crate) async fn within<T>(&self, work: impl Future<Output = T>) -> Result<T, Ending> {
        tokio::select! {
            biased;
            () = self.controls.cancelled.cancelled() => Err(Ending::Cancelled),
            () = self.limit.passed() => Err(Ending::TimedOut),
            done = work => Ok(done),
        }
    }

    /// Writes to the audit log. What the event describes proceeds only after that.
    pub(crate) async fn write(&self, event: Event) -> Result<(), Ending> {
        let entry = Entry {
            event,
            reference: Some(self.reference),
            actor: Actor::Person(self.person()),
        };
        let (trail, now) = (Arc::clone(&self.ports.trail), self.now());
        let writing = tokio::spawn(async move { trail.write(entry, now).await });
        match tokio::time::timeout(WRITING, writing).await {
            Ok(Ok(Ok(()))) => return Ok(()),
            Ok(Ok(Err(error))) => {
                tracing::error!(%error, "the audit log cannot be written");
                if error == TrailError::DiskFull {
                    return Err(Ending::Failed(Failure::AuditDiskFull));
                }
            }
            Ok(Err(_)) => tracing::error!("the audit log broke down"),
            Err(_) => tracing::error!("the audit log does not answer"),
        }
        Err(Ending::Failed(Failure::AuditUnwritable))
    }

    /// A step has begun.
    pub(crate) fn begin(&self, step: Step) {
        self.place().step = step;
        self.report(step, StepState::UnderWay);
    }

    /// A step is done.
    pub(crate) fn done(&self, step: Step) {
        self.report(step, StepState::Done);
    }

    /// A report that is no step.
    pub(crate) fn tell(&self, progress: Progress) {
        (self.progress)(progress);
    }

    /// Where the ceremony is.
    pub(crate) fn place(&self) -> std::sync::MutexGuard<'_, Place> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn report(&self, step: Step, state: StepState) {
        self.tell(Progress::Step {
            step,
            state,
            at: self.now(),
        });
    }

    /// Who was asked to sign.
    pub(crate) fn signer_as_subject(&self) -> Subject {
        Subject {
            iss: self.signer.iss.clone(),
            claims: self.signer.subject.clone(),
        }
    }

    fn person(&self) -> Person {
        Person::new(&self.signer.name, &self.signer.iss, &self.signer.subject)
    }
}
