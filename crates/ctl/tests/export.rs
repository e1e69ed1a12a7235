//! `countersignctl export`, run as an auditor runs it: the copy that 21 CFR 11.10(b) asks for.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod ctl;

use std::fs;
use std::path::{Path, PathBuf};

use ctl::{Ran, countersignctl};
use evidence::Step;
use tempfile::TempDir;

fn vector(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../evidence/vectors")
        .join(name)
}

fn export(file: &Path, more: &[&str]) -> Ran {
    let archive = vector("archives/es256.json");
    let mut arguments: Vec<&str> = vec![
        "export",
        file.to_str().unwrap(),
        "--html",
        "--archive",
        archive.to_str().unwrap(),
    ];
    arguments.extend(more);
    countersignctl(arguments)
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn valid_evidence_becomes_one_page_with_the_signature_and_all_steps() {
    let ran = export(&vector("valid/es256.json"), &[]);

    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.starts_with("<!DOCTYPE html>"), "{}", ran.out);
    assert!(ran.out.contains("Valid. All 14 steps passed."));
    assert!(ran.out.contains("Electronically signed"));
    for step in Step::ALL {
        let row = format!("<code>{}</code>", step.name());
        assert!(ran.out.contains(&row), "{step} is not on the page");
    }
}

#[test]
fn the_page_has_no_script_and_loads_nothing() {
    let ran = export(&vector("valid/es256.json"), &[]);

    for foreign in ["<script", "src=", "href=", "url(", "@import", "<iframe"] {
        assert!(!ran.out.contains(foreign), "{foreign}");
    }
    assert!(ran.out.contains("default-src 'none'"));
}

#[test]
fn evidence_that_is_not_valid_is_exported_as_a_claim_and_exits_with_2() {
    let folder = folder();
    let file = folder.path().join("changed.json");
    let text = fs::read_to_string(vector("valid/es256.json")).unwrap();
    let changed = text.replacen("\"agent\":\"window\"", "\"agent\":\"<b>\"", 1);
    assert_ne!(changed, text);
    fs::write(&file, changed).unwrap();

    let ran = export(&file, &[]);

    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.out.contains("Step 2 of 14 failed"), "{}", ran.out);
    assert!(ran.out.contains("What the file claims, not proven"));
    assert!(!ran.out.contains("Electronically signed"));
    assert!(ran.out.contains("agent=&lt;b&gt;") && !ran.out.contains("<b>"));
}

// Such a name is possible here alone.
#[cfg(unix)]
#[test]
fn the_name_of_the_file_stays_text() {
    let folder = folder();
    let file = folder.path().join("<img onerror=alert(1)>.json");
    fs::copy(vector("valid/es256.json"), &file).unwrap();

    let ran = export(&file, &[]);

    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("&lt;img onerror=alert(1)&gt;.json"));
    assert!(!ran.out.contains("<img"));
    assert!(!ran.out.contains(folder.path().to_str().unwrap()));
}

#[test]
fn the_page_goes_to_a_file_whole_and_the_verdict_is_said() {
    let folder = folder();
    let out = folder.path().join("page.html");
    fs::write(&out, "an older page").unwrap();

    let ran = export(
        &vector("valid/es256.json"),
        &["--out", out.to_str().unwrap()],
    );

    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("page.html: Valid."), "{}", ran.out);
    let page = fs::read_to_string(&out).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("</html>"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn evidence_is_never_overwritten_by_its_own_page() {
    let folder = folder();
    let file = folder.path().join("evidence.json");
    fs::copy(vector("valid/es256.json"), &file).unwrap();

    let ran = export(&file, &["--out", file.to_str().unwrap()]);

    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("overwritten"), "{}", ran.err);
    assert_eq!(
        fs::read(&file).unwrap(),
        fs::read(vector("valid/es256.json")).unwrap()
    );
}

#[test]
fn without_a_file_an_archive_or_a_form_there_is_no_page() {
    assert_eq!(export(Path::new("nowhere.json"), &[]).code, 1);
    let file = vector("valid/es256.json");
    let file = file.to_str().unwrap();
    let archive = vector("archives/es256.json");
    let archive = archive.to_str().unwrap();

    assert_eq!(countersignctl(["export", file, "--html"]).code, 1);
    assert_eq!(
        countersignctl(["export", file, "--archive", archive]).code,
        1
    );
}

#[test]
fn the_page_speaks_german_too() {
    let ran = export(&vector("valid/es256.json"), &["--lang", "de"]);

    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("<html lang=\"de\">"), "{}", ran.out);
    assert!(ran.out.contains("Gültig. Alle 14 Schritte bestanden."));
}
