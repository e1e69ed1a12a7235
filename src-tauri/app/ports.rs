//! What a ceremony asks of the session without ever seeing it: a challenge, and to tell security.

use std::sync::{Arc, Mutex, PoisonError};

use ::session::{AccessError, Session};
use async_trait::async_trait;
use ceremony::{Alarm, AlarmError, ChallengeError, Challenges, SharedLog, Trail as _};
use jiff::Timestamp;
use records::wire::SessionEnd;
use records::{CallError, Challenge, ChallengeRequest, Client, SecurityEvent};
use reporting::Alarms;

/// Asks for challenges with the session's token.
pub(super) struct SessionChallenges {
    pub(super) session: Session,
    pub(super) records: Client,
    /// Told when the service says that this session is over.
    pub(super) revoked: Box<dyn Fn(SessionEnd) + Send + Sync>,
}

#[async_trait]
impl Challenges for SessionChallenges {
    async fn challenge(&self, ask: &ChallengeRequest) -> Result<Challenge, ChallengeError> {
        let now = Timestamp::now();
        let token = self.session.access_token(now).await.map_err(no_token)?;
        let mut answer = self.records.challenge(ask, &token).await;
        if matches!(answer, Err(CallError::Unauthorised)) {
            // The token was taken back before its time: one renewal tells whether the session still is one.
            let token = self.session.renew(now).await.map_err(no_token)?;
            answer = self.records.challenge(ask, &token).await;
        }
        if let Err(CallError::SessionRevoked { why }) = &answer {
            (self.revoked)(*why);
        }
        Ok(answer?)
    }
}

fn no_token(error: AccessError) -> ChallengeError {
    match error {
        AccessError::Ended(_) => ChallengeError::SessionEnded,
        AccessError::Unreachable => ChallengeError::IdentityProviderUnreachable,
    }
}

/// Keeps what security must hear of, and tells it with the session's token. What cannot be told now is told later.
pub(super) struct SessionAlarm {
    pub(super) session: Session,
    pub(super) records: Client,
    pub(super) alarms: Arc<Alarms>,
    pub(super) log: SharedLog,
    /// When security was last told. The pages say so only when it is true.
    pub(super) told: Arc<Mutex<Option<Timestamp>>>,
}

#[async_trait]
impl Alarm for SessionAlarm {
    async fn raise(&self, event: SecurityEvent) -> Result<(), AlarmError> {
        let (alarms, kept) = (Arc::clone(&self.alarms), event.clone());
        let kept = tokio::task::spawn_blocking(move || alarms.raise(&kept)).await;
        let kept = matches!(kept, Ok(Ok(())));
        let now = Timestamp::now();
        let token = match self.session.access_token(now).await {
            Ok(token) => token,
            Err(_) if kept => return Err(AlarmError::Queued),
            Err(_) => return Err(AlarmError::SessionEnded),
        };
        if kept {
            let told = self.alarms.deliver(&self.records, &token, now).await;
            let told = told.map_err(|_| AlarmError::Queued)?.told;
            self.note_others(&told, &event).await;
            if !told.contains(&event) {
                return Err(AlarmError::Queued);
            }
        } else {
            // A full disk must not silence it.
            tracing::error!("what security must hear of could not be kept");
            self.records.security_event(&event, &token).await?;
        }
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = Some(Timestamp::now());
        Ok(())
    }
}

impl SessionAlarm {
    /// What waited and was told along with this event. Of this one, the ceremony notes it.
    async fn note_others(&self, told: &[SecurityEvent], this: &SecurityEvent) {
        for other in told.iter().filter(|other| *other != this) {
            let entry = reporting::told(other);
            if let Err(error) = self.log.write(entry, Timestamp::now()).await {
                tracing::error!(%error, "that security was told could not be noted");
            }
        }
    }
}
