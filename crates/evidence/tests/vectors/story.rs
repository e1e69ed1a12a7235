//! One signature, put together from `docs/evidence.md` alone: nothing of the crate's own maker is used, so that a
//! mistake in it would show here.

use evidence::digest::{base64url, sha256_hex};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use sha3::{Digest as _, Sha3_256};

use super::keys::Key;
use super::tsa::Tsa;

pub const ISSUER: &str = "https://id.example.org/realms/clinic";
pub const CLIENT: &str = "countersign-desktop";
pub const SHOWN: &str = "I, Grace Adams, sign that haemoglobin 13.20 g/dL becomes 12.30 g/dL.";

/// Seconds after the challenge was issued.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_795_600_000).unwrap() + SignedDuration::from_secs(seconds)
}

/// Seconds since the epoch, as in claims.
pub fn epoch(seconds: i64) -> Value {
    json!(at(seconds).as_second())
}

/// Everything that a signature is made from, honest until a vector changes it.
pub struct Story {
    pub provider: Key,
    pub header: Map<String, Value>,
    /// `nonce: null` stands for the commitment's.
    pub claims: Map<String, Value>,
    /// The ID token's payload, where it is not the claims.
    pub payload: Option<Vec<u8>>,
    pub statement: Value,
    /// Members of the CIC that are not as they should be.
    pub cic: Map<String, Value>,
    pub presentation: Value,
    pub configuration: Vec<u8>,
    pub jwks: Vec<u8>,
    pub authorization: Value,
    pub holder: Key,
    pub receipt_key: Key,
    pub archive: Value,
    pub facts: Value,
}

impl Story {
    pub fn new(provider: Key) -> Self {
        let mut jwk = provider.public();
        jwk["kid"] = json!("key-1");
        jwk["use"] = json!("sig");
        jwk["alg"] = json!(provider.algorithm());
        let encryption =
            json!({ "kty": "RSA", "use": "enc", "n": "AQAB", "e": "AQAB", "kid": "other" });
        let header = json!({ "alg": provider.algorithm(), "kid": "key-1", "typ": "JWT" });
        let receipt_key = Key::p256(0x33);
        let (issuers, statement) = (json!([trusted(&provider, &jwk)]), statement(&["hb-1"]));
        Self {
            header: object(header),
            claims: object(claims()),
            payload: None,
            cic: Map::new(),
            presentation: json!({
                "media_type": "text/plain;charset=utf-8",
                "octets": base64url(SHOWN.as_bytes()),
            }),
            configuration: jcs(&json!({ "issuer": ISSUER, "poll_interval": 1.5, "service": null })),
            jwks: jcs(&json!({ "keys": [encryption, jwk] })),
            authorization: json!({
                "parameters": {
                    "acr_values": "mfa",
                    "client_id": CLIENT,
                    "max_age": "0",
                    "prompt": "login",
                    "scope": "openid",
                },
                "callback_iss": ISSUER,
            }),
            holder: Key::p256(0x22),
            archive: json!({
                "type": "urn:countersign:archive:v1",
                "issuers": issuers,
                "receipt_keys": [ledger_key(&receipt_jwk(&receipt_key), -86_400, 86_400)],
                "clock_skew_s": 60,
                "delivery_grace_s": 0,
            }),
            facts: facts(&issuers, &statement),
            receipt_key,
            statement,
            provider,
        }
    }

    /// With a provider that signs with ES256.
    pub fn es256() -> Self {
        Self::new(Key::p256(0x11))
    }

    pub fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// Signs these amendments instead of the one.
    pub fn signing(mut self, amendments: &[&str]) -> Self {
        self.statement = statement(amendments);
        let issuers = self.facts["issuers"].clone();
        self.facts = facts(&issuers, &self.statement);
        self
    }

    pub fn commitment(&self) -> Value {
        let mut upk = self.holder.public();
        upk["alg"] = json!("ES256");
        let mut cic = json!({
            "alg": "ES256",
            "att": sha256_hex(&jcs(&self.statement)),
            "rz": "ab".repeat(32),
            "typ": "CIC",
            "upk": upk,
        });
        for (name, value) in &self.cic {
            cic[name] = value.clone();
        }
        cic
    }

    pub fn id_token(&self) -> [String; 3] {
        let mut claims = self.claims.clone();
        if claims.get("nonce") == Some(&Value::Null) {
            claims.insert("nonce".to_owned(), json!(sha3(&jcs(&self.commitment()))));
        }
        let payload = self.payload.clone().unwrap_or_else(|| jcs(&claims));
        jws(&self.provider, &self.header, &payload)
    }

    pub fn pk_token(&self) -> Value {
        let [protected, payload, signature] = self.id_token();
        let cic = base64url(&jcs(&self.commitment()));
        let held = self.holder.sign(format!("{cic}.{payload}").as_bytes());
        json!({
            "payload": payload,
            "signatures": [
                { "protected": protected, "signature": signature },
                { "protected": cic, "signature": base64url(&held) },
            ],
        })
    }

    /// The bundle, signed and sealed.
    pub fn bundle(&self) -> Value {
        let pk_token = self.pk_token();
        let mut bundle = json!({
            "type": "urn:countersign:evidence:v1",
            "statement": self.statement,
            "presentation": self.presentation,
            "signed_statement": message(&self.holder, &pk_token, &jcs(&self.statement)),
            "pk_token": pk_token,
            "issuer": {
                "configuration": base64url(&self.configuration),
                "jwks": base64url(&self.jwks),
                "fetched_at": at(1),
            },
            "authorization": self.authorization,
        });
        self.seal(&mut bundle);
        bundle
    }

    /// Seals, or seals again after a change.
    pub fn seal(&self, bundle: &mut Value) {
        object_of(bundle).remove("seal");
        let seal =
            json!({ "type": "urn:countersign:seal:v1", "evidence_sha256": identity(bundle) });
        bundle["seal"] = json!(message(&self.holder, &bundle["pk_token"], &jcs(&seal)));
    }

    /// What the records API answers.
    pub fn receipt(&self, bundle: &Value) -> Value {
        let amendments = self.statement["amendments"].as_array().unwrap();
        let committed = amendments.iter().map(|one| {
            let mut record = one["record"].clone();
            record["new_version"] = json!("4");
            record
        });
        json!({
            "type": "urn:countersign:receipt:v1",
            "signature_id": self.statement["signature_id"],
            "evidence_sha256": identity(bundle),
            "sequence": 1,
            "records": committed.collect::<Vec<_>>(),
            "received_at": at(60),
            "challenge": { "issued_at": at(0), "expires_at": at(300) },
            "verified": [
                "parse", "commitment", "holder", "issuer", "id_token", "audience", "time", "freshness",
                "authentication", "signer", "record", "challenge", "authority",
            ],
            "issuer_key_thumbprint": thumbprint(&self.provider.public()),
        })
    }

    pub fn receipt_header(&self) -> Value {
        let kid = thumbprint(&self.receipt_key.public());
        json!({ "alg": "ES256", "kid": kid, "typ": "countersign-receipt+jws" })
    }

    /// The bundle with its receipt, or with a receipt that says something else.
    pub fn receipted_with(&self, change: impl FnOnce(&mut Value)) -> Value {
        self.attach(self.bundle(), change)
    }

    pub fn receipted(&self) -> Value {
        self.receipted_with(|_| {})
    }

    /// A receipt for a bundle that was made otherwise.
    pub fn attach(&self, mut bundle: Value, change: impl FnOnce(&mut Value)) -> Value {
        let mut receipt = self.receipt(&bundle);
        change(&mut receipt);
        let signed = jws(
            &self.receipt_key,
            &object(self.receipt_header()),
            &jcs(&receipt),
        );
        bundle["receipt"] = json!(signed.join("."));
        bundle
    }

    /// The bundle with its receipt and that receipt's time-stamp.
    pub fn stamped_by(&mut self, tsa: &Tsa) -> Value {
        self.archive["timestamp_authorities"] = json!([base64url(tsa.root())]);
        let mut bundle = self.receipted();
        let token = tsa.stamp(bundle["receipt"].as_str().unwrap());
        bundle["timestamp"] = json!(base64url(&token));
        bundle
    }
}

fn statement(amendments: &[&str]) -> Value {
    let signed = amendments.iter().map(|id| {
        let base = format!(
            r#"{{"resourceType":"Observation","id":"obs-{id}","valueQuantity":{{"value":13.20}}}}"#
        );
        let proposed = base.replace("13.20", "12.30");
        // The canonical form of the same record: members in order, and no zero at the end of a number.
        let canonical = format!(
            r#"{{"id":"obs-{id}","resourceType":"Observation","valueQuantity":{{"value":12.3}}}}"#
        );
        json!({
            "id": id,
            "record": {
                "system": "https://records.example.org/fhir",
                "type": "Observation",
                "id": format!("obs-{id}"),
                "base_version": "3",
            },
            "base_sha256": sha256_hex(base.as_bytes()),
            "proposed_sha256": sha256_hex(proposed.as_bytes()),
            "proposed_canonical_sha256": sha256_hex(canonical.as_bytes()),
            "canonicalization": "urn:ietf:rfc:8785",
        })
    });
    json!({
        "type": "urn:countersign:statement:v1",
        "signature_id": "01927d3e-8a00-7c4e-9c3b-2f6d1e5a7b90",
        "challenge": "k3V0yQm1lq0S6uRr",
        "amendments": signed.collect::<Vec<_>>(),
        "signer": { "iss": ISSUER, "subject": { "sub": "adams-7d1" }, "name": "Grace Adams" },
        "meaning": {
            "system": "urn:iso-astm:E1762-95:2013",
            "code": "1.2.840.10065.1.12.1.15",
            "display": "Addendum Signature",
        },
        "reason": { "code": "transcription", "text": "Transcription error" },
        "shown_sha256": sha256_hex(SHOWN.as_bytes()),
        "requested_at": "2026-11-25T10:46:40+01:00",
        "time_zone": "Europe/Vienna",
        "authentication": { "prompt": "login", "max_age": 0, "acr_values": ["mfa"], "agent": "window" },
        "client": { "client_id": CLIENT, "version": "0.1.0", "build": "vectors", "device": "ward-3-pc-2" },
    })
}

fn claims() -> Value {
    json!({
        "iss": ISSUER,
        "sub": "adams-7d1",
        "aud": CLIENT,
        "nonce": null,
        "iat": epoch(50),
        "exp": epoch(350),
        "auth_time": epoch(49),
        "acr": "mfa",
        "amr": ["pwd", "otp"],
        "name": "Grace Adams",
    })
}

fn trusted(provider: &Key, jwk: &Value) -> Value {
    json!({
        "iss": ISSUER,
        "client_ids": [CLIENT],
        "algorithms": [provider.algorithm()],
        "subject_claims": ["sub"],
        "keys": [ledger_key(jwk, -86_400, 86_400)],
    })
}

/// What a records API knows while the signature is being made.
fn facts(issuers: &Value, statement: &Value) -> Value {
    let subject = json!({ "iss": ISSUER, "claims": { "sub": "adams-7d1" } });
    let amendments = statement["amendments"].as_array().unwrap();
    let stored = amendments.iter().map(|one| {
        let mut state = one.clone();
        object_of(&mut state).remove("canonicalization");
        state
    });
    json!({
        "issuers": issuers,
        "now": at(60),
        "clock_skew_s": 60,
        "delivery_grace_s": 0,
        "required_amr": ["otp"],
        "names": "id_token",
        "session": subject,
        "challenge": {
            "challenge": statement["challenge"],
            "life": { "issued_at": at(0), "expires_at": at(300) },
            "subject": subject,
            "amendments": amendments.iter().map(|one| one["id"].clone()).collect::<Vec<_>>(),
            "meaning": statement["meaning"]["code"],
            "acr_values": ["mfa"],
            "ledger": { "challenge_spent": false, "commitment_seen": false, "authentication_seen": false },
        },
        "amendments": stored.collect::<Vec<_>>(),
        "authority": true,
    })
}

pub fn ledger_key(jwk: &Value, first_seen: i64, last_seen: i64) -> Value {
    json!({ "jwk": jwk, "first_seen": at(first_seen), "last_seen": at(last_seen) })
}

fn receipt_jwk(key: &Key) -> Value {
    let mut jwk = key.public();
    jwk["kid"] = json!(thumbprint(&jwk));
    jwk["use"] = json!("sig");
    jwk["alg"] = json!("ES256");
    jwk
}

/// RFC 7638: the required members alone, in order.
pub fn thumbprint(jwk: &Value) -> String {
    let required: Map<_, _> = ["crv", "e", "kty", "n", "x", "y"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), jwk.get(name)?.clone())))
        .collect();
    base64url(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &jcs(&required)).as_ref())
}

pub fn jws(key: &Key, header: &Map<String, Value>, payload: &[u8]) -> [String; 3] {
    let (protected, payload) = (base64url(&jcs(header)), base64url(payload));
    let signature = key.sign(format!("{protected}.{payload}").as_bytes());
    [protected, payload, base64url(&signature)]
}

/// An OpenPubkey signed message under a PK token.
pub fn message(key: &Key, pk_token: &Value, content: &[u8]) -> String {
    let header = json!({ "alg": "ES256", "kid": sha3(&jcs(pk_token)), "typ": "osm" });
    jws(key, &object(header), content).join(".")
}

/// The evidence's identity: without receipt, time-stamp and presented octets.
pub fn identity(bundle: &Value) -> String {
    let mut core = bundle.clone();
    object_of(&mut core).remove("receipt");
    object_of(&mut core).remove("timestamp");
    object_of(&mut core["presentation"]).remove("octets");
    sha256_hex(&jcs(&core))
}

pub fn jcs(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(value).unwrap()
}

pub fn sha3(octets: &[u8]) -> String {
    base64url(&Sha3_256::digest(octets))
}

pub fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        other => panic!("not an object: {other}"),
    }
}

pub fn object_of(value: &mut Value) -> &mut Map<String, Value> {
    value.as_object_mut().unwrap()
}
