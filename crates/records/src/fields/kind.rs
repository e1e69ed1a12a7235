//! What kind of record a resource is, as the worklist names it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::diff::FieldsError;
use super::tree::Node;

/// The kinds of records that can be amended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// `Observation` that is no vital sign.
    LaboratoryResult,
    /// `Observation` of category `vital-signs`.
    VitalSigns,
    /// `AdverseEvent`.
    AdverseEvent,
    /// `MedicationStatement`: concomitant medication.
    OtherMedication,
    /// `MedicationAdministration`.
    MedicationGiven,
    /// `Consent`.
    InformedConsent,
    /// `AllergyIntolerance`.
    MedicalHistory,
    /// Any other resource: every path has its own row.
    Other,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::LaboratoryResult,
        Self::VitalSigns,
        Self::AdverseEvent,
        Self::OtherMedication,
        Self::MedicationGiven,
        Self::InformedConsent,
        Self::MedicalHistory,
        Self::Other,
    ];

    /// The key of its name in the catalogue.
    pub fn label(self) -> &'static str {
        match self {
            Self::LaboratoryResult => "kind-laboratory-result",
            Self::VitalSigns => "kind-vital-signs",
            Self::AdverseEvent => "kind-adverse-event",
            Self::OtherMedication => "kind-other-medication",
            Self::MedicationGiven => "kind-medication-given",
            Self::InformedConsent => "kind-informed-consent",
            Self::MedicalHistory => "kind-medical-history",
            Self::Other => "kind-other",
        }
    }
}

/// The kind of the resource in these octets.
pub fn kind(octets: &[u8]) -> Result<Kind, FieldsError> {
    Ok(of(&super::tree::parse(octets)?))
}

pub(super) fn of(resource: &Node) -> Kind {
    match resource.member("resourceType").and_then(Node::text) {
        Some("Observation") if is_vital_sign(resource) => Kind::VitalSigns,
        Some("Observation") => Kind::LaboratoryResult,
        Some("AdverseEvent") => Kind::AdverseEvent,
        Some("MedicationStatement") => Kind::OtherMedication,
        Some("MedicationAdministration") => Kind::MedicationGiven,
        Some("Consent") => Kind::InformedConsent,
        Some("AllergyIntolerance") => Kind::MedicalHistory,
        _ => Kind::Other,
    }
}

fn is_vital_sign(observation: &Node) -> bool {
    let codings = observation
        .member("category")
        .into_iter()
        .flat_map(Node::elements)
        .filter_map(|c| c.member("coding"));
    codings
        .flat_map(Node::elements)
        .any(|coding| coding.member("code").and_then(Node::text) == Some("vital-signs"))
}
