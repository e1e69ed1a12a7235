//! A session: one person, signed in, and the tokens that say so.
//!
//! Renewal happens in one place and one at a time. A renewal that was begun is finished even when nobody waits for it
//! any more, because the provider may already have replaced the refresh token.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, MutexGuard, PoisonError};

use dpop::Seed;
use identity::{Access, IdentityError, Provider, RelyingParty, Subject, Tokens};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use tokio::sync::{Mutex, watch};
use tokio::time::Instant;

use crate::kept::{self, Remembered};
use crate::limit::Limit;
use crate::presence::Presence;
use crate::vault::{InHand, Kept, MemoryOnly, Vault};

/// A token with less life than this is renewed before it is used.
const MARGIN: SignedDuration = SignedDuration::from_secs(30);

/// A signed-in person. Cheap to clone; all clones are the same session.
#[derive(Clone)]
pub struct Session(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) person: Person,
    pub(crate) relying_party: RelyingParty,
    pub(crate) vault: Arc<Vault>,
    limit: Limit,
    /// Under which the records API lists this session.
    registry: std::sync::Mutex<Option<String>>,
    presence: std::sync::Mutex<Presence>,
    /// What was written down as owed when it ended, until its tokens are given back.
    pub(crate) debts: std::sync::Mutex<Vec<InHand>>,
    pub(crate) life: Mutex<Life>,
    pub(crate) over: watch::Sender<Option<SessionEnd>>,
    /// Held while the session's file is written or removed. The file outlives the session: only its own end removes it.
    pub(crate) file: Mutex<()>,
    /// The disk took no file of the session as it is now, and holds none of it as it was.
    pub(crate) not_written: AtomicBool,
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
    /// Tokens of unlocks that the provider may count to the same grant: given back when this session is.
    pub(crate) kept_back: Vec<Tokens>,
}

impl Life {
    /// All tokens that the provider is to take back, the session's own first.
    pub(crate) fn tokens(&self) -> impl Iterator<Item = &Tokens> {
        let held = self.held.iter().map(|held| &held.tokens);
        held.chain(&self.kept_back)
    }
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
    /// The records API says so: the person signed in elsewhere, or IT ended it.
    Elsewhere,
    /// Somebody else took over the device.
    Switched,
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
        kept: Remembered,
        provider: Option<Provider>,
        relying_party: RelyingParty,
        vault: Arc<Vault>,
        limit: Limit,
        written: bool,
    ) -> Self {
        let Remembered {
            person,
            held,
            registry_id,
            presence,
        } = kept;
        Self(Arc::new(Inner {
            person,
            relying_party,
            vault,
            limit,
            registry: std::sync::Mutex::new(registry_id),
            presence: std::sync::Mutex::new(presence),
            debts: std::sync::Mutex::default(),
            life: Mutex::new(Life {
                held: Some(held),
                provider,
                kept_back: Vec::new(),
            }),
            over: watch::Sender::new(None),
            file: Mutex::default(),
            not_written: AtomicBool::new(!written),
        }))
    }

    /// Who is signed in.
    pub fn person(&self) -> &Person {
        &self.0.person
    }

    /// Whether the session survives the end of the program.
    pub fn kept(&self) -> Kept {
        match self.0.vault.kept() {
            Kept::OnDisk if self.0.not_written.load(Ordering::Relaxed) => {
                Kept::InMemory(MemoryOnly::Disk)
            }
            kept => kept,
        }
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

    /// The token as it is, to say goodbye with: nothing while a renewal is under way, or after the end.
    pub fn access_at_hand(&self) -> Option<Access> {
        let life = self.0.life.try_lock().ok()?;
        life.held.as_ref().map(|held| held.tokens.access())
    }

    /// Renews the tokens now, whatever life they have: for a 401 that came early.
    pub async fn renew(&self, now: Timestamp) -> Result<Access, AccessError> {
        let inner = Arc::clone(&self.0);
        tokio::spawn(async move { inner.renew(now).await })
            .await
            .unwrap_or(Err(AccessError::Unreachable))
    }

    /// Resolves when the session has reached its absolute limit, by either clock. Whoever waits then calls
    /// [`Session::expire`].
    pub async fn at_limit(&self) {
        self.0.limit.passed().await;
    }

    /// Under which name the records API lists this session, once it said so.
    pub fn registry_id(&self) -> Option<String> {
        self.0.registry_id()
    }

    /// Remembers under which name the records API lists this session; it is kept as long as the session is.
    pub async fn set_registry_id(&self, id: &str) {
        let inner = Arc::clone(&self.0);
        *inner
            .registry
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(id.to_owned());
        if let Some(held) = inner.life.lock().await.held.as_ref() {
            inner.keep(held).await;
        }
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

    fn registry_id(&self) -> Option<String> {
        // Every change under this lock is one assignment.
        let registry = self.registry.lock();
        registry.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn presence(&self) -> MutexGuard<'_, Presence> {
        // Every change under this lock is one assignment.
        self.presence.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn change_presence(&self, change: impl FnOnce(Presence) -> Presence) -> Presence {
        let mut presence = self.presence();
        *presence = change(*presence);
        *presence
    }

    /// When the access token ends, if it is known and there is something to renew it with.
    pub(crate) async fn renewable_until(&self) -> Option<Timestamp> {
        let life = self.life.lock().await;
        let tokens = &life.held.as_ref()?.tokens;
        tokens.refresh.as_ref().and(tokens.expires_at)
    }

    /// Renews the token that ends at `end`, unless that was done meanwhile.
    pub(crate) async fn renew_the_one_until(
        &self,
        end: Timestamp,
        now: Timestamp,
    ) -> Result<Access, AccessError> {
        let mut life = self.life.lock().await;
        self.check_limit(&mut life, now).await?;
        let held = self.held(&life)?;
        if held.tokens.expires_at != Some(end) {
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
        if !self.limit.is_passed(now, Instant::now()) {
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
        let (registry, presence) = (self.registry_id(), *self.presence());
        let stored = kept::store(&self.vault, &self.person, held, registry, presence).await;
        self.not_written.store(stored.is_err(), Ordering::Relaxed);
        if let Err(error) = stored {
            tracing::warn!(%error, "the renewed session is in memory only");
        }
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
