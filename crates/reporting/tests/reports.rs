//! What a device reports arrives, once, in order, and after whatever came in between.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod receiver;

use std::path::Path;
use std::sync::Arc;

use audit::{Actor, Entry, Event, Log};
use jiff::{SignedDuration, Timestamp};
use receiver::{Fails, Kept, TooLarge, access};
use records::{CallError, SecurityEvent, SecurityEventKind};
use reporting::{Alarms, Round, Shipper};
use tempfile::TempDir;

#[tokio::test]
async fn a_log_arrives_line_by_line_as_it_stands_in_its_files() {
    let device = Device::with(10);
    let api = Arc::new(Kept::default());

    let round = device
        .shipper(&api)
        .drain(device.head(), &access(), now())
        .await;

    assert!(
        matches!(round, Round::Shipped { through_seq: 10 }),
        "{round:?}"
    );
    assert_eq!(api.lines(), device.lines());
    let noted = audit::shipped::read(&device.path()).unwrap().unwrap();
    assert_eq!(noted.head, device.head());
}

#[tokio::test]
async fn after_a_restart_it_goes_on_where_it_was() {
    let mut device = Device::with(4);
    let api = Arc::new(Kept::default());
    device
        .shipper(&api)
        .drain(device.head(), &access(), now())
        .await;
    device.write(6);

    let again = device.shipper(&api);
    let round = again.drain(device.head(), &access(), now()).await;

    assert!(
        matches!(round, Round::Shipped { through_seq: 10 }),
        "{round:?}"
    );
    assert_eq!(api.lines(), device.lines());
    assert_eq!(api.batches(), [(1, 4), (5, 6)]);
    let nothing = again.round(device.head(), &access(), now()).await;
    assert!(matches!(nothing, Round::Nothing), "{nothing:?}");
}

#[tokio::test]
async fn what_its_writer_has_not_acknowledged_stays_here() {
    let mut device = Device::with(3);
    let acknowledged = device.head();
    device.write(2);
    let api = Arc::new(Kept::default());

    device
        .shipper(&api)
        .drain(acknowledged, &access(), now())
        .await;

    assert_eq!(api.lines().len(), 3);
}

#[tokio::test]
async fn without_its_note_it_goes_on_where_the_api_says() {
    let mut device = Device::with(4);
    let api = Arc::new(Kept::default());
    device
        .shipper(&api)
        .drain(device.head(), &access(), now())
        .await;
    std::fs::remove_file(device.path().with_extension("shipped.json")).unwrap();
    device.write(2);

    device
        .shipper(&api)
        .drain(device.head(), &access(), now())
        .await;

    assert_eq!(api.lines(), device.lines());
}

#[tokio::test]
async fn an_api_that_lost_lines_gets_them_again() {
    let mut device = Device::with(8);
    let api = Arc::new(Kept::default());
    let shipper = device.shipper(&api);
    shipper.drain(device.head(), &access(), now()).await;
    api.lose(5);
    device.write(1);

    shipper.drain(device.head(), &access(), now()).await;

    assert_eq!(api.lines(), device.lines());
}

#[tokio::test]
async fn a_failure_is_tried_again_after_growing_pauses_and_loses_nothing() {
    let device = Device::with(5);
    let api = Arc::new(Kept::default());
    let shipper = device.shipper(&api);
    api.fail(Fails::Unavailable, 2);

    let first = shipper.round(device.head(), &access(), now()).await;
    let Round::Failed { again_at, .. } = first else {
        panic!("{first:?}")
    };
    assert_eq!(again_at, now() + SignedDuration::from_secs(5));
    let early = shipper.round(device.head(), &access(), now()).await;
    assert!(matches!(early, Round::Resting), "{early:?}");
    let second = shipper.round(device.head(), &access(), again_at).await;
    let Round::Failed {
        again_at: later, ..
    } = second
    else {
        panic!("{second:?}")
    };
    assert_eq!(later, again_at + SignedDuration::from_secs(10));

    shipper.drain(device.head(), &access(), later).await;
    assert_eq!(api.lines(), device.lines());
}

#[tokio::test]
async fn batches_that_are_too_large_become_smaller() {
    // The API's own limit, or that of a proxy.
    let whose: [TooLarge; 2] = [
        || CallError::TooLarge,
        || CallError::InBetween { status: 413 },
    ];
    for says in whose {
        let device = Device::with(9);
        let api = Arc::new(Kept::default());
        api.take_at_most(2, says);
        let shipper = device.shipper(&api);

        let mut time = now();
        for _ in 0..20 {
            time += SignedDuration::from_mins(16);
            shipper.drain(device.head(), &access(), time).await;
        }

        assert_eq!(api.lines(), device.lines());
    }
}

#[tokio::test]
async fn another_history_is_said_once_and_nothing_of_it_is_sent() {
    let (device, other) = (Device::with(5), Device::with(5));
    let api = Arc::new(Kept::default());
    other
        .shipper(&api)
        .drain(other.head(), &access(), now())
        .await;
    api.rename_log(&device.log_id());

    let shipper = device.shipper(&api);
    let first = shipper.round(device.head(), &access(), now()).await;
    let later = now() + SignedDuration::from_mins(16);
    let second = shipper.round(device.head(), &access(), later).await;

    assert!(matches!(first, Round::Contradicted { .. }), "{first:?}");
    assert!(matches!(second, Round::Resting), "{second:?}");
    assert_eq!(api.lines(), other.lines());
}

#[tokio::test]
async fn a_log_that_was_begun_anew_is_another_one() {
    let device = Device::with(5);
    let api = Arc::new(Kept::default());
    device
        .shipper(&api)
        .drain(device.head(), &access(), now())
        .await;

    let anew = Device::with(3);
    anew.shipper(&api)
        .drain(anew.head(), &access(), now())
        .await;

    assert_ne!(device.log_id(), anew.log_id());
    assert_eq!(api.lines_of(&device.log_id()), device.lines());
    assert_eq!(api.lines_of(&anew.log_id()), anew.lines());
}

#[tokio::test]
async fn what_security_must_hear_of_survives_a_restart_and_is_told_in_order() {
    let folder = TempDir::new().unwrap();
    let api = Kept::default();
    let alarms = Alarms::open(folder.path()).unwrap();
    let events = [1, 2, 3].map(event);
    for event in &events {
        alarms.raise(event).unwrap();
    }
    drop(alarms);

    let alarms = Alarms::open(folder.path()).unwrap();
    assert_eq!(alarms.count().unwrap(), 3);
    let told = alarms.deliver(&api, &access(), now()).await.unwrap();

    assert_eq!((told.told, told.waiting), (events.to_vec(), 0));
    assert_eq!(api.told(), events);
    let nothing = alarms.deliver(&api, &access(), now()).await.unwrap();
    assert!(nothing.told.is_empty());
}

#[tokio::test]
async fn what_could_not_be_told_waits_and_something_new_does_not() {
    let folder = TempDir::new().unwrap();
    let api = Kept::default();
    api.fail(Fails::Unavailable, 1);
    let alarms = Alarms::open(folder.path()).unwrap();
    alarms.raise(&event(1)).unwrap();

    let told = alarms.deliver(&api, &access(), now()).await.unwrap();
    assert_eq!((told.told.len(), told.waiting), (0, 1));
    let resting = alarms.deliver(&api, &access(), now()).await.unwrap();
    assert_eq!((resting.told.len(), resting.waiting), (0, 1));

    alarms.raise(&event(2)).unwrap();
    let told = alarms.deliver(&api, &access(), now()).await.unwrap();
    assert_eq!(told.told, [event(1), event(2)]);
}

#[tokio::test]
async fn what_the_api_never_takes_is_set_aside_and_does_not_hold_up_the_rest() {
    let folder = TempDir::new().unwrap();
    let api = Kept::default();
    api.fail(Fails::Malformed, 1);
    let alarms = Alarms::open(folder.path()).unwrap();
    alarms.raise(&event(1)).unwrap();
    alarms.raise(&event(2)).unwrap();

    let told = alarms.deliver(&api, &access(), now()).await.unwrap();

    assert_eq!((told.told, told.waiting), (vec![event(2)], 0));
    let names: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(
        matches!(&names[..], [name] if name.ends_with("refused.json")),
        "{names:?}"
    );
}

#[tokio::test]
async fn a_flood_does_not_fill_the_disk_and_none_of_it_goes_uncounted() {
    let folder = TempDir::new().unwrap();
    let alarms = Alarms::open(folder.path()).unwrap();
    for _ in 0..510 {
        alarms.raise(&event(1)).unwrap();
    }

    assert_eq!(alarms.count().unwrap(), 500);
    let api = Kept::default();
    alarms.deliver(&api, &access(), now()).await.unwrap();
    let counted: u32 = api.told().iter().map(|event| event.count).sum();
    assert_eq!(counted, 510);
}

struct Device {
    folder: TempDir,
    log: Log,
}

impl Device {
    /// A log of so many entries, a few in each file, that differs from every other one.
    fn with(entries: u64) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("audit.jsonl");
        let log = Log::open_with_segments_of(&path, now(), 700).unwrap();
        let mut device = Self { folder, log };
        device.write(entries);
        device
    }

    fn write(&mut self, entries: u64) {
        for _ in 0..entries {
            let name = self.folder.path().file_name().unwrap().to_str().unwrap();
            let entry = Entry {
                event: Event::Stopped,
                reference: None,
                actor: Actor::Device(name.into()),
            };
            self.log.append(&entry, now()).unwrap();
        }
    }

    fn path(&self) -> std::path::PathBuf {
        self.log.path().to_owned()
    }

    fn head(&self) -> audit::Head {
        self.log.head()
    }

    fn log_id(&self) -> String {
        audit::chain_id(&self.path()).unwrap().unwrap().to_string()
    }

    fn lines(&self) -> Vec<String> {
        let report = audit::verify(&self.path()).unwrap();
        let files = (0..report.segments).map(|number| audit::file_of(&self.path(), number));
        files
            .flat_map(|file| text(&file).lines().map(str::to_owned).collect::<Vec<_>>())
            .collect()
    }

    fn shipper(&self, api: &Arc<Kept>) -> Shipper {
        Shipper::new(self.path(), "ward-3-pc-2".to_owned(), Arc::clone(api) as _)
    }
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn event(count: u32) -> SecurityEvent {
    SecurityEvent {
        kind: SecurityEventKind::SignerMismatch,
        reference: "7F3K-2QX9".to_owned(),
        at: now(),
        device: "ward-3-pc-2".to_owned(),
        count,
        about: None,
    }
}

fn now() -> Timestamp {
    "2026-11-24T13:32:08Z".parse().unwrap()
}
