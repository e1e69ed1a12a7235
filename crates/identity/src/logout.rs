//! Ending a session at the provider (OpenID Connect RP-Initiated Logout 1.0).

use url::Url;

use crate::Provider;

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
}
