//! A session: one person, signed in, and the tokens that say so.
//!
//! Renewal happens in one place and one at a time. A renewal that was begun is finished even when nobody waits for it
//! any more, because the provider may already have replaced the refresh token.

use std::sync::Arc;

use dpop::Seed;
use identity::{Access, IdentityError, Provider, RelyingParty, Subject, Tokens};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use tokio::sync::{Mutex, watch};

use crate::kept;
use crate::vault::{Kept, Vault, VaultError};

/// A token with less life than this is renewed before it is used.
const MARGIN: SignedDuration = SignedDuration::from_secs(30);

/// A signed-in person. Cheap to clone; all clones are the same session.
#[derive(Clone)]
pub struct Session(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) person: Person,
    pub(crate) relying_party: RelyingParty,
    pub(crate) vault: Arc<Vault>,
    absolute: SignedDuration,
    pub(crate) life: Mutex<Life>,
    pub(crate) over: watch::Sender<Option<SessionEnd>>,
    /// Held while the session's file is written or removed. The file outlives the session: only its own end removes it.
    file: Mutex<()>,
}

/// Who is signed in. Fixed for the life of the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The issuer and the claims that identify the person there.
    pub subject: Subject,
    /// The printed name.
    pub name: String,
    /// The role, when the directory names one.
    pub role: Option<String>,
    /// What the person types at the identity provider, when it said so.
    pub login_hint: Option<String>,
    /// When the session began.
    pub since: Timestamp,
}

/// The tokens, as long as there are any.
pub(crate) struct Life {
    pub(crate) held: Option<Held>,
    pub(crate) provider: Option<Provider>,
}

pub(crate) struct Held {
    pub(crate) tokens: Tokens,
    pub(crate) id_token: SecretString,
    /// What the session's proof key is made of again after a restart; none where the provider binds no tokens.
    pub(crate) seed: Option<Seed>,
}

/// Why a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionEnd {
    /// The person signed out.
    SignedOut,
    /// The identity provider no longer renews it.
    RenewalRefused,
    /// The provider renewed it for somebody else, or with a token that is not acceptable.
    RenewalUnacceptable,
    /// It reached its absolute limit.
    AbsoluteLimit,
}

/// Why there is no access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessError {
    /// The session is over.
    #[error("session_ended")]
    Ended(SessionEnd),
    /// The token ran out and the identity provider cannot be reached now. The session stays.
    #[error("identity_provider_unreachable")]
    Unreachable,
}

impl Session {
    pub(crate) fn begin(
        person: Person,
        held: Held,
        provider: Option<Provider>,
        relying_party: RelyingParty,
        vault: Arc<Vault>,
        absolute: SignedDuration,
    ) -> Self {
        Self(Arc::new(Inner {
            person,
            relying_party,
            vault,
            absolute,
            life: Mutex::new(Life {
                held: Some(held),
                provider,
            }),
            over: watch::Sender::new(None),
            file: Mutex::default(),
        }))
    }

    /// Who is signed in.
    pub fn person(&self) -> &Person {
        &self.0.person
    }

    /// Whether the session survives the end of the program.
    pub fn kept(&self) -> Kept {
        self.0.vault.kept()
    }

    /// Why the session is over, if it is.
    pub fn end(&self) -> Option<SessionEnd> {
        *self.0.over.borrow()
    }

    /// Resolves when the session is over.
    pub async fn ended(&self) -> SessionEnd {
        let mut over = self.0.over.subscribe();
        // The sender lives in the session that we hold, so the wait cannot fail; a closed channel would mean it is over.
        let seen = over.wait_for(Option::is_some).await;
        seen.ok()
            .and_then(|end| *end)
            .unwrap_or(SessionEnd::SignedOut)
    }

    /// A token that opens the records API, renewed first when it is about to run out.
    pub async fn access_token(&self, now: Timestamp) -> Result<Access, AccessError> {
        let inner = Arc::clone(&self.0);
        tokio::spawn(async move { inner.access_token(now).await })
            .await
            .unwrap_or(Err(AccessError::Unreachable))
    }

    /// Renews the tokens now, whatever life they have: for a 401 that came early.
    pub async fn renew(&self, now: Timestamp) -> Result<Access, AccessError> {
        let inner = Arc::clone(&self.0);
        tokio::spawn(async move { inner.renew(now).await })
            .await
            .unwrap_or(Err(AccessError::Unreachable))
    }

    /// Ends the session at its absolute limit, whether anybody uses it or not. Its tokens are given back in their own time.
    pub async fn expire(&self, now: Timestamp) -> SessionEnd {
        let end = SessionEnd::AbsoluteLimit;
        if let Err(error) = self.0.forget(end).await {
            tracing::error!(%error, "the expired session's file could not be removed");
        }
        let inner = Arc::clone(&self.0);
        tokio::spawn(async move {
            let mut life = inner.life.lock().await;
            inner.give_back(&mut life, now).await;
        });
        self.end().unwrap_or(end)
    }
}

impl Inner {
    async fn access_token(&self, now: Timestamp) -> Result<Access, AccessError> {
        let mut life = self.life.lock().await;
        self.check_limit(&mut life, now).await?;
        let held = self.held(&life)?;
        if left(&held.tokens, now) > MARGIN {
            return Ok(held.tokens.access());
        }
        self.renew_held(&mut life, now).await
    }

    async fn renew(&self, now: Timestamp) -> Result<Access, AccessError> {
        let mut life = self.life.lock().await;
        self.check_limit(&mut life, now).await?;
        self.renew_held(&mut life, now).await
    }

    fn held<'a>(&self, life: &'a Life) -> Result<&'a Held, AccessError> {
        if let Some(end) = *self.over.borrow() {
            return Err(AccessError::Ended(end));
        }
        let gone = AccessError::Ended(SessionEnd::SignedOut);
        life.held.as_ref().ok_or(gone)
    }

    async fn check_limit(&self, life: &mut Life, now: Timestamp) -> Result<(), AccessError> {
        if now.duration_since(self.person.since) < self.absolute {
            return Ok(());
        }
        Err(self.finish(life, SessionEnd::AbsoluteLimit, now).await)
    }

    async fn renew_held(&self, life: &mut Life, now: Timestamp) -> Result<Access, AccessError> {
        let held = self.held(life)?;
        if held.tokens.refresh.is_none() {
            if left(&held.tokens, now).is_positive() {
                return Ok(held.tokens.access());
            }
            return Err(self.finish(life, SessionEnd::RenewalRefused, now).await);
        }
        match self.ask_for_renewal(life, now).await {
            Ok(token) => Ok(token),
            Err(error) => match end_of(&error) {
                Some(end) => Err(self.finish(life, end, now).await),
                None => self.make_do(life, now),
            },
        }
    }

    async fn ask_for_renewal(
        &self,
        life: &mut Life,
        now: Timestamp,
    ) -> Result<Access, IdentityError> {
        let provider = match life.provider.take() {
            Some(provider) => provider,
            None => self.relying_party.discover(now).await?,
        };
        let provider = life.provider.insert(provider);
        let Some(held) = life.held.as_mut() else {
            return Err(IdentityError::ProviderError {
                code: "invalid_grant".to_owned(),
            });
        };
        let renewed = self
            .relying_party
            .refresh(provider, &held.tokens, &self.person.subject, now)
            .await;
        if let Err(IdentityError::NotVerifiableYet {
            refresh: Some(next),
        }) = &renewed
        {
            // The one that was used is spent: this one asks again.
            held.tokens.refresh = Some(next.clone());
            self.keep(held).await;
        }
        let (tokens, id_token) = renewed?;
        held.tokens = tokens;
        if let Some(id_token) = id_token {
            held.id_token = SecretString::from(id_token.raw());
        }
        let access = held.tokens.access();
        self.keep(held).await;
        Ok(access)
    }

    /// The provider is silent: what is left of the token's life must do.
    fn make_do(&self, life: &Life, now: Timestamp) -> Result<Access, AccessError> {
        let held = self.held(life)?;
        if left(&held.tokens, now).is_positive() {
            return Ok(held.tokens.access());
        }
        Err(AccessError::Unreachable)
    }

    /// Keeps renewed tokens, unless the session ended meanwhile: then its file is gone, and stays so.
    async fn keep(&self, held: &Held) {
        let _file = self.file.lock().await;
        if self.over.borrow().is_some() {
            return;
        }
        if let Err(error) = kept::store(&self.vault, &self.person, held).await {
            tracing::warn!(%error, "the renewed session is in memory only");
        }
    }

    /// The file is gone and the session over. Whatever still wants to write it finds that out under the same lock.
    /// A session that was over already touches nothing: the file there is now may be the next one's.
    pub(crate) async fn forget(&self, end: SessionEnd) -> Result<(), VaultError> {
        let _file = self.file.lock().await;
        if self.over.borrow().is_some() {
            return Ok(());
        }
        let wiped = self.vault.wipe().await;
        self.over.send_replace(Some(end));
        wiped
    }

    /// Gives the tokens back, when there are any and the provider is known.
    async fn give_back(&self, life: &mut Life, now: Timestamp) {
        if let (Some(held), Some(provider)) = (life.held.take(), life.provider.as_ref()) {
            crate::sign_out::revoke_all(&self.relying_party, provider, &held.tokens, now).await;
        }
    }

    /// Ends the session: tokens dropped, file gone, everybody told.
    async fn finish(&self, life: &mut Life, end: SessionEnd, now: Timestamp) -> AccessError {
        if let Err(error) = self.forget(end).await {
            tracing::error!(%error, "the ended session's file could not be removed");
        }
        self.give_back(life, now).await;
        AccessError::Ended(self.over.borrow().unwrap_or(end))
    }
}

/// How long an access token still lives. One without an end is asked to prove itself by use.
fn left(tokens: &Tokens, now: Timestamp) -> SignedDuration {
    tokens
        .expires_at
        .map_or(SignedDuration::MAX, |end| end.duration_since(now))
}

/// Whether a failed renewal is the end, or only a pause.
fn end_of(error: &IdentityError) -> Option<SessionEnd> {
    match error {
        // Where the clock is why our proof was refused, nothing was renewed and nothing spent.
        IdentityError::ClockSkew { refusal: None, .. } => None,
        IdentityError::Refused(_) | IdentityError::ClockSkew { .. } => {
            Some(SessionEnd::RenewalUnacceptable)
        }
        // Not bound to the session's key: nothing that is worth holding.
        IdentityError::NotBound => Some(SessionEnd::RenewalUnacceptable),
        IdentityError::ProviderError { code }
            if !matches!(
                code.as_str(),
                "server_error"
                    | "temporarily_unavailable"
                    | "slow_down"
                    | "use_dpop_nonce"
                    | "invalid_dpop_proof"
            ) =>
        {
            Some(SessionEnd::RenewalRefused)
        }
        _ => None,
    }
}
