//! The registry of sessions: who ends whom, what an ended session may still do, and what comes back.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod clinic;

use std::num::NonZeroU32;

use clinic::people::named;
use clinic::{ADAMS, Answer, BAKER, CEREMONY, Clinic, SESSION, request};
use gateway::{Clock as _, Config, ManySessions, SessionLimit};
use http::Request;
use jiff::SignedDuration;
use records::wire::{
    ProblemKind, SESSION_HEADER, SecurityEvent, SecurityEventKind, SessionEnd, SessionId,
};
use records::{CallError, Client};
use rstest::rstest;
use secrecy::ExposeSecret as _;

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
async fn a_ceremonys_token_registers_nothing() {
    let clinic = Clinic::open().await;
    let ceremony = clinic.token(ADAMS, CEREMONY);

    let refused = clinic.client.open_session(&named(PC_1), &ceremony).await;

    assert!(matches!(refused, Err(CallError::InsufficientScope)));
}

#[rstest]
#[case::no_identifier("", "PC 1")]
#[case::no_name("pc-1", " ")]
#[case::a_control_character("pc-1", "PC\u{7}")]
#[tokio::test]
async fn a_device_has_to_have_a_name(#[case] id: &str, #[case] name: &str) {
    let clinic = Clinic::open().await;
    let mut device = named(PC_1);
    (device.id, device.name) = (id.into(), name.into());

    let refused = clinic
        .client
        .open_session(&device, &clinic.token(ADAMS, SESSION))
        .await;

    assert!(matches!(
        refused,
        Err(CallError::Unexpected { status: 400 })
    ));
}

#[tokio::test]
async fn an_ended_session_reads_nothing_and_still_delivers_and_reports() {
    let clinic = limited(SessionLimit::OnePerSubject).await;
    let first = clinic.sign_in(ADAMS, PC_1).await;
    let draft = clinic.draft("hb-1", ADAMS).await;
    clinic.sign_in(ADAMS, PC_2).await;
    let (client, token) = (&first.client, &first.access);

    // What is left to deliver, and to report, goes through.
    let url = clinic.running.url();
    let octets = draft.seal(&clinic.issuer);
    let mut delivery = clinic::submission(&url, octets, &draft.etags.join(", "), "late", token);
    let id = first.id.as_str().parse().unwrap();
    delivery.headers_mut().insert(SESSION_HEADER, id);
    assert_eq!(clinic.send(delivery).await.status(), 201);
    assert!(client.fate("late", token).await.unwrap().is_some());
    let event = SecurityEvent {
        kind: SecurityEventKind::SignerMismatch,
        reference: "7F3K-2QX9".into(),
        at: clinic.clock.now(),
        device: PC_1.into(),
        count: 1,
    };
    client.security_event(&event, token).await.unwrap();

    // Nothing else does.
    let ended = |error: CallError| {
        matches!(
            error,
            CallError::SessionRevoked {
                why: SessionEnd::Elsewhere
            }
        )
    };
    assert!(ended(client.list_all(token).await.unwrap_err()));
    assert!(ended(client.amendment("hb-2", token).await.unwrap_err()));
    assert!(ended(
        client
            .challenge(&request(&["hb-2"]), token)
            .await
            .unwrap_err()
    ));
    assert!(ended(client.close_other_sessions(token).await.unwrap_err()));
    assert!(ended(client.session(&first.id, token).await.unwrap_err()));
    let signature = draft.statement.signature_id;
    assert!(ended(client.signature(signature, token).await.unwrap_err()));
}

#[tokio::test]
async fn the_refusal_says_why_and_asks_for_no_other_token() {
    let clinic = limited(SessionLimit::OnePerSubject).await;
    let first = clinic.sign_in(ADAMS, PC_1).await;
    clinic.sign_in(ADAMS, PC_2).await;

    let answer = call(&clinic, &[first.id.as_str()]).await;

    let problem = answer.problem();
    assert_eq!(problem.kind, ProblemKind::SessionRevoked.urn());
    assert_eq!(
        (problem.status, problem.why.as_deref()),
        (401, Some("elsewhere"))
    );
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
}

#[tokio::test]
async fn a_session_that_is_not_ones_own_is_as_unknown_as_none() {
    let clinic = Clinic::open().await;
    let adams = clinic.sign_in(ADAMS, PC_1).await;
    let baker = clinic.sign_in(BAKER, PC_1).await;

    for names in [
        &[baker.id.as_str()][..],
        &["nobody"],
        &["no id"],
        &[adams.id.as_str(); 2],
    ] {
        let problem = call(&clinic, names).await.problem();
        assert_eq!(problem.kind, ProblemKind::SessionRevoked.urn());
        assert_eq!(problem.why.as_deref(), Some("unknown"));
    }
    let closed = clinic.client.close_session(&baker.id, &adams.access).await;
    assert!(matches!(closed, Err(CallError::NotFound)));
    assert_eq!(baker.standing().await, Ok(()));
}

/// Reads the worklist as Adams, from these sessions.
async fn call(clinic: &Clinic, sessions: &[&str]) -> Answer {
    let token = clinic.token(ADAMS, SESSION);
    let mut request = Request::get(format!("{}v1/amendments", clinic.running.url()))
        .header("authorization", format!("Bearer {}", token.expose_secret()));
    for session in sessions {
        request = request.header(SESSION_HEADER, *session);
    }
    clinic.send(request.body(Vec::new()).unwrap()).await
}

#[tokio::test]
async fn where_it_is_required_a_call_has_to_say_from_which_session_it_comes() {
    let clinic = Clinic::open_with(|config| config.sessions.required = true).await;
    let adams = clinic.sign_in(ADAMS, PC_1).await;

    assert_eq!(adams.standing().await, Ok(()));
    let problem = call(&clinic, &[]).await.problem();
    assert_eq!(problem.kind, ProblemKind::SessionRequired.urn());
    let refused = clinic.client.list_all(&adams.access).await;
    assert!(matches!(
        refused,
        Err(CallError::SessionRevoked {
            why: SessionEnd::Unknown
        })
    ));
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
    let events: Vec<_> = trail.iter().map(|line| line.event.as_str()).collect();
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
async fn what_was_ended_does_not_register_again_with_the_same_token() {
    let clinic = limited(SessionLimit::OnePerSubject).await;
    let first = clinic.sign_in(ADAMS, PC_1).await;
    let second = clinic.sign_in(ADAMS, PC_2).await;

    let back = clinic.sign_in_with(first.access, PC_1).await;

    assert!(matches!(
        back,
        Err(CallError::SessionRevoked {
            why: SessionEnd::Elsewhere
        })
    ));
    assert_eq!(second.standing().await, Ok(()));
}

#[tokio::test]
async fn what_was_ended_does_not_register_again_with_the_same_key() {
    let clinic = limited(SessionLimit::OnePerSubject).await;
    let first = clinic
        .sign_in_with(clinic.bound_token(ADAMS, 7), PC_1)
        .await
        .unwrap();
    let second = clinic
        .sign_in_with(clinic.bound_token(ADAMS, 8), PC_2)
        .await
        .unwrap();

    let back = clinic
        .sign_in_with(clinic.bound_token(ADAMS, 7), PC_1)
        .await;

    assert!(matches!(
        back,
        Err(CallError::SessionRevoked {
            why: SessionEnd::Elsewhere
        })
    ));
    assert_eq!(first.standing().await, Err(SessionEnd::Elsewhere));
    assert_eq!(second.standing().await, Ok(()));
}

#[tokio::test]
async fn a_session_is_of_no_use_to_another_key() {
    let clinic = Clinic::open().await;
    let bound = clinic
        .sign_in_with(clinic.bound_token(ADAMS, 7), PC_1)
        .await
        .unwrap();
    let renewed = clinic.bound_token(ADAMS, 7);
    let strangers = [clinic.bound_token(ADAMS, 8), clinic.token(ADAMS, SESSION)];

    assert!(bound.client.list_all(&renewed).await.is_ok());
    for stranger in strangers {
        let refused = bound.client.list_all(&stranger).await;
        assert!(matches!(
            refused,
            Err(CallError::SessionRevoked {
                why: SessionEnd::Unknown
            })
        ));
    }
}

#[tokio::test]
async fn whoever_authenticated_before_their_session_was_ended_has_to_do_it_again() {
    let clinic = limited(SessionLimit::OnePerSubject).await;
    let start = clinic.clock.now().as_second();
    let token = |auth_time| clinic.token_since(ADAMS, auth_time);
    clinic.sign_in_with(token(start), PC_1).await.unwrap();
    clinic.clock.forward(SignedDuration::from_mins(10));
    let second = clinic.sign_in_with(token(start + 599), PC_2).await.unwrap();
    clinic.clock.forward(SignedDuration::from_mins(5));

    let early = clinic.sign_in_with(token(start), PC_1).await;
    let second_stands = second.standing().await;
    let late = clinic.sign_in_with(token(start + 600), PC_1).await;

    assert!(
        matches!(
            &early,
            Err(CallError::StepUp {
                max_age: Some(300),
                ..
            })
        ),
        "{:?}",
        early.err()
    );
    assert_eq!(second_stands, Ok(()));
    assert!(late.is_ok());
}

#[tokio::test]
async fn a_sign_out_asks_nobody_to_authenticate_again() {
    let clinic = limited(SessionLimit::OnePerSubject).await;
    let start = clinic.clock.now().as_second();
    let first = clinic
        .sign_in_with(clinic.token_since(ADAMS, start), PC_1)
        .await
        .unwrap();
    clinic.clock.forward(SignedDuration::from_mins(10));
    first
        .client
        .close_session(&first.id, &first.access)
        .await
        .unwrap();

    let back = clinic
        .sign_in_with(clinic.token_since(ADAMS, start), PC_1)
        .await;

    assert!(back.is_ok());
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
    assert_eq!(told(), []);

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
