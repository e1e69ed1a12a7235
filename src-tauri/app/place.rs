//! Where the application is, and the one way to get from there to somewhere else.
//!
//! Sign-in, sign-out, locks, unlocks, an expiring session and the start of the application all move it, each after waiting
//! for something. So each says which turn it saw when it began: whoever comes too late moves nothing, and has to clean up
//! after itself. Only the end of a session does not ask whose turn it is: it takes that session away from wherever it is.

use tokio_util::sync::CancellationToken;

/// Where the application is. `W` is a session's work, `L` what is known of its lock, `N` who would take over.
pub(super) enum At<W, L, N> {
    /// The last run's session is being taken up; nobody may sign in meanwhile.
    Restoring,
    SignedOut,
    SigningIn(CancellationToken),
    SignedIn(W),
    /// Somebody is signed in, and nothing of theirs is shown until they show that they are there.
    Locked(W, L),
    /// The same, and somebody authenticates.
    Unlocking(W, L, CancellationToken),
    /// Somebody else authenticated, and is asked whether they take over.
    Switching(W, L, N),
}

impl<W, L, N> At<W, L, N> {
    /// The session's work, on the screen or behind a lock.
    pub(super) fn session(&self) -> Option<&W> {
        match self {
            Self::SignedIn(work)
            | Self::Locked(work, _)
            | Self::Unlocking(work, ..)
            | Self::Switching(work, ..) => Some(work),
            Self::Restoring | Self::SignedOut | Self::SigningIn(_) => None,
        }
    }

    /// What is known of the lock, where there is one.
    pub(super) fn lock(&self) -> Option<&L> {
        match self {
            Self::Locked(_, lock) | Self::Unlocking(_, lock, _) | Self::Switching(_, lock, _) => {
                Some(lock)
            }
            Self::Restoring | Self::SignedOut | Self::SigningIn(_) | Self::SignedIn(_) => None,
        }
    }

    /// Ends the authentication under way, if there is one.
    pub(super) fn cancel(&self) {
        if let Self::SigningIn(cancel) | Self::Unlocking(_, _, cancel) = self {
            cancel.cancel();
        }
    }

    /// Whether nobody's authentication is waited for.
    pub(super) fn is_settled(&self) -> bool {
        !matches!(
            self,
            Self::Restoring | Self::SigningIn(_) | Self::Unlocking(..)
        )
    }
}

/// One stay. It is over as soon as anything moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Turn(u64);

/// The place, and which turn it is.
pub(super) struct Place<W, L, N> {
    at: At<W, L, N>,
    turn: Turn,
}

/// A move that was made.
pub(super) struct Passed<W, L, N> {
    /// The turn that began with it.
    pub(super) turn: Turn,
    /// What was left.
    pub(super) left: At<W, L, N>,
}

impl<W, L, N> Place<W, L, N> {
    pub(super) fn new() -> Self {
        Self {
            at: At::Restoring,
            turn: Turn(0),
        }
    }

    pub(super) fn at(&self) -> &At<W, L, N> {
        &self.at
    }

    pub(super) fn turn(&self) -> Turn {
        self.turn
    }

    /// Moves on, if nobody else did since `from`. Gives back what finds no place.
    pub(super) fn pass(
        &mut self,
        from: Turn,
        to: At<W, L, N>,
    ) -> Result<Passed<W, L, N>, At<W, L, N>> {
        if self.turn != from {
            return Err(to);
        }
        Ok(self.go(to))
    }

    /// Takes the session that `is` names away, from the screen or from behind a lock. Nothing when it is not there.
    pub(super) fn evict(
        &mut self,
        is: impl FnOnce(&W) -> bool,
        to: At<W, L, N>,
    ) -> Option<Passed<W, L, N>> {
        let there = self.at.session().is_some_and(is);
        there.then(|| self.go(to))
    }

    fn go(&mut self, to: At<W, L, N>) -> Passed<W, L, N> {
        self.turn = Turn(self.turn.0 + 1);
        Passed {
            turn: self.turn,
            left: std::mem::replace(&mut self.at, to),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    type Ward = Place<&'static str, (), &'static str>;

    #[test]
    fn a_session_that_is_restored_late_does_not_replace_whoever_signed_in() {
        let mut place = Ward::new();
        let restoring = place.turn();
        place.pass(restoring, At::SignedOut).ok().unwrap();
        let signing_in = place.turn();
        place.pass(signing_in, At::SignedIn("Bo")).ok().unwrap();

        let late = place.pass(restoring, At::SignedIn("Anna"));

        assert!(matches!(late, Err(At::SignedIn("Anna"))));
        assert!(matches!(place.at(), At::SignedIn("Bo")));
    }

    #[test]
    fn the_end_of_an_old_session_does_not_evict_the_next() {
        let mut place = Ward::new();
        place.pass(place.turn(), At::SignedIn("Anna")).ok().unwrap();
        place.pass(place.turn(), At::SignedOut).ok().unwrap();
        place.pass(place.turn(), At::SignedIn("Bo")).ok().unwrap();

        assert!(place.evict(|who| *who == "Anna", At::SignedOut).is_none());
        assert!(matches!(place.at(), At::SignedIn("Bo")));
    }

    #[test]
    fn a_session_that_ends_behind_its_lock_leaves_neither_itself_nor_whoever_would_take_over() {
        for locked in [
            At::Locked("Anna", ()),
            At::Unlocking("Anna", (), CancellationToken::new()),
            At::Switching("Anna", (), "Bo"),
        ] {
            let mut place = Ward::new();
            place.pass(place.turn(), locked).ok().unwrap();
            let turn = place.turn();

            place.evict(|who| *who == "Anna", At::SignedOut).unwrap();

            assert!(matches!(place.at(), At::SignedOut));
            assert!(place.pass(turn, At::SignedIn("Anna")).is_err());
        }
    }

    #[test]
    fn whoever_would_take_over_is_handed_on_by_the_move_and_not_copied() {
        let mut place = Ward::new();
        let asked = At::Switching("Anna", (), "Bo");
        let turn = place.pass(place.turn(), asked).ok().unwrap().turn;

        let passed = place.pass(turn, At::SigningIn(CancellationToken::new()));

        let left = passed.ok().unwrap().left;
        assert!(matches!(left, At::Switching("Anna", (), "Bo")));
    }
}
