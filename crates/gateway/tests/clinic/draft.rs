//! Evidence in the making: right in every respect, until a test changes it.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use evidence::digest::sha256_hex;
use evidence::statement::{MeaningSystem, StatementType};
use evidence::{
    Authentication, Authorization, ClientInfo, IssuerSnapshot, LocalTime, Meaning, OneTimeKey,
    Prepared, Presentation, RecordRef, SignedAmendment, Signer, Statement, StatementReason,
};
use jiff::Timestamp;
use records::wire::{Amendment, Challenge};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::CLIENT;
use super::issuer::{Key, TestIssuer};

const SHOWN: &str = "I, A. Adams, sign.";

pub struct Draft {
    pub statement: Statement,
    pub claims: Map<String, Value>,
    /// The identity provider's key.
    pub key: Arc<Key>,
    pub id_token_header: Value,
    /// The seed of the one-time key; absent for a fresh one.
    pub one_time: Option<[u8; 32]>,
    pub sub: String,
    pub etags: Vec<String>,
    /// The challenge that it answers, whatever the statement says.
    pub challenge: String,
    pub configuration: Vec<u8>,
    pub jwks: Vec<u8>,
    now: Timestamp,
}

impl Draft {
    pub fn new(
        amendments: &[Amendment],
        challenge: &Challenge,
        sub: &str,
        issuer: &TestIssuer,
        now: Timestamp,
    ) -> Self {
        let key = issuer.key();
        let claims = json!({
            "iss": issuer.iss, "sub": sub, "aud": CLIENT, "acr": "urn:mfa", "amr": ["pwd", "otp"], "name": "A. Adams",
            "iat": now.as_second() + 2, "exp": now.as_second() + 302, "auth_time": now.as_second() + 1,
        });
        Self {
            statement: statement(amendments, challenge, sub, &issuer.iss, now),
            claims: claims.as_object().unwrap().clone(),
            id_token_header: key.header("JWT"),
            key,
            one_time: None,
            sub: sub.to_owned(),
            etags: amendments
                .iter()
                .map(|amendment| amendment.etag.clone())
                .collect(),
            challenge: challenge.challenge.clone(),
            configuration: issuer.configuration(),
            jwks: issuer.jwks(),
            now,
        }
    }

    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// Has the identity provider sign, and seals.
    pub fn seal(&self, _issuer: &TestIssuer) -> Vec<u8> {
        let one_time = match &self.one_time {
            Some(scalar) => OneTimeKey::from_scalar(scalar),
            None => OneTimeKey::generate(&SystemRandom::new()),
        };
        let prepared = Prepared::new(self.statement.clone(), one_time.unwrap(), [7; 32]).unwrap();
        let mut claims = self.claims.clone();
        claims.insert("nonce".to_owned(), prepared.nonce().into());
        let snapshot = IssuerSnapshot {
            configuration: self.configuration.clone(),
            jwks: self.jwks.clone(),
            fetched_at: self.now,
        };
        let parameters = BTreeMap::from([("nonce".to_owned(), prepared.nonce().to_owned())]);
        let authorization = Authorization {
            parameters,
            callback_iss: None,
        };
        let id_token = self.key.sign(&self.id_token_header, &claims);
        prepared
            .seal(
                Presentation::text(SHOWN),
                &id_token,
                snapshot,
                authorization,
            )
            .unwrap()
            .octets()
            .to_vec()
    }
}

fn statement(
    amendments: &[Amendment],
    challenge: &Challenge,
    sub: &str,
    iss: &str,
    now: Timestamp,
) -> Statement {
    let request = super::request(&[]);
    Statement {
        kind: StatementType::V1,
        signature_id: Uuid::now_v7(),
        challenge: challenge.challenge.clone(),
        amendments: amendments.iter().map(signed).collect(),
        signer: Signer {
            iss: iss.to_owned(),
            subject: BTreeMap::from([("sub".to_owned(), sub.to_owned())]),
            name: "A. Adams".to_owned(),
        },
        meaning: Meaning {
            system: MeaningSystem::AstmE1762,
            code: request.meaning.code,
            display: request.meaning.display,
        },
        reason: StatementReason {
            code: request.reason.code,
            text: request.reason.text,
        },
        shown_sha256: sha256_hex(SHOWN.as_bytes()),
        requested_at: LocalTime::new(now, 3600).unwrap(),
        time_zone: "Europe/Vienna".to_owned(),
        authentication: Authentication {
            prompt: "login".to_owned(),
            max_age: Some(0),
            acr_values: challenge.acr_values.clone(),
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

fn signed(amendment: &Amendment) -> SignedAmendment {
    let record = RecordRef {
        system: amendment.record.system.clone(),
        kind: amendment.record.kind.clone(),
        id: amendment.record.id.clone(),
        base_version: amendment.record.base_version.clone(),
    };
    let (base, proposed) = (amendment.base.as_slice(), amendment.proposed.as_slice());
    SignedAmendment::new(amendment.id.clone(), record, base, proposed).unwrap()
}

/// Moves a time claim.
pub fn shift(draft: &mut Draft, claim: &str, seconds: i64) {
    let value = draft.claims[claim].as_i64().unwrap() + seconds;
    draft.claims.insert(claim.to_owned(), json!(value));
}
