//! The registry of sessions: opened by a sign-in, ended by its owner, by another sign-in, or by an administrator.
//!
//! An opening, and all ends that it causes, are one transaction. Ends are numbered in the order of their commits, so that
//! whoever was told up to some number can be told the rest.

mod ending;
mod rows;

use evidence::Subject;
use jiff::{SignedDuration, Timestamp};
use records::wire::{
    Device, RegisteredSession, SecurityEventKind, SessionEnd, SessionId, SessionRevoked,
};
use rusqlite::{Transaction, params};
use serde_json::json;

use super::amendments::count;
use super::reports::Raised;
use super::{Store, StoreError, audit, column, instant, subject_column};
use crate::config::{ManySessions, Sessions};
use crate::refusal::Refusal;
use ending::{End, expire, making_way, open_of};
use rows::{find, newest_end, select};

/// A last sight that is younger is not written again: reading must not cost a write each time.
const SIGHTS_APART: SignedDuration = SignedDuration::from_mins(1);

/// Ends that were not their owner's own doing on the spot.
const FORCED: &str = "'elsewhere', 'switched', 'administrator', 'limit'";

/// A sign-in that is to be registered.
pub struct Opening {
    /// Whose.
    pub subject: Subject,
    /// Where.
    pub device: Device,
    /// The thumbprint of the key that the access token is bound to.
    pub bound_to: Option<String>,
    /// Of the access token.
    pub token_sha256: String,
    /// When its owner authenticated, in seconds since the epoch, where the token says it.
    pub auth_time: Option<i64>,
    /// The name that it gets.
    pub id: SessionId,
}

/// A session as it is kept.
#[derive(Debug, Clone)]
pub struct Session {
    /// What its owner is told.
    pub registered: RegisteredSession,
    /// How it ended, if it did.
    pub ended: Option<Ended>,
    /// Its owner, as a column.
    subject: String,
    /// The thumbprint of its key.
    pub bound_to: Option<String>,
    /// When its owner authenticated, in seconds since the epoch, where that is known.
    authenticated_at: Option<i64>,
}

/// The end of a session.
#[derive(Debug, Clone)]
pub struct Ended {
    /// Its number among all ends.
    pub seq: u64,
    /// What is told about it.
    pub told: SessionRevoked,
}

impl Session {
    /// Whether it is this person's.
    pub fn belongs_to(&self, subject: &Subject) -> Result<bool, StoreError> {
        Ok(subject_column(subject)? == self.subject)
    }
}

impl Store {
    /// Registers a sign-in, and ends what has to end because of it. Says how many sessions that were.
    ///
    /// The same key, or the same token, stands for the same sign-in: while its session is open, the answer is that session;
    /// afterwards it is refused for good. A sign-in that is older than one that it would end is refused too: it was
    /// registered late, and its owner has signed in again since.
    pub fn open_session(
        &self,
        opening: &Opening,
        rules: &Sessions,
        now: Timestamp,
    ) -> Result<(RegisteredSession, u32), Refusal> {
        let subject = subject_column(&opening.subject)?;
        self.write(|transaction| {
            expire(transaction, rules.longest, now)?;
            if let Some(known) = of_same_sign_in(transaction, &subject, opening)? {
                return match known.ended {
                    None => Ok((known.registered, 0)),
                    Some(ended) => Err(Refusal::SessionRevoked {
                        why: ended.told.why,
                    }),
                };
            }
            expect_later_than_ends(transaction, &subject, opening, now)?;
            let leaving = making_way(transaction, &subject, opening, rules.limit)?;
            expect_newest(&leaving, opening, now)?;
            insert(transaction, &subject, opening, now)?;
            for (why, session) in &leaving {
                let end = End {
                    why: *why,
                    actor: Some(&subject),
                    by_device: Some(&opening.device.name),
                    now,
                };
                end.of(transaction, session)?;
            }
            if let Some(many) = rules.many {
                watch_out(transaction, &subject, opening, many, now)?;
            }
            let session = RegisteredSession {
                id: opening.id.clone(),
                device: opening.device.clone(),
                started_at: now,
                last_seen_at: now,
            };
            Ok((session, count(leaving.len())))
        })
    }

    /// Reads a session, and where the ends stand in the same moment.
    pub fn session(&self, id: &SessionId) -> Result<(Option<Session>, u64), StoreError> {
        self.read(|transaction| Ok((find(transaction, id)?, newest_end(transaction)?)))
    }

    /// Notes that a session was heard of, unless that was noted just before.
    pub fn saw_session(
        &self,
        session: &RegisteredSession,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if now.duration_since(session.last_seen_at) < SIGHTS_APART {
            return Ok(());
        }
        self.write(|transaction| {
            transaction.execute(
                "UPDATE session SET last_seen = ?2 WHERE id = ?1 AND ended_at IS NULL",
                [session.id.as_str(), &column(now)],
            )?;
            Ok(())
        })
    }

    /// Closes a session of this person. False: there is none. One that is over stays as it ended.
    pub fn close_session(
        &self,
        id: &SessionId,
        subject: &Subject,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let owner = subject_column(subject)?;
        self.write(|transaction| {
            let session = find(transaction, id)?.filter(|session| session.subject == owner);
            let Some(session) = session else {
                return Ok(false);
            };
            if session.ended.is_none() {
                let end = End {
                    why: SessionEnd::SignedOut,
                    actor: Some(&owner),
                    by_device: None,
                    now,
                };
                end.of(transaction, &session)?;
            }
            Ok(true)
        })
    }

    /// Closes all sessions of this person but that one.
    pub fn close_other_sessions(
        &self,
        kept: &RegisteredSession,
        subject: &Subject,
        now: Timestamp,
    ) -> Result<u32, StoreError> {
        let owner = subject_column(subject)?;
        self.write(|transaction| {
            let end = End {
                why: SessionEnd::Elsewhere,
                actor: Some(&owner),
                by_device: Some(&kept.device.name),
                now,
            };
            end.of_all(transaction, &open_of(transaction, &owner, &kept.id)?)
        })
    }

    /// Ends all sessions of a person, as an administrator. Gateways on this store tell them within a second.
    pub fn end_sessions(&self, subject: &Subject, now: Timestamp) -> Result<u32, StoreError> {
        let owner = subject_column(subject)?;
        self.write(|transaction| {
            let end = End {
                why: SessionEnd::Administrator,
                actor: None,
                by_device: None,
                now,
            };
            let open = "subject = ?1 AND ended_at IS NULL ORDER BY rowid";
            end.of_all(transaction, &select(transaction, open, [&owner])?)
        })
    }

    /// Ends whatever is as old as any session may become.
    pub fn expire_sessions(
        &self,
        longest: SignedDuration,
        now: Timestamp,
    ) -> Result<u32, StoreError> {
        self.write(|transaction| expire(transaction, longest, now))
    }

    /// What ended after that many ends, in order.
    pub fn ends_after(&self, seq: u64) -> Result<Vec<Ended>, StoreError> {
        self.read(|transaction| {
            let after = select(transaction, "ended_seq > ?1 ORDER BY ended_seq", [seq])?;
            Ok(after
                .into_iter()
                .filter_map(|session| session.ended)
                .collect())
        })
    }

    /// How many ends there are.
    pub fn newest_end(&self) -> Result<u64, StoreError> {
        self.read(newest_end)
    }
}

/// The session that was registered with the same key or the same token.
fn of_same_sign_in(
    transaction: &Transaction<'_>,
    subject: &str,
    opening: &Opening,
) -> Result<Option<Session>, StoreError> {
    let same = "subject = ?1 AND (token_sha256 = ?2 OR bound_to = ?3) ORDER BY rowid DESC LIMIT 1";
    let same = select(
        transaction,
        same,
        params![subject, opening.token_sha256, opening.bound_to],
    )?;
    Ok(same.into_iter().next())
}

/// Whoever authenticated before their session was ended has to authenticate again: otherwise the client that lost it could
/// take it back. Providers tell whole seconds, and no skew is allowed for, since it would be the gap to slip through.
fn expect_later_than_ends(
    transaction: &Transaction<'_>,
    subject: &str,
    opening: &Opening,
    now: Timestamp,
) -> Result<(), Refusal> {
    let newest: Option<String> = transaction
        .query_row(
            &format!("SELECT max(ended_at) FROM session WHERE subject = ?1 AND why IN ({FORCED})"),
            [subject],
            |row| row.get(0),
        )
        .map_err(StoreError::from)?;
    let (Some(newest), Some(auth_time)) = (newest, opening.auth_time) else {
        return Ok(());
    };
    let ended = instant(&newest)?.as_second();
    if auth_time >= ended {
        return Ok(());
    }
    Err(authenticate_since(ended, now))
}

/// Nobody is signed out by a sign-in that came before theirs, and is only registered after it. Where it is not known when
/// somebody authenticated, what is registered later counts as later.
fn expect_newest(
    leaving: &[(SessionEnd, Session)],
    opening: &Opening,
    now: Timestamp,
) -> Result<(), Refusal> {
    let newest = leaving.iter().filter_map(|(_, one)| one.authenticated_at);
    match (newest.max(), opening.auth_time) {
        (Some(newest), Some(auth_time)) if auth_time < newest => {
            Err(authenticate_since(newest, now))
        }
        _ => Ok(()),
    }
}

/// Asks for an authentication that is no older than that second.
fn authenticate_since(second: i64, now: Timestamp) -> Refusal {
    let age = now.as_second().saturating_sub(second);
    Refusal::AuthenticateAgain {
        max_age: u32::try_from(age).unwrap_or(0),
    }
}

fn insert(
    transaction: &Transaction<'_>,
    subject: &str,
    opening: &Opening,
    now: Timestamp,
) -> Result<(), StoreError> {
    transaction.execute(
        "INSERT INTO session (id, subject, device_id, device_name, bound_to, token_sha256, started_at, last_seen,
             authenticated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8)",
        params![
            opening.id.as_str(),
            subject,
            opening.device.id,
            opening.device.name,
            opening.bound_to,
            opening.token_sha256,
            column(now),
            opening.auth_time,
        ],
    )?;
    let detail = json!({ "session": opening.id, "device": opening.device });
    audit::append(transaction, "session-opened", Some(subject), &detail, now)
}

/// Tells security of somebody who signs in again and again (21 CFR 11.300 (d)).
fn watch_out(
    transaction: &Transaction<'_>,
    subject: &str,
    opening: &Opening,
    many: ManySessions,
    now: Timestamp,
) -> Result<(), StoreError> {
    let since = now
        .checked_sub(SignedDuration::from_secs(many.within_s.into()))
        .unwrap_or(Timestamp::MIN);
    let opened: u32 = transaction.query_row(
        "SELECT count(*) FROM session WHERE subject = ?1 AND started_at > ?2",
        [subject, &column(since)],
        |row| row.get(0),
    )?;
    if opened < many.count.get() {
        return Ok(());
    }
    let kind = SecurityEventKind::ManySessions;
    tracing::warn!(
        kind = kind.as_str(),
        opened,
        "one person opens many sessions"
    );
    let device = &opening.device.name;
    let raised = Raised {
        kind,
        at: now,
        reported_by: subject,
        about: None,
        reference: None,
        device: Some(device),
        count: opened,
    };
    let detail = json!({ "kind": kind.as_str(), "session": opening.id, "device": device });
    raised.keep(transaction, &detail, now)
}
