//! Step 10, which always runs: revoke, end the identity provider's session, close the agent, look whether its jar is
//! gone, and say so in the audit log.
//!
//! Every part has its own time bound and runs in a task of its own, so that a port that hangs or panics costs its own
//! part and no other. What cannot be done is reported, never hidden; nothing here can change how the ceremony ended.

use std::sync::Arc;
use std::time::Duration;

use identity::{
    AgentEvent, Declined, Demands, Disposal, EndSession, GrantEnd, OpenAgent, Prompt, Provider,
    RelyingParty, Return, Revocation, TokenKind, Tokens,
};
use secrecy::{ExposeSecret, SecretString};

use crate::ending::Ending;
use crate::epilogue;
use crate::owed::{Grant, Owed};
use crate::ports::Clock;
use crate::scene::Scene;

/// How long what could not be interrupted (a window that opens, a code that is being redeemed) may still take.
const SETTLING: Duration = Duration::from_secs(20);
/// How long one revocation may take.
const REVOKING: Duration = Duration::from_secs(5);
/// How long the provider's end-session page may take.
const FAREWELL: Duration = Duration::from_secs(3);
/// How long the agent, its processes and its jar may take to be gone.
const CLOSING: Duration = Duration::from_secs(15);

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
    /// No token of the ceremony opens anything any more, as far as the provider told.
    pub fn tokens_are_gone(&self) -> bool {
        self.refresh_token.is_settled() && self.access_token.is_settled()
    }

    /// What two rounds of one ceremony left behind: of everything the worse.
    pub(crate) fn and(self, earlier: Self) -> Self {
        Self {
            refresh_token: self.refresh_token.max(earlier.refresh_token),
            access_token: self.access_token.max(earlier.access_token),
            idp_session: self.idp_session.max(earlier.idp_session),
            agent: if earlier.agent.is_settled() {
                self.agent
            } else {
                earlier.agent
            },
            audited: self.audited && earlier.audited,
        }
    }

    /// Nothing of the ceremony is left anywhere that we know of.
    pub fn is_complete(&self) -> bool {
        self.tokens_are_gone()
            && self.idp_session != IdpSessionEnd::LeftToExpire
            && self.agent.is_settled()
            && self.audited
    }
}

/// Whether everything that the ceremony took had arrived when step 10 looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// It had.
    Settled,
    /// Something was still under way: [`follow_up`] waits for it.
    Unsettled,
}

/// Does all of it. Only the audit entry is left to the caller.
pub(crate) async fn clean_up(scene: &Scene, ending: &Ending) -> (Cleanup, Pace) {
    let settled = guarded(SETTLING, {
        let owed = scene.owed.clone();
        async move { owed.settled().await }
    });
    let pace = if settled.await.is_some() {
        Pace::Settled
    } else {
        tracing::error!("something that cannot be interrupted is still under way");
        Pace::Unsettled
    };
    let provider = scene.owed.provider();
    let (tokens, idp_session) = tokio::join!(
        revoke(scene, provider.as_ref()),
        end_idp_session(scene, ending, provider.as_ref()),
    );
    let agent = close_agent(scene).await;
    let cleanup = Cleanup {
        refresh_token: tokens.0,
        access_token: tokens.1,
        idp_session,
        agent,
        audited: false,
    };
    (cleanup, pace)
}

/// Gives back what arrives after step 10 was over, however late, and adds that to the audit log.
pub(crate) async fn follow_up(scene: Scene, mut cleanup: Cleanup) {
    scene.owed.settled().await;
    let provider = scene.owed.provider();
    let (refresh, access) = revoke(&scene, provider.as_ref()).await;
    if cleanup.refresh_token == TokenEnd::Unknown {
        cleanup.refresh_token = refresh;
    }
    if cleanup.access_token == TokenEnd::Unknown {
        cleanup.access_token = access;
    }
    let agent = close_agent(&scene).await;
    if matches!(agent, AgentEnd::Closed(_)) {
        cleanup.agent = agent;
    }
    let written = epilogue::write_cleanup(&scene, &cleanup).await;
    tracing::warn!(reference = %scene.reference, ?cleanup, written, "the ceremony was cleaned up late");
}

/// The refresh token first: it could make new access tokens.
async fn revoke(scene: &Scene, provider: Option<&Provider>) -> (TokenEnd, TokenEnd) {
    let (tokens, provider) = match (scene.owed.take_grant(), provider) {
        (Grant::Held(tokens), Some(provider)) => (tokens, provider),
        (Grant::Held(_), None) => return (TokenEnd::LeftToExpire, TokenEnd::LeftToExpire),
        (Grant::TurnedDown(end), _) => return (end.into(), end.into()),
        (Grant::UnderWay, _) => return (TokenEnd::Unknown, TokenEnd::Unknown),
        (Grant::None, _) => return (TokenEnd::None, TokenEnd::None),
    };
    let Tokens {
        access, refresh, ..
    } = tokens;
    let refresh = match refresh {
        Some(token) => revoke_one(scene, provider, token, TokenKind::Refresh).await,
        None => TokenEnd::None,
    };
    let access = revoke_one(scene, provider, access, TokenKind::Access).await;
    (refresh, access)
}

async fn revoke_one(
    scene: &Scene,
    provider: &Provider,
    token: SecretString,
    kind: TokenKind,
) -> TokenEnd {
    let relying_party = scene.ports.relying_party.clone();
    let provider = provider.clone();
    let now = scene.now();
    let revoking = async move { relying_party.revoke(&provider, &token, kind, now).await };
    match guarded(REVOKING, revoking).await {
        Some(Ok(Revocation::Revoked)) => TokenEnd::Revoked,
        Some(Ok(Revocation::NotOffered)) => TokenEnd::NotOffered,
        Some(Err(error)) => {
            tracing::warn!(%error, "a token of the ceremony could not be revoked");
            TokenEnd::LeftToExpire
        }
        None => TokenEnd::LeftToExpire,
    }
}

/// Visits the provider's end-session page in the ceremony's own jar, out of sight.
async fn end_idp_session(
    scene: &Scene,
    ending: &Ending,
    provider: Option<&Provider>,
) -> IdpSessionEnd {
    // A session that the jar had by itself is not the ceremony's to end.
    if !scene.owed.was_shown() || *ending == Ending::AmbientSignIn {
        return IdpSessionEnd::None;
    }
    if !scene.policy.signing.end_idp_session {
        return IdpSessionEnd::NotAsked;
    }
    let id_token = scene.owed.id_token();
    let hint = id_token.as_ref().map(ExposeSecret::expose_secret);
    let identity = &scene.policy.identity;
    let own = scene.owed.redirect_uri();
    let back_to = own.as_ref().filter(|_| identity.post_logout_redirect);
    let asked =
        provider.and_then(|provider| provider.end_session(hint, &identity.client_id, back_to));
    let Some(asked) = asked else {
        return IdpSessionEnd::NotOffered;
    };
    let farewell = Farewell {
        owed: scene.owed.clone(),
        relying_party: scene.ports.relying_party.clone(),
        provider: provider.cloned(),
        clock: Arc::clone(&scene.ports.clock),
    };
    match guarded(FAREWELL, farewell.say(asked)).await.flatten() {
        Some(()) => IdpSessionEnd::Ended,
        None => IdpSessionEnd::LeftToExpire,
    }
}

/// The visit to the provider's end-session page, and the question whether it helped.
struct Farewell {
    owed: Owed,
    relying_party: RelyingParty,
    provider: Option<Provider>,
    clock: Arc<dyn Clock>,
}

impl Farewell {
    /// Some providers ask for a confirmation that nobody is there to give. So the same jar is asked, as in a preflight,
    /// whether somebody is still signed in; only "nobody" counts.
    async fn say(self, asked: EndSession) -> Option<()> {
        let mut lent = self.owed.agent().await?;
        let agent = lent.get()?;
        agent.visit(asked.url.clone(), false).await.ok()?;
        if asked.comes_back() {
            Self::way_back(agent, &asked).await?;
        }
        let demands = Demands {
            prompt: Some(Prompt::None),
            ..Demands::default()
        };
        let redirect_uri = self.owed.redirect_uri()?;
        let asked = self.relying_party.request(
            self.provider.as_ref()?,
            &demands,
            &redirect_uri,
            self.clock.now(),
        );
        let pending = asked.await.ok()?;
        agent.visit(pending.url.clone(), false).await.ok()?;
        loop {
            match agent.next().await {
                AgentEvent::Callback(callback) => match pending.receive(&callback) {
                    Err(Declined::LoginRequired | Declined::InteractionRequired) => return Some(()),
                    // An answer to an earlier request.
                    Err(Declined::Refused(_)) => {}
                    Ok(_) | Err(_) => return None,
                },
                AgentEvent::NavigationRefused { .. } => {}
                AgentEvent::ClosedByPerson | AgentEvent::TlsRefused | AgentEvent::Failed => {
                    return None;
                }
            }
        }
    }

    /// Waits for the provider to lead back with the state that it was sent. Any other state is not an answer.
    async fn way_back(agent: &mut dyn OpenAgent, asked: &EndSession) -> Option<()> {
        loop {
            match agent.next().await {
                AgentEvent::Callback(callback) if asked.judge(&callback) == Return::Ours => {
                    return Some(());
                }
                AgentEvent::Callback(_) | AgentEvent::NavigationRefused { .. } => {}
                AgentEvent::ClosedByPerson | AgentEvent::TlsRefused | AgentEvent::Failed => {
                    return None;
                }
            }
        }
    }
}

async fn close_agent(scene: &Scene) -> AgentEnd {
    scene.controls.set_window(None);
    let owed = scene.owed.clone();
    let closing = async move {
        let agent = owed.take_agent().await?;
        Some(agent.close().await)
    };
    match guarded(CLOSING, closing).await {
        Some(Some(disposal)) => AgentEnd::Closed(disposal),
        Some(None) if scene.owed.is_opening() => AgentEnd::Unknown,
        Some(None) => AgentEnd::None,
        None => AgentEnd::Unknown,
    }
}

/// Runs a part on its own, within its bound. Nothing comes of a part that takes longer or panics.
async fn guarded<T: Send + 'static>(
    bound: Duration,
    part: impl Future<Output = T> + Send + 'static,
) -> Option<T> {
    let mut task = tokio::spawn(part);
    let Ok(done) = tokio::time::timeout(bound, &mut task).await else {
        task.abort();
        return None;
    };
    done.ok()
}

/// What became of one token. The later a row, the worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TokenEnd {
    /// There was none.
    None,
    /// Revoked (RFC 7009).
    Revoked,
    /// It came with an ID token that was refused, and was revoked right there.
    GivenBack,
    /// The provider offers no revocation: it expires by itself.
    NotOffered,
    /// The revocation failed, or took too long: it expires by itself.
    LeftToExpire,
    /// Nobody knows whether one was issued: the provider's answer was lost, cannot be read, or is still to come.
    Unknown,
}

impl From<GrantEnd> for TokenEnd {
    fn from(end: GrantEnd) -> Self {
        match end {
            GrantEnd::NotGranted => Self::None,
            GrantEnd::Revoked => Self::GivenBack,
            GrantEnd::NotOffered => Self::NotOffered,
            GrantEnd::LeftToExpire => Self::LeftToExpire,
            GrantEnd::Unknown => Self::Unknown,
        }
    }
}

/// What became of the session in the ceremony's jar. The later a row, the worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum IdpSessionEnd {
    /// None can have begun: the sign-in page was never shown.
    None,
    /// Nobody is signed in in that jar any more: the provider said so.
    Ended,
    /// Policy does not ask for it.
    NotAsked,
    /// The provider offers no such page.
    NotOffered,
    /// The provider asks for a confirmation, or did not answer in time. The jar is gone all the same.
    LeftToExpire,
}

/// What became of the agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgentEnd {
    /// None was opened.
    None,
    /// Closed; this is what its own look around found.
    Closed(Disposal),
    /// It did not open or close in time, or broke down over it: what is left is swept at the next start.
    Unknown,
}

impl TokenEnd {
    const fn is_settled(self) -> bool {
        matches!(self, Self::None | Self::Revoked | Self::GivenBack)
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
