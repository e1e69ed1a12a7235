//! Something is down, full, taken, broken or wrong: each has a typed ending, and the cleanup runs all the same.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::sync::Arc;
use std::time::Duration;

use ceremony::{AgentEnd, Ending, Failure, IdpSessionEnd, Outward, TokenEnd};
use demo::clinic::ClinicConfig;
use demo::idp::{ADAMS, Fault, Faults, IdpConfig, Offers};
use identity::Refusal;
use jiff::SignedDuration;
use rstest::rstest;
use support::ports::Network;
use support::robot_agent::{Person, Troubles};
use support::{AMENDMENT, Ward};

#[tokio::test]
async fn a_records_api_that_is_down_at_the_start_is_named() {
    let mut ward = Ward::open().await;
    let request = ward.request(AMENDMENT).await;
    ward.clinic.stop_gateway().await.unwrap();

    let ended = ward.begin_with(request).unwrap().ended().await.unwrap();

    assert_eq!(ended.ending, Ending::Failed(Failure::RecordsUnreachable));
    assert_eq!(
        ended.outward(),
        Outward::Network(Failure::RecordsUnreachable)
    );
    assert_eq!(ended.cleanup.agent, AgentEnd::None);
    assert!(ward.agent.jars.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_records_api_that_goes_down_before_the_delivery_leaves_the_evidence_in_the_outbox() {
    let mut ward = Ward::open().await;
    ward.set_network(Network::IsDown);
    let under_way = ward.begin().await;
    wait_until(|| !ward.line.tokens.lock().unwrap().is_empty()).await;
    under_way.cancel();

    let ended = under_way.ended().await.unwrap();

    assert!(matches!(ended.ending, Ending::Unconfirmed(_)), "{ended:?}");
    assert_eq!(ward.clinic.committed().unwrap(), 0);
    assert_eq!(ward.waiting().len(), 1);
    assert!(ward.events().contains(&"signature_unconfirmed"));
    ward.is_clean().await;

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
        matches!(&round[..], [ceremony::Delivered::Later { .. }]),
        "{round:?}"
    );

    ward.set_network(Network::Works);
    let later = now + SignedDuration::from_mins(1);
    let round = ward
        .courier()
        .turn()
        .await
        .round(&ward.person(), &token, &actor, later)
        .await
        .unwrap();
    assert!(
        matches!(&round[..], [ceremony::Delivered::Recorded { .. }]),
        "{round:?}"
    );
    assert_eq!(ward.clinic.committed().unwrap(), 1);
}

#[tokio::test]
async fn an_identity_provider_that_is_down_at_the_start_is_named() {
    let mut ward = Ward::open().await;
    let request = ward.request(AMENDMENT).await;
    ward.idp().stop();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let ended = ward.begin_with(request).unwrap().ended().await.unwrap();
    assert_eq!(
        ended.ending,
        Ending::Failed(Failure::IdentityProviderUnreachable)
    );
    assert!(ward.agent.is_closed());
}

#[tokio::test]
async fn an_identity_provider_that_goes_down_after_the_sign_in_is_named() {
    let mut ward = Ward::open().await;
    let idp = ward.idp().clone();
    *ward.agent.meanwhile.lock().unwrap() = Some(Box::new(move || idp.stop()));

    let ended = ward.sign_as(Person::SignsInAs(&ADAMS)).await;

    assert!(
        matches!(
            ended.ending,
            Ending::Failed(
                Failure::IdentityProviderUnreachable | Failure::IdentityProviderUnusable(_)
            )
        ),
        "{ended:?}"
    );
    assert_eq!(ended.cleanup.idp_session, IdpSessionEnd::LeftToExpire);
    assert!(ward.agent.is_closed());
    assert!(ward.callback_port_is_closed().await);
}

#[rstest]
#[case::error(Fault::TokenServerError)]
#[case::html(Fault::TokenHtml)]
#[case::redirect(Fault::TokenRedirect)]
#[case::without_id_token(Fault::IdTokenMissing)]
#[tokio::test]
async fn an_identity_provider_that_breaks_at_the_exchange_ends_the_ceremony(#[case] fault: Fault) {
    let mut ward = Ward::open().await;
    ward.idp().set_faults(Faults::only(fault));

    let ended = ward.sign_as(Person::SignsInAs(&ADAMS)).await;

    assert!(matches!(ended.ending, Ending::Failed(_)), "{ended:?}");
    assert!(ward.agent.is_closed());
    assert!(ward.callback_port_is_closed().await);
    assert_eq!(ward.clinic.committed().unwrap(), 0);
    ward.idp().set_faults(Faults::none());
    assert!(ward.session_still_works().await);
}

#[tokio::test]
async fn a_revocation_that_fails_is_reported_and_changes_no_ending() {
    let mut ward = Ward::open().await;
    ward.idp().set_faults(Faults::only(Fault::RevocationDown));
    let ended = ward.sign_as(Person::SignsInAs(&ADAMS)).await;
    assert!(matches!(ended.ending, Ending::Recorded(_)), "{ended:?}");
    assert_eq!(ended.cleanup.access_token, TokenEnd::LeftToExpire);
    assert!(!ended.cleanup.is_complete());
}

#[tokio::test]
async fn a_provider_that_asks_before_it_signs_out_leaves_its_session_to_expire() {
    let mut ward = Ward::open().await;
    ward.idp().set_faults(Faults::only(Fault::LogoutAsks));
    let ended = ward.sign_as(Person::SignsInAs(&ADAMS)).await;
    assert!(matches!(ended.ending, Ending::Recorded(_)), "{ended:?}");
    assert_eq!(ended.cleanup.idp_session, IdpSessionEnd::LeftToExpire);
    assert!(ward.agent.is_closed());
}

#[tokio::test]
async fn a_clock_that_is_ten_minutes_off_the_records_api_is_named_before_anything_opens() {
    for off in [
        SignedDuration::from_mins(10),
        SignedDuration::from_mins(-10),
    ] {
        let mut ward = Ward::open().await;
        ward.wall.is_off_by(off);

        let ended = ward.sign_as(Person::SignsInAs(&ADAMS)).await;

        let Ending::Failed(Failure::ClockOff {
            ahead_s,
            refusal: None,
        }) = ended.ending
        else {
            panic!("{ended:?}");
        };
        assert!((ahead_s - off.as_secs()).abs() < 30, "{ahead_s}");
        assert!(ward.agent.jars.lock().unwrap().is_empty());
    }
}

#[rstest]
#[case::ahead(Fault::ClockAhead, -600)]
#[case::behind(Fault::ClockBehind, 600)]
#[tokio::test]
async fn a_clock_that_is_ten_minutes_off_the_identity_provider_is_named(
    #[case] fault: Fault,
    #[case] ours_ahead_s: i64,
) {
    let mut ward = Ward::open().await;
    ward.idp().set_faults(Faults::only(fault));

    let ended = ward.sign_as(Person::SignsInAs(&ADAMS)).await;

    let Ending::Failed(Failure::ClockOff { ahead_s, .. }) = ended.ending else {
        panic!("{ended:?}");
    };
    assert!((ahead_s - ours_ahead_s).abs() < 30, "{ahead_s}");
    assert!(ward.agent.is_closed());
}

/// Where no proof of possession is in the way, it is the token that the clock turns down.
async fn without_bound_tokens() -> Ward {
    let config = ClinicConfig {
        idp: IdpConfig {
            offers: Offers {
                bound_tokens: false,
                ..Offers::default()
            },
            ..IdpConfig::default()
        },
        adjust_gateway: Arc::new(|config| config.bound_tokens_only = false),
        ..ClinicConfig::default()
    };
    Ward::open_with(config, |_| {}).await
}

#[tokio::test]
async fn where_a_clock_is_why_a_token_is_refused_the_log_says_both() {
    let mut ward = without_bound_tokens().await;
    ward.idp().set_faults(Faults::only(Fault::ClockAhead));

    let ended = ward.sign_as(Person::SignsInAs(&ADAMS)).await;

    let refusal = Some(Refusal::IssuedInFuture);
    assert!(
        matches!(&ended.ending, Ending::Failed(Failure::ClockOff { refusal: found, .. }) if *found == refusal),
        "{ended:?}"
    );
    assert_eq!(
        ward.events(),
        [
            "signing_started",
            "preflight_passed",
            "signature_refused",
            "signature_failed",
            "cleaned_up"
        ]
    );
    assert!(ward.audit_text().contains("issued_in_future"));
    assert_eq!(ward.foreign_tokens(), []);
}

#[tokio::test]
async fn a_clock_that_is_off_hides_nothing_else_that_is_wrong() {
    let mut ward = without_bound_tokens().await;
    ward.idp()
        .set_faults(Faults::only(Fault::ClockAhead).with(Fault::AuthTimeStale));

    let ended = ward.sign_as(Person::SignsInAs(&ADAMS)).await;

    assert_eq!(ended.ending, Ending::Refused(Refusal::IssuedInFuture));
    assert_eq!(ended.outward(), Outward::NotApplied);
    assert_eq!(ward.foreign_tokens(), []);
}

#[tokio::test]
async fn a_challenge_that_has_run_out_is_named_before_anything_opens() {
    let mut ward = Ward::open().await;
    *ward.challenges.tamper.lock().unwrap() = Some(|challenge| {
        challenge.issued_at -= SignedDuration::from_secs(40);
        challenge.expires_at = challenge.issued_at + SignedDuration::from_secs(30);
    });
    let ended = ward.sign_as(Person::SignsInAs(&ADAMS)).await;
    assert_eq!(ended.ending, Ending::Failed(Failure::ChallengeExpired));
    assert!(ward.agent.jars.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_challenge_that_the_records_api_does_not_know_is_refused_there() {
    let mut ward = Ward::open().await;
    *ward.challenges.tamper.lock().unwrap() =
        Some(|challenge| challenge.challenge = "x".repeat(43));

    let ended = ward.sign_as(Person::SignsInAs(&ADAMS)).await;

    assert!(
        matches!(
            ended.ending,
            Ending::Failed(Failure::RecordsRefused | Failure::ChallengeExpired)
        ),
        "{ended:?}"
    );
    assert_eq!(ward.clinic.committed().unwrap(), 0);
    // Kept for the record, and tried no more.
    assert_eq!(ward.waiting()[0].note.state, records::WaitingState::Refused);
    ward.is_clean().await;
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let mut ward = Ward::open().await;
    ward.policy.identity.redirect_ports = vec![port];
    let ended = ward.sign_as(Person::SignsInAs(&ADAMS)).await;
    assert_eq!(ended.ending, Ending::Failed(Failure::PortsTaken));
    assert!(ward.agent.jars.lock().unwrap().is_empty());
}

#[tokio::test]
async fn no_display_is_named() {
    let mut ward = Ward::open().await;
    ward.agent.have(Troubles {
        no_display: true,
        ..Troubles::default()
    });
    let ended = ward.sign_as(Person::SignsInAs(&ADAMS)).await;
    assert_eq!(ended.ending, Ending::Failed(Failure::AgentUnavailable));
    assert!(ward.callback_port_is_closed().await);
}

#[rstest]
#[case::tls(Person::MeetsBadTls, Failure::IdentityProviderUntrusted)]
#[case::broken(Person::SeesItBreakDown, Failure::AgentFailed)]
#[case::panic(Person::SeesItPanic, Failure::Internal)]
#[tokio::test]
async fn an_agent_that_fails_ends_the_ceremony_and_is_closed(
    #[case] person: Person,
    #[case] failure: Failure,
) {
    let mut ward = Ward::with_policy(|policy| {
        policy.signing.ambient_preflight = policy::Preflight::Off;
    })
    .await;
    let ended = ward.sign_as(person).await;
    assert_eq!(ended.ending, Ending::Failed(failure));
    assert!(matches!(ended.cleanup.agent, AgentEnd::Closed(_)));
    ward.is_clean().await;
}

#[tokio::test]
async fn an_agent_that_panics_while_it_opens_or_closes_costs_only_itself() {
    let mut ward = Ward::open().await;
    ward.agent.have(Troubles {
        panics_on_open: true,
        ..Troubles::default()
    });
    let ended = ward.sign_as(Person::SignsInAs(&ADAMS)).await;
    assert_eq!(ended.ending, Ending::Failed(Failure::AgentFailed));

    ward.agent.have(Troubles {
        panics_on_close: true,
        ..Troubles::default()
    });
    let ended = ward.sign_as(Person::SignsInAs(&ADAMS)).await;
    assert!(matches!(ended.ending, Ending::Recorded(_)), "{ended:?}");
    assert_eq!(ended.cleanup.agent, AgentEnd::Unknown);
    assert_eq!(ended.cleanup.access_token, TokenEnd::Revoked);
    assert!(ward.events().ends_with(&["cleaned_up"]));
}

#[tokio::test]
async fn a_port_that_panics_at_the_delivery_leaves_the_evidence_safe_and_the_cleanup_done() {
    let mut ward = Ward::open().await;
    ward.set_network(Network::Panics);
    let ended = ward.sign_as(Person::SignsInAs(&ADAMS)).await;
    assert!(matches!(ended.ending, Ending::Unconfirmed(_)), "{ended:?}");
    assert_eq!(ward.waiting().len(), 1);
    ward.is_clean().await;
}

#[rstest]
#[case::at_the_start("signing_started", 0)]
#[case::after_the_preflight("preflight_passed", 1)]
#[case::before_the_delivery("signature_sealed", 1)]
#[tokio::test]
async fn nothing_proceeds_that_cannot_be_written_to_the_audit_log(
    #[case] event: &'static str,
    #[case] windows: usize,
) {
    let mut ward = Ward::open().await;
    *ward.trail.fails_at.lock().unwrap() = Some(event);

    let ended = ward.sign_as(Person::SignsInAs(&ADAMS)).await;

    assert_eq!(ended.ending, Ending::Failed(Failure::AuditDiskFull));
    assert_eq!(ward.agent.jars.lock().unwrap().len(), windows);
    assert_eq!(ward.submissions(), 0);
    assert!(ward.waiting().is_empty());
    ward.is_clean().await;
}

#[tokio::test]
async fn a_session_that_is_over_begins_no_ceremony() {
    let mut ward = Ward::open().await;
    let request = ward.request(AMENDMENT).await;
    ward.session
        .sign_out(&ward.transport, jiff::Timestamp::now())
        .await;
    let ended = ward.begin_with(request).unwrap().ended().await.unwrap();
    assert_eq!(ended.ending, Ending::Failed(Failure::SessionEnded));
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
