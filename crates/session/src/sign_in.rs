//! Sign-in: the one way into a session.
//!
//! The person authenticates anew (`prompt=login`), and what comes back is held to the same table of refusals as a
//! signature. The agent is closed on every way out, also when the caller stops waiting.

use std::sync::Arc;

use identity::{
    Agent, AgentError, Authenticated, Declined, Disposal, IdentityError, Page, Provider, Refusal,
    RelyingParty, Subject,
};
use jiff::{SignedDuration, Timestamp};
use policy::Policy;
use secrecy::SecretString;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use transport::TransportError;

use crate::authentication::{Asked, Proven};
use crate::kept::{self, Remembered};
use crate::limit::Limit;
use crate::presence::Presence;
use crate::session::{Held, Person, Session};
use crate::vault::{Vault, VaultError};

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
        tokio::spawn(Box::pin(self.attempt(dropped)))
            .await
            .unwrap_or(Err(SignInError::Internal))
    }

    async fn attempt(self, cancel: CancellationToken) -> Result<SignedIn, SignInError> {
        let proven = self.authenticate(Asked::default(), &cancel).await?;
        let person = self.person_of(&proven).await?;
        Ok(self.begin(proven, person).await)
    }

    /// Who it is. Whoever has no name to print gets no session, and the tokens are given back.
    pub(crate) async fn person_of(&self, proven: &Proven) -> Result<Person, SignInError> {
        let since = (self.clock)();
        let authenticated = &proven.authenticated;
        let name = match self.name_of(&proven.provider, authenticated, since).await {
            Ok(Some(name)) => name,
            nobody => {
                proven.give_back(self, since).await;
                let subject = authenticated.subject.clone();
                return Err(nobody
                    .err()
                    .map_or(SignInError::NameMissing { subject }, SignInError::Refused));
            }
        };
        let hint = authenticated.id_token.text("preferred_username");
        Ok(Person {
            subject: authenticated.subject.clone(),
            name,
            role: authenticated.role.clone(),
            login_hint: hint.map(str::to_owned),
            since,
        })
    }

    /// The session of somebody who has proven who they are.
    pub(crate) async fn begin(&self, proven: Proven, person: Person) -> SignedIn {
        let Proven {
            provider,
            authenticated,
            seed,
            agent,
        } = proven;
        let held = Held {
            seed: authenticated.tokens.proof_key.as_ref().map(|_| seed),
            tokens: authenticated.tokens,
            id_token: SecretString::from(authenticated.id_token.raw()),
        };
        let presence = Presence::Seen(person.since);
        let not_kept = kept::store(&self.vault, &person, &held, None, presence)
            .await
            .err();
        let absolute = SignedDuration::from_secs(i64::from(self.policy.session.absolute_s));
        let limit = Limit::new(person.since, absolute, person.since, Instant::now());
        let kept = Remembered {
            person,
            held,
            registry_id: None,
            presence,
        };
        let party = self.relying_party.clone();
        let vault = Arc::clone(&self.vault);
        SignedIn {
            session: Session::begin(
                kept,
                Some(provider),
                party,
                vault,
                limit,
                not_kept.is_none(),
            ),
            acr: authenticated.acr,
            agent,
            not_kept,
        }
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
