//! One forced authentication, as sign-in and unlock both ask for it: agent, callback, and what came back held to the table
//! of refusals.
//!
//! What it proves is who was just asked. What follows from that is for the caller.

use std::sync::Arc;
use std::time::Duration;

use dpop::Seed;
use identity::{
    AgentError, Authenticated, CallbackOutcome, Code, Demands, Disposal, Expectations, Listener,
    OpenAgent, Opening, Pending, Prompt, Provider, Purpose, await_callback,
};
use jiff::Timestamp;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::sign_in::{SignIn, SignInError};

/// How long the agent may take to close before it counts as broken.
const CLOSING: Duration = Duration::from_secs(10);

/// What is asked beyond a forced authentication.
#[derive(Default)]
pub(crate) struct Asked {
    /// How old it may be for the provider.
    pub(crate) max_age: Option<u32>,
    /// Whom the provider should expect.
    pub(crate) login_hint: Option<String>,
}

/// Somebody has just proven who they are.
pub(crate) struct Proven {
    pub(crate) provider: Provider,
    pub(crate) authenticated: Authenticated,
    pub(crate) seed: Seed,
    /// What was left of the agent; none when it did not close in time.
    pub(crate) agent: Option<Disposal>,
}

impl Proven {
    /// Gives the tokens back: nobody begins a session with them.
    pub(crate) async fn give_back(&self, of: &SignIn, now: Timestamp) {
        let tokens = &self.authenticated.tokens;
        let provider = Some(&self.provider);
        crate::revocation::give_back(&of.vault, &of.relying_party, provider, tokens, now).await;
    }
}

impl SignIn {
    /// Has somebody authenticate. The agent is closed when this returns.
    pub(crate) async fn authenticate(
        &self,
        asked: Asked,
        cancel: &CancellationToken,
    ) -> Result<Proven, SignInError> {
        let deadline =
            Instant::now() + Duration::from_secs(u64::from(self.policy.signing.timeout_s));
        let started = (self.clock)();
        let provider = tokio::select! {
            () = cancel.cancelled() => return Err(SignInError::Cancelled),
            provider = self.relying_party.discover(started) => provider?,
        };
        let identity = &self.policy.identity;
        let listener = Listener::bind(
            &identity.redirect_ports,
            &identity.redirect_path,
            self.page.clone(),
        )
        .await?;
        let mut agent = self.open_agent(&listener, cancel).await?;
        let outcome = self
            .ask(provider, listener, agent.as_mut(), asked, deadline, cancel)
            .await;
        let disposal = tokio::time::timeout(CLOSING, agent.close()).await.ok();
        let (provider, authenticated, seed) = outcome?;
        Ok(Proven {
            provider,
            authenticated,
            seed,
            agent: disposal,
        })
    }

    /// Opens the agent, which may wait for the one before to be gone. Who stops waiting leaves it to be closed unseen.
    async fn open_agent(
        &self,
        listener: &Listener,
        cancel: &CancellationToken,
    ) -> Result<Box<dyn OpenAgent>, SignInError> {
        let identity = &self.policy.identity;
        let opening = Opening {
            redirect_uri: listener.redirect_uri().clone(),
            allowed_hosts: identity.allowed_hosts.clone(),
            issuer_origin: identity.issuer_origin(),
            purpose: Purpose::SignIn,
            development_http: identity.development_http,
        };
        let agent = Arc::clone(&self.agent);
        let mut opens = tokio::spawn(async move { agent.open(opening).await });
        tokio::select! {
            opened = &mut opens => opened
                .unwrap_or_else(|_| Err(AgentError::Failed("it broke down while opening".to_owned())))
                .map_err(SignInError::AgentUnavailable),
            () = cancel.cancelled() => {
                tokio::spawn(async move {
                    if let Ok(Ok(agent)) = opens.await {
                        agent.close().await;
                    }
                });
                Err(SignInError::Cancelled)
            }
        }
    }

    async fn ask(
        &self,
        mut provider: Provider,
        mut listener: Listener,
        agent: &mut dyn OpenAgent,
        asked: Asked,
        deadline: Instant,
        cancel: &CancellationToken,
    ) -> Result<(Provider, Authenticated, Seed), SignInError> {
        let started = (self.clock)();
        let (seed, key) = Seed::draw().map_err(|_| SignInError::NoRandomness)?;
        let demands = Demands {
            scopes: self.policy.identity.session_scopes.clone(),
            prompt: Some(Prompt::Login),
            max_age: asked.max_age,
            login_hint: asked.login_hint,
            essential_auth_time: true,
            proof_key: Some(key),
            ..Demands::default()
        };
        let request =
            self.relying_party
                .request(&provider, &demands, listener.redirect_uri(), started);
        let pending = tokio::select! {
            () = cancel.cancelled() => return Err(SignInError::Cancelled),
            pending = request => pending?,
        };
        visit(agent, &pending, deadline, cancel).await?;
        let code = wait_for_code(&mut listener, agent, &pending, deadline, cancel).await?;
        drop(listener);
        let expectations = Expectations {
            not_before: Some(started),
            ..Expectations::default()
        };
        // Not interrupted: a code that is being redeemed brings tokens that somebody has to hold.
        let authenticated = self
            .relying_party
            .redeem(&mut provider, pending, code, &expectations, (self.clock)())
            .await?;
        Ok((provider, authenticated, seed))
    }
}

/// Exactly one callback. A page that may not be visited is left aside; only when nothing else comes is it named.
async fn wait_for_code(
    listener: &mut Listener,
    agent: &mut dyn OpenAgent,
    pending: &Pending,
    deadline: Instant,
    cancel: &CancellationToken,
) -> Result<Code, SignInError> {
    let mut refused_host = None;
    loop {
        return match await_callback(listener, agent, pending, deadline, cancel).await {
            CallbackOutcome::Code(code) => Ok(code),
            CallbackOutcome::Declined(declined) => Err(declined.into()),
            CallbackOutcome::ClosedByPerson | CallbackOutcome::Cancelled => {
                Err(SignInError::Cancelled)
            }
            CallbackOutcome::TlsRefused => Err(SignInError::IdentityProviderUntrusted),
            CallbackOutcome::NavigationRefused { host } => {
                tracing::warn!(
                    host,
                    "the sign-in page wanted to go to a host that is not allowed"
                );
                refused_host = Some(host);
                continue;
            }
            CallbackOutcome::AgentFailed => Err(SignInError::AgentFailed),
            CallbackOutcome::TimedOut => Err(refused_host.map_or(SignInError::TimedOut, |host| {
                SignInError::HostNotAllowed { host }
            })),
        };
    }
}

async fn visit(
    agent: &mut dyn OpenAgent,
    pending: &Pending,
    deadline: Instant,
    cancel: &CancellationToken,
) -> Result<(), SignInError> {
    tokio::select! {
        () = cancel.cancelled() => Err(SignInError::Cancelled),
        () = tokio::time::sleep_until(deadline) => Err(SignInError::TimedOut),
        visited = agent.visit(pending.url.clone(), true) => visited.map_err(|error| match error {
            AgentError::Closed => SignInError::Cancelled,
            AgentError::NotAllowed { host } => SignInError::HostNotAllowed { host },
            AgentError::NoDisplay | AgentError::NotInstalled(_) | AgentError::NotIsolated(_) | AgentError::Busy => {
                SignInError::AgentUnavailable(error)
            }
            AgentError::Failed(_) => SignInError::AgentFailed,
        }),
    }
}
