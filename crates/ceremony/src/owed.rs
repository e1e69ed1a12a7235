//! What the ceremony owes: everything that it took and has to give back, from the moment it could exist.
//!
//! The steps put it in here before they use it, and what cannot be interrupted halfway (opening the agent, redeeming the
//! code) runs in tasks of its own that do the same. So whatever ends the steps, be it a cancellation, the clock or a
//! panic, step 10 finds all of it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use identity::{
    Agent, AgentError, Authenticated, IdentityError, OpenAgent, Opening, Provider, RelyingParty,
    Tokens,
};
use jiff::Timestamp;
use secrecy::SecretString;
use tokio::sync::OwnedMutexGuard;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use url::Url;

use crate::ending::Unconfirmed;
use crate::states::Exchange;

/// The debts of one ceremony. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Owed {
    debts: Arc<Mutex<Debts>>,
    agent: Arc<tokio::sync::Mutex<Option<Box<dyn OpenAgent>>>>,
    shown: Arc<AtomicBool>,
    uninterrupted: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

#[derive(Default)]
struct Debts {
    provider: Option<Provider>,
    redirect_uri: Option<Url>,
    tokens: Option<Tokens>,
    id_token: Option<SecretString>,
    given_back: bool,
    sealed: Option<Unconfirmed>,
}

/// The open agent, while one step uses it.
pub(crate) struct Lent(OwnedMutexGuard<Option<Box<dyn OpenAgent>>>);

/// The tokens to give back.
pub(crate) enum Grant {
    /// No code was redeemed.
    None,
    /// What came was refused, and given back by whoever refused it.
    GivenBack,
    /// These.
    Held(Tokens),
}

impl Owed {
    /// Remembers where tokens are given back.
    pub(crate) fn set_provider(&self, provider: &Provider) {
        self.debts().provider = Some(provider.clone());
    }

    /// Where tokens are given back.
    pub(crate) fn provider(&self) -> Option<Provider> {
        self.debts().provider.clone()
    }

    /// Where the agent takes callbacks.
    pub(crate) fn redirect_uri(&self) -> Option<Url> {
        self.debts().redirect_uri.clone()
    }

    /// Opens the agent, to the end: a window that opens after everybody left still gets closed.
    pub(crate) async fn open(
        &self,
        agent: Arc<dyn Agent>,
        opening: Opening,
    ) -> Result<(), AgentError> {
        self.debts().redirect_uri = Some(opening.redirect_uri.clone());
        let place = Arc::clone(&self.agent);
        let opened = self.to_the_end(async move {
            let open = agent.open(opening).await?;
            *place.lock().await = Some(open);
            Ok(())
        });
        opened
            .await
            .unwrap_or_else(|| Err(AgentError::Failed("it broke down while opening".to_owned())))
    }

    /// The open agent.
    pub(crate) async fn agent(&self) -> Option<Lent> {
        let place = Arc::clone(&self.agent).lock_owned().await;
        place.is_some().then_some(Lent(place))
    }

    /// Takes the agent, to close it.
    pub(crate) async fn take_agent(&self) -> Option<Box<dyn OpenAgent>> {
        self.agent.lock().await.take()
    }

    /// From here on somebody may have signed in in the jar.
    pub(crate) fn mark_shown(&self) {
        self.shown.store(true, Ordering::Release);
    }

    /// Somebody may have signed in in the jar.
    pub(crate) fn was_shown(&self) -> bool {
        self.shown.load(Ordering::Acquire)
    }

    /// Redeems the code, to the end: tokens that arrive after everybody left still get revoked.
    pub(crate) async fn redeem(
        &self,
        relying_party: RelyingParty,
        mut provider: Provider,
        exchange: Exchange,
        now: Timestamp,
    ) -> Option<Result<(Authenticated, Provider), IdentityError>> {
        let owed = self.clone();
        let redeemed = self.to_the_end(async move {
            let Exchange {
                pending,
                code,
                expectations,
            } = exchange;
            let outcome = relying_party
                .redeem(&mut provider, pending, code, &expectations, now)
                .await;
            match outcome {
                Ok(authenticated) => {
                    owed.hold(&authenticated);
                    Ok((authenticated, provider))
                }
                Err(error) => {
                    owed.debts().given_back = true;
                    Err(error)
                }
            }
        });
        redeemed.await
    }

    fn hold(&self, authenticated: &Authenticated) {
        let mut debts = self.debts();
        debts.tokens = Some(authenticated.tokens.clone());
        debts.id_token = Some(SecretString::from(authenticated.id_token.raw()));
    }

    /// The ceremony's tokens, to give them back.
    pub(crate) fn take_grant(&self) -> Grant {
        let mut debts = self.debts();
        match debts.tokens.take() {
            Some(tokens) => Grant::Held(tokens),
            None if debts.given_back => Grant::GivenBack,
            None => Grant::None,
        }
    }

    /// Says to the provider whose session is to end.
    pub(crate) fn id_token(&self) -> Option<SecretString> {
        self.debts().id_token.clone()
    }

    /// From here on the evidence may be delivered, whatever becomes of the ceremony.
    pub(crate) fn set_sealed(&self, sealed: Unconfirmed) {
        self.debts().sealed = Some(sealed);
    }

    /// The evidence that may be delivered.
    pub(crate) fn sealed(&self) -> Option<Unconfirmed> {
        self.debts().sealed.clone()
    }

    /// Waits for what could not be interrupted.
    pub(crate) async fn settled(&self) {
        let tasks = std::mem::take(&mut *self.uninterrupted());
        for task in tasks {
            if task.await.is_err() {
                tracing::error!("something that cannot be interrupted broke down");
            }
        }
    }

    /// Runs work in a task that goes on when nobody waits for it any more. Nothing comes of work that panics.
    fn to_the_end<T, W>(&self, work: W) -> impl Future<Output = Option<T>> + use<T, W>
    where
        T: Send + 'static,
        W: Future<Output = T> + Send + 'static,
    {
        let (tell, hear) = oneshot::channel();
        let task = tokio::spawn(async move {
            // Nobody may wait any more; what the work took is in the debts all the same.
            let _unheard = tell.send(work.await);
        });
        self.uninterrupted().push(task);
        async { hear.await.ok() }
    }

    fn uninterrupted(&self) -> MutexGuard<'_, Vec<JoinHandle<()>>> {
        self.uninterrupted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn debts(&self) -> MutexGuard<'_, Debts> {
        self.debts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lent {
    /// The agent. It is there for as long as it is lent.
    pub(crate) fn get(&mut self) -> Option<&mut (dyn OpenAgent + 'static)> {
        self.0.as_deref_mut()
    }
}
