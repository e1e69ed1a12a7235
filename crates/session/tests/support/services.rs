//! Services that a test starts for itself and ends: a session bus and a keyring daemon, in a home folder of their own.

#![allow(clippy::unwrap_used, clippy::expect_used, dead_code, missing_docs)]

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A private session bus.
pub struct Bus {
    process: Child,
    pub address: String,
}

impl Bus {
    pub fn start(home: &Path) -> Self {
        let mut process = at_home(Command::new("dbus-daemon"), home)
            .args(["--session", "--nofork", "--print-address=1"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-daemon is installed");
        let mut address = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut address)
            .unwrap();
        Self {
            process,
            address: address.trim().to_owned(),
        }
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        end(&mut self.process);
    }
}

/// A private keyring daemon.
pub struct Daemon(Child);

impl Daemon {
    /// With a login keyring that is unlocked by a password.
    pub fn start(home: &Path, bus: &str, password: &str) -> Self {
        let mut process = Self::command(home, bus)
            .arg("--unlock")
            .stdin(Stdio::piped())
            .spawn()
            .expect("gnome-keyring-daemon is installed");
        let mut stdin = process.stdin.take().unwrap();
        stdin.write_all(password.as_bytes()).unwrap();
        drop(stdin);
        wait_for_service(bus);
        Self(process)
    }

    pub fn start_locked(home: &Path, bus: &str) -> Self {
        let process = Self::command(home, bus)
            .stdin(Stdio::null())
            .spawn()
            .expect("gnome-keyring-daemon is installed");
        wait_for_service(bus);
        Self(process)
    }

    pub fn id(&self) -> u32 {
        self.0.id()
    }

    fn command(home: &Path, bus: &str) -> Command {
        let mut command = at_home(Command::new("gnome-keyring-daemon"), home);
        command
            .args(["--foreground", "--components=secrets"])
            .env("DBUS_SESSION_BUS_ADDRESS", bus)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        end(&mut self.0);
    }
}

fn wait_for_service(bus: &str) {
    for _ in 0..100 {
        let owned = Command::new("dbus-send")
            .arg(format!("--bus={bus}"))
            .args([
                "--print-reply",
                "--dest=org.freedesktop.DBus",
                "/org/freedesktop/DBus",
                "org.freedesktop.DBus.NameHasOwner",
                "string:org.freedesktop.secrets",
            ])
            .output()
            .expect("dbus-send is installed");
        if String::from_utf8_lossy(&owned.stdout).contains("boolean true") {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("the keyring daemon did not come up");
}

pub fn at_home(mut command: Command, home: &Path) -> Command {
    let under = |name: &str| -> PathBuf {
        let folder = home.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        folder
    };
    let runtime = under("run");
    std::fs::set_permissions(
        &runtime,
        std::os::unix::fs::PermissionsExt::from_mode(0o700),
    )
    .unwrap();
    command
        .env("HOME", home)
        .env("XDG_DATA_HOME", under("data"))
        .env("XDG_CONFIG_HOME", under("config"))
        .env("XDG_CACHE_HOME", under("cache"))
        .env("XDG_RUNTIME_DIR", runtime)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("GNOME_KEYRING_CONTROL");
    command
}

pub fn end(process: &mut Child) {
    // It may have ended by itself.
    let _already_gone = process.kill();
    process.wait().unwrap();
}

/// Looks until it is seen.
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + Duration::from_secs(20);
    while Instant::now() < until {
        if let Some(seen) = look() {
            return seen;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("never happened: {what}");
}
