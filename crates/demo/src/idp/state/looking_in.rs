//! What tests and the demo may see of all that is remembered.

use jiff::Timestamp;

use super::{State, fingerprint};
use crate::idp::{SessionView, TokenView};

impl State {
    pub fn is_token_active(&self, token: &str, now: Timestamp) -> bool {
        self.tokens
            .get(&fingerprint(token))
            .is_some_and(|token| self.opens(token, now))
    }

    pub fn token_views(&self, now: Timestamp) -> Vec<TokenView> {
        self.tokens
            .values()
            .filter(|token| self.opens(token, now))
            .map(|token| {
                let grant = &self.grants[token.grant];
                TokenView {
                    kind: token.kind,
                    sid: grant.sid.clone(),
                    subject: grant.authentication.account.subject.to_owned(),
                    client_id: grant.client_id.clone(),
                    scope: grant.scope.clone(),
                    expires_at: token.expires_at,
                }
            })
            .collect()
    }

    pub fn session_views(&self, now: Timestamp) -> Vec<SessionView> {
        let tokens = self.token_views(now);
        self.sessions
            .values()
            .map(|session| SessionView {
                sid: session.sid.clone(),
                subject: session.authentication.account.subject.to_owned(),
                auth_time: session.authentication.at,
                acr: session.authentication.acr().to_owned(),
                active_tokens: tokens
                    .iter()
                    .filter(|token| token.sid == session.sid)
                    .count(),
            })
            .collect()
    }
}
