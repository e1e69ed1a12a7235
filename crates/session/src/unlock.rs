//! Unlock: the person of a locked session shows that they are there, by authenticating anew.
//!
//! Asked for and judged like a sign-in, and never one: it ends nobody's other sessions, and the same person's session goes
//! on with the tokens that it had, which stay one chain of renewals under one key. The tokens of the unlock itself are
//! given back. Somebody else who authenticates is a [`Newcomer`]: verified, and nothing more. The session before them
//! is untouched until they agree to take over, and must be over before theirs begins.

use identity::Disposal;
use jiff::SignedDuration;
use secrecy::SecretString;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use crate::authentication::{Asked, Proven};
use crate::ending::Forgotten;
use crate::session::{Person, Session};
use crate::sign_in::{SignIn, SignInError, SignedIn};
use crate::sign_out::end_idp_session;

/// The kind of agent whose jar is not ours: the session may have been signed in in it.
const SYSTEM_BROWSER: &str = "system_browser";
/// How long a newcomer may take to agree. After that somebody else may sit there.
const TO_AGREE: SignedDuration = SignedDuration::from_mins(2);
/// Unlocks in a shared browser whose tokens a session gives back at its end. Those of earlier ones expire by themselves.
const MOST_KEPT_BACK: usize = 32;

/// Who authenticated at the lock.
pub enum Unlocked {
    /// The session's own person. It goes on.
    SamePerson {
        /// The authentication context that the provider vouched for, when it named one.
        acr: Option<String>,
        /// What was left of the agent; none when it did not close in time.
        agent: Option<Disposal>,
    },
    /// Somebody else. The session is still locked.
    SomebodyElse(Box<Newcomer>),
}

/// Somebody who authenticated at the lock of another person's session, and may take over the device.
///
/// Whoever drops it turns them away.
pub struct Newcomer {
    person: Person,
    /// Taken when a session begins with it, or it is given back.
    proven: Option<Box<Proven>>,
    first: Session,
    sign_in: SignIn,
    /// Where what is dropped is given back.
    runtime: Handle,
}

impl SignIn {
    /// Has somebody authenticate at the lock of this session. Cancelled by the token, by the session's end, or by
    /// dropping the future; either way the agent is closed.
    pub async fn unlock(
        self,
        session: &Session,
        cancel: CancellationToken,
    ) -> Result<Unlocked, SignInError> {
        let dropped = cancel.child_token();
        let _with_caller = dropped.clone().drop_guard();
        let session = session.clone();
        tokio::spawn(Box::pin(self.unlock_once(session, dropped)))
            .await
            .unwrap_or(Err(SignInError::Internal))
    }

    async fn unlock_once(
        self,
        session: Session,
        cancel: CancellationToken,
    ) -> Result<Unlocked, SignInError> {
        let asked = Asked {
            max_age: self.policy.identity.max_age.seconds(),
            login_hint: session.person().login_hint.clone(),
        };
        let proven = {
            let authentication = self.authenticate(asked, &cancel);
            tokio::pin!(authentication);
            tokio::select! {
                proven = &mut authentication => proven?,
                _over = session.ended() => {
                    // Waited for all the same: it closes its window and gives back what it got.
                    cancel.cancel();
                    authentication.await?
                }
            }
        };
        if session.end().is_some() || cancel.is_cancelled() {
            proven.give_back(&self, (self.clock)()).await;
            return Err(SignInError::Cancelled);
        }
        if proven.authenticated.subject == session.person().subject {
            return Ok(self.same_person(&session, proven));
        }
        let person = self.person_of(&proven).await?;
        Ok(Unlocked::SomebodyElse(Box::new(Newcomer {
            person,
            proven: Some(Box::new(proven)),
            first: session,
            sign_in: self,
            runtime: Handle::current(),
        })))
    }

    fn same_person(self, session: &Session, proven: Proven) -> Unlocked {
        let acr = proven.authenticated.acr.clone();
        let agent = proven.agent.clone();
        // Nobody waits at the lock for this.
        if self.agent.kind() == SYSTEM_BROWSER {
            let session = session.clone();
            tokio::spawn(async move { session.keep_back(proven, &self).await });
        } else {
            tokio::spawn(leave_nothing(self, Box::new(proven)));
        }
        Unlocked::SamePerson { acr, agent }
    }
}

impl Session {
    /// In a browser that also signed the session in, the provider may count both to one grant, and revoking this would
    /// end that (RFC 7009, section 2.1). So it is given back when the session is.
    async fn keep_back(&self, proven: Proven, of: &SignIn) {
        let mut life = self.0.life.lock().await;
        if life.held.is_none() {
            drop(life);
            proven.give_back(of, (of.clock)()).await;
            return;
        }
        life.kept_back.push(proven.authenticated.tokens);
        if life.kept_back.len() > MOST_KEPT_BACK {
            life.kept_back.remove(0);
        }
    }
}

impl Newcomer {
    /// Who it is, for the question whether they want to take over.
    pub fn person(&self) -> &Person {
        &self.person
    }

    /// Begins their session. The one before must have made way: its file is gone, and nothing of it is read again.
    pub async fn begin(mut self, forgotten: &Forgotten) -> Result<SignedIn, SignInError> {
        let now = (self.sign_in.clock)();
        // Dropped on the way out, which turns them away.
        if !forgotten.is_of(&self.first) {
            return Err(SignInError::Internal);
        }
        if now.duration_since(self.person.since).abs() > TO_AGREE {
            return Err(SignInError::TimedOut);
        }
        let proven = self.proven.take().ok_or(SignInError::Internal)?;
        Ok(self.sign_in.begin(*proven, self.person.clone()).await)
    }

    /// They do not take over: their tokens are given back, and their session at the provider is ended.
    pub async fn turn_away(mut self) {
        if let Some(proven) = self.proven.take() {
            Box::pin(leave_nothing(self.sign_in.clone(), proven)).await;
        }
    }
}

impl Drop for Newcomer {
    fn drop(&mut self) {
        if let Some(proven) = self.proven.take() {
            self.runtime
                .spawn(leave_nothing(self.sign_in.clone(), proven));
        }
    }
}

async fn leave_nothing(of: SignIn, proven: Box<Proven>) {
    let id_token = SecretString::from(proven.authenticated.id_token.raw());
    let party = &of.relying_party;
    let ended = end_idp_session(party, &proven.provider, &id_token, party.transport());
    tokio::join!(ended, proven.give_back(&of, (of.clock)()));
}
