//! What the provider remembers: sessions, codes, grants and tokens, each found by the digest of its secret.
//!
//! Time comes in as an argument. Nothing here knows HTTP.

mod looking_in;

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use jiff::{SignedDuration, Timestamp};

use super::{
    Account, Request, TokenKind,
    keys::{encode, random_text},
    parameters::{Demand, Parameters, ProtocolError, protocol_error},
};

/// How long a code, a pushed request or a started sign-in may wait.
const CODE_LIFETIME: SignedDuration = SignedDuration::from_secs(60);
const PUSHED_LIFETIME: SignedDuration = SignedDuration::from_secs(60);
const SIGN_IN_LIFETIME: SignedDuration = SignedDuration::from_mins(10);
const REFRESH_LIFETIME: SignedDuration = SignedDuration::from_hours(12);

/// The refusal of whatever a token request brings.
const INVALID_GRANT: ProtocolError = protocol_error(
    "invalid_grant",
    "the grant is unknown, used, expired or revoked",
);

/// Who proved what, and when.
#[derive(Debug, Clone)]
pub(super) struct Authentication {
    pub account: &'static Account,
    pub at: Timestamp,
    pub two_factors: bool,
}

impl Authentication {
    pub fn acr(&self) -> &'static str {
        if self.two_factors {
            super::ACR_TWO_FACTORS
        } else {
            super::ACR_ONE_FACTOR
        }
    }

    pub fn amr(&self) -> &'static [&'static str] {
        if self.two_factors {
            &["pwd", "otp"]
        } else {
            &["pwd"]
        }
    }
}

/// An SSO session: what the cookie in a jar stands for.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub sid: String,
    pub authentication: Authentication,
}

/// What a code stands for, and all tokens that came of it.
#[derive(Debug, Clone)]
pub(super) struct Grant {
    pub sid: String,
    pub client_id: String,
    pub scope: String,
    pub resource: Option<String>,
    pub nonce: Option<String>,
    pub authentication: Authentication,
    /// The thumbprint of the key that its tokens are bound to.
    pub key: Option<String>,
    revoked: bool,
}

/// A grant's place in the list.
pub(super) type GrantId = usize;

/// A sign-in that somebody is in the middle of.
#[derive(Debug, Clone)]
pub(super) struct SignIn {
    pub demand: Demand,
    /// In the jar that started it, so that nobody else can finish it.
    pub cookie: String,
    pub first_factor: Option<&'static Account>,
    /// Shown on the page, because this is a demo.
    pub one_time_code: String,
    expires_at: Timestamp,
}

struct Code {
    grant: GrantId,
    redirect_uri: String,
    challenge: String,
    key: Option<String>,
    expires_at: Timestamp,
    used: bool,
}

struct Token {
    kind: TokenKind,
    grant: GrantId,
    expires_at: Timestamp,
    /// Revoked, or rotated away.
    spent: bool,
}

/// Everything that is remembered.
#[derive(Default)]
pub(super) struct State {
    sessions: BTreeMap<String, Session>,
    sign_ins: BTreeMap<String, SignIn>,
    pushed: BTreeMap<String, (Parameters, Timestamp)>,
    codes: BTreeMap<String, Code>,
    grants: Vec<Grant>,
    tokens: BTreeMap<String, Token>,
    id_tokens: BTreeMap<String, GrantId>,
    pub requests: Vec<Request>,
}

fn fingerprint(secret: &str) -> String {
    encode(digest(&SHA256, secret.as_bytes()))
}

// Sessions.
impl State {
    pub fn session(&self, cookie: &str) -> Option<&Session> {
        self.sessions.get(&fingerprint(cookie))
    }

    /// Signs somebody in in the jar that holds `cookie`, and gives the jar's new cookie.
    ///
    /// The same person keeps the session. Anybody else replaces it, and everything that hung on it is dead.
    pub fn sign_in(
        &mut self,
        cookie: Option<&str>,
        authentication: Authentication,
    ) -> (String, Session) {
        let before = cookie.and_then(|cookie| self.sessions.remove(&fingerprint(cookie)));
        let sid = before
            .filter(|session| session.authentication.account == authentication.account)
            .map_or_else(random_text, |session| session.sid);
        let session = Session {
            sid,
            authentication,
        };
        let cookie = random_text();
        self.sessions.insert(fingerprint(&cookie), session.clone());
        (cookie, session)
    }

    pub fn end_session(&mut self, sid: &str) {
        self.sessions.retain(|_, session| session.sid != sid);
    }

    pub fn end_all_sessions(&mut self) {
        self.sessions.clear();
    }

    fn is_alive(&self, sid: &str) -> bool {
        self.sessions.values().any(|session| session.sid == sid)
    }
}

// Pushed requests and sign-ins under way.
impl State {
    pub fn push(&mut self, parameters: Parameters, now: Timestamp) -> (String, SignedDuration) {
        let uri = format!("urn:ietf:params:oauth:request_uri:{}", random_text());
        self.pushed
            .insert(uri.clone(), (parameters, now + PUSHED_LIFETIME));
        (uri, PUSHED_LIFETIME)
    }

    /// Gives a pushed request once.
    pub fn take_pushed(&mut self, uri: &str, now: Timestamp) -> Option<Parameters> {
        let (parameters, expires_at) = self.pushed.remove(uri)?;
        (now < expires_at).then_some(parameters)
    }

    pub fn begin_sign_in(
        &mut self,
        demand: Demand,
        one_time_code: String,
        now: Timestamp,
    ) -> (String, SignIn) {
        self.sign_ins.retain(|_, known| now < known.expires_at);
        let id = random_text();
        let sign_in = SignIn {
            demand,
            cookie: random_text(),
            first_factor: None,
            one_time_code,
            expires_at: now + SIGN_IN_LIFETIME,
        };
        self.sign_ins.insert(id.clone(), sign_in.clone());
        (id, sign_in)
    }

    pub fn sign_in_under_way(
        &mut self,
        id: &str,
        cookie: &str,
        now: Timestamp,
    ) -> Option<&mut SignIn> {
        self.sign_ins
            .get_mut(id)
            .filter(|known| known.cookie == cookie && now < known.expires_at)
    }

    pub fn finish_sign_in(&mut self, id: &str) {
        self.sign_ins.remove(id);
    }
}

// Codes and tokens.
impl State {
    pub fn issue_code(&mut self, demand: &Demand, session: &Session, now: Timestamp) -> String {
        let grant = self.grants.len();
        self.grants.push(Grant {
            sid: session.sid.clone(),
            client_id: demand.client_id.clone(),
            scope: demand.scope.clone(),
            resource: demand.resource.clone(),
            nonce: demand.nonce.clone(),
            authentication: session.authentication.clone(),
            key: None,
            revoked: false,
        });
        let code = random_text();
        self.codes.insert(
            fingerprint(&code),
            Code {
                grant,
                redirect_uri: demand.redirect_uri.clone(),
                challenge: demand.challenge.clone(),
                key: demand.key.clone(),
                expires_at: now + CODE_LIFETIME,
                used: false,
            },
        );
        code
    }

    /// Spends a code. One that comes again takes everything with it that came of it (RFC 6749 §4.1.2). Unless it is
    /// `bound`, it is good for whoever brings it.
    pub fn redeem(
        &mut self,
        code: &str,
        client_id: &str,
        redirect_uri: &str,
        verifier: &str,
        bound: bool,
        now: Timestamp,
    ) -> Result<GrantId, ProtocolError> {
        let code = self
            .codes
            .get_mut(&fingerprint(code))
            .ok_or(INVALID_GRANT)?;
        let again = std::mem::replace(&mut code.used, true);
        let (id, fits, fresh) = (
            code.grant,
            !bound || code.redirect_uri == redirect_uri && code.challenge == fingerprint(verifier),
            now < code.expires_at,
        );
        if again {
            self.grants[id].revoked = true;
        }
        let mine = !bound || self.grants[id].client_id == client_id;
        if again || !fits || !fresh || !mine || !self.stands(id) {
            return Err(INVALID_GRANT);
        }
        Ok(id)
    }

    pub fn grant(&self, id: GrantId) -> &Grant {
        &self.grants[id]
    }

    pub fn remember_access(&mut self, token: &str, grant: GrantId, expires_at: Timestamp) {
        self.tokens.insert(
            fingerprint(token),
            Token {
                kind: TokenKind::Access,
                grant,
                expires_at,
                spent: false,
            },
        );
    }

    pub fn remember_id_token(&mut self, token: &str, grant: GrantId) {
        self.id_tokens.insert(fingerprint(token), grant);
    }

    pub fn issue_refresh(&mut self, grant: GrantId, now: Timestamp) -> String {
        let token = random_text();
        let expires_at = now + REFRESH_LIFETIME;
        self.tokens.insert(
            fingerprint(&token),
            Token {
                kind: TokenKind::Refresh,
                grant,
                expires_at,
                spent: false,
            },
        );
        token
    }

    /// Spends a refresh token. One that comes again revokes the whole grant (RFC 9700 §4.14.2).
    pub fn rotate(
        &mut self,
        refresh: &str,
        client_id: &str,
        key: Option<&str>,
        now: Timestamp,
    ) -> Result<GrantId, ProtocolError> {
        let token = self
            .tokens
            .get_mut(&fingerprint(refresh))
            .filter(|token| token.kind == TokenKind::Refresh)
            .ok_or(INVALID_GRANT)?;
        let id = token.grant;
        // A public client's refresh tokens are bound to its key (RFC 9449 §5).
        if self.grants[id].client_id != client_id || self.grants[id].key.as_deref() != key {
            return Err(INVALID_GRANT);
        }
        if std::mem::replace(&mut token.spent, true) {
            self.grants[id].revoked = true;
            return Err(INVALID_GRANT);
        }
        if now >= token.expires_at || !self.stands(id) {
            return Err(INVALID_GRANT);
        }
        Ok(id)
    }

    /// RFC 7009: a refresh token takes its grant with it, an access token only itself.
    pub fn revoke(&mut self, token: &str, client_id: &str) {
        let Some(token) = self.tokens.get_mut(&fingerprint(token)) else {
            return;
        };
        let grant = &mut self.grants[token.grant];
        if grant.client_id != client_id {
            return;
        }
        token.spent = true;
        if token.kind == TokenKind::Refresh {
            grant.revoked = true;
        }
    }

    /// The grant behind a living access token.
    pub fn grant_of_access(&self, token: &str, now: Timestamp) -> Option<&Grant> {
        let token = self.tokens.get(&fingerprint(token))?;
        (token.kind == TokenKind::Access && self.opens(token, now))
            .then(|| &self.grants[token.grant])
    }

    /// The grant behind an ID token that this provider issued.
    pub fn grant_of_id_token(&self, token: &str) -> Option<&Grant> {
        self.id_tokens
            .get(&fingerprint(token))
            .map(|id| &self.grants[*id])
    }

    /// Binds the grant to the key that the code was redeemed with, unless the code was meant for another.
    pub fn bind(
        &mut self,
        code: &str,
        id: GrantId,
        key: Option<String>,
    ) -> Result<(), ProtocolError> {
        let meant = self
            .codes
            .get(&fingerprint(code))
            .and_then(|code| code.key.clone());
        if meant.is_some() && meant != key {
            return Err(INVALID_GRANT);
        }
        self.grants[id].key = key;
        Ok(())
    }

    fn stands(&self, id: GrantId) -> bool {
        let grant = &self.grants[id];
        !grant.revoked && self.is_alive(&grant.sid)
    }

    fn opens(&self, token: &Token, now: Timestamp) -> bool {
        !token.spent && now < token.expires_at && self.stands(token.grant)
    }
}
