//! What the ceremony owes: everything that it took and has to give back, from the moment it could exist.
//!
//! The steps put it in here before they use it, and what cannot be interrupted halfway (opening the agent, redeeming the
//! code) runs in tasks of its own that do the same. So whatever ends the steps, be it a cancellation, the clock or a
//! panic, step 10 finds all of it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use identity::{
    Agent, AgentError, Authenticated, GrantEnd, IdentityError, OpenAgent, Opening, Provider,
    RelyingParty, Tokens,
};
use jiff::Timestamp;
use secrecy::SecretString;
use tokio::sync::{OwnedMutexGuard, oneshot, watch};
use url::Url;

use crate::ending::Unconfirmed;
use crate::states::Exchange;

/// The debts of one ceremony. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Owed {
    debts: Arc<Mutex<Debts>>,
    agent: Arc<tokio::sync::Mutex<Option<Box<dyn OpenAgent>>>>,
    shown: Arc<AtomicBool>,
    /// How many tasks run that cannot be interrupted.
    uninterrupted: Arc<watch::Sender<usize>>,
}

#[derive(Default)]
struct Debts {
    provider: Option<Provider>,
    redirect_uri: Option<Url>,
    opening: bool,
    grant: Grant,
    id_token: Option<SecretString>,
    sealed: Option<Unconfirmed>,
}

/// The open agent, while one step uses it.
pub(crate) struct Lent(OwnedMutexGuard<Option<Box<dyn OpenAgent>>>);

/// The tokens to give back.
#[derive(Default)]
pub(crate) enum Grant {
    /// No code was redeemed, or its tokens were taken already.
    #[default]
    None,
    /// A code is being redeemed, or whoever did it broke down.
    UnderWay,
    /// Nothing of it was accepted; whoever turned it down says what became of it.
    TurnedDown(GrantEnd),
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
        {
            let mut debts = self.debts();
            debts.redirect_uri = Some(opening.redirect_uri.clone());
            debts.opening = true;
        }
        let owed = self.clone();
        let opened = self.to_the_end(async move {
            let opened = match agent.open(opening).await {
                Ok(open) => {
                    *owed.agent.lock().await = Some(open);
                    Ok(())
                }
                Err(error) => Err(error),
            };
            owed.debts().opening = false;
            opened
        });
        opened
            .await
            .unwrap_or_else(|| Err(AgentError::Failed("it broke down while opening".to_owned())))
    }

    /// The agent has not opened yet, or broke down over it.
    pub(crate) fn is_opening(&self) -> bool {
        self.debts().opening
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
        self.debts().grant = Grant::UnderWay;
        let owed = self.clone();
        let redeemed = self.to_the_end(async move {
            let Exchange {
                pending,
                code,
                expectations,
            } = exchange;
            let outcome = relying_party
                .exchange(&mut provider, pending, code, &expectations, now)
                .await;
            match outcome {
                Ok(authenticated) => {
                    owed.hold(&authenticated);
                    Ok((authenticated, provider))
                }
                Err(unredeemed) => {
                    owed.debts().grant = Grant::TurnedDown(unredeemed.grant);
                    Err(unredeemed.error)
                }
            }
        });
        redeemed.await
    }

    fn hold(&self, authenticated: &Authenticated) {
        let mut debts = self.debts();
        debts.grant = Grant::Held(authenticated.tokens.clone());
        debts.id_token = Some(SecretString::from(authenticated.id_token.raw()));
    }

    /// The ceremony's tokens, to give them back. What is still under way can be taken later.
    pub(crate) fn take_grant(&self) -> Grant {
        let mut debts = self.debts();
        match debts.grant {
            Grant::UnderWay => Grant::UnderWay,
            _ => std::mem::take(&mut debts.grant),
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
        let mut running = self.uninterrupted.subscribe();
        // It cannot fail: we hold the sender.
        let _none = running.wait_for(|running| *running == 0).await;
    }

    /// Runs work in a task that goes on when nobody waits for it any more. Nothing comes of work that panics.
    fn to_the_end<T, W>(&self, work: W) -> impl Future<Output = Option<T>> + use<T, W>
    where
        T: Send + 'static,
        W: Future<Output = T> + Send + 'static,
    {
        let (tell, hear) = oneshot::channel();
        let running = Running::count(&self.uninterrupted);
        tokio::spawn(async move {
            let _running = running;
            // Nobody may wait any more; what the work took is in the debts all the same.
            let _unheard = tell.send(work.await);
        });
        async { hear.await.ok() }
    }

    fn debts(&self) -> MutexGuard<'_, Debts> {
        self.debts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One task that cannot be interrupted, for as long as it runs.
struct Running(Arc<watch::Sender<usize>>);

impl Running {
    fn count(all: &Arc<watch::Sender<usize>>) -> Self {
        all.send_modify(|running| *running += 1);
        Self(Arc::clone(all))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if std::thread::panicking() {
            tracing::error!("something that cannot be interrupted broke down");
        }
        self.0.send_modify(|running| *running -= 1);
    }
}

impl Lent {
    /// The agent. It is there for as long as it is lent.
    pub(crate) fn get(&mut self) -> Option<&mut (dyn OpenAgent + 'static)> {
        self.0.as_deref_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::{Grant, Owed};

    #[test]
    fn a_code_that_is_being_redeemed_is_never_taken_for_no_code() {
        let owed = Owed::default();
        assert!(matches!(owed.take_grant(), Grant::None));
        owed.debts().grant = Grant::UnderWay;
        for _ in 0..2 {
            assert!(matches!(owed.take_grant(), Grant::UnderWay));
        }
    }

    #[tokio::test]
    async fn what_goes_on_after_everybody_left_is_still_waited_for() {
        let owed = Owed::default();
        let (finish, finished) = tokio::sync::oneshot::channel::<()>();
        drop(owed.to_the_end(async move { finished.await.is_ok() }));
        let patience = std::time::Duration::from_millis(50);
        assert!(
            tokio::time::timeout(patience, owed.settled())
                .await
                .is_err()
        );
        assert!(
            tokio::time::timeout(patience, owed.settled())
                .await
                .is_err()
        );

        assert!(finish.send(()).is_ok());

        owed.settled().await;
    }
}
