//! Looking through a log, and following it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use audit::{Actor, AuditError, Entry, Event, Fault, Filter, Follower, Group, Measure, page};
use common::{Kept, at, entry, entry_by, open};

const ALL: Measure = Measure {
    through: u64::MAX,
    lines: usize::MAX,
    octets: usize::MAX,
};

#[test]
fn pages_come_newest_first_and_go_on_where_the_last_one_ended() {
    let log = Kept::of(8);

    let first = page(&log.path, &Filter::default(), None, 5).unwrap();
    let second = page(&log.path, &Filter::default(), first.next, 5).unwrap();

    assert_eq!(seqs(&first), [8, 7, 6, 5, 4]);
    assert_eq!(first.next, Some(4));
    assert_eq!(seqs(&second), [3, 2, 1]);
    assert_eq!((second.next, second.broken), (None, None));
}

#[test]
fn a_filter_looks_for_a_group_a_person_a_reference_and_a_time() {
    let log = Kept::of(4);
    let mut opened = open(&log.path);
    opened.append(&entry_by("B. Brown", 200), at(10)).unwrap();
    let device = Entry {
        event: Event::Stopped,
        reference: None,
        actor: Actor::Device("ward-3-pc-2".into()),
    };
    opened.append(&device, at(20)).unwrap();
    drop(opened);
    let search = |filter: Filter| seqs(&page(&log.path, &filter, None, 10).unwrap());

    assert_eq!(
        search(Filter {
            groups: vec![Group::System],
            ..Filter::default()
        }),
        [6]
    );
    let by = |who: &str| Filter {
        actor: Some(who.to_owned()),
        ..Filter::default()
    };
    assert_eq!(search(by("brown")), [5]);
    assert_eq!(search(by("aadams")), [4, 3, 2, 1]);
    assert_eq!(search(by("Ward-3")), [6]);
    let under = |typed: &str| Filter {
        reference: Some(typed.to_owned()),
        ..Filter::default()
    };
    assert_eq!(search(under("0000-0002")), [3]);
    assert_eq!(search(under("ooooooo2")), [3]);
    assert_eq!(search(under("68")), [5], "200 is 68 in base 32");
    assert_eq!(
        search(Filter {
            from: Some(at(2)),
            until: Some(at(10)),
            ..Filter::default()
        }),
        [4, 3]
    );
    assert_eq!(
        search(Filter {
            event: Some("stopped".to_owned()),
            ..Filter::default()
        }),
        [6]
    );
    assert!(search(by("nobody")).is_empty());
}

#[test]
fn a_page_ends_where_the_log_does_not_hold_together_and_says_so() {
    let log = Kept::of(8);
    let mut lines = log.lines(1);
    lines[1] = lines[1].replace("nonce_mismatch", "nonce_mismatcH");
    log.write(1, &lines);

    let found = page(&log.path, &Filter::default(), None, 10).unwrap();

    assert_eq!(seqs(&found), [8, 7, 6]);
    let broken = found.broken.unwrap();
    assert_eq!((broken.segment, broken.line, broken.seq), (1, 2, 5));
    assert_eq!(broken.fault, Fault::Changed);
    assert_eq!(found.next, None);
}

#[test]
fn an_entry_whose_successor_names_another_hash_is_not_shown() {
    let (log, other) = (Kept::of(8), Kept::of(2));
    open(&other.path).append(&entry(99), at(2)).unwrap();
    log.write(0, &other.lines(0));

    let found = page(&log.path, &Filter::default(), None, 10).unwrap();

    assert_eq!(seqs(&found), [8, 7, 6, 5, 4]);
    assert_eq!(found.broken.unwrap().fault, Fault::Detached);
}

#[test]
fn a_follower_passes_from_file_to_file_as_they_come() {
    let log = Kept::of(2);
    let mut follower = Follower::from_start(&log.path);
    assert_eq!(follower.next(ALL).unwrap().len(), 2);
    assert!(follower.next(ALL).unwrap().is_empty());

    let mut opened = open(&log.path);
    for number in 2..8 {
        opened.append(&entry(number), at(number)).unwrap();
    }

    let lines = follower.next(ALL).unwrap();
    let numbers: Vec<_> = lines.iter().map(|line| line.head.seq).collect();
    assert_eq!(numbers, [3, 4, 5, 6, 7, 8]);
    assert_eq!(lines[1].text, log.lines(1)[0]);
    assert_eq!(follower.head(), opened.head());
}

#[test]
fn a_follower_takes_no_more_than_was_asked_for_and_nothing_that_may_vanish() {
    let log = Kept::of(8);
    let mut follower = Follower::after(&log.path, 4).unwrap().unwrap();

    let one = Measure { octets: 1, ..ALL };
    assert_eq!(follower.next(one).unwrap().len(), 1);
    let two = Measure { lines: 2, ..ALL };
    assert_eq!(follower.next(two).unwrap().len(), 2);
    let acknowledged = Measure { through: 7, ..ALL };
    assert!(follower.next(acknowledged).unwrap().is_empty());
    assert_eq!(follower.next(ALL).unwrap().len(), 1);
}

#[test]
fn a_follower_starts_after_any_entry_and_after_none_that_is_not_there() {
    let log = Kept::of(8);
    for seq in 0..=8 {
        let mut follower = Follower::after(&log.path, seq).unwrap().unwrap();
        assert_eq!(follower.head().seq, seq);
        let rest = follower.next(ALL).unwrap().len() as u64;
        assert_eq!(rest, 8 - seq);
    }
    assert!(Follower::after(&log.path, 9).unwrap().is_none());
    let at_end = Follower::at_end(&log.path).unwrap();
    assert_eq!(at_end.head().seq, 8);
}

#[test]
fn a_follower_waits_for_a_line_that_is_being_written_and_stops_at_one_that_was_changed() {
    let log = Kept::of(2);
    let whole = std::fs::read(&log.path).unwrap();
    std::fs::write(&log.path, &whole[..whole.len() - 1]).unwrap();
    let mut follower = Follower::from_start(&log.path);
    assert_eq!(follower.next(ALL).unwrap().len(), 1);

    std::fs::write(&log.path, &whole).unwrap();
    assert_eq!(follower.next(ALL).unwrap().len(), 1);

    let changed = String::from_utf8(whole)
        .unwrap()
        .replace("0000-0001", "0000-0009");
    std::fs::write(&log.path, changed).unwrap();
    let error = Follower::from_start(&log.path).next(ALL).unwrap_err();
    assert!(
        matches!(&error, AuditError::Broken(broken) if broken.seq == 2),
        "{error}"
    );
}

fn seqs(page: &audit::Page) -> Vec<u64> {
    page.entries.iter().map(|entry| entry.seq).collect()
}
