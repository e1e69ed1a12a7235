//! What logind and GNOME's idle monitor say, over a real bus.
//!
//! Neither runs everywhere; a service with their names and their interfaces stands in for them. Needs `dbus-daemon`.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]
// The services' methods have the form of their interfaces.
#![allow(clippy::unused_self, clippy::used_underscore_binding)]

#[path = "support/bus.rs"]
mod bus;
#[path = "support/services.rs"]
mod services;

use std::io::Read;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bus::Bus;
use services::eventually;
use session::input::Sign;
use session::input::linux::{Logind, Monitor};
use zbus::blocking::Connection;
use zbus::object_server::SignalEmitter;
use zbus::zvariant::{OwnedFd, OwnedObjectPath};

fn wait_for<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(work)
}

struct ScreenSaver;

#[zbus::interface(name = "org.freedesktop.ScreenSaver")]
impl ScreenSaver {
    fn get_session_idle_time(&self) -> u32 {
        0
    }
}

#[test]
fn the_idle_monitor_of_gnome_is_asked() {
    let bus = Bus::start();
    assert!(Monitor::open_at(&bus.address).is_none());
    let idle = Arc::new(AtomicU64::new(1_500));
    let gnome = bus.serve_idle_monitor(&idle);

    let mut monitor = eventually("it answers", || Monitor::open_at(&bus.address));
    let now = eventually("it says so", || monitor.idle());
    assert_eq!(now, Duration::from_millis(1_500));
    idle.store(20, Ordering::SeqCst);
    let now = eventually("it says so", || monitor.idle());
    assert_eq!(now, Duration::from_millis(20));

    gnome.close().unwrap();
    assert_eq!(monitor.idle(), None);
}

#[test]
fn a_screen_saver_that_always_says_just_now_keeps_no_session_open() {
    let bus = Bus::start();
    let path = "/org/freedesktop/ScreenSaver";
    let _kde = bus.serve("org.freedesktop.ScreenSaver", path, ScreenSaver);
    assert!(Monitor::open_at(&bus.address).is_none());
}

const LOGIND: &str = "/org/freedesktop/login1";
const SESSION: &str = "/org/freedesktop/login1/session/_31";

/// logind's manager: its sessions, and who holds up sleep.
struct Manager {
    held_up: Arc<Mutex<Vec<UnixStream>>>,
}

#[zbus::interface(name = "org.freedesktop.login1.Manager")]
impl Manager {
    fn get_session(&self, id: &str) -> OwnedObjectPath {
        assert_eq!(id, "auto");
        SESSION.try_into().unwrap()
    }

    fn inhibit(&self, what: &str, _who: &str, _why: &str, mode: &str) -> OwnedFd {
        assert_eq!((what, mode), ("sleep", "delay"));
        let (ours, theirs) = UnixStream::pair().unwrap();
        ours.set_nonblocking(true).unwrap();
        self.held_up.lock().unwrap().push(ours);
        let theirs: std::os::fd::OwnedFd = theirs.into();
        theirs.into()
    }

    #[zbus(signal)]
    async fn prepare_for_sleep(emitter: &SignalEmitter<'_>, start: bool) -> zbus::Result<()>;
}

/// logind's session.
struct LoginSession {
    locked: Arc<AtomicBool>,
}

#[zbus::interface(name = "org.freedesktop.login1.Session")]
impl LoginSession {
    #[zbus(property)]
    fn locked_hint(&self) -> bool {
        self.locked.load(Ordering::SeqCst)
    }

    #[zbus(signal)]
    async fn lock(emitter: &SignalEmitter<'_>) -> zbus::Result<()>;
}

struct Login {
    bus: Bus,
    serving: Connection,
    locked: Arc<AtomicBool>,
    held_up: Arc<Mutex<Vec<UnixStream>>>,
}

impl Login {
    fn start() -> Self {
        let bus = Bus::start();
        let held_up = Arc::<Mutex<Vec<_>>>::default();
        let locked = Arc::<AtomicBool>::default();
        let manager = Manager {
            held_up: Arc::clone(&held_up),
        };
        let serving = bus.serve("org.freedesktop.login1", LOGIND, manager);
        let session = LoginSession {
            locked: Arc::clone(&locked),
        };
        serving.object_server().at(SESSION, session).unwrap();
        Self {
            bus,
            serving,
            locked,
            held_up,
        }
    }

    /// Whoever listens to it.
    fn listener(&self) -> Logind {
        eventually("logind answers", || Logind::open_at(&self.bus.address))
    }

    fn emitter(&self, path: &'static str) -> SignalEmitter<'_> {
        SignalEmitter::new(self.serving.inner(), path).unwrap()
    }

    fn hint(&self, locked: bool) {
        self.locked.store(locked, Ordering::SeqCst);
        let session = self
            .serving
            .object_server()
            .interface::<_, LoginSession>(SESSION)
            .unwrap();
        wait_for(session.get().locked_hint_changed(session.signal_emitter())).unwrap();
    }

    fn sleep(&self, start: bool) {
        wait_for(Manager::prepare_for_sleep(&self.emitter(LOGIND), start)).unwrap();
    }

    /// How many hold up sleep now: whoever let go has closed their end.
    fn delays(&self) -> usize {
        let held_up = self.held_up.lock().unwrap();
        held_up.iter().filter(|end| !is_closed(end)).count()
    }

    /// Waits until nobody holds up sleep: the bus may have its own copy of an end for a moment longer.
    fn let_go(&self) {
        eventually("sleep is not held up", || {
            (self.delays() == 0).then_some(())
        });
    }
}

/// Whether the other end is. Nothing is ever written to it.
fn is_closed(mut end: &UnixStream) -> bool {
    matches!(end.read(&mut [0]), Ok(0))
}

#[test]
fn a_locked_login_session_is_seen_for_as_long_as_it_is_locked() {
    let login = Login::start();
    let mut logind = login.listener();
    assert_eq!(logind.sign(), None);

    login.hint(true);
    eventually("it is locked", || {
        logind.sign().filter(|sign| *sign == Sign::Locked)
    });
    assert_eq!(logind.sign(), Some(Sign::Locked));
    login.hint(false);
    eventually("it is not locked any more", || {
        logind.sign().is_none().then_some(())
    });

    wait_for(LoginSession::lock(&login.emitter(SESSION))).unwrap();
    eventually("it is asked to lock", || {
        logind.sign().filter(|sign| *sign == Sign::Locked)
    });
    assert_eq!(logind.sign(), None);
}

#[test]
fn a_session_that_is_locked_from_the_start_is_seen() {
    let login = Login::start();
    login.locked.store(true, Ordering::SeqCst);
    eventually("it is locked", || {
        login.listener().sign().filter(|sign| *sign == Sign::Locked)
    });
}

#[test]
fn sleep_is_held_up_until_whoever_asks_had_the_time_to_lock() {
    let login = Login::start();
    let mut logind = login.listener();
    assert_eq!(login.delays(), 1);

    login.sleep(true);
    eventually("it goes to sleep", || {
        logind.sign().filter(|sign| *sign == Sign::Sleeps)
    });
    assert_eq!(login.delays(), 1, "not before whoever asks has locked");
    assert_eq!(logind.sign(), None);
    login.let_go();

    login.sleep(false);
    eventually("it woke", || {
        logind.sign().filter(|sign| *sign == Sign::Sleeps)
    });
    assert_eq!(login.delays(), 1, "the next sleep is held up too");
}

#[test]
fn whoever_stops_listening_leaves_no_connection_and_no_delay_behind() {
    let login = Login::start();
    let connected = || {
        let bus = zbus::blocking::fdo::DBusProxy::new(&login.serving).unwrap();
        let names = bus.list_names().unwrap();
        names.iter().filter(|name| name.starts_with(':')).count()
    };
    let without = connected();
    let logind = login.listener();
    eventually("there is one connection more", || {
        (connected() == without + 1).then_some(())
    });

    drop(logind);

    eventually("its connection is closed", || {
        (connected() == without).then_some(())
    });
    login.let_go();
}

#[test]
fn without_logind_nobody_waits_for_it() {
    let bus = Bus::start();
    assert!(Logind::open_at(&bus.address).is_none());
    assert!(Logind::open_at("unix:path=/nonexistent").is_none());
}
