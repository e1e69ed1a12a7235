//! Tokens without a session around them, for asking what becomes of each.

use identity::{
    Authenticated, Client, Demands, Expectations, IdentityError, Prompt, Provider, RelyingParty,
    Tokens,
};
use jiff::Timestamp;
use policy::Policy;
use transport::{Rules, Transport};
use url::Url;

use crate::{Account, Browser, Peer};

/// A transport that speaks to loopback.
pub fn transport() -> Transport {
    let rules = Rules {
        development_http: true,
        ..Rules::default()
    };
    Transport::new(rules).unwrap()
}

/// What one sign-in brought.
pub struct Grant {
    /// Who spoke to the provider.
    pub party: RelyingParty,
    /// The provider.
    pub provider: Provider,
    /// Who it is, and the tokens.
    pub authenticated: Authenticated,
}

impl Grant {
    /// Signs in with the session's scopes, in an empty jar.
    pub async fn of(peer: &Peer, account: &Account) -> Self {
        let demands = Demands {
            scopes: peer.policy.identity.session_scopes.clone(),
            prompt: Some(Prompt::Login),
            ..Demands::default()
        };
        let granted = Self::with(&peer.policy, &demands, &Browser::new(), account).await;
        granted.unwrap()
    }

    /// Signs in with these demands in this jar.
    pub async fn with(
        policy: &Policy,
        demands: &Demands,
        jar: &Browser,
        account: &Account,
    ) -> Result<Self, IdentityError> {
        let party = RelyingParty::new(Client::from(policy), transport());
        let now = Timestamp::now();
        let mut provider = party.discover(now).await?;
        let here = redirect_uri(policy);
        let pending = party.request(&provider, demands, &here, now).await?;
        let callback = jar.sign_in(&pending.url, account).await.unwrap();
        let code = pending.receive(&callback).unwrap();
        let authenticated = party
            .redeem(
                &mut provider,
                pending,
                code,
                &Expectations::default(),
                Timestamp::now(),
            )
            .await?;
        Ok(Self {
            party,
            provider,
            authenticated,
        })
    }

    /// Renews with these tokens.
    pub async fn renew(&mut self, tokens: &Tokens) -> Result<Tokens, IdentityError> {
        let subject = self.authenticated.subject.clone();
        let renewed = self
            .party
            .refresh(&mut self.provider, tokens, &subject, Timestamp::now());
        renewed.await.map(|(tokens, _)| tokens)
    }
}

/// An address to come back to as it is registered, where nothing has to listen.
pub fn redirect_uri(policy: &Policy) -> Url {
    let port = policy.identity.redirect_ports.first().unwrap_or(&18_498);
    Url::parse(&format!("http://127.0.0.1:{port}/callback")).unwrap()
}
