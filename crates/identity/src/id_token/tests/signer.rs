//! An issuer's key for the tests, which signs whatever it is given.

use std::sync::OnceLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384,
    RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

pub(super) enum Signer {
    Ec(&'static str, EcdsaKeyPair),
    Rsa(&'static dyn RsaEncoding),
    Ed25519(Ed25519KeyPair),
}

impl Signer {
    pub(super) fn es256() -> Self {
        Self::of("ES256")
    }

    pub(super) fn rs256() -> Self {
        Self::of("RS256")
    }

    /// A key for this algorithm.
    pub(super) fn of(algorithm: &str) -> Self {
        let ec = |algorithm| EcdsaKeyPair::generate(algorithm).unwrap();
        match algorithm {
            "ES256" => Self::Ec("P-256", ec(&ECDSA_P256_SHA256_FIXED_SIGNING)),
            "ES384" => Self::Ec("P-384", ec(&ECDSA_P384_SHA384_FIXED_SIGNING)),
            "RS256" => Self::Rsa(&RSA_PKCS1_SHA256),
            "RS384" => Self::Rsa(&RSA_PKCS1_SHA384),
            "RS512" => Self::Rsa(&RSA_PKCS1_SHA512),
            "PS256" => Self::Rsa(&RSA_PSS_SHA256),
            "PS384" => Self::Rsa(&RSA_PSS_SHA384),
            "PS512" => Self::Rsa(&RSA_PSS_SHA512),
            "EdDSA" => Self::Ed25519(Ed25519KeyPair::generate().unwrap()),
            other => panic!("no signer for {other}"),
        }
    }

    pub(super) fn jwk(&self, kid: &str) -> Value {
        match self {
            Self::Ec(curve, key) => {
                let point = &key.public_key().as_ref()[1..];
                let (x, y) = point.split_at(point.len() / 2);
                json!({ "kty": "EC", "crv": curve, "use": "sig", "kid": kid, "x": encoded(x), "y": encoded(y) })
            }
            Self::Rsa(_) => {
                let public = rsa_key().public_key();
                let n = public.modulus().big_endian_without_leading_zero();
                let e = public.exponent().big_endian_without_leading_zero();
                json!({ "kty": "RSA", "use": "sig", "kid": kid, "n": encoded(n), "e": encoded(e) })
            }
            Self::Ed25519(key) => {
                let x = encoded(key.public_key());
                json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": kid, "x": x })
            }
        }
    }

    pub(super) fn sign(&self, header: &str, claims: &str) -> String {
        let signed = format!("{}.{}", encoded(header), encoded(claims));
        let random = SystemRandom::new();
        let signature = match self {
            Self::Ec(_, key) => key
                .sign(&random, signed.as_bytes())
                .unwrap()
                .as_ref()
                .to_vec(),
            Self::Rsa(encoding) => {
                let key = rsa_key();
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(*encoding, &random, signed.as_bytes(), &mut signature)
                    .unwrap();
                signature
            }
            Self::Ed25519(key) => key.sign(signed.as_bytes()).as_ref().to_vec(),
        };
        format!("{signed}.{}", encoded(signature))
    }
}

/// An RSA key costs a noticeable part of a second, so all tests share one.
fn rsa_key() -> &'static RsaKeyPair {
    static KEY: OnceLock<RsaKeyPair> = OnceLock::new();
    KEY.get_or_init(|| RsaKeyPair::generate(KeySize::Rsa2048).unwrap())
}

pub(super) fn encoded(octets: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(octets)
}
