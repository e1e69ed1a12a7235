//! The page on 21 CFR Part 11 names tests: each of them exists.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

#[test]
fn every_test_that_the_page_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/part11.md")).unwrap();

    let named: Vec<(&str, &str)> = page
        .split('`')
        .skip(1)
        .step_by(2)
        .filter_map(|code| code.split_once("::"))
        .collect();
    assert!(named.len() > 50, "only {} tests are named", named.len());
    let missing: Vec<_> = named
        .into_iter()
        .filter(|(file, test)| !stands_in(&root.join(file), test))
        .collect();

    assert!(missing.is_empty(), "{missing:#?}");
}

/// Whether the file has a test of that name; a commented-out or ignored one does not count.
fn stands_in(file: &Path, test: &str) -> bool {
    let source = fs::read_to_string(file).unwrap_or_default();
    if file.extension().is_some_and(|extension| extension == "ts") {
        return source
            .lines()
            .any(|line| line.trim_start().starts_with(&format!("it('{test}'")));
    }
    let lines: Vec<_> = source.lines().map(str::trim_start).collect();
    let heads = [format!("fn {test}("), format!("async fn {test}(")];
    let Some(at) = lines
        .iter()
        .position(|line| heads.iter().any(|head| line.starts_with(head)))
    else {
        return false;
    };
    let attributes = lines[..at].iter().rev();
    let attributes: Vec<_> = attributes
        .take_while(|line| !line.is_empty() && **line != "}")
        .collect();
    let is_test = |line: &&&str| {
        line.starts_with("#[test]")
            || line.starts_with("#[tokio::test")
            || line.starts_with("#[rstest")
    };
    attributes.iter().any(is_test) && !attributes.iter().any(|line| line.starts_with("#[ignore"))
}

/// The clauses that touch software, so that none is dropped from the page by mistake.
#[test]
fn the_page_has_every_clause() {
    let page = include_str!("../docs/part11.md");
    for clause in [
        "11.10(a)",
        "11.10(b)",
        "11.10(c)",
        "11.10(d)",
        "11.10(e)",
        "11.10(f)",
        "11.10(g)",
        "11.10(h)",
        "11.10(i)",
        "11.30 ",
        "11.50 ",
        "11.70 ",
        "11.100(a)",
        "11.200(a)(1)",
        "11.200(a)(2)",
        "11.200(b)",
        "11.300(a)",
        "11.300(d)",
        "11.300(e)",
    ] {
        assert!(page.contains(&format!("### § {clause}")), "{clause}");
    }
}
