//! Whether somebody was there when the program ended: what a restart goes by.
//!
//! It is kept with the session's tokens. A session that was locked comes back locked, and so does one whose person was last
//! seen longer ago than they may be away. Where nothing was kept, or the clock is behind what was kept, nobody was there.
//! It does not protect against somebody who sets the clock of this computer back to just after the person was last seen.

use std::sync::atomic::Ordering;

use jiff::{SignedDuration, Timestamp};

use crate::kept;
use crate::session::{Inner, Session};
use crate::vault::VaultError;

/// How far a clock may be corrected between two runs.
const CORRECTED: SignedDuration = SignedDuration::from_mins(1);

/// What is known of the person at the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// Nobody is there, as far as anybody knows: only an unlock changes that.
    Locked,
    /// Somebody was, last at this time.
    Seen(Timestamp),
}

impl Presence {
    /// Whether somebody who comes back now may go on, when they may be away for less than `longest`.
    pub(crate) fn goes_on(self, now: Timestamp, longest: SignedDuration) -> bool {
        let Self::Seen(at) = self else {
            return false;
        };
        let away = now.duration_since(at);
        away < longest && away >= -CORRECTED
    }

    /// Somebody was seen at the screen. Behind a lock that says nothing.
    fn seen(self, at: Timestamp) -> Self {
        match self {
            Self::Locked => Self::Locked,
            Self::Seen(before) => Self::Seen(before.max(at)),
        }
    }
}

impl Session {
    /// The screen is locked: after a restart it is so too. When that cannot be written down, the session's file is removed,
    /// and written anew with the next renewal.
    pub async fn note_locked(&self) -> Result<(), VaultError> {
        self.0.note(|_| Presence::Locked).await
    }

    /// Its person unlocked it.
    pub async fn note_unlocked(&self, now: Timestamp) -> Result<(), VaultError> {
        self.0.note(|_| Presence::Seen(now)).await
    }

    /// Its person was last seen at this time. It opens no lock, so it may come late.
    pub async fn note_seen(&self, at: Timestamp) -> Result<(), VaultError> {
        self.0.note(|before| before.seen(at)).await
    }
}

impl Inner {
    /// Takes note, also in the session's file where there is one. It waits for no renewal, and so for no network.
    async fn note(&self, change: impl FnOnce(Presence) -> Presence) -> Result<(), VaultError> {
        let _file = self.file.lock().await;
        if self.over.borrow().is_some() {
            return Ok(());
        }
        let presence = self.change_presence(change);
        let noted = kept::note_presence(&self.vault, presence).await;
        if noted.is_err() && presence == Presence::Locked {
            // What the file says now would come back open.
            self.not_written.store(true, Ordering::Relaxed);
            self.vault.wipe().await?;
        }
        noted
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const LONGEST: SignedDuration = SignedDuration::from_secs(300);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_900_000_000 + seconds).unwrap()
    }

    #[test]
    fn somebody_who_comes_back_in_time_goes_on() {
        assert!(Presence::Seen(at(0)).goes_on(at(0), LONGEST));
        assert!(Presence::Seen(at(0)).goes_on(at(299), LONGEST));
        assert!(!Presence::Seen(at(0)).goes_on(at(300), LONGEST));
    }

    #[test]
    fn a_lock_holds_however_short_the_absence() {
        assert!(!Presence::Locked.goes_on(at(0), LONGEST));
    }

    #[test]
    fn a_clock_that_was_set_back_by_more_than_a_correction_counts_as_away() {
        assert!(Presence::Seen(at(60)).goes_on(at(0), LONGEST));
        assert!(!Presence::Seen(at(61)).goes_on(at(0), LONGEST));
    }

    #[test]
    fn who_is_seen_behind_a_lock_opens_nothing_and_a_late_sight_takes_nothing_back() {
        assert_eq!(Presence::Locked.seen(at(5)), Presence::Locked);
        assert_eq!(Presence::Seen(at(9)).seen(at(5)), Presence::Seen(at(9)));
        assert_eq!(Presence::Seen(at(5)).seen(at(9)), Presence::Seen(at(9)));
    }
}
