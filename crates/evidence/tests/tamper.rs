//! Tamper proof, measured: whatever is changed in valid evidence, it does not verify, and nothing panics.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{Scene, jcs};
use evidence::{Step, verify};
use proptest::prelude::*;
use serde_json::Value;

#[test]
fn every_single_byte_of_a_bundle_counts_online() {
    let scene = Scene::new();
    let octets = scene.octets();
    scene.verify_octets(&octets).unwrap();

    for_bytes(&octets, 0..octets.len(), |changed| {
        verify::online(changed, &scene.trust()).is_ok()
    });
}

#[test]
fn every_single_byte_of_the_receipt_counts_offline_and_so_does_the_rest() {
    let scene = Scene::new();
    let (octets, archive) = (scene.receipted(), scene.archive());
    verify::offline(&octets, &archive).unwrap();
    let bundle: Value = serde_json::from_slice(&octets).unwrap();
    let signed = bundle["receipt"].as_str().unwrap();
    let start = String::from_utf8(octets.clone())
        .unwrap()
        .find(signed)
        .unwrap();

    let verifies = |changed: &[u8]| verify::offline(changed, &archive).is_ok();
    for_bytes(&octets, start..start + signed.len(), verifies);
    // Every byte of the rest is measured online; here its receipt is what notices.
    for_bytes(&octets, (0..octets.len()).step_by(7), verifies);
}

/// Positions changed in one of three ways: two that tend to stay within base64url and hex, one that never does.
fn for_bytes(
    octets: &[u8],
    positions: impl Iterator<Item = usize>,
    verifies: impl Fn(&[u8]) -> bool,
) {
    let ways = [
        |byte: u8| byte ^ 1,
        |byte: u8| byte.wrapping_add(1),
        |byte: u8| byte ^ 0x80,
    ];
    for (position, change) in positions.zip(ways.into_iter().cycle()) {
        let mut changed = octets.to_vec();
        changed[position] = change(changed[position]);
        assert!(!verifies(&changed), "byte {position} does not count");
    }
}

#[test]
fn every_truncation_is_refused_at_parse() {
    let scene = Scene::new();
    let octets = scene.octets();

    for length in 0..octets.len() {
        let failure = verify::online(&octets[..length], &scene.trust()).unwrap_err();
        assert_eq!(failure.step, Step::Parse);
    }
}

#[test]
fn no_member_can_be_removed_or_exchanged_with_its_neighbour() {
    let scene = Scene::new();
    let (octets, archive) = (scene.receipted(), scene.archive());
    let bundle: Value = serde_json::from_slice(&octets).unwrap();
    let mut pointers = Vec::new();
    collect_pointers(&bundle, "", &mut pointers);
    assert!(pointers.len() > 60);

    for (parent, name) in &pointers {
        let mut removed = bundle.clone();
        removed
            .pointer_mut(parent)
            .unwrap()
            .as_object_mut()
            .unwrap()
            .remove(name);
        let verified = verify::offline(&jcs(&removed), &archive);
        // The presented content alone is separable.
        assert_eq!(
            verified.is_ok(),
            (parent.as_str(), name.as_str()) == ("/presentation", "octets"),
            "{parent}/{name}"
        );

        for (other_parent, other) in pointers
            .iter()
            .filter(|(one, other)| one == parent && other > name)
        {
            let mut swapped = bundle.clone();
            let members = swapped
                .pointer_mut(other_parent)
                .unwrap()
                .as_object_mut()
                .unwrap();
            let (one, two) = (members[name].clone(), members[other].clone());
            if one == two {
                continue;
            }
            members.insert(name.clone(), two);
            members.insert(other.clone(), one);
            assert!(
                verify::offline(&jcs(&swapped), &archive).is_err(),
                "{parent}/{name} and {other}"
            );
        }
    }
}

fn collect_pointers(value: &Value, at: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                found.push((at.to_owned(), name.clone()));
                collect_pointers(member, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect_pointers(item, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn bytes_put_in_or_taken_out_are_noticed(start in 0_usize..6000, taken in 0_usize..4, put in ".{0,4}") {
        let scene = Scene::new();
        let octets = scene.octets();
        let start = start % octets.len();
        let end = (start + taken).min(octets.len());
        let changed = [&octets[..start], put.as_bytes(), &octets[end..]].concat();
        prop_assume!(changed != octets);

        prop_assert!(verify::online(&changed, &scene.trust()).is_err());
    }
}
