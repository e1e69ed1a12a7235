//! A bus of a test's own, and the desktop's services on it that the test plays itself. Needs `dbus-daemon`.

#![allow(clippy::unwrap_used, clippy::expect_used, dead_code, missing_docs)]
// The services' methods have the form of their interfaces.
#![allow(clippy::unused_self)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use zbus::blocking::Connection;
use zbus::blocking::connection::Builder;

use crate::services;

pub struct Bus {
    pub address: String,
    _daemon: services::Bus,
    _home: tempfile::TempDir,
}

impl Bus {
    pub fn start() -> Self {
        let home = tempfile::tempdir().unwrap();
        let daemon = services::Bus::start(home.path());
        Self {
            address: daemon.address.clone(),
            _daemon: daemon,
            _home: home,
        }
    }

    pub fn serve<T: zbus::object_server::Interface>(
        &self,
        name: &str,
        path: &str,
        object: T,
    ) -> Connection {
        Builder::address(self.address.as_str())
            .and_then(|bus| bus.name(name.to_owned()))
            .and_then(|bus| bus.serve_at(path.to_owned(), object))
            .and_then(Builder::build)
            .unwrap()
    }

    /// GNOME's idle monitor, which says so many milliseconds.
    pub fn serve_idle_monitor(&self, idle: &Arc<AtomicU64>) -> Connection {
        self.serve(
            "org.gnome.Mutter.IdleMonitor",
            "/org/gnome/Mutter/IdleMonitor/Core",
            Mutter(Arc::clone(idle)),
        )
    }
}

struct Mutter(Arc<AtomicU64>);

#[zbus::interface(name = "org.gnome.Mutter.IdleMonitor")]
impl Mutter {
    fn get_idletime(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}
