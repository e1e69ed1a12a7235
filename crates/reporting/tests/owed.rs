//! The program is killed between what happens and telling security of it: the next start finds what is owed, and raises it
//! once. The program is this test again, in a process of its own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

#[allow(dead_code, reason = "each test uses its part")]
mod receiver;

use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use audit::{Actor, Entry, Event, Log, Person, Reference};
use jiff::Timestamp;
use receiver::{Kept, access};
use records::{SecurityEvent, SecurityEventKind};
use reporting::{Alarms, Reporter, is_kept, settle};
use tempfile::TempDir;

/// Where the program that is killed has its files, and how far it comes.
const FOLDER: &str = "COUNTERSIGN_OWED_FOLDER";
const PLACE: &str = "COUNTERSIGN_OWED_PLACE";

/// How far a program came with what security must hear of.
const PLACES: [(&str, usize, usize); 3] = [
    // After the entry that somebody else authenticated: the alarm is raised by the next start.
    ("written", 0, 1),
    // After the alarm was kept as well: it is noted that it is.
    ("kept", 1, 1),
    // After that was noted: nothing is owed.
    ("settled", 1, 0),
];

#[tokio::test]
async fn whoever_kills_the_program_after_a_mismatch_does_not_silence_the_alarm_nor_double_it() {
    let name =
        "whoever_kills_the_program_after_a_mismatch_does_not_silence_the_alarm_nor_double_it";
    if let (Some(folder), Ok(place)) = (env::var_os(FOLDER), env::var(PLACE)) {
        come_as_far_as(folder.as_ref(), &place);
    }
    for (place, kept_before, owed) in PLACES {
        let folder = TempDir::new().unwrap();
        let mut program = again(name, folder.path(), place);
        wait_until(&mut program, place);
        program.kill().unwrap();
        program.wait().unwrap();

        let alarms = alarms(folder.path());
        assert_eq!(alarms.count().unwrap(), kept_before, "{place}");
        let mut log = log(folder.path());
        assert_eq!(settled(&mut log, &alarms), owed, "{place}");
        drop(log);
        // Nor does starting once more add anything.
        let mut log = self::log(folder.path());
        assert_eq!(settled(&mut log, &alarms), 0, "{place}");

        let security = Kept::default();
        alarms.deliver(&security, &access(), now()).await.unwrap();
        assert_eq!(security.told(), [mismatch()], "{place}");
    }
}

#[tokio::test]
async fn an_alarm_that_somebody_deletes_is_back_with_the_next_start_until_security_was_told() {
    let folder = TempDir::new().unwrap();
    let mut log = log(folder.path());
    log.append(&entry(), now()).unwrap();
    drop(log);
    let alarms = alarms(folder.path());
    let mut log = self::log(folder.path());
    assert_eq!(settled(&mut log, &alarms), 1);
    drop(log);
    std::fs::remove_dir_all(folder.path().join("alarms")).unwrap();

    let alarms = self::alarms(folder.path());
    let mut log = self::log(folder.path());
    assert_eq!(
        settled(&mut log, &alarms),
        0,
        "the log says that it is kept"
    );
    assert_eq!(alarms.count().unwrap(), 1);

    let security = Kept::default();
    let told = alarms.deliver(&security, &access(), now()).await.unwrap();
    assert_eq!(told.told, [mismatch()]);
    let noted = Entry {
        event: Event::SecurityEventSent {
            about: SecurityEventKind::SignerMismatch.as_str().into(),
            delivered: true,
        },
        ..entry()
    };
    log.append(&noted, now()).unwrap();
    drop(log);
    let mut log = self::log(folder.path());
    assert_eq!(settled(&mut log, &alarms), 0);
    assert_eq!(alarms.count().unwrap(), 0);
}

#[tokio::test]
async fn what_the_api_never_takes_is_not_raised_again_with_each_start() {
    let folder = TempDir::new().unwrap();
    let alarms = alarms(folder.path());
    let mut log = log(folder.path());
    log.append(&entry(), now()).unwrap();
    drop(log);
    let mut log = self::log(folder.path());
    assert_eq!(settled(&mut log, &alarms), 1);
    let security = Kept::default();
    security.fail(receiver::Fails::Malformed, 1);
    alarms.deliver(&security, &access(), now()).await.unwrap();
    drop(log);

    let mut log = self::log(folder.path());
    assert_eq!(settled(&mut log, &alarms), 0);

    assert_eq!(alarms.count().unwrap(), 0);
}

#[test]
fn what_cannot_be_kept_now_stays_owed() {
    let folder = TempDir::new().unwrap();
    let alarms = alarms(folder.path());
    let mut log = log(folder.path());
    log.append(&entry(), now()).unwrap();
    drop(log);
    std::fs::remove_dir_all(folder.path().join("alarms")).unwrap();

    let mut log = self::log(folder.path());
    settle(&mut log, &alarms, &reporter(), now()).unwrap_err();
    drop(log);
    let alarms = self::alarms(folder.path());
    let mut log = self::log(folder.path());

    assert_eq!(settled(&mut log, &alarms), 1);
    assert_eq!(alarms.count().unwrap(), 1);
}

#[test]
fn a_report_names_whom_it_is_about_only_where_the_log_names_them_in_full() {
    let about = |issuer: &str, subject: &str| {
        let actor = person(issuer, subject);
        let folder = TempDir::new().unwrap();
        let mut log = log(folder.path());
        let entry = Entry { actor, ..entry() };
        log.append(&entry, now()).unwrap();
        let reporter = Reporter {
            issuer: issuer.to_owned(),
            ..reporter()
        };
        drop(log);
        let owed = self::log(folder.path()).take_owed();
        reporter.event(&owed[0]).about
    };
    let long_issuer = format!("https://id.clinic.example/{}", "tenant/".repeat(8));

    assert_eq!(
        about(ISSUER, "adams-7d1").unwrap().claims["sub"],
        "adams-7d1"
    );
    // The issuer is known from elsewhere, so it does not matter that the log cuts it.
    assert_eq!(about(&long_issuer, "adams-7d1").unwrap().iss, long_issuer);
    assert_eq!(about(ISSUER, "adams 7d1"), None);
    assert_eq!(about(ISSUER, &"a".repeat(80)), None);
    let elsewhere = Reporter {
        issuer: "https://other.example".to_owned(),
        ..reporter()
    };
    let folder = TempDir::new().unwrap();
    log(folder.path()).append(&entry(), now()).unwrap();
    let owed = log(folder.path()).take_owed();
    assert_eq!(elsewhere.event(&owed[0]).about, None);
}

#[tokio::test]
async fn an_alarm_that_an_earlier_version_left_is_told_though_it_names_nobody() {
    let folder = TempDir::new().unwrap();
    let alarms = alarms(folder.path());
    let left = r#"{"kind":"signer-mismatch","reference":"7F3K-2QX9","at":"2026-11-24T13:32:08Z","device":"ward-3-pc-2","count":2}"#;
    let name = format!("{}.event.json", uuid::Uuid::now_v7());
    std::fs::write(folder.path().join("alarms").join(name), left).unwrap();

    let security = Kept::default();
    let told = alarms.deliver(&security, &access(), now()).await.unwrap();

    assert_eq!((told.told.len(), told.waiting), (1, 0));
    assert_eq!(security.told()[0].about, None);
    assert_eq!(security.told()[0].count, 2);
}

/// Does what the program does after somebody else authenticated, and waits to be killed.
fn come_as_far_as(folder: &Path, place: &str) -> ! {
    let mut log = log(folder);
    let started = Entry {
        event: Event::Started {
            version: "1.0.0".into(),
        },
        ..entry()
    };
    log.append(&started, now()).unwrap();
    log.append(&entry(), now()).unwrap();
    arrived("written", place);
    alarms(folder).raise(&mismatch()).unwrap();
    arrived("kept", place);
    let noted = Entry {
        event: is_kept(SecurityEventKind::SignerMismatch),
        ..entry()
    };
    log.append(&noted, now()).unwrap();
    arrived("settled", place);
    unreachable!("it is killed before")
}

fn arrived(at: &str, place: &str) {
    if at != place {
        return;
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "\narrived at {at}").unwrap();
    out.flush().unwrap();
    loop {
        std::thread::park();
    }
}

/// This test in a process of its own.
fn again(test: &str, folder: &Path, place: &str) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(FOLDER, folder)
        .env(PLACE, place)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn wait_until(program: &mut Child, place: &str) {
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let arrived = lines.any(|line| line.unwrap() == format!("arrived at {place}"));
    assert!(arrived, "the program ended before {place}");
}

fn settled(log: &mut Log, alarms: &Alarms) -> usize {
    settle(log, alarms, &reporter(), now()).unwrap()
}

fn log(folder: &Path) -> Log {
    Log::open(&folder.join("audit.jsonl"), now()).unwrap()
}

fn alarms(folder: &Path) -> Alarms {
    Alarms::open(&folder.join("alarms")).unwrap()
}

const ISSUER: &str = "https://id.clinic.example";

fn reporter() -> Reporter {
    Reporter {
        device: "ward-3-pc-2".to_owned(),
        issuer: ISSUER.to_owned(),
    }
}

fn entry() -> Entry {
    let Actor::Person(found) = person(ISSUER, "baker-2c4") else {
        unreachable!("it is a person")
    };
    Entry {
        event: Event::SignerMismatch { found, count: 1 },
        reference: Some(reference()),
        actor: person(ISSUER, "adams-7d1"),
    }
}

fn mismatch() -> SecurityEvent {
    let claims = [("sub".to_owned(), "adams-7d1".to_owned())];
    SecurityEvent {
        kind: SecurityEventKind::SignerMismatch,
        reference: reference().to_string(),
        at: now(),
        device: "ward-3-pc-2".to_owned(),
        count: 1,
        about: Some(records::ClaimedSubject {
            iss: ISSUER.to_owned(),
            claims: claims.into(),
        }),
    }
}

fn person(issuer: &str, sub: &str) -> Actor {
    let claims = [("sub".to_owned(), sub.to_owned())];
    let claims = claims.iter().map(|(claim, value)| (claim, value));
    Actor::Person(Person::new("A. Person", issuer, claims))
}

fn reference() -> Reference {
    Reference::from_bytes([1, 2, 3, 4, 5])
}

fn now() -> Timestamp {
    "2026-11-24T13:32:08Z".parse().unwrap()
}
