//! The controller without any toolkit: a provider on a real socket, a robot for the person, and a screen that takes notes.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../../crates/ceremony/tests/support/robot_agent.rs"]
#[allow(dead_code, unreachable_pub)]
mod robot_agent;

use std::path::Path;
use std::time::Duration;

use ::session::vault::{KeyStore, KeyStoreError};
use audit::Log;
use demo::idp::{ADAMS, CLIENT_ID, Idp, IdpConfig};
use identity::Client;
use policy::Machine;
use robot_agent::{Person, RobotAgent};
use transport::Rules;

use super::*;

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
struct Notes(Mutex<Vec<Phase>>);

impl Screen for Notes {
    fn app_state(&self, state: &AppState) {
        self.0.lock().unwrap().push(state.phase);
    }

    fn ceremony(&self, _: &CeremonyView) {}

    fn worklist_changed(&self) {}
    fn dropped(&self, _file: &crate::ipc::DroppedFile) {}
}

struct Ward {
    controller: Arc<Controller>,
    agent: RobotAgent,
    screen: Arc<Notes>,
    _idp: Idp,
    folder: tempfile::TempDir,
}

impl Ward {
    async fn open() -> Self {
        let idp = Idp::start(IdpConfig::default()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let policy = Arc::new(policy_for(&idp, folder.path()));
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
        let vault = Vault::open(place, policy.session.remember, Arc::new(NoKeyring));
        let log = Log::open(&folder.path().join("audit.jsonl"), Timestamp::now()).unwrap();
        let controller = Controller::new(Parts {
            device: "ward-3".to_owned(),
            locale: Locale::En,
            relying_party: RelyingParty::new(Client::from(policy.as_ref()), transport.clone()),
            records: records::Client::new(&policy.records.url, transport.clone()).unwrap(),
            transport,
            vault: Arc::new(vault.await.unwrap()),
            log: SharedLog::new(log),
            outbox: None,
            archive: folder.path().join("archive.json"),
            sign_in_agent: Arc::new(agent.clone()),
            signing_agent: Arc::new(agent.clone()),
            screen: screen.clone(),
            policy,
        });
        Self {
            controller,
            agent,
            screen,
            _idp: idp,
            folder,
        }
    }

    async fn signed_in() -> Self {
        let ward = Self::open().await;
        ward.controller.restore().await;
        ward.controller.sign_in().await.unwrap();
        ward
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("audit.jsonl")).unwrap()
    }
}

fn policy_for(idp: &Idp, folder: &Path) -> Policy {
    let text = format!(
        "[identity]\nissuer = {:?}\nclient_id = {CLIENT_ID:?}\ndevelopment_http = true\n\
         [records]\nurl = \"http://127.0.0.1:9/\"\n",
        idp.issuer()
    );
    let file = folder.join("policy.toml");
    std::fs::write(&file, text).unwrap();
    policy::load(Machine::Absent, Some(&file)).unwrap().policy
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

    // What the ceremony's own reports need while the state is being asked for.
    let free = ward.controller.inner.try_lock().is_ok();
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
        .pass(turn, At::SignedOut, Some(SessionEnd::Expired));
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
    tokio::time::timeout(Duration::from_secs(5), async {
        while !ward.log().contains("signed_out") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .unwrap();

    assert_eq!(ward.controller.state().ended, Some(SessionEnd::Expired));
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
