//! The desktop's idle monitor on the session bus, asked by the names that desktops give it and no other: whoever takes
//! one of these names on a person's own bus is that person.

use std::time::Duration;

use zbus::blocking::{Connection, Proxy, connection, proxy};

/// How long the desktop may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// One that answers.
pub struct Monitor {
    proxy: Proxy<'static>,
    method: &'static str,
    answer: Answer,
}

#[derive(Clone, Copy)]
enum Answer {
    /// Milliseconds in 64 bits.
    Long,
    /// Milliseconds in 32 bits.
    Short,
}

/// Name, path, interface, method, answer.
const MONITORS: [(&str, &str, &str, &str, Answer); 2] = [
    (
        "org.gnome.Mutter.IdleMonitor",
        "/org/gnome/Mutter/IdleMonitor/Core",
        "org.gnome.Mutter.IdleMonitor",
        "GetIdletime",
        Answer::Long,
    ),
    (
        "org.freedesktop.ScreenSaver",
        "/org/freedesktop/ScreenSaver",
        "org.freedesktop.ScreenSaver",
        "GetSessionIdleTime",
        Answer::Short,
    ),
];

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
        MONITORS
            .into_iter()
            .find_map(|monitor| Self::at(&bus, monitor))
    }

    fn at(
        bus: &Connection,
        (name, path, interface, method, answer): (
            &'static str,
            &'static str,
            &'static str,
            &'static str,
            Answer,
        ),
    ) -> Option<Self> {
        let proxy = proxy::Builder::<Proxy<'static>>::new(bus)
            .destination(name)
            .and_then(|proxy| proxy.path(path))
            .and_then(|proxy| proxy.interface(interface))
            .and_then(|proxy| {
                proxy
                    .cache_properties(zbus::proxy::CacheProperties::No)
                    .build()
            });
        let mut monitor = Self {
            proxy: proxy.ok()?,
            method,
            answer,
        };
        monitor.idle().map(|_| monitor)
    }

    /// How long nothing was touched.
    pub fn idle(&mut self) -> Option<Duration> {
        let milliseconds = match self.answer {
            Answer::Long => self.proxy.call::<_, _, u64>(self.method, &()),
            Answer::Short => self
                .proxy
                .call::<_, _, u32>(self.method, &())
                .map(u64::from),
        };
        milliseconds
            .inspect_err(|error| tracing::debug!(%error, "the idle monitor does not answer"))
            .ok()
            .map(Duration::from_millis)
    }
}
