//! Lookouts with time enough for a slow machine.

#![allow(clippy::unwrap_used, clippy::expect_used, dead_code, missing_docs)]

use std::time::Duration;

use session::lock::{Lookout, Rules, State};
use tokio::time::{sleep, timeout};

use crate::screen::Screen;

/// For tests in which somebody is there: nobody is too late to touch something after the warning.
pub const PATIENT: Rules = Rules {
    limit: Duration::from_mins(1),
    warning: Duration::from_secs(58),
};

/// For tests in which nobody is.
pub const SHORT: Rules = Rules {
    limit: Duration::from_secs(4),
    warning: Duration::from_secs(2),
};

pub fn is_warned(state: &State) -> bool {
    matches!(state, State::Warn { .. })
}

pub fn is_locked(state: &State) -> bool {
    matches!(state, State::Lock(_))
}

/// Waits for the warning.
pub async fn warned(lookout: &Lookout) {
    let mut states = lookout.states();
    let active = |state: &State| matches!(state, State::Active { .. });
    let state = *states.wait_for(|state| !active(state)).await.unwrap();
    assert!(is_warned(&state), "{state:?}");
}

/// Waits for the warning, and moves the pointer until it is over: the lookout looks only now and then.
pub async fn rescued(lookout: &Lookout, screen: &Screen) {
    warned(lookout).await;
    sees_system(lookout, true).await;
    let mut states = lookout.states();
    let mut x = 100;
    let state = loop {
        screen.move_pointer(x);
        x = 300 - x;
        let over = states.wait_for(|state| !is_warned(state));
        if let Ok(state) = timeout(Duration::from_millis(500), over).await {
            break *state.unwrap();
        }
    };
    assert!(matches!(state, State::Active { .. }), "{state:?}");
}

/// Waits until the lookout sees the system, or does not any more.
pub async fn sees_system(lookout: &Lookout, sees: bool) {
    let waiting = async {
        while lookout.sees_system() != sees {
            sleep(Duration::from_millis(20)).await;
        }
    };
    let waited = timeout(Duration::from_secs(30), waiting).await;
    assert!(waited.is_ok(), "never happened: it sees the system: {sees}");
}
