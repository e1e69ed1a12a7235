//! The registry of sessions: who ends whom, what an ended session may still do, and what comes back.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod clinic;

use std::num::NonZeroU32;

use clinic::people::named;
use clinic::{ADAMS, BAKER, Clinic, SESSION};
use gateway::{Clock as _, Config, ManySessions, SessionLimit};
use jiff::SignedDuration;
use records::wire::{SessionEnd, SessionId};
use records::{CallError, Client};
use rstest::rstest;

const PC_1: &str = "ward-3-pc-1";
const PC_2: &str = "ward-3-pc-2";

async fn limited(limit: SessionLimit) -> Clinic {
    Clinic::open_with(|config| config.sessions.limit = limit).await
}

fn newest(most: u32) -> SessionLimit {
    SessionLimit::Newest(NonZeroU32::new(most).unwrap())
}

#[tokio::test]
async fn without_a_limit_everybody_may_be_signed_in_everywhere() {
    let clinic = limited(SessionLimit::Unlimited).await;
    let first = clinic.sign_in(ADAMS, PC_1).await;
    let second = clinic.sign_in(ADAMS, PC_1).await;

    assert_eq!(
        (first.standing().await, second.standing().await),
        (Ok(()), Ok(()))
    );
    assert_eq!(second.ended_others, 0);
}

#[tokio::test]
async fn one_for_each_person_a_sign_in_ends_the_one_elsewhere() {
    let clinic = limited(SessionLimit::OnePerSubject).await;
    let first = clinic.sign_in(ADAMS, PC_1).await;
    let baker = clinic.sign_in(BAKER, PC_1).await;

    let second = clinic.sign_in(ADAMS, PC_2).await;

    assert_eq!(first.standing().await, Err(SessionEnd::Elsewhere));
    assert_eq!(
        (second.standing().await, baker.standing().await),
        (Ok(()), Ok(()))
    );
    assert_eq!(second.ended_others, 1);
}

#[tokio::test]
async fn one_on_each_device_a_sign_in_ends_whoever_was_there() {
    let clinic = limited(SessionLimit::OnePerDevice).await;
    let there = clinic.sign_in(ADAMS, PC_1).await;
    let elsewhere = clinic.sign_in(ADAMS, PC_2).await;

    let baker = clinic.sign_in(BAKER, PC_1).await;
    let baker_again = clinic.sign_in(BAKER, PC_1).await;

    assert_eq!(there.standing().await, Err(SessionEnd::Switched));
    assert_eq!(baker.standing().await, Err(SessionEnd::Elsewhere));
    assert_eq!(
        (elsewhere.standing().await, baker_again.standing().await),
        (Ok(()), Ok(()))
    );
}

#[tokio::test]
async fn so_many_for_each_person_a_sign_in_ends_the_oldest() {
    let clinic = limited(newest(2)).await;
    let first = clinic.sign_in(ADAMS, "1").await;
    let second = clinic.sign_in(ADAMS, "2").await;
    let baker = clinic.sign_in(BAKER, "1").await;

    let third = clinic.sign_in(ADAMS, "3").await;

    assert_eq!(first.standing().await, Err(SessionEnd::Limit));
    for open in [&second, &third, &baker] {
        assert_eq!(open.standing().await, Ok(()));
    }
}

#[rstest]
#[case("one-per-subject", Some(SessionLimit::OnePerSubject))]
#[case("one-per-device", Some(SessionLimit::OnePerDevice))]
#[case("none", Some(SessionLimit::Unlimited))]
#[case("3", Some(newest(3)))]
#[case("0", None)]
#[case("-1", None)]
#[case("all", None)]
fn a_limit_is_said_in_words_or_as_a_number(
    #[case] text: &str,
    #[case] expected: Option<SessionLimit>,
) {
    assert_eq!(text.parse().ok(), expected);
}

#[tokio::test]
async fn neither_signing_nor_reading_nor_coming_back_ends_a_session() {
    let clinic = limited(SessionLimit::OnePerSubject).await;
    let adams = clinic.sign_in(ADAMS, PC_1).await;

    // A ceremony authenticates Adams anew, and submits with its own token.
    let accepted = clinic.sign("hb-1", ADAMS).await;
    // An unlock, or a restart, only goes on with a newer token.
    let newer = clinic.token(ADAMS, SESSION);
    let restored = clinic.client.session(&adams.id, &newer).await.unwrap();

    assert!(accepted.progress[0].complete());
    assert_eq!(restored.id, adams.id);
    assert_eq!(adams.standing().await, Ok(()));
}

#[tokio::test]
async fn a_session_is_closed_by_its_owner_once_and_for_all() {
    let clinic = Clinic::open().await;
    let adams = clinic.sign_in(ADAMS, PC_1).await;

    for _ in 0..2 {
        adams
            .client
            .close_session(&adams.id, &adams.access)
            .await
            .unwrap();
        assert_eq!(adams.standing().await, Err(SessionEnd::SignedOut));
    }
    let trail = clinic.store().audit(1).unwrap();
    let events = trail.iter().map(|line| line.event.as_str());
    let events: Vec<_> = events
        .filter(|event| event.starts_with("session"))
        .collect();
    assert_eq!(events, ["session-opened", "session-ended"]);
}

#[tokio::test]
async fn all_others_are_closed_at_once() {
    let clinic = Clinic::open().await;
    let (one, two) = (
        clinic.sign_in(ADAMS, "1").await,
        clinic.sign_in(ADAMS, "2").await,
    );
    let baker = clinic.sign_in(BAKER, "2").await;
    let here = clinic.sign_in(ADAMS, PC_1).await;

    let closed = here
        .client
        .close_other_sessions(&here.access)
        .await
        .unwrap();

    assert_eq!(closed.closed, 2);
    for other in [one, two] {
        assert_eq!(other.standing().await, Err(SessionEnd::Elsewhere));
    }
    assert_eq!(
        (here.standing().await, baker.standing().await),
        (Ok(()), Ok(()))
    );
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_and_ends_nothing() {
    let clinic = limited(SessionLimit::OnePerSubject).await;
    let token = clinic.token(ADAMS, SESSION);
    let first = clinic.sign_in_with(token.clone(), PC_1).await.unwrap();

    let again = clinic.sign_in_with(token, PC_1).await.unwrap();

    assert_eq!((again.id, again.ended_others), (first.id.clone(), 0));
    assert_eq!(first.standing().await, Ok(()));
}

#[tokio::test]
async fn the_registry_survives_a_restart() {
    let mut kept: Option<Config> = None;
    let clinic = Clinic::open_with(|config| {
        config.sessions.limit = SessionLimit::OnePerSubject;
        kept = Some(config.clone());
    })
    .await;
    let first = clinic.sign_in(ADAMS, PC_1).await;
    let second = clinic.sign_in(ADAMS, PC_2).await;

    clinic.running.stopper().cancel();
    let again = gateway::serve(kept.unwrap()).await.unwrap();
    let client = Client::new(&again.url(), clinic.transport.clone()).unwrap();

    let before = client.session(&first.id, &first.access).await;
    assert!(matches!(
        before,
        Err(CallError::SessionRevoked {
            why: SessionEnd::Elsewhere
        })
    ));
    let stands = client.session(&second.id, &second.access).await.unwrap();
    assert_eq!((stands.id, stands.device), (second.id, named(PC_2)));
}

#[tokio::test]
async fn an_administrator_ends_all_sessions_of_a_person() {
    let clinic = Clinic::open().await;
    let (one, two) = (
        clinic.sign_in(ADAMS, PC_1).await,
        clinic.sign_in(ADAMS, PC_2).await,
    );
    let baker = clinic.sign_in(BAKER, PC_1).await;

    let now = clinic.clock.now();
    let ended = clinic
        .store()
        .end_sessions(&clinic.subject(ADAMS), now)
        .unwrap();

    assert_eq!(ended, 2);
    for session in [one, two] {
        assert_eq!(session.standing().await, Err(SessionEnd::Administrator));
    }
    assert_eq!(baker.standing().await, Ok(()));
}

#[tokio::test]
async fn many_sign_ins_of_one_person_are_told_to_security() {
    let many = ManySessions {
        count: NonZeroU32::new(3).unwrap(),
        within_s: 600,
    };
    let clinic = Clinic::open_with(|config| config.sessions.many = Some(many)).await;
    let told = || {
        let told = clinic.store().security_events().unwrap();
        told.into_iter()
            .map(|event| (event.kind, event.count))
            .collect::<Vec<_>>()
    };
    clinic.sign_in(ADAMS, "1").await;
    clinic.sign_in(BAKER, "1").await;
    clinic.clock.forward(SignedDuration::from_secs(601));
    clinic.sign_in(ADAMS, "2").await;
    clinic.sign_in(ADAMS, "3").await;
    assert!(told().is_empty());

    clinic.sign_in(ADAMS, "4").await;

    assert_eq!(told(), [("many-sessions".to_owned(), 3)]);
}

#[tokio::test]
async fn a_session_is_seen_with_its_calls_but_not_written_with_each() {
    let clinic = Clinic::open().await;
    let adams = clinic.sign_in(ADAMS, PC_1).await;
    let start = clinic.clock.now();
    let seen = async |after: i64| {
        clinic.clock.forward(SignedDuration::from_secs(after));
        adams.standing().await.unwrap();
        let id: SessionId = adams.id.clone();
        let session = clinic.client.session(&id, &adams.access).await.unwrap();
        session.last_seen_at.duration_since(start).as_secs()
    };

    assert_eq!(seen(59).await, 0);
    assert_eq!(seen(1).await, 60);
    assert_eq!(seen(30).await, 60);
}
