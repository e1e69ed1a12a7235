//! RP-Initiated Logout: the way back is ours only with the state that was sent.

use demo::idp::{ADAMS, CLIENT_ID, Fault, Faults};
use demo::robot::{Browser, Landing};
use identity::{EndSession, Expectations, Provider, Refusal, Return};
use jiff::Timestamp;
use url::Url;

use crate::common::{Clinic, redirect_uri};

#[tokio::test]
async fn oidcc_client_test_rp_init_logout() {
    let (asked, clinic, jar) = signed_in_with(Faults::none()).await;
    assert_eq!(asked.judge(&led_to(&jar, &asked).await), Return::Ours);
    assert!(clinic.idp.sessions().is_empty());
}

/// The suite is content with a client that does not break. This one knows that nobody answered its request.
#[tokio::test]
async fn oidcc_client_test_rp_init_logout_other_state() {
    let (asked, _clinic, jar) = signed_in_with(Faults::only(Fault::LogoutStateOther)).await;
    let foreign = Return::Foreign(Refusal::StateMismatch);
    assert_eq!(asked.judge(&led_to(&jar, &asked).await), foreign);
}

#[tokio::test]
async fn oidcc_client_test_rp_init_logout_no_state() {
    let (asked, _clinic, jar) = signed_in_with(Faults::only(Fault::LogoutStateMissing)).await;
    let foreign = Return::Foreign(Refusal::StateMismatch);
    assert_eq!(asked.judge(&led_to(&jar, &asked).await), foreign);
}

#[tokio::test]
async fn every_request_to_end_a_session_has_a_state_of_its_own() {
    let (provider, _clinic, _jar, hint) = somebody(Faults::none()).await;
    let (one, two) = (ending(&provider, &hint), ending(&provider, &hint));
    assert_ne!(state_of(&one), state_of(&two));
    assert_eq!(
        one.judge(&back_with(&[("state", &state_of(&one))])),
        Return::Ours
    );
    let foreign = Return::Foreign(Refusal::StateMismatch);
    assert_eq!(
        one.judge(&back_with(&[("state", &state_of(&two))])),
        foreign
    );
}

#[tokio::test]
async fn a_way_back_with_two_states_or_to_another_address_is_none() {
    let (provider, _clinic, _jar, hint) = somebody(Faults::none()).await;
    let asked = ending(&provider, &hint);
    let state = state_of(&asked);

    let twice = back_with(&[("state", &state), ("state", "other")]);
    let malformed = Return::Foreign(Refusal::CallbackMalformed);
    assert_eq!(asked.judge(&twice), malformed);
    for elsewhere in [
        format!("http://127.0.0.1:49998/callback?state={state}"),
        format!("http://127.0.0.1:49999/other?state={state}"),
        format!("http://127.0.0.1:49999/callback?state={state}#x"),
    ] {
        let url = elsewhere.parse().unwrap();
        assert_eq!(asked.judge(&url), Return::Elsewhere, "{elsewhere}");
    }
}

#[tokio::test]
async fn without_an_address_to_come_back_to_no_state_is_sent_and_nothing_is_a_way_back() {
    let (provider, _clinic, _jar, hint) = somebody(Faults::none()).await;
    let asked = provider.end_session(Some(&hint), CLIENT_ID, None).unwrap();
    assert!(!asked.comes_back());
    assert_eq!(parameter(&asked.url, "state"), None);
    assert_eq!(asked.judge(&redirect_uri()), Return::Elsewhere);
    assert!(!format!("{asked:?}").contains(&hint));
}

/// Somebody who is signed in in a jar, and a request to end that.
async fn signed_in_with(faults: Faults) -> (EndSession, Clinic, Browser) {
    let (provider, clinic, jar, hint) = somebody(faults).await;
    let asked = ending(&provider, &hint);
    assert!(asked.comes_back());
    assert_eq!(clinic.idp.sessions().len(), 1);
    (asked, clinic, jar)
}

async fn somebody(faults: Faults) -> (Provider, Clinic, Browser, String) {
    let clinic = Clinic::with(faults).await;
    let now = Timestamp::now();
    let mut provider = clinic.party.discover(now).await.unwrap();
    let pending = clinic
        .request(&provider, &crate::common::forced())
        .await
        .unwrap();
    let jar = Browser::new();
    let callback = jar.sign_in(&pending.url, &ADAMS, true).await.unwrap();
    let code = pending.receive(&callback).unwrap();
    let redeemed = clinic
        .party
        .redeem(&mut provider, pending, code, &Expectations::default(), now)
        .await
        .unwrap();
    let hint = redeemed.id_token.raw().to_owned();
    (provider, clinic, jar, hint)
}

fn ending(provider: &Provider, hint: &str) -> EndSession {
    provider
        .end_session(Some(hint), CLIENT_ID, Some(&redirect_uri()))
        .unwrap()
}

async fn led_to(jar: &Browser, asked: &EndSession) -> Url {
    match jar.visit(&asked.url).await.unwrap() {
        Landing::Callback(address) => address,
        Landing::Page(page) => panic!("a page was shown: {}", page.status),
    }
}

fn back_with(parameters: &[(&str, &str)]) -> Url {
    let mut address = redirect_uri();
    address.query_pairs_mut().extend_pairs(parameters);
    address
}

fn state_of(asked: &EndSession) -> String {
    parameter(&asked.url, "state").expect("a state is sent")
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    let mut pairs = url.query_pairs();
    pairs
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
}
