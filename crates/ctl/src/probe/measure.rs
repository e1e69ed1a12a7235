//! What only a jar shows in which somebody is signed in: whether the provider asks again when it has to.
//!
//! The sign-in's agent is kept open for that a little longer, out of sight. The requests are the relying party's own; a
//! code that comes is the finding itself, and is dropped: nothing here is ever exchanged.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use identity::{
    Agent, AgentError, AgentEvent, BringForward, CallbackOutcome, Declined, Demands, Disposal,
    Listener, OpenAgent, Opening, Page, Prompt, Provider, Refusal, RelyingParty, await_callback,
};
use jiff::Timestamp;
use policy::Policy;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::Url;

/// How long the provider may take to answer by itself.
const PATIENCE: Duration = Duration::from_secs(4);
/// How long the agent may take to be gone.
const CLOSING: Duration = Duration::from_secs(15);
/// After this the sign-in is older than any `max_age` that a policy can name.
const AGEING: Duration = Duration::from_millis(2_100);
/// Nobody has this subject.
const NOBODY: &str = "countersign-probe-nobody";

/// What was seen. None where it was not looked, or nothing could be seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// `prompt=login` asks again.
    pub prompt_login: Option<bool>,
    /// `max_age` makes an earlier sign-in insufficient.
    pub max_age: Option<bool>,
    /// A request that names somebody else is not answered with who is signed in.
    pub request_subject: Option<bool>,
}

/// An agent that stays open after its sign-in, until [`Jar::take`].
pub struct Jar {
    inner: Arc<dyn Agent>,
    kept: Arc<Mutex<Option<Kept>>>,
}

/// The open agent of a sign-in.
pub struct Kept {
    agent: Box<dyn OpenAgent>,
    redirect_uri: Url,
}

impl Jar {
    pub fn new(inner: Arc<dyn Agent>) -> Self {
        Self {
            inner,
            kept: Arc::default(),
        }
    }

    /// The agent, once the sign-in has closed it.
    pub fn take(&self) -> Option<Kept> {
        lock(&self.kept).take()
    }
}

#[async_trait]
impl Agent for Jar {
    async fn open(&self, opening: Opening) -> Result<Box<dyn OpenAgent>, AgentError> {
        let redirect_uri = opening.redirect_uri.clone();
        let agent = self.inner.open(opening).await?;
        Ok(Box::new(OpenJar {
            kept: Kept {
                agent,
                redirect_uri,
            },
            place: Arc::clone(&self.kept),
        }))
    }

    fn kind(&self) -> &'static str {
        self.inner.kind()
    }
}

struct OpenJar {
    kept: Kept,
    place: Arc<Mutex<Option<Kept>>>,
}

#[async_trait]
impl OpenAgent for OpenJar {
    async fn visit(&mut self, url: Url, shown: bool) -> Result<(), AgentError> {
        self.kept.agent.visit(url, shown).await
    }

    async fn next(&mut self) -> AgentEvent {
        self.kept.agent.next().await
    }

    fn takes_callbacks(&self) -> bool {
        self.kept.agent.takes_callbacks()
    }

    fn handle(&self) -> Arc<dyn BringForward> {
        self.kept.agent.handle()
    }

    async fn close(self: Box<Self>) -> Disposal {
        let Self { kept, place } = *self;
        *lock(&place) = Some(kept);
        Disposal {
            window_gone: false,
            processes_gone: false,
            jar_gone: false,
            notes: vec!["kept open to look into".to_owned()],
        }
    }
}

impl Kept {
    /// Looks into the jar of somebody who has just signed in.
    pub async fn look(
        &mut self,
        relying_party: &RelyingParty,
        provider: &Provider,
        policy: &Policy,
        page: Page,
        cancel: &CancellationToken,
    ) -> Measured {
        // The port of the sign-in is free again, and its address the one that the agent lets through.
        let ports: Vec<u16> = self.redirect_uri.port().into_iter().collect();
        let path = policy::RedirectPath::Fixed(self.redirect_uri.path().to_owned());
        let Ok(listener) = Listener::bind(&ports, &path, page).await else {
            tracing::warn!("the callback's port was taken meanwhile");
            return Measured::default();
        };
        let mut look = Look {
            relying_party,
            provider,
            agent: self.agent.as_mut(),
            redirect_uri: listener.redirect_uri().clone(),
            listener,
            cancel,
        };
        look.all(policy).await
    }

    /// Closes the agent and looks whether its jar is gone.
    pub async fn close(self) {
        match tokio::time::timeout(CLOSING, self.agent.close()).await {
            Ok(disposal) if disposal.is_complete() => {}
            Ok(disposal) => tracing::warn!(?disposal, "something of the sign-in's jar is left"),
            Err(_) => tracing::warn!("the sign-in's agent did not close in time"),
        }
    }
}

struct Look<'a> {
    relying_party: &'a RelyingParty,
    provider: &'a Provider,
    agent: &'a mut dyn OpenAgent,
    listener: Listener,
    redirect_uri: Url,
    cancel: &'a CancellationToken,
}

/// What the provider answers by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    /// It answers with whoever is signed in.
    Somebody,
    /// It would have to ask.
    WouldAsk,
    /// It answers with another error.
    Error,
    /// It answers nothing: a page that waits for somebody.
    Nothing,
    /// It could not be asked.
    NotAsked,
}

impl Look<'_> {
    async fn all(&mut self, policy: &Policy) -> Measured {
        let quietly = Demands {
            scopes: policy.identity.signing_scopes.clone(),
            prompt: Some(Prompt::None),
            ..Demands::default()
        };
        // Without this nothing that follows would mean anything.
        if self.answer(&quietly).await != Said::Somebody {
            return Measured::default();
        }
        let request_subject = self
            .answer(&Demands {
                request_subject: Some(NOBODY.to_owned()),
                ..quietly.clone()
            })
            .await;
        tokio::time::sleep(AGEING).await;
        let max_age = match policy.identity.max_age.seconds() {
            Some(seconds) => {
                // Without a prompt: some providers take max_age=0 for prompt=login, which nothing else may go with.
                self.answer(&Demands {
                    prompt: None,
                    max_age: Some(seconds),
                    ..quietly.clone()
                })
                .await
            }
            None => Said::NotAsked,
        };
        let prompt_login = self
            .answer(&Demands {
                prompt: Some(Prompt::Login),
                ..quietly
            })
            .await;
        Measured {
            prompt_login: match prompt_login {
                Said::Nothing => Some(true),
                Said::Somebody => Some(false),
                Said::WouldAsk | Said::Error | Said::NotAsked => None,
            },
            max_age: match max_age {
                Said::WouldAsk | Said::Nothing => Some(true),
                Said::Somebody => Some(false),
                Said::Error | Said::NotAsked => None,
            },
            request_subject: match request_subject {
                Said::WouldAsk | Said::Error => Some(true),
                Said::Somebody => Some(false),
                Said::Nothing | Said::NotAsked => None,
            },
        }
    }

    async fn answer(&mut self, demands: &Demands) -> Said {
        let now = Timestamp::now();
        let asked = self
            .relying_party
            .request(self.provider, demands, &self.redirect_uri, now);
        let pending = match asked.await {
            Ok(pending) => pending,
            Err(error) => {
                tracing::warn!(%error, "a request was not taken");
                return Said::NotAsked;
            }
        };
        if let Err(error) = self.agent.visit(pending.url.clone(), false).await {
            tracing::warn!(%error, "a page could not be visited");
            return Said::NotAsked;
        }
        let deadline = Instant::now() + PATIENCE;
        loop {
            let waiting = await_callback(
                &mut self.listener,
                self.agent,
                &pending,
                deadline,
                self.cancel,
            );
            return match waiting.await {
                CallbackOutcome::Code(_) | CallbackOutcome::Declined(Declined::SignedIn) => {
                    Said::Somebody
                }
                CallbackOutcome::Declined(
                    Declined::LoginRequired | Declined::InteractionRequired,
                ) => Said::WouldAsk,
                // The answer to an earlier request, or a page that led elsewhere and stayed.
                CallbackOutcome::Declined(Declined::Refused(Refusal::StateMismatch))
                | CallbackOutcome::NavigationRefused { .. } => continue,
                CallbackOutcome::Declined(_) => Said::Error,
                CallbackOutcome::TimedOut => Said::Nothing,
                CallbackOutcome::ClosedByPerson
                | CallbackOutcome::TlsRefused
                | CallbackOutcome::AgentFailed
                | CallbackOutcome::Cancelled => Said::NotAsked,
            };
        }
    }
}

/// What was written under a lock that a panic poisoned is still whole.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
