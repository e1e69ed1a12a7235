//! The activity log as the person at the screen may see it.
//!
//! It shows that every number is there, and what this person and the device did. What others did on a shared device is named,
//! and nothing more. Nor does it say why a signature was not applied: all the reasons read alike here, whatever is filtered
//! for, and the reason stands in the file alone. That security was told is an entry without a reference; whoever counts
//! entries can tell that a signature led to one.

use audit::{Actor, Event, Filter, Recorded, SignOut};
use catalogue::{Catalogue, Value};
use jiff::Timestamp;

use super::signing::Saving;
use super::{Controller, Work, when};
use crate::ipc::{
    ActivityActor, ActivityEntry, ActivityKind, ActivityPage, ActivityQuery, ChainView, Fault,
};

/// Entries on one page.
const PAGE: usize = 50;
/// The most entries that are saved at once.
const SAVED: usize = 10_000;
/// How many entries are read from the files at a time.
const CHUNK: usize = 500;
/// The most chunks that are read for one page: a filter that nothing meets does not read years at once.
const MAX_CHUNKS: usize = 40;

impl Controller {
    /// One page of the log, newest first.
    pub(crate) async fn activity(&self, query: ActivityQuery) -> Result<ActivityPage, Fault> {
        let work = self.work()?;
        let chain = self.chain().await?;
        let (entries, next) = self.entries(&work, query, PAGE).await?;
        Ok(ActivityPage {
            entries,
            next,
            chain,
        })
    }

    /// Reads the whole log, from its first line to its last.
    pub(crate) async fn check_chain(&self) -> Result<ChainView, Fault> {
        self.work()?;
        let path = self.parts.log.path();
        let looked = tokio::task::spawn_blocking(move || {
            let shipped = audit::shipped::read(&path)?;
            audit::verify(&path).map(|report| (report, shipped))
        });
        let (report, shipped) = looked
            .await
            .map_err(|_| self.fault("internal", &[]))?
            .map_err(|error| self.fault(error.code(), &[]))?;
        let ships = self.parts.policy.audit.ship;
        let view = ChainView {
            complete: report.is_complete(),
            entries: number(report.entries),
            segments: report.segments,
            checked_at: when::rfc3339(Timestamp::now()),
            anchored_in: None,
            shipped_through: ships.then(|| shipped.map_or(0, |one| number(one.head.seq))),
            broken: report.broken.map(|broken| broken.to_string()),
        };
        self.inner().chain = Some(view.clone());
        Ok(view)
    }

    /// What the query leaves of the list, as the list shows it.
    pub(crate) async fn activity_to_save(&self, query: ActivityQuery) -> Result<Saving, Fault> {
        let work = self.work()?;
        let (entries, _) = self.entries(&work, query, SAVED).await?;
        let octets = serde_json::to_vec_pretty(&entries);
        Ok(Saving {
            file_name: "countersign-activity.json".to_owned(),
            octets: octets.map_err(|_| self.fault("internal", &[]))?,
        })
    }

    /// How the chain stands: as it was found last, and what was written since.
    async fn chain(&self) -> Result<ChainView, Fault> {
        let known = self.inner().chain.clone();
        let mut chain = match known {
            Some(chain) => chain,
            None => self.check_chain().await?,
        };
        if chain.complete {
            // Written by this process alone, line after line, or not at all.
            chain.complete = !self.parts.log.is_stopped();
            chain.entries = number(self.parts.log.head().seq);
        }
        Ok(chain)
    }

    async fn entries(
        &self,
        work: &Work,
        query: ActivityQuery,
        most: usize,
    ) -> Result<(Vec<ActivityEntry>, Option<u32>), Fault> {
        let path = self.parts.log.path();
        let reader = Reader {
            locale: self.locale(),
            me: super::work::actor(work),
            query,
        };
        let read = tokio::task::spawn_blocking(move || reader.read(&path, most));
        read.await
            .map_err(|_| self.fault("internal", &[]))?
            .map_err(|error| self.fault(error.code(), &[]))
    }
}

/// Reads the log for one person.
struct Reader {
    locale: catalogue::Locale,
    me: Actor,
    query: ActivityQuery,
}

impl Reader {
    fn read(
        &self,
        path: &std::path::Path,
        most: usize,
    ) -> Result<(Vec<ActivityEntry>, Option<u32>), audit::AuditError> {
        let texts = Catalogue::new(self.locale);
        let mut entries = Vec::new();
        let mut before = self.query.before.map(u64::from);
        for _ in 0..MAX_CHUNKS {
            let page = audit::page(path, &Filter::default(), before, CHUNK)?;
            for recorded in &page.entries {
                before = Some(recorded.seq);
                entries.extend(self.shown(&texts, recorded));
                if entries.len() >= most {
                    return Ok((entries, Some(number(recorded.seq)).filter(|seq| *seq > 1)));
                }
            }
            if page.next.is_none() {
                return Ok((entries, None));
            }
        }
        Ok((entries, before.map(number)))
    }

    /// The entry as this person may see it, if it is among what they look for.
    fn shown(&self, texts: &Catalogue, recorded: &Recorded) -> Option<ActivityEntry> {
        let wanted = self.query.kind;
        if wanted != ActivityKind::All && wanted != kind(&recorded.event) {
            return None;
        }
        let event = name(&recorded.event);
        let mine = recorded.actor == self.me || matches!(recorded.actor, Actor::Device(_));
        let detail = detail(texts, &recorded.event).filter(|_| mine);
        let told = matches!(recorded.event, Event::SecurityEventSent { .. });
        let reference = recorded.reference.filter(|_| mine && !told);
        let entry = ActivityEntry {
            seq: number(recorded.seq),
            at: when::rfc3339(recorded.at),
            title: texts.text(&format!("event-{}", event.replace('_', "-")), &[]),
            event: event.to_owned(),
            detail: detail.unwrap_or_default(),
            actor: match &recorded.actor {
                Actor::Device(_) => ActivityActor::Device,
                Actor::Person(person) if mine => {
                    ActivityActor::You(person.name.as_str().to_owned())
                }
                Actor::Person(_) => ActivityActor::Another,
            },
            reference: reference.map(|reference| reference.to_string()),
        };
        is_found(&entry, &self.query.text).then_some(entry)
    }
}

/// Whether the text stands in what is shown: never in what is not.
fn is_found(entry: &ActivityEntry, text: &str) -> bool {
    let text = text.trim().to_lowercase();
    if text.is_empty() {
        return true;
    }
    let spoken = |reference: &str| reference.to_lowercase().replace('-', "");
    let who = match &entry.actor {
        ActivityActor::You(name) => name.as_str(),
        ActivityActor::Another | ActivityActor::Device => "",
    };
    [entry.title.as_str(), entry.detail.as_str(), who]
        .into_iter()
        .any(|shown| shown.to_lowercase().contains(&text))
        || entry
            .reference
            .as_ref()
            .is_some_and(|reference| spoken(reference).contains(&spoken(&text)))
}

/// The event as the person may know it: why a signature was not applied, nobody learns here.
fn name(event: &Event) -> &'static str {
    match event {
        Event::AmbientSignIn { ended: true }
        | Event::SignerMismatch { .. }
        | Event::SignatureRefused { .. } => "signature_not_applied",
        Event::SignatureRecorded {
            from_outbox: true, ..
        } => "delivered_from_outbox",
        other => other.name(),
    }
}

fn kind(event: &Event) -> ActivityKind {
    match event {
        Event::SigningStarted { .. }
        | Event::PreflightPassed
        | Event::PreflightInconclusive
        | Event::SignatureSealed { .. }
        | Event::SignatureRecorded { .. }
        | Event::SignatureCancelled
        | Event::SignatureTimedOut
        | Event::RecordChanged { .. }
        | Event::SignatureUnconfirmed { .. }
        | Event::SignatureFailed { .. }
        | Event::CleanedUp { .. }
        | Event::Declined { .. }
        | Event::EvidenceSaved { .. } => ActivityKind::Signing,
        Event::SignedIn { .. }
        | Event::SessionRestored
        | Event::Locked { .. }
        | Event::Unlocked
        | Event::SwitchedUser { .. }
        | Event::SignedOut { .. } => ActivityKind::Session,
        Event::AmbientSignIn { .. }
        | Event::SignerMismatch { .. }
        | Event::SignatureRefused { .. }
        | Event::SignInFailed { .. }
        | Event::UnlockFailed { .. }
        | Event::SigningLocked { .. }
        | Event::SigningUnlocked { .. }
        | Event::SecurityEventSent { .. }
        | Event::ClockSetBack { .. }
        | Event::ShippingRefused { .. } => ActivityKind::Security,
        Event::Started { .. }
        | Event::Stopped
        | Event::PolicyRead { .. }
        | Event::PolicyRefused { .. }
        | Event::Recovered { .. } => ActivityKind::System,
    }
}

/// What stands beside it; nothing where there is nothing to say.
fn detail(texts: &Catalogue, event: &Event) -> Option<String> {
    let said = |key: &str, args: &[(&str, Value<'_>)]| {
        Some(texts.text(&format!("event-detail-{key}"), args))
    };
    match event {
        Event::Started { version } => said("version", &[("version", version.as_str().into())]),
        Event::PolicyRead { managed, .. } => said("policy", &[("managed", (*managed).into())]),
        Event::SignedIn { agent, .. } if agent.as_str() == "window" => {
            said("signed-in-window", &[])
        }
        Event::SignedIn { .. } => said("signed-in-browser", &[]),
        Event::Locked { idle_s: None } => said("locked-person", &[]),
        Event::Locked { idle_s: Some(s) } if s % 60 == 0 => {
            said("locked-idle", &[("minutes", (s / 60).into())])
        }
        Event::Locked { idle_s: Some(s) } => {
            said("locked-idle-seconds", &[("seconds", (*s).into())])
        }
        Event::Unlocked => said("unlocked", &[]),
        Event::SignedOut { by, .. } => said(
            match by {
                SignOut::Person => "signed-out-person",
                SignOut::Expired => "signed-out-expired",
                SignOut::Absolute => "signed-out-absolute",
                SignOut::Idle => "signed-out-idle",
                SignOut::Elsewhere => "signed-out-elsewhere",
                SignOut::Switch => "signed-out-switch",
            },
            &[],
        ),
        Event::SigningStarted { amendments, .. } => {
            let named: Vec<&str> = amendments.iter().map(audit::Id::as_str).collect();
            Some(named.join(", "))
        }
        Event::PreflightPassed => said("preflight", &[]),
        Event::PreflightInconclusive => said("preflight-inconclusive", &[]),
        Event::AmbientSignIn { ended: true }
        | Event::SignerMismatch { .. }
        | Event::SignatureRefused { .. } => said("not-applied", &[]),
        Event::SignatureRecorded {
            record, receipt, ..
        } => {
            let receipt = manifestation::receipt_number(*receipt);
            let args = [
                ("record", record.as_str().into()),
                ("receipt", receipt.as_str().into()),
            ];
            said("recorded", &args)
        }
        Event::RecordChanged {
            record,
            read_version,
            now_version,
        } => {
            let mut args = vec![
                ("record", record.as_str().into()),
                ("read", read_version.as_str().into()),
            ];
            match now_version {
                Some(now) => {
                    args.push(("now", now.as_str().into()));
                    said("record-changed", &args)
                }
                None => said("record-read", &args),
            }
        }
        Event::CleanedUp {
            window_gone,
            processes_gone,
            jar_gone,
            ..
        } => {
            let gone = *window_gone && *processes_gone && *jar_gone;
            said(if gone { "cleaned-up" } else { "left-behind" }, &[])
        }
        Event::SigningLocked { mismatches } => {
            said("signing-locked", &[("count", (*mismatches).into())])
        }
        Event::SigningUnlocked { after_s } => said(
            "signing-unlocked",
            &[("minutes", after_s.div_ceil(60).into())],
        ),
        Event::ClockSetBack { by_s } => {
            said("clock-set-back", &[("seconds", number(*by_s).into())])
        }
        Event::ShippingRefused { seq } => said("shipping-refused", &[("seq", number(*seq).into())]),
        Event::SecurityEventSent { delivered, .. } => said(
            if *delivered {
                "security-told"
            } else {
                "security-waits"
            },
            &[],
        ),
        Event::Declined { amendment } => Some(amendment.as_str().to_owned()),
        Event::Recovered { cut_bytes, .. } => {
            said("recovered", &[("bytes", number(*cut_bytes).into())])
        }
        _ => None,
    }
}

/// A log of four thousand million entries is not one.
fn number(of: u64) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}
