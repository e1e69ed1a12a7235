//! Sign-out: first everything here is gone, then the others are told as well as can be.
//!
//! It works without a network. What could not be told is reported, and runs out by itself.

use std::time::Duration;

use identity::{IdentityError, Provider, RelyingParty, Return};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use transport::Transport;

use crate::revocation::pay_all;
use crate::session::{Session, SessionEnd};
use crate::vault::VaultError;

/// How long each call to the identity provider may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// What sign-out did.
#[derive(Debug)]
pub struct SignedOut {
    /// The session's file is gone.
    pub wiped: Result<(), VaultError>,
    /// The refresh token.
    pub refresh_token: TokenEnd,
    /// The access token.
    pub access_token: TokenEnd,
    /// The session at the identity provider.
    pub idp_session: IdpSessionEnd,
}

/// What became of one token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenEnd {
    /// There was none, or it was out of date.
    None,
    /// Revoked (RFC 7009).
    Revoked,
    /// The provider offers no revocation: it expires by itself.
    NotOffered,
    /// The provider could not be told: it is told when it can be reached (see [`settle`](crate::settle)).
    Owed,
    /// The provider refused: it expires by itself.
    LeftToExpire,
}

/// What became of the session at the identity provider (OpenID Connect RP-Initiated Logout 1.0).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdpSessionEnd {
    /// There was nothing to end any more.
    None,
    /// Ended: the provider led back with the state that it was sent.
    Ended,
    /// The provider took the request. Whether it asks somebody first is its own affair.
    Asked,
    /// The provider offers no such page.
    NotOffered,
    /// The provider did not answer, or refused.
    LeftToExpire,
}

impl Session {
    /// Signs out. Whoever waits for [`Session::ended`] hears of it before anything is sent.
    pub async fn sign_out(&self, transport: &Transport, now: Timestamp) -> SignedOut {
        let wiped = self.forget().await;
        self.revoke(wiped, transport, now).await
    }

    /// The first half of [`Session::sign_out`]: the session is over and its file gone. It waits for no network.
    ///
    /// Before the file goes it is written down that its tokens are owed: whatever happens to the program next, they are
    /// given back.
    pub async fn forget(&self) -> Result<(), VaultError> {
        let now = Timestamp::now();
        self.0.forget(SessionEnd::SignedOut, None, now).await
    }

    /// The second half: the others are told. `wiped` is what the first half said.
    pub async fn revoke(
        &self,
        wiped: Result<(), VaultError>,
        transport: &Transport,
        now: Timestamp,
    ) -> SignedOut {
        let inner = &self.0;
        // A renewal under way is waited for: the tokens that it brings are the ones to revoke.
        let mut life = inner.life.lock().await;
        let debts = inner.write_down(&life, now).await;
        let Some(held) = life.held.take() else {
            return SignedOut::of_nothing(wiped);
        };
        life.kept_back.clear();
        let provider = match life.provider.take() {
            Some(provider) => Some(provider),
            None => within(inner.relying_party.discover(now)).await,
        };
        drop(life);
        let (party, owed, provider) = (&inner.relying_party, inner.vault.owed(), provider.as_ref());
        let tokens = pay_all(owed, debts, party, provider, now);
        let at_the_provider = async {
            match provider {
                Some(provider) => end_idp_session(party, provider, &held.id_token, transport).await,
                None => IdpSessionEnd::LeftToExpire,
            }
        };
        let (paid, idp_session) = tokio::join!(tokens, at_the_provider);
        let refresh = held.tokens.refresh.as_ref();
        SignedOut {
            wiped,
            refresh_token: refresh.map_or(TokenEnd::None, |token| paid.end_of(token, owed)),
            access_token: paid.end_of(&held.tokens.access, owed),
            idp_session,
        }
    }
}

impl SignedOut {
    fn of_nothing(wiped: Result<(), VaultError>) -> Self {
        Self {
            wiped,
            refresh_token: TokenEnd::None,
            access_token: TokenEnd::None,
            idp_session: IdpSessionEnd::None,
        }
    }
}

/// Ends the session at the provider, as well as can be without a page.
pub(crate) async fn end_idp_session(
    relying_party: &RelyingParty,
    provider: &Provider,
    id_token: &SecretString,
    transport: &Transport,
) -> IdpSessionEnd {
    let client_id = &relying_party.client().client_id;
    let hint = id_token.expose_secret();
    let back_to = relying_party.client().logout_return.as_ref();
    let Some(asked) = provider.end_session(Some(hint), client_id, back_to) else {
        return IdpSessionEnd::NotOffered;
    };
    let Ok(request) = http::Request::get(asked.url.as_str()).body(Vec::new()) else {
        return IdpSessionEnd::LeftToExpire;
    };
    let Ok(Ok(answer)) = tokio::time::timeout(PATIENCE, transport.led_to(request)).await else {
        return IdpSessionEnd::LeftToExpire;
    };
    match answer.body().as_ref().map(|to| asked.judge(to)) {
        Some(Return::Ours) => IdpSessionEnd::Ended,
        // The provider leads on to its farewell page, which nobody needs to see.
        Some(Return::Elsewhere) => IdpSessionEnd::Asked,
        Some(Return::Foreign(refusal)) => {
            tracing::warn!(%refusal, "the way back from signing out belongs to another request");
            IdpSessionEnd::LeftToExpire
        }
        None if answer.status().is_success() => IdpSessionEnd::Asked,
        None => IdpSessionEnd::LeftToExpire,
    }
}

/// What the provider answers, if it does in time.
pub(crate) async fn within<T>(call: impl Future<Output = Result<T, IdentityError>>) -> Option<T> {
    match tokio::time::timeout(PATIENCE, call).await {
        Ok(Ok(answer)) => Some(answer),
        Ok(Err(error)) => {
            tracing::info!(%error, "the identity provider could not be told");
            None
        }
        Err(_) => None,
    }
}
