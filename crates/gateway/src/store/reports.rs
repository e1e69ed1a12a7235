//! What clients report: declined amendments, security events. Their activity logs are in `logs`.

use evidence::Subject;
use jiff::Timestamp;
use records::fields::Kind;
use records::wire::{Decline, ProblemKind, SecurityEvent, SecurityEventKind};
use rusqlite::{Transaction, params};
use serde_json::{Value, json};
use uuid::Uuid;

use super::amendments::pending;
use super::{Store, StoreError, audit, column, subject_column, to_json};
use crate::refusal::Refusal;

/// A security event, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// What happened.
    pub kind: String,
    /// Who authenticated for the call that brought it, or in which the gateway found it.
    pub reported_by: Option<String>,
    /// Whom it is about, by the word of the device that reported it. Nobody authenticated as this person for it.
    pub about: Option<String>,
    /// When it happened, by that device's clock.
    pub at: String,
    /// When it arrived here; earlier versions did not keep that.
    pub received_at: Option<String>,
    /// The client's reference.
    pub reference: Option<String>,
    /// How often.
    pub count: u32,
}

/// A security event on its way to be kept.
pub(super) struct Raised<'a> {
    pub kind: SecurityEventKind,
    pub at: Timestamp,
    /// Who authenticated for the call, as a column.
    pub reported_by: &'a str,
    /// The device's word, as a column.
    pub about: Option<&'a str>,
    pub reference: Option<&'a str>,
    pub device: Option<&'a str>,
    pub count: u32,
}

/// Who declines, and on what condition.
pub struct Declining<'a> {
    /// Who.
    pub caller: &'a Subject,
    /// The entity tags of what they read.
    pub if_match: &'a [String],
    /// Whether they may, for an amendment of this kind.
    pub may: &'a dyn Fn(Kind) -> bool,
}

impl Store {
    /// Declines a pending amendment.
    pub fn decline(
        &self,
        id: &str,
        declining: &Declining<'_>,
        decline: &Decline,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let subject = subject_column(declining.caller)?;
        self.write(|transaction| {
            let amendment =
                pending(transaction, id)?.ok_or(Refusal::Kind(ProblemKind::NotFound))?;
            if !amendment.is_open() {
                return Err(Refusal::Kind(ProblemKind::NotPending));
            }
            if !(declining.may)(amendment.kind()?) {
                return Err(Refusal::Kind(ProblemKind::NotAuthorised));
            }
            if amendment.record_changed() || !declining.if_match.contains(&amendment.etag()) {
                let amendment = id.to_owned();
                return Err(Refusal::RecordChanged { amendment });
            }
            let insert =
                "INSERT INTO decline (amendment, subject, reason, at) VALUES (?1, ?2, ?3, ?4)";
            transaction
                .execute(insert, params![id, subject, decline.reason, column(now)])
                .and_then(|_| {
                    transaction.execute(
                        "UPDATE amendment SET state = 'declined' WHERE id = ?1",
                        [id],
                    )
                })
                .map_err(StoreError::from)?;
            let detail = json!({ "amendment": id });
            Ok(audit::append(
                transaction,
                "amendment-declined",
                Some(&subject),
                &detail,
                now,
            )?)
        })
    }

    /// Keeps a security event that a client reports.
    pub fn keep_event(
        &self,
        caller: &Subject,
        event: &SecurityEvent,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let reported_by = subject_column(caller)?;
        let about = event.about.as_ref();
        let about = about.map(|claimed| to_json(claimed, "claimed subject"));
        let about = about.transpose()?;
        let raised = Raised {
            kind: event.kind,
            at: event.at,
            reported_by: &reported_by,
            about: about.as_deref(),
            reference: Some(&event.reference),
            device: Some(&event.device),
            count: event.count,
        };
        let detail = json!({
            "kind": event.kind.as_str(),
            "reference": event.reference,
            "device": event.device,
            "claimed_about": event.about,
        });
        self.write(|transaction| raised.keep(transaction, &detail, now))
    }

    /// Keeps a security event of the gateway's own, about what somebody submitted.
    pub fn keep_alarm(
        &self,
        kind: SecurityEventKind,
        caller: &Subject,
        signature_id: Option<Uuid>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let caller = subject_column(caller)?;
        tracing::warn!(kind = kind.as_str(), "a submission is a security event");
        let raised = Raised {
            kind,
            at: now,
            reported_by: &caller,
            about: None,
            reference: None,
            device: None,
            count: 1,
        };
        let detail = json!({ "kind": kind.as_str(), "signature_id": signature_id });
        self.write(|transaction| raised.keep(transaction, &detail, now))
    }

    /// All security events, oldest first.
    pub fn security_events(&self) -> Result<Vec<Reported>, StoreError> {
        self.read(|transaction| {
            let mut query = transaction.prepare(
                "SELECT kind, reported_by, about, at, received_at, reference, count
                 FROM security_event ORDER BY id",
            )?;
            let rows = query.query_map([], |row| {
                Ok(Reported {
                    kind: row.get(0)?,
                    reported_by: row.get(1)?,
                    about: row.get(2)?,
                    at: row.get(3)?,
                    received_at: row.get(4)?,
                    reference: row.get(5)?,
                    count: row.get(6)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}

impl Raised<'_> {
    /// Keeps it, and this detail of it in the trail.
    pub fn keep(
        &self,
        transaction: &Transaction<'_>,
        detail: &Value,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        transaction.execute(
            "INSERT INTO security_event (at, kind, reported_by, about, reference, device, count, received_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                column(self.at),
                self.kind.as_str(),
                self.reported_by,
                self.about,
                self.reference,
                self.device,
                self.count,
                column(now),
            ],
        )?;
        let actor = Some(self.reported_by);
        audit::append(transaction, "security-event", actor, detail, now)
    }
}
