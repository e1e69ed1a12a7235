//! The ports of the tests: over the real records API with the real session, and with faults that can be switched on.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use audit::{Event, Reference};
use ceremony::{
    Alarm, AlarmError, ChallengeError, Challenges, Chronicle, Clock, Outbox, SharedOutbox,
    Submission, Trail, TrailError,
};
use evidence::{LedgerKey, Receipt, Subject, VerifiedEvidence};
use jiff::{SignedDuration, Timestamp};
use records::{
    Access, CallError, Challenge, ChallengeRequest, Client, DeliveredNote, OutboxError,
    SecurityEvent, SignatureAccepted, SubmitError, Waiting,
};
use secrecy::ExposeSecret;
use session::{AccessError, Session};
use uuid::Uuid;

/// A change to a challenge on its way.
pub type Tamper = fn(&mut Challenge);

/// Asks for challenges with the session's token; may tamper with the answer.
#[derive(Clone)]
pub struct SessionChallenges {
    pub session: Session,
    pub client: Client,
    pub tamper: Arc<Mutex<Option<Tamper>>>,
    /// How many of the next challenges are refused, for want of two factors.
    pub refusals: Arc<AtomicU32>,
}

/// RFC 9470: the records API asks for two factors.
pub fn two_factors() -> CallError {
    CallError::StepUp {
        acr_values: vec![demo::idp::ACR_TWO_FACTORS.to_owned()],
        max_age: Some(60),
    }
}

#[async_trait]
impl Challenges for SessionChallenges {
    async fn challenge(&self, ask: &ChallengeRequest) -> Result<Challenge, ChallengeError> {
        let token = match self.session.access_token(Timestamp::now()).await {
            Ok(token) => token,
            Err(AccessError::Ended(_)) => return Err(ChallengeError::SessionEnded),
            Err(AccessError::Unreachable) => {
                return Err(ChallengeError::IdentityProviderUnreachable);
            }
        };
        let left = self.refusals.load(Ordering::SeqCst);
        if left > 0 {
            self.refusals.store(left - 1, Ordering::SeqCst);
            return Err(two_factors().into());
        }
        let mut challenge = self.client.challenge(ask, &token).await?;
        let tamper = *self.tamper.lock().unwrap();
        if let Some(tamper) = tamper {
            tamper(&mut challenge);
        }
        Ok(challenge)
    }
}

/// Tells the records API's security desk, with the session's token.
#[derive(Clone)]
pub struct SessionAlarm {
    pub session: Session,
    pub client: Client,
}

#[async_trait]
impl Alarm for SessionAlarm {
    async fn raise(&self, event: SecurityEvent) -> Result<(), AlarmError> {
        let token = self
            .session
            .access_token(Timestamp::now())
            .await
            .map_err(|_| AlarmError::SessionEnded)?;
        Ok(self.client.security_event(&event, &token).await?)
    }
}

/// What the network does to a delivery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Network {
    /// It works.
    #[default]
    Works,
    /// The evidence arrives, every answer is lost.
    LosesAnswers,
    /// The evidence arrives, the first answer is lost.
    LosesTheFirstAnswer,
    /// It works; the records API wants two factors instead of the first evidence.
    DemandsMoreOnce,
    /// It works; the records API wants two factors whatever it gets.
    DemandsMoreEachTime,
    /// The records API wants a fresher authentication instead of the first evidence, and says nothing of factors.
    DemandsFresherOnce,
    /// The records API wants one factor and no other context instead of the first evidence.
    DemandsOneFactorOnce,
    /// The first evidence arrives, its answer and its fate are lost; then the records API wants two factors.
    LosesTheFirstAnswerThenDemandsMore,
    /// Nothing arrives.
    IsDown,
    /// The port panics.
    Panics,
}

impl Network {
    /// What the records API asks for instead of the nth evidence, counted from none.
    fn demanded(self, nth: u32) -> Option<CallError> {
        let of = |acr_values: &[&str], max_age| {
            let acr_values = acr_values.iter().map(|acr| (*acr).to_owned()).collect();
            CallError::StepUp {
                acr_values,
                max_age,
            }
        };
        match self {
            Self::DemandsMoreEachTime => Some(two_factors()),
            Self::DemandsMoreOnce if nth == 0 => Some(two_factors()),
            Self::DemandsFresherOnce if nth == 0 => Some(of(&[], Some(60))),
            Self::DemandsOneFactorOnce if nth == 0 => Some(of(&[demo::idp::ACR_ONE_FACTOR], None)),
            Self::LosesTheFirstAnswerThenDemandsMore if nth > 0 => Some(two_factors()),
            _ => None,
        }
    }
}

/// The records API behind a network that can be made worse. Counts what arrived, remembers the tokens.
#[derive(Clone)]
pub struct Line {
    pub client: Client,
    pub network: Arc<Mutex<Network>>,
    pub submissions: Arc<AtomicU32>,
    pub tokens: Arc<Mutex<Vec<String>>>,
}

impl Line {
    fn lost() -> CallError {
        CallError::Unavailable { status: 504 }
    }
}

#[async_trait]
impl Submission for Line {
    async fn submit(
        &self,
        evidence: &VerifiedEvidence,
        etags: &[String],
        idempotency_key: &str,
        token: &Access,
    ) -> Result<SignatureAccepted, SubmitError> {
        let token_text = token.expose_secret().to_owned();
        self.tokens.lock().unwrap().push(token_text);
        let network = *self.network.lock().unwrap();
        assert!(network != Network::Panics, "the port was told to panic");
        if network == Network::IsDown {
            return Err(SubmitError::Unknown(Self::lost()));
        }
        let nth = self.submissions.fetch_add(1, Ordering::SeqCst);
        if let Some(demanded) = network.demanded(nth) {
            return Err(SubmitError::Refused(demanded));
        }
        let answer = self
            .client
            .submit(evidence, etags, idempotency_key, token)
            .await;
        match network {
            Network::LosesAnswers => Err(SubmitError::Unknown(Self::lost())),
            Network::LosesTheFirstAnswer | Network::LosesTheFirstAnswerThenDemandsMore
                if nth == 0 =>
            {
                Err(SubmitError::Unknown(Self::lost()))
            }
            _ => answer,
        }
    }

    async fn submit_waiting(
        &self,
        waiting: &Waiting,
        token: &Access,
    ) -> Result<SignatureAccepted, SubmitError> {
        if *self.network.lock().unwrap() == Network::IsDown {
            return Err(SubmitError::Unknown(Self::lost()));
        }
        self.client.submit_waiting(waiting, token).await
    }

    async fn fate(
        &self,
        idempotency_key: &str,
        token: &Access,
    ) -> Result<Option<SignatureAccepted>, CallError> {
        let network = *self.network.lock().unwrap();
        match network {
            Network::LosesAnswers
            | Network::LosesTheFirstAnswerThenDemandsMore
            | Network::IsDown => Err(Self::lost()),
            _ => self.client.fate(idempotency_key, token).await,
        }
    }

    async fn receipt_keys(&self, token: &Access) -> Result<Vec<u8>, CallError> {
        self.client.receipt_keys(token).await
    }
}

/// An outbox that keeps everything and cannot mark what was refused.
pub struct Unmarkable(pub SharedOutbox);

#[async_trait]
impl Outbox for Unmarkable {
    async fn keep(&self, waiting: Waiting) -> Result<(), OutboxError> {
        self.0.keep(waiting).await
    }

    async fn delivered(
        &self,
        id: Uuid,
        receipt: String,
        keys: Vec<LedgerKey>,
    ) -> Result<Receipt, OutboxError> {
        self.0.delivered(id, receipt, keys).await
    }

    async fn refused(&self, _: Uuid, _: &str) -> Result<(), OutboxError> {
        Err(OutboxError::Io {
            path: std::path::PathBuf::new(),
            source: std::io::Error::other("the disk is full"),
        })
    }

    async fn failed(&self, id: Uuid, why: &str, at: Timestamp) -> Result<(), OutboxError> {
        self.0.failed(id, why, at).await
    }

    async fn delivered_notes(&self, owner: &Subject) -> Result<Vec<DeliveredNote>, OutboxError> {
        self.0.delivered_notes(owner).await
    }

    async fn forget(&self, id: Uuid) -> Result<(), OutboxError> {
        self.0.forget(id).await
    }

    async fn due(&self, now: Timestamp, owner: &Subject) -> Result<Vec<Waiting>, OutboxError> {
        self.0.due(now, owner).await
    }
}

/// A trail that can be told to fail from a certain event on.
#[derive(Clone)]
pub struct Fragile {
    pub inner: ceremony::SharedLog,
    pub fails_at: Arc<Mutex<Option<&'static str>>>,
}

#[async_trait]
impl Trail for Fragile {
    async fn write(&self, entry: audit::Entry, at: Timestamp) -> Result<(), TrailError> {
        let fails_at = *self.fails_at.lock().unwrap();
        if fails_at == Some(entry.event.name()) {
            return Err(TrailError::DiskFull);
        }
        self.inner.write(entry, at).await
    }
}

#[async_trait]
impl Chronicle for Fragile {
    async fn under(&self, reference: Reference) -> Result<Vec<Event>, TrailError> {
        self.inner.under(reference).await
    }
}

/// The machine's clock, and how far it is off.
#[derive(Clone, Default)]
pub struct Wall(pub Arc<Mutex<SignedDuration>>);

impl Wall {
    pub fn is_off_by(&self, duration: SignedDuration) {
        *self.0.lock().unwrap() = duration;
    }
}

impl Clock for Wall {
    fn now(&self) -> Timestamp {
        Timestamp::now() + *self.0.lock().unwrap()
    }
}
