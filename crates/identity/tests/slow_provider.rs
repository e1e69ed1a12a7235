//! A provider that is slow, endless, or sends the client elsewhere, at every endpoint that is asked: the call ends with
//! its typed error, bounded in time, and nothing is asked after it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
mod hostile;

use std::time::Duration;

use common::Clinic;
use demo::idp::{ADAMS, Faults};
use hostile::{Hostile, LIMIT, Manner, PATIENCE, Spot};
use identity::{DiscoveryFault, IdentityError, Refusal};
use rstest::rstest;
use transport::TransportError;

/// The longest limit that is tried. Three exchanges of that length are still over before the patience is.
const LONGEST: Duration = Duration::from_secs(8);

/// How it ended, once it has ended, and that nothing was asked afterwards.
async fn error(spot: Spot, manner: Manner) -> IdentityError {
    let (_, adams, _) = Clinic::with(Faults::none()).await.session_of(&ADAMS).await;
    let mut limit = LIMIT;
    loop {
        let hostile = Hostile::at(spot, manner).await;
        let party = hostile.party(limit);
        let asking = hostile::ask(&party, spot, &adams);
        let ended = tokio::time::timeout(PATIENCE, asking).await;
        let ended = ended.unwrap_or_else(|_| panic!("{spot:?} hangs when the provider {manner:?}"));
        let error = ended.expect_err("accepted");
        let (asked, way_there) = (hostile.asked(), spot.way_there());
        let on_the_way = is_timeout(&error) && asked.len() < way_there.len();
        if !on_the_way || limit >= LONGEST {
            assert_eq!(asked, way_there, "asked after it was refused");
            return error;
        }
        // A busy machine took longer than that for the way alone, where everything behaves.
        limit *= 2;
    }
}

fn is_timeout(error: &IdentityError) -> bool {
    matches!(
        error,
        IdentityError::Transport(TransportError::TimedOut { .. })
    )
}

fn transport_error(error: IdentityError) -> TransportError {
    match error {
        IdentityError::Transport(error) => error,
        other => panic!("{other:?}"),
    }
}

#[rstest]
#[tokio::test]
async fn a_slow_answer_ends_at_the_time_limit(
    #[values(
        Spot::Discovery,
        Spot::Keys,
        Spot::PushedRequest,
        Spot::Token,
        Spot::Userinfo,
        Spot::Revocation
    )]
    spot: Spot,
    #[values(
        Manner::SaysNothing,
        Manner::DripsItsHead,
        Manner::DripsItsBody,
        Manner::PutsOff
    )]
    manner: Manner,
) {
    let error = transport_error(error(spot, manner).await);
    assert!(matches!(error, TransportError::TimedOut { .. }), "{error}");
}

#[rstest]
#[tokio::test]
async fn an_endless_answer_is_cut_at_its_limit(
    #[values(
        Spot::Discovery,
        Spot::Keys,
        Spot::PushedRequest,
        Spot::Token,
        Spot::Userinfo,
        Spot::Revocation
    )]
    spot: Spot,
    #[values(Manner::EndlessBody, Manner::HugeAnnounced, Manner::HugeInChunks)] manner: Manner,
) {
    let error = transport_error(error(spot, manner).await);
    let limit = match error {
        TransportError::TooLarge { limit, .. } => limit,
        other => panic!("{other}"),
    };
    assert!(limit <= 1024 * 1024, "{limit}");
}

#[rstest]
#[tokio::test]
async fn an_endless_head_is_cut_off(
    #[values(
        Spot::Discovery,
        Spot::Keys,
        Spot::PushedRequest,
        Spot::Token,
        Spot::Userinfo,
        Spot::Revocation
    )]
    spot: Spot,
    #[values(Manner::EndlessHead, Manner::HugeHead, Manner::BreaksOff)] manner: Manner,
) {
    let error = transport_error(error(spot, manner).await);
    let broken = matches!(
        error,
        TransportError::Unreachable {
            connected: true,
            ..
        }
    );
    assert!(broken, "{error:?}");
}

#[rstest]
#[tokio::test]
async fn a_redirect_is_not_followed(
    #[values(
        Spot::Discovery,
        Spot::Keys,
        Spot::PushedRequest,
        Spot::Token,
        Spot::Userinfo,
        Spot::Revocation
    )]
    spot: Spot,
    #[values(301, 302, 303, 307, 308)] status: u16,
) {
    let error = transport_error(error(spot, Manner::Redirects(status)).await);
    match error {
        TransportError::Redirected { status: named, .. } => assert_eq!(named, status),
        other => panic!("{other}"),
    }
}

#[rstest]
#[case::configuration(Spot::Discovery)]
#[case::keys(Spot::Keys)]
#[case::pushed(Spot::PushedRequest)]
#[case::token(Spot::Token)]
#[case::userinfo(Spot::Userinfo)]
#[tokio::test]
async fn a_page_or_a_packed_answer_is_not_read(
    #[case] spot: Spot,
    #[values(Manner::Page, Manner::Packed)] manner: Manner,
) {
    let error = error(spot, manner).await;
    let unreadable = matches!(
        error,
        IdentityError::BadReply { status: 200, .. }
            | IdentityError::Discovery(DiscoveryFault::Unreadable { .. })
    );
    assert!(unreadable, "{error:?}");
}

#[tokio::test]
async fn an_error_that_calls_itself_a_success_is_an_error() {
    let unreadable = |error: &IdentityError| {
        matches!(
            error,
            IdentityError::Discovery(DiscoveryFault::Unreadable { .. })
        )
    };
    assert!(unreadable(
        &error(Spot::Discovery, Manner::ErrorIn200).await
    ));
    assert!(unreadable(&error(Spot::Keys, Manner::ErrorIn200).await));
    let pushed = error(Spot::PushedRequest, Manner::ErrorIn200).await;
    let unreadable = matches!(pushed, IdentityError::BadReply { status: 200, .. });
    assert!(unreadable, "{pushed:?}");
    match error(Spot::Token, Manner::ErrorIn200).await {
        IdentityError::ProviderError { code } => assert_eq!(code, "invalid_grant"),
        other => panic!("{other:?}"),
    }
    // It names nobody, so it is not about the person of the ID token.
    let about_nobody = error(Spot::Userinfo, Manner::ErrorIn200).await;
    assert_eq!(
        about_nobody.refusal(),
        Some(Refusal::UserinfoSubjectMismatch)
    );
}
