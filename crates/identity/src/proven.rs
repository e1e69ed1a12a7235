//! Requests to the provider that prove the possession of a key (RFC 9449): pushed requests, codes and refresh tokens for
//! tokens, and the bound token at the user-information endpoint.
//!
//! A provider may want a nonce of its own in the proof, and says so in an error. The request is then made once more, and
//! once only: a provider that is never content costs two requests.

use dpop::{Access, PROOF_HEADER, ProofError, ProofKey};
use http::{Method, Request};
use jiff::Timestamp;
use url::Url;

use crate::reply::{self, Reply};
use crate::{IdentityError, RelyingParty};

/// The error code of a provider that wants its nonce (RFC 9449, 8).
const USE_NONCE: &str = "use_dpop_nonce";

/// The error code of a provider that does not accept the proof (RFC 9449, 5).
const INVALID: &str = "invalid_dpop_proof";

/// A form for one of the provider's endpoints.
pub(crate) struct Form<'a, P> {
    pub(crate) address: &'a Url,
    /// What the endpoint is called in errors.
    pub(crate) endpoint: &'static str,
    pub(crate) parameters: P,
}

impl<'p, P> Form<'_, P>
where
    P: Iterator<Item = (&'p str, &'p str)> + Clone,
{
    /// Posts the form, with a proof where there is a key.
    pub(crate) async fn post(
        &self,
        party: &RelyingParty,
        key: Option<&ProofKey>,
        now: Timestamp,
    ) -> Result<Reply, IdentityError> {
        let reply = self.post_once(party, key, now).await?;
        let Some(key) = key else {
            return Ok(reply);
        };
        let is_new = key.heed(self.address, reply.headers());
        if !is_new || reply.oauth_error().as_deref() != Some(USE_NONCE) {
            return in_time(party, reply);
        }
        let reply = self.post_once(party, Some(key), now).await?;
        key.heed(self.address, reply.headers());
        in_time(party, reply)
    }

    async fn post_once(
        &self,
        party: &RelyingParty,
        key: Option<&ProofKey>,
        now: Timestamp,
    ) -> Result<Reply, IdentityError> {
        let mut request = reply::form(self.address, self.parameters.clone());
        if let Some(key) = key {
            let proof = key.proof(&Method::POST, self.address, None, now)?;
            request.headers_mut().insert(PROOF_HEADER, proof);
        }
        Reply::of(&party.transport, request, self.endpoint, now).await
    }
}

/// A proof says when it was made. Where the provider does not accept it and its clock is far from ours, that is why.
fn in_time(party: &RelyingParty, reply: Reply) -> Result<Reply, IdentityError> {
    let skew = party.client.clock_skew.as_secs();
    match reply.clock_ahead_s() {
        Some(measured_s)
            if measured_s.abs() > skew && reply.oauth_error().as_deref() == Some(INVALID) =>
        {
            Err(IdentityError::ClockSkew {
                measured_s,
                refusal: None,
            })
        }
        _ => Ok(reply),
    }
}

/// Reads a document that a token opens.
pub(crate) async fn get(
    party: &RelyingParty,
    address: &Url,
    endpoint: &'static str,
    access: &Access,
    now: Timestamp,
) -> Result<Reply, IdentityError> {
    let ask = || async {
        let mut request: Request<Vec<u8>> = reply::get(address);
        access.present(request.headers_mut(), &Method::GET, address, now)?;
        Reply::of(&party.transport, request, endpoint, now).await
    };
    let reply: Reply = ask().await?;
    let Some(key) = access.key() else {
        return Ok(reply);
    };
    let is_new = key.heed(address, reply.headers());
    if !is_new || !dpop::wants_nonce(reply.status(), reply.headers()) {
        return Ok(reply);
    }
    let reply = ask().await?;
    key.heed(address, reply.headers());
    Ok(reply)
}

impl From<ProofError> for IdentityError {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::Unpresentable => Self::TokenUnusable,
            ProofError::NoRandomness => Self::NoRandomness,
        }
    }
}
