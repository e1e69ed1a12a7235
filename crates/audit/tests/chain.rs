//! What the log promises: whole, in order, on the disk; and every change of it is found and located.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use audit::{
    Actor, AuditError, Break, Entry, Event, Fault, Log, Person, Reference, read, verify,
    verify_against,
};
use jiff::Timestamp;
use proptest::prelude::*;
use tempfile::TempDir;

#[test]
fn entries_are_numbered_linked_and_readable_by_anyone_with_json() {
    let (_folder, path) = log_of(3);

    let lines: Vec<serde_json::Value> = fs::read_to_string(&path)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();

    assert_eq!(lines[0]["seq"], 1);
    assert_eq!(lines[0]["prev"], "0".repeat(64));
    assert_eq!(lines[1]["prev"], lines[0]["hash"]);
    assert_eq!(lines[1]["event"], "signature_refused");
    assert_eq!(lines[1]["detail"]["refusal"], "nonce_mismatch");
    assert_eq!(lines[1]["reference"], "0000-0001");
    assert_eq!(lines[1]["actor"]["person"]["name"], "A. Adams");
}

#[test]
fn a_log_goes_on_where_it_ended() {
    let (_folder, path) = log_of(2);
    let mut log = Log::open(&path, now()).unwrap();
    let before = log.head();

    let head = log.append(&entry(2), now()).unwrap();

    assert_eq!((before.seq, head.seq), (2, 3));
    assert_eq!(log.head(), head);
    assert_eq!(verify(&path).unwrap().head, head);
    assert_eq!(read(&path).unwrap().len(), 3);
}

#[test]
fn a_second_writer_is_refused_and_may_still_look() {
    let (_folder, path) = log_of(1);
    let _first = Log::open(&path, now()).unwrap();

    assert!(matches!(Log::open(&path, now()), Err(AuditError::InUse)));
    assert!(verify(&path).unwrap().is_complete());
}

#[test]
fn a_line_torn_by_a_crash_is_cut_off_and_that_is_recorded() {
    let (_folder, path) = log_of(3);
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 10]).unwrap();
    assert_eq!(broken(&path), Some(first_file(3, Fault::Incomplete)));

    drop(Log::open(&path, now()).unwrap());

    let entries = read(&path).unwrap();
    assert_eq!(entries.len(), 3);
    assert!(matches!(entries[2].event, Event::Recovered { cut_bytes, .. } if cut_bytes > 100));
}

#[test]
fn a_last_entry_that_lost_only_its_line_end_is_kept() {
    let (_folder, path) = log_of(3);
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 1]).unwrap();

    drop(Log::open(&path, now()).unwrap());

    let entries = read(&path).unwrap();
    assert_eq!(entries.len(), 4);
    assert!(matches!(
        entries[3].event,
        Event::Recovered { cut_bytes: 0, .. }
    ));
}

#[test]
fn a_broken_log_is_not_written_to() {
    let (_folder, path) = log_of(3);
    let changed = fs::read_to_string(&path)
        .unwrap()
        .replace("0000-0001", "0000-0009");
    fs::write(&path, &changed).unwrap();

    let error = Log::open(&path, now()).unwrap_err();

    assert!(
        matches!(
            error,
            AuditError::Broken(Break {
                segment: 0,
                line: 2,
                seq: 2,
                fault: Fault::Changed
            })
        ),
        "{error}"
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), changed);
}

#[test]
fn a_missing_a_doubled_and_a_moved_entry_are_located() {
    let cases: [(&[usize], u64); 4] = [
        (&[0, 2, 3], 2),
        (&[0, 1, 1, 2, 3], 3),
        (&[1, 0, 2, 3], 1),
        (&[0, 1, 3, 2], 3),
    ];
    for (order, line) in cases {
        let (_folder, path) = log_of(4);
        rearrange(&path, order);
        let found = broken(&path).unwrap();
        assert_eq!(found.line, line, "{order:?}");
        assert!(matches!(found.fault, Fault::OutOfOrder { .. }), "{order:?}");
    }
}

#[test]
fn an_entry_of_another_history_does_not_fit() {
    let (_folder, path) = log_of(3);
    let (_other_folder, other) = log_at(&[5, 6, 7]);
    let mut lines: Vec<_> = fs::read_to_string(&path)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect();
    lines[1] = fs::read_to_string(other)
        .unwrap()
        .lines()
        .nth(1)
        .unwrap()
        .to_owned();
    fs::write(&path, lines.join("\n") + "\n").unwrap();

    assert_eq!(broken(&path), Some(first_file(2, Fault::Detached)));
}

#[test]
fn an_end_that_was_cut_off_is_found_with_an_anchor() {
    let (_folder, path) = log_of(4);
    let anchor = verify(&path).unwrap().head;
    rearrange(&path, &[0, 1]);

    assert!(
        verify(&path).unwrap().is_complete(),
        "without an anchor nobody can tell"
    );
    assert_eq!(
        verify_against(&path, &[anchor]).unwrap().broken,
        Some(first_file(3, Fault::CutOff { anchored: 4 }))
    );
}

#[test]
fn a_history_that_was_written_anew_is_found_with_an_anchor() {
    let (_folder, path) = log_of(3);
    let anchor = verify(&path).unwrap().head;
    let (_other_folder, forged) = log_at(&[0, 9, 2, 3]);

    assert_eq!(
        verify_against(&forged, &[anchor]).unwrap().broken,
        Some(first_file(3, Fault::Rewritten))
    );
}

#[test]
fn an_endless_line_is_not_taken_for_a_torn_one() {
    let (_folder, path) = log_of(1);
    let mut octets = fs::read(&path).unwrap();
    octets.extend(std::iter::repeat_n(b' ', 200_000));
    fs::write(&path, octets).unwrap();

    assert!(matches!(
        Log::open(&path, now()),
        Err(AuditError::Broken(Break { line: 2, .. }))
    ));
}

#[cfg(unix)]
#[test]
fn the_file_is_readable_by_its_account_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_folder, path) = log_of(1);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();

    drop(Log::open(&path, now()).unwrap());

    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[test]
fn a_folder_in_its_place_is_an_error_with_the_path() {
    let folder = TempDir::new().unwrap();
    let error = Log::open(folder.path(), now()).unwrap_err();
    assert_eq!(error.code(), "audit-unusable");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_single_byte_edit_is_found(position in 0_usize..10_000, byte: u8, how in 0..3) {
        let whole = four_entries();
        let position = position % whole.len();
        let mut edited = whole.clone();
        match how {
            0 => edited[position] = byte,
            1 => edited.insert(position, byte),
            _ => { edited.remove(position); }
        }
        prop_assume!(edited != *whole);
        let (_folder, path) = file_of(&edited);

        let found = broken(&path);

        let line = line_ends(&whole[..position]) + 1;
        let located = found.as_ref().is_some_and(|found| found.line == line || found.line == line + 1);
        prop_assert!(located, "{:?}, edited line {}", found, line);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 50, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_log_cut_anywhere_opens_again_with_every_entry_that_was_whole(length in 0_usize..10_000) {
        let whole = four_entries();
        let remaining = &whole[..length % whole.len()];
        let (_folder, path) = file_of(remaining);

        drop(Log::open(&path, now()).unwrap());

        let entries = read(&path).unwrap();
        let kept: Vec<_> = entries.iter().filter(|entry| entry.event.name() == "signature_refused").collect();
        prop_assert!(kept.len() as u64 >= line_ends(remaining));
    }
}

fn four_entries() -> &'static Vec<u8> {
    static OCTETS: OnceLock<Vec<u8>> = OnceLock::new();
    OCTETS.get_or_init(|| {
        let (_folder, path) = log_of(4);
        fs::read(path).unwrap()
    })
}

fn file_of(octets: &[u8]) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("audit.jsonl");
    fs::write(&path, octets).unwrap();
    (folder, path)
}

fn line_ends(octets: &[u8]) -> u64 {
    octets.split(|byte| *byte == b'\n').count() as u64 - 1
}

fn log_of(count: u8) -> (TempDir, PathBuf) {
    log_at(&(0..count).collect::<Vec<_>>())
}

fn log_at(references: &[u8]) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("audit.jsonl");
    let mut log = Log::open(&path, now()).unwrap();
    for reference in references {
        log.append(&entry(*reference), now()).unwrap();
    }
    (folder, path)
}

fn entry(reference: u8) -> Entry {
    let claims = [("sub".to_owned(), "adams".to_owned())];
    let person = Person::new(
        "A. Adams",
        "https://id.clinic.example",
        claims.iter().map(|(claim, value)| (claim, value)),
    );
    Entry {
        event: Event::SignatureRefused {
            refusal: "nonce_mismatch".into(),
        },
        reference: Some(Reference::from_bytes([0, 0, 0, 0, reference])),
        actor: Actor::Person(person),
    }
}

fn rearrange(path: &Path, order: &[usize]) {
    let text = fs::read_to_string(path).unwrap();
    let lines: Vec<_> = text.lines().collect();
    let rearranged: Vec<_> = order.iter().map(|index| lines[*index]).collect();
    fs::write(path, rearranged.join("\n") + "\n").unwrap();
}

fn first_file(line: u64, fault: Fault) -> Break {
    Break {
        segment: 0,
        line,
        seq: line,
        fault,
    }
}

fn broken(path: &Path) -> Option<Break> {
    verify(path).unwrap().broken
}

fn now() -> Timestamp {
    "2026-11-24T13:32:08Z".parse().unwrap()
}
