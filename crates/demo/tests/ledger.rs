//! What was signed verifies when the provider has changed its keys, and when there is no provider any more.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_lc_rs::rand::SystemRandom;
use common::{client, get, tokens};
use demo::Clinic;
use demo::clinic::ClinicConfig;
use demo::idp::{ADAMS, IdpConfig, RESOURCE};
use demo::robot::Browser;
use evidence::digest::sha256_hex;
use evidence::{
    Archive, Authorization, Bundle, IssuerSnapshot, OneTimeKey, Prepared, Presentation, Reason,
    RecordRef, SignedAmendment, Statement, Step, verify,
};
use jiff::{SignedDuration, Timestamp, Zoned};
use records::wire::{Amendment, Challenge, EVIDENCE_MEDIA_TYPE, SignatureAccepted};
use serde_json::{Value, json};

const SHOWN: &str = "I, A. Adams, sign.";
const MEANING: &str = "1.2.840.10065.1.12.1.15";

#[tokio::test]
async fn evidence_verifies_after_the_provider_has_changed_its_keys_and_after_it_is_gone() {
    let ward = Ward::open().await;
    let first = ward.sign("AM-1207").await;
    ward.clinic.idp().rotate_keys().unwrap();
    ward.pass(SignedDuration::from_mins(6));
    let second = ward.sign("AM-1208").await;
    ward.clinic.idp().withdraw_old_keys();
    ward.pass(SignedDuration::from_mins(6));
    let third = ward.sign("AM-1209").await;

    ward.clinic.idp().stop();

    let archive = ward.archive().await;
    let ledger = ward.ledger().await;
    for evidence in [&first, &second, &third] {
        verify::offline(&evidence.octets().unwrap(), &archive).unwrap();
    }
    let (old, new) = (&ledger["es256-1"], &ledger["es256-2"]);
    let seen = |key: &Value, member: &str| at(key[member].as_str().unwrap());
    assert!((ward.opened..received(&first)).contains(&seen(old, "first_seen")));
    assert!((received(&second)..received(&third)).contains(&seen(old, "retired_at")));
    assert_eq!(seen(new, "last_seen"), received(&third));
    assert_eq!(new["retired_at"], Value::Null);
    let used = evidence::receipt::read(first.receipt().unwrap())
        .unwrap()
        .issuer_key_thumbprint;
    assert_eq!(old["thumbprint"], used.as_str());
}

#[tokio::test]
async fn an_archive_in_which_the_key_was_retired_before_the_challenge_refuses_the_receipt() {
    let ward = Ward::open().await;
    ward.pass(SignedDuration::from_hours(1));
    let evidence = ward.sign("AM-1207").await;
    let mut archive = ward.archive().await;
    for key in &mut archive.issuers[0].keys {
        key.retired_at = Some(ward.opened);
    }

    let failure = verify::offline(&evidence.octets().unwrap(), &archive).unwrap_err();

    assert_eq!(
        (failure.step, failure.reason),
        (Step::IdToken, Reason::KeyOutsideItsTime)
    );
}

/// A clinic whose time passes when it is told to.
struct Ward {
    clinic: Clinic,
    time: Arc<Time>,
    opened: Timestamp,
}

struct Time(Mutex<Timestamp>);

impl gateway::Clock for Time {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

impl Ward {
    async fn open() -> Self {
        let opened = Timestamp::now();
        let time = Arc::new(Time(Mutex::new(opened)));
        let (idps, gateways) = (time.clone(), time.clone());
        let config = ClinicConfig {
            now: Zoned::now(),
            idp: IdpConfig {
                clock: Arc::new(move || gateway::Clock::now(&*idps)),
                ..IdpConfig::default()
            },
            adjust_gateway: Arc::new(move |config| config.clock = gateways.clone()),
            ..ClinicConfig::default()
        };
        Self {
            clinic: Clinic::start(config).await.unwrap(),
            time,
            opened,
        }
    }

    fn pass(&self, time: SignedDuration) {
        let mut now = self.time.0.lock().unwrap();
        *now = now.checked_add(time).unwrap();
    }

    fn now(&self) -> Timestamp {
        gateway::Clock::now(&*self.time)
    }

    /// One signature, by an authentication of its own, with its receipt.
    async fn sign(&self, id: &str) -> Bundle {
        let idp = self.clinic.idp();
        let session = self
            .tokens(&[("scope", "openid profile records:read")])
            .await;
        let amendment: Amendment = self.read(&format!("v1/amendments/{id}"), &session.1).await;
        let challenge = self.challenge(id, &session.1).await;
        let statement = self.statement(&amendment, &challenge);
        let key = OneTimeKey::generate(&SystemRandom::new()).unwrap();
        let prepared = Prepared::new(statement, key, [7; 32]).unwrap();
        let nonce = prepared.nonce().to_owned();
        let asked = [("scope", "openid profile records:sign"), ("nonce", &nonce)];
        let (id_token, access_token) = self.tokens(&asked).await;
        let snapshot = IssuerSnapshot {
            configuration: octets(&format!(
                "{}/.well-known/openid-configuration",
                idp.issuer()
            ))
            .await,
            jwks: octets(&jwks_uri(idp.issuer()).await).await,
            fetched_at: self.now(),
        };
        let authorization = Authorization {
            parameters: BTreeMap::from([("nonce".to_owned(), nonce)]),
            callback_iss: None,
        };
        let sealed = prepared
            .seal(
                Presentation::text(SHOWN),
                &id_token,
                snapshot,
                authorization,
            )
            .unwrap();
        let answer = client()
            .post(self.clinic.records_url().join("v1/signatures").unwrap())
            .bearer_auth(access_token)
            .header("content-type", EVIDENCE_MEDIA_TYPE)
            .header("if-match", &amendment.etag)
            .header("idempotency-key", id)
            .body(sealed.octets().to_vec())
            .send()
            .await
            .unwrap();
        let text = answer.text().await.unwrap();
        let accepted: SignatureAccepted = serde_json::from_str(&text).expect(&text);
        Bundle::parse(sealed.octets())
            .unwrap()
            .with_receipt(&accepted.receipt)
    }

    /// An ID token and an access token. Time passes, as it does when somebody types a password.
    async fn tokens(&self, more: &[(&str, &str)]) -> (String, String) {
        self.pass(SignedDuration::from_secs(1));
        let mut asked = vec![("resource", RESOURCE), ("prompt", "login")];
        asked.extend(more);
        let got = tokens(self.clinic.idp(), &Browser::new(), &ADAMS, &asked).await;
        (got.text("id_token"), got.text("access_token"))
    }

    async fn challenge(&self, id: &str, token: &str) -> Challenge {
        let asked = json!({
            "amendments": [id],
            "meaning": { "code": MEANING, "display": "Addendum Signature" },
            "reason": { "code": "late-entry", "text": "Late entry" },
        });
        let answer = client()
            .post(self.clinic.records_url().join("v1/challenges").unwrap())
            .bearer_auth(token)
            .header("content-type", "application/json")
            .body(asked.to_string())
            .send()
            .await
            .unwrap();
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    }

    fn statement(&self, amendment: &Amendment, challenge: &Challenge) -> Statement {
        let record = RecordRef {
            system: amendment.record.system.clone(),
            kind: amendment.record.kind.clone(),
            id: amendment.record.id.clone(),
            base_version: amendment.record.base_version.clone(),
        };
        let (base, proposed) = (amendment.base.as_slice(), amendment.proposed.as_slice());
        let signed = SignedAmendment::new(amendment.id.clone(), record, base, proposed).unwrap();
        let id = format!("01930000-0000-7000-8000-00000000{}", &amendment.id[3..]);
        serde_json::from_value(json!({
            "type": "urn:countersign:statement:v1",
            "signature_id": id,
            "challenge": challenge.challenge,
            "amendments": [signed],
            "signer": {
                "iss": self.clinic.idp().issuer(),
                "subject": { "sub": ADAMS.subject },
                "name": ADAMS.name,
            },
            "meaning": {
                "system": "urn:iso-astm:E1762-95:2013",
                "code": MEANING,
                "display": "Addendum Signature",
            },
            "reason": { "code": "late-entry", "text": "Late entry" },
            "shown_sha256": sha256_hex(SHOWN.as_bytes()),
            "requested_at": "2026-11-24T14:30:00+01:00",
            "time_zone": "Europe/Vienna",
            "authentication": { "prompt": "login", "max_age": 0, "acr_values": [], "agent": "print" },
            "client": {
                "client_id": demo::idp::CLIENT_ID,
                "version": "0.1.0",
                "build": "test",
                "device": "ward-3-pc-2",
            },
        }))
        .unwrap()
    }

    async fn read<T: serde::de::DeserializeOwned>(&self, path: &str, token: &str) -> T {
        let url = self.clinic.records_url().join(path).unwrap();
        serde_json::from_value(get(url.as_str(), Some(token)).await.body).unwrap()
    }

    async fn archive(&self) -> Archive {
        let url = self.clinic.records_url().join("v1/archive").unwrap();
        Archive::parse(&octets(url.as_str()).await).unwrap()
    }

    /// The ledger's keys by their names.
    async fn ledger(&self) -> BTreeMap<String, Value> {
        let issuer = self
            .clinic
            .idp()
            .issuer()
            .replace(':', "%3A")
            .replace('/', "%2F");
        let url = format!("{}v1/issuers/{issuer}/keys", self.clinic.records_url());
        let answer = get(&url, None).await;
        let keys = answer.body["keys"].as_array().unwrap().iter();
        keys.map(|key| (key["kid"].as_str().unwrap().to_owned(), key.clone()))
            .collect()
    }
}

fn received(evidence: &Bundle) -> Timestamp {
    evidence::receipt::read(evidence.receipt().unwrap())
        .unwrap()
        .received_at
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

async fn jwks_uri(issuer: &str) -> String {
    let url = format!("{issuer}/.well-known/openid-configuration");
    get(&url, None).await.text("jwks_uri")
}

async fn octets(url: &str) -> Vec<u8> {
    client()
        .get(url)
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap()
        .to_vec()
}
