//! The provider's signing keys, and how a JWS is put together.
//!
//! The compact form is assembled by hand, because half of what the provider signs on demand is wrong in
//! ways that no JWT library would produce.

use std::sync::OnceLock;

use aws_lc_rs::{
    error::Unspecified,
    hmac,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
        EcdsaSigningAlgorithm, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{Algorithm, Fault, Faults, small_rsa::SmallRsa};

/// Unguessable text of 256 bits.
pub(crate) fn random_text() -> String {
    let mut bytes = [0; 32];
    // The operating system's source does not fail once it is seeded; a demo without it has no business running.
    #[allow(clippy::expect_used)]
    aws_lc_rs::rand::fill(&mut bytes).expect("the operating system gives random bytes");
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A key pair with its public half ready to publish.
pub(super) struct Key {
    pub kid: String,
    pub alg: &'static str,
    pair: Pair,
    public: Value,
}

enum Pair {
    Ec(EcdsaKeyPair),
    Rsa(Box<RsaKeyPair>),
    Small(Box<SmallRsa>),
}

impl Key {
    fn ec(
        kid: String,
        alg: &'static str,
        algorithm: &'static EcdsaSigningAlgorithm,
    ) -> Result<Self, Unspecified> {
        let pair = EcdsaKeyPair::generate(algorithm)?;
        // Uncompressed point: 0x04, x, y.
        let point = pair.public_key().as_ref();
        let (x, y) = point[1..].split_at((point.len() - 1) / 2);
        let crv = if alg == "ES256" { "P-256" } else { "P-384" };
        let public = json!({ "kty": "EC", "crv": crv, "x": encode(x), "y": encode(y), "use": "sig", "alg": alg, "kid": kid });
        Ok(Self {
            kid,
            alg,
            pair: Pair::Ec(pair),
            public,
        })
    }

    fn p256(kid: String) -> Result<Self, Unspecified> {
        Self::ec(kid, "ES256", &ECDSA_P256_SHA256_FIXED_SIGNING)
    }

    fn rsa(kid: String, pair: RsaKeyPair) -> Self {
        let (n, e) = (pair.public_key().modulus(), pair.public_key().exponent());
        let public = rsa_public(
            n.big_endian_without_leading_zero(),
            e.big_endian_without_leading_zero(),
            &kid,
        );
        Self {
            kid,
            alg: "RS256",
            pair: Pair::Rsa(Box::new(pair)),
            public,
        }
    }

    fn small(kid: String) -> Result<Self, Unspecified> {
        let pair = SmallRsa::generate().map_err(|_| Unspecified)?;
        let public = rsa_public(&pair.modulus(), &pair.exponent(), &kid);
        Ok(Self {
            kid,
            alg: "RS256",
            pair: Pair::Small(Box::new(pair)),
            public,
        })
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Unspecified> {
        let rng = SystemRandom::new();
        match &self.pair {
            Pair::Ec(pair) => Ok(pair.sign(&rng, message)?.as_ref().to_vec()),
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &rng, message, &mut signature)?;
                Ok(signature)
            }
            Pair::Small(pair) => pair.sign(message).map_err(|_| Unspecified),
        }
    }

    /// A compact JWS with exactly this header.
    pub fn jws(&self, header: &Value, payload: &[u8]) -> Result<String, Unspecified> {
        let signed = signing_input(header, payload);
        let signature = self.sign(signed.as_bytes())?;
        Ok(format!("{signed}.{}", encode(&signature)))
    }

    /// The public half as JWK.
    pub fn public(&self) -> &Value {
        &self.public
    }
}

fn rsa_public(n: &[u8], e: &[u8], kid: &str) -> Value {
    json!({ "kty": "RSA", "n": encode(n), "e": encode(e), "use": "sig", "alg": "RS256", "kid": kid })
}

pub(super) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn signing_input(header: &Value, payload: &[u8]) -> String {
    format!("{}.{}", encode(header.to_string()), encode(payload))
}

/// `alg: none`.
pub(super) fn unsigned(header: &Value, payload: &[u8]) -> String {
    format!("{}.", signing_input(header, payload))
}

/// `alg: HS256`.
pub(super) fn hmac_signed(header: &Value, payload: &[u8], secret: &[u8]) -> String {
    let signed = signing_input(header, payload);
    let tag = hmac::sign(
        &hmac::Key::new(hmac::HMAC_SHA256, secret),
        signed.as_bytes(),
    );
    format!("{signed}.{}", encode(tag))
}

/// The keys in use, those of before, and those that only faults use.
pub(super) struct Keys {
    generation: u32,
    es256: Key,
    rs256: Key,
    retired: Vec<Value>,
    twins: Option<[Key; 2]>,
    es384: Option<Key>,
    small: Option<Key>,
}

impl Keys {
    pub fn new() -> Result<Self, Unspecified> {
        Ok(Self {
            generation: 1,
            es256: Key::p256("es256-1".to_owned())?,
            rs256: Key::rsa("rs256-1".to_owned(), first_rsa_key()?),
            retired: Vec::new(),
            twins: None,
            es384: None,
            small: None,
        })
    }

    pub fn rotate(&mut self) -> Result<(), Unspecified> {
        self.generation += 1;
        let es256 = Key::p256(format!("es256-{}", self.generation))?;
        let rs256 = Key::rsa(
            format!("rs256-{}", self.generation),
            RsaKeyPair::generate(KeySize::Rsa2048)?,
        );
        self.retired
            .push(std::mem::replace(&mut self.es256, es256).public);
        self.retired
            .push(std::mem::replace(&mut self.rs256, rs256).public);
        Ok(())
    }

    /// Takes down what does not sign any more.
    pub fn withdraw(&mut self) {
        self.retired.clear();
    }

    /// Makes the keys that these faults publish, and drops those of faults that are off again.
    pub fn prepare(&mut self, faults: &Faults) -> Result<(), Unspecified> {
        // A second key for each algorithm, so that a missing `kid` leaves a choice.
        keep_for(
            faults.has(Fault::KidMissingSeveralKeys),
            &mut self.twins,
            || {
                let rsa = RsaKeyPair::generate(KeySize::Rsa2048)?;
                Ok([
                    Key::p256("es256-twin".to_owned())?,
                    Key::rsa("rs256-twin".to_owned(), rsa),
                ])
            },
        )?;
        keep_for(
            faults.has(Fault::AlgorithmUnadvertised),
            &mut self.es384,
            || {
                Key::ec(
                    "es384-1".to_owned(),
                    "ES384",
                    &ECDSA_P384_SHA384_FIXED_SIGNING,
                )
            },
        )?;
        keep_for(faults.has(Fault::KeySmall), &mut self.small, || {
            Key::small("rs256-small".to_owned())
        })
    }

    /// The key that signs for this algorithm.
    pub fn current(&self, algorithm: Algorithm) -> &Key {
        match algorithm {
            Algorithm::Es256 => &self.es256,
            Algorithm::Rs256 => &self.rs256,
        }
    }

    /// The key for an algorithm that discovery does not list, once its fault is prepared.
    pub fn es384(&self) -> Result<&Key, Unspecified> {
        self.es384.as_ref().ok_or(Unspecified)
    }

    /// The RSA key of 1024 bits, once its fault is prepared.
    pub fn small(&self) -> Result<&Key, Unspecified> {
        self.small.as_ref().ok_or(Unspecified)
    }

    /// A key that is published nowhere, under the name of the one that should have signed.
    pub fn stranger(&self, algorithm: Algorithm) -> Result<Key, Unspecified> {
        let kid = self.current(algorithm).kid.clone();
        match algorithm {
            Algorithm::Es256 => Key::p256(kid),
            Algorithm::Rs256 => Ok(Key::rsa(kid, RsaKeyPair::generate(KeySize::Rsa2048)?)),
        }
    }

    /// The key set, newest first.
    pub fn public(&self) -> Vec<Value> {
        let mut keys = vec![self.es256.public.clone(), self.rs256.public.clone()];
        keys.extend(self.retired.iter().rev().cloned());
        keys.extend(self.twins.iter().flatten().map(|key| key.public.clone()));
        keys.extend(self.es384.iter().map(|key| key.public.clone()));
        keys.extend(self.small.iter().map(|key| key.public.clone()));
        keys
    }
}

fn keep_for<T>(
    wanted: bool,
    slot: &mut Option<T>,
    make: impl FnOnce() -> Result<T, Unspecified>,
) -> Result<(), Unspecified> {
    if !wanted {
        *slot = None;
    } else if slot.is_none() {
        *slot = Some(make()?);
    }
    Ok(())
}

/// An RSA key costs a noticeable part of a second, so the first one is made once per process.
fn first_rsa_key() -> Result<RsaKeyPair, Unspecified> {
    static FIRST: OnceLock<Option<Vec<u8>>> = OnceLock::new();
    let pkcs8 = FIRST.get_or_init(|| {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).ok()?;
        let document: aws_lc_rs::encoding::Pkcs8V1Der<'_> =
            aws_lc_rs::encoding::AsDer::as_der(&pair).ok()?;
        Some(document.as_ref().to_vec())
    });
    RsaKeyPair::from_pkcs8(pkcs8.as_ref().ok_or(Unspecified)?).map_err(|_| Unspecified)
}
