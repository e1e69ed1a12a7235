//! What a ceremony asks of the session without ever seeing it: a challenge, and to tell security.

use std::sync::{Arc, Mutex, PoisonError};

use ::session::{AccessError, Session};
use async_trait::async_trait;
use ceremony::{Alarm, AlarmError, ChallengeError, Challenges};
use jiff::Timestamp;
use records::{CallError, Challenge, ChallengeRequest, Client, SecurityEvent};

/// Asks for challenges with the session's token.
pub(super) struct SessionChallenges {
    pub(super) session: Session,
    pub(super) records: Client,
}

#[async_trait]
impl Challenges for SessionChallenges {
    async fn challenge(&self, ask: &ChallengeRequest) -> Result<Challenge, ChallengeError> {
        let now = Timestamp::now();
        let token = self.session.access_token(now).await.map_err(no_token)?;
        match self.records.challenge(ask, &token).await {
            // The token was taken back before its time: one renewal tells whether the session still is one.
            Err(CallError::Unauthorised) => {
                let token = self.session.renew(now).await.map_err(no_token)?;
                Ok(self.records.challenge(ask, &token).await?)
            }
            answer => Ok(answer?),
        }
    }
}

fn no_token(error: AccessError) -> ChallengeError {
    match error {
        AccessError::Ended(_) => ChallengeError::SessionEnded,
        AccessError::Unreachable => ChallengeError::IdentityProviderUnreachable,
    }
}

/// Tells security with the session's token.
pub(super) struct SessionAlarm {
    pub(super) session: Session,
    pub(super) records: Client,
    /// When security was last told. The pages say so only when it is true.
    pub(super) told: Arc<Mutex<Option<Timestamp>>>,
}

#[async_trait]
impl Alarm for SessionAlarm {
    async fn raise(&self, event: SecurityEvent) -> Result<(), AlarmError> {
        let token = self
            .session
            .access_token(Timestamp::now())
            .await
            .map_err(|_| AlarmError::SessionEnded)?;
        self.records.security_event(&event, &token).await?;
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = Some(Timestamp::now());
        Ok(())
    }
}
