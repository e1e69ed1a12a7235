//! Sign-in: the one way into a session.
//!
//! The person authenticates anew (`prompt=login`), and what comes back is held to the same table of refusals as a
//! signature. The agent is closed on every way out, also when the caller stops waiting.

use std::sync::Arc;
use std::time::Duration;

use dpop::Seed;
use identity::{
    Agent, AgentError, Authenticated, CallbackOutcome, Code, Declined, Demands, Disposal,
    Expectations, IdentityError, Listener, OpenAgent, Opening, Page, Pending, Prompt, Provider,
    Purpose, Refusal, RelyingParty, Subject, await_callback,
};
use jiff::{SignedDuration, Timestamp};
use policy::Policy;
use secrecy::SecretString;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use transport::TransportError;

use crate::session::{Held, Person, Session};
use crate::vault::{Vault, VaultError};

/// How long the agent may take to close before it counts as broken.
const CLOSING: Duration = Duration::from_secs(10);

/// One sign-in.
#[derive(Clone)]
pub struct SignIn {
    /// Shows the identity provider's pages.
    pub agent: Arc<dyn Agent>,
    /// Speaks OpenID Connect.
    pub relying_party: RelyingParty,
    /// Where the session is kept.
    pub vault: Arc<Vault>,
    /// What is asked for, and how long it may take.
    pub policy: Arc<Policy>,
    /// What the callback page says.
    pub page: Page,
    /// What time it is.
    pub clock: fn() -> Timestamp,
}

/// Why nobody is signed in. The names are keys of the catalogue (`err-…`, `rec-…`).
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The person cancelled, closed the page, or declined.
    #[error("cancelled")]
    Cancelled,
    /// It took too long.
    #[error("timed_out")]
    TimedOut,
    /// What the identity provider sent was not acceptable.
    #[error("refused: {0}")]
    Refused(Refusal),
    /// The identity provider did not answer.
    #[error("identity_provider_unreachable")]
    IdentityProviderUnreachable,
    /// Its certificate is not trusted.
    #[error("identity_provider_untrusted")]
    IdentityProviderUntrusted,
    /// It answered with something that cannot be worked with.
    #[error("identity_provider_unusable")]
    IdentityProviderUnusable(#[source] IdentityError),
    /// It answered with an error of its own.
    #[error("identity_provider_error: {0}")]
    IdentityProviderError(String),
    /// It does not say what the person is called, and a signature needs a printed name.
    #[error("name_missing")]
    NameMissing {
        /// Who it is without one. No session began, and the tokens were given back.
        subject: Subject,
    },
    /// This computer's clock differs from the provider's.
    #[error("clock_off: ours is {ahead_s} s ahead")]
    ClockOff {
        /// By how many seconds ours is ahead; negative when behind.
        ahead_s: i64,
    },
    /// No port for the callback is free.
    #[error("ports_taken")]
    PortsTaken,
    /// No window or browser can be shown.
    #[error("agent_unavailable: {0}")]
    AgentUnavailable(#[source] AgentError),
    /// The window or browser broke down.
    #[error("agent_failed")]
    AgentFailed,
    /// Time ran out, and the page had wanted to go to a host that policy does not allow.
    #[error("host_not_allowed: {host}")]
    HostNotAllowed {
        /// Which.
        host: String,
    },
    /// The operating system gave no randomness.
    #[error("no_randomness")]
    NoRandomness,
    /// Our own code stopped.
    #[error("internal")]
    Internal,
}

/// A sign-in that worked.
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// The authentication context that the provider vouched for, when it named one.
    pub acr: Option<String>,
    /// What was left of the agent; none when it did not close in time.
    pub agent: Option<Disposal>,
    /// What kept the session from the disk, if anything did.
    pub not_kept: Option<VaultError>,
}

impl SignIn {
    /// Signs one person in. Cancelled by the token, or by dropping the future; either way the agent is closed.
    pub async fn run(self, cancel: CancellationToken) -> Result<SignedIn, SignInError> {
        let dropped = cancel.child_token();
        let _with_caller = dropped.clone().drop_guard();
        tokio::spawn(async move { self.attempt(dropped).await })
            .await
            .unwrap_or(Err(SignInError::Internal))
    }

    async fn attempt(self, cancel: CancellationToken) -> Result<SignedIn, SignInError> {
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
        let mut agent = self.open_agent(&listener).await?;
        let outcome = self
            .authenticate(provider, listener, agent.as_mut(), deadline, &cancel)
            .await;
        let disposal = tokio::time::timeout(CLOSING, agent.close()).await.ok();
        let (provider, authenticated, seed) = outcome?;
        let acr = authenticated.acr.clone();
        let (session, not_kept) = self.begin(provider, authenticated, seed).await?;
        Ok(SignedIn {
            session,
            acr,
            agent: disposal,
            not_kept,
        })
    }

    async fn open_agent(&self, listener: &Listener) -> Result<Box<dyn OpenAgent>, SignInError> {
        let identity = &self.policy.identity;
        let opening = Opening {
            redirect_uri: listener.redirect_uri().clone(),
            allowed_hosts: identity.allowed_hosts.clone(),
            issuer_origin: identity.issuer_origin(),
            purpose: Purpose::SignIn,
            development_http: identity.development_http,
        };
        self.agent
            .open(opening)
            .await
            .map_err(SignInError::AgentUnavailable)
    }

    async fn authenticate(
        &self,
        mut provider: Provider,
        mut listener: Listener,
        agent: &mut dyn OpenAgent,
        deadline: Instant,
        cancel: &CancellationToken,
    ) -> Result<(Provider, Authenticated, Seed), SignInError> {
        let started = (self.clock)();
        let (seed, key) = Seed::draw().map_err(|_| SignInError::NoRandomness)?;
        let demands = Demands {
            scopes: self.policy.identity.session_scopes.clone(),
            prompt: Some(Prompt::Login),
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

    async fn begin(
        &self,
        provider: Provider,
        authenticated: Authenticated,
        seed: Seed,
    ) -> Result<(Session, Option<VaultError>), SignInError> {
        let since = (self.clock)();
        let name = match self.name_of(&provider, &authenticated, since).await {
            Ok(Some(name)) => name,
            nobody => {
                crate::sign_out::revoke_all(
                    &self.relying_party,
                    &provider,
                    &authenticated.tokens,
                    since,
                )
                .await;
                let subject = authenticated.subject;
                return Err(nobody
                    .err()
                    .map_or(SignInError::NameMissing { subject }, SignInError::Refused));
            }
        };
        let person = Person {
            subject: authenticated.subject,
            name,
            role: authenticated.role,
            login_hint: authenticated
                .id_token
                .text("preferred_username")
                .map(str::to_owned),
            since,
        };
        let held = Held {
            seed: authenticated.tokens.proof_key.as_ref().map(|_| seed),
            tokens: authenticated.tokens,
            id_token: SecretString::from(authenticated.id_token.raw()),
        };
        let not_kept = crate::kept::store(&self.vault, &person, &held).await.err();
        let session = Session::begin(
            person,
            held,
            Some(provider),
            self.relying_party.clone(),
            Arc::clone(&self.vault),
            SignedDuration::from_secs(i64::from(self.policy.session.absolute_s)),
        );
        Ok((session, not_kept))
    }

    /// The printed name: from the ID token, or from where the provider says more about the same person. Whoever is told
    /// about somebody else there is refused.
    async fn name_of(
        &self,
        provider: &Provider,
        authenticated: &Authenticated,
        now: Timestamp,
    ) -> Result<Option<String>, Refusal> {
        if authenticated.name.is_some() {
            return Ok(authenticated.name.clone());
        }
        let access = authenticated.tokens.access();
        let asked = self
            .relying_party
            .user_info(provider, &access, &authenticated.id_token, now);
        match asked.await {
            Ok(info) => Ok(info.and_then(|info| info.text("name").map(str::to_owned))),
            Err(error) => {
                tracing::info!(%error, "the identity provider told no name");
                error.refusal().map_or(Ok(None), Err)
            }
        }
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

impl From<Declined> for SignInError {
    fn from(declined: Declined) -> Self {
        match declined {
            Declined::AccessDenied => Self::Cancelled,
            Declined::Refused(refusal) => Self::Refused(refusal),
            Declined::LoginRequired => Self::IdentityProviderError("login_required".to_owned()),
            Declined::InteractionRequired => {
                Self::IdentityProviderError("interaction_required".to_owned())
            }
            Declined::SignedIn => Self::IdentityProviderError("consent_required".to_owned()),
            Declined::Other { error } => Self::IdentityProviderError(error),
        }
    }
}

impl From<IdentityError> for SignInError {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::Refused(refusal) => Self::Refused(refusal),
            IdentityError::ClockSkew { measured_s, .. } => Self::ClockOff {
                ahead_s: -measured_s,
            },
            IdentityError::Transport(TransportError::TlsRefused { .. }) => {
                Self::IdentityProviderUntrusted
            }
            IdentityError::Transport(
                TransportError::Unreachable { .. } | TransportError::TimedOut { .. },
            ) => Self::IdentityProviderUnreachable,
            IdentityError::ProviderError { code } => Self::IdentityProviderError(code),
            IdentityError::PortsTaken { .. } => Self::PortsTaken,
            IdentityError::NoRandomness => Self::NoRandomness,
            other => Self::IdentityProviderUnusable(other),
        }
    }
}
