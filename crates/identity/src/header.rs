//! A compact JWS taken apart, before anything in it is believed.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use openidconnect::core::CoreJwsSigningAlgorithm;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::Refusal;

/// The longest token that is read.
pub(crate) const MAX_TOKEN: usize = 64 * 1024;

/// A JWS in its three parts.
pub(crate) struct Parts<'a> {
    pub(crate) header: Header,
    pub(crate) claims: Map<String, Value>,
    /// What the signature is over.
    pub(crate) signed: &'a str,
    pub(crate) signature: Vec<u8>,
}

/// What a token's header says, when all of it is understood.
pub(crate) struct Header {
    pub(crate) alg: String,
    pub(crate) algorithm: CoreJwsSigningAlgorithm,
    pub(crate) kid: Option<String>,
}

impl<'a> Parts<'a> {
    /// Takes a token apart. `allowed` are the algorithms by their JWA names.
    pub(crate) fn of(token: &'a str, allowed: &[String]) -> Result<Self, Refusal> {
        if token.len() > MAX_TOKEN {
            return Err(Refusal::TokenTooLarge);
        }
        let parts: Vec<_> = token.split('.').collect();
        let [header, claims, signature] = parts[..] else {
            // Five parts are an encrypted token, which nobody asked for.
            return Err(if parts.len() == 5 {
                Refusal::HeaderUnsupported
            } else {
                Refusal::SignatureInvalid
            });
        };
        Ok(Self {
            header: Header::read(&object(header)?, allowed)?,
            claims: object(claims)?,
            signed: &token[..header.len() + 1 + claims.len()],
            signature: octets(signature)?,
        })
    }
}

impl Header {
    fn read(header: &Map<String, Value>, allowed: &[String]) -> Result<Self, Refusal> {
        let foreign_type = match header.get("typ") {
            None => false,
            Some(Value::String(typ)) => !typ.eq_ignore_ascii_case("JWT"),
            Some(_) => true,
        };
        // Each of these would change what the signature means. `jku`, `jwk` and `x5u` are ignored: keys come from
        // the issuer's own set.
        let changes_meaning = ["crit", "b64", "cty", "enc", "zip"]
            .iter()
            .any(|member| header.contains_key(*member));
        if foreign_type || changes_meaning {
            return Err(Refusal::HeaderUnsupported);
        }
        let Some(Value::String(alg)) = header.get("alg") else {
            return Err(Refusal::AlgorithmNotAllowed);
        };
        if !allowed.contains(alg) {
            return Err(Refusal::AlgorithmNotAllowed);
        }
        let kid = match header.get("kid") {
            None => None,
            Some(Value::String(kid)) => Some(kid.clone()),
            Some(_) => return Err(Refusal::HeaderUnsupported),
        };
        Ok(Self {
            algorithm: algorithm(alg).ok_or(Refusal::AlgorithmNotAllowed)?,
            alg: alg.clone(),
            kid,
        })
    }
}

/// The asymmetric algorithms. `none` and the HMAC family are not among them, whatever a policy says.
fn algorithm(name: &str) -> Option<CoreJwsSigningAlgorithm> {
    use CoreJwsSigningAlgorithm as A;
    Some(match name {
        "RS256" => A::RsaSsaPkcs1V15Sha256,
        "RS384" => A::RsaSsaPkcs1V15Sha384,
        "RS512" => A::RsaSsaPkcs1V15Sha512,
        "PS256" => A::RsaSsaPssSha256,
        "PS384" => A::RsaSsaPssSha384,
        "PS512" => A::RsaSsaPssSha512,
        "ES256" => A::EcdsaP256Sha256,
        "ES384" => A::EcdsaP384Sha384,
        "EdDSA" => A::EdDsa,
        _ => return None,
    })
}

fn octets(part: &str) -> Result<Vec<u8>, Refusal> {
    BASE64_URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| Refusal::SignatureInvalid)
}

fn object(part: &str) -> Result<Map<String, Value>, Refusal> {
    serde_json::from_slice::<Members>(&octets(part)?)
        .map(|members| members.0)
        .map_err(|_| Refusal::SignatureInvalid)
}

/// A JSON object that names no member twice: two readers could otherwise see two different tokens.
struct Members(Map<String, Value>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Members;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object without duplicate members")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Map::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if members.insert(name, value).is_some() {
                        return Err(A::Error::custom("duplicate member"));
                    }
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Reader)
    }
}
