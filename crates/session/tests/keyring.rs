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

#[cfg(target_os = "linux")]
#[path = "support/services.rs"]
mod services;
#[cfg(target_os = "linux")]
mod support;

fn main() {
    #[cfg(target_os = "linux")]
    linux::main();
}

#[cfg(target_os = "linux")]
mod linux {
    use std::path::Path;
    use std::process::Command;
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use demo::idp::ADAMS;
    use jiff::Timestamp;
    use policy::Remember;
    use records::Seal;
    use secrecy::ExposeSecret;
    use session::vault::{KeyStoreError, Patience};
    use session::{
        Kept, MemoryOnly, OsKeyring, OutboxKey, Place, Restored, Session, Vault, restore,
    };
    use tokio_util::sync::CancellationToken;

    use crate::services::{Bus, Daemon, at_home};
    use crate::support::Home;
    use crate::support::robot_agent::Person;

    /// The process of the keyring daemon, for cases that stop or end it.
    const DAEMON: &str = "COUNTERSIGN_TEST_KEYRING_DAEMON";

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
        (
            "a_wrong_password_opens_nothing_and_the_vault_is_in_memory",
            Keyring::WrongPassword,
            in_memory,
        ),
        (
            "a_keyring_daemon_that_hangs_is_given_up_within_its_bound",
            Keyring::Unlocked,
            hangs,
        ),
        (
            "a_keyring_daemon_that_dies_in_mid_call_leaves_a_vault_in_memory",
            Keyring::Unlocked,
            dies_in_mid_call,
        ),
        (
            "a_keyring_daemon_that_dies_later_is_not_missed_until_the_restart",
            Keyring::Unlocked,
            dies_later,
        ),
        (
            "a_file_that_is_damaged_or_foreign_leads_to_a_clean_sign_in",
            Keyring::Unlocked,
            damaged_file,
        ),
    ];

    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Keyring {
        Unlocked,
        NoBus,
        NoDaemon,
        Locked,
        WrongPassword,
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
        let daemon = match keyring {
            Keyring::Unlocked => Some(Daemon::start(home.path(), address, "test")),
            Keyring::Locked => {
                // A login keyring exists, and nobody unlocks it.
                drop(Daemon::start(home.path(), address, "test"));
                Some(Daemon::start_locked(home.path(), address))
            }
            Keyring::WrongPassword => {
                drop(Daemon::start(home.path(), address, "test"));
                Some(Daemon::start(home.path(), address, "guess"))
            }
            Keyring::NoBus | Keyring::NoDaemon => None,
        };
        let status = at_home(Command::new(std::env::current_exe().unwrap()), home.path())
            .args(["--inside", name])
            .arg(home.path())
            .env("DBUS_SESSION_BUS_ADDRESS", address)
            .env(DAEMON, daemon.as_ref().map_or(0, Daemon::id).to_string())
            .status()
            .unwrap();
        status.success()
    }

    fn keeps_the_key(folder: &Path) {
        let first = open(&long(), folder);
        assert_eq!(first.kept(), Kept::OnDisk);
        let key = outbox_key(&long());
        assert!(key.durable());
        let sealed = key.seal(b"entry", b"evidence").unwrap();
        let again = outbox_key(&long());
        assert_eq!(again.open(b"entry", &sealed).unwrap(), b"evidence");

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
        let vault = open_in_time(folder);
        assert!(
            matches!(
                not_kept(&vault),
                KeyStoreError::Absent | KeyStoreError::Locked | KeyStoreError::Silent
            ),
            "{:?}",
            vault.kept()
        );
        let key = outbox_key(&Patience::default());
        assert!(!key.durable());
        let sealed = key.seal(b"entry", b"evidence").unwrap();
        assert_eq!(key.open(b"entry", &sealed).unwrap(), b"evidence");
        a_session_leaves_no_trace(folder, vault);
        // A thread that still waits for the keyring must not keep the test from ending.
        std::process::exit(0);
    }

    fn hangs(folder: &Path) {
        signal("STOP");
        let vault = open_in_time(folder);
        assert_eq!(not_kept(&vault), KeyStoreError::Silent);
        a_session_leaves_no_trace(folder, vault);
        std::process::exit(0);
    }

    fn dies_in_mid_call(folder: &Path) {
        // It hangs first, so that the call is under way when it dies.
        signal("STOP");
        let dying = std::thread::spawn(|| {
            std::thread::sleep(Duration::from_millis(500));
            signal("KILL");
        });
        let vault = open_in_time(folder);
        dying.join().unwrap();
        not_kept(&vault);
        a_session_leaves_no_trace(folder, vault);
        std::process::exit(0);
    }

    fn dies_later(folder: &Path) {
        wait_for(async {
            let home = Home::new(Person::SignsInAs(&ADAMS)).await;
            let vault = Arc::new(open_now(&long(), folder, "ward-3").await);
            assert_eq!(vault.kept(), Kept::OnDisk);
            let session = sign_in(&home, Arc::clone(&vault)).await;
            let file = vault.place().file.clone();
            let before = std::fs::read(&file).unwrap();

            signal("KILL");

            session.renew(Timestamp::now()).await.unwrap();
            assert_ne!(std::fs::read(&file).unwrap(), before, "the renewal is kept");
            assert_no_trace(folder, &session).await;
            // After a restart nobody has the key: the file waits for the keyring, and whoever signs in replaces it.
            let restarted = Arc::new(open_now(&Patience::default(), folder, "ward-3").await);
            not_kept(&restarted);
            let restored = restored(&home, &restarted).await;
            assert!(matches!(restored, Restored::Nobody));
            let second = sign_in(&home, Arc::clone(&restarted)).await;
            assert!(!file.exists());
            assert_no_trace(folder, &second).await;
        });
        std::process::exit(0);
    }

    fn damaged_file(folder: &Path) {
        wait_for(async {
            let home = Home::new(Person::SignsInAs(&ADAMS)).await;
            let vault = Arc::new(open_now(&long(), folder, "ward-3").await);
            let session = sign_in(&home, Arc::clone(&vault)).await;
            assert_no_trace(folder, &session).await;
            let file = vault.place().file.clone();
            let whole = std::fs::read(&file).unwrap();
            let mut corrupt = whole.clone();
            corrupt[whole.len() / 2] ^= 1;
            for damaged in [
                &[][..],
                &whole[..1],
                &whole[..whole.len() / 2],
                &corrupt,
                b"{}",
            ] {
                std::fs::write(&file, damaged).unwrap();
                let restored = restored(&home, &vault).await;
                assert!(matches!(restored, Restored::Unusable(_)));
                assert!(!file.exists());
            }
            // The same keyring came along with the file, as with a copied profile.
            std::fs::write(&file, &whole).unwrap();
            let elsewhere = Arc::new(open_now(&long(), folder, "ward-4").await);
            assert_eq!(elsewhere.kept(), Kept::OnDisk);
            let foreign = restored(&home, &elsewhere).await;
            assert!(matches!(foreign, Restored::Unusable(_)));
            assert!(!file.exists());
            // Untouched, it opens.
            std::fs::write(&file, &whole).unwrap();
            let ours = restored(&home, &vault).await;
            assert!(matches!(ours, Restored::Session(_)));
        });
    }

    fn not_kept(vault: &Vault) -> KeyStoreError {
        match vault.kept() {
            Kept::InMemory(MemoryOnly::Keyring(why)) => why,
            kept => panic!("{kept:?}"),
        }
    }

    /// Somebody signs in, works and signs out with this vault, and no file in the person's home tells of it.
    fn a_session_leaves_no_trace(folder: &Path, vault: Vault) {
        wait_for(async {
            let home = Home::new(Person::SignsInAs(&ADAMS)).await;
            let session = sign_in(&home, Arc::new(vault)).await;
            assert_no_trace(folder, &session).await;
            session.renew(Timestamp::now()).await.unwrap();
            assert_no_trace(folder, &session).await;
            assert!(!folder.join("session.vault").exists());
            let done = session.sign_out(&home.transport, Timestamp::now()).await;
            assert!(done.wiped.is_ok());
            assert!(home.idp.active_tokens().is_empty());
        });
    }

    async fn sign_in(home: &Home, vault: Arc<Vault>) -> Session {
        let signing_in = home.sign_in_with(vault, CancellationToken::new());
        let signed_in = signing_in.await.unwrap();
        assert!(signed_in.not_kept.is_none());
        signed_in.session
    }

    async fn restored(home: &Home, vault: &Arc<Vault>) -> Restored {
        let party = home.relying_party.clone();
        restore(party, Arc::clone(vault), &home.policy, Timestamp::now()).await
    }

    /// Neither the token nor whose it is can be read anywhere in the person's home.
    async fn assert_no_trace(folder: &Path, session: &Session) {
        let token = session.access_token(Timestamp::now()).await.unwrap();
        let subject = session.person().subject.claims["sub"].clone();
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let kind = std::fs::symlink_metadata(&path).unwrap().file_type();
                if kind.is_dir() {
                    folders.push(path);
                } else if kind.is_file() {
                    let octets = std::fs::read(&path).unwrap();
                    for secret in [token.expose_secret(), &subject] {
                        let needle = secret.as_bytes();
                        let found = octets.windows(needle.len()).any(|part| part == needle);
                        assert!(!found, "{} tells", path.display());
                    }
                }
            }
        }
    }

    /// Sends a signal to the keyring daemon of this case.
    fn signal(name: &str) {
        let daemon = std::env::var(DAEMON).unwrap();
        let sent = Command::new("kill").args(["-s", name, &daemon]).status();
        assert!(sent.unwrap().success());
    }

    /// For cases in which the keyring has to answer.
    fn long() -> Patience {
        Patience::of(Duration::from_mins(1))
    }

    /// Where it does not answer, it is given up after the five seconds of the default patience, whatever else the machine
    /// does meanwhile.
    fn open_in_time(folder: &Path) -> Vault {
        let asked = Instant::now();
        let vault = open(&Patience::default(), folder);
        let waited = asked.elapsed();
        assert!(waited < Duration::from_secs(20), "{waited:?}");
        vault
    }

    fn open(patience: &Patience, folder: &Path) -> Vault {
        wait_for(open_now(patience, folder, "ward-3"))
    }

    async fn open_now(patience: &Patience, folder: &Path, device: &str) -> Vault {
        let place = Place {
            file: folder.join("session.vault"),
            device: device.to_owned(),
            account: "adams".to_owned(),
        };
        let keyring = Arc::new(OsKeyring::new("countersign-test", "adams"));
        Vault::open_within(patience, place, Remember::Keyring, keyring)
            .await
            .unwrap()
    }

    fn outbox_key(patience: &Patience) -> OutboxKey {
        let keyring = Arc::new(OsKeyring::new("countersign-test.outbox", "adams"));
        wait_for(OutboxKey::open_within(patience, "ward-3", "adams", keyring)).unwrap()
    }

    fn wait_for<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(work)
    }
}
