//! An identity provider on a real socket, a policy for it, and somebody who signs in.

#![allow(clippy::unwrap_used, clippy::expect_used, dead_code, missing_docs)]

#[path = "../../../ceremony/tests/support/robot_agent.rs"]
pub mod robot_agent;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use demo::idp::{CLIENT_ID, Endpoint, Idp, IdpConfig};
use identity::{Client, Page, RelyingParty};
use jiff::Timestamp;
use policy::{Machine, Policy, Remember};
use session::vault::{KeyStore, KeyStoreError};
use session::{Place, SignIn, SignInError, SignedIn, Vault};
use tokio_util::sync::CancellationToken;
use transport::{Rules, Transport};
use zeroize::Zeroizing;

use robot_agent::{Person, RobotAgent};

pub struct Home {
    pub idp: Idp,
    pub policy: Policy,
    pub transport: Transport,
    pub relying_party: RelyingParty,
    pub keyring: Arc<KeyInMemory>,
    pub agent: RobotAgent,
    pub folder: tempfile::TempDir,
}

impl Home {
    pub async fn new(person: Person) -> Self {
        Self::with_idp(person, IdpConfig::default()).await
    }

    /// Tokens live so briefly that they are renewed before each use.
    pub async fn with_short_tokens(person: Person) -> Self {
        let config = IdpConfig {
            access_token_lifetime: Duration::from_secs(20),
            ..IdpConfig::default()
        };
        Self::with_idp(person, config).await
    }

    pub async fn with_idp(person: Person, config: IdpConfig) -> Self {
        let idp = Idp::start(config).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let policy = policy_for(&idp, folder.path());
        let rules = Rules {
            development_http: true,
            total_timeout: Duration::from_mins(1),
            ..Rules::default()
        };
        let transport = Transport::new(rules).unwrap();
        Self {
            relying_party: RelyingParty::new(Client::from(&policy), transport.clone()),
            keyring: Arc::default(),
            agent: RobotAgent::new(person),
            transport,
            policy,
            folder,
            idp,
        }
    }

    pub fn vault_file(&self) -> PathBuf {
        self.folder.path().join("kept").join("session.vault")
    }

    pub fn place(&self) -> Place {
        Place {
            file: self.vault_file(),
            device: "ward-3".to_owned(),
            account: "adams".to_owned(),
        }
    }

    pub async fn vault(&self) -> Arc<Vault> {
        self.vault_at(self.place(), Remember::Keyring).await
    }

    pub async fn vault_at(&self, place: Place, remember: Remember) -> Arc<Vault> {
        let keyring = Arc::clone(&self.keyring);
        Arc::new(Vault::open(place, remember, keyring).await.unwrap())
    }

    pub async fn sign_in(&self) -> Result<SignedIn, SignInError> {
        let vault = self.vault().await;
        self.sign_in_with(vault, CancellationToken::new()).await
    }

    pub async fn sign_in_with(
        &self,
        vault: Arc<Vault>,
        cancel: CancellationToken,
    ) -> Result<SignedIn, SignInError> {
        self.sign_in_of(vault).run(cancel).await
    }

    pub fn sign_in_of(&self, vault: Arc<Vault>) -> SignIn {
        SignIn {
            agent: Arc::new(self.agent.clone()),
            relying_party: self.relying_party.clone(),
            vault,
            policy: Arc::new(self.policy.clone()),
            page: Page {
                language: "en".to_owned(),
                title: "Done".to_owned(),
                text: "You can close this window.".to_owned(),
            },
            clock: Timestamp::now,
        }
    }

    pub fn renewals(&self) -> usize {
        let renewal = ("grant_type".to_owned(), "refresh_token".to_owned());
        self.idp
            .requests()
            .iter()
            .filter(|request| request.endpoint == Endpoint::Token)
            .filter(|request| request.parameters.contains(&renewal))
            .count()
    }
}

/// Waits for something that happens in its own time.
pub async fn eventually(mut happened: impl FnMut() -> bool, what: &str) {
    let waiting = async {
        while !happened() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(30), waiting).await;
    assert!(waited.is_ok(), "never happened: {what}");
}

pub fn policy_for(idp: &Idp, folder: &Path) -> Policy {
    let text = format!(
        "[identity]\nissuer = {:?}\nclient_id = {CLIENT_ID:?}\ndevelopment_http = true\n\
         [records]\nurl = \"http://127.0.0.1:9/\"\n",
        idp.issuer()
    );
    let file = folder.join("policy.toml");
    std::fs::write(&file, text).unwrap();
    policy::load(Machine::Absent, Some(&file)).unwrap().policy
}

/// A keyring that does what it is told.
#[derive(Default)]
pub struct KeyInMemory {
    pub key: Mutex<Option<Vec<u8>>>,
    pub fails: Mutex<Option<KeyStoreError>>,
    /// It answers nobody while a test holds this.
    pub answers: tokio::sync::Mutex<()>,
    /// How often it was asked for anything.
    pub asked: AtomicUsize,
}

impl KeyInMemory {
    fn check(&self) -> Result<(), KeyStoreError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let _answering = self.answers.blocking_lock();
        match *self.fails.lock().unwrap() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}

impl KeyStore for KeyInMemory {
    fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, KeyStoreError> {
        self.check()?;
        Ok(self.key.lock().unwrap().clone().map(Zeroizing::new))
    }

    fn write(&self, key: &[u8]) -> Result<(), KeyStoreError> {
        self.check()?;
        *self.key.lock().unwrap() = Some(key.to_vec());
        Ok(())
    }
}
