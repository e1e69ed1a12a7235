//! Pending amendments of a clinic that is not real: FHIR R4 resources, octet by octet.
//!
//! The resources stand in `seeds/`, with days relative to today in double braces; the table says what each
//! amendment changes in them. The octets are made by plain text replacement, so that every digit and space
//! stays as written: what counts later is the digest of exactly these octets.

mod dates;
mod table;

use jiff::{Timestamp, Zoned};
use records::wire::{EarlierSignature, Person, RecordVersion};

use table::{DRAFTS, Draft, Edit};

/// The system that the demo records are said to live in.
pub const SYSTEM: &str = "urn:demo:clinic-records";

/// One amendment that waits for a signature, with the record as it stands and as it becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeededAmendment {
    /// The amendment's identifier.
    pub id: String,
    /// The patient's pseudonym.
    pub patient: String,
    /// The record version that is amended.
    pub record: RecordVersion,
    /// The record in that version.
    pub base: Vec<u8>,
    /// The record as it becomes when signed.
    pub proposed: Vec<u8>,
    /// The record in a newer version than the amended one, when it has moved on meanwhile.
    pub moved_on: Option<Vec<u8>>,
    /// Since when the base version stands.
    pub base_since: Timestamp,
    /// Why the change is asked for.
    pub why: String,
    /// Who asked.
    pub requested_by: Person,
    /// When they asked.
    pub requested_at: Timestamp,
    /// When it should be signed.
    pub due_at: Timestamp,
    /// Signatures needed.
    pub signatures_required: u32,
    /// Signatures on earlier versions of the record, oldest first.
    pub earlier: Vec<EarlierSignature>,
    /// Signatures that this amendment has already, when it needs more than one.
    pub given: Vec<EarlierSignature>,
}

/// All amendments, as they would stand at `now`: the first fourteen are those of the stills.
pub fn amendments(now: &Zoned) -> Vec<SeededAmendment> {
    DRAFTS.iter().map(|draft| draft.at(now)).collect()
}

impl Draft {
    fn at(&self, now: &Zoned) -> SeededAmendment {
        let base = self.resource.to_owned();
        let proposed = apply(&base, self.edits);
        let octets = |text: &str| dates::fill(text, now).into_bytes();
        SeededAmendment {
            id: self.id.to_owned(),
            patient: self.patient.to_owned(),
            record: RecordVersion {
                system: SYSTEM.to_owned(),
                kind: self.kind.to_owned(),
                id: self.record.to_owned(),
                base_version: self.version.to_string(),
            },
            moved_on: (!self.meanwhile.is_empty()).then(|| octets(&apply(&base, self.meanwhile))),
            base: octets(&base),
            proposed: octets(&proposed),
            base_since: self.since.before(now),
            why: self.why.to_owned(),
            requested_by: Person {
                name: self.by.0.to_owned(),
                role: Some(self.by.1.to_owned()),
            },
            requested_at: self.requested.before(now),
            due_at: self.due.after(now),
            signatures_required: self.signatures,
            earlier: self
                .earlier
                .iter()
                .map(|signature| signature.at(now))
                .collect(),
            given: self
                .given
                .iter()
                .map(|signature| signature.at(now))
                .collect(),
        }
    }
}

fn apply(resource: &str, edits: &[Edit]) -> String {
    edits
        .iter()
        .fold(resource.to_owned(), |text, edit| match edit {
            Edit::Replace(before, after) => text.replacen(before, after, 1),
            Edit::Note(note) => with_member(&text, &format!(r#""note": [{{ "text": "{note}" }}]"#)),
        })
}

/// Adds a member at the end of the outermost object.
fn with_member(resource: &str, member: &str) -> String {
    let trimmed = resource.trim_end();
    let end = &resource[trimmed.len()..];
    let inner = trimmed.strip_suffix('}').unwrap_or(trimmed).trim_end();
    if resource.contains('\n') {
        format!("{inner},\n  {member}\n}}{end}")
    } else {
        format!(
            "{inner},{}}}",
            member
                .replace(": ", ":")
                .replace("{ ", "{")
                .replace(" }", "}")
        )
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use std::collections::BTreeSet;

    use records::fields::{self, Kind};

    use super::*;

    /// The moment of the stills.
    fn still() -> Zoned {
        "2026-11-24T14:31:00+01:00[Europe/Vienna]".parse().unwrap()
    }

    #[test]
    fn there_are_at_least_24_amendments_of_seven_kinds_and_no_identifier_comes_twice() {
        let all = amendments(&still());
        let ids: BTreeSet<&str> = all.iter().map(|amendment| amendment.id.as_str()).collect();
        let kinds: BTreeSet<&str> = all
            .iter()
            .map(|a| fields::kind(&a.base).unwrap().label())
            .collect();

        assert!(all.len() >= 24);
        assert_eq!(ids.len(), all.len());
        assert_eq!(kinds.len(), Kind::ALL.len() - 1, "{kinds:?}");
    }

    #[test]
    fn every_edit_hits_exactly_one_place() {
        for draft in DRAFTS {
            for edit in draft.edits.iter().chain(draft.meanwhile) {
                if let Edit::Replace(before, _) = edit {
                    assert_eq!(
                        draft.resource.matches(before).count(),
                        1,
                        "{}: {before}",
                        draft.id
                    );
                }
            }
        }
    }

    #[test]
    fn every_resource_is_about_the_record_and_patient_of_its_row() {
        for amendment in amendments(&still()) {
            for octets in [&amendment.base, &amendment.proposed] {
                let resource: serde_json::Value =
                    serde_json::from_slice(octets).expect(&amendment.id);
                let patient = resource
                    .pointer("/subject/reference")
                    .or(resource.pointer("/patient/reference"));

                assert_eq!(resource["resourceType"], amendment.record.kind.as_str());
                assert_eq!(resource["id"], amendment.record.id.as_str());
                assert_eq!(patient.unwrap(), &format!("Patient/{}", amendment.patient));
                assert!(
                    !String::from_utf8_lossy(octets).contains("{{"),
                    "{}",
                    amendment.id
                );
            }
        }
    }

    #[test]
    fn every_changed_value_has_a_labelled_field() {
        for amendment in amendments(&still()) {
            let rows = fields::rows(&amendment.base, &amendment.proposed).unwrap();

            assert!(
                rows.iter().any(|row| row.changed),
                "{} changes nothing",
                amendment.id
            );
            for row in rows {
                assert!(
                    row.label != fields::OTHER && row.label != fields::ENCODING,
                    "{}: {:?} has no label",
                    amendment.id,
                    row.paths
                );
            }
        }
    }

    #[test]
    fn the_worklist_of_the_stills_comes_out_as_drawn() {
        #[rustfmt::skip]
        let drawn = [
            ("MED-30551", "P-20377", "field-dose", "50", "5", Some("mg"), 0),
            ("AE-00914", "P-20402", "field-onset", "2026-11-18", "2026-11-16", None, 1),
            ("LAB-88123", "P-20418", "field-value", "21.7", "12.7", Some("g/dL"), 2),
            ("VIT-61207", "P-20418", "field-systolic-pressure", "210", "120", Some("mmHg"), 0),
            ("CM-04412", "P-20391", "field-end-date", "", "2026-11-12", None, 0),
            ("VIT-61188", "P-20366", "field-weight", "86.0", "68.0", Some("kg"), 1),
            ("ICF-02216", "P-20431", "field-form-version", "3.1", "3.2", None, 0),
            ("LAB-88090", "P-20344", "field-specimen", "Serum", "Plasma (EDTA)", None, 0),
            ("MH-01773", "P-20377", "field-allergy", "none known", "Penicillin, rash", None, 1),
            ("VIT-61150", "P-20402", "field-temperature", "36.8", "38.6", Some("°C"), 0),
            ("AE-00907", "P-20391", "field-severity", "Mild", "Moderate", None, 2),
            ("MED-30498", "P-20344", "field-time-given", "2026-11-18T08:00:00+01:00", "2026-11-18T20:00:00+01:00", None, 0),
            ("LAB-88041", "P-20366", "field-unit", "mg/dL", "mmol/L", None, 1),
            ("VIT-61099", "P-20431", "field-heart-rate", "27", "72", Some("/min"), 0),
        ];
        let all = amendments(&still());
        let mut by_due: Vec<&SeededAmendment> = all.iter().collect();
        by_due.sort_by_key(|amendment| amendment.due_at);

        for (amendment, (record, patient, label, before, after, unit, more)) in
            by_due.iter().zip(drawn)
        {
            let rows = fields::rows(&amendment.base, &amendment.proposed).unwrap();
            let summary = fields::summary(&rows);
            let first = summary.first.expect(record);

            assert_eq!(amendment.record.id, record);
            assert_eq!(amendment.patient, patient);
            assert_eq!(first.label, label, "{record}");
            assert_eq!(first.before.unwrap_or_default(), before, "{record}");
            assert_eq!(first.after.as_deref(), Some(after), "{record}");
            assert_eq!(first.unit.as_deref(), unit, "{record}");
            assert_eq!(summary.more, more, "{record}");
        }
    }

    #[test]
    fn two_are_overdue_five_are_due_today_and_three_of_the_stills_need_a_second_signature() {
        let (now, all) = (still(), amendments(&still()));
        let today = |at: Timestamp| at.to_zoned(now.time_zone().clone()).date() == now.date();

        assert_eq!(all.iter().filter(|a| a.due_at < now.timestamp()).count(), 2);
        assert_eq!(all.iter().filter(|a| today(a.due_at)).count(), 5);
        assert_eq!(all[..14].iter().filter(|a| !a.given.is_empty()).count(), 3);
    }

    #[test]
    fn nothing_was_asked_for_or_signed_in_the_future_whatever_the_hour() {
        for hour in ["00:05", "07:00", "14:31", "23:50"] {
            let now: Zoned = format!("2026-11-24T{hour}:00+01:00[Europe/Vienna]")
                .parse()
                .unwrap();
            for amendment in amendments(&now) {
                assert!(
                    amendment.requested_at <= now.timestamp(),
                    "{} at {hour}",
                    amendment.id
                );
                assert!(
                    amendment.base_since <= amendment.requested_at,
                    "{} at {hour}",
                    amendment.id
                );
                for signature in amendment.earlier.iter().chain(&amendment.given) {
                    assert!(
                        signature.signed_at <= now.timestamp(),
                        "{} at {hour}",
                        amendment.id
                    );
                }
            }
        }
    }

    #[test]
    fn the_haemoglobin_of_the_review_carries_its_two_earlier_signatures() {
        let all = amendments(&still());
        let haemoglobin = all
            .iter()
            .find(|amendment| amendment.id == "AM-1207")
            .unwrap();
        let signed: Vec<(&str, &str, String, u64)> = haemoglobin
            .earlier
            .iter()
            .map(|s| {
                (
                    s.name.as_str(),
                    s.version.as_str(),
                    s.signed_at.to_string(),
                    s.receipt,
                )
            })
            .collect();

        assert_eq!(
            signed,
            [
                ("B. Baker", "1", "2026-11-20T08:12:05Z".to_owned(), 4051),
                ("D. Davis", "3", "2026-11-20T09:20:44Z".to_owned(), 4057),
            ]
        );
    }
}
