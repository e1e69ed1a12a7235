//! The keys of the identity providers: fetched, kept for a while, and remembered for ever in the ledger.
//!
//! Keys come from the provider's own metadata over `transport`, never out of a token or out of evidence. An unknown
//! key identifier causes one more fetch, at most every few seconds, so that a flood of bad tokens does not become a
//! flood at the provider.

use std::collections::HashMap;
use std::sync::Arc;

use evidence::keys::{Algorithm, Jwk, KeySet};
use evidence::{LedgerKey, TrustedIssuer};
use http::Request;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use tokio::sync::{Mutex, Semaphore};
use transport::Transport;
use url::Url;

use crate::config::{Config, Issuer};
use crate::introspection::Introspection;
use crate::server::ServeError;
use crate::store::{Store, StoreError};

/// Keys older than this are fetched again before they are used.
const FRESH: SignedDuration = SignedDuration::from_mins(5);
/// Keys that cannot be fetched again are still used for this long.
const STALE: SignedDuration = SignedDuration::from_hours(1);
/// The least time between two fetches for unknown key identifiers.
const BETWEEN_FETCHES: SignedDuration = SignedDuration::from_secs(10);
/// The most tokens that are asked about at a time.
const ASKED_AT_ONCE: usize = 16;

/// All trusted identity providers.
#[derive(Clone)]
pub struct Issuers {
    by_name: Arc<HashMap<String, Trusted>>,
    asking: Arc<Semaphore>,
    transport: Transport,
    store: Store,
}

struct Trusted {
    config: Issuer,
    algorithms: Vec<Algorithm>,
    fetched: Mutex<Fetched>,
}

#[derive(Default, Clone)]
struct Fetched {
    keys: Vec<Jwk>,
    at: Option<Timestamp>,
    tried_at: Option<Timestamp>,
}

/// The keys could not be had.
#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    /// Nobody trusts this issuer here.
    #[error("the issuer is not trusted")]
    Untrusted,
    /// The provider did not answer as it must, and no keys are at hand.
    #[error("the issuer's keys cannot be fetched")]
    Unavailable,
    /// The ledger.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: Url,
}

impl Issuers {
    /// The issuers of a configuration. Their names must be addresses that may be fetched from.
    pub fn new(config: &Config, transport: Transport, store: Store) -> Result<Self, ServeError> {
        let wrong = |wrong: String| ServeError::Config {
            key: "issuers",
            wrong,
        };
        let mut by_name = HashMap::new();
        for issuer in &config.issuers {
            let url = Url::parse(&issuer.issuer)
                .map_err(|_| wrong("an issuer is not an address".to_owned()))?;
            transport.allows(&url)?;
            let algorithms = issuer
                .algorithms
                .iter()
                .map(|name| Algorithm::from_name(name));
            let algorithms = algorithms
                .collect::<Option<Vec<_>>>()
                .filter(|all| !all.is_empty());
            let algorithms = algorithms
                .ok_or_else(|| wrong("an algorithm is unknown, or there is none".to_owned()))?;
            if let Some(introspection) = &issuer.introspection {
                transport.allows(&introspection.endpoint)?;
            }
            let trusted = Trusted {
                config: issuer.clone(),
                algorithms,
                fetched: Mutex::default(),
            };
            if by_name.insert(issuer.issuer.clone(), trusted).is_some() {
                return Err(wrong("an issuer is named twice".to_owned()));
            }
        }
        Ok(Self {
            by_name: Arc::new(by_name),
            asking: Arc::new(Semaphore::new(ASKED_AT_ONCE)),
            transport,
            store,
        })
    }

    /// The configuration of an issuer.
    pub fn config(&self, iss: &str) -> Option<&Issuer> {
        self.by_name.get(iss).map(|trusted| &trusted.config)
    }

    /// The issuer's keys as they are now.
    pub async fn keys(&self, iss: &str, now: Timestamp) -> Result<Vec<Jwk>, IssuerError> {
        let trusted = self.by_name.get(iss).ok_or(IssuerError::Untrusted)?;
        let mut fetched = trusted.fetched.lock().await;
        if !fetched.is_younger_than(FRESH, now) && fetched.may_try(now) {
            self.fetch(trusted, &mut fetched, now).await?;
        }
        if fetched.is_younger_than(STALE, now) {
            Ok(fetched.keys.clone())
        } else {
            Err(IssuerError::Unavailable)
        }
    }

    /// The issuer's keys, fetched again because one that is needed is not among them, unless that was just done.
    pub async fn newer_keys(&self, iss: &str, now: Timestamp) -> Result<Vec<Jwk>, IssuerError> {
        let trusted = self.by_name.get(iss).ok_or(IssuerError::Untrusted)?;
        {
            let mut fetched = trusted.fetched.lock().await;
            if fetched.may_try(now) {
                self.fetch(trusted, &mut fetched, now).await?;
            }
        }
        self.keys(iss, now).await
    }

    /// The issuers that are asked about tokens which say nothing by themselves.
    pub fn introspecting(&self) -> impl Iterator<Item = (&Issuer, &Introspection)> {
        let configs = self.by_name.values().map(|trusted| &trusted.config);
        configs.filter_map(|config| Some((config, config.introspection.as_ref()?)))
    }

    /// Whoever asks about a token holds one of these meanwhile.
    pub(crate) fn asking(&self) -> &Semaphore {
        &self.asking
    }

    /// The client that speaks to the issuers.
    pub fn transport(&self) -> &Transport {
        &self.transport
    }

    /// The algorithms accepted from an issuer.
    pub fn algorithms(&self, iss: &str) -> &[Algorithm] {
        self.by_name
            .get(iss)
            .map(|trusted| trusted.algorithms.as_slice())
            .unwrap_or_default()
    }

    /// The rules for every issuer, without keys.
    pub fn rules(&self) -> Vec<TrustedIssuer> {
        let mut issuers: Vec<_> = self
            .by_name
            .iter()
            .map(|(iss, trusted)| trusted.rules(iss))
            .collect();
        issuers.sort_by(|a, b| a.iss.cmp(&b.iss));
        issuers
    }

    /// Every issuer with every key that was ever seen.
    pub fn archived(&self) -> Result<Vec<TrustedIssuer>, StoreError> {
        let mut issuers = self.rules();
        for issuer in &mut issuers {
            issuer.keys = self.store.issuer_keys(&issuer.iss)?;
        }
        Ok(issuers)
    }

    /// The ledger of one issuer.
    pub fn ledger(&self, iss: &str) -> Result<Vec<LedgerKey>, StoreError> {
        self.store.issuer_keys(iss)
    }

    /// Fetches, and writes what was seen into the ledger before it is used. A failure leaves what was there.
    async fn fetch(
        &self,
        trusted: &Trusted,
        fetched: &mut Fetched,
        now: Timestamp,
    ) -> Result<(), IssuerError> {
        fetched.tried_at = Some(now);
        match self.download(&trusted.config.issuer).await {
            Some(keys) => {
                let (store, iss, seen) = (
                    self.store.clone(),
                    trusted.config.issuer.clone(),
                    keys.clone(),
                );
                crate::store::blocking(move || store.know_issuer_keys(&iss, &seen, now)).await?;
                *fetched = Fetched {
                    keys,
                    at: Some(now),
                    tried_at: Some(now),
                };
            }
            None => {
                tracing::warn!(issuer = %trusted.config.issuer, "the issuer's keys cannot be fetched");
            }
        }
        Ok(())
    }

    async fn download(&self, iss: &str) -> Option<Vec<Jwk>> {
        let address = format!(
            "{}/.well-known/openid-configuration",
            iss.trim_end_matches('/')
        );
        let metadata: Metadata = serde_json::from_slice(&self.get(&address).await?).ok()?;
        if metadata.issuer != iss {
            return None;
        }
        let keys = KeySet::parse(&self.get(metadata.jwks_uri.as_str()).await?)
            .ok()?
            .keys;
        let usable: Vec<_> = keys.into_iter().filter(|key| !key.is_too_small()).collect();
        (!usable.is_empty()).then_some(usable)
    }

    async fn get(&self, address: &str) -> Option<Vec<u8>> {
        let request = Request::get(address)
            .header(http::header::ACCEPT, "application/json")
            .body(Vec::new())
            .ok()?;
        let reply = self.transport.send(request).await.ok()?;
        (reply.status() == http::StatusCode::OK).then(|| reply.into_body())
    }
}

impl Trusted {
    fn rules(&self, iss: &str) -> TrustedIssuer {
        TrustedIssuer {
            iss: iss.to_owned(),
            client_ids: self.config.client_ids.clone(),
            algorithms: self.algorithms.clone(),
            subject_claims: self.config.subject_claims.clone(),
            keys: Vec::new(),
        }
    }
}

impl Fetched {
    fn is_younger_than(&self, age: SignedDuration, now: Timestamp) -> bool {
        self.at.is_some_and(|at| now.duration_since(at) < age)
    }

    fn may_try(&self, now: Timestamp) -> bool {
        self.tried_at
            .is_none_or(|at| now.duration_since(at).abs() >= BETWEEN_FETCHES)
    }
}
