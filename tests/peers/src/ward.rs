//! A whole ward against a peer: somebody signed in, records behind the real gateway, and a desk to sign at.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use ceremony::{
    Alarm, AlarmError, ChallengeError, Challenges, Desk, Ended, Ports, Request, SharedLog,
    SharedOutbox, SystemClock,
};
use demo::Clinic;
use demo::clinic::ClinicConfig;
use identity::RelyingParty;
use jiff::Timestamp;
use policy::Policy;
use records::{Challenge, ChallengeRequest, SecurityEvent};
use session::{AccessError, Place, Session, SignIn, Vault};
use tokio_util::sync::CancellationToken;
use transport::Transport;

use crate::{Browser, Peer, Person, ScriptedAgent, grants};

#[path = "../../../crates/ceremony/tests/support/parts.rs"]
mod parts;

pub use parts::AMENDMENT;
use parts::{KeyInMemory, page};

/// A session at a peer, and everything that a ceremony needs.
pub struct Ward {
    /// The records.
    pub clinic: Clinic,
    /// The policy in force.
    pub policy: Policy,
    /// The session.
    pub session: Session,
    /// The jar of the person's everyday browser, in which they signed in.
    pub everyday: Browser,
    /// What shows the provider's pages while signing.
    pub agent: ScriptedAgent,
    /// The HTTPS client.
    pub transport: Transport,
    /// The records API.
    pub records: records::Client,
    relying_party: RelyingParty,
    outbox: Arc<records::Outbox>,
    log: SharedLog,
    vault_file: PathBuf,
    _folder: tempfile::TempDir,
}

impl Ward {
    /// The peer's signer signs in, in their everyday browser; the gateway trusts the peer.
    pub async fn open(peer: &Peer) -> Self {
        Self::open_with(peer, |_| {}).await
    }

    /// The same with another policy.
    pub async fn open_with(peer: &Peer, adjust: impl FnOnce(&mut Policy)) -> Self {
        let mut policy = peer.policy.clone();
        adjust(&mut policy);
        let clinic = clinic(peer, &policy).await;
        policy.records.url = clinic.records_url().clone();

        let transport = grants::transport();
        let party = RelyingParty::new(identity::Client::from(&policy), transport.clone());
        let folder = tempfile::tempdir().unwrap();
        let vault_file = folder.path().join("session.vault");
        let everyday = Browser::new();
        let agent = ScriptedAgent::new(Person::SignsInAs(peer.signer));
        agent.share(everyday.clone());
        let session = sign_in(agent, &party, &policy, vault_file.clone()).await;

        let records = records::Client::new(clinic.records_url(), transport.clone()).unwrap();
        let log = audit::Log::open(&folder.path().join("audit.jsonl"), Timestamp::now()).unwrap();
        let key = parts::outbox_key().await;
        let outbox = records::Outbox::open(&folder.path().join("outbox"), Box::new(key)).unwrap();
        Self {
            agent: ScriptedAgent::new(Person::SignsInAs(peer.signer)),
            relying_party: party,
            outbox: Arc::new(outbox),
            log: SharedLog::new(log),
            _folder: folder,
            clinic,
            policy,
            session,
            everyday,
            transport,
            records,
            vault_file,
        }
    }

    /// One whole ceremony with this person in front of the window.
    pub async fn sign_as(&self, person: Person) -> Ended {
        self.agent.now_in_front(person);
        let request = self.request().await;
        let desk = Desk::new(Arc::new(self.policy.clone()));
        let under_way = desk.begin(request, self.ports(), Arc::new(|_| {})).unwrap();
        under_way.ended().await.unwrap()
    }

    /// How many signatures the gateway has committed.
    pub fn committed(&self) -> u64 {
        self.clinic.committed().unwrap()
    }

    /// The session as it is kept on disk.
    pub fn vault_bytes(&self) -> Vec<u8> {
        std::fs::read(&self.vault_file).unwrap()
    }

    /// The session works: its token opens the records API, and it can be renewed.
    pub async fn session_still_works(&self) -> bool {
        parts::works(&self.session, &self.records).await
    }

    fn ports(&self) -> Ports {
        let desk = Arc::new(SessionDesk {
            session: self.session.clone(),
            records: self.records.clone(),
        });
        Ports {
            agent: Arc::new(self.agent.clone()),
            relying_party: self.relying_party.clone(),
            challenges: desk.clone(),
            submission: Arc::new(self.records.clone()),
            outbox: Some(Arc::new(SharedOutbox(Arc::clone(&self.outbox)))),
            trail: Arc::new(self.log.clone()),
            alarm: desk,
            clock: Arc::new(SystemClock),
            page: page(),
        }
    }

    /// What the person read and decided.
    async fn request(&self) -> Request {
        let token = self.session.access_token(Timestamp::now()).await.unwrap();
        let amendment = self.records.amendment(AMENDMENT, &token).await.unwrap();
        parts::request(&self.policy, &self.session, &amendment)
    }
}

/// The seeded records behind a gateway that trusts the policy's issuer and nobody else.
async fn clinic(peer: &Peer, policy: &Policy) -> Clinic {
    let mut issuer = gateway::Issuer::new(&policy.identity.issuer, &policy.identity.client_id);
    issuer.acr_values.clone_from(&policy.signing.acr_values);
    issuer.introspection.clone_from(&peer.introspection);
    let binds_tokens = peer.binds_tokens;
    let config = ClinicConfig {
        adjust_gateway: Arc::new(move |config| {
            config.issuers = vec![issuer.clone()];
            config.bound_tokens_only = binds_tokens;
        }),
        ..ClinicConfig::default()
    };
    Clinic::start(config).await.unwrap()
}

async fn sign_in(
    agent: ScriptedAgent,
    party: &RelyingParty,
    policy: &Policy,
    file: PathBuf,
) -> Session {
    let place = Place {
        file,
        device: "ward-3".to_owned(),
        account: "peer".to_owned(),
    };
    let keyring = Arc::new(KeyInMemory::default());
    let vault = Vault::open(place, policy.session.remember, keyring).await;
    let sign_in = SignIn {
        agent: Arc::new(agent.clone()),
        relying_party: party.clone(),
        vault: Arc::new(vault.unwrap()),
        policy: Arc::new(policy.clone()),
        page: page(),
        clock: Timestamp::now,
    };
    match sign_in.run(CancellationToken::new()).await {
        Ok(signed_in) => signed_in.session,
        Err(error) => panic!("nobody is signed in: {error}; {:?}", agent.troubles()),
    }
}

/// What the ceremony asks of the session, without ever seeing it.
struct SessionDesk {
    session: Session,
    records: records::Client,
}

#[async_trait]
impl Challenges for SessionDesk {
    async fn challenge(&self, ask: &ChallengeRequest) -> Result<Challenge, ChallengeError> {
        let token = self.session.access_token(Timestamp::now()).await;
        let token = token.map_err(|error| match error {
            AccessError::Ended(_) => ChallengeError::SessionEnded,
            AccessError::Unreachable => ChallengeError::IdentityProviderUnreachable,
        })?;
        Ok(self.records.challenge(ask, &token).await?)
    }
}

#[async_trait]
impl Alarm for SessionDesk {
    async fn raise(&self, event: SecurityEvent) -> Result<(), AlarmError> {
        let token = self.session.access_token(Timestamp::now()).await;
        let token = token.map_err(|_| AlarmError::SessionEnded)?;
        Ok(self.records.security_event(&event, &token).await?)
    }
}
