//! What clients report: declined amendments, security events. Their activity logs are in `logs`.

use evidence::Subject;
use jiff::Timestamp;
use records::fields::Kind;
use records::wire::{Decline, ProblemKind, SecurityEvent, SecurityEventKind};
use rusqlite::params;
use serde_json::json;
use uuid::Uuid;

use super::amendments::pending;
use super::{Store, StoreError, audit, column, subject_column};
use crate::refusal::Refusal;

/// A security event, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// What happened.
    pub kind: String,
    /// Whose session it was.
    pub subject: Option<String>,
    /// The client's reference.
    pub reference: Option<String>,
    /// How often.
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
        let (subject, kind) = (subject_column(caller)?, event.kind.as_str());
        self.write(|transaction| {
            transaction.execute(
                "INSERT INTO security_event (at, kind, subject, reference, device, count) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![column(event.at), kind, subject, event.reference, event.device, event.count],
            )?;
            let detail = json!({ "kind": kind, "reference": event.reference, "device": event.device });
            audit::append(transaction, "security-event", Some(&subject), &detail, now)
        })
    }

    /// Keeps a security event of the gateway's own, about what somebody submitted.
    pub fn keep_alarm(
        &self,
        kind: SecurityEventKind,
        caller: &Subject,
        signature_id: Option<Uuid>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (subject, kind) = (subject_column(caller)?, kind.as_str());
        tracing::warn!(kind, "a submission is a security event");
        self.write(|transaction| {
            transaction.execute(
                "INSERT INTO security_event (at, kind, subject, reference, device, count) VALUES (?1, ?2, ?3, NULL, NULL, 1)",
                params![column(now), kind, subject],
            )?;
            let detail = json!({ "kind": kind, "signature_id": signature_id });
            audit::append(transaction, "security-event", Some(&subject), &detail, now)
        })
    }

    /// All security events, oldest first.
    pub fn security_events(&self) -> Result<Vec<Reported>, StoreError> {
        self.read(|transaction| {
            let mut query = transaction.prepare(
                "SELECT kind, subject, reference, count FROM security_event ORDER BY id",
            )?;
            let rows = query.query_map([], |row| {
                Ok(Reported {
                    kind: row.get(0)?,
                    subject: row.get(1)?,
                    reference: row.get(2)?,
                    count: row.get(3)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }
}
