//! Evidence as people read it: what is proven, what is claimed, and what can never pass itself off as ours.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::PathBuf;

use catalogue::{Catalogue, Locale};
use evidence::{Archive, Status, Step};
use manifestation::{Checked, Verdict, page};

fn vectors() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../evidence/vectors")
}

fn read(name: &str) -> Vec<u8> {
    fs::read(vectors().join(name)).unwrap()
}

fn checked(evidence: &[u8], locale: Locale) -> Checked {
    let archive = Archive::parse(&read("archives/es256.json")).unwrap();
    Checked::offline(evidence, &archive, &Catalogue::new(locale))
}

#[test]
fn valid_evidence_reads_as_a_signature_with_name_time_zone_and_meaning() {
    let checked = checked(&read("valid/es256.json"), Locale::En);

    assert_eq!(checked.verdict, Verdict::Valid);
    assert_eq!(checked.title, "Valid. All 14 steps passed.");
    let says = checked.says.unwrap();
    assert!(!says.name.is_empty() && !says.meaning.is_empty() && !says.reason.is_empty());
    assert!(says.signed_at.contains("(UTC"), "{}", says.signed_at);
    assert!(says.records[0].new_version.is_some());
    assert_eq!(says.receipt.unwrap().len(), 6);
    assert!(says.shown.is_some());
    assert!(says.authenticated.is_some());
}

#[test]
fn the_fourteen_steps_stand_in_their_order_with_words_in_the_persons_language() {
    for locale in Locale::ALL {
        let checked = checked(&read("valid/es256.json"), locale);

        let steps: Vec<_> = checked.steps.iter().map(|row| row.step).collect();
        assert_eq!(steps, Step::ALL);
        for row in &checked.steps {
            assert!(!row.text.starts_with("verify-"), "{}", row.text);
            assert!(!row.ended.starts_with("verify-"), "{}", row.ended);
        }
    }
}

#[test]
fn what_does_not_verify_is_a_claim_without_receipt_and_without_its_text() {
    let mut octets = read("valid/es256.json");
    let at = octets
        .windows(8)
        .position(|window| window == b"\"reason\"")
        .unwrap();
    let letter = octets[at..]
        .iter()
        .position(u8::is_ascii_lowercase)
        .unwrap();
    // Still well formed, and no longer what was signed.
    let text = octets[at + letter..]
        .windows(8)
        .position(|window| window == b"\"text\":\"")
        .unwrap();
    octets[at + letter + text + 8] = b'X';

    let checked = checked(&octets, Locale::En);

    assert_eq!(checked.verdict, Verdict::Invalid(Step::Commitment));
    assert!(checked.advice.ends_with("Do not rely on it."));
    let failing = checked
        .steps
        .iter()
        .find(|row| row.status == Status::Failed);
    assert_eq!(failing.unwrap().step, Step::Commitment);
    assert!(failing.unwrap().reason.is_some());
    let says = checked.says.unwrap();
    assert_eq!(
        (says.receipt, says.shown, says.authenticated),
        (None, None, None)
    );
    assert_eq!(checked.evidence_sha256, None);
}

#[test]
fn every_step_that_can_fail_has_its_advice_in_both_languages() {
    let index: Vec<serde_json::Value> = serde_json::from_slice(&read("index.json")).unwrap();
    let invalid = index
        .iter()
        .filter(|entry| entry["file"].as_str().unwrap().starts_with("invalid/"));
    let mut seen = std::collections::BTreeSet::new();
    for entry in invalid {
        let Some(archive) = entry["archive"].as_str() else {
            continue;
        };
        let archive = Archive::parse(&read(archive)).unwrap();
        let octets = read(entry["file"].as_str().unwrap());
        for locale in Locale::ALL {
            let checked = Checked::offline(&octets, &archive, &Catalogue::new(locale));
            let Verdict::Invalid(step) = checked.verdict else {
                continue;
            };
            assert!(!checked.advice.starts_with("verify-"), "{}", checked.advice);
            seen.insert(step.number());
        }
    }
    assert!(seen.len() >= 10, "{seen:?}");
}

#[test]
fn a_file_that_is_no_evidence_says_nothing_at_all() {
    let checked = checked(b"\x89PNG", Locale::En);

    assert_eq!(checked.verdict, Verdict::Invalid(Step::Parse));
    assert_eq!(checked.says, None);
    let html = page("holiday.png", &checked, &Catalogue::new(Locale::En));
    assert!(!html.contains("class=\"signature"), "{html}");
}

#[test]
fn the_page_is_one_file_without_scripts_links_or_anything_to_load() {
    let checked = checked(&read("valid/es256.json"), Locale::En);

    let html = page("LAB-88123.json", &checked, &Catalogue::new(Locale::En));

    for foreign in [
        "<script", "src=", "href=", "url(", "@import", "<iframe", "<img",
    ] {
        assert!(!html.contains(foreign), "{foreign}");
    }
    assert!(html.contains("default-src 'none'"));
    let says = checked.says.unwrap();
    for part in [says.name.as_str(), &says.signed_at, &says.meaning_code] {
        assert!(html.contains(part), "{part}");
    }
    for step in Step::ALL {
        assert!(html.contains(&format!("<code>{}</code>", step.name())));
    }
}

#[test]
fn a_name_that_is_markup_stays_text() {
    let checked = checked(b"{}", Locale::En);

    let html = page(
        "<img src=x onerror=alert(1)>.json",
        &checked,
        &Catalogue::new(Locale::En),
    );

    assert!(!html.contains("<img"), "{html}");
    assert!(html.contains("&lt;img src=x onerror=alert(1)&gt;.json"));
}
