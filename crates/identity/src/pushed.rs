//! Pushed authorization requests (RFC 9126). An error here is final: nothing is sent through the agent instead.

use dpop::ProofKey;
use http::StatusCode;
use jiff::Timestamp;
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use crate::{IdentityError, RelyingParty, proven};

const ENDPOINT: &str = "pushed_authorization_request";

#[derive(Deserialize)]
struct Pushed {
    request_uri: SecretString,
}

/// Pushes the parameters and returns the `request_uri` that stands for them.
pub(crate) async fn push<'a>(
    party: &RelyingParty,
    endpoint: &Url,
    parameters: impl Iterator<Item = (&'a str, &'a str)> + Clone,
    key: Option<&ProofKey>,
    now: Timestamp,
) -> Result<SecretString, IdentityError> {
    let form = proven::Form {
        address: endpoint,
        endpoint: ENDPOINT,
        parameters,
    };
    let reply = form.post(party, key, now).await?;
    if !matches!(reply.status(), StatusCode::CREATED | StatusCode::OK) {
        return Err(reply.into_error());
    }
    reply.json::<Pushed>().map(|pushed| pushed.request_uri)
}
