//! What the token endpoint grants, and what becomes of a grant that is turned down.

use dpop::ProofKey;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde::Deserialize;

use crate::grant_end::{GrantEnd, Unredeemed};
use crate::proven::Form;
use crate::{
    IdToken, IdentityError, Provider, Refusal, RelyingParty, Revocation, TokenKind, Tokens,
};

const ENDPOINT: &str = "token";

/// Tokens that nothing has been verified about.
pub(crate) struct Grant {
    pub(crate) tokens: Tokens,
    pub(crate) id_token: Option<String>,
    clock_ahead_s: Option<i64>,
}

/// Why an ID token is not verified.
pub(crate) enum Unverified {
    /// It is not acceptable.
    Refused(Refusal),
    /// It is not acceptable by our clock, and would be by the provider's.
    ClockSkew {
        /// The provider's clock minus ours, in seconds.
        measured_s: i64,
        refusal: Refusal,
    },
    /// No key that we know signed it, and the issuer's keys were fetched too short a while ago to ask again.
    KeyUnknownYet,
    /// No key that we know signed it, and the issuer's keys could not be fetched.
    KeysUnavailable(IdentityError),
}

impl From<Unverified> for IdentityError {
    fn from(unverified: Unverified) -> Self {
        match unverified {
            Unverified::Refused(refusal) => Self::Refused(refusal),
            Unverified::ClockSkew {
                measured_s,
                refusal,
            } => Self::ClockSkew {
                measured_s,
                refusal: Some(refusal),
            },
            Unverified::KeyUnknownYet => Self::Refused(Refusal::KeyNotFound),
            Unverified::KeysUnavailable(error) => error,
        }
    }
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

/// Asks for tokens as a public client; with a key, for tokens that are bound to it.
pub(crate) async fn ask(
    party: &RelyingParty,
    provider: &Provider,
    parameters: &[(&str, &str)],
    key: Option<&ProofKey>,
    now: Timestamp,
) -> Result<Grant, Unredeemed> {
    let ours = [
        ("client_id", Some(party.client.client_id.as_str())),
        ("resource", party.client.resource.as_deref()),
    ];
    let ours = ours
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    let form = Form {
        address: provider.token_endpoint(),
        endpoint: ENDPOINT,
        parameters: parameters.iter().copied().chain(ours),
    };
    let posted = form.post(party, key, now).await;
    let reply = posted.map_err(Unredeemed::without_grant)?;
    if reply.status() != StatusCode::OK {
        return Err(Unredeemed::without_grant(reply.into_error()));
    }
    // An error that calls itself a success is still an error.
    let Ok(answer) = reply.json::<TokenReply>() else {
        return Err(Unredeemed::without_grant(reply.into_error()));
    };
    let tokens = Tokens {
        access: answer.access_token,
        refresh: answer.refresh_token,
        expires_at: expiry(answer.expires_in.as_ref(), now),
        token_type: answer.token_type,
        proof_key: key.cloned(),
    };
    let expected = if key.is_some() { "DPoP" } else { "Bearer" };
    if !tokens.token_type.eq_ignore_ascii_case(expected) {
        // RFC 9449, 5 lets a client that needs the binding discard a bearer token: this one does. A token that we could
        // not prove to hold opens nothing.
        let error = if key.is_some() {
            IdentityError::NotBound
        } else {
            reply.bad()
        };
        let grant = party.give_back(provider, &tokens, now).await;
        return Err(Unredeemed { error, grant });
    }
    Ok(Grant {
        tokens,
        id_token: answer.id_token,
        clock_ahead_s: reply.clock_ahead_s(),
    })
}

impl RelyingParty {
    /// Runs a verification; when it lacks a key, once more with the issuer's present keys. A refusal that a wrong clock
    /// leads to is put down to the clock if that is all there is against the token.
    pub(crate) async fn verified(
        &self,
        provider: &mut Provider,
        grant: &Grant,
        now: Timestamp,
        verify: impl Fn(&Provider, SignedDuration) -> Result<IdToken, Refusal>,
    ) -> Result<IdToken, Unverified> {
        let by_our_clock = |provider: &Provider| verify(provider, SignedDuration::ZERO);
        let refusal = match by_our_clock(provider) {
            Ok(id_token) => return Ok(id_token),
            Err(Refusal::KeyNotFound) => {
                let refetched = self.refetch_keys(provider, now).await;
                let fetched = refetched.map_err(Unverified::KeysUnavailable)?;
                match by_our_clock(provider) {
                    Ok(id_token) => return Ok(id_token),
                    Err(Refusal::KeyNotFound) if !fetched => return Err(Unverified::KeyUnknownYet),
                    Err(refusal) => refusal,
                }
            }
            Err(refusal) => refusal,
        };
        let ahead = grant.clock_ahead_s.or(provider.clock_ahead_s());
        match ahead {
            Some(measured_s)
                if refusal.depends_on_clock()
                    && measured_s.abs() > self.client.clock_skew.as_secs()
                    && verify(provider, SignedDuration::from_secs(measured_s)).is_ok() =>
            {
                Err(Unverified::ClockSkew {
                    measured_s,
                    refusal,
                })
            }
            _ => Err(Unverified::Refused(refusal)),
        }
    }

    /// Gives back the grant of a token that is not accepted.
    pub(crate) async fn turned_down(
        &self,
        provider: &Provider,
        grant: Grant,
        error: IdentityError,
        now: Timestamp,
    ) -> Unredeemed {
        let grant = self.give_back(provider, &grant.tokens, now).await;
        Unredeemed { error, grant }
    }

    /// Revokes what was granted. Nothing of the grant is used, whatever comes of it.
    async fn give_back(&self, provider: &Provider, tokens: &Tokens, now: Timestamp) -> GrantEnd {
        let mut end = GrantEnd::Revoked;
        let refresh = tokens.refresh.as_ref().map(|t| (t, TokenKind::Refresh));
        for (token, kind) in refresh
            .into_iter()
            .chain([(&tokens.access, TokenKind::Access)])
        {
            match self.revoke(provider, token, kind, now).await {
                Ok(Revocation::Revoked) => {}
                Ok(Revocation::NotOffered) => return GrantEnd::NotOffered,
                Err(error) => {
                    tracing::warn!(%error, ?kind, "a token that was turned down could not be revoked");
                    end = GrantEnd::LeftToExpire;
                }
            }
        }
        end
    }
}

fn expiry(expires_in: Option<&serde_json::Value>, now: Timestamp) -> Option<Timestamp> {
    let seconds = expires_in?.as_u64()?;
    let lifetime = SignedDuration::from_secs(i64::try_from(seconds).ok()?);
    now.checked_add(lifetime).ok()
}
