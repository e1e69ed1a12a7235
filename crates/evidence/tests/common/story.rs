//! Who signs what: Dr Adams corrects a haemoglobin value.

use std::collections::BTreeMap;

use evidence::digest::sha256_hex;
use evidence::receipt::ChallengeLife;
use evidence::statement::{MeaningSystem, StatementType};
use evidence::{
    Authentication, ClientInfo, LocalTime, Meaning, RecordRef, SignedAmendment, Signer, Statement,
    StatementReason,
};
use serde_json::{Map, Value, json};

use super::{CLIENT, ISSUER, SHOWN, at, epoch};

const BASE: &[u8] =
    br#"{"resourceType":"Observation","id":"hb-1","valueQuantity":{"value":13.20,"unit":"g/dL"}}"#;
const PROPOSED: &[u8] =
    br#"{"resourceType":"Observation","id":"hb-1","valueQuantity":{"value":12.30,"unit":"g/dL"}}"#;

pub fn life() -> ChallengeLife {
    ChallengeLife {
        issued_at: at(0),
        expires_at: at(300),
    }
}

pub fn amendment(id: &str) -> SignedAmendment {
    let record = RecordRef {
        system: "https://records.example.org/fhir".to_owned(),
        kind: "Observation".to_owned(),
        id: format!("obs-{id}"),
        base_version: "3".to_owned(),
    };
    SignedAmendment::new(id.to_owned(), record, BASE, PROPOSED).unwrap()
}

pub fn statement() -> Statement {
    Statement {
        kind: StatementType::V1,
        signature_id: "01927d3e-8a00-7c4e-9c3b-2f6d1e5a7b90".parse().unwrap(),
        challenge: "k3V0yQm1lq0S6uRr".to_owned(),
        amendments: vec![amendment("hb-1")],
        signer: Signer {
            iss: ISSUER.to_owned(),
            subject: BTreeMap::from([("sub".to_owned(), "adams-7d1".to_owned())]),
            name: "Grace Adams".to_owned(),
        },
        meaning: Meaning {
            system: MeaningSystem::AstmE1762,
            code: "1.2.840.10065.1.12.1.15".to_owned(),
            display: "Addendum Signature".to_owned(),
        },
        reason: StatementReason {
            code: "transcription".to_owned(),
            text: "Transcription error".to_owned(),
        },
        shown_sha256: sha256_hex(SHOWN.as_bytes()),
        requested_at: LocalTime::new(at(0), 3600).unwrap(),
        time_zone: "Europe/Vienna".to_owned(),
        authentication: Authentication {
            prompt: "login".to_owned(),
            max_age: Some(0),
            acr_values: vec!["mfa".to_owned()],
            agent: "window".to_owned(),
        },
        client: ClientInfo {
            client_id: CLIENT.to_owned(),
            version: "0.1.0".to_owned(),
            build: "test".to_owned(),
            device: "ward-3-pc-2".to_owned(),
            audit_head: None,
        },
    }
}

pub fn claims(iss: &str) -> Map<String, Value> {
    let claims = json!({
        "iss": iss,
        "sub": "adams-7d1",
        "aud": CLIENT,
        "nonce": null,
        "iat": epoch(50),
        "exp": epoch(350),
        "auth_time": epoch(49),
        "acr": "mfa",
        "amr": ["pwd", "otp"],
        "name": "Grace Adams",
    });
    claims.as_object().unwrap().clone()
}
