//! The table of amendments: which record, what changes, who asked, until when.

use super::dates::{Ago, Due, Signed, ago};

/// One row.
pub(super) struct Draft {
    pub id: &'static str,
    pub kind: &'static str,
    pub record: &'static str,
    pub patient: &'static str,
    /// The record in its base version.
    pub resource: &'static str,
    pub version: u32,
    /// Since when that version stands.
    pub since: Ago,
    pub edits: &'static [Edit],
    /// What somebody else changed in the record after the amendment was written.
    pub meanwhile: &'static [Edit],
    pub why: &'static str,
    /// Name and role.
    pub by: (&'static str, &'static str),
    pub requested: Ago,
    pub due: Due,
    pub signatures: u32,
    pub earlier: &'static [Signed],
    pub given: &'static [Signed],
}

/// A change to the octets.
pub(super) enum Edit {
    /// This text, which stands there once, becomes that one.
    Replace(&'static str, &'static str),
    /// A comment is added.
    Note(&'static str),
}
use Edit::{Note, Replace};

const C_CLARK: (&str, &str) = ("C. Clark", "Data manager");
const E_EVANS: (&str, &str) = ("E. Evans", "Study nurse");
const F_FOSTER: (&str, &str) = ("F. Foster", "Study nurse");

const AUTHOR: &str = "Author's Signature";
const VERIFICATION: &str = "Verification Signature";
const ADDENDUM: &str = "Addendum Signature";

const fn signed(
    name: &'static str,
    version: u32,
    meaning: &'static str,
    at: Ago,
    receipt: u64,
) -> Signed {
    Signed {
        name,
        version,
        meaning,
        at,
        receipt,
    }
}

/// One signature of its author, as most records have.
macro_rules! authored {
    ($name:literal, $at:expr, $receipt:literal) => {
        &[signed($name, 1, AUTHOR, $at, $receipt)]
    };
}

macro_rules! drafts {
    ($( $id:literal $kind:literal $record:literal $patient:literal v $version:literal since $since:expr,
        $why:literal, by $by:ident $requested:expr, due $due:expr,
        [$($edit:expr),+]
        $(meanwhile [$($meanwhile:expr),+])?
        $(needs $signatures:literal given [$($given:expr),*])?
        earlier $earlier:expr; )+) => {
        &[$( Draft {
            id: $id,
            kind: $kind,
            record: $record,
            patient: $patient,
            resource: include_str!(concat!("../../seeds/", $record, ".json")),
            version: $version,
            since: $since,
            edits: &[$($edit),+],
            meanwhile: &[$($($meanwhile),+)?],
            why: $why,
            by: $by,
            requested: $requested,
            due: $due,
            signatures: 1 $(+ $signatures - 1)?,
            earlier: $earlier,
            given: &[$($($given),*)?],
        } ),+]
    };
}

pub(super) const DRAFTS: &[Draft] = drafts! {
    // --- as in the stills ------------------------------------------------------------------------
    "AM-1196" "MedicationAdministration" "MED-30551" "P-20377" v 1 since ago(3, 8, 12),
    "The dose sheet says 5 mg. The zero was typed twice.", by E_EVANS ago(2, 9, 15), due Due::Overdue(120),
    [Replace(r#""value": 50"#, r#""value": 5"#)]
    earlier authored!("E. Evans", ago(3, 8, 14), 3987);

    "AM-1203" "AdverseEvent" "AE-00914" "P-20402" v 2 since ago(5, 11, 2),
    "The patient's diary dates the first wheals two days earlier, before the second dose.",
    by C_CLARK ago(1, 11, 2), due Due::Overdue(30),
    [Replace("{{-6}}", "{{-8}}"), Replace(r#""text": "Unlikely""#, r#""text": "Possible""#)]
    needs 2 given [signed("B. Baker", 2, VERIFICATION, ago(1, 13, 26), 4109)]
    earlier authored!("A. Adams", ago(5, 11, 4), 4033);

    "AM-1207" "Observation" "LAB-88123" "P-20418" v 3 since ago(4, 10, 20),
    "Digits swapped when the result was typed in. The analyser printout reads 12.7.",
    by C_CLARK ago(1, 16, 48), due Due::Today(1),
    [
        Replace(r#""value": 21.7"#, r#""value": 12.7"#),
        Replace("High, critical", "Normal"),
        Note("Corrected against analyser printout 8813")
    ]
    earlier &[
        signed("B. Baker", 1, AUTHOR, Ago { days: 4, time: (9, 12, 5) }, 4051),
        signed("D. Davis", 3, VERIFICATION, Ago { days: 4, time: (10, 20, 44) }, 4057),
    ];

    "AM-1209" "Observation" "VIT-61207" "P-20418" v 1 since ago(1, 8, 9),
    "Device memory shows 120/78 at 08:05.", by F_FOSTER ago(0, 8, 20), due Due::Today(1),
    [Replace(r#""value": 210"#, r#""value": 120"#)]
    earlier authored!("F. Foster", ago(1, 8, 10), 4098);

    "AM-1210" "MedicationStatement" "CM-04412" "P-20391" v 2 since ago(9, 15, 31),
    "The course ended with the last capsule of the pack.", by E_EVANS ago(0, 9, 41), due Due::Today(3),
    [Replace(r#""start": "{{-19}}""#, "\"start\": \"{{-19}}\",\n    \"end\": \"{{-12}}\"")]
    meanwhile [Replace("1 capsule with food", "1 capsule 30 minutes before food")]
    earlier authored!("E. Evans", ago(9, 15, 33), 4012);

    "AM-1204" "Observation" "VIT-61188" "P-20366" v 1 since ago(2, 7, 50),
    "The scale's log reads 68.0. The digits were swapped.", by F_FOSTER ago(1, 14, 10), due Due::InDays(1, 12),
    [Replace(r#""value": 86.0"#, r#""value": 68.0"#), Note("Scale 3, log entry 1120")]
    needs 2 given [signed("B. Baker", 1, VERIFICATION, ago(1, 15, 2), 4112)]
    earlier authored!("F. Foster", ago(2, 7, 52), 4079);

    "AM-1201" "Consent" "ICF-02216" "P-20431" v 1 since ago(12, 11, 36),
    "The signed paper is version 3.2; the register was still on the old list.",
    by C_CLARK ago(1, 10, 37), due Due::InDays(1, 12),
    [Replace(r#""version": "3.1""#, r#""version": "3.2""#)]
    earlier authored!("A. Adams", ago(12, 11, 38), 3951);

    "AM-1188" "Observation" "LAB-88090" "P-20344" v 2 since ago(7, 11, 20),
    "The tube was lavender. The order form had the wrong box ticked.",
    by C_CLARK ago(4, 15, 55), due Due::InDays(3, 12),
    [Replace(r#""display": "Serum""#, r#""display": "Plasma (EDTA)""#)]
    earlier authored!("B. Baker", ago(7, 11, 24), 4021);

    "AM-1187" "AllergyIntolerance" "MH-01773" "P-20377" v 1 since ago(20, 9, 40),
    "The patient brought an allergy card from 2019.", by E_EVANS ago(4, 13, 24), due Due::InDays(3, 12),
    [Replace("none known", "Penicillin, rash"), Note("Allergy card seen, copy in the source folder")]
    earlier authored!("E. Evans", ago(20, 9, 43), 3902);

    "AM-1185" "Observation" "VIT-61150" "P-20402" v 1 since ago(5, 6, 33),
    "The thermometer's display was read upside down; the memory says 38.6.",
    by F_FOSTER ago(4, 9, 12), due Due::InDays(3, 16),
    [Replace(r#""value": 36.8"#, r#""value": 38.6"#)]
    earlier authored!("F. Foster", ago(5, 6, 35), 4030);

    "AM-1181" "AdverseEvent" "AE-00907" "P-20391" v 3 since ago(9, 10, 5),
    "At the visit the patient said that work was not possible on two days.",
    by C_CLARK ago(5, 16, 30), due Due::InDays(6, 12),
    [
        Replace(r#""text": "Mild""#, r#""text": "Moderate""#),
        Replace(r#""text": "Recovered""#, r#""text": "Recovering""#),
        Replace(r#""text": "Possible""#, r#""text": "Probable""#)
    ]
    needs 2 given [signed("B. Baker", 3, VERIFICATION, ago(4, 8, 55), 4049)]
    earlier &[
        signed("A. Adams", 1, AUTHOR, ago(10, 9, 20), 3960),
        signed("A. Adams", 3, ADDENDUM, ago(9, 10, 5), 3971),
    ];

    "AM-1179" "MedicationAdministration" "MED-30498" "P-20344" v 1 since ago(6, 20, 6),
    "Given in the evening, as ordered; the form had the time of the order.",
    by E_EVANS ago(5, 11, 18), due Due::InDays(6, 12),
    [Replace("{{-6 08:00}}", "{{-6 20:00}}")]
    earlier authored!("E. Evans", ago(6, 20, 8), 4026);

    "AM-1174" "Observation" "LAB-88041" "P-20366" v 2 since ago(8, 10, 2),
    "The analyser reports mmol/L. The unit was left on the form's default.",
    by C_CLARK ago(6, 17, 5), due Due::InDays(6, 16),
    [Replace(r#""unit": "mg/dL""#, r#""unit": "mmol/L""#), Note("Unit checked against analyser report 8790")]
    earlier authored!("B. Baker", ago(8, 10, 4), 4018);

    "AM-1170" "Observation" "VIT-61099" "P-20431" v 1 since ago(7, 8, 14),
    "The monitor strip shows 72. The digits were swapped.", by F_FOSTER ago(6, 8, 44), due Due::InDays(7, 12),
    [Replace(r#""value":27"#, r#""value":72"#)]
    earlier authored!("F. Foster", ago(7, 8, 15), 4022);

    // --- more of the same clinic -----------------------------------------------------------------
    "AM-1206" "Observation" "LAB-88152" "P-20402" v 2 since ago(3, 8, 30),
    "The sample was repeated because of haemolysis; the repeat reads 4.7.",
    by C_CLARK ago(1, 15, 20), due Due::InDays(8, 12),
    [
        Replace(r#""value": 7.4"#, r#""value": 4.7"#),
        Replace("High, critical", "Normal"),
        Note("Repeat of the haemolysed sample")
    ]
    earlier authored!("D. Davis", ago(3, 8, 34), 4071);

    "AM-1205" "Observation" "LAB-88160" "P-20391" v 1 since ago(2, 9, 5),
    "The sample was taken before breakfast: 06:10, not 16:10.", by C_CLARK ago(1, 14, 52), due Due::InDays(8, 12),
    [Replace("{{-2 16:10}}", "{{-2 06:10}}")]
    earlier authored!("D. Davis", ago(2, 9, 7), 4083);

    "AM-1172" "Observation" "LAB-88033" "P-20431" v 1 since ago(9, 10, 50),
    "98 is below the range; the flag was not updated when the range was.",
    by C_CLARK ago(6, 16, 12), due Due::InDays(8, 16),
    [Replace(r#""text": "Normal""#, r#""text": "Low""#)]
    earlier authored!("B. Baker", ago(9, 10, 52), 4009);

    "AM-1208" "Observation" "VIT-61231" "P-20344" v 1 since ago(1, 21, 18),
    "The trend of the oximeter shows 96 throughout.", by E_EVANS ago(0, 7, 55), due Due::InDays(9, 12),
    [Replace(r#""value": 69"#, r#""value": 96"#)]
    earlier authored!("E. Evans", ago(1, 21, 19), 4119);

    "AM-1202" "Observation" "VIT-61240" "P-20377" v 1 since ago(1, 14, 24),
    "A digit is missing: the cuff's display was photographed at 124/80.",
    by F_FOSTER ago(1, 14, 40), due Due::InDays(9, 12),
    [Replace("\"value\": 8,", "\"value\": 80,"), Note("Photograph in the source folder")]
    earlier authored!("F. Foster", ago(1, 14, 25), 4111);

    "AM-1168" "Observation" "VIT-61102" "P-20366" v 1 since ago(7, 12, 42),
    "E. Evans counted; the form was opened under the wrong name.", by F_FOSTER ago(7, 13, 5), due Due::InDays(9, 16),
    [Replace(r#""display": "F. Foster""#, r#""display": "E. Evans""#)]
    earlier authored!("F. Foster", ago(7, 12, 44), 4024);

    "AM-1200" "AdverseEvent" "AE-00921" "P-20418" v 1 since ago(2, 13, 20),
    "At today's call the patient has had no dizziness for a day.", by E_EVANS ago(1, 9, 30), due Due::InDays(10, 12),
    [Replace(r#""text":"Recovering""#, r#""text":"Recovered""#)]
    needs 2 given []
    earlier authored!("E. Evans", ago(2, 13, 22), 4086);

    "AM-1163" "AdverseEvent" "AE-00899" "P-20366" v 2 since ago(12, 9, 15),
    "The neurologist's letter names it.", by C_CLARK ago(8, 11, 47), due Due::InDays(10, 12),
    [
        Replace(r#""text": "Headache""#, r#""text": "Migraine with aura""#),
        Replace(r#""text": "Moderate""#, r#""text": "Severe""#)
    ]
    needs 2 given []
    earlier authored!("A. Adams", ago(12, 9, 18), 3948);

    "AM-1195" "MedicationStatement" "CM-04398" "P-20402" v 1 since ago(5, 12, 40),
    "Tablets of 10 mg, as the pack shows.", by E_EVANS ago(2, 8, 50), due Due::InDays(11, 12),
    [Replace(r#""value": 100"#, r#""value": 10"#)]
    earlier authored!("E. Evans", ago(5, 12, 42), 4036);

    "AM-1193" "MedicationStatement" "CM-04420" "P-20344" v 1 since ago(9, 9, 26),
    "Sound-alike name: the pack is metformin, which fits the indication.",
    by E_EVANS ago(2, 8, 35), due Due::InDays(11, 12),
    [Replace("Metoprolol", "Metformin")]
    earlier authored!("E. Evans", ago(9, 9, 28), 4007);

    "AM-1176" "MedicationStatement" "CM-04371" "P-20431" v 2 since ago(9, 16, 18),
    "Taken for the ankle, not for headache; so there is no adverse event to report.",
    by C_CLARK ago(5, 10, 4), due Due::InDays(11, 16),
    [Replace(r#""text":"Headache""#, r#""text":"Ankle sprain""#)]
    earlier authored!("E. Evans", ago(9, 16, 20), 4014);

    "AM-1198" "MedicationAdministration" "MED-30577" "P-20418" v 1 since ago(1, 10, 44),
    "Given as an infusion over 15 minutes; the form had the default route.",
    by E_EVANS ago(1, 10, 58), due Due::InDays(12, 12),
    [Replace(r#""text": "Oral""#, r#""text": "Intravenous""#)]
    earlier authored!("E. Evans", ago(1, 10, 46), 4104);

    "AM-1192" "MedicationAdministration" "MED-30563" "P-20391" v 1 since ago(2, 22, 58),
    "F. Foster gave it; E. Evans only wrote it down.", by F_FOSTER ago(1, 6, 40), due Due::InDays(12, 12),
    [Replace(r#""display":"E. Evans""#, r#""display":"F. Foster""#)]
    earlier authored!("E. Evans", ago(2, 22, 59), 4091);

    "AM-1159" "Consent" "ICF-02198" "P-20402" v 1 since ago(21, 15, 22),
    "The participant signed a day before the register says.", by C_CLARK ago(9, 14, 33), due Due::InDays(13, 12),
    [Replace("{{-21 15:05}}", "{{-22 15:05}}")]
    earlier authored!("A. Adams", ago(21, 15, 24), 3893);

    "AM-1157" "AllergyIntolerance" "MH-01791" "P-20366" v 1 since ago(18, 8, 30),
    "Hives at the last visit, so more than a contact reaction.", by E_EVANS ago(9, 9, 8), due Due::InDays(13, 12),
    [
        Replace("Contact dermatitis", "Urticaria"),
        Replace(r#""severity": "mild""#, r#""severity": "moderate""#),
        Replace(r#""criticality": "low""#, r#""criticality": "high""#)
    ]
    earlier authored!("E. Evans", ago(18, 8, 32), 3917);
};
