//! Sessions as they stand in the store.

use records::wire::{Device, RegisteredSession, SessionEnd, SessionId, SessionRevoked};
use rusqlite::{Row, Transaction};

use super::{Ended, Session};
use crate::store::{StoreError, instant};

/// The session of that name.
pub(super) fn find(
    transaction: &Transaction<'_>,
    id: &SessionId,
) -> Result<Option<Session>, StoreError> {
    Ok(select(transaction, "id = ?1", [id.as_str()])?
        .into_iter()
        .next())
}

/// How many ends there are.
pub(super) fn newest_end(transaction: &Transaction<'_>) -> Result<u64, StoreError> {
    let newest: Option<u64> =
        transaction.query_row("SELECT max(ended_seq) FROM session", [], |row| row.get(0))?;
    Ok(newest.unwrap_or(0))
}

/// The sessions for which that holds.
pub(super) fn select(
    transaction: &Transaction<'_>,
    condition: &str,
    parameters: impl rusqlite::Params,
) -> Result<Vec<Session>, StoreError> {
    let mut query = transaction.prepare_cached(&format!(
        "SELECT id, subject, device_id, device_name, bound_to, started_at, last_seen, ended_at, why, ended_by, ended_seq,
             authenticated_at
         FROM session WHERE {condition}"
    ))?;
    let mut rows = query.query(parameters)?;
    let mut sessions = Vec::new();
    while let Some(row) = rows.next()? {
        sessions.push(read(row)?);
    }
    Ok(sessions)
}

fn read(row: &Row<'_>) -> Result<Session, StoreError> {
    let id: String = row.get(0)?;
    let id = SessionId::try_from(id).map_err(|_| unreadable("session"))?;
    let ended = match (row.get::<_, Option<String>>(7)?, row.get(10)?) {
        (Some(at), Some(seq)) => {
            let why: String = row.get(8)?;
            let told = SessionRevoked {
                session: id.clone(),
                why: SessionEnd::from_name(&why).ok_or_else(|| unreadable("end of a session"))?,
                at: instant(&at)?,
                by_device: row.get(9)?,
            };
            Some(Ended { seq, told })
        }
        _ => None,
    };
    let (started_at, last_seen): (String, String) = (row.get(5)?, row.get(6)?);
    Ok(Session {
        registered: RegisteredSession {
            id,
            device: Device {
                id: row.get(2)?,
                name: row.get(3)?,
            },
            started_at: instant(&started_at)?,
            last_seen_at: instant(&last_seen)?,
        },
        ended,
        subject: row.get(1)?,
        bound_to: row.get(4)?,
        authenticated_at: row.get(11)?,
    })
}

fn unreadable(what: &'static str) -> StoreError {
    StoreError::Unreadable { what }
}
