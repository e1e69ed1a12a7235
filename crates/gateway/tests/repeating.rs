//! Repeating is safe: the same submission gets the same answer, and nothing is ever committed twice.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod clinic;

use clinic::{ADAMS, BAKER, CEREMONY, Clinic, SESSION};
use evidence::verify;
use jiff::SignedDuration;
use records::wire::ProblemKind;
use records::{CallError, SubmitError};

#[tokio::test]
async fn the_same_submission_again_gets_the_same_receipt() {
    let clinic = Clinic::open().await;
    let draft = clinic.draft("hb-1", ADAMS).await;
    let octets = draft.seal(&clinic.issuer);
    let first = clinic
        .submit(&draft, octets.clone(), "key-1")
        .await
        .accepted();

    clinic.clock.forward(SignedDuration::from_hours(1));
    let again = clinic.submit(&draft, octets, "key-1").await.accepted();

    assert_eq!(again, first);
    assert_eq!(clinic.kept(), (1, 1, 1, 1));
}

#[tokio::test]
async fn an_idempotency_key_stands_for_one_evidence() {
    let clinic = Clinic::open().await;
    let (one, other) = (
        clinic.draft("hb-1", ADAMS).await,
        clinic.draft("hb-2", ADAMS).await,
    );
    clinic
        .submit(&one, one.seal(&clinic.issuer), "key-1")
        .await
        .accepted();

    let answer = clinic
        .submit(&other, other.seal(&clinic.issuer), "key-1")
        .await;

    assert_eq!(
        answer.problem().kind,
        ProblemKind::IdempotencyConflict.urn()
    );
}

#[tokio::test]
async fn a_client_that_did_not_hear_the_answer_can_ask_for_it() {
    let clinic = Clinic::open().await;
    let accepted = clinic.sign("hb-1", ADAMS).await;
    let token = clinic.token(ADAMS, SESSION);

    assert_eq!(
        clinic
            .client
            .fate("key-hb-1-adams-7d1", &token)
            .await
            .unwrap(),
        Some(accepted)
    );
    assert_eq!(clinic.client.fate("another", &token).await.unwrap(), None);
    let stranger = clinic.token(BAKER, SESSION);
    assert_eq!(
        clinic
            .client
            .fate("key-hb-1-adams-7d1", &stranger)
            .await
            .unwrap(),
        None
    );
}

#[tokio::test]
async fn a_replay_under_another_key_is_told_that_the_challenge_is_spent() {
    let clinic = Clinic::open().await;
    let draft = clinic.draft("hb-1", ADAMS).await;
    let octets = draft.seal(&clinic.issuer);
    clinic
        .submit(&draft, octets.clone(), "key-1")
        .await
        .accepted();

    let answer = clinic.submit(&draft, octets, "key-2").await;

    answer.refused(409, "challenge", "challenge_spent");
    assert_eq!(clinic.kept(), (1, 1, 1, 1));
}

#[tokio::test]
async fn the_client_tells_what_was_not_sent_from_what_was_not_recorded() {
    let clinic = Clinic::open().await;
    let draft = clinic.draft("hb-1", ADAMS).await;
    let octets = draft.seal(&clinic.issuer);
    let issuers = [evidence::TrustedIssuer {
        iss: clinic.issuer.iss.clone(),
        client_ids: vec![clinic::CLIENT.to_owned()],
        algorithms: vec![evidence::keys::Algorithm::Es256],
        subject_claims: vec!["sub".to_owned()],
        keys: clinic.store().issuer_keys(&clinic.issuer.iss).unwrap(),
    }];
    let trust = evidence::OnlineTrust {
        issuers: &issuers,
        now: gateway::Clock::now(&*clinic.clock),
        clock_skew_s: 60,
        delivery_grace_s: 0,
        required_amr: &[],
        session: None,
        challenge: evidence::Lookup::NotDone,
        amendments: None,
        authority: None,
        names: evidence::NameSource::IdToken,
    };
    let verified = verify::online(&octets, &trust).unwrap();
    let token = clinic.token(ADAMS, CEREMONY);

    let refused = clinic
        .client
        .submit(&verified, &["\"wrong\"".to_owned()], "key-1", &token)
        .await;
    assert!(
        matches!(
            refused,
            Err(SubmitError::Refused(CallError::RecordChanged { .. }))
        ),
        "{refused:?}"
    );
    let client = clinic.client.clone();
    client
        .submit(&verified, &draft.etags, "key-1", &token)
        .await
        .unwrap();
    clinic.running.shutdown().await.unwrap();
    let gone = client
        .submit(&verified, &draft.etags, "key-2", &token)
        .await;
    assert!(matches!(gone, Err(SubmitError::NotSent(_))), "{gone:?}");
}
