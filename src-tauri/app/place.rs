//! Where the application is, and the one way to get from there to somewhere else.
//!
//! Sign-in, sign-out, an expiring session and the start of the application all move it, each after waiting for something.
//! So each says which turn it saw when it began: whoever comes too late moves nothing, and has to clean up after itself.

use tokio_util::sync::CancellationToken;

/// Where the application is.
pub(super) enum At<W> {
    /// The last run's session is being taken up; nobody may sign in meanwhile.
    Restoring,
    SignedOut,
    SigningIn(CancellationToken),
    SignedIn(W),
}

/// One stay. It is over as soon as anything moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Turn(u64);

/// The place, and which turn it is.
pub(super) struct Place<W> {
    at: At<W>,
    turn: Turn,
}

impl<W> Place<W> {
    pub(super) fn new() -> Self {
        Self {
            at: At::Restoring,
            turn: Turn(0),
        }
    }

    pub(super) fn at(&self) -> &At<W> {
        &self.at
    }

    pub(super) fn turn(&self) -> Turn {
        self.turn
    }

    /// Moves on, if nobody else did since `from`. Gives back what finds no place.
    pub(super) fn pass(&mut self, from: Turn, to: At<W>) -> Result<Turn, At<W>> {
        if self.turn != from {
            return Err(to);
        }
        self.at = to;
        self.turn = Turn(from.0 + 1);
        Ok(self.turn)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_session_that_is_restored_late_does_not_replace_whoever_signed_in() {
        let mut place = Place::new();
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
        let mut place = Place::new();
        let first = place.pass(place.turn(), At::SignedIn("Anna")).ok().unwrap();
        let out = place.pass(first, At::SignedOut).ok().unwrap();
        place.pass(out, At::SignedIn("Bo")).ok().unwrap();

        assert!(place.pass(first, At::SignedOut).is_err());
        assert!(matches!(place.at(), At::SignedIn("Bo")));
    }
}
