//! What there is to sign.

use gateway::Seed;
use jiff::{SignedDuration, Timestamp};
use records::wire::{Person, RecordVersion};

/// `hb-1` to `hb-5` want one signature, `second-1` wants two.
pub fn seeds() -> Vec<Seed> {
    let names = ["hb-1", "hb-2", "hb-3", "hb-4", "hb-5", "second-1"];
    names
        .into_iter()
        .enumerate()
        .map(|(i, id)| seed(id, i))
        .collect()
}

pub fn seed(id: &str, place: usize) -> Seed {
    let due: Timestamp = "2026-11-24T15:00:00Z".parse().unwrap();
    Seed {
        id: id.to_owned(),
        patient: "P-20418".to_owned(),
        record: RecordVersion {
            system: "urn:test:records".to_owned(),
            kind: "Observation".to_owned(),
            id: format!("obs-{id}"),
            base_version: "3".to_owned(),
        },
        base: observation(id, "21.70"),
        base_since: "2026-11-20T09:20:00Z".parse().unwrap(),
        proposed: observation(id, "12.70"),
        why: "Digits swapped when the result was typed in.".to_owned(),
        requested_by: Person {
            name: "C. Clark".to_owned(),
            role: Some("data manager".to_owned()),
        },
        requested_at: "2026-11-23T15:48:00Z".parse().unwrap(),
        due_at: Some(
            due.checked_add(SignedDuration::from_mins(i64::try_from(place).unwrap()))
                .unwrap(),
        ),
        signatures_required: if id.starts_with("second") { 2 } else { 1 },
        given_by: Vec::new(),
        earlier: Vec::new(),
    }
}

pub fn observation(id: &str, value: &str) -> Vec<u8> {
    format!(
        r#"{{"resourceType":"Observation","id":"obs-{id}","code":{{"text":"Haemoglobin, blood"}},"valueQuantity":{{"value":{value},"unit":"g/dL"}}}}"#
    )
    .into_bytes()
}
