//! How sessions end, and which of them have to when somebody signs in.

use jiff::Timestamp;
use records::wire::{SessionEnd, SessionId};
use rusqlite::{Transaction, params};
use serde_json::json;

use super::rows::select;
use super::{Opening, Session};
use crate::config::SessionLimit;
use crate::store::amendments::count;
use crate::store::{StoreError, audit, column};

/// Ends what the limit leaves no room for.
pub(super) fn enforce(
    transaction: &Transaction<'_>,
    subject: &str,
    opening: &Opening,
    limit: SessionLimit,
    now: Timestamp,
) -> Result<u32, StoreError> {
    let end = |why| End {
        why,
        actor: Some(subject),
        by_device: Some(&opening.device.name),
        now,
    };
    match limit {
        SessionLimit::Unlimited => Ok(0),
        SessionLimit::OnePerSubject => {
            let others = open_of(transaction, subject, &opening.id)?;
            end(SessionEnd::Elsewhere).of_all(transaction, &others)
        }
        SessionLimit::OnePerDevice => {
            let there = "device_id = ?1 AND id <> ?2 AND ended_at IS NULL ORDER BY rowid";
            let there = select(
                transaction,
                there,
                [&opening.device.id, opening.id.as_str()],
            )?;
            let (own, foreign): (Vec<_>, Vec<_>) = there
                .into_iter()
                .partition(|session| session.subject == subject);
            Ok(end(SessionEnd::Elsewhere).of_all(transaction, &own)?
                + end(SessionEnd::Switched).of_all(transaction, &foreign)?)
        }
        SessionLimit::Newest(most) => {
            let older = "subject = ?1 AND ended_at IS NULL ORDER BY rowid DESC LIMIT -1 OFFSET ?2";
            let older = select(transaction, older, params![subject, most.get()])?;
            end(SessionEnd::Limit).of_all(transaction, &older)
        }
    }
}

/// How sessions end.
pub(super) struct End<'a> {
    pub why: SessionEnd,
    /// Who ended it; absent for administrators, who are not known here.
    pub actor: Option<&'a str>,
    pub by_device: Option<&'a str>,
    pub now: Timestamp,
}

impl End<'_> {
    pub fn of_all(
        &self,
        transaction: &Transaction<'_>,
        all: &[Session],
    ) -> Result<u32, StoreError> {
        for session in all {
            self.of(transaction, session)?;
        }
        Ok(count(all.len()))
    }

    pub fn of(&self, transaction: &Transaction<'_>, session: &Session) -> Result<(), StoreError> {
        let id = &session.registered.id;
        transaction.execute(
            "UPDATE session SET ended_at = ?2, why = ?3, ended_by = ?4,
                 ended_seq = (SELECT coalesce(max(ended_seq), 0) + 1 FROM session)
             WHERE id = ?1",
            params![
                id.as_str(),
                column(self.now),
                self.why.as_str(),
                self.by_device
            ],
        )?;
        let detail = json!({ "session": id, "why": self.why, "by_device": self.by_device });
        audit::append(transaction, "session-ended", self.actor, &detail, self.now)
    }
}

/// The open sessions of a person but that one.
pub(super) fn open_of(
    transaction: &Transaction<'_>,
    subject: &str,
    but: &SessionId,
) -> Result<Vec<Session>, StoreError> {
    let others = "subject = ?1 AND id <> ?2 AND ended_at IS NULL ORDER BY rowid";
    select(transaction, others, [subject, but.as_str()])
}
