//! The vault's key in a real Secret Service, in every state that one can be in.
//!
//! The keyring's store is opened once per process. So each case runs in a process of its own, with a session bus, a home
//! folder and a keyring daemon of its own, that it starts and ends. Needs `dbus-daemon` and `gnome-keyring-daemon`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs
)]

fn main() {
    #[cfg(target_os = "linux")]
    linux::main();
}

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{BufRead, BufReader, Write};
    use std::path::{Path, PathBuf};
    use std::process::{Child, Command, Stdio};
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use policy::Remember;
    use records::Seal;
    use session::vault::KeyStoreError;
    use session::{Kept, MemoryOnly, OsKeyring, OutboxKey, Place, Vault};

    /// Its name, the state of the keyring, and what to run in a process of its own.
    type Case = (&'static str, Keyring, fn(&Path));

    const CASES: &[Case] = &[
        (
            "an_unlocked_keyring_keeps_the_key_over_restarts",
            Keyring::Unlocked,
            keeps_the_key,
        ),
        (
            "without_a_session_bus_the_vault_is_in_memory",
            Keyring::NoBus,
            in_memory,
        ),
        (
            "without_a_keyring_daemon_the_vault_is_in_memory",
            Keyring::NoDaemon,
            in_memory,
        ),
        (
            "a_keyring_that_stays_locked_is_given_up_within_its_bound",
            Keyring::Locked,
            in_memory,
        ),
    ];

    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Keyring {
        Unlocked,
        NoBus,
        NoDaemon,
        Locked,
    }

    pub fn main() {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        if let [mark, name, folder] = &arguments[..]
            && mark == "--inside"
        {
            let (_, _, case) = CASES.iter().find(|(known, ..)| known == name).unwrap();
            case(Path::new(folder));
            return;
        }
        if arguments.iter().any(|argument| argument == "--list") {
            for (name, ..) in CASES {
                println!("{name}: test");
            }
            return;
        }
        let wanted: Vec<&String> = arguments
            .iter()
            .filter(|argument| !argument.starts_with('-'))
            .collect();
        let mut failed = false;
        for (name, keyring, _) in CASES {
            if !wanted.is_empty() && !wanted.iter().any(|part| name.contains(part.as_str())) {
                continue;
            }
            let passed = run(name, *keyring);
            println!("test {name} ... {}", if passed { "ok" } else { "FAILED" });
            failed |= !passed;
        }
        if failed {
            std::process::exit(101);
        }
    }

    fn run(name: &str, keyring: Keyring) -> bool {
        let home = tempfile::tempdir().unwrap();
        let bus = (keyring != Keyring::NoBus).then(|| Bus::start(home.path()));
        let address = bus
            .as_ref()
            .map_or("unix:path=/nonexistent", |bus| &bus.address);
        let _daemon = match keyring {
            Keyring::Unlocked => Some(Daemon::start(home.path(), address)),
            Keyring::Locked => {
                // A login keyring exists, and nobody unlocks it.
                drop(Daemon::start(home.path(), address));
                Some(Daemon::start_locked(home.path(), address))
            }
            Keyring::NoBus | Keyring::NoDaemon => None,
        };
        let status = at_home(Command::new(std::env::current_exe().unwrap()), home.path())
            .args(["--inside", name])
            .arg(home.path())
            .env("DBUS_SESSION_BUS_ADDRESS", address)
            .status()
            .unwrap();
        status.success()
    }

    fn keeps_the_key(folder: &Path) {
        let first = open(folder);
        assert_eq!(first.kept(), Kept::OnDisk);
        let key = outbox_key();
        assert!(key.durable());
        let sealed = key.seal(b"entry", b"evidence").unwrap();
        assert_eq!(outbox_key().open(b"entry", &sealed).unwrap(), b"evidence");

        // Another process, as after a restart.
        let file = folder.join("sealed");
        if let Ok(earlier) = std::fs::read(&file) {
            assert_eq!(key.open(b"entry", &earlier).unwrap(), b"evidence");
            return;
        }
        std::fs::write(&file, sealed).unwrap();
        let again = Command::new(std::env::current_exe().unwrap())
            .args(["--inside", CASES[0].0])
            .arg(folder)
            .status()
            .unwrap();
        assert!(again.success());
    }

    fn in_memory(folder: &Path) {
        let asked = Instant::now();
        let vault = open(folder);
        assert!(
            asked.elapsed() < Duration::from_secs(7),
            "{:?}",
            asked.elapsed()
        );
        let Kept::InMemory(MemoryOnly::Keyring(why)) = vault.kept() else {
            panic!("{:?}", vault.kept());
        };
        assert!(
            matches!(
                why,
                KeyStoreError::Absent | KeyStoreError::Locked | KeyStoreError::Silent
            ),
            "{why}"
        );
        let key = outbox_key();
        assert!(!key.durable());
        let sealed = key.seal(b"entry", b"evidence").unwrap();
        assert_eq!(key.open(b"entry", &sealed).unwrap(), b"evidence");
        // A thread that still waits for the keyring must not keep the test from ending.
        std::process::exit(0);
    }

    fn open(folder: &Path) -> Vault {
        let place = Place {
            file: folder.join("session.vault"),
            device: "ward-3".to_owned(),
            account: "adams".to_owned(),
        };
        let keyring = Arc::new(OsKeyring::new("countersign-test", "adams"));
        wait_for(Vault::open(place, Remember::Keyring, keyring)).unwrap()
    }

    fn outbox_key() -> OutboxKey {
        let keyring = Arc::new(OsKeyring::new("countersign-test.outbox", "adams"));
        wait_for(OutboxKey::open("ward-3", "adams", keyring)).unwrap()
    }

    fn wait_for<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(work)
    }

    /// A private session bus.
    struct Bus {
        process: Child,
        address: String,
    }

    impl Bus {
        fn start(home: &Path) -> Self {
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
    struct Daemon(Child);

    impl Daemon {
        /// With a login keyring that is unlocked by a password.
        fn start(home: &Path, bus: &str) -> Self {
            let mut process = Self::command(home, bus)
                .arg("--unlock")
                .stdin(Stdio::piped())
                .spawn()
                .expect("gnome-keyring-daemon is installed");
            process.stdin.take().unwrap().write_all(b"test").unwrap();
            wait_for_service(bus);
            Self(process)
        }

        fn start_locked(home: &Path, bus: &str) -> Self {
            let process = Self::command(home, bus)
                .stdin(Stdio::null())
                .spawn()
                .expect("gnome-keyring-daemon is installed");
            wait_for_service(bus);
            Self(process)
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

    fn at_home(mut command: Command, home: &Path) -> Command {
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

    fn end(process: &mut Child) {
        // It may have ended by itself.
        let _already_gone = process.kill();
        process.wait().unwrap();
    }
}
