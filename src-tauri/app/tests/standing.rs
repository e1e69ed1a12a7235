//! Sessions that go on after a restart, and sessions that do not stand: what the log and the registry know of them.

use audit::{Actor, Code};
use demo::clinic::{Clinic, ClinicConfig};
use gateway::SessionLimit;
use records::CallError;
use records::wire::{Device, SessionEnd as Why};
use serde_json::json;
use tokio::time::timeout;
use wiremock::matchers::{method, path, path_regex};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::ipc::{ActivityQuery, CheckState, Phase, SignRequest};

/// A clinic in which a sign-in ends the person's other sessions.
async fn one_session_each() -> Clinic {
    let session_limit = SessionLimit::OnePerSubject;
    let config = ClinicConfig {
        session_limit,
        ..ClinicConfig::default()
    };
    Clinic::start(config).await.unwrap()
}

async fn ward_of(clinic: &Clinic) -> Ward {
    let records = clinic.records_url().to_string();
    Ward::open_with(clinic.idp().issuer(), &records, "", Untouched(None)).await
}

/// The application as a restart finds it: with this log, and with the session that the vault kept.
async fn restarted(ward: &Ward) -> Result<(), Fault> {
    let (turn, work) = ward.controller.signed_in().unwrap();
    let (turn, _) = exchanged(ward, turn, At::Restoring);
    let session = work.session.clone();
    let controller = &ward.controller;
    controller
        .admit(turn, session, session::Door::Open, Event::SessionRestored)
        .await
}

fn exchanged(ward: &Ward, from: Turn, to: Stay) -> (Turn, Stay) {
    let passed = ward.controller.exchange(from, to, None);
    passed.unwrap_or_else(|_| panic!("nobody else moves"))
}

/// Somebody else authenticated so often in the ceremonies of A. Adams.
async fn mismatches(ward: &Ward, count: u32) {
    let adams = ward.controller.actor();
    for count in 1..=count {
        let baker = [("sub".to_owned(), "u-baker".to_owned())];
        let baker = baker.iter().map(|(claim, value)| (claim, value));
        let found = audit::Person::new("B. Baker", "https://id.clinic.example", baker);
        let event = Event::SignerMismatch { found, count };
        let written = ward.controller.record_by(event, adams.clone()).await;
        written.unwrap();
    }
}

#[tokio::test]
async fn a_restart_does_not_open_what_mismatches_locked_and_a_new_sign_in_does() {
    let ward = Ward::signed_in().await;
    mismatches(&ward, 2).await;
    restarted(&ward).await.unwrap();
    assert!(!ward.controller.state().signing_locked, "two are permitted");

    mismatches(&ward, 1).await;
    restarted(&ward).await.unwrap();
    assert!(ward.controller.state().signing_locked);

    ward.controller.sign_out().await.unwrap();
    ward.controller.sign_in().await.unwrap();
    assert!(!ward.controller.state().signing_locked);
}

#[tokio::test]
async fn a_session_that_the_log_does_not_know_is_not_taken_up() {
    let ward = Ward::signed_in().await;
    let fresh = Ward::open().await;
    let session = ward.controller.work().unwrap().session.clone();
    let turn = fresh.controller.inner().place.turn();

    let fault = fresh
        .controller
        .admit(
            turn,
            session.clone(),
            session::Door::Open,
            Event::SessionRestored,
        )
        .await
        .unwrap_err();

    assert_eq!(fault.code, "session_ended");
    assert!(session.end().is_some());
    assert!(!fresh.log().contains("session_restored"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_finds_no_place_ends_nobodys_session_and_leaves_none_behind() {
    let clinic = one_session_each().await;
    let first = ward_of(&clinic).await.sign_in().await;
    let second = ward_of(&clinic).await;
    second.controller.restore().await;
    let begun = second.controller.inner().place.turn();
    let signing_in = At::SigningIn(tokio_util::sync::CancellationToken::new());
    exchanged(&second, begun, signing_in);
    let parts = second.controller.sign_in_parts();
    let signed_in = parts
        .run(tokio_util::sync::CancellationToken::default())
        .await
        .unwrap();

    // Somebody moved on meanwhile: this turn is over.
    let event = Event::SignedIn {
        agent: Code::from("window"),
        acr: None,
    };
    let fault = second
        .controller
        .admit(begun, signed_in.session.clone(), session::Door::Open, event)
        .await
        .unwrap_err();

    assert_eq!(fault.code, "session_ended");
    assert_eq!(signed_in.session.registry_id(), None);
    first.controller.worklist().await.unwrap();
}

#[tokio::test]
async fn a_registered_session_that_is_turned_away_is_closed_at_the_service() {
    let clinic = one_session_each().await;
    let ward = ward_of(&clinic).await.sign_in().await;
    let work = ward.controller.work().unwrap();
    let access = work.session.access_at_hand().unwrap();
    // The sign-in does not wait for as long as that may take.
    let registered = async {
        while work.registry_id().is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(SOON, registered).await.unwrap();

    ward.controller.turn_away(&work.session).await;

    // The same token stands for the same sign-in: it tells how that session ended.
    let device = Device {
        id: ward.controller.parts.device_id.clone(),
        name: "ward-3".to_owned(),
    };
    let again = ward.controller.parts.records.open_session(&device, &access);
    let error = again.await.unwrap_err();
    assert!(
        matches!(
            error,
            CallError::SessionRevoked {
                why: Why::SignedOut
            }
        ),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ends_while_it_is_registered_does_not_stay_registered() {
    let service = MockServer::start().await;
    let opened = json!({
        "id": "0198c9f2-0b52-7e33-9f4c-6a1d1f2e3a4b",
        "device": { "id": "ward-3-pc-2", "name": "ward-3" },
        "started_at": "2026-11-24T13:32:08Z",
        "last_seen_at": "2026-11-24T13:32:08Z",
        "ended_others": 0,
    });
    let slowly = ResponseTemplate::new(201)
        .set_body_json(opened)
        .set_delay(Duration::from_secs(5));
    Mock::given(method("POST"))
        .and(path("/v1/sessions"))
        .respond_with(slowly)
        .mount(&service)
        .await;
    Mock::given(method("DELETE"))
        .and(path_regex("^/v1/sessions/.+"))
        .respond_with(ResponseTemplate::new(204))
        .mount(&service)
        .await;
    let ward = Ward::open_beside(&service.uri()).await;
    // The sign-in does not wait for as long as the service takes.
    let ward = ward.sign_in().await;

    ward.controller.sign_out().await.unwrap();

    let closed = async {
        while !asked(&service, "DELETE").await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(SOON, closed).await.unwrap();
    assert_eq!(ward.controller.state().phase, Phase::SignedOut);
}

/// As often as security must hear of it.
async fn sign_ins_fail(ward: &Ward) {
    for _ in 0..5 {
        let why = Code::from("nonce_mismatch");
        let reference = session::new_reference();
        let event = Event::SignInFailed { why };
        ward.controller.note_under(reference, event).await;
    }
}

#[tokio::test]
async fn failed_sign_ins_that_pile_up_are_kept_for_security_and_noted() {
    let ward = Ward::open().await;
    ward.controller.restore().await;
    sign_ins_fail(&ward).await;

    assert_eq!(ward.controller.parts.alarms.count().unwrap(), 1);
    let log = ward.log();
    let last = log.lines().last().unwrap();
    assert!(last.contains("security_event_sent") && last.contains("failed-sign-ins"));
}

#[tokio::test]
async fn what_security_is_told_is_never_booked_on_whoever_is_at_the_screen() {
    let service = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/v1/security-events"))
        .respond_with(ResponseTemplate::new(204))
        .mount(&service)
        .await;
    let ward = Ward::open_beside(&service.uri()).await;
    ward.controller.restore().await;
    sign_ins_fail(&ward).await;

    ward.controller.sign_in().await.unwrap();
    let log = ward.folder.path().join("audit.jsonl");
    let told = || {
        let entries = audit::read(&log).unwrap().into_iter();
        let sent = |event: &Event| matches!(event, Event::SecurityEventSent { .. });
        entries
            .filter(|entry| sent(&entry.event))
            .collect::<Vec<_>>()
    };
    timeout(SOON, async {
        while told().len() < 2 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .unwrap();

    let device = Actor::Device("ward-3".into());
    assert!(told().iter().all(|entry| entry.actor == device));
    let work = ward.controller.work().unwrap();
    assert_eq!(work.security_told(), None, "it was not about A. Adams");
}

#[tokio::test]
async fn a_log_that_was_altered_in_an_earlier_file_is_told_to_security_once() {
    let ward = Ward::signed_in().await;
    let log = ward.folder.path().join("audit.jsonl");
    let text = ward.log().replacen("A. Adams", "A. Other", 1);
    std::fs::write(&log, text).unwrap();

    let first = ward.controller.check_chain().await.unwrap();
    let told = ward.controller.parts.alarms.count().unwrap();
    ward.controller.check_chain().await.unwrap();

    assert!(first.broken.is_some());
    assert_eq!(told, 1);
    assert_eq!(ward.controller.parts.alarms.count().unwrap(), 1);
}

#[tokio::test]
async fn a_log_that_is_found_altered_stops_signing_and_every_screen_says_so() {
    let ward = Ward::signed_in().await;
    let asked = || SignRequest {
        id: "AM-1207".to_owned(),
        etag: "\"1\"".to_owned(),
        draft: Draft::default(),
        shown_text: String::new(),
    };
    let before = ward.controller.begin_signing(asked()).unwrap_err();
    let log = ward.folder.path().join("audit.jsonl");
    let text = ward.log().replacen("A. Adams", "A. Other", 1);
    std::fs::write(&log, text).unwrap();

    let page = ward.controller.activity(ActivityQuery::default()).await;
    let after = ward.controller.begin_signing(asked()).unwrap_err();
    let checks = ward.controller.run_checks().await;

    assert_ne!(before.code, "audit_broken");
    assert!(!page.unwrap().chain.complete);
    assert_eq!(after.code, "audit_broken");
    assert!(!ward.controller.state().status.audit_chain_ok);
    let row = checks.rows.iter().find(|row| row.name == "audit").unwrap();
    assert_eq!(row.state, CheckState::Failed);
    assert_eq!(ward.controller.state().phase, Phase::SignedIn);
}

/// A keyring that holds one key.
#[derive(Default)]
struct OneKey(std::sync::Mutex<Option<Vec<u8>>>);

impl KeyStore for OneKey {
    fn read(&self) -> Result<Option<zeroize::Zeroizing<Vec<u8>>>, KeyStoreError> {
        Ok(self.0.lock().unwrap().clone().map(zeroize::Zeroizing::new))
    }

    fn write(&self, key: &[u8]) -> Result<(), KeyStoreError> {
        *self.0.lock().unwrap() = Some(key.to_owned());
        Ok(())
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_disk_that_hangs_holds_up_neither_a_lock_nor_a_sign_out() {
    let idp = Idp::start(IdpConfig::default()).await.unwrap();
    let keyring = Arc::new(OneKey::default());
    let nobody = "http://127.0.0.1:9/";
    let ward = Ward::open_keeping(idp.issuer(), nobody, "", Untouched(None), keyring).await;
    let ward = ward.sign_in().await;
    // Whoever reads a pipe that nobody writes waits, as for a server that went away.
    let kept = ward.folder.path().join("session");
    std::fs::remove_file(&kept).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&kept).status();
    assert!(made.unwrap().success());

    ward.controller.lock(false).unwrap();
    let until = async |phase| {
        while ward.controller.state().phase != phase {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(SOON, until(Phase::Locked)).await.unwrap();
    let controller = Arc::clone(&ward.controller);
    let signing_out = tokio::spawn(async move { controller.sign_out().await });
    timeout(SOON, until(Phase::SignedOut)).await.unwrap();

    assert!(!signing_out.is_finished(), "the disk hangs still");
    // It is there again: both writers come to their end.
    let opened = std::fs::OpenOptions::new().write(true).open(&kept);
    drop(opened.unwrap());
    timeout(SOON, signing_out).await.unwrap().unwrap().unwrap();
    assert!(!kept.exists());
}

/// Whether the service was asked in this way.
async fn asked(service: &MockServer, method: &str) -> bool {
    let asked = service.received_requests().await.unwrap();
    asked.iter().any(|one| one.method.as_str() == method)
}
