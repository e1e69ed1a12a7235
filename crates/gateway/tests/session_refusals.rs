//! What a session that is over, or is none of the caller's, may still do; and who does not come back.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod clinic;

use clinic::people::named;
use clinic::{ADAMS, Answer, BAKER, CEREMONY, Clinic, SESSION, request};
use gateway::{Clock as _, SessionLimit};
use http::Request;
use jiff::SignedDuration;
use records::CallError;
use records::wire::{ProblemKind, SESSION_HEADER, SecurityEvent, SecurityEventKind, SessionEnd};
use rstest::rstest;
use secrecy::ExposeSecret as _;

const PC_1: &str = "ward-3-pc-1";
const PC_2: &str = "ward-3-pc-2";

async fn one_per_subject() -> Clinic {
    Clinic::open_with(|config| config.sessions.limit = SessionLimit::OnePerSubject).await
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
    let clinic = one_per_subject().await;
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
        about: None,
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
    let clinic = one_per_subject().await;
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
async fn what_was_ended_does_not_register_again_with_the_same_token() {
    let clinic = one_per_subject().await;
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
    let clinic = one_per_subject().await;
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
    let clinic = one_per_subject().await;
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
    let clinic = one_per_subject().await;
    let start = clinic.clock.now().as_second();
    let first = clinic
        .sign_in_with(clinic.token_since(ADAMS, start), PC_1)
        .await
        .unwrap();
    clinic.clock.forward(SignedDuration::from_mins(3));
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
