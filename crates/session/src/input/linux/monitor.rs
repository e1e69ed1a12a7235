//! GNOME's idle monitor on the session bus, asked by the name that GNOME gives it and no other: whoever takes this name on
//! a person's own bus is that person.

use std::time::Duration;

use zbus::blocking::{Connection, Proxy, connection, proxy};

/// How long the desktop may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);
const NAME: &str = "org.gnome.Mutter.IdleMonitor";
const PATH: &str = "/org/gnome/Mutter/IdleMonitor/Core";

/// One that answers.
pub struct Monitor(Proxy<'static>);

impl Monitor {
    /// Finds one on the session bus.
    pub fn open() -> Option<Self> {
        Self::find(connection::Builder::session())
    }

    /// Finds one on the bus at this address.
    pub fn open_at(bus: &str) -> Option<Self> {
        Self::find(connection::Builder::address(bus))
    }

    fn find(bus: zbus::Result<connection::Builder<'_>>) -> Option<Self> {
        let bus = bus
            .and_then(|bus| bus.method_timeout(PATIENCE).build())
            .inspect_err(|error| tracing::debug!(%error, "there is no session bus"))
            .ok()?;
        Self::at(&bus)
    }

    fn at(bus: &Connection) -> Option<Self> {
        let proxy = proxy::Builder::<Proxy<'static>>::new(bus)
            .destination(NAME)
            .and_then(|proxy| proxy.path(PATH))
            .and_then(|proxy| proxy.interface(NAME))
            .and_then(|proxy| {
                proxy
                    .cache_properties(zbus::proxy::CacheProperties::No)
                    .build()
            });
        let mut monitor = Self(proxy.ok()?);
        monitor.idle().map(|_| monitor)
    }

    /// How long nothing was touched.
    pub fn idle(&mut self) -> Option<Duration> {
        self.0
            .call::<_, _, u64>("GetIdletime", &())
            .inspect_err(|error| tracing::debug!(%error, "the idle monitor does not answer"))
            .ok()
            .map(Duration::from_millis)
    }
}
