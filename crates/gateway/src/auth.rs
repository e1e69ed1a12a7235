//! Access tokens: RFC 9068 JWTs of a trusted issuer, for this API, in time, with the scope that the call needs.
//!
//! A token of another kind opens it where its issuer can be asked about it (`introspection`).
//! A token that is bound to a key opens it for whoever proves to hold that key (`proof`).
//!
//! A token opens the door. It is no evidence: what somebody signed is judged by `evidence` alone.

use std::collections::BTreeSet;

use evidence::Subject;
use evidence::keys::{Algorithm, Jwk};
use jiff::Timestamp;
use jsonwebtoken::{DecodingKey, Validation};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::introspection;
use crate::issuers::{IssuerError, Issuers};

/// May read the worklist and records, and ask for challenges.
pub const READ: &str = "records:read";
/// May submit signatures.
pub const SIGN: &str = "records:sign";

/// The longest token that is looked at.
const MAX_TOKEN: usize = 16 * 1024;

/// Who calls.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The person.
    pub subject: Subject,
    /// The thumbprint of the key that the token is bound to.
    pub bound_to: Option<String>,
    /// When they authenticated, in seconds since the epoch, where the token says it (RFC 9068 §2.2.1).
    pub auth_time: Option<i64>,
    /// When the token ends, in seconds since the epoch.
    pub until: i64,
    pub(crate) scopes: BTreeSet<String>,
}

impl Caller {
    /// Whether the token has one of these scopes.
    pub fn has_any(&self, scopes: &[&str]) -> bool {
        scopes.iter().any(|scope| self.scopes.contains(*scope))
    }
}

/// Why a token is not accepted. The caller is told that it is not, the log is told why.
#[derive(Debug, thiserror::Error)]
pub enum TokenRefusal {
    /// Not a JWT, too long, or of a wrong shape.
    #[error("malformed")]
    Malformed,
    /// The header's `typ` is not `at+jwt` (RFC 9068 §4), or the issuer says that it is no access token.
    #[error("wrong_type")]
    WrongType,
    /// The algorithm is not one of this issuer's.
    #[error("algorithm_not_allowed")]
    AlgorithmNotAllowed,
    /// Nobody trusts the issuer.
    #[error("issuer_untrusted")]
    IssuerUntrusted,
    /// The issuer has no such key.
    #[error("key_not_found")]
    KeyNotFound,
    /// The key did not sign this.
    #[error("signature_invalid")]
    SignatureInvalid,
    /// For another API.
    #[error("audience_mismatch")]
    AudienceMismatch,
    /// Issued to a client that is not trusted here.
    #[error("client_untrusted")]
    ClientUntrusted,
    /// Over, not valid yet, or issued in the future.
    #[error("not_in_time")]
    NotInTime,
    /// Names nobody.
    #[error("subject_missing")]
    SubjectMissing,
    /// Somebody acts for somebody else.
    #[error("delegated")]
    Delegated,
    /// Bound to something that its bearer does not prove to have (RFC 9449 §7.1).
    #[error("sender_constrained")]
    SenderConstrained,
    /// Presented with a proof, and bound to no key; or a bearer token where none is accepted.
    #[error("not_bound")]
    NotBound,
    /// Its issuer says that it is none, or no longer one.
    #[error("not_active")]
    NotActive,
    /// The issuer's keys cannot be fetched now, or it cannot be asked.
    #[error("issuer_unavailable")]
    IssuerUnavailable,
}

/// What verification needs beside the issuers.
pub struct Expected<'a> {
    /// The audience.
    pub resource: &'a str,
    /// The clock.
    pub now: Timestamp,
    /// How far clocks may differ, in seconds.
    pub skew_s: u32,
}

/// Verifies an access token.
pub async fn verify(
    token: &str,
    issuers: &Issuers,
    expected: &Expected<'_>,
) -> Result<Caller, TokenRefusal> {
    if token.len() > MAX_TOKEN {
        return Err(TokenRefusal::Malformed);
    }
    let header = match header(token) {
        Ok(header) => header,
        Err(refusal) => return introspection::ask(token, issuers, expected, refusal).await,
    };
    let iss = unverified_issuer(token).ok_or(TokenRefusal::Malformed)?;
    let issuer = issuers.config(&iss).ok_or(TokenRefusal::IssuerUntrusted)?;
    let algorithm = issuers
        .algorithms(&iss)
        .iter()
        .copied()
        .find(|known| named(*known) == Some(header.alg));
    let algorithm = algorithm.ok_or(TokenRefusal::AlgorithmNotAllowed)?;

    let known = issuers
        .keys(&iss, expected.now)
        .await
        .map_err(|error| of_issuer(&error))?;
    let key = if let Some(key) = pick(&known, header.kid.as_deref(), algorithm) {
        key.clone()
    } else {
        let newer = issuers.newer_keys(&iss, expected.now).await;
        let newer = newer.map_err(|error| of_issuer(&error))?;
        let key = pick(&newer, header.kid.as_deref(), algorithm);
        key.cloned().ok_or(TokenRefusal::KeyNotFound)?
    };
    let claims = signed_claims(token, &key, header.alg)?;
    judge(&claims, issuer, expected)
}

/// The header of a token that says by itself what it is.
fn header(token: &str) -> Result<jsonwebtoken::Header, TokenRefusal> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| TokenRefusal::Malformed)?;
    let typ = header.typ.as_deref().map(str::to_ascii_lowercase);
    match typ.as_deref() {
        Some("at+jwt" | "application/at+jwt") => Ok(header),
        _ => Err(TokenRefusal::WrongType),
    }
}

fn judge(
    claims: &Map<String, Value>,
    issuer: &crate::config::Issuer,
    expected: &Expected<'_>,
) -> Result<Caller, TokenRefusal> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let for_us = match claims.get("aud") {
        Some(Value::String(one)) => one == expected.resource,
        Some(Value::Array(several)) => several
            .iter()
            .any(|one| one.as_str() == Some(expected.resource)),
        _ => false,
    };
    if !for_us {
        return Err(TokenRefusal::AudienceMismatch);
    }
    if !text("client_id")
        .is_some_and(|client| issuer.client_ids.iter().any(|trusted| trusted == client))
    {
        return Err(TokenRefusal::ClientUntrusted);
    }
    if !in_time(claims, expected) {
        return Err(TokenRefusal::NotInTime);
    }
    if claims.contains_key("act") {
        return Err(TokenRefusal::Delegated);
    }
    let subject = Subject::from_claims(&issuer.issuer, &issuer.subject_claims, claims);
    Ok(Caller {
        subject: subject.ok_or(TokenRefusal::SubjectMissing)?,
        bound_to: bound_to(claims)?,
        auth_time: seconds(claims, "auth_time"),
        until: seconds(claims, "exp").ok_or(TokenRefusal::NotInTime)?,
        scopes: scopes_of(claims),
    })
}

/// An instant among the claims.
pub(crate) fn seconds(claims: &Map<String, Value>, name: &str) -> Option<i64> {
    claims.get(name).and_then(Value::as_i64)
}

pub(crate) fn scopes_of(claims: &Map<String, Value>) -> BTreeSet<String> {
    let scopes = claims.get("scope").and_then(Value::as_str);
    let scopes = scopes.unwrap_or_default().split(' ');
    scopes.map(str::to_owned).collect()
}

/// The key that a token is bound to (RFC 9449 §6.1). Any other confirmation is one that nobody checks here.
pub(crate) fn bound_to(claims: &Map<String, Value>) -> Result<Option<String>, TokenRefusal> {
    let Some(confirmation) = claims.get("cnf") else {
        return Ok(None);
    };
    let members = confirmation
        .as_object()
        .filter(|members| members.len() == 1);
    let thumbprint = members.and_then(|members| members.get("jkt")?.as_str());
    thumbprint
        .map(|thumbprint| Some(thumbprint.to_owned()))
        .ok_or(TokenRefusal::SenderConstrained)
}

fn in_time(claims: &Map<String, Value>, expected: &Expected<'_>) -> bool {
    let (now, skew) = (expected.now.as_second(), i64::from(expected.skew_s));
    let seconds = |name: &str| seconds(claims, name);
    let not_before = if claims.contains_key("nbf") {
        seconds("nbf")
    } else {
        Some(now)
    };
    seconds("exp").is_some_and(|end| now < end + skew)
        && seconds("iat").is_some_and(|start| start <= now + skew)
        && not_before.is_some_and(|start| start <= now + skew)
}

/// The issuer that a token claims, to know whose keys to try.
fn unverified_issuer(token: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Claimed {
        iss: String,
    }
    jsonwebtoken::dangerous::insecure_decode::<Claimed>(token)
        .ok()
        .map(|token| token.claims.iss)
}

fn pick<'a>(keys: &'a [Jwk], kid: Option<&str>, algorithm: Algorithm) -> Option<&'a Jwk> {
    let mut fitting = keys
        .iter()
        .filter(|key| key.fits(algorithm) && (kid.is_none() || key.kid.as_deref() == kid));
    let first = fitting.next()?;
    // Without a name, or with an ambiguous one, nothing says which key is meant.
    fitting.next().is_none().then_some(first)
}

/// Time and audience are judged by `judge`, on our clock; here only the signature counts.
fn signed_claims(
    token: &str,
    key: &Jwk,
    algorithm: jsonwebtoken::Algorithm,
) -> Result<Map<String, Value>, TokenRefusal> {
    let invalid = |_| TokenRefusal::SignatureInvalid;
    let jwk = serde_json::to_value(key)
        .and_then(serde_json::from_value)
        .map_err(invalid)?;
    let key = DecodingKey::from_jwk(&jwk).map_err(|_| TokenRefusal::SignatureInvalid)?;
    let mut validation = Validation::new(algorithm);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let token = jsonwebtoken::decode::<Map<String, Value>>(token, &key, &validation);
    token
        .map(|token| token.claims)
        .map_err(|_| TokenRefusal::SignatureInvalid)
}

fn named(algorithm: Algorithm) -> Option<jsonwebtoken::Algorithm> {
    algorithm.name().parse().ok()
}

fn of_issuer(error: &IssuerError) -> TokenRefusal {
    match error {
        IssuerError::Untrusted => TokenRefusal::IssuerUntrusted,
        IssuerError::Unavailable | IssuerError::Store(_) => TokenRefusal::IssuerUnavailable,
    }
}
