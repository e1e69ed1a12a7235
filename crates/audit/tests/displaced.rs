//! A log whose file is taken away, replaced or cut while the application writes to it: nothing goes on unrecorded.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs::{self, File};
use std::path::Path;

use audit::{AuditError, Fault, Follower, Log, Measure, is_part_of, read, verify};
use common::{Kept, at, entry, open};

/// Opens a log of two entries, has somebody meddle with its file, and says what becomes of the next two entries.
fn after(meddling: impl FnOnce(&Path)) -> [AuditError; 2] {
    let kept = Kept::of(2);
    let mut log = open(&kept.path);
    let head = log.head();
    meddling(&kept.path);

    let outcomes = [(); 2].map(|()| log.append(&entry(9), at(9)).unwrap_err());

    assert!(log.is_stopped());
    assert_eq!(log.head(), head);
    outcomes
}

fn moved(log: &Path) -> std::path::PathBuf {
    log.with_file_name("moved")
}

#[test]
fn after_its_file_was_removed_nothing_is_recorded_any_more() {
    for outcome in after(|log| fs::remove_file(log).unwrap()) {
        assert_eq!(outcome.code(), "audit-displaced");
    }
}

#[test]
fn after_its_file_was_renamed_nothing_is_recorded_any_more() {
    for outcome in after(|log| fs::rename(log, moved(log)).unwrap()) {
        assert_eq!(outcome.code(), "audit-displaced");
    }
}

#[test]
fn a_copy_in_the_place_of_the_file_is_not_the_file() {
    let outcomes = after(|log| {
        fs::rename(log, moved(log)).unwrap();
        fs::copy(moved(log), log).unwrap();
    });
    for outcome in outcomes {
        assert_eq!(outcome.code(), "audit-displaced");
    }
}

#[test]
fn a_file_that_was_cut_meanwhile_is_not_written_to() {
    for outcome in after(|log| {
        let file = File::options().write(true).open(log).unwrap();
        file.set_len(10).unwrap();
    }) {
        assert_eq!(outcome.code(), "audit-displaced");
    }
}

#[test]
fn a_file_to_which_somebody_else_wrote_is_not_written_to() {
    for outcome in after(|log| {
        let octets = fs::read(log).unwrap();
        fs::write(log, [octets, b"{}\n".to_vec()].concat()).unwrap();
    }) {
        assert_eq!(outcome.code(), "audit-displaced");
    }
}

#[test]
fn what_stands_where_the_file_was_is_left_as_evidence() {
    let kept = Kept::of(2);
    let mut log = open(&kept.path);
    fs::rename(&kept.path, moved(&kept.path)).unwrap();
    fs::write(&kept.path, "planted").unwrap();

    log.append(&entry(9), at(9)).unwrap_err();

    assert_eq!(fs::read_to_string(&kept.path).unwrap(), "planted");
}

#[test]
fn a_file_that_is_put_back_goes_on_with_the_next_start() {
    let kept = Kept::of(2);
    let mut log = open(&kept.path);
    fs::rename(&kept.path, moved(&kept.path)).unwrap();
    log.append(&entry(9), at(9)).unwrap_err();
    fs::rename(moved(&kept.path), &kept.path).unwrap();

    let stopped = log.append(&entry(9), at(9));
    drop(log);
    let mut log = open(&kept.path);
    log.append(&entry(9), at(9)).unwrap();

    assert_eq!(stopped.unwrap_err().code(), "audit-displaced");
    assert_eq!(read(&kept.path).unwrap().len(), 3);
}

#[test]
fn a_segment_that_somebody_put_there_is_not_gone_on_with() {
    let kept = Kept::of(3);
    let mut log = open(&kept.path);
    fs::write(kept.segment(1), "planted\n").unwrap();

    let outcome = log.append(&entry(9), at(9)).unwrap_err();

    assert!(matches!(outcome, AuditError::Displaced { path } if path == kept.segment(1)));
    assert_eq!(fs::read_to_string(kept.segment(1)).unwrap(), "planted\n");
    assert!(log.is_stopped());
}

#[test]
fn whoever_follows_a_log_finds_a_file_that_was_taken_out_of_it() {
    let kept = Kept::of(8);
    fs::remove_file(&kept.path).unwrap();
    let all = Measure {
        through: u64::MAX,
        lines: 100,
        octets: usize::MAX,
    };

    let followed = Follower::from_start(&kept.path).next(all).unwrap_err();

    let AuditError::Broken(found) = followed else {
        panic!("{followed}")
    };
    assert_eq!((found.fault, found.segment), (Fault::Missing, 0));
    assert_eq!(verify(&kept.path).unwrap().broken, Some(found));
}

#[test]
fn a_log_that_is_not_there_is_no_broken_one() {
    let folder = tempfile::tempdir().unwrap();
    let all = Measure {
        through: u64::MAX,
        lines: 100,
        octets: usize::MAX,
    };

    let followed = Follower::from_start(&folder.path().join("audit.jsonl")).next(all);

    assert!(matches!(followed, Err(AuditError::Unusable { .. })));
}

#[test]
fn the_files_of_a_log_are_known_under_every_name() {
    let kept = Kept::of(8);
    let folder = kept.path.parent().unwrap();
    let _open: Log = open(&kept.path);
    let linked = folder.join("linked");
    fs::hard_link(kept.segment(1), &linked).unwrap();
    fs::create_dir(folder.join("below")).unwrap();
    fs::write(folder.join("other"), "").unwrap();
    let is_part = |path: &Path| is_part_of(&kept.path, path).unwrap();

    for own in [
        kept.path.clone(),
        kept.segment(1),
        // The next one to come.
        kept.segment(77),
        folder.join("audit.jsonl.lock"),
        folder.join("audit.shipped.json"),
        folder.join("below/../audit.jsonl"),
        linked,
    ] {
        assert!(is_part(&own), "{}", own.display());
    }
    for other in [
        folder.join("copy.jsonl"),
        folder.join("other"),
        folder.join("below/audit.jsonl"),
        folder.join("nowhere/audit.jsonl"),
    ] {
        assert!(!is_part(&other), "{}", other.display());
    }
}
