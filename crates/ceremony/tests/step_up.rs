//! RFC 9470: a records API that asks for another authentication gets one, once, and never a weaker one.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use ceremony::{Ended, Ending, Failure, Outward, SharedOutbox};
use demo::idp::{ACR_ONE_FACTOR, ACR_TWO_FACTORS, ADAMS, BAKER, Endpoint};
use records::WaitingState;
use support::ports::{Network, Unmarkable};
use support::robot_agent::Person;
use support::{AMENDMENT, Ward};

const FULLY: Person = Person::SignsInFullyAs(&ADAMS);

/// What the sign-ins of the ceremonies were asked for: the preflights left aside, and the session's own sign-in.
fn asked(ward: &Ward, parameter: &str) -> Vec<Option<String>> {
    let requests = ward.idp().requests();
    let of = |request: &demo::idp::Request, name: &str| {
        let mut parameters = request.parameters.iter();
        parameters
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.clone())
    };
    requests
        .iter()
        .filter(|request| request.endpoint == Endpoint::PushedRequest)
        .filter(|request| of(request, "prompt").as_deref() == Some("login"))
        .skip(1)
        .map(|request| of(request, parameter))
        .collect()
}

fn sealed(ended: &Ended) -> evidence::Bundle {
    let Ending::Recorded(recorded) = &ended.ending else {
        panic!("{:?}", ended.ending);
    };
    evidence::Bundle::parse(&recorded.evidence).unwrap()
}

fn signed_with(ended: &Ended) -> Vec<String> {
    let bundle = sealed(ended);
    bundle.statement().authentication.acr_values.clone()
}

/// Nobody was asked to sign again, and the evidence of the only round still waits to be delivered.
fn is_open_after_one_round(ward: &Ward, ended: &Ended) {
    assert!(matches!(ended.ending, Ending::Unconfirmed(_)), "{ended:?}");
    assert_eq!(ended.outward(), Outward::Unconfirmed);
    assert_eq!(asked(ward, "acr_values"), [None]);
    assert_eq!(ward.agent.jars.lock().unwrap().len(), 1);
    let waiting = ward.waiting();
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].note.state, WaitingState::Waiting);
    assert!(ward.events().contains(&"signature_unconfirmed"));
    assert!(!ward.events().contains(&"signature_failed"));
}

#[tokio::test]
async fn what_a_refused_challenge_demands_is_demanded_of_the_signer() {
    let mut ward = Ward::open().await;
    ward.challenges.refusals.store(1, Ordering::SeqCst);

    let ended = ward.sign_as(FULLY).await;

    assert_eq!(signed_with(&ended), [ACR_TWO_FACTORS]);
    assert_eq!(
        asked(&ward, "acr_values"),
        [Some(ACR_TWO_FACTORS.to_owned())]
    );
    ward.is_clean().await;
}

#[tokio::test]
async fn a_challenge_is_asked_for_twice_and_no_more() {
    let mut ward = Ward::open().await;
    ward.challenges.refusals.store(5, Ordering::SeqCst);

    let ended = ward.sign_as(FULLY).await;

    assert_eq!(ended.ending, Ending::Failed(Failure::StepUpUnmet));
    assert_eq!(ended.outward(), Outward::Local(Failure::StepUpUnmet));
    assert_eq!(ward.challenges.refusals.load(Ordering::SeqCst), 3);
    assert!(asked(&ward, "acr_values").is_empty());
}

#[tokio::test]
async fn after_a_refused_submission_the_signer_authenticates_once_more_and_better() {
    let mut ward = Ward::open().await;
    ward.set_network(Network::DemandsMoreOnce);

    let ended = ward.sign_as(FULLY).await;

    assert_eq!(signed_with(&ended), [ACR_TWO_FACTORS]);
    assert_eq!(
        asked(&ward, "acr_values"),
        [None, Some(ACR_TWO_FACTORS.to_owned())]
    );
    assert_eq!(ward.submissions(), 2);
    assert_eq!(ward.clinic.committed().unwrap(), 1);
    assert!(ended.cleanup.is_complete(), "{:?}", ended.cleanup);
    ward.is_clean().await;
}

#[tokio::test]
async fn what_a_refused_challenge_demands_is_demanded_in_the_second_round_too() {
    let mut ward = Ward::open().await;
    ward.challenges.refusals.store(1, Ordering::SeqCst);
    ward.set_network(Network::DemandsFresherOnce);

    let ended = ward.sign_as(FULLY).await;

    let two_factors = || Some(ACR_TWO_FACTORS.to_owned());
    assert_eq!(asked(&ward, "acr_values"), [two_factors(), two_factors()]);
    assert_eq!(signed_with(&ended), [ACR_TWO_FACTORS]);
    ward.is_clean().await;
}

#[tokio::test]
async fn a_submission_that_excludes_what_the_challenge_demanded_begins_no_second_round() {
    let mut ward = Ward::open().await;
    ward.challenges.refusals.store(1, Ordering::SeqCst);
    ward.set_network(Network::DemandsOneFactorOnce);

    let ended = ward.sign_as(FULLY).await;

    assert_eq!(ended.ending, Ending::Failed(Failure::DemandsConflict));
    assert_eq!(ward.agent.jars.lock().unwrap().len(), 1);
    assert_eq!(ward.submissions(), 1);
    assert_eq!(ward.clinic.committed().unwrap(), 0);
    ward.is_clean().await;
}

#[tokio::test]
async fn nobody_signs_again_while_the_fate_of_the_first_signature_is_unknown() {
    let mut ward = Ward::open().await;
    ward.set_network(Network::LosesTheFirstAnswerThenDemandsMore);

    let ended = ward.sign_as(FULLY).await;

    is_open_after_one_round(&ward, &ended);
    assert_eq!(ward.submissions(), 2);
    assert_eq!(ward.clinic.committed().unwrap(), 1);
    ward.is_clean().await;
}

#[tokio::test]
async fn nobody_signs_again_while_the_outbox_would_still_send_the_first_signature() {
    let mut ward = Ward::open().await;
    ward.set_network(Network::DemandsMoreOnce);
    ward.agent.now_in_front(FULLY);
    let request = ward.request(AMENDMENT).await;
    let mut ports = ward.ports();
    let outbox = SharedOutbox(ward.outbox.clone());
    ports.outbox = Some(Arc::new(Unmarkable(outbox)));

    let under_way = ward.desk().begin(request, ports, Arc::new(|_| {}));
    let ended = under_way.unwrap().ended().await.unwrap();

    is_open_after_one_round(&ward, &ended);
    assert_eq!(ward.submissions(), 1);
    assert_eq!(ward.clinic.committed().unwrap(), 0);
    ward.is_clean().await;
}

#[tokio::test]
async fn the_second_round_has_a_window_a_jar_a_key_and_a_token_of_its_own() {
    let mut ward = Ward::open().await;
    ward.set_network(Network::DemandsMoreOnce);

    let ended = ward.sign_as(FULLY).await;

    assert_eq!(ward.agent.jars.lock().unwrap().len(), 2);
    let keys = asked(&ward, "dpop_jkt");
    assert!(keys[0].is_some() && keys[0] != keys[1], "{keys:?}");
    // The key that seals is the one that this round's tokens are bound to.
    assert_eq!(keys[1..], [sealed(&ended).key_thumbprint()]);
    let tokens = ward.line.tokens.lock().unwrap().clone();
    assert_ne!(tokens[0], tokens[1]);
    assert!(!ward.idp().is_token_active(&tokens[0]));
}

#[tokio::test]
async fn a_records_api_that_is_never_content_ends_the_ceremony_after_the_second_round() {
    let mut ward = Ward::open().await;
    ward.set_network(Network::DemandsMoreEachTime);

    let ended = ward.sign_as(FULLY).await;

    assert_eq!(ended.ending, Ending::Failed(Failure::StepUpUnmet));
    assert_eq!(ward.submissions(), 2);
    assert_eq!(ward.clinic.committed().unwrap(), 0);
    assert!(ward.session_still_works().await);
    let failed = ward
        .events()
        .iter()
        .filter(|name| **name == "signature_failed")
        .count();
    assert_eq!(failed, 2, "{:?}", ward.events());
    ward.is_clean().await;
}

#[tokio::test]
async fn demands_that_policy_excludes_are_not_met_by_giving_way() {
    let only_one = |policy: &mut policy::Policy| {
        policy.signing.acr_values = vec![ACR_ONE_FACTOR.to_owned()];
    };
    let mut ward = Ward::with_policy(only_one).await;
    ward.set_network(Network::DemandsMoreOnce);

    let ended = ward.sign_as(FULLY).await;

    assert_eq!(ended.ending, Ending::Failed(Failure::DemandsConflict));
    assert_eq!(ward.clinic.committed().unwrap(), 0);
    ward.is_clean().await;
}

#[tokio::test]
async fn somebody_else_in_the_second_round_is_a_mismatch_as_in_the_first() {
    let mut ward = Ward::open().await;
    ward.set_network(Network::DemandsMoreOnce);
    let agent = ward.agent.clone();
    *ward.agent.meanwhile.lock().unwrap() = Some(Box::new(move || {
        agent.now_in_front(Person::SignsInFullyAs(&BAKER));
    }));

    let ended = ward.sign_as(FULLY).await;

    assert_eq!(ended.ending, Ending::SignerMismatch);
    assert_eq!(ward.clinic.committed().unwrap(), 0);
    ward.is_clean().await;
}
