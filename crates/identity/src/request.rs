//! The authorization request: what is asked of the provider, and the secrets that its answer must know.

use std::collections::BTreeMap;
use std::fmt;

use dpop::ProofKey;
use jiff::Timestamp;
use openidconnect::{CsrfToken, Nonce, PkceCodeChallenge, PkceCodeVerifier};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use url::Url;

use crate::{IdentityError, Provider, RelyingParty, pushed};

/// What is demanded of one authentication.
#[derive(Debug, Clone, Default)]
pub struct Demands {
    /// The scopes; `openid` is added when it is not among them.
    pub scopes: Vec<String>,
    /// Whether the person must, or must not, be asked.
    pub prompt: Option<Prompt>,
    /// How old an authentication may be, in seconds.
    pub max_age: Option<u32>,
    /// The acceptable authentication contexts.
    pub acr_values: Vec<String>,
    /// Whom the provider should expect.
    pub login_hint: Option<String>,
    /// The `sub` that alone may answer (OIDC Core 3.1.2.2 and 5.5).
    pub request_subject: Option<String>,
    /// The nonce; a fresh random one when absent.
    pub nonce: Option<String>,
    /// Demands that the ID token says when the person authenticated.
    pub essential_auth_time: bool,
    /// Binds code and tokens to this key, where the provider can (RFC 9449).
    pub proof_key: Option<ProofKey>,
}

/// The `prompt` parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// The person must authenticate again.
    Login,
    /// The person must not be asked: the provider answers from what it already knows.
    None,
}

impl Prompt {
    /// As it stands in the request.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::None => "none",
        }
    }
}

/// A request that waits for its answer. It is consumed by [`RelyingParty::redeem`], and never used twice.
pub struct Pending {
    /// Where the agent is to be sent.
    pub url: Url,
    /// The request's parameters, pushed or not, without the state.
    pub parameters: BTreeMap<String, String>,
    pub(crate) redirect_uri: Url,
    pub(crate) issuer: String,
    pub(crate) answers_with_issuer: bool,
    pub(crate) state: SecretString,
    pub(crate) verifier: PkceCodeVerifier,
    pub(crate) nonce: String,
    pub(crate) max_age: Option<u32>,
    pub(crate) wants_auth_time: bool,
    pub(crate) requested_at: Timestamp,
    /// Only where the provider binds tokens: then it must.
    pub(crate) proof_key: Option<ProofKey>,
}

// By hand, so that neither the state nor the verifier can reach a log.
impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending")
            .field("issuer", &self.issuer)
            .field("requested_at", &self.requested_at)
            .finish_non_exhaustive()
    }
}

impl RelyingParty {
    /// Makes an authorization request: PKCE S256, a state, a nonce, and the demands. It is pushed (RFC 9126) when the
    /// provider offers that, and then never falls back to the address line.
    pub async fn request(
        &self,
        provider: &Provider,
        demands: &Demands,
        redirect_uri: &Url,
        now: Timestamp,
    ) -> Result<Pending, IdentityError> {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let state = CsrfToken::new_random_len(32);
        let nonce = match &demands.nonce {
            Some(nonce) => nonce.clone(),
            None => Nonce::new_random_len(32).secret().clone(),
        };
        let proof_key = demands
            .proof_key
            .clone()
            .filter(|_| provider.binds_tokens());
        let mut parameters = self.parameters(demands, redirect_uri, &challenge, &nonce);
        if let Some(key) = &proof_key {
            parameters.insert("dpop_jkt".to_owned(), key.thumbprint());
        }
        let sent = || {
            parameters
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .chain([("state", state.secret().as_str())])
        };

        let mut url = provider.authorization_endpoint().clone();
        if let Some(endpoint) = provider.pushed_endpoint() {
            let request_uri = pushed::push(self, endpoint, sent(), proof_key.as_ref(), now).await?;
            url.query_pairs_mut()
                .append_pair("client_id", &self.client.client_id)
                .append_pair("request_uri", request_uri.expose_secret());
        } else {
            url.query_pairs_mut().extend_pairs(sent());
        }

        Ok(Pending {
            url,
            redirect_uri: redirect_uri.clone(),
            issuer: self.client.issuer.clone(),
            answers_with_issuer: provider.answers_with_issuer(),
            state: SecretString::from(state.secret().as_str()),
            verifier,
            nonce,
            max_age: demands.max_age,
            wants_auth_time: demands.essential_auth_time,
            requested_at: now,
            proof_key,
            parameters,
        })
    }

    fn parameters(
        &self,
        demands: &Demands,
        redirect_uri: &Url,
        challenge: &PkceCodeChallenge,
        nonce: &str,
    ) -> BTreeMap<String, String> {
        let mut parameters = BTreeMap::new();
        let mut set = |name: &str, value: String| parameters.insert(name.to_owned(), value);
        set("response_type", "code".to_owned());
        set("client_id", self.client.client_id.clone());
        set("redirect_uri", redirect_uri.to_string());
        set("scope", scope(&demands.scopes));
        set("nonce", nonce.to_owned());
        set("code_challenge", challenge.as_str().to_owned());
        set("code_challenge_method", challenge.method().to_string());
        if let Some(prompt) = demands.prompt {
            set("prompt", prompt.as_str().to_owned());
        }
        if let Some(max_age) = demands.max_age {
            set("max_age", max_age.to_string());
        }
        if !demands.acr_values.is_empty() {
            set("acr_values", demands.acr_values.join(" "));
        }
        if let Some(hint) = &demands.login_hint {
            set("login_hint", hint.clone());
        }
        if let Some(resource) = &self.client.resource {
            set("resource", resource.clone());
        }
        if let Some(claims) = claims(demands) {
            set("claims", claims);
        }
        parameters
    }
}

fn scope(scopes: &[String]) -> String {
    let mut all = vec!["openid"];
    all.extend(scopes.iter().map(String::as_str).filter(|s| *s != "openid"));
    all.join(" ")
}

/// The `claims` parameter (OIDC Core 5.5).
fn claims(demands: &Demands) -> Option<String> {
    let mut id_token = serde_json::Map::new();
    if demands.essential_auth_time {
        id_token.insert("auth_time".to_owned(), json!({ "essential": true }));
    }
    if let Some(subject) = &demands.request_subject {
        id_token.insert("sub".to_owned(), json!({ "value": subject }));
    }
    (!id_token.is_empty()).then(|| json!({ "id_token": id_token }).to_string())
}
