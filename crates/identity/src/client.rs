//! Who we are to the identity provider, and what we hold it to.

use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use policy::{Policy, RedirectPath};
use transport::Transport;
use url::Url;

/// One registered client at one issuer, with the rules under which its answers are accepted.
#[derive(Debug, Clone)]
pub struct Client {
    /// The issuer, octet for octet as the provider names itself.
    pub issuer: String,
    /// Our client identifier there.
    pub client_id: String,
    /// The signature algorithms that are accepted, by their JWA names.
    pub algorithms: Vec<String>,
    /// The claims that identify a person.
    pub subject_claims: Vec<String>,
    /// What access tokens are asked for (RFC 8707).
    pub resource: Option<String>,
    /// Where the provider leads when it ended a session, if it knows that address. Nobody need listen there.
    pub logout_return: Option<Url>,
    /// How far the provider's clock and ours may be apart.
    pub clock_skew: SignedDuration,
    /// Refuses a provider that does not advertise PKCE with S256, which it is sent either way.
    pub require_s256: bool,
    /// Allows http on literal loopback addresses.
    pub development_http: bool,
}

impl From<&Policy> for Client {
    fn from(policy: &Policy) -> Self {
        let identity = &policy.identity;
        Self {
            issuer: identity.issuer.clone(),
            client_id: identity.client_id.clone(),
            algorithms: identity.algorithms.clone(),
            subject_claims: identity.subject_claims.clone(),
            resource: identity.resource.clone(),
            logout_return: identity
                .post_logout_redirect
                .then(|| return_address(&identity.redirect_ports, &identity.redirect_path))
                .flatten(),
            clock_skew: SignedDuration::from_secs(i64::from(policy.signing.clock_skew_s)),
            require_s256: identity.require_s256,
            development_http: identity.development_http,
        }
    }
}

/// The first of the addresses that are registered for the callback. Without a listed port it has none, and without a
/// registered path the provider looks at neither (RFC 8252, 7.3).
fn return_address(ports: &[u16], path: &RedirectPath) -> Option<Url> {
    let mut address = Url::parse("http://127.0.0.1").ok()?;
    address.set_port(ports.first().copied()).ok()?;
    if let RedirectPath::Fixed(path) = path {
        address.set_path(path);
    }
    Some(address)
}

/// The relying party: a client and the transport over which it speaks. Cheap to clone.
#[derive(Clone)]
pub struct RelyingParty {
    pub(crate) client: Arc<Client>,
    pub(crate) transport: Transport,
    /// When a key set was last fetched for want of a key. Shared by all clones, so that the limit is one limit.
    pub(crate) keys_refetched_at: Arc<Mutex<Option<Timestamp>>>,
}

impl RelyingParty {
    /// A relying party for this client.
    pub fn new(client: Client, transport: Transport) -> Self {
        Self {
            client: Arc::new(client),
            transport,
            keys_refetched_at: Arc::new(Mutex::new(None)),
        }
    }

    /// The client's registration and rules.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The transport over which it speaks.
    pub fn transport(&self) -> &Transport {
        &self.transport
    }
}
