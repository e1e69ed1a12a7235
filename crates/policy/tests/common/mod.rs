//! Policies to load, in files that vanish.
#![allow(dead_code, reason = "each test file uses a part")]

use std::path::PathBuf;

use policy::{Loaded, Machine, PolicyError};
use tempfile::TempDir;

/// The three values that have no default.
pub const LEAST: &str = r#"
[identity]
issuer = "https://id.clinic.example"
client_id = "countersign"

[records]
url = "https://api.clinic.example"
"#;

pub fn machine(text: &str) -> Result<Loaded, PolicyError> {
    let (_folder, path) = written("policy.toml", text);
    policy::load(Machine::Instead(path), None)
}

/// The least policy with one value replaced or added.
pub fn with(name: &str, value: &str) -> String {
    let line = format!("{name} = {value}");
    if LEAST.lines().any(|existing| existing.starts_with(name)) {
        LEAST
            .lines()
            .map(|existing| {
                if existing.starts_with(name) {
                    &line
                } else {
                    existing
                }
                .to_owned()
                    + "\n"
            })
            .collect()
    } else {
        LEAST.replace("[identity]\n", &format!("[identity]\n{line}\n"))
    }
}

pub fn written(name: &str, text: &str) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    }
    (folder, path)
}

pub fn value<'a>(loaded: &'a Loaded, key: &str) -> &'a policy::Value {
    loaded.values.iter().find(|value| value.key == key).unwrap()
}
