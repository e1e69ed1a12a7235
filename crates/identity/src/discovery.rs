//! From the policy's issuer to a [`Provider`]: its configuration and its keys, both as received and as understood.

use http::StatusCode;
use jiff::Timestamp;
use openidconnect::ResponseTypes;
use openidconnect::core::CoreResponseType;
use serde_json::Value;
use url::Url;

use crate::keys::KeySet;
use crate::metadata::Metadata;
use crate::{DiscoveryFault, IdentityError, RelyingParty, reply, time};

/// Longer than a configuration, or a key set of [`crate::keys::MAX_KEYS`] keys, has reason to be.
const CONFIGURATION_LIMIT: usize = 256 * 1024;
const KEY_SET_LIMIT: usize = 256 * 1024;

/// The least time between two fetches of the key set for want of a key.
const REFETCH_INTERVAL_S: i64 = 30;

/// One identity provider as its issuer published it.
#[derive(Clone)]
pub struct Provider {
    configuration: Vec<u8>,
    jwks: Vec<u8>,
    fetched_at: Timestamp,
    keys: KeySet,
    clock_ahead_s: Option<i64>,
    pub(crate) algorithms: Vec<String>,
    authorization_endpoint: Url,
    token_endpoint: Url,
    jwks_uri: Url,
    userinfo_endpoint: Option<Url>,
    metadata: Metadata,
}

impl Provider {
    /// The configuration document, octet for octet.
    pub fn configuration(&self) -> &[u8] {
        &self.configuration
    }

    /// The key set, octet for octet: the one that the last ID token was verified with.
    pub fn jwks(&self) -> &[u8] {
        &self.jwks
    }

    /// When the two were fetched.
    pub fn fetched_at(&self) -> Timestamp {
        self.fetched_at
    }

    /// The provider's clock minus ours when it was last measured, in seconds.
    pub fn clock_ahead_s(&self) -> Option<i64> {
        self.clock_ahead_s
    }

    /// Where people authenticate.
    pub fn authorization_endpoint(&self) -> &Url {
        &self.authorization_endpoint
    }

    /// Where codes become tokens.
    pub fn token_endpoint(&self) -> &Url {
        &self.token_endpoint
    }

    /// Where requests are pushed (RFC 9126), if the provider offers it.
    pub fn pushed_endpoint(&self) -> Option<&Url> {
        self.later().pushed_authorization_request_endpoint.as_ref()
    }

    /// Where tokens are revoked (RFC 7009), if the provider offers it.
    pub fn revocation_endpoint(&self) -> Option<&Url> {
        self.later().revocation_endpoint.as_ref()
    }

    /// Where a session at the provider is ended, if the provider offers it.
    pub fn end_session_endpoint(&self) -> Option<&Url> {
        self.later().end_session_endpoint.as_ref()
    }

    /// Where claims about a person are found, if the provider offers it.
    pub fn userinfo_endpoint(&self) -> Option<&Url> {
        self.userinfo_endpoint.as_ref()
    }

    /// Whether every authorization response names the issuer (RFC 9207).
    pub fn answers_with_issuer(&self) -> bool {
        self.later().authorization_response_iss_parameter_supported
    }

    /// Whether tokens can be bound to a key of ours (RFC 9449, 5.1).
    pub fn binds_tokens(&self) -> bool {
        self.later()
            .dpop_signing_alg_values_supported
            .iter()
            .any(|algorithm| algorithm == dpop::ALGORITHM)
    }

    pub(crate) fn keys(&self) -> &KeySet {
        &self.keys
    }

    fn later(&self) -> &crate::metadata::Later {
        self.metadata.additional_metadata()
    }
}

impl RelyingParty {
    /// Fetches the issuer's configuration and keys, and checks that both can be relied on.
    pub async fn discover(&self, now: Timestamp) -> Result<Provider, IdentityError> {
        let issuer = self.issuer()?;
        let (configuration, clock_ahead_s) = self
            .document(
                &well_known(&issuer),
                CONFIGURATION_LIMIT,
                "openid-configuration",
                now,
            )
            .await?;
        let (metadata, endpoints) = self.read(&configuration)?;
        let algorithms = self.common_algorithms(&metadata)?;
        let (jwks, _) = self
            .document(&endpoints.jwks, KEY_SET_LIMIT, "jwks", now)
            .await?;
        Ok(Provider {
            keys: KeySet::parse(&jwks)?,
            jwks,
            configuration,
            fetched_at: now,
            clock_ahead_s,
            algorithms,
            authorization_endpoint: endpoints.authorization,
            token_endpoint: endpoints.token,
            jwks_uri: endpoints.jwks,
            userinfo_endpoint: endpoints.userinfo,
            metadata,
        })
    }

    /// Fetches the key set again, unless that was done just now. Says whether it did.
    pub(crate) async fn refetch_keys(
        &self,
        provider: &mut Provider,
        now: Timestamp,
    ) -> Result<bool, IdentityError> {
        if !self.may_refetch_keys(now) {
            tracing::warn!("an unknown key again, so soon after the issuer's keys were fetched");
            return Ok(false);
        }
        let (jwks, _) = self
            .document(&provider.jwks_uri, KEY_SET_LIMIT, "jwks", now)
            .await?;
        provider.keys = KeySet::parse(&jwks)?;
        provider.jwks = jwks;
        provider.fetched_at = now;
        Ok(true)
    }

    fn may_refetch_keys(&self, now: Timestamp) -> bool {
        // A panic elsewhere cannot leave half a timestamp behind.
        let mut last = self
            .keys_refetched_at
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let due = last
            .is_none_or(|last| (now.as_second() - last.as_second()).abs() >= REFETCH_INTERVAL_S);
        if due {
            *last = Some(now);
        }
        due
    }

    /// The policy's issuer as an address (Discovery 1.0, 3: https, no query, no fragment).
    fn issuer(&self) -> Result<Url, DiscoveryFault> {
        Url::parse(&self.client.issuer)
            .ok()
            .filter(|issuer| issuer.query().is_none() && issuer.fragment().is_none())
            .filter(|issuer| self.transport.allows(issuer).is_ok())
            .ok_or(DiscoveryFault::IssuerNotHttps)
    }

    async fn document(
        &self,
        address: &Url,
        limit: usize,
        document: &'static str,
        now: Timestamp,
    ) -> Result<(Vec<u8>, Option<i64>), IdentityError> {
        let answer = self
            .transport
            .send_limited(reply::get(address), limit)
            .await?;
        if answer.status() != StatusCode::OK {
            return Err(IdentityError::BadReply {
                endpoint: document,
                status: answer.status().as_u16(),
            });
        }
        if !reply::is_json(answer.headers()) {
            return Err(DiscoveryFault::Unreadable { document }.into());
        }
        let clock_ahead_s = time::clock_ahead_s(answer.headers(), now);
        Ok((answer.into_body(), clock_ahead_s))
    }

    fn read(&self, configuration: &[u8]) -> Result<(Metadata, Endpoints), DiscoveryFault> {
        const UNREADABLE: DiscoveryFault = DiscoveryFault::Unreadable {
            document: "openid-configuration",
        };
        // The issuer first, on the plain text: an address type would hide a trailing slash or a capital letter.
        let plain: Value = serde_json::from_slice(configuration).map_err(|_| UNREADABLE)?;
        match plain.get("issuer") {
            Some(Value::String(issuer)) if *issuer == self.client.issuer => {}
            Some(_) => return Err(DiscoveryFault::IssuerMismatch),
            None => return Err(UNREADABLE),
        }
        let metadata: Metadata = serde_json::from_slice(configuration).map_err(|_| UNREADABLE)?;
        let endpoints = self.endpoints(&metadata)?;
        let later = metadata.additional_metadata();
        let advertises_s256 = later
            .code_challenge_methods_supported
            .iter()
            .any(|method| method == "S256");
        if self.client.require_s256 && !advertises_s256 {
            return Err(DiscoveryFault::PkceNotOffered);
        }
        let code_flow = ResponseTypes::new(vec![CoreResponseType::Code]);
        if !metadata.response_types_supported().contains(&code_flow) {
            return Err(DiscoveryFault::CodeFlowNotOffered);
        }
        Ok((metadata, endpoints))
    }

    fn endpoints(&self, metadata: &Metadata) -> Result<Endpoints, DiscoveryFault> {
        let later = metadata.additional_metadata();
        let token = metadata
            .token_endpoint()
            .ok_or(DiscoveryFault::EndpointMissing {
                endpoint: "token_endpoint",
            })?;
        let endpoints = Endpoints {
            authorization: metadata.authorization_endpoint().url().clone(),
            token: token.url().clone(),
            jwks: metadata.jwks_uri().url().clone(),
            userinfo: metadata.userinfo_endpoint().map(|at| at.url().clone()),
        };
        let all = [
            ("authorization_endpoint", Some(&endpoints.authorization)),
            ("token_endpoint", Some(&endpoints.token)),
            ("jwks_uri", Some(&endpoints.jwks)),
            ("userinfo_endpoint", endpoints.userinfo.as_ref()),
            (
                "pushed_authorization_request_endpoint",
                later.pushed_authorization_request_endpoint.as_ref(),
            ),
            ("revocation_endpoint", later.revocation_endpoint.as_ref()),
            ("end_session_endpoint", later.end_session_endpoint.as_ref()),
        ];
        for (endpoint, url) in all {
            if url.is_some_and(|url| self.transport.allows(url).is_err()) {
                return Err(DiscoveryFault::EndpointNotHttps { endpoint });
            }
        }
        Ok(endpoints)
    }

    /// The algorithms that the policy allows and the provider advertises.
    fn common_algorithms(&self, metadata: &Metadata) -> Result<Vec<String>, DiscoveryFault> {
        let offered: Vec<_> = metadata
            .id_token_signing_alg_values_supported()
            .iter()
            .filter_map(|algorithm| serde_json::to_value(algorithm).ok())
            .collect();
        let common: Vec<_> = self
            .client
            .algorithms
            .iter()
            .filter(|allowed| offered.iter().any(|offered| offered == allowed.as_str()))
            .cloned()
            .collect();
        if common.is_empty() {
            return Err(DiscoveryFault::NoCommonAlgorithm);
        }
        Ok(common)
    }
}

struct Endpoints {
    authorization: Url,
    token: Url,
    jwks: Url,
    userinfo: Option<Url>,
}

/// Discovery 1.0, 4: the suffix follows the issuer's path, whose last slash counts once.
fn well_known(issuer: &Url) -> Url {
    let mut address = issuer.clone();
    let path = issuer.path().trim_end_matches('/');
    address.set_path(&format!("{path}/.well-known/openid-configuration"));
    address
}
