//! Pushed authorization requests (RFC 9126). An error here is final: nothing is sent through the agent instead.

use http::StatusCode;
use jiff::Timestamp;
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use crate::reply::{self, Reply};
use crate::{IdentityError, RelyingParty};

const ENDPOINT: &str = "pushed_authorization_request";

#[derive(Deserialize)]
struct Pushed {
    request_uri: SecretString,
}

/// Pushes the parameters and returns the `request_uri` that stands for them.
pub(crate) async fn push<'a>(
    party: &RelyingParty,
    endpoint: &Url,
    parameters: impl Iterator<Item = (&'a str, &'a str)>,
    now: Timestamp,
) -> Result<SecretString, IdentityError> {
    let request = reply::form(endpoint, parameters);
    let reply = Reply::of(&party.transport, request, ENDPOINT, now).await?;
    if !matches!(reply.status(), StatusCode::CREATED | StatusCode::OK) {
        return Err(reply.into_error());
    }
    reply.json::<Pushed>().map(|pushed| pushed.request_uri)
}
