//! The property behind the review screen: whatever differs between two versions, a changed row shows it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use records::fields::{self, ENCODING, OTHER, Row};
use serde_json::{Value, json};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn every_path_that_differs_is_in_a_changed_row_that_shows_both_texts(
        base in resource(), edits in prop::collection::vec(edit(), 1..4)
    ) {
        let mut proposed = base.clone();
        for edit in &edits {
            apply(&mut proposed, edit);
        }
        let rows = rows(&base, &proposed);
        let (old, new) = (leaves(&base), leaves(&proposed));
        let paths: BTreeSet<_> = old.keys().chain(new.keys()).collect();

        for path in paths.into_iter().filter(|path| old.get(*path) != new.get(*path)) {
            let shown = rows.iter().any(|row| {
                row.changed && row.paths.contains(path)
                    && says(row.before.as_ref().map(side_text), old.get(path), row)
                    && says(row.after.as_ref().map(side_text), new.get(path), row)
            });
            prop_assert!(shown, "{path}: {:?} -> {:?} is unseen in {rows:#?}", old.get(path), new.get(path));
        }
    }

    #[test]
    fn a_row_is_marked_changed_only_when_something_differs(base in resource()) {
        prop_assert!(rows(&base, &base).iter().all(|row| !row.changed));
    }

    #[test]
    fn different_octets_always_have_a_changed_row(base in resource(), proposed in resource()) {
        let differ = base != proposed;
        prop_assert_eq!(rows(&base, &proposed).iter().any(|row| row.changed), differ);
    }

    #[test]
    fn any_octets_are_read_or_refused(octets in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(rows) = fields::rows(&octets, b"{}") {
            prop_assert!(rows.iter().all(|row| row.label != ENCODING || row.changed));
        }
    }
}

#[test]
fn every_label_has_its_words_in_both_languages() {
    let words = ["en", "de"].map(|locale| {
        let path = format!(
            "{}/../catalogue/locales/{locale}.ftl",
            env!("CARGO_MANIFEST_DIR")
        );
        std::fs::read_to_string(path).unwrap()
    });
    let kinds = fields::Kind::ALL.map(fields::Kind::label);
    for label in fields::all_labels().into_iter().chain(kinds) {
        for catalogue in &words {
            assert!(
                catalogue
                    .lines()
                    .any(|line| line.starts_with(&format!("{label} ="))),
                "{label} has no words"
            );
        }
    }
}

fn rows(base: &Value, proposed: &Value) -> Vec<Row> {
    fields::rows(base.to_string().as_bytes(), proposed.to_string().as_bytes()).unwrap()
}

fn side_text(side: &fields::Side) -> String {
    format!("{} {}", side.text, side.unit.as_deref().unwrap_or_default())
}

/// Whether a row's text holds what stands at one of its paths.
fn says(text: Option<String>, leaf: Option<&Value>, row: &Row) -> bool {
    match leaf {
        None => true,
        Some(leaf) => text.is_some_and(|text| match leaf {
            Value::String(leaf) if row.label != OTHER => text.contains(leaf.as_str()),
            leaf => text.contains(&leaf.to_string()),
        }),
    }
}

fn leaves(value: &Value) -> BTreeMap<String, Value> {
    fn collect(value: &Value, path: &str, found: &mut BTreeMap<String, Value>) {
        match value {
            Value::Object(members) if !members.is_empty() => {
                for (name, member) in members {
                    let dot = if path.is_empty() { "" } else { "." };
                    collect(member, &format!("{path}{dot}{name}"), found);
                }
            }
            Value::Array(elements) if !elements.is_empty() => {
                for (i, element) in elements.iter().enumerate() {
                    collect(element, &format!("{path}[{i}]"), found);
                }
            }
            leaf => {
                found.insert(path.to_owned(), leaf.clone());
            }
        }
    }
    let mut found = BTreeMap::new();
    collect(value, "", &mut found);
    found
}

/// One change somewhere: another value, a member less, a member more.
#[derive(Debug, Clone)]
enum Edit {
    Set(prop::sample::Index, Value),
    Remove(prop::sample::Index),
    Add(prop::sample::Index, String, Value),
}

fn edit() -> impl Strategy<Value = Edit> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        (index(), leaf()).prop_map(|(at, value)| Edit::Set(at, value)),
        index().prop_map(Edit::Remove),
        (index(), "[a-z]{1,6}|text|display|unit|value|code", leaf())
            .prop_map(|(at, name, value)| Edit::Add(at, name, value)),
    ]
}

fn apply(value: &mut Value, edit: &Edit) {
    let pointers = pointers(value);
    match edit {
        Edit::Set(at, new) => {
            if let Some(place) = value.pointer_mut(at.get::<String>(&pointers)) {
                place.clone_from(new);
            }
        }
        Edit::Remove(at) => {
            let pointer = at.get::<String>(&pointers);
            let Some((parent, name)) = pointer.rsplit_once('/') else {
                return;
            };
            match value.pointer_mut(parent) {
                Some(Value::Object(members)) => drop(members.remove(name)),
                Some(Value::Array(elements)) => drop(elements.remove(name.parse().unwrap())),
                _ => {}
            }
        }
        Edit::Add(at, name, new) => {
            if let Some(Value::Object(members)) = value.pointer_mut(at.get::<String>(&pointers)) {
                members.insert(name.clone(), new.clone());
            }
        }
    }
}

fn pointers(value: &Value) -> Vec<String> {
    fn collect(value: &Value, path: &str, found: &mut Vec<String>) {
        found.push(path.to_owned());
        match value {
            Value::Object(members) => members
                .iter()
                .for_each(|(name, member)| collect(member, &format!("{path}/{name}"), found)),
            Value::Array(elements) => {
                elements
                    .iter()
                    .enumerate()
                    .for_each(|(i, element)| collect(element, &format!("{path}/{i}"), found));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    collect(value, "", &mut found);
    found
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        "[A-Za-z0-9][A-Za-z0-9 .,/-]{0,10}[A-Za-z0-9]".prop_map(Value::from),
        (-5000i32..5000).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
        Just(json!({})),
        Just(json!([])),
    ]
}

/// Resources of every kind, filled in differently.
fn resource() -> impl Strategy<Value = Value> {
    let text = || "[A-Za-z][A-Za-z0-9 ,-]{0,10}[a-z]";
    let kinds = prop_oneof![
        Just("Observation"),
        Just("AdverseEvent"),
        Just("MedicationStatement"),
        Just("MedicationAdministration"),
        Just("Consent"),
        Just("AllergyIntolerance"),
        Just("Appointment"),
    ];
    (kinds, any::<bool>(), prop::collection::vec(text(), 10), -900i32..900, any::<bool>()).prop_map(|(kind, vital, t, n, coded)| {
        let concept = |i: usize| if coded { json!({ "coding": [{ "code": t[i], "display": t[(i + 3) % 10] }] }) } else { json!({ "text": t[i] }) };
        let category = if vital { "vital-signs" } else { "laboratory" };
        json!({
            "resourceType": kind,
            "category": [{ "coding": [{ "code": category }] }],
            "code": { "coding": [{ "code": "8867-4", "display": t[0] }], "text": t[1] },
            "valueQuantity": { "value": n, "unit": t[2], "code": t[3] },
            "interpretation": [concept(4), concept(5)],
            "referenceRange": [{ "low": { "value": n - 1 }, "high": { "value": n + 1 } }],
            "component": [{ "code": { "coding": [{ "code": "8480-6" }] }, "valueQuantity": { "value": n, "unit": t[6] } }],
            "performer": [{ "display": t[7], "actor": { "display": t[8] } }],
            "note": [{ "text": t[9] }, { "text": t[0] }],
            "event": concept(1), "severity": concept(2), "date": t[3],
            "suspectEntity": [{ "instance": { "display": t[4] }, "causality": [{ "assessment": concept(5) }] }],
            "medicationCodeableConcept": concept(6), "effectivePeriod": { "start": t[7], "end": t[8] },
            "dosage": [{ "text": t[9], "route": concept(0), "doseAndRate": [{ "doseQuantity": { "value": n, "unit": t[1] } }] }],
            "policyRule": { "coding": [{ "code": t[2], "version": t[3] }] }, "status": t[4],
            "reaction": [{ "manifestation": [concept(5)], "severity": t[6] }],
        })
    })
}
