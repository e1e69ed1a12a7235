//! What tests and the demo may see of the provider's inside: nothing that opens anything.

use jiff::Timestamp;
use serde::Serialize;

/// A living SSO session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionView {
    /// The session identifier, as in the `sid` claim.
    pub sid: String,
    /// Who signed in.
    pub subject: String,
    /// When they typed their password last.
    pub auth_time: Timestamp,
    /// The level reached.
    pub acr: String,
    /// How many tokens hang on it that still open something.
    pub active_tokens: usize,
}

/// What kind of token it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// An access token.
    Access,
    /// A refresh token.
    Refresh,
}

/// A token that still opens something. The token itself is not shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TokenView {
    /// Access or refresh.
    pub kind: TokenKind,
    /// The SSO session it hangs on.
    pub sid: String,
    /// Whose it is.
    pub subject: String,
    /// The client it was issued to.
    pub client_id: String,
    /// What it may be used for.
    pub scope: String,
    /// Until when.
    pub expires_at: Timestamp,
}
