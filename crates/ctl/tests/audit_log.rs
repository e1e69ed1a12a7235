//! `audit`: verifying, copying and watching a log that goes over several files.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod ctl;

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use audit::{Actor, Entry, Event, Log};
use ctl::{Ran, countersignctl};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// Evidence whose statement says where the log of its device stood.
const VECTOR: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../evidence/vectors/valid/with-an-audit-head.json"
);

#[test]
fn a_break_is_located_by_file_line_and_entry() {
    let (folder, log) = log_of(8);
    let second = folder.path().join("audit.000001.jsonl");
    let text = fs::read_to_string(&second).unwrap();
    fs::write(&second, text.replacen("stopped", "started", 1)).unwrap();

    let ran = audit(&["verify"], &log);
    let answer: Value = serde_json::from_str(&audit(&["verify", "--json"], &log).out).unwrap();

    assert_eq!(ran.code, 2);
    assert!(ran.out.contains("audit.000001.jsonl"), "{}", ran.out);
    assert_eq!(answer["complete"], false);
    assert_eq!(answer["broken"]["segment"], 1);
    assert_eq!(answer["broken"]["line"], 1);
    assert_eq!(
        answer["broken"]["seq"],
        answer["entries"].as_u64().unwrap() + 1
    );
}

#[test]
fn an_anchor_finds_an_end_that_was_cut_off() {
    let (folder, log) = log_of(8);
    let head = audit::verify(&log).unwrap().head;
    let last = audit::verify(&log).unwrap().segments - 1;
    fs::remove_file(folder.path().join(format!("audit.{last:06}.jsonl"))).unwrap();

    assert_eq!(audit(&["verify"], &log).code, 0);
    let anchor = format!("{}:{}", head.seq, head.hash);
    let ran = audit(&["verify", "--anchor", &anchor], &log);
    assert_eq!(ran.code, 2);
    assert!(
        ran.out.contains("entries up to 8 are missing"),
        "{}",
        ran.out
    );
    assert_eq!(audit(&["verify", "--anchor", "8"], &log).code, 1);
}

#[test]
fn evidence_of_a_signature_finds_a_log_that_was_written_anew_since() {
    let (folder, log) = log_of(8);
    let head = audit::verify(&log).unwrap().head;
    let signed = folder.path().join("signed.json");
    let sample = fs::read_to_string(VECTOR).unwrap();
    let mut bundle: Value = serde_json::from_str(&sample).unwrap();
    bundle["statement"]["client"]["audit_head"]["seq"] = head.seq.into();
    bundle["statement"]["client"]["audit_head"]["sha256"] = head.hash.to_string().into();
    fs::write(&signed, serde_json::to_string(&bundle).unwrap()).unwrap();
    let evidence = ["verify", "--evidence", signed.to_str().unwrap()];

    let whole = audit(&evidence, &log);
    let (_other, anew) = log_from(8, 100);
    let rewritten = audit(&evidence, &anew);
    let (_short, short) = log_of(3);
    let cut = audit(&evidence, &short);

    assert_eq!(whole.code, 0, "{}", whole.out);
    assert_eq!(rewritten.code, 2);
    assert!(
        rewritten.out.contains("not the entry that was anchored"),
        "{}",
        rewritten.out
    );
    assert_eq!(cut.code, 2);
    let plain = VECTOR.replace("with-an-audit-head", "es256");
    let silent = audit(&["verify", "--evidence", &plain], &log);
    assert_eq!(silent.code, 1, "{}", silent.out);
}

#[test]
fn a_clock_that_was_set_back_is_named_and_breaks_nothing() {
    let (_folder, log) = log_of(2);
    let mut opened = Log::open(&log, at(0)).unwrap();
    let earlier = at(0) - SignedDuration::from_hours(2);
    opened.append(&entry(), earlier).unwrap();
    drop(opened);

    let ran = audit(&["verify"], &log);

    assert_eq!(ran.code, 0);
    assert!(
        ran.out
            .contains("entry 3: the clock was set back by 7201 s"),
        "{}",
        ran.out
    );
}

#[test]
fn an_export_of_everything_is_a_log_of_its_own() {
    let (folder, log) = log_of(8);
    let copy = folder.path().join("copy.jsonl");

    let ran = audit(&["export", "--out", copy.to_str().unwrap()], &log);

    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("8 entries written"), "{}", ran.out);
    let report = audit::verify(&copy).unwrap();
    assert_eq!(report.head, audit::verify(&log).unwrap().head);
}

#[test]
fn an_export_of_a_broken_log_holds_what_holds_together_and_says_so() {
    let (folder, log) = log_of(8);
    let second = folder.path().join("audit.000001.jsonl");
    let text = fs::read_to_string(&second).unwrap();
    fs::write(&second, text.replacen("stopped", "started", 1)).unwrap();
    let copy = folder.path().join("copy.jsonl");

    let ran = audit(&["export", "--out", copy.to_str().unwrap()], &log);

    assert_eq!(ran.code, 2);
    let whole = audit::verify(&log).unwrap().entries;
    assert_eq!(audit::verify(&copy).unwrap().entries, whole);
}

#[test]
fn an_export_of_a_log_without_its_first_file_is_broken_there_and_not_unchecked() {
    let (folder, log) = log_of(8);
    fs::remove_file(&log).unwrap();
    let copy = folder.path().join("copy.jsonl");

    let ran = audit(&["export", "--out", copy.to_str().unwrap()], &log);
    let verified = audit(&["verify"], &log);

    assert_eq!((ran.code, verified.code), (2, 2), "{}", ran.err);
    let place = verified.out.lines().next().unwrap();
    assert!(ran.out.contains(place), "{}", ran.out);
    assert!(place.contains("audit.jsonl") && place.contains("entry 1"));
    assert_eq!(fs::read(&copy).unwrap(), b"");
}

#[test]
fn an_export_is_not_written_over_the_log() {
    let (folder, log) = log_of(8);
    let linked = folder.path().join("linked.jsonl");
    fs::hard_link(folder.path().join("audit.000001.jsonl"), &linked).unwrap();
    let before = octets_in(folder.path());

    for out in [
        log.clone(),
        folder.path().join("audit.000001.jsonl"),
        folder.path().join("audit.000099.jsonl"),
        folder.path().join("audit.shipped.json"),
        folder.path().join("audit.jsonl.lock"),
        linked,
    ] {
        let ran = audit(&["export", "--out", out.to_str().unwrap()], &log);

        assert_eq!(ran.code, 1, "{}", out.display());
        assert!(ran.err.contains("a file of the log itself"), "{}", ran.err);
    }
    assert_eq!(octets_in(folder.path()), before);
}

#[test]
fn lines_are_printed_as_they_stand_in_the_log() {
    let (_folder, log) = log_of(8);
    let whole = fs::read_to_string(&log).unwrap();
    let first = whole.lines().next().unwrap();

    let ran = audit(&["tail", "-n", "8", "--json"], &log);
    let one = audit(
        &["tail", "-n", "1", "--until", &at(1).to_string(), "--json"],
        &log,
    );

    assert_eq!(ran.out.lines().count(), 8);
    assert!(ran.out.starts_with(&whole), "{}", ran.out);
    assert_eq!(one.out.lines().collect::<Vec<_>>(), [first]);
}

#[test]
fn the_last_entries_are_printed_oldest_first_and_filtered() {
    let (_folder, log) = log_of(8);

    let lines = |ran: Ran| -> Vec<u64> {
        let lines = ran.out.lines().map(serde_json::from_str::<Value>);
        lines
            .map(|line| line.unwrap()["seq"].as_u64().unwrap())
            .collect()
    };
    assert_eq!(
        lines(audit(&["tail", "-n", "3", "--json"], &log)),
        [6, 7, 8]
    );
    let none = audit(&["tail", "--json", "--actor", "nobody"], &log);
    assert!(lines(none).is_empty());
    let device = audit(
        &["tail", "--json", "--actor", "ward-3", "--group", "system"],
        &log,
    );
    assert_eq!(lines(device).len(), 8);
    assert_eq!(audit(&["tail", "--group", "colours"], &log).code, 1);
    let read = audit(&["tail", "-n", "1"], &log);
    assert!(
        read.out.contains("stopped") && read.out.contains("ward-3-pc-2"),
        "{}",
        read.out
    );
}

#[test]
fn a_tail_goes_on_from_file_to_file() {
    let (_folder, log) = log_of(1);
    let mut tail = Command::new(env!("CARGO_BIN_EXE_countersignctl"))
        .args(["audit", "tail", "--follow", "--json"])
        .arg(&log)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(tail.stdout.take().unwrap()).lines();
    let mut next = || {
        let line = lines.next().unwrap().unwrap();
        serde_json::from_str::<Value>(&line).unwrap()["seq"].clone()
    };
    assert_eq!(next(), 1);

    let mut opened = Log::open_with_segments_of(&log, at(0), 600).unwrap();
    for seq in 2..=7 {
        opened.append(&entry(), at(seq)).unwrap();
        assert_eq!(next(), seq);
    }

    tail.kill().unwrap();
    tail.wait().unwrap();
    assert!(audit::verify(&log).unwrap().segments > 2);
}

fn audit(arguments: &[&str], log: &std::path::Path) -> Ran {
    let log = log.to_str().unwrap();
    countersignctl(["audit"].iter().chain(arguments).chain(&[log]))
}

/// Every file in the folder, and what stands in it.
fn octets_in(folder: &std::path::Path) -> Vec<(PathBuf, Vec<u8>)> {
    let paths = fs::read_dir(folder).unwrap().map(|one| one.unwrap().path());
    let mut files: Vec<_> = paths
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect();
    files.sort();
    files
}

fn log_of(count: i64) -> (tempfile::TempDir, PathBuf) {
    log_from(count, 0)
}

fn log_from(count: i64, first: i64) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    let mut log = Log::open_with_segments_of(&path, at(first), 600).unwrap();
    for second in 0..count {
        log.append(&entry(), at(first + second)).unwrap();
    }
    (folder, path)
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_795_600_000 + seconds).unwrap()
}

fn entry() -> Entry {
    Entry {
        event: Event::Stopped,
        reference: None,
        actor: Actor::Device("ward-3-pc-2".into()),
    }
}
