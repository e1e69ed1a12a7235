//! From **Sign** to the ending, as the pages see it. What happens in between is the ceremony's.

use std::sync::Arc;

use catalogue::intent;
use ceremony::{Ending, Ports, Progress, SharedOutbox, StepState as At, SystemClock, UnderWay};
use evidence::{
    AuditHead, ClientInfo, LocalTime, Meaning, Presentation, RecordRef, SignedAmendment, Signer,
    StatementReason,
};
use jiff::{SignedDuration, Timestamp, Zoned};
use records::{Amendment, Title};
use uuid::Uuid;

use super::ports::{SessionAlarm, SessionChallenges};
use super::{Controller, Work, faults, reading, when};
use crate::ipc::{CeremonyView, Draft, Fault, SignRequest, StepState, StepView};

/// The signature that is under way, or whose ending is still on the screen.
pub(super) struct Signature {
    pub(super) view: CeremonyView,
    pub(super) chosen: Arc<Chosen>,
    /// Set while its fate is being asked.
    pub(super) unconfirmed: Option<Uuid>,
}

/// What is signed, and with which words. A ceremony keeps it to the end, whatever becomes of the screen.
pub(super) struct Chosen {
    pub(super) amendment: Arc<Amendment>,
    pub(super) draft: Draft,
}

/// Something on its way to a file.
#[derive(Clone)]
pub(crate) struct Saving {
    pub(crate) file_name: String,
    pub(crate) octets: Vec<u8>,
}

impl Controller {
    /// Begins a ceremony, if what the person saw is exactly what would be signed.
    pub(crate) fn begin_signing(self: &Arc<Self>, request: SignRequest) -> Result<(), Fault> {
        let work = self.work()?;
        self.policy_stands()?;
        if !self.log_holds() {
            let stopped = self.parts.log.is_stopped();
            let code = if stopped {
                "audit_stopped"
            } else {
                "audit-broken"
            };
            return Err(self.fault(code, &[]));
        }
        let amendment = self.as_read(&work, &request.id, &request.etag)?;
        self.refuse_what_waits(&request.id)?;
        let parts = self.compose(&work, &amendment, &request.draft)?;
        let text = intent::complete_text(&parts)
            .filter(|text| *text == request.shown_text)
            .ok_or_else(|| self.fault("text_changed", &[]))?;
        self.save_draft(&request.id, request.draft.clone())?;
        let asked = self.request(&work, &amendment, &request.draft, text)?;
        let view = self.fresh_view(&amendment);
        let chosen = Arc::new(Chosen {
            amendment,
            draft: request.draft,
        });
        if !work.take_slot(view, &chosen) {
            return Err(self.fault("ceremony_under_way", &[]));
        }
        let sink = self.sink(&work, &chosen);
        match work.desk.begin(asked, self.ports(&work), sink) {
            Ok(under_way) => {
                // A lock looks for a ceremony after it took the screen; one that begins looks for a lock.
                if !self.is_current(&work) {
                    under_way.cancel();
                }
                self.tell();
                self.await_ending(work, chosen, under_way);
                Ok(())
            }
            Err(error) => {
                *work.signature() = None;
                Err(self.fault(faults::begin(error), &[]))
            }
        }
    }

    /// How far the signature is, or how it ended; nothing when there is none.
    pub(crate) fn ceremony_state(&self) -> Option<CeremonyView> {
        let work = self.work().ok()?;
        let signature = work.signature();
        signature.as_ref().map(|signature| signature.view.clone())
    }

    pub(crate) async fn bring_forward(&self) {
        if let Some(under_way) = self.under_way() {
            under_way.bring_forward().await;
        }
    }

    pub(crate) fn cancel_signing(&self) {
        if let Some(under_way) = self.under_way() {
            under_way.cancel();
        }
    }

    /// Takes an ending off the screen. A signature under way stays.
    pub(crate) fn dismiss_ending(&self) {
        if let Ok(work) = self.work() {
            let mut signature = work.signature();
            if signature
                .as_ref()
                .is_some_and(|one| one.view.ending.is_some())
            {
                *signature = None;
            }
        }
        self.tell();
    }

    fn under_way(&self) -> Option<UnderWay> {
        self.work().ok()?.desk.under_way()
    }

    fn request(
        &self,
        work: &Work,
        amendment: &Amendment,
        draft: &Draft,
        text: String,
    ) -> Result<ceremony::Request, Fault> {
        let policy = &self.parts.policy;
        let changed = || self.fault("text_changed", &[]);
        let meanings = &policy.signing.meanings;
        let meaning = meanings
            .iter()
            .find(|one| one.code == draft.meaning)
            .ok_or_else(changed)?;
        let reasons = &policy.signing.reasons;
        let reason = reasons
            .iter()
            .find(|one| one.code == draft.reason)
            .ok_or_else(changed)?;
        let worded = self.worded(reason, &draft.note);
        if !reading::is_recordable(&worded) {
            return Err(self.fault("note_unusable", &[]));
        }
        let signed = SignedAmendment::new(
            amendment.id.clone(),
            RecordRef {
                system: amendment.record.system.clone(),
                kind: amendment.record.kind.clone(),
                id: amendment.record.id.clone(),
                base_version: amendment.record.base_version.clone(),
            },
            amendment.base.as_slice(),
            amendment.proposed.as_slice(),
        )
        .map_err(|_| self.fault("records_malformed", &[]))?;
        let person = work.session.person();
        let now = Zoned::now();
        Ok(ceremony::Request {
            amendments: vec![signed],
            etags: vec![amendment.etag.clone()],
            signer: Signer {
                iss: person.subject.iss.clone(),
                subject: person.subject.claims.clone(),
                name: person.name.clone(),
            },
            login_hint: person.login_hint.clone(),
            meaning: Meaning {
                system: evidence::statement::MeaningSystem::default(),
                code: meaning.code.clone(),
                display: meaning.display.clone(),
            },
            reason: StatementReason {
                code: reason.code.clone(),
                text: worded,
            },
            presentation: Presentation {
                media_type: "text/plain;charset=utf-8".to_owned(),
                octets: Some(text.into_bytes()),
            },
            requested_at: LocalTime::from(&now),
            time_zone: now
                .time_zone()
                .iana_name()
                .unwrap_or("Etc/Unknown")
                .to_owned(),
            title: Title {
                kind: amendment.kind,
                record: amendment.record.id.clone(),
                patient: amendment.patient.clone(),
                meaning: meaning.display.clone(),
            },
            client: ClientInfo {
                client_id: policy.identity.client_id.clone(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                build: build().to_owned(),
                device: self.parts.device.clone(),
                audit_head: self.audit_head(),
            },
        })
    }

    /// Where the activity log stands: the signature anchors it.
    fn audit_head(&self) -> Option<AuditHead> {
        let head = self.parts.log.head();
        (head.seq > 0).then(|| AuditHead {
            seq: head.seq,
            sha256: head.hash.to_string(),
        })
    }

    /// The reason as the signer reads it, with the note that is part of the signature.
    fn worded(&self, reason: &policy::Reason, note: &str) -> String {
        let reason = self.catalogue().reason(&reason.code, &reason.text);
        match note.trim() {
            "" => reason,
            note => format!("{reason}: {note}"),
        }
    }

    fn ports(self: &Arc<Self>, work: &Arc<Work>) -> Ports {
        let parts = &self.parts;
        let outbox = parts.outbox.clone();
        Ports {
            agent: Arc::clone(&parts.signing_agent),
            relying_party: parts.relying_party.clone(),
            challenges: Arc::new(SessionChallenges {
                session: work.session.clone(),
                records: work.records(),
                revoked: self.ends_elsewhere(work),
            }),
            submission: Arc::new(parts.records.clone()),
            outbox: outbox
                .map(|outbox| Arc::new(SharedOutbox(outbox)) as Arc<dyn ceremony::Outbox>),
            trail: Arc::new(parts.log.clone()),
            alarm: Arc::new(SessionAlarm {
                session: work.session.clone(),
                records: parts.records.clone(),
                alarms: Arc::clone(&parts.alarms),
                log: parts.log.clone(),
                told: Arc::clone(&work.security_told),
            }),
            clock: Arc::new(SystemClock),
            page: self.page(),
        }
    }

    /// Takes the reports of a running ceremony and shows them.
    fn sink(self: &Arc<Self>, work: &Arc<Work>, chosen: &Arc<Chosen>) -> ceremony::Sink {
        let (controller, work, chosen) = (Arc::clone(self), Arc::clone(work), Arc::clone(chosen));
        Arc::new(move |progress| {
            let view = work.with_signature(&chosen, |signature| {
                advance(&mut signature.view, &progress);
                signature.view.clone()
            });
            if let Some(view) = view
                && controller.is_current(&work)
            {
                controller.parts.screen.ceremony(&view);
            }
        })
    }

    fn await_ending(self: &Arc<Self>, work: Arc<Work>, chosen: Arc<Chosen>, under_way: UnderWay) {
        let controller = Arc::clone(self);
        tokio::spawn(async move {
            let Some(ended) = under_way.ended().await else {
                return;
            };
            tracing::info!(ending = ended.ending.name(), reference = %ended.reference, cleanup = ?ended.cleanup, "a ceremony ended");
            let ending = controller.ending(&work, &chosen, &ended).await;
            controller.show(&work, &chosen, ending, unconfirmed(&ended.ending));
            if matches!(ended.ending, Ending::Recorded(_) | Ending::RecordChanged)
                && controller.is_current(&work)
            {
                controller.parts.screen.worklist_changed();
            }
        });
    }

    fn fresh_view(&self, amendment: &Amendment) -> CeremonyView {
        let timeout = SignedDuration::from_secs(i64::from(self.parts.policy.signing.timeout_s));
        let ends_at = Timestamp::now()
            .checked_add(timeout)
            .unwrap_or(Timestamp::MAX);
        CeremonyView {
            amendment: amendment.id.clone(),
            record: amendment.record.id.clone(),
            patient: amendment.patient.clone(),
            steps: ceremony::Step::ALL
                .iter()
                .map(|step| StepView {
                    name: step.name().to_owned(),
                    state: StepState::Todo,
                    at: None,
                })
                .collect(),
            ends_at: when::rfc3339(ends_at),
            origin: self.parts.policy.identity.issuer_origin(),
            ending: None,
        }
    }
}

impl Work {
    /// Puts a signature before the person, unless there is one already.
    fn take_slot(&self, view: CeremonyView, chosen: &Arc<Chosen>) -> bool {
        let mut signature = self.signature();
        if signature.is_some() {
            return false;
        }
        *signature = Some(Signature {
            view,
            chosen: Arc::clone(chosen),
            unconfirmed: None,
        });
        true
    }

    /// Changes this signature, while it is the one before the person.
    pub(super) fn with_signature<T>(
        &self,
        chosen: &Arc<Chosen>,
        change: impl FnOnce(&mut Signature) -> T,
    ) -> Option<T> {
        let mut signature = self.signature();
        let current = signature.as_mut();
        current
            .filter(|signature| Arc::ptr_eq(&signature.chosen, chosen))
            .map(change)
    }
}

/// Which build this is.
pub(super) fn build() -> &'static str {
    option_env!("COUNTERSIGN_BUILD").unwrap_or("development")
}

fn advance(view: &mut CeremonyView, progress: &Progress) {
    match progress {
        Progress::Began { ends_at, .. } => view.ends_at = when::rfc3339(*ends_at),
        Progress::Step { step, state, at } => {
            if let Some(shown) = view.steps.iter_mut().find(|one| one.name == step.name()) {
                (shown.state, shown.at) = match state {
                    At::UnderWay => (StepState::Now, None),
                    At::Done => (StepState::Done, Some(when::rfc3339(*at))),
                };
            }
        }
        // Pages of providers try many hosts that a sign-in does not need: IT finds it here when one gets stuck.
        Progress::HostRefused { host } => tracing::warn!(
            host,
            "a page wanted to go to a host that policy does not allow"
        ),
    }
}

fn unconfirmed(ending: &Ending) -> Option<Uuid> {
    match ending {
        Ending::Unconfirmed(unconfirmed) => Some(unconfirmed.signature_id),
        _ => None,
    }
}
