//! Refreshing the tokens of a session (OIDC Core 12): the same person, or nobody.

use jiff::Timestamp;
use secrecy::ExposeSecret;

use crate::id_token::Check;
use crate::token_endpoint::Unverified;
use crate::{IdToken, IdentityError, Provider, RelyingParty, Subject, Tokens, token_endpoint};

impl RelyingParty {
    /// Exchanges a refresh token. An ID token that comes along must be about `expected`. Keys that had to be fetched
    /// for it stay with the provider.
    pub async fn refresh(
        &self,
        provider: &mut Provider,
        tokens: &Tokens,
        expected: &Subject,
        now: Timestamp,
    ) -> Result<(Tokens, Option<IdToken>), IdentityError> {
        let refresh = tokens
            .refresh
            .as_ref()
            .ok_or(IdentityError::NotRefreshable)?;
        let parameters = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh.expose_secret()),
        ];
        let key = tokens.proof_key.as_ref();
        let mut grant = token_endpoint::ask(self, provider, &parameters, key, now).await?;
        let verdict = match &grant.id_token {
            Some(raw) => {
                let verify = |provider: &Provider, clock_ahead| {
                    Check {
                        client: &self.client,
                        keys: provider.keys(),
                        algorithms: &provider.algorithms,
                        nonce: None,
                        issued_after: now,
                        authenticated_after: None,
                        wants_auth_time: false,
                        acr_values: &[],
                        required_amr: &[],
                        subject: Some(expected),
                        access_token: Some(grant.tokens.access.expose_secret()),
                        now,
                    }
                    .by_clock_ahead(clock_ahead)
                    .verify(raw)
                };
                self.verified(provider, &grant, now, verify).await.map(Some)
            }
            None => Ok(None),
        };
        match verdict {
            Ok(id_token) => {
                // RFC 6749, 6: without a new refresh token the old one stays good.
                if grant.tokens.refresh.is_none() {
                    grant.tokens.refresh = Some(refresh.clone());
                }
                Ok((grant.tokens, id_token))
            }
            // Revoking would take the replaced refresh token along, and with it the session that has done no wrong.
            Err(Unverified::KeyUnknownYet | Unverified::KeysUnavailable(_)) => {
                Err(IdentityError::NotVerifiableYet {
                    refresh: grant.tokens.refresh,
                })
            }
            Err(refused @ (Unverified::Refused(_) | Unverified::ClockSkew { .. })) => {
                let turned_down = self.turned_down(provider, grant, refused.into(), now).await;
                Err(turned_down.into())
            }
        }
    }
}
