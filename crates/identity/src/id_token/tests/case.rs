//! One verification as a ceremony asks for it.

use evidence::Subject;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::signer::Signer;
use crate::header::Parts;
use crate::id_token::Check;
use crate::keys::KeySet;
use crate::{Client, IdToken, Refusal};

pub(super) const ISSUER: &str = "https://idp.example.test/realm";
pub(super) const CLIENT_ID: &str = "countersign";
pub(super) const NONCE: &str = "y6ZVbriRKcqLqdj71dtiyYhbJwUnRnrvrxcuvy1AQdM";
pub(super) const ACCESS_TOKEN: &str = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
pub(super) const NOW: i64 = 1_800_000_000;

/// One verification as a ceremony asks for it. Tests change the field that they are about.
pub(super) struct Case {
    pub(super) signer: Signer,
    pub(super) keys: Value,
    pub(super) header: Value,
    pub(super) claims: Value,
    pub(super) algorithms: Vec<String>,
    pub(super) acr_values: Vec<String>,
    pub(super) required_amr: Vec<String>,
    pub(super) subject_claims: Vec<String>,
    pub(super) subject: Option<Subject>,
    pub(super) wants_auth_time: bool,
    pub(super) nonce: Option<&'static str>,
    pub(super) authenticated_after: Option<i64>,
    pub(super) access_token: Option<&'static str>,
}

impl Case {
    pub(super) fn new() -> Self {
        let signer = Signer::es256();
        Self {
            keys: json!({ "keys": [signer.jwk("k1")] }),
            signer,
            header: json!({ "alg": "ES256", "kid": "k1", "typ": "JWT" }),
            claims: json!({
                "iss": ISSUER, "aud": CLIENT_ID, "sub": "u-adams", "nonce": NONCE,
                "iat": NOW, "exp": NOW + 300, "auth_time": NOW - 5,
                "acr": "urn:demo:loa:2", "amr": ["pwd", "otp"], "name": "A. Adams",
            }),
            algorithms: vec!["ES256".to_owned(), "RS256".to_owned()],
            acr_values: vec!["urn:demo:loa:2".to_owned()],
            required_amr: vec!["otp".to_owned()],
            subject_claims: vec!["sub".to_owned()],
            subject: None,
            wants_auth_time: true,
            nonce: Some(NONCE),
            authenticated_after: Some(NOW - 30),
            access_token: Some(ACCESS_TOKEN),
        }
    }

    pub(super) fn with(mut self, claim: &str, value: Value) -> Self {
        self.claims[claim] = value;
        self
    }

    pub(super) fn without(mut self, claim: &str) -> Self {
        self.claims.as_object_mut().unwrap().remove(claim);
        self
    }

    pub(super) fn with_header(mut self, member: &str, value: Value) -> Self {
        self.header[member] = value;
        self
    }

    pub(super) fn token(&self) -> String {
        self.signer
            .sign(&self.header.to_string(), &self.claims.to_string())
    }

    pub(super) fn verdict(&self) -> Result<IdToken, Refusal> {
        self.verdict_on(&self.token())
    }

    pub(super) fn verdict_on(&self, token: &str) -> Result<IdToken, Refusal> {
        self.ask(|check| check.verify(token))
    }

    /// What the signature check alone says, and what the protocol library alone says.
    pub(super) fn verdicts_apart(&self) -> [Result<(), Refusal>; 2] {
        let token = self.token();
        self.ask(|check| {
            let parts = Parts::of(&token, check.algorithms).unwrap();
            let key = check.keys.choose(&parts.header).unwrap();
            let algorithm = &parts.header.algorithm;
            [
                key.verify(algorithm, parts.signed.as_bytes(), &parts.signature),
                check.second_opinion(&token, key, &parts.header),
            ]
        })
    }

    fn ask<T>(&self, question: impl FnOnce(&Check<'_>) -> T) -> T {
        let client = Client {
            issuer: ISSUER.to_owned(),
            client_id: CLIENT_ID.to_owned(),
            algorithms: self.algorithms.clone(),
            subject_claims: self.subject_claims.clone(),
            resource: None,
            logout_return: None,
            clock_skew: SignedDuration::from_secs(60),
            require_s256: true,
            development_http: false,
        };
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        question(&Check {
            client: &client,
            keys: &KeySet::parse(self.keys.to_string().as_bytes()).unwrap(),
            algorithms: &self.algorithms,
            nonce: self.nonce,
            issued_after: at(NOW - 30),
            authenticated_after: self.authenticated_after.map(at),
            wants_auth_time: self.wants_auth_time,
            acr_values: &self.acr_values,
            required_amr: &self.required_amr,
            subject: self.subject.as_ref(),
            access_token: self.access_token,
            now: at(NOW),
        })
    }

    pub(super) fn is_refused_for(&self, refusal: Refusal) {
        assert_eq!(self.verdict().err(), Some(refusal));
    }
}
