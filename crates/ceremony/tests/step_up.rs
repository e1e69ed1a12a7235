//! RFC 9470: a records API that asks for another authentication gets one, once, and never a weaker one.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::sync::atomic::Ordering;

use ceremony::{Ended, Ending, Failure, Outward};
use demo::idp::{ACR_ONE_FACTOR, ACR_TWO_FACTORS, ADAMS, BAKER, Endpoint};
use support::Ward;
use support::ports::Network;
use support::robot_agent::Person;

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

fn signed_with(ended: &Ended) -> Vec<String> {
    let Ending::Recorded(recorded) = &ended.ending else {
        panic!("{:?}", ended.ending);
    };
    let bundle = evidence::Bundle::parse(&recorded.evidence).unwrap();
    bundle.statement().authentication.acr_values.clone()
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
async fn the_second_round_has_a_window_a_jar_a_key_and_a_token_of_its_own() {
    let mut ward = Ward::open().await;
    ward.set_network(Network::DemandsMoreOnce);

    ward.sign_as(FULLY).await;

    assert_eq!(ward.agent.jars.lock().unwrap().len(), 2);
    let keys = asked(&ward, "dpop_jkt");
    assert!(keys[0].is_some() && keys[0] != keys[1], "{keys:?}");
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
