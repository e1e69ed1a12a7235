//! The code exchange: from a [`Code`] to an [`Authenticated`], or to a refusal whose tokens are revoked.

use std::fmt;

use dpop::{Access, ProofKey};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};

use crate::id_token::Check;
use crate::{
    Code, IdToken, IdentityError, Pending, Provider, RelyingParty, Subject, Unredeemed,
    token_endpoint,
};

/// What one authentication must prove beside being a valid answer to its request.
#[derive(Debug, Clone, Default)]
pub struct Expectations {
    /// The person must have authenticated after this. `None` accepts an earlier sign-in at the provider.
    pub not_before: Option<Timestamp>,
    /// One of these authentication contexts; any when empty.
    pub acr_values: Vec<String>,
    /// All of these authentication methods.
    pub required_amr: Vec<String>,
    /// This subject and no other. A ceremony leaves it out and compares by itself, because a mismatch has an ending
    /// of its own there.
    pub subject: Option<Subject>,
}

/// Somebody who has just proved who they are.
#[derive(Debug)]
pub struct Authenticated {
    /// The verified ID token.
    pub id_token: IdToken,
    /// Who it is.
    pub subject: Subject,
    /// The person's name as the provider writes it.
    pub name: Option<String>,
    /// The person's role as the provider writes it.
    pub role: Option<String>,
    /// When they authenticated.
    pub auth_time: Option<Timestamp>,
    /// The authentication context.
    pub acr: Option<String>,
    /// The authentication methods.
    pub amr: Vec<String>,
    /// What opens doors in their name.
    pub tokens: Tokens,
}

/// The tokens of one grant.
#[derive(Clone)]
pub struct Tokens {
    /// The access token.
    pub access: SecretString,
    /// The refresh token, if one was given.
    pub refresh: Option<SecretString>,
    /// When the access token expires, if the provider says so.
    pub expires_at: Option<Timestamp>,
    /// How the access token is presented.
    pub token_type: String,
    /// The key that access and refresh token are bound to (RFC 9449).
    pub proof_key: Option<ProofKey>,
}

impl Tokens {
    /// The access token as it is presented.
    pub fn access(&self) -> Access {
        Access::new(self.access.clone(), self.proof_key.clone())
    }
}

// By hand, so that nobody has to wonder.
impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens")
            .field("expires_at", &self.expires_at)
            .field("refreshable", &self.refresh.is_some())
            .field("bound", &self.proof_key.is_some())
            .finish_non_exhaustive()
    }
}

impl RelyingParty {
    /// Redeems a code and verifies what comes back, for callers that need not account for what was turned down.
    pub async fn redeem(
        &self,
        provider: &mut Provider,
        pending: Pending,
        code: Code,
        expectations: &Expectations,
        now: Timestamp,
    ) -> Result<Authenticated, IdentityError> {
        let exchanged = self.exchange(provider, pending, code, expectations, now);
        Ok(exchanged.await?)
    }

    /// Redeems a code and verifies what comes back. After a refusal nothing that was received is used for anything
    /// but its revocation, which was tried when this returns; the error says what came of it.
    pub async fn exchange(
        &self,
        provider: &mut Provider,
        pending: Pending,
        code: Code,
        expectations: &Expectations,
        now: Timestamp,
    ) -> Result<Authenticated, Unredeemed> {
        let parameters = [
            ("grant_type", "authorization_code"),
            ("code", code.value.expose_secret()),
            ("redirect_uri", pending.redirect_uri.as_str()),
            ("code_verifier", pending.verifier.secret()),
        ];
        let key = pending.proof_key.as_ref();
        let grant = token_endpoint::ask(self, provider, &parameters, key, now).await?;
        let verdict = match &grant.id_token {
            Some(raw) => {
                let verify = |provider: &Provider, clock_ahead| {
                    Check {
                        client: &self.client,
                        keys: provider.keys(),
                        algorithms: &provider.algorithms,
                        nonce: Some(&pending.nonce),
                        issued_after: pending.requested_at,
                        authenticated_after: earliest_authentication(&pending, expectations),
                        wants_auth_time: pending.wants_auth_time
                            || pending.max_age.is_some()
                            || expectations.not_before.is_some(),
                        acr_values: &expectations.acr_values,
                        required_amr: &expectations.required_amr,
                        subject: expectations.subject.as_ref(),
                        access_token: Some(grant.tokens.access.expose_secret()),
                        now,
                    }
                    .by_clock_ahead(clock_ahead)
                    .verify(raw)
                };
                self.verified(provider, &grant, now, verify)
                    .await
                    .map_err(IdentityError::from)
            }
            None => Err(token_endpoint::no_id_token()),
        };
        match verdict {
            Ok(id_token) => Ok(Authenticated::of(id_token, grant.tokens)),
            Err(error) => Err(self.turned_down(provider, grant, error, now).await),
        }
    }
}

impl Authenticated {
    fn of(id_token: IdToken, tokens: Tokens) -> Self {
        let text = |claim| id_token.text(claim).map(str::to_owned);
        Self {
            subject: id_token.subject().clone(),
            name: text("name"),
            role: text("role"),
            auth_time: id_token.auth_time(),
            acr: text("acr"),
            amr: id_token.amr(),
            tokens,
            id_token,
        }
    }
}

/// The later of what the caller expects and what the request demanded (OIDC Core 3.1.3.7, 13).
fn earliest_authentication(pending: &Pending, expectations: &Expectations) -> Option<Timestamp> {
    let demanded = pending.max_age.map(|max_age| {
        pending
            .requested_at
            .saturating_sub(SignedDuration::from_secs(i64::from(max_age)))
            .unwrap_or(Timestamp::MIN)
    });
    expectations.not_before.max(demanded)
}
