//! What the token endpoint grants, and what becomes of a grant that is turned down.

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde::Deserialize;

use crate::reply::{self, Reply};
use crate::{IdToken, IdentityError, Provider, Refusal, RelyingParty, TokenKind, Tokens};

const ENDPOINT: &str = "token";

/// Tokens that nothing has been verified about.
pub(crate) struct Grant {
    pub(crate) tokens: Tokens,
    pub(crate) id_token: Option<String>,
    clock_ahead_s: Option<i64>,
}

/// That a grant without an ID token is not what the protocol says.
pub(crate) fn no_id_token() -> IdentityError {
    IdentityError::BadReply {
        endpoint: ENDPOINT,
        status: StatusCode::OK.as_u16(),
    }
}

#[derive(Deserialize)]
struct TokenReply {
    access_token: SecretString,
    token_type: String,
    refresh_token: Option<SecretString>,
    // Not a number now and then; the token then simply has no known end.
    expires_in: Option<serde_json::Value>,
    id_token: Option<String>,
}

/// Asks for tokens as a public client.
pub(crate) async fn ask(
    party: &RelyingParty,
    provider: &Provider,
    parameters: &[(&str, &str)],
    now: Timestamp,
) -> Result<Grant, IdentityError> {
    let ours = [
        ("client_id", Some(party.client.client_id.as_str())),
        ("resource", party.client.resource.as_deref()),
    ];
    let ours = ours
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    let request = reply::form(
        provider.token_endpoint(),
        parameters.iter().copied().chain(ours),
    );
    let reply = Reply::of(&party.transport, request, ENDPOINT, now).await?;
    if reply.status() != StatusCode::OK {
        return Err(reply.into_error());
    }
    // An error that calls itself a success is still an error.
    let Ok(answer) = reply.json::<TokenReply>() else {
        return Err(reply.into_error());
    };
    let tokens = Tokens {
        access: answer.access_token,
        refresh: answer.refresh_token,
        expires_at: expiry(answer.expires_in.as_ref(), now),
        token_type: answer.token_type,
    };
    if !tokens.token_type.eq_ignore_ascii_case("Bearer") {
        party.give_back(provider, &tokens, now).await;
        return Err(reply.bad());
    }
    Ok(Grant {
        tokens,
        id_token: answer.id_token,
        clock_ahead_s: reply.clock_ahead_s(),
    })
}

impl RelyingParty {
    /// Runs a verification; when it lacks a key, once more with the issuer's present keys.
    pub(crate) async fn verified(
        &self,
        provider: &mut Provider,
        now: Timestamp,
        verify: impl Fn(&Provider) -> Result<IdToken, Refusal>,
    ) -> Result<IdToken, IdentityError> {
        let verdict = match verify(provider) {
            Err(Refusal::KeyNotFound) if self.refetch_keys(provider, now).await? => {
                verify(provider)
            }
            verdict => verdict,
        };
        verdict.map_err(IdentityError::Refused)
    }

    /// Gives a grant back, and names the clock if the clock is why.
    pub(crate) async fn turned_down(
        &self,
        provider: &Provider,
        grant: Grant,
        error: IdentityError,
        now: Timestamp,
    ) -> IdentityError {
        self.give_back(provider, &grant.tokens, now).await;
        let ahead = grant.clock_ahead_s.or(provider.clock_ahead_s());
        match (error, ahead) {
            (IdentityError::Refused(refusal), Some(measured_s))
                if refusal.depends_on_clock()
                    && measured_s.abs() > self.client.clock_skew.as_secs() =>
            {
                IdentityError::ClockSkew {
                    measured_s,
                    refusal,
                }
            }
            (error, _) => error,
        }
    }

    /// Revokes what was granted. It may fail without consequence: nothing of the grant is used either way.
    async fn give_back(&self, provider: &Provider, tokens: &Tokens, now: Timestamp) {
        let refresh = tokens.refresh.as_ref().map(|t| (t, TokenKind::Refresh));
        for (token, kind) in refresh
            .into_iter()
            .chain([(&tokens.access, TokenKind::Access)])
        {
            if let Err(error) = self.revoke(provider, token, kind, now).await {
                tracing::warn!(%error, ?kind, "a token that was turned down could not be revoked");
            }
        }
    }
}

fn expiry(expires_in: Option<&serde_json::Value>, now: Timestamp) -> Option<Timestamp> {
    let seconds = expires_in?.as_u64()?;
    let lifetime = SignedDuration::from_secs(i64::try_from(seconds).ok()?);
    now.checked_add(lifetime).ok()
}
