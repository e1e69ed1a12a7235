//! Every ending of a ceremony, provoked on real sockets; and after each of them nothing is left.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::time::Duration;

use ceremony::{AgentEnd, Ending, IdpSessionEnd, Outward, Progress, Step, StepState, TokenEnd};
use demo::idp::{ADAMS, BAKER, Fault, Faults};
use identity::Refusal;
use policy::Preflight;
use rstest::rstest;
use support::ports::Network;
use support::robot_agent::{Person, Troubles};
use support::{AMENDMENT, Ward, is_answered, page};

#[tokio::test]
async fn the_signer_who_signs_in_again_has_signed() {
    let mut ward = Ward::open().await;

    let ended = ward.sign_as(Person::SignsInAs(&ADAMS)).await;

    let Ending::Recorded(standing) = &ended.ending else {
        panic!("{:?}", ended.ending);
    };
    assert_eq!(
        standing.receipt.records[0].id,
        ward.amendment(AMENDMENT).await.record.id
    );
    assert_eq!(ward.clinic.committed().unwrap(), 1);
    assert_eq!(ended.outward(), Outward::Signed);
    assert_eq!(ended.cleanup.access_token, TokenEnd::Revoked);
    assert_eq!(ended.cleanup.idp_session, IdpSessionEnd::Ended);
    assert!(ended.cleanup.is_complete(), "{:?}", ended.cleanup);
    assert!(ward.waiting().is_empty());
    ward.is_clean().await;
    assert_eq!(
        ward.events(),
        [
            "signing_started",
            "preflight_passed",
            "signature_sealed",
            "signature_recorded",
            "cleaned_up"
        ]
    );
}

#[tokio::test]
async fn the_saved_evidence_verifies_offline_and_carries_its_receipt() {
    let mut ward = Ward::open().await;

    let ended = ward.sign_as(Person::SignsInAs(&ADAMS)).await;

    let Ending::Recorded(standing) = ended.ending else {
        panic!("{:?}", ended.ending);
    };
    let archive = ward.line.client.archive().await.unwrap();
    let archive = evidence::Archive::parse(&archive).unwrap();
    let verified = evidence::verify::offline(&standing.evidence, &archive).unwrap();
    assert_eq!(verified.sha256(), standing.evidence_sha256);
}

#[tokio::test]
async fn the_seven_steps_are_reported_in_their_order() {
    let mut ward = Ward::open().await;

    ward.sign_as(Person::SignsInAs(&ADAMS)).await;

    let reports = ward.progress.lock().unwrap().clone();
    assert!(matches!(reports[0], Progress::Began { .. }));
    let done: Vec<Step> = reports
        .iter()
        .filter_map(|report| match report {
            Progress::Step {
                step,
                state: StepState::Done,
                ..
            } => Some(*step),
            _ => None,
        })
        .collect();
    assert_eq!(done, Step::ALL);
}

#[tokio::test]
async fn whoever_looks_for_the_port_of_a_ceremony_finds_it_and_no_other() {
    let bind = || identity::Listener::bind(&[], &policy::RedirectPath::Random, page());
    let (listener, other) = (bind().await.unwrap(), bind().await.unwrap());
    let address = listener.redirect_uri().clone();
    let mut elsewhere = address.clone();
    elsewhere.set_port(other.redirect_uri().port()).unwrap();

    assert!(is_answered(&address).await);
    assert!(is_answered(&address).await, "while a callback waits");
    assert!(!is_answered(&elsewhere).await);
    drop(listener);
    assert!(!is_answered(&address).await);
}

#[tokio::test]
async fn a_callback_that_comes_through_the_port_counts_as_well() {
    let mut ward = Ward::open().await;
    let ended = ward.sign_as(Person::SignsInOutsideAs(&ADAMS)).await;
    assert!(matches!(ended.ending, Ending::Recorded(_)), "{ended:?}");
    ward.is_clean().await;
}

#[tokio::test]
async fn a_page_that_may_not_be_visited_does_not_end_the_ceremony() {
    let mut ward = Ward::open().await;

    let ended = ward.sign_as(Person::WandersOffAndSignsInAs(&ADAMS)).await;

    assert!(matches!(ended.ending, Ending::Recorded(_)), "{ended:?}");
    let host = "elsewhere.example".to_owned();
    let told = ward
        .progress
        .lock()
        .unwrap()
        .contains(&Progress::HostRefused { host });
    assert!(told);
}

#[tokio::test]
async fn closing_the_window_cancels() {
    let mut ward = Ward::open().await;
    let ended = ward.sign_as(Person::ClosesTheWindow).await;
    assert_eq!(ended.ending, Ending::Cancelled);
    assert_eq!(ended.outward(), Outward::Cancelled);
    assert_not_applied(&ward, "signature_cancelled").await;
}

#[tokio::test]
async fn the_cancel_button_cancels() {
    let mut ward = Ward::open().await;
    ward.agent.now_in_front(Person::DoesNothing);
    let under_way = ward.begin().await;
    wait_for(&ward, Step::Signer).await;

    under_way.bring_forward().await;
    under_way.cancel();
    let ended = under_way.ended().await.unwrap();

    assert_eq!(ended.ending, Ending::Cancelled);
    assert!(
        ward.agent
            .brought_forward
            .load(std::sync::atomic::Ordering::SeqCst)
    );
    assert_not_applied(&ward, "signature_cancelled").await;
}

#[tokio::test]
async fn a_window_that_opens_after_the_cancellation_is_closed_all_the_same() {
    let mut ward = Ward::open().await;
    ward.agent.have(Troubles {
        slow_to_open: true,
        ..Troubles::default()
    });
    let under_way = ward.begin().await;
    wait_for(&ward, Step::Window).await;

    under_way.cancel();
    let ended = under_way.ended().await.unwrap();

    assert_eq!(ended.ending, Ending::Cancelled);
    assert!(matches!(ended.cleanup.agent, AgentEnd::Closed(_)));
    assert_not_applied(&ward, "signature_cancelled").await;
}

#[tokio::test]
async fn the_time_limit_ends_the_wait() {
    let mut ward = Ward::with_policy(|policy| policy.signing.timeout_s = 2).await;
    let ended = ward.sign_as(Person::DoesNothing).await;
    assert_eq!(ended.ending, Ending::TimedOut);
    assert_eq!(ended.outward(), Outward::TimedOut);
    assert_not_applied(&ward, "signature_timed_out").await;
}

#[tokio::test]
async fn time_goes_on_while_the_machine_sleeps() {
    let mut ward = Ward::open().await;
    ward.agent.now_in_front(Person::DoesNothing);
    let under_way = ward.begin().await;
    wait_for(&ward, Step::Signer).await;

    ward.wall.is_off_by(jiff::SignedDuration::from_mins(6));
    // Without the sleep it would end after five minutes.
    let ended = tokio::time::timeout(Duration::from_mins(1), under_way.ended()).await;

    assert_eq!(ended.unwrap().unwrap().ending, Ending::TimedOut);
}

#[tokio::test]
async fn somebody_else_is_a_mismatch_and_the_screen_does_not_say_so() {
    let mut ward = Ward::open().await;

    let ended = ward.sign_as(Person::SignsInAs(&BAKER)).await;

    assert_eq!(ended.ending, Ending::SignerMismatch);
    assert_eq!(ended.outward(), Outward::NotApplied);
    assert_eq!(ended.cleanup.access_token, TokenEnd::Revoked);
    assert_not_applied(&ward, "signer_mismatch").await;
    let who = ward
        .entries()
        .into_iter()
        .find_map(|entry| match entry.event {
            audit::Event::SignerMismatch { found, .. } => Some(found.name.as_str().to_owned()),
            _ => None,
        });
    assert_eq!(who.as_deref(), Some("B. Baker"));
}

#[rstest]
#[case::nonce(Fault::NonceWrong, Refusal::NonceMismatch)]
#[case::state(Fault::StateWrong, Refusal::StateMismatch)]
#[case::issuer(Fault::ResponseIssuerWrong, Refusal::ResponseIssuerMismatch)]
#[case::stale(Fault::AuthTimeStale, Refusal::AuthTimeStale)]
#[case::signature(Fault::SignatureByStranger, Refusal::SignatureInvalid)]
#[case::delegated(Fault::Delegated, Refusal::Delegated)]
#[tokio::test]
async fn what_the_table_refuses_ends_the_ceremony(#[case] fault: Fault, #[case] refusal: Refusal) {
    let mut ward =
        Ward::with_policy(|policy| policy.signing.ambient_preflight = Preflight::Off).await;
    ward.idp().set_faults(Faults::only(fault));

    let ended = ward.sign_as(Person::SignsInAs(&ADAMS)).await;

    assert_eq!(ended.ending, Ending::Refused(refusal));
    assert_eq!(ended.outward(), Outward::NotApplied);
    assert!(ward.events().contains(&"signature_refused"));
    assert_eq!(ward.clinic.committed().unwrap(), 0);
    assert!(ward.agent.is_closed());
    assert_eq!(ward.foreign_tokens(), []);
    ward.idp().set_faults(Faults::none());
    assert!(ward.session_still_works().await);
}

#[tokio::test]
async fn a_record_that_changed_meanwhile_is_named() {
    let mut ward = Ward::open().await;
    let request = ward.request(AMENDMENT).await;
    let octets = ward.amendment(AMENDMENT).await.proposed;
    ward.clinic
        .change_record_behind(AMENDMENT, octets.as_slice())
        .unwrap();

    let ended = ward.begin_with(request).unwrap().ended().await.unwrap();

    assert_eq!(ended.ending, Ending::RecordChanged);
    assert_eq!(ended.outward(), Outward::RecordChanged);
    assert!(ward.events().contains(&"record_changed"));
    assert_eq!(ward.clinic.committed().unwrap(), 0);
}

#[tokio::test]
async fn an_answer_that_is_lost_is_asked_for_and_signed_once() {
    let mut ward = Ward::open().await;
    ward.set_network(Network::LosesTheFirstAnswer);

    let ended = ward.sign_as(Person::SignsInAs(&ADAMS)).await;

    assert!(matches!(ended.ending, Ending::Recorded(_)), "{ended:?}");
    assert_eq!(ward.clinic.committed().unwrap(), 1);
    assert_eq!(ward.submissions(), 1);
    assert!(ward.waiting().is_empty());
}

#[tokio::test]
async fn what_becomes_of_a_lost_delivery_is_settled_later_without_signing_again() {
    let mut ward = Ward::open().await;
    ward.set_network(Network::LosesAnswers);
    let under_way = ward.begin().await;
    wait_until(|| ward.submissions() > 0).await;

    under_way.cancel();
    let ended = under_way.ended().await.unwrap();

    let Ending::Unconfirmed(open) = &ended.ending else {
        panic!("{ended:?}");
    };
    assert_eq!(ended.outward(), Outward::Unconfirmed);
    assert!(!ended.ending.is_not_applied());
    assert_eq!(ward.waiting()[0].note.signature_id, open.signature_id);
    ward.is_clean().await;

    ward.set_network(Network::Works);
    let now = jiff::Timestamp::now();
    let token = ward.session.access_token(now).await.unwrap();
    let actor = audit::Actor::Device("ward-3".into());
    let round = ward
        .courier()
        .turn()
        .await
        .round(&ward.person(), &token, &actor, now)
        .await
        .unwrap();

    assert!(
        matches!(&round[..], [ceremony::Delivered::Recorded { .. }]),
        "{round:?}"
    );
    assert!(ward.waiting().is_empty());
    assert_eq!(ward.clinic.committed().unwrap(), 1);
    assert_eq!(ward.agent.jars.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_second_factor_that_is_demanded_and_missing_leaves_the_signature_undone() {
    let demanding = || demo::clinic::ClinicConfig {
        second_factor: true,
        ..Default::default()
    };
    let mut ward = Ward::open_with(demanding(), |policy| policy.signing.timeout_s = 3).await;
    let ended = ward.sign_as(Person::SignsInAs(&ADAMS)).await;
    assert_eq!(ended.ending, Ending::TimedOut);

    let mut ward = Ward::open_with(demanding(), |_| {}).await;
    let ended = ward.sign_as(Person::SignsInFullyAs(&ADAMS)).await;
    assert!(matches!(ended.ending, Ending::Recorded(_)), "{ended:?}");
}

async fn assert_not_applied(ward: &Ward, event: &str) {
    assert!(ward.events().contains(&event), "{:?}", ward.events());
    assert_eq!(ward.events().last(), Some(&"cleaned_up"));
    assert_eq!(ward.clinic.committed().unwrap(), 0);
    assert!(ward.waiting().is_empty());
    assert!(ward.session_still_works().await);
    ward.is_clean().await;
}

async fn wait_for(ward: &Ward, wanted: Step) {
    wait_until(|| {
        ward.progress
            .lock()
            .unwrap()
            .iter()
            .any(|report| matches!(report, Progress::Step { step, .. } if *step == wanted))
    })
    .await;
}

async fn wait_until(holds: impl Fn() -> bool) {
    for _ in 0..200 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it never came to that");
}
