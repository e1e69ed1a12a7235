//! Another application of the same clinic, in the same person's browser: what a hijacked session is seen by.

use identity::{Demands, Expectations, Prompt, RelyingParty};
use jiff::Timestamp;
use url::Url;

use crate::{Browser, Landing, Peer, grants};

/// How the portal is registered.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its client identifier. It is a public client, as pages without a server are.
    pub client_id: &'static str,
    /// Its exact redirect address, where nothing has to listen.
    pub redirect_uri: &'static str,
}

/// The portal at one provider.
pub struct Portal {
    party: RelyingParty,
    redirect_uri: Url,
}

impl Portal {
    /// The portal that is registered at this provider.
    pub fn at(peer: &Peer) -> Self {
        let mut client = identity::Client::from(&peer.policy);
        peer.portal.client_id.clone_into(&mut client.client_id);
        client.resource = None;
        Self {
            party: RelyingParty::new(client, grants::transport()),
            redirect_uri: Url::parse(peer.portal.redirect_uri).unwrap(),
        }
    }

    /// Who the portal thinks is in front of it: what `prompt=none` says in this jar. Nobody, if it has to ask.
    pub async fn sees(&self, jar: &Browser) -> Option<String> {
        let (pending, mut provider) = self.ask_silently().await;
        let Landing::Callback(callback) = jar.visit(&pending.url).await.unwrap() else {
            return None;
        };
        if pending.receive(&callback).is_err() {
            return None;
        }
        Some(self.subject(&mut provider, pending, &callback).await)
    }

    async fn ask_silently(&self) -> (identity::Pending, identity::Provider) {
        let now = Timestamp::now();
        let provider = self.party.discover(now).await.unwrap();
        let demands = Demands {
            prompt: Some(Prompt::None),
            ..Demands::default()
        };
        let asked = self
            .party
            .request(&provider, &demands, &self.redirect_uri, now);
        (asked.await.unwrap(), provider)
    }

    async fn subject(
        &self,
        provider: &mut identity::Provider,
        pending: identity::Pending,
        callback: &Url,
    ) -> String {
        let code = pending.receive(callback).unwrap();
        let any = Expectations::default();
        let now = Timestamp::now();
        let redeemed = self.party.redeem(provider, pending, code, &any, now).await;
        redeemed.unwrap().subject.claims["sub"].clone()
    }
}
