//! Request parameters, read strictly: a name that stands there twice is refused (RFC 6749 §3.1).

use std::collections::BTreeSet;

use serde_json::Value;

use super::{ClientConfig, Shared};

/// Names and values in the order they came.
#[derive(Debug, Clone, Default)]
pub(super) struct Parameters(pub Vec<(String, String)>);

impl Parameters {
    /// Reads a query or a form body.
    pub fn parse(encoded: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// The one value under this name; an empty one counts as absent.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, value)| known == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// The first name that stands there twice. `resource` may (RFC 8707 §2).
    pub fn duplicate(&self) -> Option<&str> {
        let mut seen = BTreeSet::new();
        self.0
            .iter()
            .map(|(name, _)| name.as_str())
            .find(|name| *name != "resource" && !seen.insert(*name))
    }

    fn words(&self, name: &str) -> Vec<String> {
        self.get(name)
            .map(|value| value.split_ascii_whitespace().map(str::to_owned).collect())
            .unwrap_or_default()
    }
}

/// An OAuth error code and what to say about it.
#[derive(Debug, Clone, Copy)]
pub(super) struct ProtocolError {
    pub code: &'static str,
    pub description: &'static str,
}

pub(super) const fn protocol_error(code: &'static str, description: &'static str) -> ProtocolError {
    ProtocolError { code, description }
}

/// What a client asks for, checked.
#[derive(Debug, Clone)]
pub(super) struct Demand {
    pub client_id: String,
    pub redirect_uri: String,
    pub state: Option<String>,
    pub scope: String,
    pub nonce: Option<String>,
    pub challenge: String,
    pub prompt_none: bool,
    pub prompt_login: bool,
    pub max_age: Option<i64>,
    pub login_hint: Option<String>,
    pub two_factors: bool,
    /// The `sub` that `claims` insists on.
    pub subject: Option<String>,
    pub resource: Option<String>,
    /// The thumbprint of the key that the code is to be bound to (RFC 9449 §10).
    pub key: Option<String>,
}

/// Where an answer may go: known before anything else is judged.
#[derive(Debug, Clone)]
pub(super) struct ReturnAddress {
    pub redirect_uri: String,
    pub state: Option<String>,
}

/// The client and its return address, without which no error may be sent anywhere.
pub(super) fn return_address<'a>(
    shared: &'a Shared,
    parameters: &Parameters,
) -> Result<(&'a ClientConfig, ReturnAddress), ProtocolError> {
    if let Some("client_id" | "redirect_uri" | "state") = parameters.duplicate() {
        return Err(protocol_error(
            "invalid_request",
            "a parameter stands there twice",
        ));
    }
    let client = parameters
        .get("client_id")
        .and_then(|id| shared.client(id))
        .ok_or(protocol_error("invalid_client", "no such client"))?;
    let redirect_uri = parameters
        .get("redirect_uri")
        .filter(|uri| client.may_redirect_to(uri))
        .ok_or(protocol_error(
            "invalid_request",
            "the redirect URI is not registered",
        ))?
        .to_owned();
    Ok((
        client,
        ReturnAddress {
            redirect_uri,
            state: parameters.get("state").map(str::to_owned),
        },
    ))
}

impl Demand {
    pub fn read(
        parameters: &Parameters,
        address: &ReturnAddress,
        client: &ClientConfig,
    ) -> Result<Self, ProtocolError> {
        let invalid = |description| protocol_error("invalid_request", description);
        if parameters.duplicate().is_some() {
            return Err(invalid("a parameter stands there twice"));
        }
        if parameters.get("request").is_some() {
            return Err(protocol_error(
                "request_not_supported",
                "request objects are not supported",
            ));
        }
        if parameters.get("response_type") != Some("code") {
            return Err(protocol_error("unsupported_response_type", "only code"));
        }
        let scope = parameters.words("scope");
        if !scope.iter().any(|word| word == "openid") {
            return Err(protocol_error("invalid_scope", "openid is missing"));
        }
        if parameters.get("code_challenge_method") != Some("S256") {
            return Err(invalid("PKCE with S256 is required"));
        }
        let challenge = parameters
            .get("code_challenge")
            .filter(|challenge| challenge.len() == 43)
            .ok_or(invalid("PKCE with S256 is required"))?
            .to_owned();
        let prompt = parameters.words("prompt");
        let prompt_none = prompt.iter().any(|word| word == "none");
        if prompt_none && prompt.len() > 1 {
            return Err(invalid("prompt=none stands alone"));
        }
        let max_age = parameters
            .get("max_age")
            .map(|seconds| seconds.parse().ok().filter(|age: &i64| *age >= 0))
            .map(|age| age.ok_or(invalid("max_age is not a number")))
            .transpose()?;
        let resource = resource(parameters, &scope)?;
        Ok(Self {
            client_id: client.id.clone(),
            redirect_uri: address.redirect_uri.clone(),
            state: address.state.clone(),
            scope: granted(&scope),
            nonce: parameters.get("nonce").map(str::to_owned),
            challenge,
            prompt_none,
            prompt_login: prompt
                .iter()
                .any(|word| word == "login" || word == "select_account"),
            max_age,
            login_hint: parameters.get("login_hint").map(str::to_owned),
            two_factors: wants_two_factors(parameters),
            subject: demanded_subject(parameters)?,
            resource,
            key: parameters.get("dpop_jkt").map(str::to_owned),
        })
    }
}

/// The first known level decides; unknown ones are ignored, since `acr_values` is advisory.
fn wants_two_factors(parameters: &Parameters) -> bool {
    parameters
        .words("acr_values")
        .iter()
        .find(|acr| [super::ACR_ONE_FACTOR, super::ACR_TWO_FACTORS].contains(&acr.as_str()))
        .is_some_and(|acr| acr == super::ACR_TWO_FACTORS)
}

/// OIDC Core 5.5.1: `claims={"id_token":{"sub":{"value":…}}}`.
fn demanded_subject(parameters: &Parameters) -> Result<Option<String>, ProtocolError> {
    let Some(claims) = parameters.get("claims") else {
        return Ok(None);
    };
    let claims: Value = serde_json::from_str(claims)
        .map_err(|_| protocol_error("invalid_request", "claims is not a JSON object"))?;
    Ok(claims
        .pointer("/id_token/sub/value")
        .and_then(Value::as_str)
        .map(str::to_owned))
}

/// RFC 8707: the one resource there is, named or implied by a scope of it.
pub(super) fn resource(
    parameters: &Parameters,
    scope: &[String],
) -> Result<Option<String>, ProtocolError> {
    let named: Vec<&str> = parameters
        .0
        .iter()
        .filter(|(name, _)| name == "resource")
        .map(|(_, value)| value.as_str())
        .collect();
    if named.iter().any(|resource| *resource != super::RESOURCE) {
        return Err(protocol_error("invalid_target", "no such resource"));
    }
    let implied = scope.iter().any(|word| word.starts_with("records:"));
    Ok((implied || !named.is_empty()).then(|| super::RESOURCE.to_owned()))
}

/// What is granted of what was asked.
fn granted(scope: &[String]) -> String {
    let known: Vec<&str> = scope
        .iter()
        .map(String::as_str)
        .filter(|word| super::discovery::SCOPES.contains(word))
        .collect();
    known.join(" ")
}
