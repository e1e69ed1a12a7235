//! A whole ward for the tests: the demo clinic on real sockets, a person who is signed in, and a desk to sign at.

#![allow(clippy::unwrap_used, clippy::expect_used, dead_code, missing_docs)]

pub mod parts;
pub mod ports;
pub mod robot_agent;
pub mod trouble;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ceremony::{Courier, Desk, Ended, Progress, Request, SharedLog, SharedOutbox, UnderWay};
use demo::Clinic;
use demo::clinic::ClinicConfig;
use demo::idp::{ADAMS, Idp, TokenView};
use evidence::Subject;
use identity::{Client as RelyingClient, RelyingParty};
use jiff::Timestamp;
use policy::{Machine, Policy};
use records::Amendment;
use session::{Place, Session, SignIn, Vault};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use transport::{Rules, Transport};
use url::Url;

use ports::{Fragile, Line, Network, SessionAlarm, SessionChallenges, Wall};
use robot_agent::{Person, RobotAgent};

#[allow(unused_imports, reason = "each test program uses a part")]
pub use parts::{AMENDMENT, KeyInMemory, outbox_key, page};

/// How long somebody may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

pub struct Ward {
    pub clinic: Clinic,
    pub policy: Policy,
    pub transport: Transport,
    pub relying_party: RelyingParty,
    pub session: Session,
    pub vault: Arc<Vault>,
    pub vault_file: PathBuf,
    pub agent: RobotAgent,
    pub line: Line,
    pub challenges: SessionChallenges,
    pub trail: Fragile,
    pub outbox: Arc<records::Outbox>,
    pub wall: Wall,
    pub progress: Arc<Mutex<Vec<Progress>>>,
    desk: Option<Arc<Desk>>,
    folder: tempfile::TempDir,
}

impl Ward {
    pub async fn open() -> Self {
        Self::open_with(ClinicConfig::default(), |_| {}).await
    }

    pub async fn with_policy(adjust: impl FnOnce(&mut Policy)) -> Self {
        Self::open_with(ClinicConfig::default(), adjust).await
    }

    pub async fn open_with(config: ClinicConfig, adjust: impl FnOnce(&mut Policy)) -> Self {
        let clinic = Clinic::start(config).await.unwrap();
        let mut policy = policy_of(&clinic);
        adjust(&mut policy);
        let transport = Transport::new(Rules {
            development_http: true,
            ..Rules::default()
        })
        .unwrap();
        let relying_party = RelyingParty::new(RelyingClient::from(&policy), transport.clone());
        let folder = tempfile::tempdir().unwrap();
        let vault_file = folder.path().join("session.vault");
        let vault = open_vault(vault_file.clone()).await;
        let session = sign_in(&relying_party, &vault, &policy).await;
        let client = records::Client::new(clinic.records_url(), transport.clone()).unwrap();
        let log = audit::Log::open(&folder.path().join("audit.jsonl"), Timestamp::now()).unwrap();
        let outbox =
            records::Outbox::open(&folder.path().join("outbox"), Box::new(outbox_key().await))
                .unwrap();
        Self {
            line: Line {
                client: client.clone(),
                network: Arc::default(),
                submissions: Arc::new(AtomicU32::new(0)),
                tokens: Arc::default(),
            },
            challenges: SessionChallenges {
                session: session.clone(),
                client,
                tamper: Arc::default(),
                refusals: Arc::default(),
            },
            trail: Fragile {
                inner: SharedLog::new(log),
                fails_at: Arc::default(),
            },
            agent: RobotAgent::new(Person::SignsInAs(&ADAMS)),
            outbox: Arc::new(outbox),
            wall: Wall::default(),
            progress: Arc::default(),
            desk: None,
            clinic,
            policy,
            transport,
            relying_party,
            session,
            vault,
            vault_file,
            folder,
        }
    }

    pub fn idp(&self) -> &Idp {
        self.clinic.idp()
    }

    /// The desk of this session, made with the policy as it is at the first use.
    pub fn desk(&mut self) -> Arc<Desk> {
        let policy = Arc::new(self.policy.clone());
        Arc::clone(self.desk.get_or_insert_with(|| Arc::new(Desk::new(policy))))
    }

    /// One whole ceremony with this person in front of the window.
    pub async fn sign_as(&mut self, person: Person) -> Ended {
        self.agent.now_in_front(person);
        let under_way = self.begin().await;
        under_way.ended().await.unwrap()
    }

    /// Presses **Sign**.
    pub async fn begin(&mut self) -> UnderWay {
        let request = self.request(AMENDMENT).await;
        self.begin_with(request).unwrap()
    }

    pub fn begin_with(&mut self, request: Request) -> Result<UnderWay, ceremony::BeginError> {
        let ports = self.ports();
        let progress = Arc::clone(&self.progress);
        let sink = Arc::new(move |report| {
            progress
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(report);
        });
        self.desk().begin(request, ports, sink)
    }

    pub fn ports(&self) -> ceremony::Ports {
        ceremony::Ports {
            agent: Arc::new(self.agent.clone()),
            relying_party: self.relying_party.clone(),
            challenges: Arc::new(self.challenges.clone()),
            submission: Arc::new(self.line.clone()),
            outbox: Some(Arc::new(SharedOutbox(Arc::clone(&self.outbox)))),
            trail: Arc::new(self.trail.clone()),
            alarm: Arc::new(SessionAlarm {
                session: self.session.clone(),
                client: self.line.client.clone(),
            }),
            clock: Arc::new(self.wall.clone()),
            page: page(),
        }
    }

    pub async fn amendment(&self, id: &str) -> Amendment {
        let token = self.session.access_token(Timestamp::now()).await.unwrap();
        self.line.client.amendment(id, &token).await.unwrap()
    }

    /// What the person read and decided.
    pub async fn request(&self, id: &str) -> Request {
        parts::request(&self.policy, &self.session, &self.amendment(id).await)
    }

    /// Whose session it is.
    pub fn person(&self) -> Subject {
        self.session.person().subject.clone()
    }

    pub fn courier(&self) -> Courier {
        Courier::new(
            Arc::new(SharedOutbox(Arc::clone(&self.outbox))),
            Arc::new(self.line.clone()),
            Arc::new(self.trail.clone()),
        )
    }

    pub fn waiting(&self) -> Vec<records::Waiting> {
        self.outbox.list().unwrap().entries
    }

    pub fn vault_bytes(&self) -> Vec<u8> {
        std::fs::read(&self.vault_file).unwrap()
    }

    /// The names of the audit events, oldest first.
    pub fn events(&self) -> Vec<&'static str> {
        self.entries()
            .iter()
            .map(|entry| entry.event.name())
            .collect()
    }

    pub fn entries(&self) -> Vec<audit::Recorded> {
        audit::read(&self.audit_file()).unwrap()
    }

    pub fn audit_text(&self) -> String {
        std::fs::read_to_string(self.audit_file()).unwrap()
    }

    pub fn audit_file(&self) -> PathBuf {
        self.folder.path().join("audit.jsonl")
    }

    /// Tokens that still open something and do not belong to the session.
    pub fn foreign_tokens(&self) -> Vec<TokenView> {
        let mine = self.session_sid();
        self.idp()
            .active_tokens()
            .into_iter()
            .filter(|token| token.sid != mine)
            .collect()
    }

    /// The provider's session of the sign-in: the oldest.
    pub fn session_sid(&self) -> String {
        let mut sessions = self.idp().sessions();
        sessions.sort_by_key(|session| session.auth_time);
        sessions
            .first()
            .map(|one| one.sid.clone())
            .unwrap_or_default()
    }

    pub fn submissions(&self) -> u32 {
        self.line.submissions.load(Ordering::SeqCst)
    }

    pub fn set_network(&self, network: Network) {
        *self.line.network.lock().unwrap() = network;
    }

    pub async fn session_still_works(&self) -> bool {
        parts::works(&self.session, &self.line.client).await
    }

    pub async fn callback_port_is_closed(&self) -> bool {
        match self.agent.last_redirect_uri() {
            Some(address) => !is_answered(&address).await,
            None => true,
        }
    }

    /// Nothing of a ceremony is left anywhere.
    pub async fn is_clean(&self) {
        assert!(self.agent.is_closed(), "the agent is still open");
        assert!(
            self.callback_port_is_closed().await,
            "the callback's port still answers"
        );
        assert_eq!(
            self.foreign_tokens(),
            [],
            "tokens of the ceremony still work"
        );
        assert_eq!(
            self.idp().sessions().len(),
            1,
            "a session of the ceremony's jar still lives"
        );
    }
}

/// Whether a ceremony waits for its callback at this address. Its port alone does not say so: somebody else may have been
/// given that since. They answer that there is no such path, for nobody guesses it; one who says nothing at all counts.
pub async fn is_answered(address: &Url) -> bool {
    let host = format!("127.0.0.1:{}", address.port().unwrap());
    let Ok(mut stream) = TcpStream::connect(&host).await else {
        return false;
    };
    let path = address.path();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    let mut answer = Vec::new();
    let asking = async {
        stream.write_all(request.as_bytes()).await?;
        stream.read_to_end(&mut answer).await
    };
    let hung_up = tokio::time::timeout(PATIENCE, asking).await.is_ok();
    // 409: a callback came before, and was not taken.
    let ours: [&[u8]; 2] = [b"HTTP/1.1 200 ", b"HTTP/1.1 409 "];
    !hung_up || ours.iter().any(|status| answer.starts_with(status))
}

pub fn policy_of(clinic: &Clinic) -> Policy {
    let file = clinic.write_policy().unwrap();
    policy::load(Machine::Absent, Some(&file)).unwrap().policy
}

pub async fn open_vault(file: PathBuf) -> Arc<Vault> {
    let place = Place {
        file,
        device: "ward-3".to_owned(),
        account: "adams".to_owned(),
    };
    let keyring = Arc::new(KeyInMemory::default());
    Arc::new(
        Vault::open(place, policy::Remember::Keyring, keyring)
            .await
            .unwrap(),
    )
}

pub async fn sign_in(relying_party: &RelyingParty, vault: &Arc<Vault>, policy: &Policy) -> Session {
    let sign_in = SignIn {
        agent: Arc::new(RobotAgent::new(Person::SignsInAs(&ADAMS))),
        relying_party: relying_party.clone(),
        vault: Arc::clone(vault),
        policy: Arc::new(policy.clone()),
        page: page(),
        clock: Timestamp::now,
    };
    let signed_in = sign_in.run(CancellationToken::new()).await.unwrap();
    assert!(signed_in.not_kept.is_none());
    signed_in.session
}
