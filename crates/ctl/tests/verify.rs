//! `countersignctl verify`, run as an auditor runs it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

// The same clinic, provider and signer that the crate's own tests have.
#[path = "../../evidence/tests/common/mod.rs"]
mod common;

mod ctl;

use std::fs;
use std::path::PathBuf;

use common::{SHOWN, Scene};
use ctl::{Ran, countersignctl};
use rstest::rstest;
use serde_json::Value;
use tempfile::TempDir;

/// A folder with valid evidence and the archive that it verifies by.
struct Desk {
    folder: TempDir,
    scene: Scene,
}

impl Desk {
    fn new() -> Self {
        let desk = Self {
            folder: tempfile::tempdir().unwrap(),
            scene: Scene::new(),
        };
        let archive = serde_json::to_vec_pretty(&desk.scene.archive()).unwrap();
        fs::write(desk.path("archive.json"), archive).unwrap();
        fs::write(desk.path("evidence.json"), desk.scene.receipted()).unwrap();
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn change(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(name)).unwrap();
        assert!(text.contains(from));
        fs::write(self.path(name), text.replace(from, to)).unwrap();
    }

    fn verify(&self, files: &[&str], more: &[&str]) -> Ran {
        let files = files.iter().map(|name| self.path(name).into_os_string());
        let archive = [
            "--archive".into(),
            self.path("archive.json").into_os_string(),
        ];
        let more = more.iter().map(Into::into);
        countersignctl(
            [
                ["verify".into()].into_iter().collect::<Vec<_>>(),
                files.collect(),
                archive.into(),
                more.collect(),
            ]
            .concat(),
        )
    }
}

#[test]
fn valid_evidence_is_shown_with_its_manifestation_and_all_steps() {
    let ran = Desk::new().verify(&["evidence.json"], &[]);

    assert_eq!(ran.code, 0, "{}", ran.err);
    for text in [
        "Valid. All 14 steps passed.",
        "Grace Adams",
        "2026-11-25",
        "Europe/Vienna",
        "Addendum Signature",
        "Transcription error",
        "Observation/obs-hb-1",
        SHOWN,
        " 1 parse",
        "14 receipt",
        "says its receipt",
    ] {
        assert!(ran.out.contains(text), "{text} is not in:\n{}", ran.out);
    }
}

#[test]
fn evidence_that_was_changed_is_refused_by_the_name_of_the_step() {
    let desk = Desk::new();
    desk.change(
        "evidence.json",
        "Transcription error",
        "Transcription horror",
    );

    let ran = desk.verify(&["evidence.json"], &[]);

    assert_eq!(ran.code, 2);
    assert!(ran.out.contains("Step 2 of 14 failed"), "{}", ran.out);
    assert!(
        ran.out.contains("commitment: statement_mismatch"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("not proven"), "{}", ran.out);
}

#[test]
fn evidence_that_is_not_even_json_is_refused_at_parse() {
    let desk = Desk::new();
    fs::write(desk.path("evidence.json"), b"\x1b[2Jhello").unwrap();

    let ran = desk.verify(&["evidence.json"], &[]);

    assert_eq!(ran.code, 2);
    assert!(ran.out.contains("parse: not_json"), "{}", ran.out);
}

#[test]
fn a_missing_file_could_not_be_checked() {
    let ran = Desk::new().verify(&["nowhere.json"], &[]);

    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("Could not be checked"), "{}", ran.out);
}

#[rstest]
#[case::missing("nowhere.json")]
#[case::something_else("evidence.json")]
fn without_an_archive_nothing_can_be_checked(#[case] archive: &str) {
    let desk = Desk::new();
    let (file, archive) = (desk.path("evidence.json"), desk.path(archive));

    let ran = countersignctl([
        "verify".as_ref(),
        file.as_os_str(),
        "--archive".as_ref(),
        archive.as_os_str(),
    ]);

    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains("archive") || ran.err.contains("nowhere"),
        "{}",
        ran.err
    );
}

#[test]
fn a_command_that_is_not_understood_is_not_a_verdict() {
    assert_eq!(countersignctl(["verify"]).code, 1);
    assert_eq!(countersignctl(["no-such-command"]).code, 1);
    assert_eq!(countersignctl(["--help"]).code, 0);
    assert_eq!(countersignctl(["--version"]).code, 0);
}

#[test]
fn a_folder_of_archives_is_taken_as_one() {
    let desk = Desk::new();
    let stranger = Scene::new().archive();
    fs::write(
        desk.path("another.json"),
        serde_json::to_vec(&stranger).unwrap(),
    )
    .unwrap();
    let file = desk.path("evidence.json");

    let ran = countersignctl([
        "verify".as_ref(),
        file.as_os_str(),
        "--archive".as_ref(),
        desk.folder.path().as_os_str(),
    ]);

    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
}

#[test]
fn of_several_files_each_is_told_and_an_invalid_one_decides() {
    let desk = Desk::new();
    fs::copy(desk.path("evidence.json"), desk.path("changed.json")).unwrap();
    desk.change("changed.json", "Grace Adams", "Bob Baker");

    let ran = desk.verify(&["evidence.json", "changed.json", "nowhere.json"], &[]);

    assert_eq!(ran.code, 2);
    assert!(
        ran.out
            .contains("1 valid, 1 not valid, 1 could not be checked."),
        "{}",
        ran.out
    );
}

#[test]
fn scripts_get_one_json_object_for_each_file() {
    let desk = Desk::new();
    fs::copy(desk.path("evidence.json"), desk.path("changed.json")).unwrap();
    desk.change("changed.json", "\"window\"", "\"browser\"");

    let ran = desk.verify(
        &["evidence.json", "changed.json", "nowhere.json"],
        &["--json"],
    );

    let answers: Vec<Value> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(ran.code, 2);
    assert_eq!(answers[0]["result"], "valid");
    assert_eq!(
        answers[0]["signature"]["statement"]["signer"]["name"],
        "Grace Adams"
    );
    assert_eq!(answers[0]["steps"]["steps"].as_array().unwrap().len(), 14);
    assert_eq!(
        (&answers[1]["result"], &answers[1]["step"]),
        (&"invalid".into(), &"commitment".into())
    );
    assert_eq!(answers[1].get("signature"), None);
    assert_eq!(answers[2]["result"], "unchecked");
}

#[test]
fn what_the_evidence_says_cannot_steer_the_terminal() {
    let desk = Desk::new();
    let scene =
        Scene::new().with(|scene| scene.statement.reason.text = "\u{1b}[2J\u{202e}".to_owned());
    fs::write(desk.path("evidence.json"), scene.receipted()).unwrap();
    fs::write(
        desk.path("archive.json"),
        serde_json::to_vec(&scene.archive()).unwrap(),
    )
    .unwrap();

    let ran = desk.verify(&["evidence.json"], &[]);

    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(!ran.out.contains('\u{1b}') && !ran.out.contains('\u{202e}'));
}

#[test]
fn it_speaks_german_too() {
    let ran = Desk::new().verify(&["evidence.json"], &["--lang", "de"]);

    assert!(
        ran.out.contains("Gültig. Alle 14 Schritte bestanden."),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("Unterschrieben von"), "{}", ran.out);
}

#[test]
fn without_its_content_evidence_still_verifies() {
    let desk = Desk::new();
    let whole = evidence::Bundle::parse(&fs::read(desk.path("evidence.json")).unwrap()).unwrap();
    fs::write(
        desk.path("evidence.json"),
        whole.without_content().octets().unwrap(),
    )
    .unwrap();

    let ran = desk.verify(&["evidence.json"], &[]);

    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(!ran.out.contains(SHOWN));
}
