//! Where values come from, which source is stronger, and what an error tells.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use catalogue::{Catalogue, Locale, Value};
use std::path::Path;

use common::{LEAST, machine, value, with, written};
use policy::{Brought, Loaded, Machine, PolicyError, Source, Sources, UpdateCheck};
use rstest::rstest;

#[test]
fn every_value_says_who_set_it() {
    let loaded = machine(&format!("{LEAST}\n[signing]\nmismatch_limit = 5\n")).unwrap();

    let limit = value(&loaded, "signing.mismatch_limit");
    assert_eq!((limit.value.as_str(), limit.locked), ("5", true));
    assert!(matches!(limit.source, Source::Machine(_)));
    let timeout = value(&loaded, "signing.timeout_s");
    assert_eq!((&timeout.source, timeout.locked), (&Source::Default, false));
}

#[test]
fn without_any_policy_the_first_thing_missing_is_the_issuer() {
    let error = policy::load(Machine::Absent, None).unwrap_err();
    assert_eq!(error.key.as_deref(), Some("identity.issuer"));
}

#[test]
fn a_policy_file_counts_where_there_is_no_machine_policy() {
    let (_folder, path) = written("policy.toml", LEAST);
    let loaded = policy::load(Machine::Absent, Some(&path)).unwrap();
    let issuer = value(&loaded, "identity.issuer");
    assert_eq!(
        (&issuer.source, issuer.locked),
        (&Source::File(path), false)
    );
}

#[test]
fn a_policy_file_is_refused_where_there_is_a_machine_policy() {
    let (_folder, path) = written("machine.toml", LEAST);
    let (_other_folder, file) = written("policy.toml", LEAST);
    let error = policy::load(Machine::Instead(path), Some(&file)).unwrap_err();
    assert_eq!(
        (error.code(), error.origin),
        ("policy-file-refused", Source::File(file))
    );
}

#[test]
fn a_policy_file_that_does_not_exist_is_an_error_and_not_an_empty_one() {
    let error = policy::load(Machine::Absent, Some("/nowhere/policy.toml".as_ref())).unwrap_err();
    assert_eq!(error.code(), "policy-unreadable");
}

fn beside_settings(machine: &Path, settings: &Path) -> Result<Loaded, PolicyError> {
    let sources = Sources {
        machine: Machine::Instead(machine.to_owned()),
        file: None,
        settings: Some(settings.to_owned()),
    };
    sources.load()
}

#[test]
fn a_user_sets_what_is_left_to_users_and_nothing_else() {
    let (_folder, path) = written("machine.toml", LEAST);
    let (_settings_folder, settings) = written("settings.toml", "[updates]\ncheck = \"off\"\n");
    let loaded = beside_settings(&path, &settings).unwrap();
    assert_eq!(loaded.policy.updates.check, UpdateCheck::Off);
    assert_eq!(
        value(&loaded, "updates.check").source,
        Source::User(settings.clone())
    );

    std::fs::write(&settings, "[signing]\nmismatch_limit = 10\n").unwrap();
    let error = beside_settings(&path, &settings).unwrap_err();
    assert_eq!(
        (error.code(), error.key.as_deref()),
        ("policy-not-for-users", Some("signing.mismatch_limit"))
    );
}

#[test]
fn machine_policy_is_stronger_than_a_user_and_what_it_overrides_is_told() {
    let (_folder, path) = written(
        "machine.toml",
        &format!("{LEAST}\n[updates]\ncheck = \"daily\"\n"),
    );
    let (_settings_folder, settings) = written("settings.toml", "[updates]\ncheck = \"off\"\n");
    let loaded = beside_settings(&path, &settings).unwrap();
    assert_eq!(loaded.policy.updates.check, UpdateCheck::Daily);
    let check = value(&loaded, "updates.check");
    assert!(check.locked);
    let overridden: Vec<_> = check
        .overridden
        .iter()
        .map(|one| (one.value.as_str(), &one.source))
        .collect();
    assert_eq!(overridden, [("off", &Source::User(settings))]);
    assert!(value(&loaded, "identity.issuer").overridden.is_empty());
}

#[test]
fn what_is_malformed_is_refused_though_a_stronger_source_overrides_it() {
    let (_folder, path) = written(
        "machine.toml",
        &format!("{LEAST}\n[updates]\ncheck = \"daily\"\n"),
    );
    let (_settings_folder, settings) = written("settings.toml", "[updates]\ncheck = \"never\"\n");

    let error = beside_settings(&path, &settings).unwrap_err();

    assert_eq!(
        (error.code(), error.key.as_deref(), error.origin),
        (
            "policy-not-permitted",
            Some("updates.check"),
            Source::User(settings)
        )
    );
}

#[test]
fn settings_that_cannot_be_understood_stop_everything_and_are_named() {
    let (_folder, path) = written("machine.toml", LEAST);
    let (_settings_folder, settings) = written("settings.toml", "[updates\n");

    let error = beside_settings(&path, &settings).unwrap_err();

    assert_eq!(
        (error.code(), &error.origin),
        ("policy-syntax", &Source::User(settings.clone()))
    );
    let settings = settings.display().to_string();
    assert!(
        error
            .args()
            .iter()
            .any(|(_, text)| text.contains(&settings))
    );
}

#[cfg(all(unix, not(target_os = "macos")))]
mod where_no_policy_can_be_read {
    use std::os::unix::fs::symlink;

    use super::*;

    fn beside_a_file(machine: &Path) -> PolicyError {
        let (_folder, file) = written("policy.toml", LEAST);
        policy::load(Machine::Instead(machine.to_owned()), Some(&file)).unwrap_err()
    }

    #[test]
    fn a_link_that_leads_nowhere_is_no_absence() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("machine.toml");
        symlink("/nowhere/policy.toml", &path).unwrap();

        let error = beside_a_file(&path);

        assert_eq!(
            (error.code(), &error.origin),
            (
                "policy-unreadable",
                &Source::Machine(path.display().to_string())
            )
        );
    }

    #[test]
    fn a_folder_that_leads_nowhere_is_none_either() {
        let folder = tempfile::TempDir::new().unwrap();
        symlink("/nowhere", folder.path().join("countersign")).unwrap();

        let error = beside_a_file(&folder.path().join("countersign/policy.toml"));

        assert_eq!(error.code(), "policy-unreadable");
    }

    #[test]
    fn a_folder_and_a_file_that_is_too_large_are_refused() {
        let folder = tempfile::TempDir::new().unwrap();
        assert_eq!(beside_a_file(folder.path()).code(), "policy-unreadable");
        let (_large_folder, large) = written("machine.toml", &"#".repeat(256 * 1024 + 1));
        assert_eq!(beside_a_file(&large).code(), "policy-unreadable");
    }

    #[test]
    fn a_pipe_is_refused_and_not_waited_for() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("machine.toml");
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());

        assert_eq!(beside_a_file(&path).code(), "policy-unreadable");
    }

    #[test]
    fn a_link_into_a_folder_that_others_may_write_to_binds_nobody() {
        use std::os::unix::fs::PermissionsExt as _;
        let (shared, target) = written("target.toml", LEAST);
        let mode = std::fs::Permissions::from_mode(0o777);
        std::fs::set_permissions(shared.path(), mode).unwrap();
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("machine.toml");
        symlink(target, &path).unwrap();

        assert_eq!(beside_a_file(&path).code(), "policy-writable-by-others");
    }
}

#[test]
fn what_is_not_toml_is_an_error_with_its_line() {
    let error = machine("[identity]\nissuer = \n").unwrap_err();
    assert_eq!(error.code(), "policy-syntax");
    assert!(error.args().contains(&("line", "2".to_owned())), "{error}");
}

#[test]
fn everything_that_is_wrong_is_found_at_once_and_loading_names_the_first() {
    let text = "
[identity]
issuer = \"https://id.clinic.example\"
isuer = 1
max_age = 2
[signing]
timeout_s = 5
[colours]
[records]
url = \"http://api.clinic.example\"
[session]
profile = \"kiosk\"
idle_lock_s = 600
remember = \"keyring\"
";
    let (_folder, path) = written("policy.toml", text);

    let problems = policy::examine(Machine::Absent, Some(&path)).unwrap_err();

    let found: Vec<_> = problems
        .iter()
        .map(|problem| (problem.code(), problem.key.as_deref().unwrap_or_default()))
        .collect();
    assert_eq!(
        found,
        [
            ("policy-unknown-key", "colours"),
            ("policy-unknown-key", "identity.isuer"),
            ("policy-missing", "identity.client_id"),
            ("policy-not-permitted", "identity.max_age"),
            ("policy-not-permitted", "signing.timeout_s"),
        ]
    );
    let first = policy::load(Machine::Absent, Some(&path)).unwrap_err();
    assert_eq!(first, problems[0]);
}

#[test]
fn every_contradiction_of_a_kiosk_is_found_at_once() {
    let text = format!(
        "{LEAST}\n[session]\nprofile = \"kiosk\"\nidle_lock_s = 600\nremember = \"keyring\"\nsign_in_agent = \"system_browser\"\n"
    );
    let (_folder, path) = written("policy.toml", &text);

    let problems = policy::examine(Machine::Instead(path), None).unwrap_err();

    let keys: Vec<_> = problems
        .iter()
        .map(|problem| problem.key.as_deref().unwrap_or_default())
        .collect();
    assert_eq!(
        keys,
        [
            "session.idle_lock_s",
            "session.remember",
            "session.sign_in_agent"
        ]
    );
}

#[test]
fn every_value_stands_beside_its_row_of_the_table() {
    let loaded = machine(LEAST).unwrap();

    let about: Vec<_> = loaded.about().collect();

    assert_eq!(about.len(), policy::FIELDS.len());
    for (field, value) in about {
        assert_eq!(field.key, value.key);
        assert!(!field.description.is_empty(), "{}", field.key);
    }
    let issuer = value(&loaded, "identity.issuer");
    assert!(issuer.source.place().ends_with("policy.toml"));
    assert_eq!(Source::Default.place(), "");
}

#[cfg(all(unix, not(target_os = "macos")))]
#[test]
fn a_machine_policy_in_a_folder_that_others_may_write_to_binds_nobody() {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, path) = written("machine.toml", LEAST);
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let error = policy::load(Machine::Instead(path), None).unwrap_err();
    assert_eq!(error.code(), "policy-writable-by-others");
}

#[cfg(all(unix, not(target_os = "macos")))]
#[test]
fn a_machine_policy_that_others_may_write_to_binds_nobody() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_folder, path) = written("machine.toml", LEAST);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
    let error = policy::load(Machine::Instead(path), None).unwrap_err();
    assert_eq!(error.code(), "policy-writable-by-others");
}

#[rstest]
#[case(Locale::En)]
#[case(Locale::De)]
fn every_error_has_a_text_and_a_remedy_that_name_what_is_wrong(#[case] locale: Locale) {
    let catalogue = Catalogue::new(locale);
    for error in one_of_each() {
        let args = error.args();
        let args: Vec<_> = args
            .iter()
            .map(|(name, text)| (*name, Value::from(text)))
            .collect();
        let fault = catalogue.fault(error.code(), &args);
        assert!(catalogue.has(&error.remedy_key()), "{}", error.code());
        assert!(
            !fault.text.contains("{$") && !fault.remedy.contains("{$"),
            "{fault:?}"
        );
        if let Some(key) = &error.key {
            assert!(fault.text.contains(key), "{fault:?}");
        }
    }
}

#[test]
fn the_page_of_documentation_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/policy.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, policy::documentation()).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        written == policy::documentation(),
        "run this test once with UPDATE_DOCS=1"
    );
}

fn one_of_each() -> Vec<PolicyError> {
    let texts = [
        "[x]".to_owned(),
        with("issuer", "1"),
        with("max_age", "2"),
        with("issuer", "\"http://id.clinic.example\""),
        String::new(),
        format!("{LEAST}\n[session]\nprofile = \"kiosk\"\nremember = \"keyring\"\n"),
        "=".to_owned(),
    ];
    let mut errors: Vec<_> = texts
        .iter()
        .map(|text| machine(text).unwrap_err())
        .collect();
    errors.push(policy::load(Machine::Absent, Some("/nowhere".as_ref())).unwrap_err());
    let (_folder, path) = written("settings.toml", LEAST);
    let sources = Sources {
        machine: Machine::Absent,
        file: None,
        settings: Some(path.clone()),
    };
    errors.push(sources.load().unwrap_err());
    let (_other, machine_path) = written("machine.toml", LEAST);
    errors.push(policy::load(Machine::Instead(machine_path), Some(&path)).unwrap_err());
    errors
}

#[test]
fn what_a_program_brings_stands_above_and_below_everything_else() {
    let (_folder, path) = written("policy.toml", LEAST);
    let values = |text: &str| text.parse::<toml::Table>().unwrap();
    let above = Brought {
        by: "command line",
        values: values("[identity]\nclient_id = \"tried\"\n"),
    };
    let below = Brought {
        by: "presumed",
        values: values("[identity]\nclient_id = \"never\"\nresource = \"\"\n"),
    };

    let loaded = policy::load_to_try(Machine::Absent, Some(&path), above, below).unwrap();

    let from = |key| {
        let value = value(&loaded, key);
        (value.value.as_str(), value.source.to_string())
    };
    assert_eq!(
        from("identity.client_id"),
        ("tried", "command line".to_owned())
    );
    assert_eq!(from("identity.resource"), ("", "presumed".to_owned()));
    assert_eq!(value(&loaded, "identity.issuer").source, Source::File(path));
    assert_eq!(loaded.policy.identity.resource, None);
}

#[test]
fn what_a_program_brings_is_read_as_strictly_as_a_file() {
    let brought = |text: &str| Brought {
        by: "command line",
        values: text.parse().unwrap(),
    };
    let (_folder, path) = written("policy.toml", LEAST);
    for (above, code) in [
        ("[identity]\ncolour = 1\n", "policy-unknown-key"),
        (
            "[identity]\nredirect_ports = [80]\n",
            "policy-not-permitted",
        ),
        (
            "[identity]\nissuer = \"http://id.example\"\n",
            "policy-not-https",
        ),
    ] {
        let error = policy::load_to_try(Machine::Absent, Some(&path), brought(above), brought(""))
            .unwrap_err();
        assert_eq!(error.code(), code);
        assert_eq!(error.origin, Source::Program("command line"));
    }
}
