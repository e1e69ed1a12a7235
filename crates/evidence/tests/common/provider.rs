//! The identity provider: a key of some kind, and what it publishes.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256,
};
use evidence::archive::{LedgerKey, TrustedIssuer};
use evidence::digest::base64url;
use evidence::keys::Algorithm;
use serde_json::{Map, Value, json};

use super::{CLIENT, at};

pub struct Provider {
    pub iss: String,
    pub kid: String,
    pub algorithm: Algorithm,
    key: Key,
}

enum Key {
    Rsa(Box<RsaKeyPair>),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Provider {
    pub fn new(iss: &str, algorithm: Algorithm) -> Self {
        let key = match algorithm {
            Algorithm::Rs256 | Algorithm::Ps256 => {
                Key::Rsa(Box::new(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()))
            }
            Algorithm::Es256 => {
                Key::P256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
            }
            Algorithm::EdDsa => Key::Ed25519(Ed25519KeyPair::generate().unwrap()),
        };
        Self {
            iss: iss.to_owned(),
            kid: "key-1".to_owned(),
            algorithm,
            key,
        }
    }

    pub fn header(&self) -> Map<String, Value> {
        let header = json!({ "alg": self.algorithm.name(), "kid": self.kid, "typ": "JWT" });
        header.as_object().unwrap().clone()
    }

    pub fn jwk(&self) -> Value {
        let mut jwk = match &self.key {
            Key::Rsa(pair) => {
                let public = pair.public_key();
                let (n, e) = (
                    public.modulus().big_endian_without_leading_zero(),
                    public.exponent().big_endian_without_leading_zero(),
                );
                json!({ "kty": "RSA", "n": base64url(n), "e": base64url(e) })
            }
            Key::P256(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({ "kty": "EC", "crv": "P-256", "x": base64url(x), "y": base64url(y) })
            }
            Key::Ed25519(pair) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": base64url(pair.public_key().as_ref()) })
            }
        };
        jwk["kid"] = json!(self.kid);
        jwk["use"] = json!("sig");
        jwk["x5c"] = json!(["MIIB"]);
        jwk
    }

    pub fn jwks(&self) -> Vec<u8> {
        let encryption_key =
            json!({ "kty": "RSA", "use": "enc", "n": "AQAB", "e": "AQAB", "kid": "other" });
        let unknown_key = json!({ "kty": "AKP", "alg": "ML-DSA-44", "pub": "AAAA" });
        serde_json::to_vec_pretty(&json!({ "keys": [encryption_key, self.jwk(), unknown_key] }))
            .unwrap()
    }

    pub fn configuration(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(
            &json!({ "issuer": self.iss, "poll_interval": 1.5, "service": null }),
        )
        .unwrap()
    }

    pub fn trusted(&self) -> TrustedIssuer {
        let jwk = serde_json::from_value(self.jwk()).unwrap();
        TrustedIssuer {
            iss: self.iss.clone(),
            client_ids: vec![CLIENT.to_owned()],
            algorithms: vec![self.algorithm],
            subject_claims: vec!["sub".to_owned()],
            keys: vec![LedgerKey {
                jwk,
                first_seen: at(-86_400),
                last_seen: at(86_400),
                retired_at: None,
            }],
        }
    }

    pub fn sign(&self, header: &Map<String, Value>, payload: &[u8]) -> String {
        let input = format!(
            "{}.{}",
            base64url(&serde_json::to_vec(header).unwrap()),
            base64url(payload)
        );
        let signature = match &self.key {
            Key::Rsa(pair) => {
                let scheme: &'static dyn aws_lc_rs::signature::RsaEncoding =
                    if self.algorithm == Algorithm::Ps256 {
                        &RSA_PSS_SHA256
                    } else {
                        &RSA_PKCS1_SHA256
                    };
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(
                    scheme,
                    &SystemRandom::new(),
                    input.as_bytes(),
                    &mut signature,
                )
                .unwrap();
                signature
            }
            Key::P256(pair) => pair
                .sign(&SystemRandom::new(), input.as_bytes())
                .unwrap()
                .as_ref()
                .to_vec(),
            Key::Ed25519(pair) => pair.sign(input.as_bytes()).as_ref().to_vec(),
        };
        format!("{input}.{}", base64url(&signature))
    }
}
