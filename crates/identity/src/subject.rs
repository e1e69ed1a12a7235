//! Whom a token is about.

use evidence::Subject;
use serde_json::{Map, Value};

use crate::{Client, Refusal};

/// OIDC Core 2: at most 255 ASCII characters.
const MAX_SUB: usize = 255;

/// The subject by the claims that the policy names. `sub` itself must be there in any case.
pub(crate) fn of(client: &Client, claims: &Map<String, Value>) -> Result<Subject, Refusal> {
    sub(claims)?;
    Subject::from_claims(&client.issuer, &client.subject_claims, claims)
        .ok_or(Refusal::SubjectMissing)
}

/// The `sub` claim.
pub(crate) fn sub(claims: &Map<String, Value>) -> Result<&str, Refusal> {
    match claims.get("sub") {
        Some(Value::String(sub)) if !sub.is_empty() && sub.len() <= MAX_SUB && sub.is_ascii() => {
            Ok(sub)
        }
        _ => Err(Refusal::SubjectMissing),
    }
}
