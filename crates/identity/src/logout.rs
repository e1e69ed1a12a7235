//! Ending a session at the provider (OpenID Connect RP-Initiated Logout 1.0), and the way back from there.
//!
//! Only the way back says that the provider got through with it: it leads to the address that was named, with the state
//! that was sent. A provider that asks the person first, or was named no address, leads nowhere; then nobody knows.

use std::fmt;

use openidconnect::CsrfToken;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use url::Url;

use crate::{Provider, Refusal};

/// A request that ends a session at the provider.
pub struct EndSession {
    /// Where the agent is to be sent. The address carries the hint and is as secret as the token itself.
    pub url: Url,
    back: Option<Back>,
}

/// The way back.
struct Back {
    address: Url,
    state: SecretString,
}

/// What an address, to which the provider leads on after [`EndSession::url`], says about the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Return {
    /// The way back of this very request: the provider got through with it.
    Ours,
    /// The address to come back to, with another state, none, or several: not an answer to this request.
    Foreign(Refusal),
    /// Another address: whatever the provider shows there is its own affair.
    Elsewhere,
}

// By hand: the address carries an ID token.
impl fmt::Debug for EndSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EndSession")
            .field("comes_back", &self.comes_back())
            .finish_non_exhaustive()
    }
}

impl Provider {
    /// Where the agent is to be sent so that the provider forgets it. `None` when the provider does not offer that.
    /// The address carries the hint and is as secret as the token itself.
    pub fn end_session_url(&self, id_token_hint: Option<&str>, client_id: &str) -> Option<Url> {
        let mut url = self.end_session_endpoint()?.clone();
        {
            let mut query = url.query_pairs_mut();
            if let Some(hint) = id_token_hint {
                query.append_pair("id_token_hint", hint);
            }
            query.append_pair("client_id", client_id);
        }
        Some(url)
    }

    /// The same, and to lead back to this address with a fresh state. The provider must know the address: one that
    /// does not refuses the whole request.
    pub fn end_session(
        &self,
        id_token_hint: Option<&str>,
        client_id: &str,
        back_to: Option<&Url>,
    ) -> Option<EndSession> {
        let mut url = self.end_session_url(id_token_hint, client_id)?;
        let back = back_to.map(|address| {
            let state = CsrfToken::new_random_len(32);
            url.query_pairs_mut()
                .append_pair("post_logout_redirect_uri", address.as_str())
                .append_pair("state", state.secret());
            Back {
                address: address.clone(),
                state: SecretString::from(state.secret().as_str()),
            }
        });
        Some(EndSession { url, back })
    }
}

impl EndSession {
    /// Whether a provider that gets through with it leads back.
    pub fn comes_back(&self) -> bool {
        self.back.is_some()
    }

    /// Judges an address to which the provider leads on.
    pub fn judge(&self, led_to: &Url) -> Return {
        let mut address = led_to.clone();
        address.set_query(None);
        let Some(back) = self.back.as_ref().filter(|back| back.address == address) else {
            return Return::Elsewhere;
        };
        let mut states = led_to.query_pairs().filter(|(name, _)| name == "state");
        match (states.next(), states.next()) {
            (Some(_), Some(_)) => Return::Foreign(Refusal::CallbackMalformed),
            (Some((_, state)), None) if back.is_ours(&state) => Return::Ours,
            _ => Return::Foreign(Refusal::StateMismatch),
        }
    }
}

impl Back {
    fn is_ours(&self, state: &str) -> bool {
        let ours = self.state.expose_secret().as_bytes();
        bool::from(state.as_bytes().ct_eq(ours))
    }
}
