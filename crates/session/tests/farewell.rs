//! The end of the session at the identity provider: known only when the provider leads back with our state.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use demo::idp::{ADAMS, Fault, Faults};
use identity::{Client, RelyingParty};
use jiff::Timestamp;
use policy::RedirectPath;
use rstest::rstest;
use session::{IdpSessionEnd, TokenEnd};
use support::Home;
use support::robot_agent::Person;

#[rstest]
#[case::any_port(&[], "http://127.0.0.1/callback")]
#[case::a_registered_port(&[18_123, 18_124], "http://127.0.0.1:18123/callback")]
#[tokio::test]
async fn a_way_back_with_the_state_that_was_sent_ends_the_providers_session(
    #[case] ports: &[u16],
    #[case] address: &str,
) {
    let mut home = Home::new(Person::SignsInAs(&ADAMS)).await;
    ports.clone_into(&mut home.policy.identity.redirect_ports);
    come_back(&mut home);
    let expected = home.relying_party.client().logout_return.clone();
    assert_eq!(expected.unwrap().as_str(), address);

    assert_eq!(sign_out(&home).await, IdpSessionEnd::Ended);
    assert!(home.idp.sessions().is_empty());
}

#[rstest]
#[case::another_state(Fault::LogoutStateOther, IdpSessionEnd::LeftToExpire)]
#[case::no_state(Fault::LogoutStateMissing, IdpSessionEnd::LeftToExpire)]
#[case::a_question_first(Fault::LogoutAsks, IdpSessionEnd::Asked)]
#[tokio::test]
async fn a_way_back_without_it_confirms_nothing(
    #[case] fault: Fault,
    #[case] expected: IdpSessionEnd,
) {
    let mut home = Home::new(Person::SignsInAs(&ADAMS)).await;
    come_back(&mut home);
    home.idp.set_faults(Faults::only(fault));
    assert_eq!(sign_out(&home).await, expected);
}

#[tokio::test]
async fn without_the_policy_nobody_knows() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    assert_eq!(home.relying_party.client().logout_return, None);
    assert_eq!(sign_out(&home).await, IdpSessionEnd::Asked);
}

fn come_back(home: &mut Home) {
    home.policy.identity.post_logout_redirect = true;
    home.policy.identity.redirect_path = RedirectPath::Fixed("/callback".to_owned());
    home.relying_party = RelyingParty::new(Client::from(&home.policy), home.transport.clone());
}

/// Signs in and out. The tokens are gone in any case.
async fn sign_out(home: &Home) -> IdpSessionEnd {
    let session = home.sign_in().await.unwrap().session;
    let signed_out = session.sign_out(&home.transport, Timestamp::now()).await;
    assert!(signed_out.wiped.is_ok());
    assert_eq!(signed_out.refresh_token, TokenEnd::Revoked);
    assert!(home.idp.active_tokens().is_empty());
    signed_out.idp_session
}
