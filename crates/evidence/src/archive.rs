//! What a verifier brings along: whom to trust, and the keys they had at the time.
//!
//! An archive is public data, but it is the root of trust of an offline verification: whoever can change it decides
//! what verifies. It needs no canonical form; it is a file that people keep and may read.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::canonical::{self, CanonicalError};
use crate::keys::{Algorithm, Jwk};
use crate::receipt::Receipt;
use crate::steps::Reason;
use crate::timestamp::{self, TimestampAuthority};

/// The keys and rules that evidence verifies under, long after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Archive {
    /// Always version 1.
    #[serde(rename = "type", default)]
    pub kind: ArchiveType,
    /// The identity providers.
    pub issuers: Vec<TrustedIssuer>,
    /// The records API's receipt keys.
    pub receipt_keys: Vec<LedgerKey>,
    /// How far clocks may differ, in seconds.
    pub clock_skew_s: u32,
    /// How long after an ID token's `exp` sealed evidence may have arrived, in seconds.
    pub delivery_grace_s: u32,
    /// Receipts of the chain, where known: a receipt that is listed under another digest is refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub receipts: Vec<ChainEntry>,
    /// The authorities whose time-stamps of receipts are believed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timestamp_authorities: Vec<TimestampAuthority>,
    /// Receipts from this time on have to be time-stamped. Without it a time-stamp may be missing; one that is there
    /// has to hold in any case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamped_from: Option<Timestamp>,
}

/// The archive's `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum ArchiveType {
    /// Version 1.
    #[default]
    #[serde(rename = "urn:countersign:archive:v1")]
    V1,
}

/// An identity provider that is believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedIssuer {
    /// Exactly as it names itself.
    pub iss: String,
    /// The clients whose ID tokens count.
    pub client_ids: Vec<String>,
    /// The algorithms that it signs with.
    pub algorithms: Vec<Algorithm>,
    /// The claims that identify a person there.
    pub subject_claims: Vec<String>,
    /// Its keys.
    pub keys: Vec<LedgerKey>,
}

/// A key with the time in which it was seen in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerKey {
    /// The key.
    pub jwk: Jwk,
    /// When it was first seen published.
    pub first_seen: Timestamp,
    /// When it was last seen published. Whoever gives a receipt under a key moves this to the receipt's time.
    pub last_seen: Timestamp,
    /// When it was found to be published no more. Absent while it is in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<Timestamp>,
}

impl LedgerKey {
    /// Whether the key was in use at a time, give or take the clocks' difference.
    pub fn was_in_use(&self, at: Timestamp, skew_s: u32) -> bool {
        let skew = SignedDuration::from_secs(i64::from(skew_s));
        at.duration_since(self.first_seen) >= -skew && at.duration_since(self.last_seen) <= skew
    }

    /// Whether the key may stand behind a receipt: it was in use then, and was not retired before the signer was even
    /// asked to authenticate. Evidence that was made in time and arrived after the retirement counts.
    pub fn may_stand_behind(&self, receipt: &Receipt, skew_s: u32) -> bool {
        let skew = SignedDuration::from_secs(i64::from(skew_s));
        let asked = receipt.challenge.issued_at;
        self.was_in_use(receipt.received_at, skew_s)
            && self
                .retired_at
                .is_none_or(|retired| asked.duration_since(retired) <= skew)
    }
}

/// A receipt of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainEntry {
    /// Its sequence.
    pub sequence: u64,
    /// Its digest ([`crate::receipt::sha256`]).
    pub sha256: String,
}

impl Archive {
    /// Reads an archive.
    pub fn parse(octets: &[u8]) -> Result<Self, CanonicalError> {
        canonical::shape(canonical::parse_foreign(octets, canonical::MAX_OCTETS)?)
    }

    /// Adds what another archive holds. Issuers of the same name and the same rules become one; the stricter
    /// allowance counts.
    #[must_use]
    pub fn merged_with(mut self, other: Self) -> Self {
        for issuer in other.issuers {
            match self
                .issuers
                .iter_mut()
                .find(|known| known.has_same_rules(&issuer))
            {
                Some(known) => add_keys(&mut known.keys, issuer.keys),
                None => self.issuers.push(issuer),
            }
        }
        add_keys(&mut self.receipt_keys, other.receipt_keys);
        self.receipts.extend(other.receipts);
        for authority in other.timestamp_authorities {
            if !self.timestamp_authorities.contains(&authority) {
                self.timestamp_authorities.push(authority);
            }
        }
        self.timestamped_from = earlier(self.timestamped_from, other.timestamped_from);
        self.clock_skew_s = self.clock_skew_s.min(other.clock_skew_s);
        self.delivery_grace_s = self.delivery_grace_s.min(other.delivery_grace_s);
        self
    }

    pub(crate) fn check_chain(
        &self,
        receipt: &str,
        sequence: u64,
        previous: Option<&str>,
    ) -> Result<(), Reason> {
        let digest = crate::receipt::sha256(receipt);
        let broken = self.receipts.iter().any(|entry| {
            (entry.sequence == sequence && entry.sha256 != digest)
                || (entry.sequence.checked_add(1) == Some(sequence)
                    && Some(entry.sha256.as_str()) != previous)
        });
        if broken {
            Err(Reason::ReceiptChainBroken)
        } else {
            Ok(())
        }
    }

    /// A time-stamp that is there has to hold, and from [`Archive::timestamped_from`] on there has to be one.
    pub(crate) fn check_timestamp(
        &self,
        token: Option<&[u8]>,
        signed: &str,
        receipt: &Receipt,
    ) -> Result<Option<Timestamp>, Reason> {
        let Some(token) = token else {
            let required = self.timestamped_from;
            return if required.is_some_and(|from| receipt.received_at >= from) {
                Err(Reason::TimestampMissing)
            } else {
                Ok(None)
            };
        };
        let at = timestamp::verify(token, signed, &self.timestamp_authorities)?;
        let skew = SignedDuration::from_secs(i64::from(self.clock_skew_s));
        if receipt.received_at.duration_since(at) > skew {
            return Err(Reason::TimestampTooEarly);
        }
        Ok(Some(at))
    }
}

impl TrustedIssuer {
    fn has_same_rules(&self, other: &Self) -> bool {
        (
            &self.iss,
            &self.client_ids,
            &self.algorithms,
            &self.subject_claims,
        ) == (
            &other.iss,
            &other.client_ids,
            &other.algorithms,
            &other.subject_claims,
        )
    }
}

/// The earlier of two times, where there are any.
fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(other).min()
}

/// A key that both archives saw was in use as long as either says, and is retired when either says so.
fn add_keys(known: &mut Vec<LedgerKey>, more: Vec<LedgerKey>) {
    for key in more {
        match known.iter_mut().find(|one| one.jwk == key.jwk) {
            Some(one) => {
                one.first_seen = one.first_seen.min(key.first_seen);
                one.last_seen = one.last_seen.max(key.last_seen);
                one.retired_at = earlier(one.retired_at, key.retired_at);
            }
            None => known.push(key),
        }
    }
}
