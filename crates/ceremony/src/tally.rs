//! How often somebody else signed in during this session's ceremonies, and whether that locked signing.

use std::sync::atomic::{AtomicU32, Ordering};

/// The count of one session. It only grows.
pub(crate) struct Tally {
    mismatches: AtomicU32,
    limit: u32,
}

impl Tally {
    pub(crate) fn new(limit: u32) -> Self {
        Self {
            mismatches: AtomicU32::new(0),
            limit,
        }
    }

    /// Counts one more, and says how many there were by now.
    pub(crate) fn mismatch(&self) -> u32 {
        self.mismatches.fetch_add(1, Ordering::AcqRel) + 1
    }

    /// How many there were.
    pub(crate) fn count(&self) -> u32 {
        self.mismatches.load(Ordering::Acquire)
    }

    /// The limit is reached: nothing more is signed in this session.
    pub(crate) fn is_locked(&self) -> bool {
        self.count() >= self.limit
    }
}
