//! What security must hear of: found in the log, also by whoever opens it after the program was killed, and settled by it.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;

use audit::{
    Actor, Code, Concern, Entry, Event, Log, Matter, Mismatches, Person, Reference, mismatches,
};
use common::{SMALL, at, open};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

#[test]
fn failed_sign_ins_and_unlocks_that_pile_up_are_a_concern_at_five_and_at_twice_as_many() {
    let (_folder, mut log) = begun();

    for second in 0..20 {
        let event = match second % 2 {
            0 => sign_in_failed(),
            _ => Event::UnlockFailed {
                why: "nonce_mismatch".into(),
            },
        };
        write(&mut log, event, None, at(second));
    }

    let counts = [5, 10, 20].map(|count| Concern::FailedSignIns { count });
    assert_eq!(concerns(&log.take_owed_outside_ceremonies()), counts);
    assert!(log.take_owed().is_empty(), "it is handed over once");
}

#[test]
fn failed_sign_ins_far_apart_harmless_ones_and_those_before_a_success_do_not_count() {
    let (_folder, mut log) = begun();
    let harmless = |why: &'static str| Event::SignInFailed { why: why.into() };

    for hours in 0..10 {
        let time = at(0) + SignedDuration::from_hours(hours);
        write(&mut log, sign_in_failed(), None, time);
    }
    let later = at(0) + SignedDuration::from_hours(20);
    for _ in 0..10 {
        write(&mut log, harmless("cancelled"), None, later);
        write(
            &mut log,
            harmless("identity_provider_unreachable"),
            None,
            later,
        );
    }
    for _ in 0..4 {
        write(&mut log, sign_in_failed(), None, later);
    }
    write(&mut log, signed_in(), None, later);
    write(&mut log, sign_in_failed(), None, later);

    assert!(log.take_owed().is_empty());
}

#[test]
fn a_restart_between_failed_sign_ins_forgets_none_of_them() {
    let (folder, mut log) = begun();
    for second in 0..4 {
        write(&mut log, sign_in_failed(), None, at(second));
    }
    drop(log);

    let mut log = restarted(folder.path(), at(5));
    assert!(log.take_owed().is_empty());
    write(&mut log, sign_in_failed(), None, at(6));

    let owed = log.take_owed_outside_ceremonies();
    assert_eq!(concerns(&owed), [Concern::FailedSignIns { count: 5 }]);
}

#[test]
fn a_clock_that_goes_back_is_owed_though_nobody_wrote_it_down_themselves() {
    let (folder, log) = begun();
    drop(log);

    let hour_before = at(0) - SignedDuration::from_hours(1);
    let mut log = restarted(folder.path(), hour_before);

    let owed = log.take_owed_outside_ceremonies();
    assert_eq!(concerns(&owed), [Concern::ClockSetBack]);
    let entries = audit::read(&path(folder.path())).unwrap();
    let noted = entries
        .iter()
        .find(|entry| matches!(entry.event, Event::ClockSetBack { by_s: 3_600 }));
    assert_eq!(noted.unwrap().reference, Some(owed[0].reference));
}

#[test]
fn a_log_that_its_receiver_does_not_take_is_owed() {
    let (_folder, mut log) = begun();

    write(&mut log, Event::ShippingRefused { seq: 4 }, None, at(1));

    assert_eq!(concerns(&log.take_owed()), [Concern::AuditBroken]);
}

#[test]
fn what_happened_in_a_ceremony_is_owed_only_after_its_program_ended_and_once_for_each_attempt() {
    let (folder, mut log) = begun();
    write(&mut log, mismatch(3), Some(attempt(1)), at(1));
    let locked = Event::SigningLocked { mismatches: 3 };
    write(&mut log, locked, Some(attempt(1)), at(2));
    let ambient = Event::AmbientSignIn { ended: true };
    write(&mut log, ambient, Some(attempt(2)), at(3));
    assert!(log.take_owed_outside_ceremonies().is_empty());
    drop(log);

    let owed = Log::open(&path(folder.path()), at(4)).unwrap().take_owed();

    let expected = [
        Concern::SigningLocked { mismatches: 3 },
        Concern::AmbientSignIn,
    ];
    assert_eq!(concerns(&owed), expected);
    assert_eq!(owed[0].reference, attempt(1));
    assert_eq!((owed[0].at, &owed[0].actor), (at(2), &adams()));
}

#[test]
fn what_security_was_told_is_not_owed_and_what_waits_ought_to_be_kept() {
    let (folder, mut log) = begun();
    for number in 1..=4 {
        let attempt = Some(attempt(number));
        write(&mut log, mismatch(number.into()), attempt, at(number));
    }
    write(&mut log, sent(true), Some(attempt(1)), at(5));
    write(&mut log, sent(false), Some(attempt(2)), at(5));
    write(&mut log, sent(false), Some(attempt(3)), at(5));
    write(&mut log, sent(true), Some(attempt(3)), at(6));
    drop(log);

    let mut log = Log::open(&path(folder.path()), at(7)).unwrap();

    let fourth = Concern::SignerMismatch { count: 4 };
    let second = Concern::SignerMismatch { count: 2 };
    assert_eq!(concerns(&log.take_owed()), [fourth]);
    assert_eq!(concerns(&log.take_kept()), [second]);
}

#[test]
fn what_nobody_saw_to_is_owed_again_at_the_next_start_under_the_same_reference() {
    let (folder, mut log) = begun();
    write(&mut log, Event::ShippingRefused { seq: 4 }, None, at(1));
    let first = log.take_owed();
    drop(log);

    let again = Log::open(&path(folder.path()), at(2)).unwrap().take_owed();

    assert_eq!(again, first);
    assert_eq!(again.len(), 1);
}

#[test]
fn what_is_owed_is_found_across_the_border_of_two_files() {
    let (folder, mut log) = begun();
    write(&mut log, mismatch(1), Some(attempt(1)), at(1));
    for second in 2..9 {
        let entry = common::entry(second);
        log.append(&entry, at(second)).unwrap();
    }
    drop(log);
    let log = path(folder.path());
    assert!(audit::verify(&log).unwrap().segments > 2);

    let owed = open(&log).take_owed();

    assert_eq!(concerns(&owed), [Concern::SignerMismatch { count: 1 }]);
}

#[test]
fn mismatches_count_for_the_session_in_which_they_happened_also_after_restarts() {
    let (folder, mut log) = begun();
    let count = |folder: &TempDir| mismatches(&path(folder.path()), &person("adams")).unwrap();
    write(&mut log, mismatch(1), Some(attempt(1)), at(1));
    assert_eq!(count(&folder), None, "nobody signed in");

    write(&mut log, signed_in(), None, at(2));
    assert_eq!(count(&folder), Some(Mismatches::default()));
    write(&mut log, mismatch(1), Some(attempt(2)), at(3));
    write(&mut log, mismatch(2), Some(attempt(3)), at(4));
    let unlocked = Event::SigningUnlocked { after_s: 60 };
    write(&mut log, unlocked, Some(attempt(4)), at(5));
    write(&mut log, mismatch(3), Some(attempt(4)), at(6));
    let of_another = Entry {
        event: mismatch(1),
        reference: None,
        actor: Actor::Person(person("baker")),
    };
    log.append(&of_another, at(7)).unwrap();
    drop(log);
    let mut log = restarted(folder.path(), at(8));
    write(&mut log, Event::SessionRestored, None, at(9));

    let counted = Mismatches {
        in_session: 3,
        since_unlocked: 1,
    };
    assert_eq!(count(&folder), Some(counted));

    write(&mut log, signed_in(), None, at(10));
    assert_eq!(count(&folder), Some(Mismatches::default()));
}

/// A log of a program that has started.
fn begun() -> (TempDir, Log) {
    let folder = TempDir::new().unwrap();
    let log = restarted(folder.path(), at(0));
    (folder, log)
}

fn restarted(folder: &Path, at: Timestamp) -> Log {
    let mut log = Log::open_with_segments_of(&path(folder), at, SMALL).unwrap();
    let started = Event::Started {
        version: "1.0.0".into(),
    };
    write(&mut log, started, None, at);
    log
}

fn path(folder: &Path) -> std::path::PathBuf {
    folder.join("audit.jsonl")
}

fn write(log: &mut Log, event: Event, reference: Option<Reference>, at: Timestamp) {
    let entry = Entry {
        event,
        reference,
        actor: adams(),
    };
    log.append(&entry, at).unwrap();
}

fn adams() -> Actor {
    Actor::Person(person("adams"))
}

fn person(sub: &str) -> Person {
    let claims = [("sub".to_owned(), sub.to_owned())];
    let claims = claims.iter().map(|(claim, value)| (claim, value));
    Person::new("A. Person", "https://id.clinic.example", claims)
}

fn signed_in() -> Event {
    Event::SignedIn {
        agent: "window".into(),
        acr: None,
    }
}

fn sign_in_failed() -> Event {
    Event::SignInFailed {
        why: "access_denied".into(),
    }
}

fn mismatch(count: u32) -> Event {
    Event::SignerMismatch {
        found: person("baker"),
        count,
    }
}

fn sent(delivered: bool) -> Event {
    Event::SecurityEventSent {
        about: Code::from("signer-mismatch"),
        delivered,
    }
}

fn attempt(number: u8) -> Reference {
    Reference::from_bytes([number; 5])
}

fn concerns(owed: &[Matter]) -> Vec<Concern> {
    owed.iter().map(|matter| matter.concern).collect()
}
