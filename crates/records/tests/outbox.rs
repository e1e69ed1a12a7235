//! An outbox with very much in it, and one whose program is killed.
//!
//! That it opens fast is asserted by what it reads, never by the time that this takes on some machine. What it promises for
//! one signature is tested where there is a gateway to deliver to.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod queue;

use std::collections::BTreeSet;
use std::fs;

use jiff::Timestamp;
use queue::{fill, id, now, outbox, person};
use records::WaitingState;

const MANY: u64 = 10_000;

#[test]
fn ten_thousand_waiting_signatures_are_counted_at_the_start_without_reading_one() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), "adams", MANY);

    let (outbox, seal) = outbox(folder.path());

    assert_eq!(outbox.count().unwrap(), 10_000);
    assert_eq!(seal.opened(), 0);
}

#[test]
fn what_is_due_is_found_by_reading_a_few_files_at_a_time_and_each_once() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), "adams", 2_000);
    let (outbox, seal) = outbox(folder.path());
    let (later, owner) = (Timestamp::MAX, person("adams"));

    assert!(outbox.has_due(later, &owner).unwrap());
    assert_eq!(seal.opened(), 200);
    for _ in 0..10 {
        outbox.has_due(later, &owner).unwrap();
    }
    assert_eq!(seal.opened(), 2_000);

    let due = outbox.due(later, &owner).unwrap();
    let numbers: Vec<_> = due.iter().map(|entry| entry.note.signature_id).collect();
    let oldest: Vec<_> = (0..50).map(|number| id("adams", number)).collect();
    assert_eq!(numbers, oldest);
    assert_eq!(seal.opened(), 2_050);
    assert!(outbox.due(later, &person("baker")).unwrap().is_empty());
    assert!(
        !outbox
            .has_due(now() - jiff::SignedDuration::from_secs(1), &owner)
            .unwrap()
    );
}

#[test]
fn everything_is_delivered_in_the_end_however_much_there_is() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), "adams", 700);
    let (outbox, _) = outbox(folder.path());
    let owner = person("adams");
    let later = now() + jiff::SignedDuration::from_hours(1);
    let mut tried = BTreeSet::new();

    while outbox.has_due(later, &owner).unwrap() {
        for entry in outbox.due(later, &owner).unwrap() {
            let number = entry.note.signature_id;
            outbox.failed(number, "unreachable", later).unwrap();
            assert!(tried.insert(number), "{number} is not due any more");
        }
    }

    assert_eq!(tried.len(), 700);
    assert_eq!(outbox.count().unwrap(), 700);
}

#[test]
fn nothing_that_waits_is_signed_again_though_no_file_was_read_yet() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), "adams", 600);
    let (outbox, seal) = outbox(folder.path());

    assert!(outbox.waits_for("adams-599").unwrap());
    assert!(!outbox.waits_for("adams-600").unwrap());
    assert_eq!(seal.opened(), 600);
}

#[test]
fn one_person_sees_what_they_signed_and_of_others_a_number() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), "adams", 3);
    fill(folder.path(), "baker", 2);
    let damaged = folder.path().join(format!("{}.sealed", id("carter", 9)));
    fs::write(&damaged, "nothing that opens").unwrap();
    let (outbox, _) = outbox(folder.path());
    outbox.refused(id("adams", 0), "record_changed").unwrap();
    outbox.refused(id("baker", 0), "record_changed").unwrap();

    assert_eq!(
        (outbox.count().unwrap(), outbox.unreadable().unwrap()),
        (4, 0)
    );

    let seen = outbox.holdings(&person("adams")).unwrap();

    assert_eq!(
        (outbox.count().unwrap(), outbox.unreadable().unwrap()),
        (3, 1)
    );
    let own: Vec<_> = seen.own.iter().map(|note| note.signature_id).collect();
    assert_eq!(own, [2, 1, 0].map(|number| id("adams", number)));
    assert_eq!(seen.own[2].state, WaitingState::Refused);
    assert_eq!(seen.own[2].last_error.as_deref(), Some("record_changed"));
    assert_eq!((seen.others, seen.unreadable), (1, 1));
    assert!(damaged.exists());
}

#[test]
fn a_refusal_is_kept_over_a_restart_and_by_no_name_becomes_one_that_waits() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), "adams", 2);
    let (first, _) = outbox(folder.path());
    first.refused(id("adams", 0), "challenge_spent").unwrap();
    drop(first);

    let (again, _) = outbox(folder.path());
    assert_eq!(again.count().unwrap(), 1);
    let due = again.due(Timestamp::MAX, &person("adams")).unwrap();
    assert_eq!(due.len(), 1);
    let listed = again.list().unwrap().entries;
    let states: Vec<_> = listed.iter().map(|entry| entry.note.state).collect();
    assert_eq!(states, [WaitingState::Refused, WaitingState::Waiting]);
    drop(again);

    let name = |kind| folder.path().join(format!("{}.{kind}", id("adams", 0)));
    fs::rename(name("refused"), name("sealed")).unwrap();
    let (renamed, _) = outbox(folder.path());
    assert_eq!(
        renamed.due(Timestamp::MAX, &person("adams")).unwrap().len(),
        1
    );
    assert_eq!(renamed.list().unwrap().unreadable, [name("sealed")]);
}

#[test]
fn a_crash_between_the_two_steps_of_a_refusal_leaves_it_refused() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path(), "adams", 1);
    let name = folder.path().join(format!("{}.sealed", id("adams", 0)));
    let before = fs::read(&name).unwrap();
    outbox(folder.path())
        .0
        .refused(id("adams", 0), "forbidden")
        .unwrap();
    fs::write(&name, before).unwrap();

    let (outbox, _) = outbox(folder.path());

    assert_eq!(outbox.count().unwrap(), 0);
    assert!(
        outbox
            .due(Timestamp::MAX, &person("adams"))
            .unwrap()
            .is_empty()
    );
    assert_eq!(outbox.list().unwrap().entries.len(), 1);
    assert!(!outbox.waits_for("adams-0").unwrap());
}

#[cfg(unix)]
mod killed {
    use std::env;
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::path::Path;
    use std::process::{Command, Stdio};

    use uuid::Uuid;

    use super::*;

    /// Where the writer finds its folder.
    const FOLDER: &str = "COUNTERSIGN_CRASH_FOLDER";

    /// The writer is this test again, in a process of its own. `COUNTERSIGN_CRASH_ROUNDS` says how often it is killed.
    #[test]
    fn a_program_that_is_killed_has_every_signature_that_it_said_was_kept() {
        if let Some(folder) = env::var_os(FOLDER) {
            keep_for_ever(folder.as_ref());
        }
        let rounds = env::var("COUNTERSIGN_CRASH_ROUNDS").map_or(25, |text| text.parse().unwrap());
        let mut kept = 0;

        for round in 0..rounds {
            let folder = tempfile::tempdir().unwrap();
            fill(folder.path(), "adams", 1);
            let mut writer = Command::new(env::current_exe().unwrap())
                .args([
                    "--exact",
                    "killed::a_program_that_is_killed_has_every_signature_that_it_said_was_kept",
                    "--nocapture",
                ])
                .env(FOLDER, folder.path())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let mut said = BufReader::new(writer.stdout.take().unwrap())
                .lines()
                .map_while(Result::ok)
                .filter_map(|line| line.strip_prefix("kept ").map(str::to_owned));
            let mut words = Vec::new();
            for _ in 0..=(round * 7 % 19) {
                words.push(said.next().expect("the writer goes on until it is killed"));
            }
            writer.kill().unwrap();
            writer.wait().unwrap();
            words.extend(said);

            let (outbox, _) = outbox(folder.path());
            let listing = outbox.list().unwrap();
            assert!(listing.unreadable.is_empty(), "{:?}", listing.unreadable);
            let waiting = listing.entries.iter().filter(|entry| entry.waits()).count();
            assert_eq!(outbox.count().unwrap(), waiting);
            for word in &words {
                let (state, number) = word.split_once(' ').unwrap();
                let number: Uuid = number.parse().unwrap();
                let entry = listing
                    .entries
                    .iter()
                    .find(|entry| entry.note.signature_id == number)
                    .unwrap_or_else(|| panic!("round {round}: {word} is gone"));
                let attempts = u32::from(state != "put");
                assert!(entry.note.attempts >= attempts, "{word}");
                assert!(state != "refused" || !entry.waits(), "{word}");
            }
            kept += words.len();
        }
        println!("{rounds} kills, {kept} acknowledged steps");
    }

    /// Keeps signatures, notes failures and refusals, and says so after each, until it is killed.
    fn keep_for_ever(folder: &Path) -> ! {
        let (outbox, _) = outbox(folder);
        let template = outbox.list().unwrap().entries.remove(0);
        for number in 1.. {
            let mut entry = template.clone();
            entry.note = queue::note("adams", number);
            let id = entry.note.signature_id;
            outbox.put(&entry).unwrap();
            say("put", id);
            if number % 2 == 0 {
                outbox.failed(id, "unreachable", now()).unwrap();
                say("failed", id);
            }
            if number % 3 == 0 {
                outbox.refused(id, "record_changed").unwrap();
                say("refused", id);
            }
        }
        unreachable!("it goes on for ever")
    }

    fn say(what: &str, id: Uuid) {
        let mut out = std::io::stdout().lock();
        writeln!(out, "kept {what} {id}").unwrap();
        out.flush().unwrap();
    }
}
