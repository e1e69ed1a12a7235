//! The verification of an ID token (OIDC Core 3.1.3.7 and more): every row of [`Refusal`] that a token can earn.
//!
//! The rows are checked here, in the order of the table's reasons: form, header, key, signature, claims. The protocol
//! library's own verification runs last, over the same token and key, so that neither has to be right alone.

use std::fmt;

use aws_lc_rs::digest;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use evidence::Subject;
use jiff::{SignedDuration, Timestamp};
use openidconnect::core::{CoreIdToken, CoreIdTokenVerifier};
use openidconnect::{ClaimsVerificationError, ClientId, IssuerUrl, Nonce};
use serde_json::{Map, Value};
use subtle::ConstantTimeEq;

use crate::header::{Header, Parts};
use crate::keys::{Key, KeySet};
use crate::time::numeric_date;
use crate::{Client, Refusal, subject};

/// Longer than any provider lets an ID token live. No standard sets a limit; this one is above all that are in use.
const MAX_LIFETIME_S: i64 = 31 * 24 * 3600;

/// A verified ID token. It can only be had from a [`crate::RelyingParty`].
#[derive(Clone)]
pub struct IdToken {
    raw: String,
    claims: Map<String, Value>,
    subject: Subject,
}

impl IdToken {
    /// The token as received, for evidence and for `id_token_hint`.
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// The verified claims.
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// Whom it is about.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// When the person authenticated, if the provider says so.
    pub fn auth_time(&self) -> Option<Timestamp> {
        let seconds = numeric_date(self.claims.get("auth_time")?)?;
        Timestamp::from_second(seconds).ok()
    }

    /// A claim that is a string with something in it.
    pub fn text(&self, claim: &str) -> Option<&str> {
        let text = self.claims.get(claim)?.as_str()?;
        (!text.is_empty()).then_some(text)
    }

    /// The authentication methods.
    pub fn amr(&self) -> Vec<String> {
        strings(self.claims.get("amr"))
    }
}

// By hand: a token is a credential where it serves as a hint, and its claims are personal.
impl fmt::Debug for IdToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdToken(..)")
    }
}

/// What one token is held to.
pub(crate) struct Check<'a> {
    pub(crate) client: &'a Client,
    pub(crate) keys: &'a KeySet,
    /// Allowed by the policy and advertised by the provider.
    pub(crate) algorithms: &'a [String],
    /// The nonce of the request. `None` for a refreshed token, which need not carry one.
    pub(crate) nonce: Option<&'a str>,
    /// The token must have been issued after this.
    pub(crate) issued_after: Timestamp,
    /// The person must have authenticated after this.
    pub(crate) authenticated_after: Option<Timestamp>,
    /// Whether the token must say when the person authenticated.
    pub(crate) wants_auth_time: bool,
    pub(crate) acr_values: &'a [String],
    pub(crate) required_amr: &'a [String],
    pub(crate) subject: Option<&'a Subject>,
    pub(crate) access_token: Option<&'a str>,
    pub(crate) now: Timestamp,
}

impl Check<'_> {
    /// The same check by a clock that is ahead of ours by so much.
    pub(crate) fn by_clock_ahead(self, ahead: SignedDuration) -> Self {
        // It fails for days and longer units alone, which a duration has not.
        let at = |ours: Timestamp| ours.saturating_add(ahead).unwrap_or(ours);
        Self {
            issued_after: at(self.issued_after),
            authenticated_after: self.authenticated_after.map(at),
            now: at(self.now),
            ..self
        }
    }

    /// Verifies the token, or names the first row that it earns.
    pub(crate) fn verify(&self, raw: &str) -> Result<IdToken, Refusal> {
        let parts = Parts::of(raw, self.algorithms)?;
        let key = self.keys.choose(&parts.header)?;
        key.verify(
            &parts.header.algorithm,
            parts.signed.as_bytes(),
            &parts.signature,
        )?;
        let claims = Claims(&parts.claims);
        self.parties(claims)?;
        self.nonce(claims)?;
        self.times(claims)?;
        let subject = subject::of(self.client, &parts.claims)?;
        if self.subject.is_some_and(|expected| *expected != subject) {
            return Err(Refusal::SubjectMismatch);
        }
        self.authentication(claims)?;
        self.access_token(claims, &parts.header)?;
        self.second_opinion(raw, key, &parts.header)?;
        Ok(IdToken {
            raw: raw.to_owned(),
            claims: parts.claims,
            subject,
        })
    }

    fn parties(&self, claims: Claims<'_>) -> Result<(), Refusal> {
        if claims.text("iss") != Some(&self.client.issuer) {
            return Err(Refusal::IssuerMismatch);
        }
        let ours = |audience: &Value| *audience == self.client.client_id.as_str();
        match claims.get("aud") {
            Some(Value::Array(audiences)) if audiences.iter().any(ours) => {
                if !audiences.iter().all(ours) {
                    return Err(Refusal::AudienceUntrusted);
                }
            }
            Some(audience) if ours(audience) => {}
            _ => return Err(Refusal::AudienceMismatch),
        }
        if claims.get("azp").is_some_and(|party| !ours(party)) {
            return Err(Refusal::AzpMismatch);
        }
        if claims.get("act").is_some() {
            return Err(Refusal::Delegated);
        }
        Ok(())
    }

    fn nonce(&self, claims: Claims<'_>) -> Result<(), Refusal> {
        let Some(ours) = self.nonce else {
            return Ok(());
        };
        match claims.text("nonce") {
            Some(theirs) if bool::from(theirs.as_bytes().ct_eq(ours.as_bytes())) => Ok(()),
            _ => Err(Refusal::NonceMismatch),
        }
    }

    fn times(&self, claims: Claims<'_>) -> Result<(), Refusal> {
        let skew = self.client.clock_skew.as_secs();
        let (earliest, latest) = (
            self.now.as_second().saturating_sub(skew),
            self.now.as_second().saturating_add(skew),
        );
        match claims.date("exp") {
            Date::At(exp) if exp > latest.saturating_add(MAX_LIFETIME_S) => {
                return Err(Refusal::ExpiryTooFar);
            }
            Date::At(exp) if exp > earliest => {}
            _ => return Err(Refusal::Expired),
        }
        match claims.date("iat") {
            Date::At(iat) if iat > latest => return Err(Refusal::IssuedInFuture),
            Date::At(iat) if iat >= self.issued_after.as_second().saturating_sub(skew) => {}
            _ => return Err(Refusal::IssuedTooOld),
        }
        match claims.date("nbf") {
            Date::Absent => {}
            Date::At(nbf) if nbf <= latest => {}
            _ => return Err(Refusal::NotYetValid),
        }
        match claims.date("auth_time") {
            Date::Absent if !self.wants_auth_time => Ok(()),
            Date::Absent | Date::Unreadable | Date::At(..=0) => Err(Refusal::AuthTimeMissing),
            Date::At(at) if at > latest => Err(Refusal::AuthTimeFuture),
            Date::At(at) => match self.authenticated_after {
                Some(after) if at < after.as_second().saturating_sub(skew) => {
                    Err(Refusal::AuthTimeStale)
                }
                _ => Ok(()),
            },
        }
    }

    fn authentication(&self, claims: Claims<'_>) -> Result<(), Refusal> {
        let acr = claims.text("acr");
        if !self.acr_values.is_empty() && !self.acr_values.iter().any(|wanted| acr == Some(wanted))
        {
            return Err(Refusal::AcrUnmet);
        }
        let amr = strings(claims.get("amr"));
        if !self.required_amr.iter().all(|method| amr.contains(method)) {
            return Err(Refusal::AmrUnmet);
        }
        Ok(())
    }

    /// OIDC Core 3.1.3.8. The claim is optional in the code flow; a wrong one never is.
    fn access_token(&self, claims: Claims<'_>, header: &Header) -> Result<(), Refusal> {
        let (Some(claim), Some(access_token)) = (claims.get("at_hash"), self.access_token) else {
            return Ok(());
        };
        let algorithm = match header.alg.as_str() {
            "RS384" | "PS384" | "ES384" => &digest::SHA384,
            "RS512" | "PS512" | "EdDSA" => &digest::SHA512,
            _ => &digest::SHA256,
        };
        let hash = digest::digest(algorithm, access_token.as_bytes());
        let left_half = &hash.as_ref()[..hash.as_ref().len() / 2];
        if *claim == BASE64_URL_SAFE_NO_PAD.encode(left_half) {
            Ok(())
        } else {
            Err(Refusal::AtHashMismatch)
        }
    }

    /// The protocol library's verification, with our clock and our leeway.
    fn second_opinion(&self, raw: &str, key: &Key, header: &Header) -> Result<(), Refusal> {
        let token: CoreIdToken = raw.parse().map_err(|_| Refusal::SignatureInvalid)?;
        let issuer =
            IssuerUrl::new(self.client.issuer.clone()).map_err(|_| Refusal::IssuerMismatch)?;
        let earliest = self
            .now
            .as_second()
            .saturating_sub(self.client.clock_skew.as_secs());
        let earliest = chrono::DateTime::from_timestamp(earliest, 0).ok_or(Refusal::Expired)?;
        let wants_auth_time = self.wants_auth_time;
        let verifier = CoreIdTokenVerifier::new_public_client(
            ClientId::new(self.client.client_id.clone()),
            issuer,
            key.alone(),
        )
        .set_allowed_algs([header.algorithm.clone()])
        .set_other_audience_verifier_fn(|_| false)
        .set_time_fn(move || earliest)
        .set_auth_time_verifier_fn(move |at| match at {
            None if wants_auth_time => Err("absent".to_owned()),
            _ => Ok(()),
        });
        let verdict = match self.nonce {
            Some(nonce) => token.claims(&verifier, &Nonce::new(nonce.to_owned())),
            None => token.claims(&verifier, |_: Option<&Nonce>| Ok(())),
        };
        verdict.map(|_| ()).map_err(|error| refusal_of(&error))
    }
}

fn refusal_of(error: &ClaimsVerificationError) -> Refusal {
    match error {
        ClaimsVerificationError::Expired(_) => Refusal::Expired,
        ClaimsVerificationError::InvalidAudience(_) => Refusal::AudienceMismatch,
        ClaimsVerificationError::InvalidAuthContext(_) => Refusal::AcrUnmet,
        ClaimsVerificationError::InvalidAuthTime(_) => Refusal::AuthTimeMissing,
        ClaimsVerificationError::InvalidIssuer(_) => Refusal::IssuerMismatch,
        ClaimsVerificationError::InvalidNonce(_) => Refusal::NonceMismatch,
        ClaimsVerificationError::InvalidSubject(_) => Refusal::SubjectMismatch,
        ClaimsVerificationError::Unsupported(_) => Refusal::HeaderUnsupported,
        _ => Refusal::SignatureInvalid,
    }
}

/// Claims whose signature was verified. A `null` counts as absent.
#[derive(Clone, Copy)]
struct Claims<'a>(&'a Map<String, Value>);

enum Date {
    Absent,
    Unreadable,
    At(i64),
}

impl<'a> Claims<'a> {
    fn get(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn text(self, name: &str) -> Option<&'a str> {
        self.get(name)?.as_str()
    }

    fn date(self, name: &str) -> Date {
        match self.get(name) {
            None => Date::Absent,
            Some(value) => numeric_date(value).map_or(Date::Unreadable, Date::At),
        }
    }
}

fn strings(value: Option<&Value>) -> Vec<String> {
    let Some(Value::Array(values)) = value else {
        return Vec::new();
    };
    values
        .iter()
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect()
}

#[cfg(test)]
mod tests;
