//! The table of refusals and obstacles is complete: whatever a row names exists everywhere, and nothing else does.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fmt::Write;

use catalogue::{Catalogue, Locale};
use demo::idp::{Expected, Fault};
use identity::{Obstacle, Refusal};

const REFUSED: &str = include_str!("refusals.rs");
const STOPPED: &str = include_str!("obstacles.rs");
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/refusals.md");

/// What no identity provider can do: it is the policy, the network or this computer.
const NOT_OF_THE_PROVIDER: &[Obstacle] = &[
    Obstacle::IssuerNotHttps,
    Obstacle::ProviderUnreachable,
    Obstacle::ProviderUntrusted,
    Obstacle::TrustUnavailable,
    Obstacle::PortsTaken,
];

/// One row of either table.
struct Row {
    name: &'static str,
    explanation: &'static str,
    switches: Vec<&'static str>,
}

fn refusals() -> Vec<Row> {
    let row = |refusal: &Refusal| Row {
        name: refusal.name(),
        explanation: refusal.explanation(),
        switches: switches(Expected::Refusal(refusal.name())),
    };
    Refusal::ALL.iter().map(row).collect()
}

fn obstacles() -> Vec<Row> {
    let row = |obstacle: &Obstacle| Row {
        name: obstacle.name(),
        explanation: obstacle.explanation(),
        switches: switches(Expected::Obstacle(obstacle.name())),
    };
    Obstacle::ALL.iter().map(row).collect()
}

/// The faults of the demo provider that end like this.
fn switches(expected: Expected) -> Vec<&'static str> {
    let all = Fault::ALL.iter();
    all.filter(|fault| fault.expected() == expected)
        .map(|fault| fault.name())
        .collect()
}

#[test]
fn every_refusal_has_a_fault_switch_and_a_test_that_is_named_as_the_rule() {
    for Row { name, switches, .. } in refusals() {
        assert!(!switches.is_empty(), "{name} has no fault switch");
        assert!(
            has_a_test(REFUSED, name),
            "{name} has no test in refusals.rs"
        );
    }
}

#[test]
fn every_obstacle_that_a_provider_can_make_has_a_fault_switch_and_all_have_a_test() {
    for obstacle in Obstacle::ALL {
        let name = obstacle.name();
        let switches = switches(Expected::Obstacle(name));
        let made_elsewhere = NOT_OF_THE_PROVIDER.contains(obstacle);
        assert_eq!(switches.is_empty(), made_elsewhere, "{name}: {switches:?}");
        assert!(
            has_a_test(STOPPED, name),
            "{name} has no test in obstacles.rs"
        );
    }
}

#[test]
fn no_fault_switch_expects_what_is_not_in_the_table() {
    for fault in Fault::ALL {
        let known = match fault.expected() {
            Expected::Refusal(name) => refusals().iter().any(|row| row.name == name),
            Expected::Obstacle(name) => obstacles().iter().any(|row| row.name == name),
            _ => true,
        };
        assert!(known, "{} expects a row that is not there", fault.name());
    }
}

#[test]
fn every_row_has_its_text_and_its_remedy_in_both_languages() {
    for locale in [Locale::En, Locale::De] {
        let catalogue = Catalogue::new(locale);
        for Row { name, .. } in refusals().iter().chain(&obstacles()) {
            for prefix in ["err", "rec"] {
                let key = format!("{prefix}-{}", name.replace('_', "-"));
                assert!(catalogue.has(&key), "{locale:?} has no {key}");
            }
        }
    }
}

#[test]
fn the_page_of_documentation_is_up_to_date() {
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(PAGE, documentation()).unwrap();
    }
    let written = std::fs::read_to_string(PAGE).unwrap_or_default();
    assert!(
        written == documentation(),
        "run this test once with UPDATE_DOCS=1"
    );
}

#[test]
fn a_test_is_found_by_its_name_and_by_nothing_less() {
    let source = "#[tokio::test]\nasync fn state_mismatch_when_it_is_another() {}";
    assert!(has_a_test(source, "state_mismatch"));
    assert!(!has_a_test(source, "mismatch"));
    assert!(!has_a_test("// fn state_mismatch_when", "state_mismatch"));
    assert!(!has_a_test(
        "async fn state_mismatch_when() {}",
        "state_mismatch"
    ));
}

/// Whether a test in this source is named as the rule.
fn has_a_test(source: &str, name: &str) -> bool {
    let lines: Vec<_> = source.lines().collect();
    lines.windows(2).any(|lines| {
        let function = lines[1].strip_prefix("async ").unwrap_or(lines[1]);
        matches!(lines[0], "#[test]" | "#[tokio::test]")
            && function.starts_with(&format!("fn {name}_"))
    })
}

fn documentation() -> String {
    let mut page = String::from(PREFACE);
    page.push_str("\n## Refusals\n\nThe provider answered, and its answer is not accepted.\n");
    table(&mut page, &refusals());
    page.push_str(
        "\n## Obstacles\n\nThere is no token to judge: none was asked for, or none came.\n",
    );
    table(&mut page, &obstacles());
    page
}

fn table(page: &mut String, rows: &[Row]) {
    let english = Catalogue::new(Locale::En);
    page.push_str(
        "\n| name | what was found | what IT does | fault switches |\n|---|---|---|---|\n",
    );
    for row in rows {
        let remedy = english.fault(row.name, &[]).remedy;
        let switches: Vec<_> = row
            .switches
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        writeln!(
            page,
            "| `{}` | {} | {remedy} | {} |",
            row.name,
            row.explanation,
            switches.join(", ")
        )
        .unwrap();
    }
}

const PREFACE: &str = "# What is refused, and what IT does about it\n\n\
<!-- Made from the tables in crates/identity, crates/catalogue and crates/demo. `UPDATE_DOCS=1 cargo test -p identity --test table` rewrites it; a test says when it is stale. -->\n\n\
Whoever signs reads one text for every refusal, and a reference. The name stands in the activity log under that reference.\n\
After a refusal nothing that was received is used for anything but revoking it. The same table guards signing in and unlocking.\n\n\
Each name has a test called after it (`crates/identity/tests/refusals.rs` and `obstacles.rs`). The fault switches turn the demo\n\
identity provider into one that earns the name; each test tries all of its switches over real sockets.\n\n\
What reaches the callback port without being the callback is turned away there and ends nothing: another path gets 404, another\n\
method 405, a foreign `Origin` or anything but a navigation 403, another `Host` 421, a second callback 409.\n";
