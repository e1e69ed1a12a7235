//! Starting and stopping.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use transport::{Rules, Transport, TransportError};
use url::Url;

use crate::api::{self, Gateway};
use crate::config::{Config, StorePlace};
use crate::issuers::Issuers;
use crate::proof::Proofs;
use crate::receipts::{self, ReceiptKeyError};
use crate::store::{Store, StoreError};
use crate::timestamps::Stamper;
use crate::watchers::Watchers;

/// The longest that a challenge may live: 21 CFR 11.200 (a)(1) wants one signing at a time, not one a day.
pub const MAX_CHALLENGE_LIFETIME_S: u32 = 300;

/// A gateway that is serving. Dropping it lets it go on; `shutdown` ends it.
pub struct Running {
    address: SocketAddr,
    store: Store,
    watchers: Arc<Watchers>,
    stop: CancellationToken,
    served: JoinHandle<std::io::Result<()>>,
}

/// The gateway could not start, or stopped on its own.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is taken, or not ours.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A value makes no sense.
    #[error("the configuration's {key} is not acceptable: {wrong}")]
    Config {
        /// Which value.
        key: &'static str,
        /// What is wrong with it.
        wrong: String,
    },
    /// The receipt key.
    #[error(transparent)]
    Key(#[from] ReceiptKeyError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The client for the identity providers' keys.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The operating system gave no randomness.
    #[error("the operating system gave no randomness")]
    NoRandomness,
    /// Accepting connections failed.
    #[error("serving failed")]
    Serve(#[source] std::io::Error),
    /// The serving task died.
    #[error("the serving task died")]
    Died(#[from] tokio::task::JoinError),
}

/// Starts a gateway and returns once it accepts connections.
pub async fn serve(config: Config) -> Result<Running, ServeError> {
    check(&config)?;
    let store = match &config.store {
        StorePlace::File(path) => Store::open(path)?,
        StorePlace::Open(store) => store.clone(),
    };
    let key = receipts::load_or_make(&config.signing_key)?;
    store.know_receipt_key(key.public(), config.clock.now())?;
    let rules = Rules {
        development_http: config.development_http,
        ca_file: config.ca_file.clone(),
        ..Rules::default()
    };
    let stamper = Stamper::new(&config)?;
    let issuers = Issuers::new(&config, Transport::new(rules)?, store.clone())?;
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|source| ServeError::Listen {
            address: config.listen,
            source,
        })?;
    let address = listener.local_addr().map_err(ServeError::Serve)?;

    let stop = CancellationToken::new();
    let watchers = Arc::new(Watchers::default());
    let told = store.newest_end()?;
    tokio::spawn(Arc::clone(&watchers).run(store.clone(), told, stop.clone()));
    let url = config.public_url.clone().unwrap_or_else(|| url_of(address));
    let gateway = Gateway {
        config,
        store: store.clone(),
        key: Arc::new(key),
        issuers,
        url,
        proofs: Proofs::new().map_err(|_| ServeError::NoRandomness)?,
        stamper,
        watchers: Arc::clone(&watchers),
        stop: stop.clone(),
    };
    let stopped = stop.clone().cancelled_owned();
    let served = tokio::spawn(async move {
        axum::serve(listener, api::router(Arc::new(gateway)))
            .with_graceful_shutdown(stopped)
            .await
    });
    tracing::info!(%address, "serving the records API");
    Ok(Running {
        address,
        store,
        watchers,
        stop,
        served,
    })
}

impl Running {
    /// The address that is listened on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base address for clients on this machine.
    pub fn url(&self) -> Url {
        url_of(self.address)
    }

    /// The store that is served.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// How many clients listen for the end of their sessions.
    pub fn listeners(&self) -> usize {
        self.watchers.count()
    }

    /// Stops accepting, lets requests under way end, and returns when all is done.
    pub async fn shutdown(self) -> Result<(), ServeError> {
        self.stop.cancel();
        self.served.await?.map_err(ServeError::Serve)
    }

    /// Returns when the server ends by itself or another task shuts it down.
    pub async fn ended(self) -> Result<(), ServeError> {
        self.served.await?.map_err(ServeError::Serve)
    }

    /// Stops the server from elsewhere.
    pub fn stopper(&self) -> CancellationToken {
        self.stop.clone()
    }
}

fn url_of(address: SocketAddr) -> Url {
    let mut url =
        Url::parse("http://127.0.0.1/").unwrap_or_else(|_| unreachable!("a literal address"));
    // Neither fails on an http address.
    let _ = url.set_ip_host(address.ip());
    let _ = url.set_port(Some(address.port()));
    url
}

fn check(config: &Config) -> Result<(), ServeError> {
    let wrong = |key, wrong: &str| {
        Err(ServeError::Config {
            key,
            wrong: wrong.to_owned(),
        })
    };
    if config.issuers.is_empty() {
        return wrong("issuers", "there is none");
    }
    if config
        .issuers
        .iter()
        .any(|issuer| issuer.client_ids.is_empty() || issuer.subject_claims.is_empty())
    {
        return wrong(
            "issuers",
            "each needs client identifiers and subject claims",
        );
    }
    if !(1..=MAX_CHALLENGE_LIFETIME_S).contains(&config.challenge_lifetime_s) {
        return wrong("challenge_lifetime_s", "1 to 300 seconds");
    }
    if config.max_amendments == 0 {
        return wrong("max_amendments", "at least 1");
    }
    Ok(())
}
