//! Proofs of possession (RFC 9449, 4.3): whether whoever sends a request holds the key that a token is bound to.
//!
//! A proof is good for one request, for a short time, and once. A caller whose clock is off is not locked out: it is
//! given a nonce, which tells the time of the proof by our own clock. How long a proof is remembered depends on when it came
//! and never on what it says, and no key has more than its share of the memory. Where the token is bound, only proofs by its
//! own key are remembered, so that filling the memory takes as many bound tokens as it has shares; it then turns every
//! bound caller away until the first proofs are forgotten. What was seen is remembered by this process alone, so that a proof can be repeated at another gateway for as long as it lasts; what a repeated request can do is bounded
//! by single-use challenges and idempotency keys.

use std::sync::{Mutex, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use evidence::digest::{base64url, from_base64url};
use evidence::keys::{Algorithm, Jwk};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;

use seen::Seen;

mod seen;

/// The longest proof that is looked at.
const LONGEST: usize = 8 * 1024;
/// How old a proof may be by its own word, in seconds, beside the skew of clocks.
const LIFE_S: i64 = 60;
/// How long a nonce is good, in seconds: at least this, and less than twice this.
const NONCE_LIFE_S: i64 = 60;

/// Why a proof is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofRefusal {
    /// There is none, or more than one.
    #[error("proof_missing")]
    Missing,
    /// Not a JWS of the right form, or too long.
    #[error("proof_malformed")]
    Malformed,
    /// The header's `typ` is not `dpop+jwt`.
    #[error("proof_wrong_type")]
    WrongType,
    /// Another algorithm than ES256.
    #[error("proof_algorithm_not_allowed")]
    AlgorithmNotAllowed,
    /// The key in the header did not sign this.
    #[error("proof_signature_invalid")]
    SignatureInvalid,
    /// Made for another request.
    #[error("proof_for_another_request")]
    OtherRequest,
    /// Made for another token.
    #[error("proof_for_another_token")]
    OtherToken,
    /// By another key than the one that the token is bound to.
    #[error("proof_by_another_key")]
    OtherKey,
    /// Seen before.
    #[error("proof_repeated")]
    Repeated,
    /// Out of time by its own word, or without the nonce that is wanted. With this one it would be accepted.
    #[error("proof_needs_nonce")]
    NeedsNonce,
    /// There is no room to remember another one. Rather turned away than let in twice.
    #[error("proofs_too_many")]
    TooMany,
}

/// What a proof has to be made for.
pub struct Asked<'a> {
    /// The request's method.
    pub method: &'a str,
    /// The request's address, as the caller knows it. Query and fragment do not count.
    pub address: &'a Url,
    /// Accepts the address at any port of the same loopback address: relays of a development set-up change it.
    pub any_loopback_port: bool,
    /// The access token that is presented.
    pub token: Option<&'a str>,
    /// The clock.
    pub now: Timestamp,
    /// How far clocks may differ, in seconds.
    pub skew_s: u32,
    /// Accepts no proof without a nonce of ours.
    pub nonce_required: bool,
}

/// Verifies proofs, and remembers them for as long as they could be repeated.
pub struct Proofs {
    nonce_key: hmac::Key,
    seen: Mutex<Seen>,
}

#[derive(Deserialize)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    iat: i64,
    ath: Option<String>,
    nonce: Option<String>,
}

impl Proofs {
    /// With a key for nonces that lives as long as the process.
    pub fn new() -> Result<Self, aws_lc_rs::error::Unspecified> {
        Ok(Self {
            nonce_key: hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new())?,
            seen: Mutex::default(),
        })
    }

    /// Verifies a proof by whatever key and returns the thumbprint of that.
    pub fn verify(&self, proof: &str, asked: &Asked<'_>) -> Result<String, ProofRefusal> {
        let (thumbprint, claims) = self.examine(proof, asked)?;
        self.check_first(&thumbprint, &claims, asked)?;
        Ok(thumbprint)
    }

    /// Verifies a proof by the key with this thumbprint. One by another key leaves no trace.
    pub fn verify_by(&self, key: &str, proof: &str, asked: &Asked<'_>) -> Result<(), ProofRefusal> {
        let (thumbprint, claims) = self.examine(proof, asked)?;
        if thumbprint != key {
            return Err(ProofRefusal::OtherKey);
        }
        self.check_first(&thumbprint, &claims, asked)
    }

    /// The nonce for proofs from now on.
    pub fn nonce(&self, now: Timestamp) -> String {
        self.nonce_of(now.as_second().div_euclid(NONCE_LIFE_S))
    }

    /// All that can be said of a proof without knowing the ones before.
    fn examine(&self, proof: &str, asked: &Asked<'_>) -> Result<(String, Claims), ProofRefusal> {
        if proof.len() > LONGEST {
            return Err(ProofRefusal::Malformed);
        }
        let (header, claims) = read(proof)?;
        let key = key_of(&header)?;
        let (input, signature) = proof.rsplit_once('.').ok_or(ProofRefusal::Malformed)?;
        let signature = from_base64url(signature).ok_or(ProofRefusal::Malformed)?;
        if !key.verifies(Algorithm::Es256, input.as_bytes(), &signature) {
            return Err(ProofRefusal::SignatureInvalid);
        }
        if claims.htm != asked.method || !is_same_target(&claims.htu, asked) {
            return Err(ProofRefusal::OtherRequest);
        }
        if claims.ath != asked.token.map(hash_of) {
            return Err(ProofRefusal::OtherToken);
        }
        if claims.jti.is_empty() || claims.jti.len() > 256 {
            return Err(ProofRefusal::Malformed);
        }
        self.check_time(&claims, asked)?;
        Ok((key.thumbprint(), claims))
    }

    fn check_time(&self, claims: &Claims, asked: &Asked<'_>) -> Result<(), ProofRefusal> {
        let now = asked.now.as_second();
        if let Some(nonce) = &claims.nonce {
            let window = now.div_euclid(NONCE_LIFE_S);
            let is_ours = [window, window - 1]
                .into_iter()
                .any(|window| self.nonce_of(window) == *nonce);
            return is_ours.then_some(()).ok_or(ProofRefusal::NeedsNonce);
        }
        let skew = i64::from(asked.skew_s);
        let in_time = (now - LIFE_S - skew..=now + skew).contains(&claims.iat);
        if asked.nonce_required || !in_time {
            return Err(ProofRefusal::NeedsNonce);
        }
        Ok(())
    }

    /// Once, and never again while its time or its nonce would let it in.
    fn check_first(
        &self,
        thumbprint: &str,
        claims: &Claims,
        asked: &Asked<'_>,
    ) -> Result<(), ProofRefusal> {
        let now = asked.now.as_second();
        // Counted from its arrival, because the time that it says itself is free where it has a nonce. By its own word a
        // proof from the edge of the future lasts two skews and a life; a nonce lasts less than two of its lives.
        let lasts = LIFE_S + 2 * NONCE_LIFE_S + 2 * i64::from(asked.skew_s);
        // A panic elsewhere leaves the memory whole: what it holds changes in `see` alone.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.see(thumbprint, &claims.jti, now, now.saturating_add(lasts))
    }

    fn nonce_of(&self, window: i64) -> String {
        base64url(hmac::sign(&self.nonce_key, &window.to_be_bytes()).as_ref())
    }
}

fn read(proof: &str) -> Result<(Map<String, Value>, Claims), ProofRefusal> {
    let mut parts = proof.split('.');
    let mut part = || parts.next().and_then(from_base64url);
    let (Some(header), Some(claims), Some(_)) = (part(), part(), part()) else {
        return Err(ProofRefusal::Malformed);
    };
    if parts.next().is_some() {
        return Err(ProofRefusal::Malformed);
    }
    let malformed = |_| ProofRefusal::Malformed;
    Ok((
        serde_json::from_slice(&header).map_err(malformed)?,
        serde_json::from_slice(&claims).map_err(malformed)?,
    ))
}

/// The key that a header brings along: public, and for ES256.
fn key_of(header: &Map<String, Value>) -> Result<Jwk, ProofRefusal> {
    let text = |name: &str| header.get(name).and_then(Value::as_str);
    if text("typ") != Some("dpop+jwt") {
        return Err(ProofRefusal::WrongType);
    }
    if text("alg") != Some(Algorithm::Es256.name()) || header.contains_key("crit") {
        return Err(ProofRefusal::AlgorithmNotAllowed);
    }
    let jwk = header.get("jwk").ok_or(ProofRefusal::Malformed)?;
    let key: Jwk = serde_json::from_value(jwk.clone()).map_err(|_| ProofRefusal::Malformed)?;
    if key.fits(Algorithm::Es256) {
        Ok(key)
    } else {
        Err(ProofRefusal::AlgorithmNotAllowed)
    }
}

/// Scheme, host, port and path, in normal form (RFC 9449, 4.3, 9).
fn is_same_target(claimed: &str, asked: &Asked<'_>) -> bool {
    let Ok(mut claimed) = Url::parse(claimed) else {
        return false;
    };
    let mut ours = asked.address.clone();
    for url in [&mut claimed, &mut ours] {
        url.set_query(None);
        url.set_fragment(None);
    }
    let is_relayed = asked.any_loopback_port
        && ours.scheme() == "http"
        && transport::is_literal_loopback(&ours)
        && transport::is_literal_loopback(&claimed);
    if is_relayed && claimed.set_port(ours.port()).is_err() {
        return false;
    }
    claimed == ours
}

fn hash_of(token: &str) -> String {
    base64url(digest(&SHA256, token.as_bytes()).as_ref())
}

#[cfg(test)]
mod tests;
