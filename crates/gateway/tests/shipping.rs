//! A device reports to a real gateway: its log arrives in one piece, whoever is signed in, and a forged one is found.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod clinic;

use std::path::Path;
use std::sync::Arc;

use audit::{Actor, Entry, Event, Log};
use clinic::{ADAMS, BAKER, Clinic, SESSION};
use gateway::Clock as _;
use jiff::Timestamp;
use records::{SecurityEvent, SecurityEventKind};
use reporting::{Alarms, Round, Shipper};

const DEVICE: &str = "ward-3-pc-2";

#[tokio::test]
async fn a_log_of_several_files_arrives_in_one_piece_whoever_is_signed_in() {
    let clinic = Clinic::open().await;
    let path = clinic.folder.path().join("device/audit.jsonl");
    let mut log = open(&path, now(&clinic));
    for person in [ADAMS, BAKER, ADAMS] {
        write(&mut log, 5, now(&clinic));
        let token = clinic.token(person, SESSION);
        let shipper = shipper(&clinic, &path);
        let round = shipper.drain(log.head(), &token, now(&clinic)).await;
        let seq = log.head().seq;
        assert!(
            matches!(round, Round::Shipped { through_seq } if through_seq == seq),
            "{round:?}"
        );
    }

    let report = audit::verify(&path).unwrap();
    assert!(report.segments > 3);
    let written: Vec<String> = (0..report.segments)
        .flat_map(|number| lines(&audit::file_of(&path, number)))
        .collect();
    assert_eq!(kept(&clinic, &path), written);
}

#[tokio::test]
async fn a_device_that_forgot_how_far_it_was_asks_the_gateway() {
    let clinic = Clinic::open().await;
    let path = clinic.folder.path().join("device/audit.jsonl");
    let mut log = open(&path, now(&clinic));
    let token = clinic.token(ADAMS, SESSION);
    write(&mut log, 6, now(&clinic));
    let shipped = shipper(&clinic, &path);
    shipped.drain(log.head(), &token, now(&clinic)).await;
    std::fs::remove_file(path.with_extension("shipped.json")).unwrap();
    write(&mut log, 3, now(&clinic));

    let anew = shipper(&clinic, &path);
    anew.drain(log.head(), &token, now(&clinic)).await;

    assert_eq!(kept(&clinic, &path).len(), 9);
}

#[tokio::test]
async fn a_log_whose_end_was_cut_off_and_written_anew_is_refused_and_security_hears_of_it() {
    let clinic = Clinic::open().await;
    let path = clinic.folder.path().join("device/audit.jsonl");
    let mut log = open(&path, now(&clinic));
    let token = clinic.token(ADAMS, SESSION);
    write(&mut log, 2, now(&clinic));
    let first = lines(&path);
    write(&mut log, 4, now(&clinic));
    shipper(&clinic, &path)
        .drain(log.head(), &token, now(&clinic))
        .await;
    let honest = kept(&clinic, &path);
    drop(log);

    // Everything after the second entry never happened, says whoever has the files; the note goes too.
    for file in std::fs::read_dir(path.parent().unwrap()).unwrap() {
        std::fs::remove_file(file.unwrap().path()).unwrap();
    }
    std::fs::write(&path, first.join("\n") + "\n").unwrap();
    let mut forged = open(&path, now(&clinic));
    let event = Event::SignatureCancelled;
    for _ in 0..6 {
        forged.append(&entry(event.clone()), now(&clinic)).unwrap();
    }
    let round = shipper(&clinic, &path)
        .drain(forged.head(), &token, now(&clinic))
        .await;

    assert!(
        audit::verify(&path).unwrap().is_complete(),
        "here it looks whole"
    );
    assert!(matches!(round, Round::Contradicted { .. }), "{round:?}");
    assert_eq!(kept(&clinic, &path), honest);
    let told = clinic.store().security_events().unwrap();
    assert!(told.iter().any(|event| event.kind == "audit-broken"));
}

#[tokio::test]
async fn what_security_must_hear_of_waits_for_the_gateway_and_arrives_once() {
    let clinic = Clinic::open().await;
    let folder = clinic.folder.path().join("alarms");
    let event = SecurityEvent {
        kind: SecurityEventKind::FailedSignIns,
        reference: "7F3K-2QX9".to_owned(),
        at: now(&clinic),
        device: DEVICE.to_owned(),
        count: 5,
        about: None,
    };
    Alarms::open(&folder).unwrap().raise(&event).unwrap();

    let alarms = Alarms::open(&folder).unwrap();
    let token = clinic.token(BAKER, SESSION);
    let deliver = || alarms.deliver(&clinic.client, &token, now(&clinic));
    let (one, other) = tokio::join!(deliver(), deliver());

    let told = [one.unwrap().told, other.unwrap().told].concat();
    assert_eq!(told, [event]);
    let kept = clinic.store().security_events().unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(
        (kept[0].kind.as_str(), kept[0].count),
        ("failed-sign-ins", 5)
    );
}

fn shipper(clinic: &Clinic, path: &Path) -> Shipper {
    let receiver = Arc::new(clinic.client.clone());
    Shipper::new(path.to_owned(), DEVICE.to_owned(), receiver)
}

fn kept(clinic: &Clinic, path: &Path) -> Vec<String> {
    let log = audit::chain_id(path).unwrap().unwrap().to_string();
    clinic.store().device_log(DEVICE, &log).unwrap()
}

/// A few entries in each file.
fn open(path: &Path, now: Timestamp) -> Log {
    Log::open_with_segments_of(path, now, 700).unwrap()
}

fn write(log: &mut Log, count: u32, now: Timestamp) {
    for _ in 0..count {
        log.append(&entry(Event::Stopped), now).unwrap();
    }
}

fn entry(event: Event) -> Entry {
    Entry {
        event,
        reference: None,
        actor: Actor::Device(DEVICE.into()),
    }
}

fn lines(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn now(clinic: &Clinic) -> Timestamp {
    clinic.clock.now()
}
