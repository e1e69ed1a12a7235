//! The life of a session: sign-in, renewal, restart, sign-out; with a real provider that rotates refresh tokens.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::time::{Duration, Instant};

use demo::idp::{ADAMS, BAKER, Fault, Faults};
use identity::Refusal;
use jiff::{SignedDuration, Timestamp};
use rstest::rstest;
use secrecy::ExposeSecret;
use session::{
    AccessError, IdpSessionEnd, Restored, SessionEnd, SignInError, TokenEnd, Unusable, restore,
};
use support::robot_agent::{Person, Troubles};
use support::{Home, eventually};
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn somebody_signs_in_and_has_a_name_a_role_and_a_token() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    let signed_in = home.sign_in().await.unwrap();
    let person = signed_in.session.person();
    assert_eq!(person.name, "A. Adams");
    assert_eq!(person.role.as_deref(), Some("Investigator"));
    assert_eq!(person.subject.claims["sub"], "u-adams");
    let token = signed_in
        .session
        .access_token(Timestamp::now())
        .await
        .unwrap();
    assert!(home.idp.is_token_active(token.expose_secret()));
    assert!(signed_in.agent.unwrap().is_complete());
    assert!(home.agent.is_closed());
}

#[rstest]
#[case::nonce(Fault::NonceWrong, Refusal::NonceMismatch)]
#[case::state(Fault::StateWrong, Refusal::StateMismatch)]
#[case::stale(Fault::AuthTimeStale, Refusal::AuthTimeStale)]
#[case::signature(Fault::SignatureBad, Refusal::SignatureInvalid)]
#[case::delegated(Fault::Delegated, Refusal::Delegated)]
#[tokio::test]
async fn the_table_of_refusals_guards_the_sign_in_too(
    #[case] fault: Fault,
    #[case] refusal: Refusal,
) {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    home.idp.set_faults(Faults::only(fault));

    let refused = home.sign_in().await.err().unwrap();

    assert!(
        matches!(refused, SignInError::Refused(found) if found == refusal),
        "{refused:?}"
    );
    assert!(home.idp.active_tokens().is_empty());
    assert!(home.agent.is_closed());
    assert!(!home.vault_file().exists());
}

#[rstest]
#[case::ahead(Fault::ClockAhead)]
#[case::behind(Fault::ClockBehind)]
#[tokio::test]
async fn a_clock_that_is_off_is_named(#[case] fault: Fault) {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    home.idp.set_faults(Faults::only(fault));
    let refused = home.sign_in().await.err().unwrap();
    assert!(
        matches!(refused, SignInError::ClockOff { ahead_s } if ahead_s.abs() > 500),
        "{refused:?}"
    );
}

#[tokio::test]
async fn closing_the_page_cancels_the_sign_in() {
    let home = Home::new(Person::ClosesTheWindow).await;
    let cancelled = home.sign_in().await.err().unwrap();
    assert!(matches!(cancelled, SignInError::Cancelled));
    assert!(home.agent.is_closed());
}

#[tokio::test]
async fn a_caller_who_stops_waiting_leaves_no_window_behind() {
    let home = Home::new(Person::DoesNothing).await;
    let vault = home.vault().await;
    let sign_in = home.sign_in_with(vault, CancellationToken::new());

    // Waits until there is a window, and no longer.
    tokio::select! {
        _ = sign_in => panic!("nobody authenticated"),
        () = eventually(|| !home.agent.is_closed(), "the window is open") => {}
    }

    eventually(|| home.agent.is_closed(), "the window is closed").await;
    assert_eq!(home.agent.jars.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn no_display_and_no_provider_are_named() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    home.agent.have(Troubles {
        no_display: true,
        ..Troubles::default()
    });
    let refused = home.sign_in().await.err().unwrap();
    assert!(matches!(refused, SignInError::AgentUnavailable(_)));

    home.idp.stop();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let refused = home.sign_in().await.err().unwrap();
    assert!(
        matches!(refused, SignInError::IdentityProviderUnreachable),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_token_with_enough_life_is_not_renewed() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    let session = home.sign_in().await.unwrap().session;
    session.access_token(Timestamp::now()).await.unwrap();
    assert_eq!(home.renewals(), 0);
}

#[tokio::test]
async fn a_token_is_renewed_before_it_runs_out_and_the_new_one_is_kept() {
    let home = Home::with_short_tokens(Person::SignsInAs(&ADAMS)).await;
    let session = home.sign_in().await.unwrap().session;
    let before = std::fs::read(home.vault_file()).unwrap();

    let token = session.access_token(Timestamp::now()).await.unwrap();

    assert_eq!(home.renewals(), 1);
    assert!(home.idp.is_token_active(token.expose_secret()));
    assert_ne!(std::fs::read(home.vault_file()).unwrap(), before);
}

#[tokio::test]
async fn many_callers_at_once_cause_one_renewal_at_a_time_and_no_reuse() {
    let home = Home::with_short_tokens(Person::SignsInAs(&ADAMS)).await;
    let session = home.sign_in().await.unwrap().session;

    let callers: Vec<_> = (0..12)
        .map(|_| {
            let session = session.clone();
            tokio::spawn(async move { session.access_token(Timestamp::now()).await.is_ok() })
        })
        .collect();
    for caller in callers {
        assert!(caller.await.unwrap());
    }

    // A refresh token used twice would have ended the whole grant.
    assert!(session.renew(Timestamp::now()).await.is_ok());
}

#[tokio::test]
async fn a_renewal_that_nobody_waits_for_is_finished_all_the_same() {
    let home = Home::with_short_tokens(Person::SignsInAs(&ADAMS)).await;
    let session = home.sign_in().await.unwrap().session;
    for _ in 0..5 {
        let impatient = session.renew(Timestamp::now());
        let _gone = tokio::time::timeout(Duration::from_micros(300), impatient).await;
    }
    assert!(session.renew(Timestamp::now()).await.is_ok());
}

#[tokio::test]
async fn a_refused_renewal_ends_the_session_and_wipes_it() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    let session = home.sign_in().await.unwrap().session;
    home.idp.end_all_sessions();

    let refused = session.renew(Timestamp::now()).await;

    assert_eq!(
        refused.err(),
        Some(AccessError::Ended(SessionEnd::RenewalRefused))
    );
    assert_eq!(session.ended().await, SessionEnd::RenewalRefused);
    assert!(!home.vault_file().exists());
    assert!(session.access_token(Timestamp::now()).await.is_err());
}

#[tokio::test]
async fn a_renewal_for_somebody_else_ends_the_session() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    let session = home.sign_in().await.unwrap().session;
    home.idp.set_faults(Faults::only(Fault::SubjectOther));

    let refused = session.renew(Timestamp::now()).await;

    assert_eq!(
        refused.err(),
        Some(AccessError::Ended(SessionEnd::RenewalUnacceptable))
    );
    assert!(home.idp.active_tokens().is_empty());
}

#[tokio::test]
async fn a_provider_that_is_away_is_no_end_while_the_token_lives() {
    let home = Home::with_short_tokens(Person::SignsInAs(&ADAMS)).await;
    let session = home.sign_in().await.unwrap().session;
    home.idp.stop();
    tokio::time::sleep(Duration::from_millis(200)).await;

    let now = Timestamp::now();
    assert!(session.access_token(now).await.is_ok());
    let later = now + SignedDuration::from_secs(40);
    assert_eq!(
        session.access_token(later).await.err(),
        Some(AccessError::Unreachable)
    );
    assert_eq!(session.end(), None);
}

#[tokio::test]
async fn a_session_ends_at_its_absolute_limit() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    let session = home.sign_in().await.unwrap().session;
    let limit = SignedDuration::from_secs(i64::from(home.policy.session.absolute_s));

    let late = session.access_token(Timestamp::now() + limit).await;

    assert_eq!(
        late.err(),
        Some(AccessError::Ended(SessionEnd::AbsoluteLimit))
    );
    assert!(home.idp.active_tokens().is_empty());
}

#[tokio::test]
async fn after_a_restart_the_session_goes_on() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    let before = home.sign_in().await.unwrap().session.person().clone();

    let vault = home.vault().await;
    let restored = restore(
        home.relying_party.clone(),
        vault,
        &home.policy,
        Timestamp::now(),
    )
    .await;

    let Restored::Session(session) = restored else {
        panic!("the session is not there");
    };
    assert_eq!(session.person(), &before);
    let token = session.access_token(Timestamp::now()).await.unwrap();
    assert!(home.idp.is_token_active(token.expose_secret()));
}

#[tokio::test]
async fn after_a_restart_a_session_that_ended_meanwhile_is_over() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    home.sign_in().await.unwrap();
    home.idp.end_all_sessions();

    let vault = home.vault().await;
    let restored = restore(
        home.relying_party.clone(),
        vault,
        &home.policy,
        Timestamp::now(),
    )
    .await;

    assert!(matches!(
        restored,
        Restored::Over(SessionEnd::RenewalRefused)
    ));
    assert!(!home.vault_file().exists());
}

#[tokio::test]
async fn a_session_of_another_issuer_is_not_taken_up() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    home.sign_in().await.unwrap();
    let mut policy = home.policy.clone();
    policy.identity.issuer = "https://id.elsewhere.example".to_owned();

    let vault = home.vault().await;
    let restored = restore(home.relying_party.clone(), vault, &policy, Timestamp::now()).await;

    assert!(matches!(
        restored,
        Restored::Unusable(Unusable::OtherIssuer)
    ));
    assert!(!home.vault_file().exists());
}

#[tokio::test]
async fn signing_out_wipes_revokes_and_ends_the_providers_session() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    let session = home.sign_in().await.unwrap().session;

    let signed_out = session.sign_out(&home.transport, Timestamp::now()).await;

    assert!(signed_out.wiped.is_ok());
    assert_eq!(signed_out.refresh_token, TokenEnd::Revoked);
    assert_eq!(signed_out.access_token, TokenEnd::Revoked);
    assert_eq!(signed_out.idp_session, IdpSessionEnd::Asked);
    assert!(!home.vault_file().exists());
    assert!(home.idp.active_tokens().is_empty());
    assert!(home.idp.sessions().is_empty());
    assert_eq!(session.end(), Some(SessionEnd::SignedOut));
}

#[tokio::test]
async fn signing_out_works_without_a_network() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    let session = home.sign_in().await.unwrap().session;
    home.idp.stop();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let asked = Instant::now();

    let signed_out = session.sign_out(&home.transport, Timestamp::now()).await;

    assert!(signed_out.wiped.is_ok());
    assert_eq!(signed_out.refresh_token, TokenEnd::Owed);
    assert_eq!(signed_out.idp_session, IdpSessionEnd::LeftToExpire);
    assert!(!home.vault_file().exists());
    assert!(asked.elapsed() < Duration::from_secs(15));
    assert!(session.access_token(Timestamp::now()).await.is_err());
}

#[tokio::test]
async fn the_next_person_gets_nothing_of_the_one_before() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    let first = home.sign_in().await.unwrap().session;
    first.sign_out(&home.transport, Timestamp::now()).await;

    home.agent.now_in_front(Person::SignsInAs(&BAKER));
    let second = home.sign_in().await.unwrap().session;

    assert_eq!(second.person().name, "B. Baker");
    assert_eq!(first.end(), Some(SessionEnd::SignedOut));
    assert!(first.access_token(Timestamp::now()).await.is_err());
    let subjects: Vec<_> = home
        .idp
        .active_tokens()
        .into_iter()
        .map(|t| t.subject)
        .collect();
    assert!(subjects.iter().all(|subject| subject == "u-baker"));
}
