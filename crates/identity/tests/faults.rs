//! Every fault of the demo identity provider, and what the relying party makes of it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{Clinic, Failed, strict, subject};
use demo::idp::{ADAMS, Endpoint, Expected, Fault, Faults, Place};
use demo::robot::{Browser, Landing};
use identity::{Authenticated, Declined, Demands, Expectations, IdentityError, Prompt};
use jiff::Timestamp;

/// One authentication as the session would do it, with everything that a fault may touch.
async fn authenticate(clinic: &Clinic) -> Result<Authenticated, Failed> {
    let mut provider = clinic.party.discover(Timestamp::now()).await?;
    let expectations = Expectations {
        subject: Some(subject(clinic.idp.issuer(), &ADAMS)),
        ..strict()
    };
    let authenticated = clinic
        .authenticate_at(&mut provider, &ADAMS, &expectations)
        .await?;
    clinic
        .party
        .user_info(
            &provider,
            &authenticated.tokens.access,
            &authenticated.id_token,
            Timestamp::now(),
        )
        .await?
        .expect("the demo provider has a userinfo endpoint");
    Ok(authenticated)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_of_the_table_meets_its_expected_end() {
    let mut wrong = Vec::new();
    for fault in Fault::ALL.iter().copied() {
        if fault.expected() == Expected::AmbientSignIn {
            continue;
        }
        let clinic = Clinic::with(Faults::only(fault)).await;
        let outcome = authenticate(&clinic).await;
        let met = match (fault.expected(), &outcome) {
            (Expected::ClockSkew, Err(Failed::Identity(error))) => {
                matches!(error, IdentityError::ClockSkew { .. })
            }
            (Expected::Refusal(name), Err(failed)) => failed.refusal() == Some(name),
            (Expected::Accepted, Ok(_)) | (Expected::Failure, Err(_)) => true,
            _ => false,
        };
        if !met {
            let outcome = outcome.map(|_| "accepted");
            wrong.push(format!(
                "{}: expected {:?}, was {outcome:?}",
                fault.name(),
                fault.expected()
            ));
        }
        let refused_token = matches!(fault.expected(), Expected::Refusal(_))
            && matches!(fault.place(), Place::IdTokenClaims | Place::IdTokenEnvelope);
        if refused_token {
            if !clinic.idp.active_tokens().is_empty() {
                wrong.push(format!("{}: tokens were left alive", fault.name()));
            }
            let harmless = [Endpoint::Keys, Endpoint::Revocation];
            let asked = clinic.asked_after_the_token();
            if !asked.iter().all(|endpoint| harmless.contains(endpoint)) {
                wrong.push(format!("{}: asked {asked:?}", fault.name()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
