//! The program is killed while it writes and begins new files, and the disk is full: what was acknowledged is there.
//!
//! The writer is this test again, in a process of its own. `COUNTERSIGN_CRASH_ROUNDS` says how often it is killed.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod common;

use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use audit::{Event, Log, read, verify};
use common::{SMALL, entry};
use jiff::Timestamp;

/// Where the writer finds its log.
const LOG: &str = "COUNTERSIGN_CRASH_LOG";

#[test]
fn a_writer_that_is_killed_loses_at_most_what_it_did_not_acknowledge() {
    if let Some(log) = env::var_os(LOG) {
        write_for_ever(log.as_ref());
    }
    let rounds = env::var("COUNTERSIGN_CRASH_ROUNDS").map_or(25, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("audit.jsonl");
    let (mut acknowledged, mut torn) = (0, 0);

    for round in 0..rounds {
        let name = "a_writer_that_is_killed_loses_at_most_what_it_did_not_acknowledge";
        let mut writer = again(name, &log, None);
        let mut lines = acknowledgements(&mut writer);
        // Another number of entries each time, so that the end comes at another place of a file.
        for _ in 0..=(round * 7 % 13) {
            acknowledged = lines.next().expect("the writer writes until it is killed");
        }
        busy_for(round);
        writer.kill().unwrap();
        writer.wait().unwrap();
        acknowledged = lines.last().unwrap_or(acknowledged);

        let before = verify(&log).unwrap();
        let found = before.head.seq;
        assert!(
            found == acknowledged || found == acknowledged + 1,
            "round {round}: {acknowledged} were acknowledged, {found} are there"
        );
        let head = Log::open_with_segments_of(&log, Timestamp::now(), SMALL)
            .unwrap()
            .head();
        torn += u64::from(!before.is_complete());
        let after = verify(&log).unwrap();
        assert!(after.is_complete(), "round {round}: {:?}", after.broken);
        assert_eq!(after.head, head);
    }

    let recovered = read(&log).unwrap();
    let recovered = recovered
        .iter()
        .filter(|entry| matches!(entry.event, Event::Recovered { .. }));
    assert_eq!(recovered.count() as u64, torn);
    let report = verify(&log).unwrap();
    println!(
        "{rounds} kills, {} entries in {} files, {torn} torn lines",
        report.entries, report.segments
    );
    assert!(u64::from(report.segments) > rounds / 10);
}

#[test]
fn a_full_disk_stops_writing_with_nothing_half_written_and_goes_on_once_there_is_room() {
    let name = "a_full_disk_stops_writing_with_nothing_half_written_and_goes_on_once_there_is_room";
    if let Some(log) = env::var_os(LOG) {
        write_until_full(log.as_ref());
    }
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("audit.jsonl");

    // No file may become longer than eight blocks of 512 octets, which is a disk that is full in the middle of a line.
    let mut writer = again(name, &log, Some(8));
    let acknowledged: Vec<u64> = acknowledgements(&mut writer).collect();
    assert!(writer.wait().unwrap().success());

    let report = verify(&log).unwrap();
    assert!(report.is_complete(), "{:?}", report.broken);
    assert_eq!(acknowledged, (1..=report.entries).collect::<Vec<_>>());
    assert!(report.entries > 5);
}

/// Writes, and says so, until it is killed.
fn write_for_ever(path: &Path) -> ! {
    let mut log = Log::open_with_segments_of(path, Timestamp::now(), SMALL).unwrap();
    for number in (0..=u8::MAX).cycle() {
        let head = log.append(&entry(number), Timestamp::now()).unwrap();
        acknowledge(head.seq);
    }
    unreachable!("it goes on for ever")
}

/// Writes until there is no room, is told so twice, makes room, and writes once more.
fn write_until_full(path: &Path) -> ! {
    let mut log = Log::open(path, Timestamp::now()).unwrap();
    let full = loop {
        match log.append(&entry(1), Timestamp::now()) {
            Ok(head) => acknowledge(head.seq),
            Err(error) => break error,
        }
    };
    assert_eq!(full.code(), "audit-disk-full");
    let whole = verify(path).unwrap();
    assert!(whole.is_complete(), "{:?}", whole.broken);
    assert_eq!(whole.head, log.head());
    assert!(log.append(&entry(2), Timestamp::now()).is_err());
    assert!(!log.is_stopped());

    let room = Command::new("prlimit")
        .args(["--fsize=unlimited", "--pid"])
        .arg(std::process::id().to_string())
        .status();
    assert!(room.unwrap().success());
    let head = log.append(&entry(3), Timestamp::now()).unwrap();
    acknowledge(head.seq);
    std::process::exit(0)
}

fn acknowledge(seq: u64) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "acknowledged {seq}").unwrap();
    out.flush().unwrap();
}

/// This test in a process of its own; its files may become so many blocks long.
fn again(test: &str, log: &Path, blocks: Option<u32>) -> Child {
    let this = env::current_exe().unwrap();
    let mut command = match blocks {
        None => Command::new(this),
        Some(blocks) => {
            // The signal that comes with the limit would end the process; a full disk sends none.
            let script = format!("trap '' XFSZ; ulimit -S -f {blocks}; exec \"$0\" \"$@\"");
            let mut shell = Command::new("sh");
            shell.arg("-c").arg(script).arg(this);
            shell
        }
    };
    command
        .args(["--exact", test, "--nocapture"])
        .env(LOG, log)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The numbers that the writer says it has written.
fn acknowledgements(writer: &mut Child) -> impl Iterator<Item = u64> + use<> {
    let lines = BufReader::new(writer.stdout.take().unwrap()).lines();
    lines
        .map_while(Result::ok)
        .filter_map(|line| line.strip_prefix("acknowledged ")?.parse().ok())
}

/// Passes a little time, another one each round, so that the kill meets another moment of a write.
fn busy_for(round: u64) {
    for turn in 0..(round * 7919 % 40_000) {
        std::hint::black_box(turn);
    }
}
