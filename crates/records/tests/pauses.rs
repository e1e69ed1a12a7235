//! When a sealed signature is tried again: whatever the clock did, and whether or not the disk takes what is to be noted.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod queue;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::SignedDuration;
use queue::{Counting, fill, id, now, person};
use records::{Outbox, OutboxError, Seal, SealError, WaitingState};

#[test]
fn a_clock_that_was_ahead_once_parks_no_signature() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), "adams", 1);
    let owner = person("adams");
    let (outbox, _) = queue::outbox(folder.path());
    let years_ahead = now() + SignedDuration::from_hours(4 * 365 * 24);
    outbox
        .failed(id("adams", 0), "unreachable", years_ahead)
        .unwrap();
    drop(outbox);

    let (again, _) = queue::outbox(folder.path());

    assert!(again.has_due(now(), &owner).unwrap());
    let due = again.due(now(), &owner).unwrap();
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].note.next_attempt(now()), now(), "and it says so");
}

#[test]
fn a_pause_that_a_right_clock_stamped_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), "adams", 1);
    let (outbox, _) = queue::outbox(folder.path());
    let owner = person("adams");
    for _ in 0..20 {
        outbox.failed(id("adams", 0), "unreachable", now()).unwrap();
    }

    let soon = now() + SignedDuration::from_secs(15 * 60 - 1);
    assert!(!outbox.has_due(now(), &owner).unwrap());
    assert!(!outbox.has_due(soon, &owner).unwrap());
    let after = now() + SignedDuration::from_mins(15);
    assert!(outbox.has_due(after, &owner).unwrap());
}

#[test]
fn a_pause_that_cannot_be_written_holds_until_the_program_ends() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), "adams", 2);
    let (outbox, disk) = on_a_disk(folder.path());
    let owner = person("adams");
    assert_eq!(outbox.due(now(), &owner).unwrap().len(), 2);

    disk.is_full(true);
    for attempts in 1..=3 {
        let noted = outbox.failed(id("adams", 0), "not_written", now());
        assert!(matches!(noted, Err(OutboxError::Seal(_))), "{noted:?}");
        let held = outbox.holdings(&owner).unwrap().own;
        assert_eq!(held[1].attempts, attempts);
        assert_eq!(held[1].last_error.as_deref(), Some("not_written"));
    }

    let due = |at| -> Vec<_> {
        let due = outbox.due(at, &owner).unwrap();
        due.iter().map(|entry| entry.note.signature_id).collect()
    };
    assert_eq!(due(now()), [id("adams", 1)]);
    let after = now() + SignedDuration::from_secs(20);
    assert_eq!(due(after), [id("adams", 0), id("adams", 1)]);
    disk.is_full(false);
    let noted = outbox.failed(id("adams", 0), "unreachable", after).unwrap();
    assert_eq!(noted.note.attempts, 4, "what could not be written counts");
    drop(outbox);
    let (again, _) = queue::outbox(folder.path());
    assert_eq!(again.list().unwrap().entries[0].note.attempts, 4);
}

#[test]
fn a_pause_is_kept_in_mind_though_nothing_was_known_of_the_entry() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), "adams", 1);
    let (outbox, disk) = on_a_disk(folder.path());

    disk.is_full(true);
    outbox
        .failed(id("adams", 0), "unreachable", now())
        .unwrap_err();

    assert!(!outbox.has_due(now(), &person("adams")).unwrap());
}

#[test]
fn whoever_does_not_want_to_wait_need_not_though_nothing_can_be_written() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), "adams", 2);
    let (outbox, disk) = on_a_disk(folder.path());
    let owner = person("adams");
    for number in 0..2 {
        outbox
            .failed(id("adams", number), "unreachable", now())
            .unwrap();
    }
    disk.is_full(true);

    outbox.hurry(&owner, now()).unwrap();

    let due = outbox.due(now(), &owner).unwrap();
    assert_eq!(due.len(), 2);
    assert!(due.iter().all(|entry| entry.note.attempts == 1));
}

#[test]
fn a_refusal_that_cannot_be_written_is_none() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), "adams", 1);
    let (outbox, disk) = on_a_disk(folder.path());
    let owner = person("adams");

    disk.is_full(true);
    outbox
        .refused(id("adams", 0), "record_changed")
        .unwrap_err();

    let held = outbox.holdings(&owner).unwrap().own;
    assert_eq!(held[0].state, WaitingState::Waiting);
    assert!(outbox.has_due(now(), &owner).unwrap());
}

#[test]
fn a_file_that_cannot_be_read_now_keeps_no_other_from_its_delivery() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), "adams", 2);
    // A folder in its place is neither absent nor of any use.
    let first = folder.path().join(format!("{}.sealed", id("adams", 0)));
    fs::remove_file(&first).unwrap();
    fs::create_dir(&first).unwrap();
    let (outbox, _) = queue::outbox(folder.path());

    let due = outbox.due(now(), &person("adams")).unwrap();

    let numbers: Vec<_> = due.iter().map(|entry| entry.note.signature_id).collect();
    assert_eq!(numbers, [id("adams", 1)]);
}

#[test]
fn an_entry_is_found_for_whoever_signed_it_and_for_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), "adams", 2);
    let (outbox, _) = queue::outbox(folder.path());
    outbox.refused(id("adams", 1), "record_changed").unwrap();
    let (adams, baker) = (person("adams"), person("baker"));

    for number in 0..2 {
        let found = outbox.find(id("adams", number), &adams).unwrap().unwrap();
        assert_eq!(found.note.signature_id, id("adams", number));
        assert!(!found.evidence().is_empty());
        assert!(outbox.find(id("adams", number), &baker).unwrap().is_none());
    }
    assert!(outbox.find(id("adams", 9), &adams).unwrap().is_none());
}

/// A disk that may be full: nothing can be enclosed, everything can be read.
#[derive(Clone, Default)]
struct Disk {
    full: Arc<AtomicBool>,
    seal: Counting,
}

impl Disk {
    fn is_full(&self, full: bool) {
        self.full.store(full, Ordering::SeqCst);
    }
}

impl Seal for Disk {
    fn seal(&self, aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
        if self.full.load(Ordering::SeqCst) {
            return Err(SealError::NoKey);
        }
        self.seal.seal(aad, plain)
    }

    fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        self.seal.open(aad, sealed)
    }
}

fn on_a_disk(folder: &Path) -> (Outbox, Disk) {
    let disk = Disk::default();
    let outbox = Outbox::open(folder, Box::new(disk.clone())).unwrap();
    (outbox, disk)
}
