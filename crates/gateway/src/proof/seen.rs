//! Which proofs were seen: each is remembered for a while, and none is forgotten early to make room for another.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::ProofRefusal;

/// The most proofs that are remembered at a time. More do not fit into their life at any rate that we could answer.
const REMEMBERED: usize = 100_000;
/// The most of them by one key: more than a person's client needs, and few enough that one flood does not lock out all.
pub(super) const REMEMBERED_BY_KEY: usize = 2_000;

/// The names of the proofs by each key, and when each is forgotten.
#[derive(Default)]
pub(super) struct Seen {
    by_key: HashMap<String, HashSet<String>>,
    /// Key and name, by the second from which on they are forgotten: the clock may be set, arrivals are in no order.
    until: BTreeSet<(i64, String, String)>,
}

impl Seen {
    /// Remembers a proof that was not seen before.
    pub(super) fn see(
        &mut self,
        key: &str,
        jti: &str,
        now: i64,
        until: i64,
    ) -> Result<(), ProofRefusal> {
        self.forget(now);
        let known = self.by_key.get(key);
        if known.is_some_and(|known| known.contains(jti)) {
            return Err(ProofRefusal::Repeated);
        }
        let is_full = known.is_some_and(|known| known.len() >= REMEMBERED_BY_KEY);
        if is_full || self.len() >= REMEMBERED {
            return Err(ProofRefusal::TooMany);
        }
        let known = self.by_key.entry(key.to_owned()).or_default();
        known.insert(jti.to_owned());
        self.until.insert((until, key.to_owned(), jti.to_owned()));
        Ok(())
    }

    /// How many are remembered.
    pub(super) fn len(&self) -> usize {
        self.until.len()
    }

    fn forget(&mut self, now: i64) {
        while self.until.first().is_some_and(|(until, ..)| *until <= now) {
            let Some((_, key, jti)) = self.until.pop_first() else {
                return;
            };
            if let Some(known) = self.by_key.get_mut(&key) {
                known.remove(&jti);
                if known.is_empty() {
                    self.by_key.remove(&key);
                }
            }
        }
    }
}
