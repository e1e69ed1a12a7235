//! The ID token, as a verifier of evidence sees it.
//!
//! This is deliberately not the relying party's code: a signature is worth what somebody who shares nothing with the
//! client can check. It judges a token long after the fact too, so "now" is never asked for here.

use std::fmt;

use serde_json::{Map, Value};

use crate::canonical;
use crate::jws::Compact;
use crate::keys::{Algorithm, Jwk};
use crate::steps::Reason;

/// Tokens over this size are refused unread.
pub const MAX_OCTETS: usize = 64 * 1024;

/// The claims of an ID token.
#[derive(Clone, PartialEq)]
pub struct Claims(Map<String, Value>);

impl Claims {
    /// `iss`.
    pub fn iss(&self) -> Option<&str> {
        self.text("iss")
    }

    /// `sub`.
    pub fn sub(&self) -> Option<&str> {
        self.text("sub")
    }

    /// `name`, if it is a string.
    pub fn name(&self) -> Option<&str> {
        self.text("name")
    }

    /// `nonce`.
    pub fn nonce(&self) -> Option<&str> {
        self.text("nonce")
    }

    /// `azp`, if it is a string.
    pub fn azp(&self) -> Option<&str> {
        self.text("azp")
    }

    /// `acr`.
    pub fn acr(&self) -> Option<&str> {
        self.text("acr")
    }

    /// `amr`. Members that are not strings are left out.
    pub fn amr(&self) -> Vec<&str> {
        self.list("amr")
    }

    /// `aud`, which may be one or several. `None` if it is neither a string nor a list of strings.
    pub fn audiences(&self) -> Option<Vec<&str>> {
        match self.0.get("aud")? {
            Value::String(one) => Some(vec![one]),
            Value::Array(several) => several.iter().map(Value::as_str).collect(),
            _ => None,
        }
    }

    /// A time claim in whole seconds since the epoch. Fractions are dropped; `0`, negative and absurd values are
    /// no time.
    pub fn seconds(&self, name: &str) -> Option<i64> {
        const END_OF_9999: f64 = 253_402_300_799.0;
        let seconds = self.0.get(name)?.as_f64()?;
        #[allow(clippy::cast_possible_truncation, reason = "in range by the condition")]
        (1.0..=END_OF_9999)
            .contains(&seconds)
            .then_some(seconds as i64)
    }

    /// Whether a claim is present at all.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// All claims.
    pub fn all(&self) -> &Map<String, Value> {
        &self.0
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    fn list(&self, name: &str) -> Vec<&str> {
        self.0
            .get(name)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }
}

impl fmt::Debug for Claims {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Claims").finish_non_exhaustive()
    }
}

/// Reads the claims of a token without believing them.
pub(crate) fn read_claims(token: &str) -> Result<Claims, Reason> {
    if token.len() > MAX_OCTETS {
        return Err(Reason::IdTokenTooLarge);
    }
    let jws = Compact::read(token).ok_or(Reason::IdTokenMalformed)?;
    match canonical::parse_foreign(&jws.payload, MAX_OCTETS) {
        Ok(Value::Object(claims)) => Ok(Claims(claims)),
        _ => Err(Reason::IdTokenMalformed),
    }
}

/// Verifies the provider's signature and says which of the keys made it.
///
/// A key that the token itself carries or points to (`jwk`, `jku`, `x5c`, `x5u`) is never looked at.
pub(crate) fn verify<'a>(
    token: &str,
    algorithms: &[Algorithm],
    keys: &[&'a Jwk],
) -> Result<&'a Jwk, Reason> {
    let jws = Compact::read(token).ok_or(Reason::IdTokenMalformed)?;
    let algorithm = jws
        .text("alg")
        .and_then(Algorithm::from_name)
        .filter(|algorithm| algorithms.contains(algorithm))
        .ok_or(Reason::AlgorithmNotAllowed)?;
    check_header(&jws.header)?;
    let key = choose(keys, jws.text("kid"), algorithm)?;
    if key.is_too_small() {
        return Err(Reason::KeyTooSmall);
    }
    if key.verifies(algorithm, &jws.signing_input, &jws.signature) {
        Ok(key)
    } else {
        Err(Reason::SignatureInvalid)
    }
}

fn check_header(header: &Map<String, Value>) -> Result<(), Reason> {
    let type_is_jwt = header.get("typ").is_none_or(|typ| {
        typ.as_str()
            .is_some_and(|typ| typ.eq_ignore_ascii_case("JWT"))
    });
    let kid_is_text = header.get("kid").is_none_or(Value::is_string);
    if header.contains_key("crit") || header.contains_key("b64") || !type_is_jwt || !kid_is_text {
        return Err(Reason::HeaderUnsupported);
    }
    Ok(())
}

/// The one key that the token can mean: by its `kid`, or the only one that fits where it has none (OIDC Core §10.1).
fn choose<'a>(
    keys: &[&'a Jwk],
    kid: Option<&str>,
    algorithm: Algorithm,
) -> Result<&'a Jwk, Reason> {
    let named: Vec<&Jwk> = keys
        .iter()
        .copied()
        .filter(|key| kid.is_none() || key.kid.as_deref() == kid)
        .collect();
    if named.is_empty() {
        return Err(Reason::KeyNotFound);
    }
    match named
        .iter()
        .copied()
        .filter(|key| key.fits(algorithm))
        .collect::<Vec<_>>()[..]
    {
        [] if kid.is_some() => Err(Reason::AlgorithmNotAllowed),
        [] => Err(Reason::KeyNotFound),
        // The same key under two descriptions is still one key.
        [key, ref others @ ..]
            if others
                .iter()
                .all(|other| other.thumbprint() == key.thumbprint()) =>
        {
            Ok(key)
        }
        _ => Err(Reason::KeyAmbiguous),
    }
}
