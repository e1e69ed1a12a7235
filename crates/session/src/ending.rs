//! How a session ends other than by sign-out: at its limit, refused by the provider, ended elsewhere, or for somebody else.
//!
//! Each way begins alike: what is owed is written down, the session is over and its file gone, before anything is sent.
//! The order of a user switch is a type: only a [`Forgotten`] session lets a newcomer begin.

use std::sync::{Arc, MutexGuard, PoisonError};

use jiff::Timestamp;
use transport::Transport;

use crate::kept;
use crate::revocation::pay_all;
use crate::session::{AccessError, Inner, Life, Session, SessionEnd};
use crate::sign_out::SignedOut;
use crate::vault::{InHand, VaultError};

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
            wiped: self
                .0
                .forget(SessionEnd::Switched, None, Timestamp::now())
                .await,
            session: self.clone(),
        }
    }

    async fn end_at_once(&self, end: SessionEnd, now: Timestamp) -> SessionEnd {
        if let Err(error) = self.0.forget(end, None, now).await {
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
    ///
    /// What is owed is written down first. Where the program ends between the two, the next start finds both, and the
    /// session over.
    pub(crate) async fn forget(
        &self,
        end: SessionEnd,
        life: Option<&Life>,
        now: Timestamp,
    ) -> Result<(), VaultError> {
        let _file = self.file.lock().await;
        if self.over.borrow().is_some() {
            return Ok(());
        }
        let debts = match (life, self.life.try_lock()) {
            (Some(life), _) => self.write_down(life, now).await,
            (None, Ok(life)) => self.write_down(&life, now).await,
            // A renewal is under way, and nobody waits for it here. What it brings is written down when it is given back.
            (None, Err(_)) => match kept::load(&self.vault).await {
                Ok(Some(kept)) => self.vault.owed().add([&kept.held.tokens], now).await,
                Ok(None) => Vec::new(),
                Err(error) => {
                    tracing::warn!(%error, "what is owed is known in memory only");
                    Vec::new()
                }
            },
        };
        self.debts().extend(debts);
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
        if let Err(error) = self.forget(end, Some(life), now).await {
            tracing::error!(%error, "the ended session's file could not be removed");
        }
        self.give_back(life, now).await;
        AccessError::Ended(self.over.borrow().unwrap_or(end))
    }

    /// Gives the tokens back, when there are any.
    async fn give_back(&self, life: &mut Life, now: Timestamp) {
        let debts = self.write_down(life, now).await;
        life.held = None;
        life.kept_back.clear();
        let (party, provider) = (&self.relying_party, life.provider.as_ref());
        pay_all(self.vault.owed(), debts, party, provider, now).await;
    }

    /// Takes in hand what this session owes: what was written down at its end, and what came after that.
    pub(crate) async fn write_down(&self, life: &Life, now: Timestamp) -> Vec<InHand> {
        let mut debts = std::mem::take(&mut *self.debts());
        debts.extend(self.vault.owed().add(life.tokens(), now).await);
        debts
    }

    fn debts(&self) -> MutexGuard<'_, Vec<InHand>> {
        // Every change under this lock leaves a list of whole debts.
        self.debts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
