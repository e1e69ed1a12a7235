//! logind: whether the login session is locked, is asked to lock, or the computer goes to sleep.
//!
//! It listens; nobody asks the bus each second. While the computer is put to sleep, logind is held up until the session
//! was locked (a "delay" inhibitor), so that nothing shows when it wakes. logind itself ends that wait after a few
//! seconds.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use zbus::blocking::fdo::PropertiesProxy;
use zbus::blocking::{Connection, Proxy, connection};
use zbus::zvariant::{OwnedFd, OwnedObjectPath};

use super::Sign;

const NAME: &str = "org.freedesktop.login1";
const MANAGER: &str = "org.freedesktop.login1.Manager";
const SESSION: &str = "org.freedesktop.login1.Session";
/// How long logind may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// What logind says of this login session.
pub struct Logind {
    manager: Proxy<'static>,
    heard: Receiver<Heard>,
    locked: bool,
    /// Holds up sleep as long as it is open.
    delay: Option<OwnedFd>,
    /// Somebody was told of a sleep, and gets until the next question to act on it.
    told: bool,
}

enum Heard {
    Hint(bool),
    AskedToLock,
    Sleep(bool),
}

impl Logind {
    /// Listens on the system bus.
    pub fn open() -> Option<Self> {
        Self::listen(connection::Builder::system())
    }

    /// Listens on the bus at this address.
    pub fn open_at(bus: &str) -> Option<Self> {
        Self::listen(connection::Builder::address(bus))
    }

    fn listen(bus: zbus::Result<connection::Builder<'_>>) -> Option<Self> {
        bus.and_then(|bus| bus.method_timeout(PATIENCE).build())
            .and_then(|bus| Self::on(&bus))
            .inspect_err(|error| tracing::debug!(%error, "there is no logind"))
            .ok()
    }

    fn on(bus: &Connection) -> zbus::Result<Self> {
        let manager = Proxy::new(bus, NAME, "/org/freedesktop/login1", MANAGER)?;
        // Ours: that of our process, or, where a service of the person started us, the one on the screen.
        let path: OwnedObjectPath = manager.call("GetSession", &("auto",))?;
        let session = Proxy::new(bus, NAME, path.clone(), SESSION)?;
        let properties = PropertiesProxy::builder(bus)
            .destination(NAME)?
            .path(path)?
            .build()?;
        let (tell, heard) = channel();
        let hints = properties.receive_properties_changed()?;
        listen(&tell, hints, |changed| {
            let changed = changed.args().ok()?;
            let hint = changed.changed_properties().get("LockedHint")?;
            hint.downcast_ref::<bool>().ok().map(Heard::Hint)
        })?;
        listen(&tell, session.receive_signal("Lock")?, |_| {
            Some(Heard::AskedToLock)
        })?;
        listen(&tell, manager.receive_signal("PrepareForSleep")?, |sleep| {
            sleep.body().deserialize().ok().map(Heard::Sleep)
        })?;
        // Asked after listening began: nothing is missed between the two.
        let locked = session.get_property("LockedHint").unwrap_or(false);
        let mut logind = Self {
            manager,
            heard,
            locked,
            delay: None,
            told: false,
        };
        logind.hold_up();
        Ok(logind)
    }

    /// What happened since the last question.
    pub fn sign(&mut self) -> Option<Sign> {
        if std::mem::take(&mut self.told) {
            // Whoever was told has locked since.
            self.delay = None;
        }
        let mut sign = None;
        while let Ok(heard) = self.heard.try_recv() {
            match heard {
                Heard::Hint(locked) => self.locked = locked,
                Heard::AskedToLock => sign = sign.or(Some(Sign::Locked)),
                Heard::Sleep(true) => {
                    self.told = true;
                    sign = Some(Sign::Sleeps);
                }
                Heard::Sleep(false) => {
                    self.told = false;
                    self.hold_up();
                    sign = Some(Sign::Sleeps);
                }
            }
        }
        sign.or(self.locked.then_some(Sign::Locked))
    }

    fn hold_up(&mut self) {
        let why = "Locks the session";
        let held = self
            .manager
            .call("Inhibit", &("sleep", "Countersign", why, "delay"));
        self.delay = held
            .inspect_err(|error| tracing::debug!(%error, "sleep is not held up"))
            .ok();
    }
}

impl Drop for Logind {
    fn drop(&mut self) {
        // Whoever listens would wait for the next signal otherwise.
        if let Err(error) = self.manager.connection().clone().close() {
            tracing::debug!(%error, "the bus was gone already");
        }
    }
}

/// Listens on a thread of its own, until the bus is gone or nobody wants to know.
fn listen<T: Send + 'static>(
    tell: &Sender<Heard>,
    signals: impl Iterator<Item = T> + Send + 'static,
    meaning: impl Fn(&T) -> Option<Heard> + Send + 'static,
) -> zbus::Result<()> {
    let tell = tell.clone();
    std::thread::Builder::new()
        .name("logind".to_owned())
        .spawn(move || {
            for heard in signals.filter_map(|signal| meaning(&signal)) {
                if tell.send(heard).is_err() {
                    return;
                }
            }
        })?;
    Ok(())
}
