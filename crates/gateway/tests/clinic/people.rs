//! People who sign in on devices.

use evidence::digest::base64url;
use gateway::Clock as _;
use records::wire::{Device, SessionEnd, SessionId};
use records::{Access, CallError, Client, SessionEvents, SessionNews, SessionOver, SessionWatch};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{Clinic, SESSION};

/// Somebody who signed in.
pub struct SignedIn {
    /// In the session.
    pub client: Client,
    pub access: Access,
    pub id: SessionId,
    pub ended_others: u32,
}

impl Clinic {
    /// Signs in on a device, as the application does after a sign-in at the identity provider.
    pub async fn sign_in(&self, sub: &str, device: &str) -> SignedIn {
        self.sign_in_with(self.token(sub, SESSION), device)
            .await
            .unwrap()
    }

    pub async fn sign_in_with(&self, access: Access, device: &str) -> Result<SignedIn, CallError> {
        let opened = self.client.open_session(&named(device), &access).await?;
        Ok(SignedIn {
            client: self.client.in_session(&opened.session.id),
            id: opened.session.id,
            ended_others: opened.ended_others,
            access,
        })
    }

    /// A token whose owner authenticated at that second.
    pub fn token_since(&self, sub: &str, auth_time: i64) -> Access {
        self.token_with(sub, "auth_time", json!(auth_time)).into()
    }

    /// A token with one more claim.
    pub fn token_with(&self, sub: &str, claim: &str, value: Value) -> String {
        let mut claims = self.issuer.access_claims(sub, SESSION, self.clock.now());
        claims.insert(claim.to_owned(), value);
        let signer = self.issuer.key();
        signer.sign(&signer.header("at+jwt"), &claims)
    }

    /// A token that is bound to this key.
    pub fn bound_token(&self, sub: &str, seed: u8) -> Access {
        let scalar = [seed; 32];
        let key = evidence::OneTimeKey::from_scalar(&scalar).unwrap();
        let key = dpop::ProofKey::new(std::sync::Arc::new(key));
        let confirmation = json!({ "jkt": key.thumbprint() });
        let token = self.token_with(sub, "cnf", confirmation);
        Access::new(SecretString::from(token), Some(key))
    }
}

impl SignedIn {
    /// Whether the session stands; else why it is over.
    pub async fn standing(&self) -> Result<(), SessionEnd> {
        match self.client.list_all(&self.access).await {
            Ok(_) => Ok(()),
            Err(CallError::SessionRevoked { why }) => Err(why),
            Err(other) => panic!("{other}"),
        }
    }

    /// Listens for its end. Returns when the gateway says that it is heard.
    pub async fn listens(&self) -> SessionEvents {
        let stream = self.client.session_events(&self.access, None).await;
        let mut stream = stream.unwrap();
        assert_eq!(stream.next().await.unwrap(), Some(SessionNews::Listening));
        stream
    }

    /// Waits for the end of the session, as the application does.
    pub async fn over(&self, client: &Client) -> SessionOver {
        let mut watch = SessionWatch::new(client, &self.id);
        let access = self.access.clone();
        watch
            .over(|_| std::future::ready(Some(access.clone())))
            .await
    }
}

/// Why the gateway says that the session of this call is over, if it says so.
pub fn over_for<T>(answer: &Result<T, CallError>) -> Option<SessionEnd> {
    match answer {
        Err(CallError::SessionRevoked { why }) => Some(*why),
        _ => None,
    }
}

pub fn named(device: &str) -> Device {
    Device {
        id: base64url(device.as_bytes()),
        name: device.to_owned(),
    }
}
