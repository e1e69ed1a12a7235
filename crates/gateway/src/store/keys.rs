//! The ledgers of signing keys: the identity providers' and the gateway's own. Keys come in and never go out.
//!
//! A key that a provider publishes no more is retired, not removed: what it signed before stays verifiable, and what
//! is signed with it afterwards is refused. The ledger knows what the provider showed to this gateway; a key that was
//! published and taken down between two fetches was never seen.

use evidence::LedgerKey;
use evidence::keys::Jwk;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde_json::json;

use super::{Store, StoreError, audit, column, instant, json, to_json};

impl Store {
    /// Writes down which keys an issuer publishes now, and which of those that it published before are gone.
    pub fn know_issuer_keys(
        &self,
        iss: &str,
        published: &[Jwk],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(|transaction| {
            for key in published {
                see(transaction, iss, key, now)?;
            }
            for (known, key) in descriptions_in_use(transaction, iss)? {
                if !published.iter().any(|one| Description::of(one) == known) {
                    retire(transaction, iss, &known, &key, now)?;
                }
            }
            Ok(())
        })
    }

    /// Writes down the gateway's own key. One that it had before is retired.
    pub fn know_receipt_key(&self, key: &Jwk, now: Timestamp) -> Result<(), StoreError> {
        self.write(|transaction| {
            let thumbprint = key.thumbprint();
            transaction.execute(
                "INSERT INTO receipt_key (thumbprint, jwk, first_seen, last_seen) VALUES (?1, ?2, ?3, ?3)
                 ON CONFLICT (thumbprint) DO UPDATE
                 SET last_seen = max(last_seen, excluded.last_seen), retired_at = NULL",
                params![thumbprint, to_json(key, "key")?, column(now)],
            )?;
            // Never before its last receipt, also when the clock was set back meanwhile.
            transaction.execute(
                "UPDATE receipt_key SET retired_at = max(last_seen, ?2)
                 WHERE thumbprint <> ?1 AND retired_at IS NULL",
                params![thumbprint, column(now)],
            )?;
            Ok(())
        })
    }

    /// Every key of an issuer that was ever seen.
    pub fn issuer_keys(&self, iss: &str) -> Result<Vec<LedgerKey>, StoreError> {
        self.read(|transaction| issuer_keys(transaction, iss))
    }

    /// Every receipt key of this gateway.
    pub fn receipt_keys(&self) -> Result<Vec<LedgerKey>, StoreError> {
        self.read(receipt_keys)
    }
}

/// A key as its provider describes it. The same key under another name or algorithm is another entry.
#[derive(PartialEq, Eq)]
struct Description {
    thumbprint: String,
    kid: String,
    alg: String,
}

impl Description {
    fn of(key: &Jwk) -> Self {
        Self {
            thumbprint: key.thumbprint(),
            kid: key.kid.clone().unwrap_or_default(),
            alg: key.alg.clone().unwrap_or_default(),
        }
    }
}

/// A published key: new, known, or back after it was gone.
fn see(
    transaction: &Transaction<'_>,
    iss: &str,
    key: &Jwk,
    now: Timestamp,
) -> Result<(), StoreError> {
    let known = Description::of(key);
    let retired: Option<bool> = transaction
        .query_row(
            "SELECT retired_at IS NOT NULL FROM issuer_key
             WHERE issuer = ?1 AND thumbprint = ?2 AND kid = ?3 AND alg = ?4",
            params![iss, known.thumbprint, known.kid, known.alg],
            |row| row.get(0),
        )
        .optional()?;
    transaction.execute(
        "INSERT INTO issuer_key (issuer, thumbprint, kid, alg, jwk, first_seen, last_seen)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)
         ON CONFLICT (issuer, thumbprint, kid, alg) DO UPDATE
         SET last_seen = max(last_seen, excluded.last_seen), retired_at = NULL",
        params![
            iss,
            known.thumbprint,
            known.kid,
            known.alg,
            to_json(key, "key")?,
            column(now),
        ],
    )?;
    match retired {
        None => note(transaction, "issuer-key-first-seen", iss, &known, now),
        Some(true) => note(transaction, "issuer-key-returned", iss, &known, now),
        Some(false) => Ok(()),
    }
}

fn retire(
    transaction: &Transaction<'_>,
    iss: &str,
    known: &Description,
    key: &LedgerKey,
    now: Timestamp,
) -> Result<(), StoreError> {
    // A clock that was set back does not make a key retire before it appeared.
    transaction.execute(
        "UPDATE issuer_key SET retired_at = ?5 WHERE issuer = ?1 AND thumbprint = ?2 AND kid = ?3 AND alg = ?4",
        params![
            iss,
            known.thumbprint,
            known.kid,
            known.alg,
            column(now.max(key.first_seen)),
        ],
    )?;
    note(transaction, "issuer-key-retired", iss, known, now)
}

fn note(
    transaction: &Transaction<'_>,
    event: &str,
    iss: &str,
    known: &Description,
    now: Timestamp,
) -> Result<(), StoreError> {
    let detail = json!({ "issuer": iss, "thumbprint": known.thumbprint, "kid": known.kid });
    audit::append(transaction, event, None, &detail, now)
}

fn descriptions_in_use(
    transaction: &Transaction<'_>,
    iss: &str,
) -> Result<Vec<(Description, LedgerKey)>, StoreError> {
    let keys = issuer_keys(transaction, iss)?;
    Ok(keys
        .into_iter()
        .filter(|key| key.retired_at.is_none())
        .map(|key| (Description::of(&key.jwk), key))
        .collect())
}

/// Every key of an issuer, within a transaction.
pub(super) fn issuer_keys(
    transaction: &Transaction<'_>,
    iss: &str,
) -> Result<Vec<LedgerKey>, StoreError> {
    let mut query = transaction.prepare_cached(
        "SELECT jwk, first_seen, last_seen, retired_at FROM issuer_key WHERE issuer = ?1
         ORDER BY first_seen, thumbprint, kid, alg",
    )?;
    let rows = query.query_map([iss], columns)?;
    rows.map(|row| ledger_key(row?)).collect()
}

/// Every receipt key, within a transaction.
pub(super) fn receipt_keys(transaction: &Transaction<'_>) -> Result<Vec<LedgerKey>, StoreError> {
    let mut query = transaction.prepare_cached(
        "SELECT jwk, first_seen, last_seen, retired_at FROM receipt_key ORDER BY first_seen, thumbprint",
    )?;
    let rows = query.query_map([], columns)?;
    rows.map(|row| ledger_key(row?)).collect()
}

/// An issuer's key counts as in use when a receipt was given under it.
pub(super) fn used(
    transaction: &Transaction<'_>,
    iss: &str,
    thumbprint: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    transaction.execute(
        "UPDATE issuer_key SET last_seen = max(last_seen, ?3) WHERE issuer = ?1 AND thumbprint = ?2",
        params![iss, thumbprint, column(at)],
    )?;
    Ok(())
}

/// The gateway's key is in use as long as it signs.
pub(super) fn receipt_given(
    transaction: &Transaction<'_>,
    thumbprint: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    transaction.execute(
        "UPDATE receipt_key SET last_seen = max(last_seen, ?2) WHERE thumbprint = ?1",
        params![thumbprint, column(at)],
    )?;
    Ok(())
}

type Columns = (String, String, String, Option<String>);

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
}

fn ledger_key((jwk, first_seen, last_seen, retired_at): Columns) -> Result<LedgerKey, StoreError> {
    Ok(LedgerKey {
        jwk: json(&jwk, "key")?,
        first_seen: instant(&first_seen)?,
        last_seen: instant(&last_seen)?,
        retired_at: retired_at.as_deref().map(instant).transpose()?,
    })
}
