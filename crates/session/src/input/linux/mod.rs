//! Linux: the X server or the desktop's idle monitor knows how long nothing was touched, and logind knows of lock and sleep.
//!
//! A Wayland compositor tells clients nothing of other windows' input, so there the desktop is asked: GNOME's idle
//! monitor, or whoever offers the freedesktop screen saver's idle time. Where neither is, nobody can say. Under X11 the
//! server itself is asked (MIT-SCREEN-SAVER); a program that resets the screen saver, as players do, counts as input
//! there.

mod logind;
mod monitor;
mod x11;

use std::time::Duration;

use super::{Input, Sign};

pub use logind::Logind;
pub use monitor::Monitor;
pub use x11::X11;

/// A Linux desktop.
pub struct Desktop {
    idle: Idle,
    logind: Option<Logind>,
}

enum Idle {
    X11(Box<X11>),
    Monitor(Monitor),
    Unknown,
}

impl Desktop {
    /// Finds out who can say.
    pub fn open() -> Self {
        // Under Wayland there is an X server too, which sees the input to its own windows alone.
        let wayland = std::env::var_os("WAYLAND_DISPLAY").is_some();
        let x11 = || X11::open(None).map(Box::new).map(Idle::X11);
        let monitor = || Monitor::open().map(Idle::Monitor);
        let idle = if wayland {
            monitor()
        } else {
            x11().or_else(monitor)
        };
        Self {
            idle: idle.unwrap_or(Idle::Unknown),
            logind: Logind::open(),
        }
    }
}

impl Input for Desktop {
    fn idle(&mut self) -> Option<Duration> {
        match &mut self.idle {
            Idle::X11(x11) => x11.idle(),
            Idle::Monitor(monitor) => monitor.idle(),
            Idle::Unknown => None,
        }
    }

    fn sign(&mut self) -> Option<Sign> {
        self.logind.as_mut()?.sign()
    }
}
