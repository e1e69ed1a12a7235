//! What a person reads before signing: ordered rows, values as written, and no change unseen.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use records::fields::{self, FieldsError, Form, Kind, OTHER, Row};
use rstest::rstest;

const HAEMOGLOBIN: &str = r#"{
  "resourceType": "Observation",
  "id": "LAB-88123",
  "status": "final",
  "category": [{ "coding": [{ "code": "laboratory" }] }],
  "code": { "coding": [{ "system": "http://loinc.org", "code": "718-7" }], "text": "Haemoglobin, blood" },
  "subject": { "reference": "Patient/P-20418" },
  "effectiveDateTime": "2026-11-20T07:55:00+01:00",
  "performer": [{ "display": "B. Baker" }],
  "valueQuantity": { "value": 21.70, "unit": "g/dL", "code": "g/dL" },
  "interpretation": [{ "text": "High, critical" }],
  "specimen": { "display": "Venous blood, EDTA" },
  "referenceRange": [{ "low": { "value": 12.0 }, "high": { "value": 15.5 } }]
}"#;

const PRESSURE: &str = r#"{
  "resourceType": "Observation",
  "category": [{ "coding": [{ "code": "vital-signs" }] }],
  "code": { "coding": [{ "code": "85354-9" }], "text": "Blood pressure" },
  "effectiveDateTime": "2026-11-23T08:05:00+01:00",
  "performer": [{ "display": "F. Foster" }],
  "component": [
    { "code": { "coding": [{ "code": "8480-6" }] }, "valueQuantity": { "value": 210, "unit": "mmHg" } },
    { "code": { "coding": [{ "code": "8462-4" }] }, "valueQuantity": { "value": 78, "unit": "mmHg" } }
  ]
}"#;

#[test]
fn a_laboratory_result_has_the_rows_of_the_review_in_their_order() {
    let rows = rows(HAEMOGLOBIN, HAEMOGLOBIN);

    let labels: Vec<_> = rows.iter().map(|row| row.label.as_str()).collect();
    assert_eq!(
        labels,
        [
            "field-test",
            "field-value",
            "field-unit",
            "field-interpretation",
            "field-reference-range",
            "field-specimen",
            "field-collected",
            "field-analysed-by",
            "field-comment",
        ]
    );
    assert_eq!(before(&rows, "field-test"), Some("Haemoglobin, blood"));
    assert_eq!(before(&rows, "field-reference-range"), Some("12.0 – 15.5"));
    assert_eq!(before(&rows, "field-comment"), None);
    assert!(rows.iter().all(|row| !row.changed));
}

#[test]
fn every_digit_stays_as_it_is_written() {
    let proposed = HAEMOGLOBIN.replace("21.70", "2.170e1");

    let rows = rows(HAEMOGLOBIN, &proposed);

    assert_eq!(before(&rows, "field-value"), Some("21.70"));
    assert_eq!(after(&rows, "field-value"), Some("2.170e1"));
    assert!(row(&rows, "field-value").changed);
}

#[test]
fn a_trailing_zero_is_a_change() {
    let rows = rows(HAEMOGLOBIN, &HAEMOGLOBIN.replace("21.70", "21.7"));

    assert_eq!(
        (before(&rows, "field-value"), after(&rows, "field-value")),
        (Some("21.70"), Some("21.7"))
    );
}

#[test]
fn the_list_says_the_first_change_with_its_unit_and_how_many_follow() {
    let proposed = HAEMOGLOBIN
        .replace("21.70", "12.70")
        .replace("High, critical", "Normal")
        .replace(
            "\"specimen\"",
            "\"note\": [{ \"text\": \"Corrected\" }], \"specimen\"",
        );

    let summary = fields::summary(&rows(HAEMOGLOBIN, &proposed));

    let first = summary.first.unwrap();
    assert_eq!(
        (first.label.as_str(), first.form),
        ("field-value", Form::Number)
    );
    assert_eq!(
        (first.before.as_deref(), first.after.as_deref()),
        (Some("21.70"), Some("12.70"))
    );
    assert_eq!(first.unit.as_deref(), Some("g/dL"));
    assert_eq!(summary.more, 2);
}

#[test]
fn a_unit_that_changes_stands_beside_each_value() {
    let proposed = HAEMOGLOBIN
        .replace("21.70", "13.5")
        .replace("\"unit\": \"g/dL\"", "\"unit\": \"mmol/L\"");

    let first = fields::summary(&rows(HAEMOGLOBIN, &proposed))
        .first
        .unwrap();

    assert_eq!(
        (first.before.as_deref(), first.after.as_deref()),
        (Some("21.70 g/dL"), Some("13.5 mmol/L"))
    );
    assert_eq!(first.unit, None);
}

#[test]
fn vital_signs_are_named_by_what_was_measured() {
    let rows = rows(PRESSURE, &PRESSURE.replace("210", "120"));

    let systolic = row(&rows, "field-systolic-pressure");
    assert!(systolic.changed);
    assert_eq!(
        systolic.before.as_ref().unwrap().unit.as_deref(),
        Some("mmHg")
    );
    assert!(!row(&rows, "field-diastolic-pressure").changed);
    assert!(
        rows.iter()
            .all(|row| row.label != "field-value" && row.label != OTHER)
    );
}

#[test]
fn a_measurement_of_unknown_code_still_has_its_value() {
    let pain = PRESSURE.split("\"component\"").next().unwrap().to_owned() + "\"valueInteger\": 3 }";

    assert_eq!(before(&rows(&pain, &pain), "field-value"), Some("3"));
}

#[rstest]
#[case("AdverseEvent", Kind::AdverseEvent)]
#[case("MedicationStatement", Kind::OtherMedication)]
#[case("MedicationAdministration", Kind::MedicationGiven)]
#[case("Consent", Kind::InformedConsent)]
#[case("AllergyIntolerance", Kind::MedicalHistory)]
#[case("Observation", Kind::LaboratoryResult)]
#[case("Appointment", Kind::Other)]
fn the_kind_follows_from_the_resource(#[case] resource: &str, #[case] kind: Kind) {
    let octets = format!("{{\"resourceType\":\"{resource}\"}}");

    assert_eq!(fields::kind(octets.as_bytes()), Ok(kind));
}

#[test]
fn a_code_behind_an_unchanged_text_has_a_row_of_its_own() {
    let rows = rows(HAEMOGLOBIN, &HAEMOGLOBIN.replace("718-7", "718-8"));

    let other = row(&rows, OTHER);
    assert_eq!(other.paths, ["code.coding[0].code"]);
    assert_eq!(other.before.as_ref().unwrap().text, "\"718-7\"");
    assert_eq!(other.after.as_ref().unwrap().text, "\"718-8\"");
}

#[test]
fn a_number_that_becomes_text_is_shown_as_such() {
    let rows = rows(HAEMOGLOBIN, &HAEMOGLOBIN.replace("21.70", "\"21.70\""));

    assert_eq!(row(&rows, "field-value").after, None);
    assert_eq!(row(&rows, OTHER).after.as_ref().unwrap().text, "\"21.70\"");
}

#[test]
fn two_notes_that_read_like_one_are_told_apart() {
    let with = |notes: &str| {
        HAEMOGLOBIN.replace("\"specimen\"", &format!("\"note\": {notes}, \"specimen\""))
    };
    let rows = rows(
        &with(r#"[{"text":"a, b"}]"#),
        &with(r#"[{"text":"a"},{"text":"b"}]"#),
    );

    let others: Vec<_> = rows
        .iter()
        .filter(|row| row.label == OTHER)
        .flat_map(|row| &row.paths)
        .collect();
    assert_eq!(others, ["note[0].text", "note[1].text"]);
}

#[rstest]
#[case::right_to_left("B. Baker", "B. \u{202E}rekaB")]
#[case::zero_width("B. Baker", "B. Ba\u{200B}ker")]
#[case::trailing_space("B. Baker", "B. Baker ")]
fn invisible_characters_are_written_out(#[case] old: &str, #[case] new: &str) {
    let rows = rows(HAEMOGLOBIN, &HAEMOGLOBIN.replace(old, new));

    assert!(after(&rows, "field-analysed-by").unwrap().contains("\\u{"));
}

#[test]
fn a_change_of_white_space_alone_is_told() {
    let rows = rows(HAEMOGLOBIN, &HAEMOGLOBIN.replace("\n  ", "\n "));

    assert_eq!(
        rows.iter()
            .filter(|row| row.changed)
            .map(|row| row.label.as_str())
            .collect::<Vec<_>>(),
        [fields::ENCODING]
    );
}

#[test]
fn a_resource_that_changes_its_kind_is_shown_by_the_labels_of_both() {
    let event =
        r#"{"resourceType":"AdverseEvent","event":{"text":"Rash"},"severity":{"text":"Mild"}}"#;
    let allergy =
        r#"{"resourceType":"AllergyIntolerance","code":{"text":"Rash"},"criticality":"low"}"#;

    let rows = rows(event, allergy);

    assert!(row(&rows, "field-event").changed && row(&rows, "field-allergy").changed);
    assert!(rows.iter().any(|row| row.paths == ["resourceType"]));
}

#[rstest]
#[case("not json", FieldsError::NotJson)]
#[case(r#"{"a":1,"a":2}"#, FieldsError::RepeatedMember)]
#[case(r#"{"a":{"b":1,"b":1}}"#, FieldsError::RepeatedMember)]
fn octets_that_readers_may_read_differently_are_refused(
    #[case] octets: &str,
    #[case] error: FieldsError,
) {
    assert_eq!(fields::rows(octets.as_bytes(), b"{}"), Err(error));
}

#[test]
fn nesting_has_an_end() {
    let deep = "[".repeat(100) + &"]".repeat(100);

    assert_eq!(fields::kind(deep.as_bytes()), Err(FieldsError::TooDeep));
}

fn rows(base: &str, proposed: &str) -> Vec<Row> {
    fields::rows(base.as_bytes(), proposed.as_bytes()).unwrap()
}

fn row<'a>(rows: &'a [Row], label: &str) -> &'a Row {
    rows.iter()
        .find(|row| row.label == label)
        .unwrap_or_else(|| panic!("no {label} in {rows:#?}"))
}

fn before<'a>(rows: &'a [Row], label: &str) -> Option<&'a str> {
    row(rows, label)
        .before
        .as_ref()
        .map(|side| side.text.as_str())
}

fn after<'a>(rows: &'a [Row], label: &str) -> Option<&'a str> {
    row(rows, label)
        .after
        .as_ref()
        .map(|side| side.text.as_str())
}
