//! `policy` and what a person set for themselves, in the folder of this system for that.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

const POLICY: &str = r#"
[identity]
issuer = "https://id.clinic.example"
client_id = "countersign"

[records]
url = "https://api.clinic.example"
"#;

/// A person with these settings, on a computer with this policy.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn with(settings: &str, policy: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("countersign")).unwrap();
        fs::write(folder.path().join("countersign/settings.toml"), settings).unwrap();
        fs::write(folder.path().join("policy.toml"), policy).unwrap();
        Self { folder }
    }

    fn policy(&self, verb: &str, options: &[&str]) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_countersignctl"))
            .args(["policy", verb])
            .args(options)
            .env("LC_ALL", "C")
            .env("XDG_CONFIG_HOME", self.folder.path())
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        (output.status.code().unwrap(), text)
    }

    fn file(&self) -> String {
        path(&self.folder.path().join("policy.toml"))
    }

    fn settings(&self) -> String {
        path(&self.folder.path().join("countersign/settings.toml"))
    }
}

fn path(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_setting_of_the_user_applies_and_is_shown_as_theirs() {
    let desk = Desk::with("[updates]\ncheck = \"daily\"\n", POLICY);

    let (code, out) = desk.policy("show", &["--policy", &desk.file()]);

    assert_eq!(code, 0, "{out}");
    let line = out.lines().find(|line| line.contains("updates.check"));
    let line = line.unwrap();
    assert!(
        line.contains("daily") && line.contains(&desk.settings()),
        "{line}"
    );
}

#[test]
fn a_setting_that_is_overridden_is_shown_beside_what_applies() {
    let policy = format!("{POLICY}\n[updates]\ncheck = \"off\"\n");
    let desk = Desk::with("[updates]\ncheck = \"daily\"\n", &policy);

    let (code, out) = desk.policy("show", &["--policy", &desk.file()]);
    let (_, json) = desk.policy("show", &["--json", "--policy", &desk.file()]);

    assert_eq!(code, 0, "{out}");
    let mut lines = out
        .lines()
        .skip_while(|line| !line.contains("updates.check"));
    assert!(lines.next().unwrap().contains("off"), "{out}");
    let overridden = lines.next().unwrap();
    assert!(
        overridden.contains("does not apply: daily") && overridden.contains(&desk.settings()),
        "{out}"
    );
    let json: Value = serde_json::from_str(&json).unwrap();
    let rows = json["values"].as_array().unwrap();
    let check = rows.iter().find(|row| row["key"] == "updates.check");
    assert_eq!(check.unwrap()["overridden"][0]["value"], "daily");
}

#[test]
fn settings_that_cannot_be_used_are_wrong_and_named() {
    for settings in [
        "[updates]\ncheck = \"hourly\"\n",
        "[signing]\nmismatch_limit = 10\n",
        "[updates\n",
    ] {
        let desk = Desk::with(settings, POLICY);

        let (code, out) = desk.policy("check", &["--policy", &desk.file()]);

        assert_eq!(code, 2, "{settings}: {out}");
        assert!(out.contains(&desk.settings()), "{out}");
    }
}

#[test]
fn a_file_that_is_looked_at_by_itself_has_nothing_to_do_with_the_users_settings() {
    let desk = Desk::with("[updates\n", POLICY);

    let (code, out) = desk.policy("check", &[&desk.file()]);

    assert_eq!(code, 0, "{out}");
}
