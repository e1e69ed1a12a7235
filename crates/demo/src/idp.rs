//! An OpenID provider in process, on loopback, for demonstrations and tests.
//!
//! It behaves as the certified ones do where it matters here: an SSO cookie in the jar, forced
//! re-authentication, rotation with reuse detection, RFC 9207, pushed requests, RP-initiated logout.
//! And it misbehaves on demand ([`Faults`]). It is not an identity provider: its passwords are
//! published, it forgets everything when it stops, and it never asks for consent.

mod accounts;
mod authorize;
mod clients;
mod discovery;
mod faults;
mod keys;
mod log;
mod logout;
mod minting;
mod pages;
mod parameters;
mod possession;
mod server;
mod sign_in;
mod small_rsa;
mod state;
mod token;
mod views;

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::{CancellationToken, DropGuard};

pub use accounts::{ACCOUNTS, ADAMS, Account, BAKER, CLARK};
pub use clients::{Algorithm, ClientConfig, RedirectUris};
pub use faults::{Expected, Fault, Faults, Place, UnknownFault};
pub use log::{Endpoint, Request};
pub use views::{SessionView, TokenKind, TokenView};

use keys::Keys;
pub(crate) use keys::random_text;
use state::State;

/// The client identifier of the product.
pub const CLIENT_ID: &str = "countersign";
/// A second client with the same rights, for tests that need two relying parties in one jar.
pub const PORTAL_CLIENT_ID: &str = "portal";
/// A client whose ID tokens are signed with RS256.
pub const RS256_CLIENT_ID: &str = "countersign-rs256";
/// The audience of access tokens for the records API (RFC 8707).
pub const RESOURCE: &str = "urn:countersign:records";
/// Authentication with a password.
pub const ACR_ONE_FACTOR: &str = "urn:demo:loa:1";
/// Authentication with a password and a one-time code.
pub const ACR_TWO_FACTORS: &str = "urn:demo:loa:2";

/// The source of the provider's time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// How the provider is set up.
#[derive(Clone)]
pub struct IdpConfig {
    /// The loopback port; 0 takes a free one.
    pub port: u16,
    /// Who may ask for sign-ins.
    pub clients: Vec<ClientConfig>,
    /// What is wrong from the start.
    pub faults: Faults,
    /// How long access tokens live.
    pub access_token_lifetime: Duration,
    /// What it offers beyond what every provider does.
    pub offers: Offers,
    /// The source of time.
    pub clock: Clock,
}

/// What a provider may offer, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offers {
    /// Pushed authorization requests (RFC 9126).
    pub pushed_requests: bool,
    /// The issuer in authorization responses (RFC 9207).
    pub response_issuer: bool,
    /// Tokens that are bound to a key (RFC 9449).
    pub bound_tokens: bool,
    /// Proofs of such a key are accepted only with the provider's nonce (RFC 9449 §8).
    pub nonces_in_proofs: bool,
    /// Revocation (RFC 7009).
    pub revocation: bool,
    /// RP-initiated logout.
    pub logout: bool,
    /// PKCE with S256 is advertised. It is demanded either way.
    pub s256: bool,
    /// What becomes of `max_age=0`.
    pub max_age_zero: MaxAgeZero,
}

/// What real providers make of `max_age=0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaxAgeZero {
    /// The person is asked.
    Obeyed,
    /// It is taken for none.
    Ignored,
    /// The request is refused.
    Rejected,
}

impl Default for Offers {
    fn default() -> Self {
        Self {
            pushed_requests: true,
            response_issuer: true,
            bound_tokens: true,
            nonces_in_proofs: false,
            revocation: true,
            logout: true,
            s256: true,
            max_age_zero: MaxAgeZero::Obeyed,
        }
    }
}

impl Default for IdpConfig {
    fn default() -> Self {
        Self {
            port: 0,
            clients: vec![
                ClientConfig::native(CLIENT_ID),
                ClientConfig::native(PORTAL_CLIENT_ID),
                ClientConfig::native(RS256_CLIENT_ID).signed_with(Algorithm::Rs256),
            ],
            faults: Faults::none(),
            access_token_lifetime: Duration::from_mins(5),
            offers: Offers::default(),
            clock: Arc::new(Timestamp::now),
        }
    }
}

/// The provider could not start.
#[derive(Debug, thiserror::Error)]
pub enum IdpError {
    /// The loopback port is taken or may not be opened.
    #[error("port {port} on 127.0.0.1 cannot be opened: {source}")]
    Port {
        /// The port that was asked for; 0 is any.
        port: u16,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The cryptographic provider made no key.
    #[error("no signing key could be made")]
    Keys,
}

/// A running provider. Clones are handles to the same one; it stops when the last is dropped.
#[derive(Clone)]
pub struct Idp {
    shared: Arc<Shared>,
    _stop_when_dropped: Arc<DropGuard>,
    stop: CancellationToken,
}

/// What every request sees.
struct Shared {
    issuer: String,
    clients: Vec<ClientConfig>,
    access_token_lifetime: Duration,
    offers: Offers,
    clock: Clock,
    proofs: gateway::proof::Proofs,
    keys: Mutex<Keys>,
    faults: Mutex<Faults>,
    state: Mutex<State>,
    ready_pages: AtomicUsize,
    stopping: CancellationToken,
}

impl Idp {
    /// Starts a provider on `127.0.0.1`.
    pub async fn start(config: IdpConfig) -> Result<Self, IdpError> {
        let port = config.port;
        let refused = |source| IdpError::Port { port, source };
        let listener = tokio::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
            .await
            .map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let stop = CancellationToken::new();
        let shared = Arc::new(Shared {
            issuer: format!("http://{address}"),
            clients: config.clients,
            access_token_lifetime: config.access_token_lifetime,
            offers: config.offers,
            proofs: gateway::proof::Proofs::new().map_err(|_| IdpError::Keys)?,
            clock: config.clock,
            keys: Mutex::new(Keys::new().map_err(|_| IdpError::Keys)?),
            faults: Mutex::new(config.faults),
            state: Mutex::new(State::default()),
            ready_pages: AtomicUsize::new(0),
            stopping: stop.clone(),
        });
        server::spawn(listener, Arc::clone(&shared), stop.clone());
        Ok(Self {
            shared,
            _stop_when_dropped: Arc::new(stop.clone().drop_guard()),
            stop,
        })
    }

    /// The issuer identifier, which is also the base address. No trailing slash.
    pub fn issuer(&self) -> &str {
        &self.shared.issuer
    }

    /// Switches faults on and off; what was switched on before is forgotten.
    pub fn set_faults(&self, faults: Faults) {
        *lock(&self.shared.faults) = faults;
    }

    /// The faults that are switched on.
    pub fn faults(&self) -> Faults {
        self.shared.faults()
    }

    /// The living SSO sessions.
    pub fn sessions(&self) -> Vec<SessionView> {
        lock(&self.shared.state).session_views(self.shared.now())
    }

    /// Every access and refresh token that still opens something.
    pub fn active_tokens(&self) -> Vec<TokenView> {
        lock(&self.shared.state).token_views(self.shared.now())
    }

    /// Whether this access or refresh token still opens something.
    pub fn is_token_active(&self, token: &str) -> bool {
        lock(&self.shared.state).is_token_active(token, self.shared.now())
    }

    /// What was asked so far, oldest first: no values that open anything.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.shared.state).requests.clone()
    }

    /// How many pages had the cursor in their first field so far. What is typed before that may go nowhere.
    pub fn ready_pages(&self) -> usize {
        self.shared.ready_pages.load(Ordering::Relaxed)
    }

    /// Makes new signing keys; the published set keeps the old ones.
    pub fn rotate_keys(&self) -> Result<(), IdpError> {
        lock(&self.shared.keys).rotate().map_err(|_| IdpError::Keys)
    }

    /// Publishes the keys that sign now, and no others.
    pub fn withdraw_old_keys(&self) {
        lock(&self.shared.keys).withdraw();
    }

    /// Ends every SSO session, and with it the tokens that hang on them.
    pub fn end_all_sessions(&self) {
        lock(&self.shared.state).end_all_sessions();
    }

    /// Stops answering. Handles stay usable for looking back.
    pub fn stop(&self) {
        self.stop.cancel();
    }
}

impl Shared {
    fn now(&self) -> Timestamp {
        let faults = lock(&self.faults);
        let now = (self.clock)();
        let off = SignedDuration::from_mins(10);
        if faults.has(Fault::ClockAhead) {
            now + off
        } else if faults.has(Fault::ClockBehind) {
            now - off
        } else {
            now
        }
    }

    fn faults(&self) -> Faults {
        lock(&self.faults).clone()
    }

    fn has(&self, fault: Fault) -> bool {
        lock(&self.faults).has(fault)
    }

    /// Writes down what was asked.
    fn note(&self, endpoint: Endpoint, parameters: &[(String, String)]) {
        tracing::debug!(?endpoint, "asked");
        let request = Request::new(endpoint, self.now(), parameters);
        lock(&self.state).requests.push(request);
    }

    fn client(&self, id: &str) -> Option<&ClientConfig> {
        self.clients.iter().find(|client| client.id == id)
    }
}

/// A poisoned lock means that a request handler panicked; what it guards is still whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
