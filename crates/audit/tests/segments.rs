//! A log that goes on from file to file: the chain goes on with it, and what is missing or exchanged is found and located.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::fs;

use audit::{AuditError, Break, Event, Fault, Log, Shipped, read, verify, verify_against};
use common::{Kept, SMALL, at, entry, open};
use jiff::SignedDuration;

#[test]
fn a_full_file_is_left_alone_and_the_next_one_continues_number_and_hash() {
    let log = Kept::of(8);

    let report = verify(&log.path).unwrap();

    assert_eq!((report.entries, report.segments), (8, 3));
    assert!(report.is_complete());
    assert_eq!([0, 1, 2].map(|number| log.lines(number).len()), [3, 3, 2]);
    let last: serde_json::Value = serde_json::from_str(&log.lines(0)[2]).unwrap();
    let first: serde_json::Value = serde_json::from_str(&log.lines(1)[0]).unwrap();
    assert_eq!(first["prev"], last["hash"]);
    assert_eq!((&last["seq"], &first["seq"]), (&3.into(), &4.into()));
    let seqs: Vec<_> = read(&log.path).unwrap().iter().map(|one| one.seq).collect();
    assert_eq!(seqs, (1..=8).collect::<Vec<_>>());
}

#[test]
fn a_log_of_several_files_goes_on_where_it_ended() {
    let log = Kept::of(7);

    let head = open(&log.path).append(&entry(9), at(9)).unwrap();

    assert_eq!(head.seq, 8);
    assert_eq!(verify(&log.path).unwrap().head, head);
}

#[test]
fn an_entry_is_never_larger_than_its_file_may_become() {
    let log = Kept::of(0);
    let mut tiny = Log::open_with_segments_of(&log.path, at(0), 1).unwrap();
    for number in 0..3 {
        tiny.append(&entry(number), at(number)).unwrap();
    }
    assert_eq!(verify(&log.path).unwrap().segments, 3);
}

#[test]
fn a_crash_between_two_files_leaves_a_log_that_opens() {
    let log = Kept::of(3);
    fs::write(log.segment(1), b"").unwrap();

    let mut opened = open(&log.path);
    opened.append(&entry(9), at(9)).unwrap();

    assert_eq!(verify(&log.path).unwrap().entries, 4);
    assert_eq!(log.lines(1).len(), 1);
}

#[test]
fn a_line_torn_in_the_newest_file_is_cut_off_and_one_in_an_earlier_file_is_not_mended() {
    let log = Kept::of(8);
    let newest = fs::read(log.segment(2)).unwrap();
    fs::write(log.segment(2), &newest[..newest.len() - 10]).unwrap();

    drop(open(&log.path));

    let entries = read(&log.path).unwrap();
    assert_eq!(entries.len(), 8);
    assert!(matches!(entries[7].event, Event::Recovered { .. }));

    let earlier = fs::read(log.segment(0)).unwrap();
    fs::write(log.segment(0), &earlier[..earlier.len() - 10]).unwrap();
    let error = Log::open_with_segments_of(&log.path, at(0), SMALL).unwrap_err();
    assert_eq!(located(&error), Some((0, 3, 3, Fault::Incomplete)));
    assert_eq!(fs::read(log.segment(0)).unwrap().len(), earlier.len() - 10);
}

#[test]
fn a_missing_file_is_found_wherever_it_was() {
    for (gone, seq) in [(0, 1), (1, 4)] {
        let log = Kept::of(8);
        fs::remove_file(log.segment(gone)).unwrap();

        let expected = Some((gone, 1, seq, Fault::Missing));

        assert_eq!(found(&log), expected);
        let error = Log::open_with_segments_of(&log.path, at(0), SMALL).unwrap_err();
        assert_eq!(located(&error), expected);
        assert!(!log.segment(gone).exists(), "nothing is begun in its place");
    }
}

#[test]
fn exchanged_files_are_found_at_their_first_line() {
    let log = Kept::of(8);
    let (one, two) = (log.lines(1), log.lines(2));
    log.write(1, &two);
    log.write(2, &one);
    let fault = Fault::OutOfOrder {
        expected: 4,
        found: 7,
    };

    assert_eq!(found(&log), Some((1, 1, 4, fault)));
    assert!(Log::open_with_segments_of(&log.path, at(0), SMALL).is_err());
}

#[test]
fn an_edit_a_deletion_and_a_reordering_are_located_by_file_line_and_entry() {
    let log = Kept::of(8);
    let whole = log.lines(1);

    let mut edited = whole.clone();
    edited[1] = edited[1].replace("nonce_mismatch", "nonce_mismatcH");
    log.write(1, &edited);
    assert_eq!(found(&log), Some((1, 2, 5, Fault::Changed)));

    log.write(1, &[whole[0].clone(), whole[2].clone()]);
    let fault = Fault::OutOfOrder {
        expected: 5,
        found: 6,
    };
    assert_eq!(found(&log), Some((1, 2, 5, fault)));

    log.write(1, &[whole[1].clone(), whole[0].clone(), whole[2].clone()]);
    let fault = Fault::OutOfOrder {
        expected: 4,
        found: 5,
    };
    assert_eq!(found(&log), Some((1, 1, 4, fault)));
}

#[test]
fn opening_looks_at_both_ends_of_earlier_files_and_verifying_at_everything() {
    let log = Kept::of(8);
    let whole = log.lines(0);
    let mut edited = whole.clone();
    edited[1] = edited[1].replace("nonce_mismatch", "nonce_mismatcH");
    log.write(0, &edited);

    drop(open(&log.path));
    assert_eq!(found(&log), Some((0, 2, 2, Fault::Changed)));

    for end in [0, 2] {
        let mut edited = whole.clone();
        edited[end] = edited[end].replace("nonce_mismatch", "nonce_mismatcH");
        log.write(0, &edited);
        let error = Log::open_with_segments_of(&log.path, at(0), SMALL).unwrap_err();
        let line = end as u64 + 1;
        assert_eq!(located(&error), Some((0, line, line, Fault::Changed)));
    }
}

#[test]
fn an_end_that_was_cut_off_is_found_by_what_was_shipped() {
    let log = Kept::of(8);
    let head = verify(&log.path).unwrap().head;
    let shipped = Shipped { head, at: at(9) };
    audit::shipped::write(&log.path, &shipped).unwrap();
    assert_eq!(audit::shipped::read(&log.path).unwrap(), Some(shipped));
    assert!(verify(&log.path).unwrap().is_complete());

    fs::remove_file(log.segment(2)).unwrap();

    let expected = Some((1, 4, 7, Fault::CutOff { anchored: 8 }));
    assert_eq!(found(&log), expected);
    let error = Log::open_with_segments_of(&log.path, at(0), SMALL).unwrap_err();
    assert_eq!(located(&error), expected);
}

#[test]
fn a_history_written_anew_is_found_by_what_was_shipped() {
    let (log, other) = (Kept::of(8), Kept::of(9));
    let mut forged = open(&other.path);
    forged.append(&entry(77), at(77)).unwrap();
    drop(forged);
    let shipped = Shipped {
        head: verify(&other.path).unwrap().head,
        at: at(99),
    };
    let mut log_of_ten = open(&log.path);
    log_of_ten.append(&entry(8), at(8)).unwrap();
    log_of_ten.append(&entry(78), at(77)).unwrap();
    drop(log_of_ten);
    audit::shipped::write(&log.path, &shipped).unwrap();

    let expected = Some((3, 1, 10, Fault::Rewritten));

    assert_eq!(found(&log), expected);
    let error = Log::open_with_segments_of(&log.path, at(99), SMALL).unwrap_err();
    assert_eq!(located(&error), expected);
    let anchors = [shipped.head];
    assert!(verify_against(&other.path, &anchors).unwrap().is_complete());
}

#[test]
fn a_note_that_nobody_can_read_says_nothing() {
    let log = Kept::of(2);
    fs::write(log.path.with_extension("shipped.json"), "{").unwrap();

    assert_eq!(audit::shipped::read(&log.path).unwrap(), None);
    drop(open(&log.path));
}

#[test]
fn a_clock_that_was_set_back_becomes_an_entry_and_a_finding() {
    let log = Kept::of(4);
    let mut opened = open(&log.path);
    let hour = SignedDuration::from_hours(1);

    opened.append(&entry(4), at(3) - hour).unwrap();
    opened.append(&entry(5), at(4) - hour).unwrap();
    drop(opened);

    let entries = read(&log.path).unwrap();
    assert_eq!(entries.len(), 7);
    assert_eq!(entries[4].event, Event::ClockSetBack { by_s: 3_600 });
    let report = verify(&log.path).unwrap();
    assert!(report.is_complete());
    let [back] = report.set_back[..] else {
        panic!("{:?}", report.set_back)
    };
    assert_eq!(
        (back.segment, back.line, back.seq, back.by_s),
        (1, 2, 5, 3_600)
    );
}

#[test]
fn a_clock_that_a_time_service_corrects_is_no_finding() {
    let log = Kept::of(1);
    let minute = SignedDuration::from_mins(1);

    open(&log.path).append(&entry(1), at(0) - minute).unwrap();

    assert_eq!(read(&log.path).unwrap().len(), 2);
    assert!(verify(&log.path).unwrap().set_back.is_empty());
}

fn found(log: &Kept) -> Option<(u32, u64, u64, Fault)> {
    verify(&log.path).unwrap().broken.as_ref().map(place)
}

fn located(error: &AuditError) -> Option<(u32, u64, u64, Fault)> {
    match error {
        AuditError::Broken(broken) => Some(place(broken)),
        _ => None,
    }
}

fn place(broken: &Break) -> (u32, u64, u64, Fault) {
    (broken.segment, broken.line, broken.seq, broken.fault)
}
