//! The port to what shows the identity provider's pages: an ephemeral window, a throw-away browser, a printed address.
//!
//! An agent opens with an empty jar and takes it along when it closes. It reports where it was sent; whether that
//! means anything is decided by [`crate::Pending::receive`], in the same way for every kind of agent.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use url::Url;

/// A kind of agent, able to open one agent after the other.
#[async_trait]
pub trait Agent: Send + Sync {
    /// Makes the jar and gets ready. Nothing is shown and nothing is loaded yet.
    async fn open(&self, opening: Opening) -> Result<Box<dyn OpenAgent>, AgentError>;

    /// The kind as policy and evidence write it: `window`, `browser`, `print`.
    fn kind(&self) -> &'static str;
}

/// What an agent is opened for, and where it may go.
#[derive(Debug, Clone)]
pub struct Opening {
    /// The callback: a navigation to this address (whatever its query) is taken, and not loaded.
    pub redirect_uri: Url,
    /// Hosts that the agent may load beside the issuer's.
    pub allowed_hosts: Vec<String>,
    /// Scheme, host and port of the issuer.
    pub issuer_origin: String,
    /// What the person is asked to do.
    pub purpose: Purpose,
    /// Whether http to a literal loopback address may be loaded.
    pub development_http: bool,
}

/// What the person is asked to do in the agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To sign in to the application.
    SignIn,
    /// To authenticate again for one signature.
    Sign,
}

/// One open agent with its own jar.
#[async_trait]
pub trait OpenAgent: Send {
    /// Loads an address, on screen or out of sight.
    async fn visit(&mut self, url: Url, shown: bool) -> Result<(), AgentError>;

    /// The next thing that happens. Cancel-safe: dropping the future loses no event.
    async fn next(&mut self) -> AgentEvent;

    /// Whether it takes the callback itself, before it crosses the network. Then what arrives at the listener comes from
    /// somebody else, unless it bears the state of the request.
    fn takes_callbacks(&self) -> bool {
        false
    }

    /// A handle with which somebody else can bring the agent to the front.
    fn handle(&self) -> Arc<dyn BringForward>;

    /// Closes the agent, waits for its processes, deletes the jar and looks whether it is gone.
    async fn close(self: Box<Self>) -> Disposal;
}

/// Brings an open agent to the front of the person's screen.
#[async_trait]
pub trait BringForward: Send + Sync {
    /// Does nothing once the agent is closed.
    async fn bring_forward(&self);
}

/// What happened in an agent.
#[derive(Clone, PartialEq, Eq)]
pub enum AgentEvent {
    /// The provider sent the agent to the callback. The address holds secrets: it is for `receive` alone.
    Callback(Url),
    /// The person closed the agent.
    ClosedByPerson,
    /// A page's certificate or TLS was not acceptable.
    TlsRefused,
    /// A page wanted to go to a host that is not allowed. The agent stayed where it was.
    NavigationRefused {
        /// The host.
        host: String,
    },
    /// The agent broke down.
    Failed,
}

// By hand, because the callback's query holds the authorization code.
impl fmt::Debug for AgentEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Callback(_) => f.write_str("Callback(..)"),
            Self::ClosedByPerson => f.write_str("ClosedByPerson"),
            Self::TlsRefused => f.write_str("TlsRefused"),
            Self::NavigationRefused { host } => write!(f, "NavigationRefused({host})"),
            Self::Failed => f.write_str("Failed"),
        }
    }
}

/// Why an agent did not open, or did not load an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AgentError {
    /// There is no display to open a window on.
    #[error("there is no display")]
    NoDisplay,
    /// The web view or browser is not installed, or too old.
    #[error("the web view or browser is missing or too old: {0}")]
    NotInstalled(String),
    /// An isolated jar cannot be had here, so none was opened.
    #[error("an isolated jar cannot be had: {0}")]
    NotIsolated(String),
    /// Another agent of this kind is open.
    #[error("another agent is open")]
    Busy,
    /// The address is not one that this agent may load.
    #[error("{host} is not a host that may be loaded")]
    NotAllowed {
        /// The host.
        host: String,
    },
    /// The agent is closed.
    #[error("the agent is closed")]
    Closed,
    /// Anything else that the agent's host said.
    #[error("the agent failed: {0}")]
    Failed(String),
}

/// What is left of an agent after [`OpenAgent::close`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disposal {
    /// No window of it exists.
    pub window_gone: bool,
    /// No process of it runs.
    pub processes_gone: bool,
    /// Nothing of its jar is on disk.
    pub jar_gone: bool,
    /// What an auditor should know beside that, without secrets.
    pub notes: Vec<String>,
}

impl Disposal {
    /// Nothing is left.
    pub fn complete() -> Self {
        Self {
            window_gone: true,
            processes_gone: true,
            jar_gone: true,
            notes: Vec::new(),
        }
    }

    /// Whether nothing is left.
    pub fn is_complete(&self) -> bool {
        self.window_gone && self.processes_gone && self.jar_gone
    }
}
