//! What is signed in a rehearsal: a practice record that nobody keeps, under a statement that says so.

use ceremony::Request;
use evidence::{
    ClientInfo, LocalTime, Meaning, Presentation, RecordRef, SignedAmendment, StatementReason,
    statement::MeaningSystem,
};
use jiff::Zoned;
use policy::Policy;
use records::Title;
use records::fields::Kind;

use super::person::Known;

/// No system keeps records under this name.
const SYSTEM: &str = "urn:countersign:probe";

const BASE: &[u8] = br#"{"note":"practice","resourceType":"Basic"}"#;
const PROPOSED: &[u8] = br#"{"note":"practice, amended","resourceType":"Basic"}"#;

/// The text that is signed.
const SHOWN: &str =
    "This is a rehearsal by countersignctl probe. No record is changed, and nothing is recorded.";

/// The one amendment.
pub fn amendment() -> Option<SignedAmendment> {
    let record = RecordRef {
        system: SYSTEM.to_owned(),
        kind: "Basic".to_owned(),
        id: "practice".to_owned(),
        base_version: "1".to_owned(),
    };
    // Both texts are JSON objects, and a test makes one of them.
    SignedAmendment::new("practice".to_owned(), record, BASE, PROPOSED).ok()
}

/// The press of **Sign**.
pub fn request(policy: &Policy, known: &Known, amendment: SignedAmendment) -> Request {
    let now = Zoned::now();
    // The policy crate accepts no policy without either.
    let meaning = policy.signing.meanings.first();
    let reason = policy.signing.reasons.first();
    let display = meaning.map_or_else(String::new, |meaning| meaning.display.clone());
    Request {
        etags: vec!["\"1\"".to_owned()],
        signer: known.signer(),
        login_hint: known.login_hint(),
        meaning: Meaning {
            system: MeaningSystem::AstmE1762,
            code: meaning.map_or_else(String::new, |meaning| meaning.code.clone()),
            display: display.clone(),
        },
        reason: StatementReason {
            code: reason.map_or_else(String::new, |reason| reason.code.clone()),
            text: reason.map_or_else(String::new, |reason| reason.text.clone()),
        },
        presentation: Presentation::text(SHOWN),
        requested_at: LocalTime::from(&now),
        time_zone: now.time_zone().iana_name().unwrap_or("Etc/UTC").to_owned(),
        title: Title {
            kind: Kind::Other,
            record: amendment.record.id.clone(),
            patient: String::new(),
            meaning: display,
        },
        client: ClientInfo {
            client_id: policy.identity.client_id.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            build: "countersignctl".to_owned(),
            device: "probe".to_owned(),
            audit_head: None,
        },
        amendments: vec![amendment],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_practice_record_is_one_that_can_be_signed() {
        let amendment = amendment();
        assert!(amendment.is_some_and(|one| one.base_sha256 != one.proposed_sha256));
    }
}
