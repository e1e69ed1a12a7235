//! The locked screen, and how the device passes to somebody else.

use demo::clinic::{Clinic, ClinicConfig};
use demo::idp::BAKER;
use gateway::SessionLimit;
use tokio::time::timeout;

use super::robot_agent::Person as InFront;
use super::*;
use crate::ipc::Phase;

/// Waits until the ward's screen is in that phase.
async fn until(ward: &Ward, phase: Phase) {
    let waited = timeout(SOON, async {
        while ward.controller.state().phase != phase {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let shown = ward.controller.state().phase;
    waited
        .await
        .unwrap_or_else(|_| panic!("{shown:?} is shown"));
}

async fn until_written(ward: &Ward, event: &str) {
    let waited = timeout(SOON, async {
        while !ward.log().contains(event) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    waited
        .await
        .unwrap_or_else(|_| panic!("{event} is not in the log"));
}

async fn locked() -> Ward {
    let ward = Ward::signed_in().await;
    ward.controller.lock(false).unwrap();
    until(&ward, Phase::Locked).await;
    ward
}

/// Somebody else has authenticated at the lock of A. Adams.
async fn asked_to_take_over() -> (Ward, Arc<Work>) {
    let ward = locked().await;
    let work = ward.controller.present().unwrap();
    ward.agent.now_in_front(InFront::SignsInAs(&BAKER));
    ward.controller.unlock().await.unwrap();
    (ward, work)
}

#[tokio::test]
async fn behind_a_lock_nothing_is_told_and_nothing_can_be_asked_for() {
    let ward = locked().await;

    let state = ward.controller.state();

    assert_eq!(state.session, None);
    assert_eq!(state.locked.unwrap().name, "A. Adams");
    assert_eq!(ward.controller.worklist().await.unwrap_err().code, "locked");
    assert_eq!(
        ward.controller.review("AM-1207").await.unwrap_err().code,
        "locked"
    );
    assert_eq!(ward.controller.ceremony_state(), None);
    assert_eq!(
        ward.screen.2.load(Ordering::SeqCst),
        1,
        "the pages begin anew"
    );
    until_written(&ward, "\"locked\"").await;
}

#[tokio::test]
async fn the_same_person_goes_on_with_the_session_that_they_had() {
    let ward = locked().await;
    let before = ward.controller.present().unwrap();

    ward.controller.unlock().await.unwrap();

    let after = ward.controller.work().unwrap();
    assert!(Arc::ptr_eq(&before, &after));
    assert!(ward.log().contains("\"unlocked\""));
    assert_eq!(ward.controller.state().phase, Phase::SignedIn);
}

#[tokio::test]
async fn whoever_closes_the_window_at_the_lock_leaves_it_locked() {
    let ward = locked().await;
    ward.agent.now_in_front(InFront::ClosesTheWindow);

    let fault = ward.controller.unlock().await.unwrap_err();

    assert_eq!(fault.code, "cancelled");
    assert_eq!(ward.controller.state().phase, Phase::Locked);
    assert!(ward.log().contains("unlock_failed"));
}

#[tokio::test]
async fn somebody_else_at_the_lock_changes_nothing_until_they_are_asked() {
    let (ward, work) = asked_to_take_over().await;

    let state = ward.controller.state();

    assert_eq!(state.phase, Phase::SwitchUser);
    assert_eq!(state.switch_to.unwrap().name, "B. Baker");
    assert_eq!(state.locked.unwrap().name, "A. Adams");
    assert_eq!(work.session.end(), None);
}

#[tokio::test]
async fn whoever_does_not_take_over_leaves_the_session_locked_and_alive() {
    let (ward, work) = asked_to_take_over().await;

    ward.controller.refuse_switch().await;

    assert_eq!(ward.controller.state().phase, Phase::Locked);
    assert_eq!(work.session.end(), None);
    assert!(ward.log().contains("switch_refused"));
    let fault = ward.controller.confirm_switch().await.unwrap_err();
    assert_eq!(fault.code, "nobody_to_switch_to");
}

#[tokio::test]
async fn whoever_takes_over_begins_after_the_session_before_is_over() {
    let (ward, work) = asked_to_take_over().await;
    let owner = work.session.person().subject.clone();
    let draft = Draft {
        meaning: String::new(),
        reason: String::new(),
        note: "the note of A. Adams".to_owned(),
    };
    let theirs = (owner, "AM-1207".to_owned());
    ward.controller.inner().drafts.insert(theirs, draft);
    let before = ward.screen.2.load(Ordering::SeqCst);

    ward.controller.confirm_switch().await.unwrap();

    let state = ward.controller.state();
    assert_eq!(state.phase, Phase::SignedIn);
    assert_eq!(state.session.unwrap().name, "B. Baker");
    assert_eq!(work.session.end(), Some(::session::SessionEnd::Switched));
    assert!(ward.controller.inner().drafts.is_empty());
    assert!(ward.screen.2.load(Ordering::SeqCst) > before);
    let log = ward.log();
    let (out, taken_over) = (log.rfind("signed_out"), log.rfind("switched_user"));
    assert!(out.unwrap() < taken_over.unwrap(), "{log}");
}

#[tokio::test]
async fn a_session_that_ends_behind_its_lock_leaves_nobody_to_take_over_from() {
    let (ward, work) = asked_to_take_over().await;

    work.session.expire(Timestamp::now()).await;
    until(&ward, Phase::SignedOut).await;

    let fault = ward.controller.confirm_switch().await.unwrap_err();
    assert_eq!(fault.code, "nobody_to_switch_to");
    assert_eq!(ward.controller.state().phase, Phase::SignedOut);
}

#[tokio::test]
async fn a_screen_that_is_locked_for_somebody_else_asks_them_until_somebody_stays() {
    let ward = Ward::signed_in().await;
    ward.controller.lock(true).unwrap();
    until(&ward, Phase::Locked).await;
    let asked = ward.controller.state().locked.unwrap().switch_asked;

    ward.controller.refuse_switch().await;

    assert!(asked);
    let state = ward.controller.state();
    assert_eq!(state.phase, Phase::Locked);
    assert!(!state.locked.unwrap().switch_asked);
}

#[tokio::test]
async fn what_was_begun_before_a_lock_is_not_finished_behind_it_nor_by_whoever_comes_next() {
    let ward = Ward::signed_in().await;
    let visit = ward.controller.visit().unwrap();
    ward.controller.still(&visit).unwrap();
    ward.controller.lock(false).unwrap();
    until(&ward, Phase::Locked).await;

    let behind = ward.controller.still(&visit).unwrap_err();
    ward.controller.sign_out().await.unwrap();
    let after = ward.controller.still(&visit).unwrap_err();
    ward.controller.sign_in().await.unwrap();
    let next = ward.controller.still(&visit).unwrap_err();

    let codes = [behind.code, after.code, next.code];
    assert_eq!(codes, ["locked", "not_signed_in", "session_ended"]);
}

#[tokio::test]
async fn pages_that_began_anew_are_told_what_a_sign_out_left_behind_until_somebody_signs_in() {
    let ward = Ward::signed_in().await;
    let file = ward.folder.path().join("session");
    std::fs::create_dir_all(file.join("in the way")).unwrap();

    let fault = ward.controller.sign_out().await.unwrap_err();
    let told = ward.controller.state().trouble;
    std::fs::remove_dir_all(&file).unwrap();
    ward.controller.sign_in().await.unwrap();

    assert_eq!(fault.code, "sign_out_incomplete");
    assert_eq!(told, Some(fault));
    assert_eq!(ward.controller.state().trouble, None);
}

#[tokio::test]
async fn whoever_cancels_a_switch_under_way_is_turned_away_and_nobody_is_signed_in() {
    let (ward, work) = asked_to_take_over().await;

    let (outcome, ()) = tokio::join!(ward.controller.confirm_switch(), async {
        while ward.controller.state().phase != Phase::SigningIn {
            tokio::task::yield_now().await;
        }
        ward.controller.cancel_sign_in();
    });

    assert_eq!(outcome.unwrap_err().code, "cancelled");
    let state = ward.controller.state();
    assert_eq!(state.phase, Phase::SignedOut);
    assert_eq!(state.trouble, None);
    assert_eq!(work.session.end(), Some(::session::SessionEnd::Switched));
}

#[tokio::test]
async fn the_lock_is_opened_apart_from_the_browser_that_signs_people_in() {
    let ward = Ward::open().await;
    let parts = &ward.controller.parts;

    let unlocks = ward.controller.unlock_parts().agent;
    let signs_in = ward.controller.sign_in_parts().agent;

    assert!(Arc::ptr_eq(&unlocks, &parts.signing_agent));
    assert!(Arc::ptr_eq(&signs_in, &parts.sign_in_agent));
}

#[tokio::test]
async fn a_session_that_was_left_before_a_restart_goes_on_behind_its_lock() {
    let ward = Ward::signed_in().await;
    let (turn, work) = ward.controller.signed_in().unwrap();
    let (turn, _) = ward
        .controller
        .exchange(turn, At::Restoring, None)
        .ok()
        .unwrap();

    let session = work.session.clone();
    ward.controller
        .admit(turn, session, session::Door::Locked, Event::SessionRestored)
        .await
        .unwrap();

    let locked = ward.controller.state().locked.unwrap();
    assert_eq!(locked.reason, crate::ipc::LockReason::Restart);
    assert_eq!(ward.controller.worklist().await.unwrap_err().code, "locked");
    ward.controller.unlock().await.unwrap();
    assert_eq!(ward.controller.state().phase, Phase::SignedIn);
}

#[tokio::test]
async fn a_session_that_nothing_keeps_ends_with_the_application() {
    let ward = Ward::signed_in().await;
    let work = ward.controller.work().unwrap();

    ward.controller.close().await;

    assert_eq!(work.session.end(), Some(::session::SessionEnd::SignedOut));
    let log = ward.log();
    assert!(log.rfind("signed_out").unwrap() < log.rfind("stopped").unwrap());
    assert!(log.contains("\"tokens_revoked\":true"), "{log}");
}

#[tokio::test]
async fn nobody_locks_a_kiosk_that_signs_out_whoever_left() {
    let idp = Idp::start(IdpConfig::default()).await.unwrap();
    let kiosk = "profile = \"kiosk\"";
    let ward = Ward::open_with(idp.issuer(), "http://127.0.0.1:9/", kiosk, Untouched(None)).await;
    let ward = ward.sign_in().await;

    let fault = ward.controller.lock(false).unwrap_err();

    assert_eq!(fault.code, "not_allowed_here");
    assert!(!ward.controller.state().allowed.locking);
}

#[tokio::test]
async fn signing_out_works_behind_the_lock() {
    let ward = locked().await;

    ward.controller.sign_out().await.unwrap();

    let state = ward.controller.state();
    assert_eq!(state.phase, Phase::SignedOut);
    assert_eq!(state.ended, Some(SessionEnd::SignedOut));
    assert_eq!(state.locked, None);
}

#[tokio::test]
async fn a_computer_that_nobody_touches_locks() {
    let idp = Idp::start(IdpConfig::default()).await.unwrap();
    let hour = Untouched(Some(Duration::from_hours(1)));
    let records = "http://127.0.0.1:9/";
    let ward = Ward::open_with(idp.issuer(), records, "", hour).await;
    let ward = ward.sign_in().await;

    until(&ward, Phase::Locked).await;

    let locked = ward.controller.state().locked.unwrap();
    assert_eq!(locked.reason, crate::ipc::LockReason::Idle);
}

#[tokio::test]
async fn a_kiosk_that_nobody_touches_signs_out_and_keeps_no_name() {
    let idp = Idp::start(IdpConfig::default()).await.unwrap();
    let hour = Untouched(Some(Duration::from_hours(1)));
    let kiosk = "profile = \"kiosk\"";
    let ward = Ward::open_with(idp.issuer(), "http://127.0.0.1:9/", kiosk, hour).await;
    let ward = ward.sign_in().await;

    until(&ward, Phase::SignedOut).await;

    let state = ward.controller.state();
    assert_eq!(state.ended, Some(SessionEnd::Idle));
    assert_eq!(state.ended_detail.unwrap().name, None);
    until_written(&ward, "\"idle\"").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_elsewhere_ends_the_session_here_and_an_unlock_does_not() {
    let clinic = Clinic::start(ClinicConfig {
        session_limit: SessionLimit::OnePerSubject,
        ..ClinicConfig::default()
    });
    let clinic = clinic.await.unwrap();
    let issuer = clinic.idp().issuer().to_owned();
    let records = clinic.records_url().to_string();
    let first = Ward::open_with(&issuer, &records, "", Untouched(None)).await;
    let first = first.sign_in().await;
    let second = Ward::open_with(&issuer, &records, "", Untouched(None)).await;

    first.controller.lock(false).unwrap();
    until(&first, Phase::Locked).await;
    first.controller.unlock().await.unwrap();
    first.controller.worklist().await.unwrap();
    let second = second.sign_in().await;
    until(&first, Phase::SignedOut).await;

    let state = first.controller.state();
    assert_eq!(state.ended, Some(SessionEnd::Elsewhere));
    assert_eq!(
        state.ended_detail.unwrap().device.as_deref(),
        Some("ward-3")
    );
    second.controller.worklist().await.unwrap();
}
