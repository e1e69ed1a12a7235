//! The shape of the house, checked against what is built: who may depend on whom, and what the windows may do.
//!
//! It reads cargo's own view of the workspace, the capabilities and the configuration of the windows.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod house;

use std::collections::BTreeMap;

use house::{capabilities, configurations, direct, files, house, is_capability, reach, root};
use serde_json::Value;

/// What each crate of the house may use of the house. A crate that is not in this table fails the test.
const ARROWS: &[(&str, &[&str])] = &[
    ("evidence", &[]),
    ("durable", &[]),
    ("transport", &[]),
    ("catalogue", &[]),
    ("manifestation", &["catalogue", "evidence"]),
    ("policy", &["evidence"]),
    ("audit", &["durable", "evidence"]),
    ("dpop", &["evidence"]),
    ("records", &["dpop", "durable", "evidence", "transport"]),
    ("identity", &["dpop", "evidence", "policy", "transport"]),
    ("browser", &["identity"]),
    ("reporting", &["audit", "durable", "evidence", "records"]),
    (
        "session",
        &[
            "audit",
            "dpop",
            "durable",
            "evidence",
            "identity",
            "policy",
            "records",
            "transport",
        ],
    ),
    (
        "ceremony",
        &[
            "audit",
            "dpop",
            "evidence",
            "identity",
            "policy",
            "records",
            "transport",
        ],
    ),
    ("gateway", &["evidence", "records", "transport"]),
    ("demo", &["evidence", "gateway", "records"]),
    (
        "ctl",
        &[
            "audit",
            "browser",
            "catalogue",
            "ceremony",
            "durable",
            "evidence",
            "identity",
            "manifestation",
            "policy",
            "records",
            "session",
            "transport",
        ],
    ),
    (
        "countersign",
        &[
            "audit",
            "browser",
            "catalogue",
            "ceremony",
            "dpop",
            "durable",
            "evidence",
            "identity",
            "manifestation",
            "policy",
            "records",
            "reporting",
            "session",
            "transport",
        ],
    ),
];

/// Crates that only drive the others from outside.
const TESTS: &[&str] = &["e2e", "peers"];

#[test]
fn arrows_between_crates_run_one_way() {
    let allowed: BTreeMap<_, _> = ARROWS.iter().copied().collect();
    for name in house()
        .keys()
        .filter(|name| !TESTS.contains(&name.as_str()))
    {
        let arrows = allowed
            .get(name.as_str())
            .unwrap_or_else(|| panic!("{name} has no place in the house"));
        for used in direct(name)
            .iter()
            .filter(|used| house().contains_key(*used))
        {
            assert!(
                arrows.contains(&used.as_str()),
                "{name} may not depend on {used}"
            );
        }
    }
}

#[test]
fn every_crate_of_the_table_exists() {
    for (name, _) in ARROWS {
        assert!(
            house().contains_key(*name),
            "{name} is gone: take it out of the table"
        );
    }
}

#[test]
fn a_ceremony_cannot_reach_session_tokens() {
    for name in ["ceremony", "identity"] {
        assert!(!reach(name).contains("session"), "{name} reaches session");
    }
}

#[test]
fn the_gateway_reaches_nothing_that_decides_for_the_client() {
    for name in ["gateway", "demo"] {
        for client in ["identity", "ceremony", "session", "policy", "audit"] {
            assert!(!reach(name).contains(client), "{name} reaches {client}");
        }
    }
}

#[test]
fn the_shipped_programs_contain_no_demo() {
    for name in ["countersign", "ctl"] {
        for demonstration in ["demo", "gateway"] {
            assert!(
                !reach(name).contains(demonstration),
                "{name} reaches {demonstration}"
            );
        }
    }
}

#[test]
fn nothing_below_the_shell_knows_a_window() {
    for (name, _) in ARROWS.iter().filter(|(name, _)| *name != "countersign") {
        let reached = reach(name);
        for toolkit in ["tauri", "wry", "tao", "gtk", "webkit2gtk"] {
            assert!(!reached.contains(toolkit), "{name} reaches {toolkit}");
        }
    }
}

#[test]
fn evidence_has_no_runtime_and_no_network() {
    let reached = reach("evidence");
    for outside in [
        "tokio",
        "async-std",
        "smol",
        "mio",
        "socket2",
        "hyper",
        "reqwest",
        "ureq",
        "rustls",
        "axum",
    ] {
        assert!(!reached.contains(outside), "evidence reaches {outside}");
    }
}

#[test]
fn evidence_reads_no_clock_no_file_and_no_environment() {
    let sources = files(&root().join("crates/evidence/src"), &["rs"]);
    assert!(!sources.is_empty());
    let outside = [
        "::now(",
        "now_v7(",
        "now_v4(",
        "new_v4(",
        "SystemTime",
        "Instant",
        "std::env",
        "std::fs",
        "std::net",
        "std::process",
        "std::thread",
    ];
    for path in sources {
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for call in outside {
            assert!(!code.contains(call), "{} uses {call}", path.display());
        }
    }
}

#[test]
fn capabilities_name_the_main_window_and_nothing_else() {
    let mut count = 0;
    for (path, capability) in capabilities() {
        let named: Vec<_> = ["windows", "webviews"]
            .iter()
            .flat_map(|list| capability[*list].as_array().cloned().unwrap_or_default())
            .collect();
        assert!(
            !named.is_empty(),
            "{} names no window, which means all of them",
            path.display()
        );
        for window in named {
            assert_eq!(window, "main", "{}", path.display());
        }
        count += 1;
    }
    assert!(
        count > 0,
        "there are no capabilities, so nothing was checked"
    );
}

#[test]
fn no_capability_lets_a_remote_page_in() {
    let all = capabilities();
    assert!(
        !all.is_empty(),
        "there are no capabilities, so nothing was checked"
    );
    for (path, capability) in all {
        assert!(
            capability.get("remote").is_none(),
            "{} has a remote block",
            path.display()
        );
    }
}

#[test]
fn capabilities_stand_in_files_that_this_test_reads() {
    for (path, config) in configurations() {
        let inline = config["app"]["security"]["capabilities"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        assert!(
            inline.iter().all(Value::is_string),
            "{} holds a capability itself",
            path.display()
        );
    }
    let others = files(root(), &["toml", "json5"]);
    let hidden: Vec<_> = others.iter().filter(|path| is_capability(path)).collect();
    assert!(
        hidden.is_empty(),
        "capabilities in another format: {hidden:?}"
    );
}

#[test]
fn pages_run_their_own_scripts_only() {
    for (path, config) in configurations() {
        let security = &config["app"]["security"];
        for name in ["csp", "devCsp"] {
            let Some(policy) = security.get(name) else {
                assert_ne!(
                    name,
                    "csp",
                    "{} has no content security policy",
                    path.display()
                );
                continue;
            };
            let scripts = script_sources(policy);
            assert!(
                !scripts.is_empty(),
                "{}: {name} says nothing about scripts",
                path.display()
            );
            for source in &scripts {
                let harmless = source == "'self'" || source == "'none'";
                assert!(
                    harmless,
                    "{}: {name} lets scripts in from {source}",
                    path.display()
                );
            }
        }
        let disabled = &security["dangerousDisableAssetCspModification"];
        assert!(
            disabled.is_null() || disabled == &Value::Bool(false),
            "{}",
            path.display()
        );
    }
}

#[test]
fn foreign_scripts_would_be_seen_however_they_are_let_in() {
    let sources = |policy: Value| script_sources(&policy);
    assert_eq!(
        sources("default-src 'self' https:".into()),
        ["'self'", "https:"]
    );
    assert_eq!(
        sources("default-src 'none'; script-src 'unsafe-eval'".into()),
        ["'unsafe-eval'"]
    );
    assert_eq!(
        sources(serde_json::json!({ "script-src": ["'self'", "blob:"] })),
        ["'self'", "blob:"]
    );
    assert_eq!(
        sources(serde_json::json!({ "default-src": "'unsafe-inline'" })),
        ["'unsafe-inline'"]
    );
    assert!(sources("img-src 'self'".into()).is_empty());
}

#[test]
fn pages_get_no_global_door_to_the_shell() {
    for (path, config) in configurations() {
        let global = &config["app"]["withGlobalTauri"];
        assert!(
            global.is_null() || global == &Value::Bool(false),
            "{} has withGlobalTauri",
            path.display()
        );
    }
}

/// The sources that `script-src`, or in its absence `default-src`, permits.
fn script_sources(policy: &Value) -> Vec<String> {
    let directives: BTreeMap<String, Vec<String>> = match policy {
        Value::String(text) => text
            .split(';')
            .filter_map(|directive| {
                let mut words = directive.split_whitespace().map(str::to_owned);
                Some((words.next()?, words.collect()))
            })
            .collect(),
        Value::Object(map) => map
            .iter()
            .map(|(name, sources)| {
                let listed = sources.as_array().map(|list| {
                    list.iter()
                        .filter_map(Value::as_str)
                        .collect::<Vec<_>>()
                        .join(" ")
                });
                let text = listed
                    .or(sources.as_str().map(str::to_owned))
                    .unwrap_or_default();
                (
                    name.clone(),
                    text.split_whitespace().map(str::to_owned).collect(),
                )
            })
            .collect(),
        _ => BTreeMap::new(),
    };
    ["script-src", "default-src"]
        .iter()
        .find_map(|name| directives.get(*name))
        .cloned()
        .unwrap_or_default()
}
