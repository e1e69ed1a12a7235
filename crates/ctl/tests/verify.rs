//! `countersignctl verify`, run as an auditor runs it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

// The same clinic, provider and signer that the crate's own tests have.
#[path = "../../evidence/tests/common/mod.rs"]
mod common;

mod ctl;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

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
        "25 November 2026, ",
        "(UTC+01:00)",
        "Addendum Signature",
        "Transcription error",
        "Observation/obs-hb-1",
        SHOWN,
        " 1 parse",
        "14 receipt",
        "passed, says the receipt",
        "became version",
        "Signed in  ",
        "What was checked",
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

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../evidence/vectors")
}

/// Copies of every vector that an archive judges, in a folder for each archive, with what has to become of each.
fn copies(into: &Path) -> Vec<(PathBuf, Vec<(PathBuf, Value)>)> {
    let index = fs::read(vectors().join("index.json")).unwrap();
    let index: Vec<Value> = serde_json::from_slice(&index).unwrap();
    let mut by_archive: BTreeMap<String, Vec<(PathBuf, Value)>> = BTreeMap::new();
    for (number, entry) in index.into_iter().enumerate() {
        let Some(archive) = entry["archive"].as_str().map(str::to_owned) else {
            continue;
        };
        let from = entry["file"].as_str().unwrap();
        let mut octets = fs::read(vectors().join(from)).unwrap();
        let spaces = entry["spaces_after"].as_u64().unwrap_or_default();
        octets.resize(octets.len() + usize::try_from(spaces).unwrap(), b' ');
        let copy = into.join(format!("{number:03}.json"));
        fs::write(&copy, octets).unwrap();
        by_archive.entry(archive).or_default().push((copy, entry));
    }
    let archives = by_archive.into_iter();
    archives
        .map(|(archive, copies)| (vectors().join(archive), copies))
        .collect()
}

#[test]
fn hundreds_of_files_are_each_judged_in_the_order_of_the_arguments() {
    let folder = tempfile::tempdir().unwrap();
    let mut judged = 0;
    for (archive, copies) in copies(folder.path()) {
        let files = copies.iter().map(|(copy, _)| copy.as_os_str());
        let options = ["--json".as_ref(), "--archive".as_ref(), archive.as_os_str()];
        let ran = countersignctl(["verify".as_ref()].into_iter().chain(files).chain(options));

        let answers: Vec<Value> = ran
            .out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(answers.len(), copies.len());
        assert_eq!(ran.err, "", "no bar and no noise where nobody looks");
        for (answer, (copy, entry)) in answers.iter().zip(&copies) {
            assert_eq!(answer["file"], copy.to_str().unwrap());
            let expected = if entry["step"].is_null() {
                "valid"
            } else {
                "invalid"
            };
            assert_eq!(answer["result"], expected, "{entry}");
            assert_eq!(answer["step"], entry["step"], "{entry}");
            assert_eq!(answer["reason"], entry["reason"], "{entry}");
        }
        let any_invalid = copies.iter().any(|(_, entry)| !entry["step"].is_null());
        assert_eq!(ran.code, if any_invalid { 2 } else { 0 });
        judged += copies.len();
    }
    assert!(judged > 250, "{judged}");
}

#[test]
fn a_folder_stands_for_the_evidence_in_it_and_what_it_leaves_aside_is_said() {
    let desk = Desk::new();
    for number in 0..300 {
        fs::copy(
            desk.path("evidence.json"),
            desk.path(&format!("copy-{number:03}.json")),
        )
        .unwrap();
    }
    fs::write(desk.path("notes.txt"), "not evidence").unwrap();

    let ran = desk.verify(&[""], &[]);

    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.out
            .contains("301 valid, 0 not valid, 0 could not be checked."),
        "{}",
        ran.out
    );
    // The notes, and the archive.
    assert!(ran.err.contains("2 entries"), "{}", ran.err);
    let (first, second) = (ran.out.find("copy-000"), ran.out.find("copy-001"));
    assert!(first.unwrap() < second.unwrap());
}

#[test]
fn a_folder_in_a_folder_or_without_evidence_is_not_passed_over() {
    let desk = Desk::new();
    fs::create_dir(desk.path("within")).unwrap();

    let nested = desk.verify(&[""], &[]);
    assert_eq!(nested.code, 1);
    assert!(
        nested.out.contains("folder within a folder"),
        "{}",
        nested.out
    );
    assert!(nested.out.contains("1 valid, 0 not valid, 1 could not"));

    let empty = desk.verify(&["within"], &[]);
    assert_eq!(empty.code, 1);
    assert!(empty.out.contains("holds no evidence"), "{}", empty.out);
}

#[test]
fn a_broken_file_in_a_folder_still_counts() {
    let desk = Desk::new();
    fs::write(desk.path("broken.json"), "{\"type\":").unwrap();

    let ran = desk.verify(&[""], &[]);

    assert_eq!(ran.code, 2);
    assert!(ran.out.contains("1 valid, 1 not valid"), "{}", ran.out);
}

#[test]
fn scripts_learn_how_the_signer_authenticated() {
    let ran = Desk::new().verify(&["evidence.json"], &["--json"]);

    let answer: Value = serde_json::from_str(&ran.out).unwrap();
    let authenticated = &answer["signature"]["authenticated"];
    assert_eq!(authenticated["acr"], "mfa");
    assert_eq!(authenticated["amr"][1], "otp");
    assert!(authenticated["at"].as_str().unwrap().starts_with("2026-"));
}
