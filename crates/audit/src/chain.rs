//! One entry as it stands in the file, and how it is tied to the one before.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::event::{Actor, Event};
use crate::phrase::Digest;
use crate::reference::Reference;

/// What is to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What happened.
    pub event: Event,
    /// Under which reference a person was told, or the reference of the ceremony.
    pub reference: Option<Reference>,
    /// Who did it.
    pub actor: Actor,
}

/// An entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// Its number, from one, without gaps.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// The hash of the entry before; zeros before the first.
    pub prev: Digest,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
    /// Under which reference.
    pub reference: Option<Reference>,
    /// Who did it.
    pub actor: Actor,
}

impl Recorded {
    /// What was recorded, without its place in the chain.
    pub(crate) fn into_entry(self) -> Entry {
        Entry {
            event: self.event,
            reference: self.reference,
            actor: self.actor,
        }
    }
}

/// The last entry's number and hash: whoever holds it can tell later whether something before it was changed or cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The last entry's number; zero when there is none.
    pub seq: u64,
    /// Its hash.
    pub hash: Digest,
}

/// The line as it is written: the entry, and after it the hash of its octets.
#[derive(Serialize, Deserialize)]
struct Line<T> {
    #[serde(flatten)]
    recorded: T,
    hash: Digest,
}

/// Why a line is not the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mismatch {
    /// It is not an entry, or not written as one.
    Form,
    /// Its hash is not the hash of its content.
    Hash,
    /// Its number is not the next one.
    Number(u64),
    /// It does not follow the entry before.
    Link,
}

impl Head {
    /// Before the first entry.
    pub(crate) const START: Self = Self {
        seq: 0,
        hash: Digest::NONE,
    };

    /// The line that follows, without its end, and the head after it.
    pub(crate) fn extend(self, entry: &Entry, at: Timestamp) -> serde_json::Result<(String, Self)> {
        let recorded = Recorded {
            seq: self.seq + 1,
            at,
            prev: self.hash,
            event: entry.event.clone(),
            reference: entry.reference,
            actor: entry.actor.clone(),
        };
        let hash = hash(&recorded)?;
        let line = serde_json::to_string(&Line {
            recorded: &recorded,
            hash,
        })?;
        Ok((
            line,
            Self {
                seq: recorded.seq,
                hash,
            },
        ))
    }

    /// Whether this entry is the next one.
    pub(crate) fn precedes(self, next: &Recorded) -> bool {
        next.seq == self.seq + 1 && next.prev == self.hash
    }

    /// Checks that the line follows, octet by octet.
    pub(crate) fn follow(self, line: &[u8]) -> Result<(Recorded, Self), Mismatch> {
        let (recorded, head) = Self::of(line)?;
        if recorded.seq != self.seq + 1 {
            return Err(Mismatch::Number(recorded.seq));
        }
        if recorded.prev != self.hash {
            return Err(Mismatch::Link);
        }
        Ok((recorded, head))
    }

    /// Checks that the line is an entry that is whole in itself, octet by octet.
    pub(crate) fn of(line: &[u8]) -> Result<(Recorded, Self), Mismatch> {
        let Line {
            recorded,
            hash: claimed,
        } = serde_json::from_slice::<Line<Recorded>>(line).map_err(|_| Mismatch::Form)?;
        let computed = hash(&recorded).map_err(|_| Mismatch::Form)?;
        if computed != claimed {
            return Err(Mismatch::Hash);
        }
        let rewritten = serde_json::to_vec(&Line {
            recorded: &recorded,
            hash: claimed,
        });
        if !rewritten.is_ok_and(|octets| octets == line) {
            return Err(Mismatch::Form);
        }
        let head = Self {
            seq: recorded.seq,
            hash: claimed,
        };
        Ok((recorded, head))
    }
}

fn hash(recorded: &Recorded) -> serde_json::Result<Digest> {
    serde_json::to_vec(recorded).map(|octets| Digest::of(&octets))
}
