//! The ledgers of signing keys: the identity providers' and the gateway's own. Keys come in and never go out.

use evidence::LedgerKey;
use evidence::keys::Jwk;
use jiff::Timestamp;
use rusqlite::{Transaction, params};

use super::{Store, StoreError, column, instant, json, to_json};

impl Store {
    /// Writes down which keys an issuer publishes now.
    pub fn know_issuer_keys(
        &self,
        iss: &str,
        keys: &[Jwk],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(|transaction| {
            for key in keys {
                transaction.execute(
                    "INSERT INTO issuer_key (issuer, thumbprint, kid, alg, jwk, first_seen, last_seen)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)
                     ON CONFLICT (issuer, thumbprint, kid, alg) DO UPDATE
                     SET last_seen = max(last_seen, excluded.last_seen)",
                    params![
                        iss,
                        key.thumbprint(),
                        key.kid.as_deref().unwrap_or_default(),
                        key.alg.as_deref().unwrap_or_default(),
                        to_json(key, "key")?,
                        column(now),
                    ],
                )?;
            }
            Ok(())
        })
    }

    /// Writes down the gateway's own key.
    pub fn know_receipt_key(&self, key: &Jwk, now: Timestamp) -> Result<(), StoreError> {
        self.write(|transaction| {
            transaction.execute(
                "INSERT INTO receipt_key (thumbprint, jwk, first_seen, last_seen) VALUES (?1, ?2, ?3, ?3)
                 ON CONFLICT (thumbprint) DO UPDATE SET last_seen = max(last_seen, excluded.last_seen)",
                params![key.thumbprint(), to_json(key, "key")?, column(now)],
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
        self.read(|transaction| {
            let mut query = transaction.prepare_cached(
                "SELECT jwk, first_seen, last_seen FROM receipt_key ORDER BY first_seen",
            )?;
            let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            rows.map(|row| ledger_key(row?)).collect()
        })
    }
}

/// Every key of an issuer, within a transaction.
pub(super) fn issuer_keys(
    transaction: &Transaction<'_>,
    iss: &str,
) -> Result<Vec<LedgerKey>, StoreError> {
    let mut query = transaction.prepare_cached(
        "SELECT jwk, first_seen, last_seen FROM issuer_key WHERE issuer = ?1 ORDER BY first_seen, thumbprint, kid, alg",
    )?;
    let rows = query.query_map([iss], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
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

fn ledger_key(
    (jwk, first_seen, last_seen): (String, String, String),
) -> Result<LedgerKey, StoreError> {
    Ok(LedgerKey {
        jwk: json(&jwk, "key")?,
        first_seen: instant(&first_seen)?,
        last_seen: instant(&last_seen)?,
        retired_at: None,
    })
}
