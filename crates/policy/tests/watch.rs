//! Whether a policy that applies is still the one of its sources.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::fs;
use std::path::PathBuf;

use catalogue::{Catalogue, Locale, Value};
use common::{LEAST, with, written};
use policy::{Departure, Machine, Source, Sources, Watched};
use rstest::rstest;
use tempfile::TempDir;

/// A machine policy and the settings of a user, kept in view.
struct Desk {
    folder: TempDir,
    machine: PathBuf,
    settings: PathBuf,
    watched: Watched,
}

fn desk() -> Desk {
    let (folder, machine) = written("machine.toml", LEAST);
    let settings = folder.path().join("settings.toml");
    let sources = Sources {
        machine: Machine::Instead(machine.clone()),
        file: None,
        settings: Some(settings.clone()),
    };
    Desk {
        watched: Watched::load(sources).unwrap(),
        folder,
        machine,
        settings,
    }
}

#[test]
fn as_long_as_the_sources_say_the_same_the_policy_stands() {
    let desk = desk();
    assert_eq!(desk.watched.look(), Ok(()));

    // The same values, in other words.
    fs::write(&desk.machine, with("max_age", "0")).unwrap();

    assert_eq!(desk.watched.look(), Ok(()));
}

#[test]
fn a_change_names_the_fields_that_changed_and_ends_when_it_is_taken_back() {
    let desk = desk();
    let applied = desk.watched.applied().clone();
    let changed = with("max_age", "1") + "[signing]\nacr_values = [\"mfa\"]\n";
    fs::write(&desk.machine, changed).unwrap();

    let keys = vec!["identity.max_age", "signing.acr_values"];
    assert_eq!(desk.watched.look(), Err(Departure::Changed { keys }));
    assert_eq!(desk.watched.applied(), &applied);

    fs::write(&desk.machine, LEAST).unwrap();
    assert_eq!(desk.watched.look(), Ok(()));
}

#[test]
fn lists_that_read_alike_are_told_apart() {
    let desk = desk();
    let reasons = |text: &str| format!("{LEAST}\n[signing]\nreasons = [{text}]\n");
    let one = r#"{ code = "a", text = "X; b Y" }"#;
    let two = r#"{ code = "a", text = "X" }, { code = "b", text = "Y" }"#;
    fs::write(&desk.machine, reasons(one)).unwrap();
    let sources = Sources {
        machine: Machine::Instead(desk.machine.clone()),
        ..Sources::default()
    };
    let watched = Watched::load(sources).unwrap();

    fs::write(&desk.machine, reasons(two)).unwrap();

    let keys = vec!["signing.reasons"];
    assert_eq!(watched.look(), Err(Departure::Changed { keys }));
}

#[test]
fn a_policy_that_was_broken_is_refused_with_its_key_and_source() {
    let desk = desk();
    fs::write(&desk.machine, with("max_age", "7")).unwrap();

    let Err(Departure::Refused(error)) = desk.watched.look() else {
        panic!("it stands")
    };

    assert_eq!(
        (error.key.as_deref(), error.code(), &error.origin),
        (
            Some("identity.max_age"),
            "policy-not-permitted",
            &Source::Machine(desk.machine.display().to_string())
        )
    );
}

#[test]
fn a_policy_that_was_removed_does_not_go_on_from_memory() {
    let desk = desk();
    fs::remove_file(&desk.machine).unwrap();

    let departure = desk.watched.look().unwrap_err();

    assert_eq!(departure.code(), "policy-missing");
}

#[test]
fn settings_of_the_user_that_appear_later_are_seen() {
    let desk = desk();
    fs::write(&desk.settings, "[updates]\ncheck = \"off\"\n").unwrap();
    let keys = vec!["updates.check"];
    assert_eq!(desk.watched.look(), Err(Departure::Changed { keys }));

    fs::write(&desk.settings, "[updates]\ncheck = \"never\"\n").unwrap();
    assert_eq!(
        desk.watched.look().unwrap_err().code(),
        "policy-not-permitted"
    );
    drop(desk.folder);
}

#[rstest]
#[case(Locale::En)]
#[case(Locale::De)]
fn a_change_has_a_text_and_a_remedy_that_name_what_changed(#[case] locale: Locale) {
    let keys = vec!["identity.max_age", "signing.acr_values"];
    let departure = Departure::Changed { keys };
    let args = departure.args();
    let args: Vec<_> = args
        .iter()
        .map(|(name, text)| (*name, Value::from(text)))
        .collect();

    let fault = Catalogue::new(locale).fault(departure.code(), &args);

    assert!(fault.text.contains("identity.max_age, signing.acr_values"));
    assert_ne!(fault.remedy, "rec-policy-changed");
}
