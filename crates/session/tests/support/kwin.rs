//! KDE's compositor, which a test starts for itself in a window on an X server of its own: what happens to that window
//! is input to it. Needs `kwin_wayland`.

#![allow(clippy::unwrap_used, clippy::expect_used, dead_code, missing_docs)]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use session::input::linux::Compositor;

use crate::screen::Screen;
use crate::services::{at_home, end, eventually};

const PROGRAM: &str = "/usr/bin/kwin_wayland";
const SOCKET: &str = "wayland-kwin";

pub struct Kwin {
    process: Child,
    socket: PathBuf,
    pub screen: Screen,
    _home: tempfile::TempDir,
}

impl Kwin {
    pub fn start() -> Self {
        let screen = Screen::start();
        let home = tempfile::tempdir().unwrap();
        // Installed it carries a capability, with which containers let nobody start it; a copy has none. By another name
        // it would not start.
        let program = home.path().join("kwin_wayland");
        // Another process makes it: nobody can run what somebody has open to write, and another thread's child may have it
        // open from us.
        let copied = Command::new("cp").arg(PROGRAM).arg(&program).status();
        assert!(copied.unwrap().success(), "kwin_wayland is installed");
        let process = at_home(Command::new(&program), home.path())
            .args(["--no-lockscreen", "--no-global-shortcuts"])
            .args(["--socket", SOCKET])
            .args(["--x11-display", &screen.display])
            .args(["--width", "300", "--height", "180"])
            .env("DISPLAY", &screen.display)
            // It draws without a graphics card, and speaks to no desktop.
            .env("KWIN_COMPOSE", "Q")
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let socket = home.path().join("run").join(SOCKET);
        let kwin = Self {
            process,
            socket,
            screen,
            _home: home,
        };
        // Its socket is there before it serves it.
        eventually("KWin answers", || Compositor::open_at(&kwin.socket));
        kwin
    }

    pub fn socket(&self) -> &Path {
        &self.socket
    }

    pub fn kill(&mut self) {
        end(&mut self.process);
    }

    /// Stops it as a debugger does, or lets it go on.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args(["-s", name, &self.process.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }
}

impl Drop for Kwin {
    fn drop(&mut self) {
        end(&mut self.process);
    }
}
