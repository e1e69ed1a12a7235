//! The controller without any toolkit: a provider on a real socket, a robot for the person, and a screen that takes notes.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod locking;
mod outbox;
mod policy_watch;
#[path = "../../crates/ceremony/tests/support/robot_agent.rs"]
#[allow(dead_code, unreachable_pub)]
mod robot_agent;
mod standing;
mod verifying;

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use ::session::vault::{KeyStore, KeyStoreError};
use audit::Log;
use demo::idp::{ADAMS, CLIENT_ID, Idp, IdpConfig};
use identity::Client;
use jiff::Timestamp;
use policy::Machine;
use robot_agent::{Person, RobotAgent};
use transport::Rules;

use super::*;
use crate::ipc::Phase;

/// How long anything may take on a busy machine.
const SOON: Duration = Duration::from_secs(20);

struct NoKeyring;

impl KeyStore for NoKeyring {
    fn read(&self) -> Result<Option<zeroize::Zeroizing<Vec<u8>>>, KeyStoreError> {
        Err(KeyStoreError::Absent)
    }

    fn write(&self, _: &[u8]) -> Result<(), KeyStoreError> {
        Err(KeyStoreError::Absent)
    }
}

#[derive(Default)]
struct Notes(Mutex<Vec<Phase>>, Mutex<Vec<DroppedFile>>, AtomicU32);

impl Screen for Notes {
    fn app_state(&self, state: &AppState) {
        self.0.lock().unwrap().push(state.phase);
    }

    fn ceremony(&self, _: &CeremonyView) {}

    fn worklist_changed(&self) {}

    fn idle(&self, _: IdleView) {}

    fn forget_pages(&self) {
        self.2.fetch_add(1, Ordering::SeqCst);
    }

    fn dropped(&self, file: &DroppedFile) {
        self.1.lock().unwrap().push(file.clone());
    }
}

/// A computer at which nobody has touched anything for so long; nothing where it does not say.
#[derive(Clone, Copy)]
struct Untouched(Option<Duration>);

impl Input for Untouched {
    fn idle(&mut self) -> Option<Duration> {
        self.0
    }
}

struct Ward {
    controller: Arc<Controller>,
    agent: RobotAgent,
    screen: Arc<Notes>,
    /// Where the ward has one of its own.
    #[expect(dead_code, reason = "kept so that it goes on answering")]
    idp: Option<Idp>,
    folder: tempfile::TempDir,
}

impl Ward {
    async fn open() -> Self {
        // Nobody listens there.
        Self::open_beside("http://127.0.0.1:9/").await
    }

    /// A ward whose records service has this address.
    async fn open_beside(records: &str) -> Self {
        let idp = Idp::start(IdpConfig::default()).await.unwrap();
        let issuer = idp.issuer().to_owned();
        let ward = Self::open_with(&issuer, records, "", Untouched(None)).await;
        Self {
            idp: Some(idp),
            ..ward
        }
    }

    /// A ward of that provider and records service, with more in its policy, at a computer that says how long nobody was
    /// there.
    async fn open_with(issuer: &str, records: &str, session: &str, input: Untouched) -> Self {
        Self::open_keeping(issuer, records, session, input, Arc::new(NoKeyring)).await
    }

    /// The same, where the session is kept with the key in this keyring.
    async fn open_keeping(
        issuer: &str,
        records: &str,
        session: &str,
        input: Untouched,
        keyring: Arc<dyn KeyStore>,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut policy = policy_for(issuer, records, session, folder.path());
        if input.0.is_some() {
            // Less than any policy may say: nobody waits half a minute for a test.
            policy.session.idle_lock_s = 2;
        }
        let watched = watched_in(folder.path());
        let policy = Arc::new(policy);
        let transport = Transport::new(Rules {
            development_http: true,
            ..Rules::default()
        })
        .unwrap();
        let agent = RobotAgent::new(Person::SignsInAs(&ADAMS));
        let screen = Arc::new(Notes::default());
        let place = ::session::Place {
            file: folder.path().join("session"),
            device: "ward-3".to_owned(),
            account: "adams".to_owned(),
        };
        let waiting =
            records::Outbox::open(&folder.path().join("outbox"), Box::new(outbox::Marked));
        let waiting = waiting.unwrap();
        let vault = Vault::open(place, policy.session.remember, keyring);
        let log = Log::open(&folder.path().join("audit.jsonl"), Timestamp::now()).unwrap();
        let controller = Controller::new(Parts {
            values: Vec::new(),
            device_id: folder.path().display().to_string(),
            device: "ward-3".to_owned(),
            locale: Locale::En,
            relying_party: RelyingParty::new(Client::from(policy.as_ref()), transport.clone()),
            records: records::Client::new(&policy.records.url, transport.clone()).unwrap(),
            transport,
            vault: Arc::new(vault.await.unwrap()),
            log: SharedLog::new(log),
            outbox: Some(Arc::new(waiting)),
            alarms: Arc::new(Alarms::open(&folder.path().join("alarms")).unwrap()),
            shipper: None,
            input: Arc::new(move || Box::new(input)),
            archive: folder.path().join("archive.json"),
            sign_in_agent: Arc::new(agent.clone()),
            signing_agent: Arc::new(agent.clone()),
            screen: screen.clone(),
            policy,
            watched,
        });
        Self {
            controller,
            agent,
            screen,
            idp: None,
            folder,
        }
    }

    async fn signed_in() -> Self {
        Self::open().await.sign_in().await
    }

    async fn sign_in(self) -> Self {
        self.controller.restore().await;
        self.controller.sign_in().await.unwrap();
        self
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("audit.jsonl")).unwrap()
    }
}

fn policy_for(issuer: &str, records: &str, session: &str, folder: &Path) -> Policy {
    let text = format!(
        "[identity]\nissuer = {issuer:?}\nclient_id = {CLIENT_ID:?}\ndevelopment_http = true\n\
         redirect_path = \"random\"\n\
         [records]\nurl = {records:?}\n[session]\nsign_in_agent = \"window\"\n{session}\n"
    );
    let file = folder.join("policy.toml");
    std::fs::write(&file, text).unwrap();
    watched_in(folder).applied().policy.clone()
}

/// The policy in this folder, kept in view.
fn watched_in(folder: &Path) -> policy::Watched {
    let sources = policy::Sources {
        machine: Machine::Absent,
        file: Some(folder.join("policy.toml")),
        settings: None,
    };
    policy::Watched::load(sources).unwrap()
}

#[tokio::test]
async fn nobody_signs_in_while_the_last_session_is_being_taken_up() {
    let ward = Ward::open().await;

    ward.controller.sign_in().await.unwrap();

    assert!(ward.agent.openings.lock().unwrap().is_empty());
    assert_eq!(ward.controller.state().phase, Phase::SigningIn);
    ward.controller.restore().await;
    assert_eq!(ward.controller.state().phase, Phase::SignedOut);
    ward.controller.sign_in().await.unwrap();
    assert_eq!(ward.controller.state().phase, Phase::SignedIn);
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_for_the_state_waits_for_a_signature_without_holding_anything_else() {
    let ward = Ward::signed_in().await;
    let work = ward.controller.work().unwrap();
    let held = work.signature();
    let controller = Arc::clone(&ward.controller);
    let asking = std::thread::spawn(move || controller.state());
    std::thread::sleep(Duration::from_millis(200));

    // What the ceremony's own reports need while the state is being asked for. The question itself holds it too, and never
    // for long.
    let end = std::time::Instant::now() + SOON;
    let mut free = false;
    while !free && std::time::Instant::now() < end {
        free = ward.controller.inner.try_lock().is_ok();
        std::thread::sleep(Duration::from_millis(20));
    }
    drop(held);

    assert!(free);
    assert_eq!(asking.join().unwrap().phase, Phase::SignedIn);
}

#[tokio::test]
async fn an_old_session_neither_evicts_the_next_nor_speaks_for_it() {
    let ward = Ward::signed_in().await;
    let (turn, old) = ward.controller.signed_in().unwrap();
    ward.controller.sign_out().await.unwrap();
    assert_eq!(ward.controller.state().ended, Some(SessionEnd::SignedOut));
    ward.controller.sign_in().await.unwrap();

    let late = ward
        .controller
        .exchange(turn, At::SignedOut, Some(SessionEnd::Expired));
    ward.controller.set_connected(&old, false);

    assert!(late.is_err());
    assert!(!ward.controller.is_current(&old));
    let state = ward.controller.state();
    assert_eq!(state.phase, Phase::SignedIn);
    assert!(state.status.records_connected);
}

#[tokio::test]
async fn a_session_that_ends_by_itself_leaves_the_screen_and_is_written_down() {
    let ward = Ward::signed_in().await;
    let work = ward.controller.work().unwrap();

    work.session.expire(Timestamp::now()).await;
    tokio::time::timeout(SOON, async {
        while !ward.log().contains("signed_out") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .unwrap();

    assert_eq!(ward.controller.state().ended, Some(SessionEnd::Absolute));
    assert_eq!(
        ward.screen.0.lock().unwrap().last(),
        Some(&Phase::SignedOut)
    );
}

#[tokio::test]
async fn whoever_signs_in_is_written_down_before_the_screen_shows_it() {
    let ward = Ward::signed_in().await;
    let log = ward.log();
    assert!(log.contains("signed_in"), "{log}");
    assert!(log.contains("u-adams") || log.contains("A. Adams"), "{log}");
}
