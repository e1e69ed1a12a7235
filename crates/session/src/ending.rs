//! How a session ends other than by sign-out: at its limit, refused by the provider, ended elsewhere, or for somebody else.
//!
//! Each way begins alike: the session is over and its file gone, before anything is sent. The order of a user switch is
//! a type: only a [`Forgotten`] session lets a newcomer begin.

use std::sync::Arc;

use jiff::Timestamp;
use transport::Transport;

use crate::revocation::give_back;
use crate::session::{AccessError, Inner, Life, Session, SessionEnd};
use crate::sign_out::SignedOut;
use crate::vault::VaultError;

/// A session that made way for somebody else: it is over, and its file was removed. Its tokens are still to be revoked.
#[must_use = "its tokens are still to be revoked"]
pub struct Forgotten {
    session: Session,
    wiped: Result<(), VaultError>,
}

impl Session {
    /// Ends the session at its absolute limit, whether anybody uses it or not. Its tokens are given back in their own time.
    pub async fn expire(&self, now: Timestamp) -> SessionEnd {
        self.end_at_once(SessionEnd::AbsoluteLimit, now).await
    }

    /// Ends the session because the records API says that it is over. It waits for no network: the tokens are given back in
    /// their own time.
    pub async fn revoked_elsewhere(&self, now: Timestamp) -> SessionEnd {
        self.end_at_once(SessionEnd::Elsewhere, now).await
    }

    /// Ends the session because somebody else takes over the device. It waits for no network.
    pub async fn give_way(&self) -> Forgotten {
        Forgotten {
            wiped: self.0.forget(SessionEnd::Switched).await,
            session: self.clone(),
        }
    }

    async fn end_at_once(&self, end: SessionEnd, now: Timestamp) -> SessionEnd {
        if let Err(error) = self.0.forget(end).await {
            tracing::error!(%error, "the ended session's file could not be removed");
        }
        let inner = Arc::clone(&self.0);
        tokio::spawn(async move {
            // A renewal under way is waited for: the tokens that it brings are the ones to give back.
            let mut life = inner.life.lock().await;
            inner.give_back(&mut life, now).await;
        });
        self.end().unwrap_or(end)
    }
}

impl Forgotten {
    /// Whether the session's file is gone.
    pub fn wiped(&self) -> Result<(), &VaultError> {
        self.wiped.as_ref().copied()
    }

    /// Tells the others: tokens revoked, the session at the identity provider ended.
    pub async fn revoke(self, transport: &Transport, now: Timestamp) -> SignedOut {
        self.session.revoke(self.wiped, transport, now).await
    }

    pub(crate) fn is_of(&self, session: &Session) -> bool {
        Arc::ptr_eq(&self.session.0, &session.0)
    }
}

impl Inner {
    /// The file is gone and the session over. Whatever still wants to write it finds that out under the same lock.
    /// A session that was over already touches nothing: the file there is now may be the next one's.
    pub(crate) async fn forget(&self, end: SessionEnd) -> Result<(), VaultError> {
        let _file = self.file.lock().await;
        if self.over.borrow().is_some() {
            return Ok(());
        }
        let wiped = self.vault.wipe().await;
        self.over.send_replace(Some(end));
        wiped
    }

    /// Ends the session: tokens dropped, file gone, everybody told.
    pub(crate) async fn finish(
        &self,
        life: &mut Life,
        end: SessionEnd,
        now: Timestamp,
    ) -> AccessError {
        if let Err(error) = self.forget(end).await {
            tracing::error!(%error, "the ended session's file could not be removed");
        }
        self.give_back(life, now).await;
        AccessError::Ended(self.over.borrow().unwrap_or(end))
    }

    /// Gives the tokens back, when there are any.
    async fn give_back(&self, life: &mut Life, now: Timestamp) {
        let provider = life.provider.as_ref();
        let held = life.held.take().map(|held| held.tokens);
        for tokens in held.into_iter().chain(life.kept_back.drain(..)) {
            give_back(&self.vault, &self.relying_party, provider, &tokens, now).await;
        }
    }
}
