//! A session as it lies in the vault.

use dpop::Seed;
use identity::{Subject, Tokens};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::de::Error as _;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::session::{Held, Person};
use crate::vault::{Vault, VaultError};

/// What is needed to go on after a restart.
pub(crate) struct Remembered {
    pub(crate) person: Person,
    pub(crate) held: Held,
    pub(crate) registry_id: Option<String>,
}

/// Stores a session. When that fails, nothing older stays behind either: it would hold a refresh token that was used.
pub(crate) async fn store(
    vault: &Vault,
    person: &Person,
    held: &Held,
    registry_id: Option<String>,
) -> Result<(), VaultError> {
    let octets =
        to_octets(person, held, registry_id).map_err(|error| VaultError::File(error.into()))?;
    let stored = vault.store(&octets).await;
    if stored.is_err() {
        vault.wipe().await?;
    }
    stored
}

/// Octets for the vault, wiped when dropped.
fn to_octets(
    person: &Person,
    held: &Held,
    registry_id: Option<String>,
) -> Result<Zeroizing<Vec<u8>>, serde_json::Error> {
    let tokens = &held.tokens;
    let seed = held.seed.as_ref().map(Seed::to_text);
    let lines = Written {
        version: Version::V1,
        subject: person.subject.clone(),
        name: person.name.clone(),
        role: person.role.clone(),
        login_hint: person.login_hint.clone(),
        since: person.since,
        access: tokens.access.expose_secret(),
        refresh: tokens.refresh.as_ref().map(ExposeSecret::expose_secret),
        expires_at: tokens.expires_at,
        token_type: &tokens.token_type,
        id_token: held.id_token.expose_secret(),
        proof_key: seed.as_ref().map(|seed| seed.as_str()),
        registry_id,
    };
    serde_json::to_vec(&lines).map(Zeroizing::new)
}

/// A session from the vault's octets.
pub(crate) fn from_octets(octets: &[u8]) -> Result<Remembered, serde_json::Error> {
    let read: Read = serde_json::from_slice(octets)?;
    // Tokens that are bound to a key which is none are of no use to anybody.
    let no_key = || serde_json::Error::custom("proof_key");
    let seed = read
        .proof_key
        .map(|text| Seed::from_text(text.expose_secret()).ok_or_else(no_key))
        .transpose()?;
    Ok(Remembered {
        person: Person {
            subject: read.subject,
            name: read.name,
            role: read.role,
            login_hint: read.login_hint,
            since: read.since,
        },
        held: Held {
            tokens: Tokens {
                access: read.access,
                refresh: read.refresh,
                expires_at: read.expires_at,
                token_type: read.token_type,
                proof_key: seed.as_ref().and_then(Seed::key),
            },
            id_token: read.id_token,
            seed,
        },
        registry_id: read.registry_id,
    })
}

#[derive(Clone, Copy, Serialize, Deserialize)]
enum Version {
    #[serde(rename = "countersign/session/v1")]
    V1,
}

#[derive(Serialize)]
struct Written<'a> {
    version: Version,
    subject: Subject,
    name: String,
    role: Option<String>,
    login_hint: Option<String>,
    since: Timestamp,
    access: &'a str,
    refresh: Option<&'a str>,
    expires_at: Option<Timestamp>,
    token_type: &'a str,
    id_token: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    proof_key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    registry_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    #[serde(rename = "version")]
    _version: Version,
    subject: Subject,
    name: String,
    role: Option<String>,
    login_hint: Option<String>,
    since: Timestamp,
    access: SecretString,
    refresh: Option<SecretString>,
    expires_at: Option<Timestamp>,
    token_type: String,
    id_token: SecretString,
    proof_key: Option<SecretString>,
    registry_id: Option<String>,
}
