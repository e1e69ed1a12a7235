//! Step 10, which always runs: revoke, end the identity provider's session, close the agent, look whether its jar is
//! gone, and say so in the audit log.
//!
//! Every part has its own time bound and runs in a task of its own, so that a port that hangs or panics costs its own
//! part and no other. What cannot be done is reported, never hidden; nothing here can change how the ceremony ended.

use std::fmt;

use identity::Disposal;

/// What step 10 found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cleanup {
    /// The ceremony's refresh token.
    pub refresh_token: TokenEnd,
    /// The ceremony's access token.
    pub access_token: TokenEnd,
    /// The session that the identity provider began in the ceremony's jar.
    pub idp_session: IdpSessionEnd,
    /// The agent, its processes and its jar.
    pub agent: AgentEnd,
    /// The ending and all of this stand in the audit log.
    pub audited: bool,
}

impl Cleanup {
    /// Nothing of the ceremony is left anywhere that we know of.
    pub fn is_complete(&self) -> bool {
        self.refresh_token.is_settled()
            && self.access_token.is_settled()
            && self.idp_session != IdpSessionEnd::LeftToExpire
            && self.agent.is_settled()
            && self.audited
    }
}

/// What became of one token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenEnd {
    /// There was none.
    None,
    /// Revoked (RFC 7009).
    Revoked,
    /// The provider offers no revocation: it expires by itself.
    NotOffered,
    /// The revocation failed, or took too long: it expires by itself.
    LeftToExpire,
}

/// What became of the session in the ceremony's jar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdpSessionEnd {
    /// None can have begun: the sign-in page was never shown.
    None,
    /// The provider's end-session page was visited in that jar.
    Ended,
    /// Policy does not ask for it.
    NotAsked,
    /// The provider offers no such page.
    NotOffered,
    /// The visit failed, or took too long. The jar is gone all the same.
    LeftToExpire,
}

/// What became of the agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgentEnd {
    /// None was opened.
    None,
    /// Closed; this is what its own look around found.
    Closed(Disposal),
    /// It did not close in time, or broke down while closing: what is left is swept at the next start.
    Unknown,
}

impl TokenEnd {
    const fn is_settled(self) -> bool {
        matches!(self, Self::None | Self::Revoked)
    }
}

impl AgentEnd {
    fn is_settled(&self) -> bool {
        match self {
            Self::None => true,
            Self::Closed(disposal) => disposal.is_complete(),
            Self::Unknown => false,
        }
    }
}
