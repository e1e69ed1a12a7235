//! A sign-in that reaches the registry late, because the records API was away, ends none that came after it; and a session
//! whose client vanished does not stay open for good.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod clinic;

use std::num::NonZeroU32;

use clinic::people::over_for;
use clinic::{ADAMS, BAKER, Clinic, SESSION};
use gateway::{Clock as _, SessionLimit};
use jiff::SignedDuration;
use records::CallError;
use records::wire::SessionEnd;
use rstest::rstest;

const PC_1: &str = "ward-3-pc-1";
const PC_2: &str = "ward-3-pc-2";
const NEWEST: SessionLimit = SessionLimit::Newest(NonZeroU32::MIN);

async fn limited(limit: SessionLimit) -> Clinic {
    Clinic::open_with(|config| config.sessions.limit = limit).await
}

/// Somebody who authenticated that many minutes ago.
fn minutes_ago(clinic: &Clinic, minutes: i64) -> i64 {
    clinic.clock.now().as_second() - minutes * 60
}

#[rstest]
#[case::one_per_subject(SessionLimit::OnePerSubject, ADAMS, PC_1)]
#[case::one_per_device(SessionLimit::OnePerDevice, ADAMS, PC_2)]
#[case::somebody_elses_device(SessionLimit::OnePerDevice, BAKER, PC_2)]
#[case::so_many(NEWEST, ADAMS, PC_1)]
#[tokio::test]
async fn a_sign_in_that_is_registered_late_ends_none_that_came_after_it(
    #[case] limit: SessionLimit,
    #[case] late: &str,
    #[case] at: &str,
) {
    let clinic = limited(limit).await;
    let nine = clinic.token_since(ADAMS, minutes_ago(&clinic, 5));
    let nine = clinic.sign_in_with(nine, PC_2).await.unwrap();

    let eight = clinic.token_since(late, minutes_ago(&clinic, 65));
    let eight = clinic.sign_in_with(eight, at).await;

    let asked_for = Some(300);
    assert!(
        matches!(&eight, Err(CallError::StepUp { max_age, .. }) if *max_age == asked_for),
        "{:?}",
        eight.err()
    );
    assert_eq!(nine.standing().await, Ok(()));
    // Whoever then signs in there anew is let in.
    let anew = clinic.token_since(late, minutes_ago(&clinic, 0));
    assert!(clinic.sign_in_with(anew, at).await.is_ok());
    assert!(nine.standing().await.is_err());
}

#[tokio::test]
async fn a_sign_in_that_is_registered_late_and_ends_nobody_is_let_in() {
    let clinic = limited(SessionLimit::Newest(NonZeroU32::new(2).unwrap())).await;
    let nine = clinic.token_since(ADAMS, minutes_ago(&clinic, 5));
    let nine = clinic.sign_in_with(nine, PC_2).await.unwrap();

    let eight = clinic.token_since(ADAMS, minutes_ago(&clinic, 65));
    let eight = clinic.sign_in_with(eight, PC_1).await.unwrap();

    let both = (nine.standing().await, eight.standing().await);
    assert_eq!(both, (Ok(()), Ok(())));
}

#[tokio::test]
async fn the_same_second_is_no_later() {
    let clinic = limited(SessionLimit::OnePerSubject).await;
    let at = minutes_ago(&clinic, 5);
    let first = clinic.sign_in_with(clinic.token_since(ADAMS, at), PC_1);
    let first = first.await.unwrap();

    let second = clinic.sign_in_with(clinic.token_since(ADAMS, at), PC_2);

    assert_eq!(second.await.unwrap().ended_others, 1);
    assert_eq!(first.standing().await, Err(SessionEnd::Elsewhere));
}

#[rstest]
#[case::of_the_one_that_is_open(false, true)]
#[case::of_the_one_that_comes(true, false)]
#[tokio::test]
async fn where_nobody_knows_when_somebody_authenticated_the_later_registration_counts(
    #[case] first_knows: bool,
    #[case] second_knows: bool,
) {
    let clinic = limited(SessionLimit::OnePerSubject).await;
    let token = |knows: bool, minutes: i64| {
        if knows {
            clinic.token_since(ADAMS, minutes_ago(&clinic, minutes))
        } else {
            clinic.token_with(ADAMS, "number", minutes.into()).into()
        }
    };
    let first = clinic.sign_in_with(token(first_knows, 5), PC_1).await;
    let first = first.unwrap();

    let second = clinic.sign_in_with(token(second_knows, 65), PC_2).await;

    assert!(second.is_ok());
    assert_eq!(first.standing().await, Err(SessionEnd::Elsewhere));
}

#[tokio::test]
async fn a_session_is_over_when_it_is_as_old_as_any_may_become() {
    let clinic = Clinic::open().await;
    let session = clinic.sign_in(ADAMS, PC_1).await;
    clinic.clock.forward(SignedDuration::from_hours(23));
    let still = clinic.client.in_session(&session.id);
    let renewed = clinic.token(ADAMS, SESSION);
    assert!(still.list_all(&renewed).await.is_ok());

    clinic.clock.forward(SignedDuration::from_hours(1));

    let renewed = clinic.token(ADAMS, SESSION);
    let over = still.list_all(&renewed).await;
    assert_eq!(
        over_for(&over),
        Some(SessionEnd::Expired),
        "its client vanished, or goes by no limit of its own"
    );
}

#[tokio::test]
async fn what_is_left_of_clients_that_vanished_takes_nobodys_place() {
    let clinic = limited(SessionLimit::Newest(NonZeroU32::new(2).unwrap())).await;
    let vanished = clinic.sign_in(ADAMS, "kiosk").await;
    clinic.clock.forward(SignedDuration::from_hours(24));
    let first = clinic.sign_in(ADAMS, PC_1).await;

    let second = clinic.sign_in(ADAMS, PC_2).await;

    assert_eq!((first.ended_others, second.ended_others), (0, 0));
    assert_eq!(first.standing().await, Ok(()));
    let (left, _) = clinic.store().session(&vanished.id).unwrap();
    let ended = left.unwrap().ended.unwrap();
    assert_eq!(ended.told.why, SessionEnd::Expired);
}
