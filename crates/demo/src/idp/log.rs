//! What was asked of the provider: for "no further request" and "was told to log out" in tests.

use jiff::Timestamp;
use serde::Serialize;

/// The provider's addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// `/.well-known/openid-configuration`
    Discovery,
    /// `/jwks`
    Keys,
    /// `/par`
    PushedRequest,
    /// `/authorize`
    Authorization,
    /// The sign-in page and what is typed there.
    SignIn,
    /// `/token`
    Token,
    /// `/userinfo`
    Userinfo,
    /// `/revoke`
    Revocation,
    /// `/logout`
    EndSession,
    /// Any address where nothing is, or a method that is not for it.
    Elsewhere,
}

/// One request. Only parameters that open nothing are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Request {
    /// Where it went.
    pub endpoint: Endpoint,
    /// When.
    pub at: Timestamp,
    /// Harmless parameters: `client_id`, `prompt`, `max_age`, `acr_values`, `scope`, `grant_type` and their like.
    pub parameters: Vec<(String, String)>,
}

/// The parameters that open nothing.
const HARMLESS: &[&str] = &[
    "acr_values",
    "client_id",
    "dpop_jkt",
    "grant_type",
    "login_hint",
    "max_age",
    "prompt",
    "resource",
    "response_type",
    "scope",
    "token_type_hint",
];

impl Request {
    pub(super) fn new(endpoint: Endpoint, at: Timestamp, parameters: &[(String, String)]) -> Self {
        Self {
            endpoint,
            at,
            parameters: parameters
                .iter()
                .filter(|(name, _)| HARMLESS.contains(&name.as_str()))
                .cloned()
                .collect(),
        }
    }
}
