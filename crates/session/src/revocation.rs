//! Tokens are given back (RFC 7009): at once where the identity provider answers, otherwise later.

use std::sync::Arc;
use std::time::Duration;

use identity::{IdentityError, Provider, RelyingParty, Revocation, TokenKind, Tokens};
use jiff::Timestamp;

use crate::sign_out::{TokenEnd, within};
use crate::vault::{InHand, Owed, Vault};

/// The pause after a first attempt in vain. It doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);

/// What became of a refresh and an access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GivenBack {
    pub(crate) refresh: TokenEnd,
    pub(crate) access: TokenEnd,
}

/// Gives both tokens of a grant back. What the provider cannot be told now stays owed.
pub(crate) async fn give_back(
    vault: &Vault,
    relying_party: &RelyingParty,
    provider: Option<&Provider>,
    tokens: &Tokens,
    now: Timestamp,
) -> GivenBack {
    // A token that is out of date is none.
    let mut ends = GivenBack {
        refresh: TokenEnd::None,
        access: TokenEnd::None,
    };
    for debt in vault.owed().add(tokens, now).await {
        let kind = debt.kind;
        let end = match provider {
            Some(provider) => pay(debt, relying_party, provider, now).await,
            None => TokenEnd::Owed,
        };
        match kind {
            TokenKind::Refresh => ends.refresh = end,
            TokenKind::Access => ends.access = end,
        }
    }
    ends
}

/// Pays what is owed, now and whenever there is more, for as long as it is waited for. While the provider cannot be
/// reached it asks ever more seldom; [`Owed::retry`] makes it ask at once.
pub async fn settle(vault: Arc<Vault>, relying_party: RelyingParty, clock: fn() -> Timestamp) {
    let owed = vault.owed();
    let mut pause = FIRST_PAUSE;
    loop {
        if settle_once(owed, &relying_party, clock).await {
            pause = FIRST_PAUSE;
            owed.more().await;
        } else {
            // Only on request before that: what else is owed meanwhile would meet the same silence.
            let _on_request = tokio::time::timeout(pause, owed.retried()).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// Whether nothing is left to pay.
async fn settle_once(owed: &Owed, relying_party: &RelyingParty, clock: fn() -> Timestamp) -> bool {
    let debts = owed.take(clock()).await;
    if debts.is_empty() {
        return true;
    }
    let Some(provider) = within(relying_party.discover(clock())).await else {
        return false;
    };
    for debt in debts {
        if pay(debt, relying_party, &provider, clock()).await == TokenEnd::Owed {
            return false;
        }
    }
    true
}

async fn pay(
    debt: InHand,
    relying_party: &RelyingParty,
    provider: &Provider,
    now: Timestamp,
) -> TokenEnd {
    let asked = relying_party.revoke(provider, &debt.token, debt.kind, now);
    let end = match tokio::time::timeout(crate::sign_out::PATIENCE, asked).await {
        Ok(Ok(Revocation::Revoked)) => TokenEnd::Revoked,
        Ok(Ok(Revocation::NotOffered)) => TokenEnd::NotOffered,
        Ok(Err(error)) => {
            tracing::info!(%error, "a token could not be revoked");
            if is_final(&error) {
                TokenEnd::LeftToExpire
            } else {
                TokenEnd::Owed
            }
        }
        Err(_) => TokenEnd::Owed,
    };
    if end != TokenEnd::Owed {
        debt.settled().await;
    }
    end
}

/// Whether the provider would say the same again.
fn is_final(error: &IdentityError) -> bool {
    matches!(error, IdentityError::ProviderError { code } if matches!(
        code.as_str(),
        "unsupported_token_type" | "invalid_request" | "invalid_client" | "unauthorized_client"
    ))
}
