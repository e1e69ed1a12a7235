//! Which path of which resource has which label. One table per kind; the order is the order on the screen.

use super::diff::Form;
use super::kind::Kind;

/// The label of a measured value whose unit has a row of its own.
pub const VALUE: &str = "field-value";
/// The label of that unit.
pub const UNIT: &str = "field-unit";

/// A row's name and where its text comes from.
pub struct Label {
    /// A key of the catalogue.
    pub name: &'static str,
    /// When the row is shown.
    pub show: Show,
    /// How its text may be laid out.
    pub form: Form,
    /// Where the text may stand; the first place that has any is taken.
    pub(super) places: &'static [Place],
}

/// When a row is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// Always, also when both versions are empty.
    Always,
    /// When one version has a text.
    Present,
    /// When it changed.
    Changed,
}

/// Where a text may stand, and what is expected there.
pub struct Place {
    /// Codes of which the resource's own `code` must carry one; empty for any.
    pub(super) codes: &'static [&'static str],
    /// Member names joined by dots. `[*]` after a name stands for every element, `[8480-6]` for those coded so.
    pub(super) path: &'static str,
    pub(super) shape: Shape,
}

#[derive(Clone, Copy)]
pub enum Shape {
    /// A string.
    Text,
    /// A number.
    Number,
    /// A `CodeableConcept`: its text, else its first coding's display, else that coding's code.
    Concept,
    /// A `Reference`: its display, else its reference.
    Reference,
    /// A `Quantity` with its unit.
    Quantity,
    /// A `Quantity` whose unit has a row of its own.
    Value,
    /// A `Range`, or an Observation's reference range: text, else low and high.
    Range,
}

/// The labels of a kind, in the order of the screen.
pub fn of(kind: Kind) -> &'static [Label] {
    match kind {
        Kind::LaboratoryResult => LABORATORY_RESULT,
        Kind::VitalSigns => VITAL_SIGNS,
        Kind::AdverseEvent => ADVERSE_EVENT,
        Kind::OtherMedication => OTHER_MEDICATION,
        Kind::MedicationGiven => MEDICATION_GIVEN,
        Kind::InformedConsent => INFORMED_CONSENT,
        Kind::MedicalHistory => MEDICAL_HISTORY,
        Kind::Other => &[],
    }
}

/// The names of all labels, some of them more than once.
pub fn all() -> impl Iterator<Item = &'static str> {
    Kind::ALL
        .into_iter()
        .flat_map(|kind| of(kind).iter().map(|label| label.name))
}

/// One line of a table: when it is shown, its name, its form, and the places of its text.
macro_rules! labels {
    ($($show:ident $name:literal $form:ident: $($shape:ident $path:literal $(if $($code:literal)|+)?),+;)+) => {
        &[$(Label {
            name: $name,
            show: Show::$show,
            form: Form::$form,
            places: &[$(Place { codes: &[$($($code),+)?], path: $path, shape: Shape::$shape }),+],
        }),+]
    };
}

const LABORATORY_RESULT: &[Label] = labels! {
    Always "field-test" Text: Concept "code";
    Always "field-value" Number: Value "valueQuantity", Concept "valueCodeableConcept", Text "valueString",
        Number "valueInteger";
    Always "field-unit" Text: Text "valueQuantity.unit";
    Always "field-interpretation" Text: Concept "interpretation[*]";
    Always "field-reference-range" Range: Range "referenceRange[*]";
    Always "field-specimen" Text: Reference "specimen";
    Always "field-collected" Date: Text "effectiveDateTime", Text "effectiveInstant";
    Always "field-analysed-by" Text: Reference "performer[*]";
    Present "field-method" Text: Concept "method";
    Present "field-device" Text: Reference "device";
    Changed "field-issued" Date: Text "issued";
    Changed "field-status" Text: Text "status";
    Changed "field-patient" Text: Reference "subject";
    Always "field-comment" Text: Text "note[*].text";
};

const VITAL_SIGNS: &[Label] = labels! {
    Always "field-measurement" Text: Concept "code";
    Present "field-systolic-pressure" Number: Quantity "component[8480-6].valueQuantity",
        Quantity "valueQuantity" if "8480-6";
    Present "field-diastolic-pressure" Number: Quantity "component[8462-4].valueQuantity",
        Quantity "valueQuantity" if "8462-4";
    Present "field-heart-rate" Number: Quantity "valueQuantity" if "8867-4";
    Present "field-temperature" Number: Quantity "valueQuantity" if "8310-5" | "8331-1" | "8333-7";
    Present "field-weight" Number: Quantity "valueQuantity" if "29463-7" | "3141-9";
    Present "field-height" Number: Quantity "valueQuantity" if "8302-2";
    Present "field-bmi" Number: Quantity "valueQuantity" if "39156-5";
    Present "field-respiratory-rate" Number: Quantity "valueQuantity" if "9279-1";
    Present "field-oxygen-saturation" Number: Quantity "valueQuantity" if "2708-6" | "59408-5";
    Present "field-value" Number: Quantity "valueQuantity", Number "valueInteger", Text "valueString",
        Concept "valueCodeableConcept";
    Present "field-interpretation" Text: Concept "interpretation[*]";
    Present "field-reference-range" Range: Range "referenceRange[*]";
    Present "field-body-site" Text: Concept "bodySite";
    Present "field-method" Text: Concept "method";
    Present "field-device" Text: Reference "device";
    Always "field-measured" Date: Text "effectiveDateTime", Text "effectiveInstant";
    Always "field-measured-by" Text: Reference "performer[*]";
    Changed "field-issued" Date: Text "issued";
    Changed "field-status" Text: Text "status";
    Changed "field-patient" Text: Reference "subject";
    Always "field-comment" Text: Text "note[*].text";
};

const ADVERSE_EVENT: &[Label] = labels! {
    Always "field-event" Text: Concept "event";
    Always "field-onset" Date: Text "date";
    Present "field-detected" Date: Text "detected";
    Always "field-severity" Text: Concept "severity";
    Always "field-seriousness" Text: Concept "seriousness";
    Always "field-outcome" Text: Concept "outcome";
    Present "field-suspect" Text: Reference "suspectEntity[*].instance";
    Present "field-causality" Text: Concept "suspectEntity[*].causality[*].assessment";
    Present "field-resulting-condition" Text: Reference "resultingCondition[*]";
    Present "field-location" Text: Reference "location";
    Present "field-recorded" Date: Text "recordedDate";
    Always "field-reported-by" Text: Reference "recorder";
    Changed "field-status" Text: Text "actuality";
    Changed "field-patient" Text: Reference "subject";
};

const OTHER_MEDICATION: &[Label] = labels! {
    Always "field-medication" Text: Concept "medicationCodeableConcept", Reference "medicationReference";
    Always "field-dose" Number: Quantity "dosage[*].doseAndRate[*].doseQuantity";
    Present "field-dosage" Text: Text "dosage[*].text";
    Present "field-frequency" Text: Concept "dosage[*].timing.code";
    Always "field-route" Text: Concept "dosage[*].route";
    Always "field-start-date" Date: Text "effectivePeriod.start", Text "effectiveDateTime";
    Always "field-end-date" Date: Text "effectivePeriod.end";
    Present "field-indication" Text: Concept "reasonCode[*]";
    Present "field-recorded" Date: Text "dateAsserted";
    Always "field-reported-by" Text: Reference "informationSource";
    Changed "field-status" Text: Text "status";
    Changed "field-patient" Text: Reference "subject";
    Always "field-comment" Text: Text "note[*].text";
};

const MEDICATION_GIVEN: &[Label] = labels! {
    Always "field-medication" Text: Concept "medicationCodeableConcept", Reference "medicationReference";
    Always "field-dose" Number: Quantity "dosage.dose";
    Present "field-dosage" Text: Text "dosage.text";
    Always "field-route" Text: Concept "dosage.route";
    Present "field-body-site" Text: Concept "dosage.site";
    Present "field-method" Text: Concept "dosage.method";
    Always "field-time-given" Date: Text "effectiveDateTime", Text "effectivePeriod.start";
    Present "field-end-time" Date: Text "effectivePeriod.end";
    Always "field-given-by" Text: Reference "performer[*].actor";
    Present "field-indication" Text: Concept "reasonCode[*]";
    Changed "field-status" Text: Text "status";
    Changed "field-patient" Text: Reference "subject";
    Always "field-comment" Text: Text "note[*].text";
};

const INFORMED_CONSENT: &[Label] = labels! {
    Always "field-form" Text: Text "sourceAttachment.title", Reference "sourceReference";
    Always "field-form-version" Text: Text "policyRule.coding[*].version";
    Present "field-policy" Text: Concept "policyRule";
    Present "field-scope" Text: Concept "scope";
    Always "field-consent-date" Date: Text "dateTime";
    Present "field-valid-from" Date: Text "provision.period.start";
    Present "field-valid-until" Date: Text "provision.period.end";
    Always "field-consented-by" Text: Reference "performer[*]";
    Present "field-verified-with" Text: Reference "verification[*].verifiedWith";
    Present "field-verified" Date: Text "verification[*].verificationDate";
    Present "field-organisation" Text: Reference "organization[*]";
    Always "field-status" Text: Text "status";
    Changed "field-patient" Text: Reference "patient";
};

const MEDICAL_HISTORY: &[Label] = labels! {
    Always "field-allergy" Text: Concept "code";
    Present "field-reaction" Text: Concept "reaction[*].manifestation[*]";
    Present "field-severity" Text: Text "reaction[*].severity";
    Present "field-criticality" Text: Text "criticality";
    Always "field-clinical-status" Text: Concept "clinicalStatus";
    Always "field-verification-status" Text: Concept "verificationStatus";
    Present "field-onset" Date: Text "onsetDateTime";
    Present "field-last-occurrence" Date: Text "lastOccurrence";
    Present "field-recorded" Date: Text "recordedDate";
    Always "field-recorded-by" Text: Reference "recorder";
    Changed "field-patient" Text: Reference "patient";
    Always "field-comment" Text: Text "note[*].text";
};
