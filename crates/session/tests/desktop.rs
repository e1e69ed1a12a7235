//! What a real X server says, and the lookout over it.
//!
//! Needs `Xvfb` and `xdotool`.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "support/lookout.rs"]
mod lookout;
#[path = "support/screen.rs"]
mod screen;
#[path = "support/services.rs"]
mod services;

use std::time::{Duration, Instant};

use lookout::{PATIENT, SHORT, is_locked, rescued, sees_system, warned};
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
    eventually("a second without input", || {
        x11.idle().filter(|idle| *idle > second)
    });

    let moving = Instant::now();
    screen.move_pointer(100);

    eventually("the pointer moved", || {
        x11.idle().filter(|idle| *idle <= moving.elapsed())
    });
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
    let start = |rules| {
        let display = screen.display.clone();
        Lookout::start(rules, move || OnScreen(X11::open(Some(&display)).unwrap()))
    };
    rescued(&start(PATIENT), &screen).await;

    let lookout = start(SHORT);
    sees_system(&lookout, true).await;
    let mut states = lookout.states();
    let state = *states.wait_for(is_locked).await.unwrap();
    assert!(
        matches!(state, State::Lock(Reason::Idle { .. })),
        "{state:?}"
    );
    screen.move_pointer(20);
    lookout.touched();
    assert!(is_locked(&states.borrow()), "input unlocks nothing");
    lookout.unlocked();
    assert!(matches!(*states.borrow(), State::Active { .. }));
}

#[tokio::test]
async fn where_nobody_can_say_the_lookout_counts_our_own_window() {
    let lookout = Lookout::start(PATIENT, || Unknown);
    warned(&lookout).await;
    assert!(!lookout.sees_system());
    lookout.touched();
    let locks_in = PATIENT.limit;
    assert_eq!(*lookout.states().borrow(), State::Active { locks_in });

    let untouched = Lookout::start(SHORT, || Unknown);
    untouched.states().wait_for(is_locked).await.unwrap();
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
