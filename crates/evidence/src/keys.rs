//! Public keys: JSON Web Keys (RFC 7517), their thumbprints (RFC 7638), and signatures by them.
//!
//! A key verifies only algorithms that fit its type, and a token never says which key type it wants: the algorithm
//! of the token must be one of the issuer's, and the key must fit it.

use std::collections::BTreeMap;

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    RsaParameters, UnparsedPublicKey, VerificationAlgorithm,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::canonical::{self, CanonicalError};
use crate::digest::{base64url, from_base64url, sha256_base64url};

/// RSA keys below this many bits are refused.
pub const MIN_RSA_BITS: usize = 2048;
/// A key set with more keys than any provider publishes is refused.
pub const MAX_KEYS: usize = 100;

/// A signature algorithm that evidence can be verified with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
    /// RSASSA-PSS with SHA-256.
    #[serde(rename = "PS256")]
    Ps256,
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// EdDSA on Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Rs256, Self::Ps256, Self::Es256, Self::EdDsa];

    /// As JOSE spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// By its JOSE name. `none` and HMAC have no place here.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
    }
}

/// A public key with what its owner says about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WireJwk", into = "WireJwk")]
pub struct Jwk {
    /// The owner's name for it.
    pub kid: Option<String>,
    /// The only algorithm the owner uses it with, if it says so.
    pub alg: Option<String>,
    material: Material,
}

/// The key itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Material {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256 { x: [u8; 32], y: [u8; 32] },
    Ed25519 { x: [u8; 32] },
}

impl From<Material> for Jwk {
    fn from(material: Material) -> Self {
        Self {
            kid: None,
            alg: None,
            material,
        }
    }
}

impl Jwk {
    /// RFC 7638.
    pub fn thumbprint(&self) -> String {
        let members = match &self.material {
            Material::Rsa { n, e } => format!(
                r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#,
                base64url(e),
                base64url(n)
            ),
            Material::P256 { x, y } => {
                format!(
                    r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#,
                    base64url(x),
                    base64url(y)
                )
            }
            Material::Ed25519 { x } => {
                format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, base64url(x))
            }
        };
        sha256_base64url(members.as_bytes())
    }

    /// Whether the key's type, and what its owner says of it, allow this algorithm.
    pub fn fits(&self, algorithm: Algorithm) -> bool {
        let type_fits = matches!(
            (&self.material, algorithm),
            (Material::Rsa { .. }, Algorithm::Rs256 | Algorithm::Ps256)
                | (Material::P256 { .. }, Algorithm::Es256)
                | (Material::Ed25519 { .. }, Algorithm::EdDsa)
        );
        type_fits
            && self
                .alg
                .as_deref()
                .is_none_or(|alg| alg == algorithm.name())
    }

    /// Whether the key is an RSA key below [`MIN_RSA_BITS`].
    pub fn is_too_small(&self) -> bool {
        match &self.material {
            Material::Rsa { n, .. } => bits(n) < MIN_RSA_BITS,
            Material::P256 { .. } | Material::Ed25519 { .. } => false,
        }
    }

    /// Whether a signature over a message is this key's. False also if the key does not fit the algorithm.
    pub fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        match (&self.material, algorithm) {
            (Material::Rsa { n, e }, Algorithm::Rs256) => {
                rsa(n, e, &RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
            (Material::Rsa { n, e }, Algorithm::Ps256) => {
                rsa(n, e, &RSA_PSS_2048_8192_SHA256, message, signature)
            }
            (Material::P256 { x, y }, Algorithm::Es256) => raw(
                &ECDSA_P256_SHA256_FIXED,
                &[&[4][..], x, y].concat(),
                message,
                signature,
            ),
            (Material::Ed25519 { x }, Algorithm::EdDsa) => raw(&ED25519, x, message, signature),
            _ => false,
        }
    }
}

fn rsa(
    n: &[u8],
    e: &[u8],
    parameters: &'static RsaParameters,
    message: &[u8],
    signature: &[u8],
) -> bool {
    PublicKeyComponents { n, e }
        .verify(parameters, message, signature)
        .is_ok()
}

fn raw(
    algorithm: &'static dyn VerificationAlgorithm,
    key: &[u8],
    message: &[u8],
    signature: &[u8],
) -> bool {
    UnparsedPublicKey::new(algorithm, key)
        .verify(message, signature)
        .is_ok()
}

fn bits(n: &[u8]) -> usize {
    match n.iter().position(|byte| *byte != 0) {
        Some(first) => (n.len() - first) * 8 - n[first].leading_zeros() as usize,
        None => 0,
    }
}

/// The public members of a JWK. What else an owner publishes (certificates, key operations) is not carried on.
#[derive(Serialize, Deserialize)]
struct WireJwk {
    kty: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    crv: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    e: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alg: Option<String>,
    #[serde(rename = "use", skip_serializing_if = "Option::is_none")]
    purpose: Option<String>,
    #[serde(skip_serializing)]
    d: Option<Value>,
}

impl TryFrom<WireJwk> for Jwk {
    type Error = &'static str;

    fn try_from(wire: WireJwk) -> Result<Self, Self::Error> {
        const MALFORMED: &str = "malformed key";
        if wire.d.is_some() {
            return Err("a private key");
        }
        if wire.purpose.is_some_and(|purpose| purpose != "sig") {
            return Err("not a signature key");
        }
        let octets =
            |member: Option<String>| member.as_deref().and_then(from_base64url).ok_or(MALFORMED);
        let coordinate =
            |member| octets(member).and_then(|octets| octets.try_into().map_err(|_| MALFORMED));
        let material = match (wire.kty.as_str(), wire.crv.as_deref()) {
            ("RSA", _) => Material::Rsa {
                n: octets(wire.n)?,
                e: octets(wire.e)?,
            },
            ("EC", Some("P-256")) => Material::P256 {
                x: coordinate(wire.x)?,
                y: coordinate(wire.y)?,
            },
            ("OKP", Some("Ed25519")) => Material::Ed25519 {
                x: coordinate(wire.x)?,
            },
            _ => return Err("unsupported key type"),
        };
        Ok(Self {
            kid: wire.kid,
            alg: wire.alg,
            material,
        })
    }
}

impl From<Jwk> for WireJwk {
    fn from(jwk: Jwk) -> Self {
        let mut wire = Self {
            kty: String::new(),
            crv: None,
            n: None,
            e: None,
            x: None,
            y: None,
            kid: jwk.kid,
            alg: jwk.alg,
            purpose: Some("sig".to_owned()),
            d: None,
        };
        match jwk.material {
            Material::Rsa { n, e } => {
                "RSA".clone_into(&mut wire.kty);
                (wire.n, wire.e) = (Some(base64url(&n)), Some(base64url(&e)));
            }
            Material::P256 { x, y } => {
                "EC".clone_into(&mut wire.kty);
                wire.crv = Some("P-256".to_owned());
                (wire.x, wire.y) = (Some(base64url(&x)), Some(base64url(&y)));
            }
            Material::Ed25519 { x } => {
                "OKP".clone_into(&mut wire.kty);
                wire.crv = Some("Ed25519".to_owned());
                wire.x = Some(base64url(&x));
            }
        }
        wire
    }
}

/// A provider's published keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeySet {
    /// The keys that can verify signatures here. Keys of other types, for encryption, or private, are left out
    /// (RFC 7517 §5).
    pub keys: Vec<Jwk>,
}

impl KeySet {
    /// Reads a JWKS document.
    pub fn parse(octets: &[u8]) -> Result<Self, CanonicalError> {
        #[derive(Deserialize)]
        struct Document {
            keys: Vec<BTreeMap<String, Value>>,
        }
        let document: Document =
            canonical::shape(canonical::parse_foreign(octets, canonical::MAX_OCTETS)?)?;
        if document.keys.len() > MAX_KEYS {
            return Err(CanonicalError::TooLarge);
        }
        let usable = |key| canonical::shape(Value::Object(serde_json::Map::from_iter(key))).ok();
        Ok(Self {
            keys: document.keys.into_iter().filter_map(usable).collect(),
        })
    }
}
