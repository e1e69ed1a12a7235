//! The activity log as the person at the screen may see it.
//!
//! It shows that every number is there, and what this person and the device did. What others did on a shared device is named,
//! and nothing more. Nor does it say why a signature was not applied: all the reasons read alike here, whatever is filtered
//! for, and the reason stands in the file alone. That security was told is an entry without a reference; whoever counts
//! entries can tell that a signature led to one.

mod words;

use std::path::Path;
use std::time::{Duration, Instant};

use audit::{Actor, AuditError, Event, Filter, Recorded};
use catalogue::Catalogue;
use jiff::Timestamp;

use self::words::{detail, kind, name};
use super::signing::Saving;
use super::{Controller, Work, when};
use crate::ipc::{
    ActivityActor, ActivityEntry, ActivityKind, ActivityPage, ActivityQuery, ChainView, Fault,
};

/// So long a verdict on the whole log is shown again, beside the time at which it was found.
const FRESH: Duration = Duration::from_mins(1);
/// How often an unfinished end of the log is looked at again, and after how long.
const LOOKS: u32 = 5;
const A_MOMENT: Duration = Duration::from_millis(200);
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
        let listed = self.entries(&work, query, PAGE).await?;
        let chain = self.chain(listed.broken).await?;
        Ok(ActivityPage {
            entries: listed.entries,
            next: listed.next,
            chain,
        })
    }

    /// Reads the whole log, from its first line to its last.
    pub(crate) async fn check_chain(&self) -> Result<ChainView, Fault> {
        self.work()?;
        self.read_chain().await
    }

    /// Whether the log was found to be whole when it was read last, and is still written.
    pub(super) fn log_holds(&self) -> bool {
        let found_broken = matches!(&self.inner().chain, Some((_, chain)) if !chain.complete);
        !found_broken && !self.parts.log.is_stopped()
    }

    /// Reads the whole log, also where nobody is at the screen. A log that was changed from outside stops signing.
    pub(super) async fn read_chain(&self) -> Result<ChainView, Fault> {
        let path = self.parts.log.path();
        let looked = tokio::task::spawn_blocking(move || {
            let shipped = audit::shipped::read(&path)?;
            let report = settled(&path)?;
            Ok((newest_receipt(&path)?, report, shipped))
        });
        let (receipt, report, shipped) = looked
            .await
            .map_err(|_| self.fault("internal", &[]))?
            .map_err(|error: AuditError| self.fault(error.code(), &[]))?;
        if let Some(broken) = &report.broken {
            let found = AuditError::Broken(broken.clone());
            self.raise_altered(&found).await;
        }
        let ships = self.parts.policy.audit.ship;
        let view = ChainView {
            complete: report.is_complete(),
            entries: number(report.entries),
            segments: report.segments,
            checked_at: when::rfc3339(Timestamp::now()),
            anchored_in: receipt.map(manifestation::receipt_number),
            shipped_through: ships.then(|| shipped.map_or(0, |one| number(one.head.seq))),
            broken: report.broken.map(|broken| broken.to_string()),
        };
        let held = self.log_holds();
        self.inner().chain = Some((Instant::now(), view.clone()));
        if held != self.log_holds() {
            self.tell();
        }
        Ok(view)
    }

    /// What the query leaves of the list, as the list shows it.
    pub(crate) async fn activity_to_save(&self, query: ActivityQuery) -> Result<Saving, Fault> {
        let work = self.work()?;
        let listed = self.entries(&work, query, SAVED).await?;
        let octets = serde_json::to_vec_pretty(&listed.entries);
        Ok(Saving {
            file_name: "countersign-activity.json".to_owned(),
            octets: octets.map_err(|_| self.fault("internal", &[]))?,
        })
    }

    /// How the chain stands: as it was found a moment ago, and what was written since.
    async fn chain(&self, broken: bool) -> Result<ChainView, Fault> {
        let known = self.inner().chain.clone();
        let known = known.filter(|(at, chain)| at.elapsed() < FRESH && chain.complete != broken);
        let Some((_, mut chain)) = known else {
            return self.read_chain().await;
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
    ) -> Result<Listed, Fault> {
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

/// A part of the log, newest first.
#[derive(Default)]
struct Listed {
    entries: Vec<ActivityEntry>,
    /// Where older ones are asked for.
    next: Option<u32>,
    /// It ends where the log does not hold together.
    broken: bool,
}

/// Reads the log for one person.
struct Reader {
    locale: catalogue::Locale,
    me: Actor,
    query: ActivityQuery,
}

impl Reader {
    fn read(&self, path: &Path, most: usize) -> Result<Listed, AuditError> {
        let texts = Catalogue::new(self.locale);
        let mut listed = Listed::default();
        let mut before = self.query.before.map(u64::from);
        for _ in 0..MAX_CHUNKS {
            let page = audit::page(path, &Filter::default(), before, CHUNK)?;
            for recorded in &page.entries {
                before = Some(recorded.seq);
                listed.entries.extend(self.shown(&texts, recorded));
                if listed.entries.len() >= most {
                    listed.next = Some(number(recorded.seq)).filter(|seq| *seq > 1);
                    return Ok(listed);
                }
            }
            listed.broken = page.broken.is_some();
            if page.next.is_none() {
                return Ok(listed);
            }
        }
        listed.next = before.map(number);
        Ok(listed)
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

/// The log as it stands. An end without its last sign may be on its way to the disk: it is given a moment to arrive.
fn settled(path: &Path) -> Result<audit::Report, AuditError> {
    let unfinished = |report: &audit::Report| {
        let broken = report.broken.as_ref();
        broken.is_some_and(|broken| broken.fault == audit::Fault::Incomplete)
    };
    let mut report = audit::verify(path)?;
    for _ in 0..LOOKS {
        if !unfinished(&report) {
            break;
        }
        std::thread::sleep(A_MOMENT);
        report = audit::verify(path)?;
    }
    Ok(report)
}

/// The receipt of the newest signature in this log: its statement, and so the receipt, says where the log stood then.
fn newest_receipt(path: &Path) -> Result<Option<u64>, AuditError> {
    let recorded = Filter {
        event: Some("signature_recorded".to_owned()),
        ..Filter::default()
    };
    let page = audit::page(path, &recorded, None, 1)?;
    Ok(page.entries.first().and_then(|entry| match entry.event {
        Event::SignatureRecorded { receipt, .. } => Some(receipt),
        _ => None,
    }))
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

/// A log of four thousand million entries is not one.
fn number(of: u64) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}
