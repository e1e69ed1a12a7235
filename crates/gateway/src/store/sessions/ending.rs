//! How sessions end, and which of them have to when somebody signs in.

use jiff::{SignedDuration, Timestamp};
use records::wire::{SessionEnd, SessionId};
use rusqlite::{Transaction, params};
use serde_json::json;

use super::rows::select;
use super::{Opening, Session};
use crate::config::SessionLimit;
use crate::store::amendments::count;
use crate::store::{StoreError, audit, column};

/// The sessions that the limit leaves no room for beside a new one, and why each of them ends.
pub(super) fn making_way(
    transaction: &Transaction<'_>,
    subject: &str,
    opening: &Opening,
    limit: SessionLimit,
) -> Result<Vec<(SessionEnd, Session)>, StoreError> {
    let leaving = match limit {
        SessionLimit::Unlimited => Vec::new(),
        SessionLimit::OnePerSubject => {
            let others = open_of(transaction, subject, &opening.id)?;
            because(SessionEnd::Elsewhere, others)
        }
        SessionLimit::OnePerDevice => {
            let there = "device_id = ?1 AND ended_at IS NULL ORDER BY rowid";
            let there = select(transaction, there, [&opening.device.id])?;
            let why = |session: &Session| {
                if session.subject == subject {
                    SessionEnd::Elsewhere
                } else {
                    SessionEnd::Switched
                }
            };
            there.into_iter().map(|one| (why(&one), one)).collect()
        }
        SessionLimit::Newest(most) => {
            let older = "subject = ?1 AND ended_at IS NULL ORDER BY rowid DESC LIMIT -1 OFFSET ?2";
            let older = select(transaction, older, params![subject, most.get() - 1])?;
            because(SessionEnd::Limit, older)
        }
    };
    Ok(leaving)
}

fn because(why: SessionEnd, sessions: Vec<Session>) -> Vec<(SessionEnd, Session)> {
    sessions.into_iter().map(|session| (why, session)).collect()
}

/// Ends what is as old as any session may become: its client ended it long ago, and could not say so.
pub(super) fn expire(
    transaction: &Transaction<'_>,
    longest: SignedDuration,
    now: Timestamp,
) -> Result<u32, StoreError> {
    let before = now.checked_sub(longest).unwrap_or(Timestamp::MIN);
    let old = "ended_at IS NULL AND started_at <= ?1 ORDER BY rowid";
    let end = End {
        why: SessionEnd::Expired,
        actor: None,
        by_device: None,
        now,
    };
    end.of_all(transaction, &select(transaction, old, [column(before)])?)
}

/// How sessions end.
pub(super) struct End<'a> {
    pub why: SessionEnd,
    /// Who ended it; absent for administrators, who are not known here, and for the time that passed.
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
