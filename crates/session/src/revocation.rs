//! Tokens are given back (RFC 7009): at once where the identity provider answers, otherwise later.
//!
//! However many there are, nobody waits for them longer than for one. It takes back nothing that a resource server has
//! accepted already, nor does it know whether the provider keeps its word.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use identity::{IdentityError, Provider, RelyingParty, Revocation, Tokens};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, timeout_at};

use crate::sign_out::{PATIENCE, TokenEnd, within};
use crate::vault::{InHand, Owed, Vault};

/// The pause after a first attempt in vain. It doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);
/// So many tokens are given back side by side: enough for any session, and no flood.
const AT_ONCE: usize = 8;

/// What became of the tokens that the provider was told of.
pub(crate) struct Paid(Vec<(SecretString, TokenEnd)>);

impl Paid {
    /// What became of this token. One that is out of date is none.
    pub(crate) fn end_of(&self, token: &SecretString, owed: &Owed) -> TokenEnd {
        let same =
            |paid: &&(SecretString, TokenEnd)| paid.0.expose_secret() == token.expose_secret();
        match self.0.iter().find(same) {
            Some((_, end)) => *end,
            None if owed.holds(token) => TokenEnd::Owed,
            None => TokenEnd::None,
        }
    }
}

/// Gives both tokens of a grant back. What the provider cannot be told now stays owed.
pub(crate) async fn give_back(
    vault: &Vault,
    relying_party: &RelyingParty,
    provider: Option<&Provider>,
    tokens: &Tokens,
    now: Timestamp,
) {
    let debts = vault.owed().add([tokens], now).await;
    pay_all(vault.owed(), debts, relying_party, provider, now).await;
}

/// Pays these debts, as many as can be within the time that one may take. The others stay owed.
pub(crate) async fn pay_all(
    owed: &Owed,
    debts: Vec<InHand>,
    relying_party: &RelyingParty,
    provider: Option<&Provider>,
    now: Timestamp,
) -> Paid {
    let Some(provider) = provider.filter(|_| !debts.is_empty()) else {
        return Paid(Vec::new());
    };
    let until = Instant::now() + PATIENCE;
    let debts = debts.into_iter();
    let paying = debts.map(|debt| pay(debt, relying_party, provider, now));
    let mut paying = stream::iter(paying).buffer_unordered(AT_ONCE);
    let mut paid = Vec::new();
    while let Ok(Some(one)) = timeout_at(until, paying.next()).await {
        paid.extend(one);
    }
    drop(paying);
    if !paid.is_empty() {
        owed.save().await;
    }
    Paid(paid)
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
    let all = debts.len();
    let Some(provider) = within(relying_party.discover(clock())).await else {
        return false;
    };
    let paid = pay_all(owed, debts, relying_party, Some(&provider), clock()).await;
    paid.0.len() == all
}

/// Pays one debt, and says what became of its token; nothing when it stays owed.
async fn pay(
    debt: InHand,
    relying_party: &RelyingParty,
    provider: &Provider,
    now: Timestamp,
) -> Option<(SecretString, TokenEnd)> {
    let asked = relying_party.revoke(provider, &debt.token, debt.kind, now);
    let end = match asked.await {
        Ok(Revocation::Revoked) => TokenEnd::Revoked,
        Ok(Revocation::NotOffered) => TokenEnd::NotOffered,
        Err(error) => {
            tracing::info!(%error, "a token could not be revoked");
            if !is_final(&error) {
                return None;
            }
            TokenEnd::LeftToExpire
        }
    };
    let token = debt.token.clone();
    debt.settled();
    Some((token, end))
}

/// Whether the provider would say the same again.
fn is_final(error: &IdentityError) -> bool {
    matches!(error, IdentityError::ProviderError { code } if matches!(
        code.as_str(),
        "unsupported_token_type" | "invalid_request" | "invalid_client" | "unauthorized_client"
    ))
}

#[cfg(test)]
mod tests;
