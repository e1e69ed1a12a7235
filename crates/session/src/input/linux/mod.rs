//! Linux: the X server, the compositor or GNOME's idle monitor knows how long nothing was touched, and logind knows of
//! lock and sleep.
//!
//! Who is asked depends on the session, and is settled once, when watching begins:
//!
//! 1. **On X11** the server itself (MIT-SCREEN-SAVER), then GNOME's monitor. A program that resets the screen saver, as
//!    players do, counts as input there.
//! 2. **On Wayland** never the X server: it is Xwayland, which sees the input to X11 programs alone. Of those that see all
//!    input, whoever counts a person's input alone goes first:
//!    1. a compositor with ext-idle-notify-v1 in version 2, because a film must keep no session open;
//!    2. GNOME's idle monitor, which counts input alone too; after the compositor, because any program of this person can
//!       take a name on the session bus, but none the compositor's place;
//!    3. a compositor with version 1, which tells nothing while a program holds idleness up; a silence as long as no
//!       person's is then not taken for one.
//!
//! Where none of them is, or the one that was chosen is gone, nobody can say, and input to our own window counts. Nobody
//! else is asked in its place then: a session whose compositor died is not one to guess about.
//!
//! The screen saver's idle time on the session bus (org.freedesktop.ScreenSaver) is not asked at all. On Wayland KDE says
//! zero there whatever happened, and elsewhere it is in seconds or in milliseconds: each would keep a session open
//! without end.

mod logind;
mod monitor;
mod wayland;
mod x11;

use std::ffi::OsString;
use std::time::Duration;

use super::{Input, Sign};

pub use logind::Logind;
pub use monitor::Monitor;
pub use wayland::Compositor;
pub use x11::X11;

/// A Linux desktop.
pub struct Desktop {
    idle: Idle,
    logind: Option<Logind>,
}

enum Idle {
    X11(Box<X11>),
    Compositor(Box<Compositor>),
    Monitor(Monitor),
    Unknown,
}

impl Desktop {
    /// Finds out who can say.
    pub fn open() -> Self {
        if is_wayland(|name| std::env::var_os(name)) {
            return Self::on_wayland(Compositor::open(), Monitor::open, Logind::open());
        }
        let x11 = X11::open(None).map(Box::new).map(Idle::X11);
        let idle = x11.or_else(|| Monitor::open().map(Idle::Monitor));
        Self {
            idle: idle.unwrap_or(Idle::Unknown),
            logind: Logind::open(),
        }
    }

    /// One whose windows a compositor shows.
    pub fn on_wayland(
        compositor: Option<Compositor>,
        monitor: impl FnOnce() -> Option<Monitor>,
        logind: Option<Logind>,
    ) -> Self {
        let monitor = || monitor().map(Idle::Monitor);
        let input_alone = compositor
            .as_ref()
            .is_some_and(Compositor::tells_of_input_alone);
        let compositor = compositor.map(Box::new).map(Idle::Compositor);
        let idle = if input_alone {
            compositor
        } else {
            monitor().or(compositor)
        };
        Self {
            idle: idle.unwrap_or(Idle::Unknown),
            logind,
        }
    }
}

impl Input for Desktop {
    fn idle(&mut self) -> Option<Duration> {
        match &mut self.idle {
            Idle::X11(x11) => x11.idle(),
            Idle::Compositor(compositor) => compositor.idle(),
            Idle::Monitor(monitor) => monitor.idle(),
            Idle::Unknown => None,
        }
    }

    fn sign(&mut self) -> Option<Sign> {
        self.logind.as_mut()?.sign()
    }
}

/// Whether anything in this environment says so. Where it is said wrongly, an X server goes unasked, and input to our own
/// window counts; the other way round Xwayland would be believed.
fn is_wayland(environment: impl Fn(&str) -> Option<OsString>) -> bool {
    let set = |name| environment(name).is_some_and(|value| !value.is_empty());
    set("WAYLAND_DISPLAY")
        || set("WAYLAND_SOCKET")
        || environment("XDG_SESSION_TYPE").is_some_and(|kind| kind == "wayland")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sign_of_wayland_keeps_xwayland_from_being_asked() {
        let among = |set: &'static [(&str, &str)]| {
            is_wayland(|name| {
                let mut set = set.iter().filter(|(other, _)| *other == name);
                set.next().map(|(_, value)| OsString::from(value))
            })
        };
        assert!(among(&[
            ("DISPLAY", ":0"),
            ("WAYLAND_DISPLAY", "wayland-0")
        ]));
        assert!(among(&[("DISPLAY", ":0"), ("WAYLAND_SOCKET", "7")]));
        assert!(among(&[("DISPLAY", ":0"), ("XDG_SESSION_TYPE", "wayland")]));
        assert!(!among(&[("DISPLAY", ":0"), ("XDG_SESSION_TYPE", "x11")]));
        assert!(!among(&[("DISPLAY", ":0"), ("WAYLAND_DISPLAY", "")]));
    }
}
