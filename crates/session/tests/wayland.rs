//! What a Wayland compositor says: one whose words the test chooses, and KDE's.
//!
//! Needs `kwin_wayland`, `Xvfb`, `xdotool` and `dbus-daemon`.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "support/bus.rs"]
mod bus;
#[path = "support/compositor.rs"]
mod compositor;
#[path = "support/kwin.rs"]
mod kwin;
#[path = "support/lookout.rs"]
mod lookout;
#[path = "support/screen.rs"]
mod screen;
#[path = "support/services.rs"]
mod services;

use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use bus::Bus;
use compositor::Wish;
use kwin::Kwin;
use lookout::{PATIENT, SHORT, is_locked, rescued, sees_system};
use rstest::rstest;
use services::eventually;
use session::input::Input;
use session::input::linux::{Compositor, Desktop, Monitor};
use session::lock::{Lookout, Reason, State};
use socket2::{Domain, SockAddr, Socket, Type};

const PAUSE: Duration = Duration::from_millis(500);
const SECOND: Duration = Duration::from_secs(1);

/// One of the newest version, and who asks it.
fn begin() -> (compositor::Compositor, Compositor) {
    let compositor = compositor::Compositor::start(Some(2));
    let asks = ask(compositor.socket());
    (compositor, asks)
}

/// Asks whoever listens there. They are given up after two seconds, which a slow machine may take.
fn ask(socket: &Path) -> Compositor {
    eventually("the compositor answers", || Compositor::open_at(socket))
}

fn idle(asks: &mut Compositor) -> Duration {
    eventually("the compositor says", || asks.idle())
}

#[test]
fn a_pause_grows_until_somebody_touches_something() {
    let (compositor, mut asks) = begin();
    assert!(idle(&mut asks) <= PAUSE, "somebody is there at first");

    compositor.pause();
    let before = eventually("a second passes", || {
        asks.idle().filter(|idle| *idle > SECOND)
    });
    compositor.touch();

    let after = idle(&mut asks);
    assert!(after < before && after <= PAUSE, "{after:?}");
    compositor.pause();
    eventually("another second passes", || {
        asks.idle().filter(|idle| *idle > SECOND)
    });
}

#[rstest]
#[case::first(1, false)]
#[case::second(2, true)]
fn the_best_version_that_is_offered_is_asked_for(#[case] offered: u32, #[case] input_alone: bool) {
    let compositor = compositor::Compositor::start(Some(offered));
    let mut asks = ask(compositor.socket());
    idle(&mut asks);
    assert_eq!(asks.tells_of_input_alone(), input_alone);
    let milliseconds = 500;
    let wish = Wish {
        input_alone,
        milliseconds,
    };
    // Whoever was given up before that goes with theirs.
    let wishes = eventually("it is asked for once", || {
        Some(compositor.wishes()).filter(|wishes| wishes.len() == 1)
    });
    assert_eq!(wishes, [wish]);
}

#[test]
fn a_compositor_that_stands_still_says_nothing_until_it_answers_again() {
    let (compositor, mut asks) = begin();
    idle(&mut asks);

    compositor.stands_still(true);
    assert_eq!(asks.idle(), None);
    assert_eq!(asks.idle(), None);

    compositor.pause();
    compositor.stands_still(false);
    eventually("what it said meanwhile is known", || {
        asks.idle().filter(|idle| *idle > SECOND)
    });
}

#[test]
fn a_compositor_that_is_gone_stays_gone_although_another_listens_in_its_place() {
    let (compositor, mut asks) = begin();
    let socket = compositor.socket().to_owned();
    idle(&mut asks);

    drop(compositor);
    assert_eq!(asks.idle(), None);

    std::fs::create_dir_all(socket.parent().unwrap()).unwrap();
    let _another = UnixListener::bind(&socket).unwrap();
    assert_eq!(asks.idle(), None);
}

#[test]
fn where_no_compositor_tells_of_input_there_is_none_to_ask() {
    let silent = compositor::Compositor::start(None);
    assert!(Compositor::open_at(silent.socket()).is_none());
    assert!(Compositor::open_at("/nonexistent".as_ref()).is_none());
    assert!(Compositor::open_at("/etc/passwd".as_ref()).is_none());
    let too_long = format!("/{}", "x".repeat(200));
    assert!(Compositor::open_at(too_long.as_ref()).is_none());
}

#[test]
fn nobody_waits_without_end_for_one_that_never_answers_or_never_accepts() {
    let home = tempfile::tempdir().unwrap();
    let mute = home.path().join("mute");
    let _listens = UnixListener::bind(&mute).unwrap();
    assert!(Compositor::open_at(&mute).is_none());

    let full = home.path().join("full");
    let listens = Socket::new(Domain::UNIX, Type::STREAM, None).unwrap();
    listens.bind(&SockAddr::unix(&full).unwrap()).unwrap();
    listens.listen(0).unwrap();
    let _the_only_place = UnixStream::connect(&full).unwrap();
    assert!(Compositor::open_at(&full).is_none());
}

#[test]
fn what_is_no_wayland_at_all_is_no_compositor() {
    let home = tempfile::tempdir().unwrap();
    let socket = home.path().join("web");
    let listens = UnixListener::bind(&socket).unwrap();
    let answers = std::thread::spawn(move || {
        use std::io::Write;
        let (mut client, _) = listens.accept().unwrap();
        // Nobody has to read it: they may have given up, and it is cut off.
        let _given_up = client.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        let _cut_off = client.write_all(&[0xff; 8192]);
    });
    assert!(Compositor::open_at(&socket).is_none());
    answers.join().unwrap();
}

#[test]
fn seats_come_and_go_and_the_last_one_takes_the_knowledge_with_it() {
    let (compositor, mut asks) = begin();
    idle(&mut asks);
    compositor.pause();
    eventually("a second passes", || {
        asks.idle().filter(|idle| *idle > SECOND)
    });

    compositor.plug_in_a_seat();
    eventually("the new seat counts", || {
        asks.idle().filter(|idle| *idle <= PAUSE)
    });
    eventually("it is watched too", || {
        (compositor.wishes().len() == 2).then_some(())
    });

    compositor.take_the_first_seat_away();
    idle(&mut asks);
    compositor.take_the_first_seat_away();
    assert_eq!(asks.idle(), None);
}

#[test]
fn a_compositor_that_takes_its_notifier_back_is_asked_no_more() {
    let (compositor, mut asks) = begin();
    idle(&mut asks);
    compositor.take_the_notifier_away();
    eventually("nobody can say", || asks.idle().is_none().then_some(()));
    assert_eq!(asks.idle(), None);
}

#[test]
fn whoever_stops_asking_leaves_no_connection_behind() {
    let (compositor, asks) = begin();
    eventually("it is the only one", || {
        (compositor.clients() == 1).then_some(())
    });
    drop(asks);
    eventually("its connection is closed", || {
        (compositor.clients() == 0).then_some(())
    });
}

/// Says in turn what is asked when both, one or none of them is there: an hour is GNOME's word.
#[test]
fn whoever_counts_input_alone_is_asked_before_whoever_does_not() {
    let hour = Duration::from_hours(1);
    let bus = Bus::start();
    let milliseconds = u64::try_from(hour.as_millis()).unwrap();
    let gnome = bus.serve_idle_monitor(&Arc::new(AtomicU64::new(milliseconds)));
    let compositors = [1, 2].map(|version| compositor::Compositor::start(Some(version)));
    let idle = |compositor: Option<usize>| {
        let compositor = compositor.map(|at| ask(compositors[at].socket()));
        Desktop::on_wayland(compositor, || Monitor::open_at(&bus.address), None).idle()
    };
    let (first, second) = (Some(0), Some(1));
    // Whoever takes two seconds to answer is passed over.
    let compositor_is_asked = |compositor| {
        eventually("the compositor is asked", || {
            idle(compositor).filter(|idle| *idle <= PAUSE)
        });
    };
    let gnome_is_asked = |compositor| {
        eventually("GNOME is asked", || {
            idle(compositor).filter(|idle| *idle == hour)
        });
    };

    compositor_is_asked(second);
    gnome_is_asked(first);
    gnome_is_asked(None);

    gnome.close().unwrap();
    compositor_is_asked(first);
    assert_eq!(idle(None), None);
}

#[test]
fn kwin_counts_until_the_pointer_moves() {
    let kwin = Kwin::start();
    let mut asks = ask(kwin.socket());
    eventually("two seconds without input", || {
        asks.idle().filter(|idle| *idle > SECOND * 2)
    });

    let moving = Instant::now();
    kwin.screen.move_pointer(100);
    eventually("the pointer moved", || {
        asks.idle().filter(|idle| *idle <= moving.elapsed())
    });
    eventually("two seconds without input again", || {
        asks.idle().filter(|idle| *idle > SECOND * 2)
    });
}

#[test]
fn kwin_standing_still_is_nobody_and_kwin_killed_stays_so() {
    let mut kwin = Kwin::start();
    let mut asks = ask(kwin.socket());
    idle(&mut asks);

    kwin.signal("STOP");
    assert_eq!(asks.idle(), None);
    assert!(Compositor::open_at(kwin.socket()).is_none());
    kwin.signal("CONT");
    eventually("it answers again", || asks.idle());

    kwin.kill();
    assert_eq!(asks.idle(), None);
    assert!(Compositor::open_at(kwin.socket()).is_none());
}

#[tokio::test]
async fn a_session_whose_compositor_dies_locks() {
    let mut kwin = Kwin::start();
    let start = |rules| {
        let socket = kwin.socket().to_owned();
        Lookout::start(rules, move || {
            Desktop::on_wayland(Some(ask(&socket)), || None, None)
        })
    };
    rescued(&start(PATIENT), &kwin.screen).await;
    let lookout = start(SHORT);
    sees_system(&lookout, true).await;

    kwin.kill();

    let state = *lookout.states().wait_for(is_locked).await.unwrap();
    assert!(
        matches!(state, State::Lock(Reason::Idle { .. })),
        "{state:?}"
    );
    sees_system(&lookout, false).await;
}
