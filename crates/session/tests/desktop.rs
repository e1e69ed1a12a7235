//! What a real X server says, and the lookout over it.
//!
//! Needs `Xvfb` and `xdotool`.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "support/screen.rs"]
mod screen;
#[path = "support/services.rs"]
mod services;

use std::time::Duration;

use screen::Screen;
use services::eventually;
use session::input::linux::X11;
use session::input::{Input, Unknown};
use session::lock::{Lookout, Reason, Rules, State};

#[test]
fn the_x_server_counts_until_the_pointer_moves() {
    let screen = Screen::start();
    let mut x11 = X11::open(Some(&screen.display)).expect("it has the extension");
    let second = Duration::from_secs(1);
    let before = eventually("a second without input", || {
        x11.idle().filter(|idle| *idle > second)
    });

    screen.move_pointer(100);

    let after = x11.idle().unwrap();
    assert!(after < before, "{after:?} after {before:?}");
}

#[test]
fn an_x_server_that_is_gone_says_nothing_and_hangs_nobody() {
    let screen = Screen::start();
    let mut x11 = X11::open(Some(&screen.display)).unwrap();
    assert!(x11.idle().is_some());

    drop(screen);

    eventually("nobody can say", || x11.idle().is_none().then_some(()));
    assert!(X11::open(Some(":4711")).is_none());
}

struct OnScreen(X11);

impl Input for OnScreen {
    fn idle(&mut self) -> Option<Duration> {
        self.0.idle()
    }
}

#[tokio::test]
async fn the_lookout_locks_a_screen_that_nobody_touches_and_not_one_that_somebody_does() {
    let screen = Screen::start();
    let display = screen.display.clone();
    let rules = Rules {
        limit: Duration::from_secs(4),
        warning: Duration::from_secs(2),
    };
    let lookout = Lookout::start(rules, move || OnScreen(X11::open(Some(&display)).unwrap()));
    let mut states = lookout.states();
    let warned = |state: &State| matches!(state, State::Warn { .. });
    let locked = |state: &State| matches!(state, State::Lock(_));

    states.wait_for(warned).await.unwrap();
    assert!(lookout.sees_system());
    screen.move_pointer(10);
    let rescued = states.wait_for(|state| !warned(state)).await.unwrap();
    assert!(matches!(*rescued, State::Active { .. }), "{:?}", *rescued);
    drop(rescued);

    let state = *states.wait_for(locked).await.unwrap();
    assert!(
        matches!(state, State::Lock(Reason::Idle { .. })),
        "{state:?}"
    );
    screen.move_pointer(20);
    lookout.touched();
    assert!(locked(&states.borrow()), "input unlocks nothing");
    lookout.unlocked();
    assert!(matches!(*states.borrow(), State::Active { .. }));
}

#[tokio::test]
async fn where_nobody_can_say_the_lookout_counts_our_own_window() {
    let rules = Rules {
        limit: Duration::from_secs(3),
        warning: Duration::from_secs(1),
    };
    let lookout = Lookout::start(rules, || Unknown);
    let mut states = lookout.states();
    for _ in 0..5 {
        tokio::time::sleep(Duration::from_millis(800)).await;
        lookout.touched();
    }
    assert!(!matches!(*states.borrow(), State::Lock(_)));
    assert!(!lookout.sees_system());
    states
        .wait_for(|state| matches!(state, State::Lock(_)))
        .await
        .unwrap();
}

/// An operating system that hangs when it is asked.
struct Hangs;

impl Input for Hangs {
    fn idle(&mut self) -> Option<Duration> {
        std::thread::sleep(Duration::from_mins(1));
        None
    }
}

#[tokio::test]
async fn a_system_that_hangs_when_asked_keeps_nothing_from_locking() {
    let rules = Rules {
        limit: Duration::from_secs(3),
        warning: Duration::from_secs(1),
    };
    let lookout = Lookout::start(rules, || Hangs);
    let mut states = lookout.states();
    let locking = states.wait_for(|state| matches!(state, State::Lock(_)));
    let state = *tokio::time::timeout(Duration::from_secs(15), locking)
        .await
        .unwrap()
        .unwrap();
    assert!(matches!(state, State::Lock(Reason::Idle { .. })));
}
