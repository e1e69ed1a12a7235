//! The end of the identity provider's session in the ceremony's own jar, where the provider leads back afterwards.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use ceremony::{Ending, IdpSessionEnd};
use demo::idp::{ADAMS, Endpoint, Fault, Faults};
use rstest::rstest;
use support::Ward;
use support::robot_agent::Person;

#[tokio::test]
async fn a_way_back_with_the_state_that_was_sent_ends_the_providers_session() {
    let mut ward = coming_back(Faults::none()).await;

    let ended = ward.sign_as(Person::SignsInAs(&ADAMS)).await;

    assert!(matches!(ended.ending, Ending::Recorded(_)), "{ended:?}");
    assert_eq!(ended.cleanup.idp_session, IdpSessionEnd::Ended);
    let ways_back = states_of_ways_back(&ward);
    assert_eq!(ways_back.len(), 1);
    assert!(ways_back[0].as_ref().is_some_and(|state| state.len() > 20));
}

#[rstest]
#[case::another_state(Fault::LogoutStateOther)]
#[case::no_state(Fault::LogoutStateMissing)]
#[case::no_way_back(Fault::LogoutAsks)]
#[tokio::test]
async fn a_way_back_without_it_confirms_nothing_and_changes_no_signature(#[case] fault: Fault) {
    let mut ward = coming_back(Faults::only(fault)).await;

    let ended = ward.sign_as(Person::SignsInAs(&ADAMS)).await;

    assert!(matches!(ended.ending, Ending::Recorded(_)), "{ended:?}");
    assert_eq!(ended.cleanup.idp_session, IdpSessionEnd::LeftToExpire);
    assert!(ward.agent.is_closed());
    // Whoever came back is not asked for anything else.
    let asked = ward.idp().requests();
    let farewell = asked
        .iter()
        .rposition(|r| r.endpoint == Endpoint::EndSession);
    let after = &asked[farewell.unwrap() + 1..];
    assert!(after.iter().all(|r| r.endpoint != Endpoint::Authorization));
}

#[tokio::test]
async fn without_the_policy_nobody_is_led_back() {
    let mut ward = Ward::open().await;
    let ended = ward.sign_as(Person::SignsInAs(&ADAMS)).await;
    assert_eq!(ended.cleanup.idp_session, IdpSessionEnd::Ended);
    assert_eq!(states_of_ways_back(&ward), Vec::<Option<String>>::new());
}

async fn coming_back(faults: Faults) -> Ward {
    let ward = Ward::with_policy(|policy| policy.identity.post_logout_redirect = true).await;
    ward.idp().set_faults(faults);
    ward
}

/// The callbacks that are no answers to an authorization request, by their states.
fn states_of_ways_back(ward: &Ward) -> Vec<Option<String>> {
    let callbacks = ward.agent.callbacks.lock().unwrap();
    let value = |url: &url::Url, name: &str| {
        let mut pairs = url.query_pairs();
        pairs
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.into_owned())
    };
    callbacks
        .iter()
        .filter(|url| value(url, "code").is_none() && value(url, "error").is_none())
        .map(|url| value(url, "state"))
        .collect()
}
