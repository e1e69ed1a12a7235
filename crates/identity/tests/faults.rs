//! Faults of the demo identity provider that are none for the relying party, clocks, and the preflight.
//!
//! Those that end in a refusal or at an obstacle have their tests under its name, in `refusals.rs` and `obstacles.rs`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::attempt::{attempt, causes};
use common::{Clinic, Failed, forced, strict};
use demo::idp::{ADAMS, Endpoint, Expected, Fault, Faults};
use demo::robot::{Browser, Landing};
use identity::{Authenticated, Declined, Demands, IdentityError, Prompt, Refusal};
use jiff::Timestamp;

#[tokio::test]
async fn what_is_odd_but_within_the_standards_is_accepted() {
    let causes = causes(Expected::Accepted);
    assert!(causes.len() > 5);
    for fault in causes {
        let clinic = Clinic::with(Faults::only(fault)).await;
        let accepted = attempt(&clinic).await;
        assert!(accepted.is_ok(), "{}: {accepted:?}", fault.name());
    }
}

#[test]
fn every_fault_of_a_clock_is_among_those_that_are_tried_here() {
    let clocks = causes(Expected::ClockSkew);
    assert_eq!(clocks, [Fault::ClockAhead, Fault::ClockBehind]);
}

#[tokio::test]
async fn a_clock_that_is_ten_minutes_off_is_named() {
    for (fault, measured) in [(Fault::ClockAhead, 600), (Fault::ClockBehind, -600)] {
        let clinic = Clinic::with(Faults::only(fault)).await;
        match clinic.authenticate(&ADAMS).await {
            Err(Failed::Identity(IdentityError::ClockSkew { measured_s, .. })) => {
                assert!((measured_s - measured).abs() <= 5, "{measured_s}");
            }
            other => panic!("{}: {other:?}", fault.name()),
        }
    }
}

/// Without a key to prove, so that it is the token that the clocks are held against.
async fn by_token(faults: Faults) -> Result<Authenticated, IdentityError> {
    let clinic = Clinic::with(faults).await;
    let mut provider = clinic.party.discover(Timestamp::now()).await.unwrap();
    let demands = Demands {
        proof_key: None,
        ..forced()
    };
    let pending = clinic.request(&provider, &demands).await.unwrap();
    let callback = Browser::new()
        .sign_in(&pending.url, &ADAMS, true)
        .await
        .unwrap();
    let code = pending.receive(&callback).unwrap();
    let now = Timestamp::now();
    let redeemed = clinic
        .party
        .redeem(&mut provider, pending, code, &strict(), now)
        .await;
    assert!(clinic.idp.active_tokens().is_empty() || redeemed.is_ok());
    redeemed
}

#[tokio::test]
async fn a_token_that_only_the_clock_is_held_against_names_the_clock_and_its_refusal() {
    for (fault, refusal) in [
        (Fault::ClockAhead, Refusal::IssuedInFuture),
        (Fault::ClockBehind, Refusal::Expired),
    ] {
        match by_token(Faults::only(fault)).await {
            Err(IdentityError::ClockSkew {
                measured_s,
                refusal: Some(found),
            }) => {
                assert_eq!(found, refusal, "{}", fault.name());
                assert!((595..=605).contains(&measured_s.abs()), "{measured_s}");
            }
            other => panic!("{}: {other:?}", fault.name()),
        }
    }
}

/// Whoever can move a clock must not choose by it what IT gets to read.
#[tokio::test]
async fn a_token_that_more_than_the_clock_is_held_against_is_refused() {
    for clock in [Fault::ClockAhead, Fault::ClockBehind] {
        for fault in [
            Fault::Expired,
            Fault::IssuedTooOld,
            Fault::IssuedInFuture,
            Fault::NotYetValid,
            Fault::AuthTimeStale,
            Fault::AuthTimeFuture,
            Fault::AuthTimeMissing,
            Fault::NonceMissing,
            Fault::AcrLower,
            Fault::AmrPoor,
            Fault::AtHashWrong,
        ] {
            let refused = by_token(Faults::only(clock).with(fault)).await;
            assert!(
                matches!(refused, Err(IdentityError::Refused(_))),
                "{} with {}: {refused:?}",
                fault.name(),
                clock.name()
            );
        }
    }
}

#[tokio::test]
async fn an_unknown_key_has_the_key_set_fetched_again_once_and_not_at_every_token() {
    let clinic = Clinic::with(Faults::only(Fault::KidUnknown)).await;
    let mut provider = clinic.party.discover(Timestamp::now()).await.unwrap();
    for _ in 0..3 {
        let failed = clinic
            .authenticate_at(&mut provider, &ADAMS, &strict())
            .await
            .unwrap_err();
        assert_eq!(failed.refusal(), Some("key_not_found"));
    }
    let asked = clinic.idp.requests();
    let for_keys = asked.iter().filter(|r| r.endpoint == Endpoint::Keys);
    assert_eq!(for_keys.count(), 2, "one of discovery and one more");
}

#[tokio::test]
async fn an_empty_jar_answers_the_preflight_with_login_required() {
    let clinic = Clinic::open().await;
    assert_eq!(preflight(&clinic).await, Some(Declined::LoginRequired));
}

#[tokio::test]
async fn an_ambient_sign_in_answers_the_preflight_with_a_code() {
    let clinic = Clinic::with(Faults::only(Fault::AmbientSignIn)).await;
    assert_eq!(preflight(&clinic).await, None);
}

/// Asks in a fresh jar whether anybody is signed in. `None` if a code came.
async fn preflight(clinic: &Clinic) -> Option<Declined> {
    let provider = clinic.party.discover(Timestamp::now()).await.unwrap();
    let silently = Demands {
        prompt: Some(Prompt::None),
        ..Demands::default()
    };
    let pending = clinic.request(&provider, &silently).await.unwrap();
    match Browser::new().visit(&pending.url).await.unwrap() {
        Landing::Callback(callback) => pending.receive(&callback).err(),
        Landing::Page(page) => panic!("a page was shown: {}", page.status),
    }
}
