//! Logs in folders that vanish, with segments of a few entries.
#![allow(dead_code, reason = "each test file uses a part")]
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use audit::{Actor, Entry, Event, Log, Person, Reference};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

/// Room for three entries, and not for four.
pub const SMALL: u64 = 1_300;

pub struct Kept {
    _folder: TempDir,
    pub path: PathBuf,
}

impl Kept {
    /// A log of so many entries, one second apart, in small segments.
    pub fn of(count: u8) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("audit.jsonl");
        let mut log = open(&path);
        for number in 0..count {
            log.append(&entry(number), at(number)).unwrap();
        }
        drop(log);
        Self {
            _folder: folder,
            path,
        }
    }

    pub fn segment(&self, number: u32) -> PathBuf {
        segment(&self.path, number)
    }

    pub fn lines(&self, number: u32) -> Vec<String> {
        let text = fs::read_to_string(self.segment(number)).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    pub fn write(&self, number: u32, lines: &[String]) {
        fs::write(self.segment(number), lines.join("\n") + "\n").unwrap();
    }
}

pub fn segment(log: &Path, number: u32) -> PathBuf {
    match number {
        0 => log.to_owned(),
        _ => log.with_extension(format!("{number:06}.jsonl")),
    }
}

pub fn open(path: &Path) -> Log {
    Log::open_with_segments_of(path, at(0), SMALL).unwrap()
}

pub fn at(seconds: u8) -> Timestamp {
    "2026-11-24T13:32:08Z".parse::<Timestamp>().unwrap()
        + SignedDuration::from_secs(i64::from(seconds))
}

pub fn entry(reference: u8) -> Entry {
    entry_by("A. Adams", reference)
}

pub fn entry_by(name: &str, reference: u8) -> Entry {
    let claims = [("sub".to_owned(), name.replace(". ", "").to_lowercase())];
    let person = Person::new(
        name,
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
