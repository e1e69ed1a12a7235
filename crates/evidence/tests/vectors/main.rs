//! The published vectors (`crates/evidence/vectors`): each ends, by name, as its index says.
//!
//! The vectors are made here, from the format's description alone ([`story`]), and committed. `UPDATE_VECTORS=1 cargo
//! test -p evidence --test vectors` makes them again; without it a test says when they are stale. What judges them is
//! the crate; `verify.py` beside them judges them a second time, from the document alone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::doc_markdown)]

mod book;
mod facts;
mod invalid;
mod keys;
mod story;
mod tsa;
mod valid;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use book::Book;
use evidence::{Archive, Reason, Step, VerificationFailure, verify};
use facts::Facts;
use serde::Deserialize;

/// A line of the index.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    file: String,
    #[allow(dead_code, reason = "for people")]
    says: String,
    archive: Option<String>,
    facts: Option<String>,
    step: Option<Step>,
    reason: Option<String>,
    #[serde(default)]
    spaces_after: usize,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn index() -> Vec<Entry> {
    serde_json::from_slice(&read("index.json")).unwrap()
}

impl Entry {
    fn octets(&self) -> Vec<u8> {
        let mut octets = read(&self.file);
        octets.resize(octets.len() + self.spaces_after, b' ');
        octets
    }

    fn judge(&self) -> Result<(), VerificationFailure> {
        match (&self.archive, &self.facts) {
            (Some(archive), None) => {
                let archive = Archive::parse(&read(archive)).unwrap();
                verify::offline(&self.octets(), &archive).map(drop)
            }
            (None, Some(facts)) => {
                let facts: Facts = serde_json::from_slice(&read(facts)).unwrap();
                verify::online(&self.octets(), &facts.trust()).map(drop)
            }
            _ => panic!("{} has to be judged in one way", self.file),
        }
    }
}

#[test]
fn every_vector_ends_as_its_index_says() {
    for entry in index() {
        let ended = entry
            .judge()
            .err()
            .map(|failure| (failure.step, failure.reason.name().to_owned()));

        assert_eq!(ended, entry.step.zip(entry.reason), "{}", entry.file);
    }
}

#[test]
fn the_committed_vectors_are_the_ones_that_are_made() {
    let made = Book::written();
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        made.replace(&folder());
    }
    for (name, octets) in made.files() {
        assert!(
            &read(name) == octets,
            "{name} is stale: run with UPDATE_VECTORS=1"
        );
    }
}

#[test]
fn the_folder_holds_what_the_index_names_and_nothing_else() {
    let index = index();
    let named: BTreeSet<String> = index
        .iter()
        .flat_map(|entry| {
            [
                Some(&entry.file),
                entry.archive.as_ref(),
                entry.facts.as_ref(),
            ]
        })
        .flatten()
        .cloned()
        .collect();
    let mut there = BTreeSet::new();
    for part in Book::FOLDERS {
        for file in std::fs::read_dir(folder().join(part)).unwrap() {
            there.insert(format!(
                "{part}/{}",
                file.unwrap().file_name().to_str().unwrap()
            ));
        }
    }

    assert_eq!(there, named);
    assert_eq!(
        index
            .iter()
            .map(|entry| &entry.file)
            .collect::<BTreeSet<_>>()
            .len(),
        index.len(),
        "a vector is named twice"
    );
}

#[test]
fn every_step_has_its_vectors_and_each_is_named_for_its_step() {
    let index = index();
    let refused: Vec<_> = index.iter().filter(|entry| entry.step.is_some()).collect();

    assert!(refused.len() >= 60, "{} invalid vectors", refused.len());
    for step in Step::ALL {
        assert!(
            refused.iter().any(|entry| entry.step == Some(step)),
            "none for {step}"
        );
    }
    for entry in index {
        let expected = entry.step.map_or_else(
            || "valid/".to_owned(),
            |step| format!("invalid/{:02}-{step}-", step.number()),
        );
        assert!(entry.file.starts_with(&expected), "{}", entry.file);
    }
}

#[test]
fn every_reason_has_its_vector() {
    let shown: BTreeSet<_> = index()
        .into_iter()
        .filter_map(|entry| entry.reason)
        .collect();

    for reason in Reason::ALL {
        assert!(shown.contains(reason.name()), "none for {}", reason.name());
    }
}
