//! The published contract is the code's.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;

use records::wire::ProblemKind;

/// Set this to write the document anew.
const UPDATE: &str = "COUNTERSIGN_UPDATE_OPENAPI";

#[test]
fn docs_openapi_json_is_not_stale() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let document = gateway::openapi().unwrap();
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&path, &document).unwrap();
    }

    let published = std::fs::read_to_string(&path).unwrap_or_default();

    assert!(
        published == document,
        "docs/openapi.json is stale: run this test with {UPDATE}=1"
    );
}

#[test]
fn the_document_is_openapi_3_1_and_names_every_path() {
    let document: serde_json::Value = serde_json::from_str(&gateway::openapi().unwrap()).unwrap();

    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_eq!(document["paths"].as_object().unwrap().len(), 18);
    assert!(document["paths"]["/v1/signatures"]["post"].is_object());
}

#[test]
fn every_problem_stands_in_the_documentation() {
    let text = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/records-api.md"),
    )
    .unwrap();
    for kind in ProblemKind::ALL {
        let row = format!(
            "| `{}` | {} |",
            kind.urn().trim_start_matches("urn:countersign:problem:"),
            kind.status()
        );
        assert!(text.contains(&row), "{row} is missing");
    }
}
