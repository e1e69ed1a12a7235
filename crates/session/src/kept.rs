//! A session as it lies in the vault.

use dpop::Seed;
use identity::{Subject, Tokens};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::de::Error as _;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::presence::Presence;
use crate::session::{Held, Person};
use crate::vault::{Vault, VaultError};

/// What is needed to go on after a restart.
pub(crate) struct Remembered {
    pub(crate) person: Person,
    pub(crate) held: Held,
    pub(crate) registry_id: Option<String>,
    pub(crate) presence: Presence,
}

/// Stores a session. When that fails, nothing older stays behind either: it would hold a refresh token that was used.
pub(crate) async fn store(
    vault: &Vault,
    person: &Person,
    held: &Held,
    registry_id: Option<String>,
    presence: Presence,
) -> Result<(), VaultError> {
    let octets = to_octets(person, held, registry_id, presence).map_err(of_content)?;
    let stored = vault.store(&octets).await;
    if stored.is_err() {
        vault.wipe().await?;
    }
    stored
}

/// Changes nothing of what is stored but whether somebody is there. Where nothing is, nothing is afterwards.
pub(crate) async fn note_presence(vault: &Vault, presence: Presence) -> Result<(), VaultError> {
    let Some(kept) = load(vault).await? else {
        return Ok(());
    };
    if kept.presence == presence {
        return Ok(());
    }
    let octets = to_octets(&kept.person, &kept.held, kept.registry_id, presence);
    vault.store(&octets.map_err(of_content)?).await
}

/// What is stored, if anything is.
pub(crate) async fn load(vault: &Vault) -> Result<Option<Remembered>, VaultError> {
    let octets = vault.load().await?;
    let kept = octets.map(|octets| from_octets(&octets)).transpose();
    kept.map_err(of_content)
}

fn of_content(error: serde_json::Error) -> VaultError {
    VaultError::File(error.into())
}

/// Octets for the vault, wiped when dropped.
fn to_octets(
    person: &Person,
    held: &Held,
    registry_id: Option<String>,
    presence: Presence,
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
        seen_at: match presence {
            Presence::Locked => None,
            Presence::Seen(at) => Some(at),
        },
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
        presence: read.seen_at.map_or(Presence::Locked, Presence::Seen),
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
    #[serde(skip_serializing_if = "Option::is_none")]
    seen_at: Option<Timestamp>,
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
    /// None where the session is locked, and where nobody noted whether it is.
    seen_at: Option<Timestamp>,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const OF_AN_EARLIER_VERSION: &str = r#"{
        "version": "countersign/session/v1",
        "subject": { "iss": "https://idp.example", "claims": { "sub": "u-adams" } },
        "name": "A. Adams", "role": null, "login_hint": null, "since": "2026-11-22T08:00:00Z",
        "access": "an-access-token", "refresh": null, "expires_at": null, "token_type": "Bearer",
        "id_token": "an-id-token", "registry_id": null
    }"#;

    #[test]
    fn a_session_that_says_nothing_of_its_person_is_locked() {
        let kept = from_octets(OF_AN_EARLIER_VERSION.as_bytes()).unwrap();
        assert_eq!(kept.presence, Presence::Locked);
    }
}
