//! A signature that is committed: once, whole, with a receipt that anybody can verify.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod clinic;

use clinic::draft::Draft;
use clinic::{ADAMS, BAKER, CEREMONY, Clinic, SESSION, observation, seeds};
use evidence::{Archive, Bundle, receipt, verify};
use gateway::Store;
use jiff::SignedDuration;
use records::CallError;
use records::wire::{AmendmentState, ProblemKind};

#[tokio::test]
async fn a_signature_makes_a_new_version_and_a_receipt_that_verifies_offline() {
    let clinic = Clinic::open().await;
    let draft = clinic.draft("hb-1", ADAMS).await;
    let octets = draft.seal(&clinic.issuer);

    let accepted = clinic
        .submit(&draft, octets.clone(), "key-1")
        .await
        .accepted();

    let amendment = clinic.amendment("hb-1", ADAMS).await;
    assert_eq!(
        (amendment.state, amendment.current_version.as_str()),
        (AmendmentState::Signed, "4")
    );
    assert_eq!(amendment.signatures.last().unwrap().name, "A. Adams");
    let receipt = clinic.receipt(&accepted);
    assert_eq!(receipt.records[0].new_version, "4");
    assert_eq!(receipt.records[0].awaiting, None);

    let archive = clinic.client.archive().await.unwrap();
    let kept = clinic
        .client
        .signature(accepted.signature_id, &clinic.token(ADAMS, SESSION))
        .await
        .unwrap();
    assert_eq!(kept.evidence.as_slice(), octets);
    let bundle = Bundle::parse(kept.evidence.as_slice())
        .unwrap()
        .with_receipt(&kept.receipt);
    let verified = verify::offline(
        &bundle.octets().unwrap(),
        &Archive::parse(&archive).unwrap(),
    )
    .unwrap();
    assert_eq!(verified.receipt().unwrap().sequence, 1);
}

#[tokio::test]
async fn receipts_chain_and_their_head_is_told() {
    let clinic = Clinic::open().await;
    let mut chain = Vec::new();
    for id in ["hb-1", "hb-2", "hb-3"] {
        chain.push(clinic.sign(id, ADAMS).await.receipt);
    }

    assert_eq!(
        receipt::read(&chain[0]).unwrap().previous_receipt_sha256,
        None
    );
    for pair in chain.windows(2) {
        receipt::follows(&pair[0], &receipt::read(&pair[1]).unwrap()).unwrap();
    }
    let head = clinic
        .client
        .receipts_head(&clinic.token(ADAMS, SESSION))
        .await
        .unwrap();
    assert_eq!(
        (head.sequence, head.sha256),
        (3, Some(receipt::sha256(&chain[2])))
    );
}

#[tokio::test]
async fn a_record_that_changed_refuses_the_challenge_and_the_signature() {
    let clinic = Clinic::open().await;
    let draft = clinic.draft("hb-1", ADAMS).await;
    clinic
        .store()
        .change_record_behind(
            "hb-1",
            &observation("hb-1", "22.1"),
            gateway::Clock::now(&*clinic.clock),
        )
        .unwrap();

    let answer = clinic
        .submit(&draft, draft.seal(&clinic.issuer), "key-1")
        .await;

    let problem = answer.problem();
    assert_eq!(
        (problem.status, problem.step.as_deref()),
        (412, Some("record"))
    );
    assert_eq!(problem.amendment.as_deref(), Some("hb-1"));
    let challenge = clinic.challenge(&["hb-1"], ADAMS).await;
    assert!(
        matches!(challenge, Err(CallError::RecordChanged { amendment: Some(id) }) if id == "hb-1")
    );
    let amendment = clinic.amendment("hb-1", ADAMS).await;
    assert_eq!(
        (amendment.state, amendment.current_version.as_str()),
        (AmendmentState::Changed, "4")
    );
    assert_eq!(amendment.record.base_version, "3");
    assert_eq!(clinic.kept(), (0, 0, 0, 0));
}

#[tokio::test]
async fn an_entity_tag_of_something_else_is_a_changed_record() {
    let clinic = Clinic::open().await;
    let draft = clinic.draft("hb-1", ADAMS).await;
    let other = clinic.amendment("hb-2", ADAMS).await.etag;

    let token = clinic.token(ADAMS, CEREMONY);
    let answer = clinic
        .deliver(draft.seal(&clinic.issuer), &other, "key-1", &token)
        .await;

    assert_eq!(answer.problem().kind, ProblemKind::RecordChanged.urn());
}

#[tokio::test]
async fn a_second_signature_is_needed_before_the_record_changes() {
    let clinic = Clinic::open().await;

    let first = clinic.sign("second-1", ADAMS).await;

    assert!(!first.progress[0].complete());
    let record = &clinic.receipt(&first).records[0];
    assert_eq!(
        (record.new_version.as_str(), record.awaiting),
        ("4", Some(1))
    );
    let amendment = clinic.amendment("second-1", ADAMS).await;
    assert_eq!(
        (amendment.state, amendment.current_version.as_str()),
        (AmendmentState::Pending, "3")
    );
    assert_eq!(
        (amendment.signatures_given, amendment.signed_by_you),
        (1, true)
    );

    let second = clinic.sign("second-1", BAKER).await;

    assert!(second.progress[0].complete());
    assert_eq!(clinic.receipt(&second).records[0].awaiting, None);
    assert_eq!(
        clinic.amendment("second-1", BAKER).await.current_version,
        "4"
    );
}

#[tokio::test]
async fn the_same_person_may_not_give_both_signatures() {
    let clinic = Clinic::open().await;
    let (first, second) = (
        clinic.draft("second-1", ADAMS).await,
        clinic.draft("second-1", ADAMS).await,
    );
    clinic
        .submit(&first, first.seal(&clinic.issuer), "key-1")
        .await
        .accepted();

    let answer = clinic
        .submit(&second, second.seal(&clinic.issuer), "key-2")
        .await;

    answer.refused(403, "authority", "not_authorized");
    assert!(matches!(
        clinic.challenge(&["second-1"], ADAMS).await,
        Err(CallError::Forbidden)
    ));
    let page = clinic
        .client
        .list_all(&clinic.token(ADAMS, SESSION))
        .await
        .unwrap();
    assert!(page.iter().all(|amendment| amendment.id != "second-1"));
}

#[tokio::test]
async fn several_amendments_are_signed_at_once_or_not_at_all() {
    let clinic = Clinic::open().await;
    let ids = ["hb-1", "hb-2"];
    let amendments = [
        clinic.amendment(ids[0], ADAMS).await,
        clinic.amendment(ids[1], ADAMS).await,
    ];
    let now = gateway::Clock::now(&*clinic.clock);
    let draft = |challenge| Draft::new(&amendments, &challenge, ADAMS, &clinic.issuer, now);
    let good = draft(clinic.challenge(&ids, ADAMS).await.unwrap());
    let late = draft(clinic.challenge(&ids, ADAMS).await.unwrap());
    let one_tag = clinic
        .deliver(
            late.seal(&clinic.issuer),
            &late.etags[0],
            "key-1",
            &clinic.token(ADAMS, CEREMONY),
        )
        .await;
    assert_eq!(one_tag.status(), 412);
    assert_eq!(clinic.kept(), (0, 0, 0, 0));

    let accepted = clinic
        .submit(&good, good.seal(&clinic.issuer), "key-2")
        .await
        .accepted();

    assert_eq!(clinic.receipt(&accepted).records.len(), 2);
    assert_eq!(clinic.kept(), (1, 2, 1, 1));
}

#[tokio::test]
async fn evidence_may_arrive_long_after_the_challenge_with_a_session_token() {
    let clinic = Clinic::open().await;
    let draft = clinic.draft("hb-1", ADAMS).await;
    let octets = draft.seal(&clinic.issuer);

    clinic.clock.forward(SignedDuration::from_hours(26));
    let answer = clinic
        .deliver(
            octets,
            &draft.etags[0],
            "key-1",
            &clinic.token(ADAMS, SESSION),
        )
        .await;

    assert_eq!(answer.accepted().progress[0].amendment, "hb-1");
}

#[tokio::test]
async fn evidence_verifies_after_the_provider_has_rotated_its_keys() {
    let clinic = Clinic::open().await;
    let draft = clinic.draft("hb-1", ADAMS).await;
    let octets = draft.seal(&clinic.issuer);
    clinic.clock.forward(SignedDuration::from_mins(30));
    clinic.issuer.rotate("key-2");

    let accepted = clinic.submit(&draft, octets, "key-1").await.accepted();

    let archive = clinic.client.archive().await.unwrap();
    let kept = clinic
        .store()
        .signature(accepted.signature_id)
        .unwrap()
        .unwrap();
    let bundle = Bundle::parse(kept.evidence.as_slice())
        .unwrap()
        .with_receipt(&kept.receipt);
    verify::offline(
        &bundle.octets().unwrap(),
        &Archive::parse(&archive).unwrap(),
    )
    .unwrap();
}

#[tokio::test]
async fn a_key_that_is_new_since_the_last_fetch_is_fetched_once() {
    let clinic = Clinic::open().await;
    let amendment = clinic.amendment("hb-1", ADAMS).await;
    let challenge = clinic.challenge(&["hb-1"], ADAMS).await.unwrap();
    let session = clinic.token(ADAMS, SESSION);
    clinic.clock.forward(SignedDuration::from_secs(20));
    clinic.issuer.rotate("key-2");
    let now = gateway::Clock::now(&*clinic.clock);
    let draft = Draft::new(&[amendment], &challenge, ADAMS, &clinic.issuer, now);

    let answer = clinic
        .deliver(
            draft.seal(&clinic.issuer),
            &draft.etags[0],
            "key-1",
            &session,
        )
        .await;

    answer.accepted();
    assert_eq!(clinic.issuer.fetches(), 2);
}

#[tokio::test]
async fn a_commit_that_breaks_off_leaves_nothing() {
    let clinic = Clinic::open().await;
    let draft = clinic.draft("hb-1", ADAMS).await;
    let octets = draft.seal(&clinic.issuer);
    let database = rusqlite::Connection::open(clinic.database()).unwrap();
    database
        .execute_batch(
            "CREATE TRIGGER power_cut BEFORE INSERT ON audit WHEN NEW.event = 'signature-recorded'
             BEGIN SELECT RAISE(ABORT, 'power cut'); END",
        )
        .unwrap();

    let answer = clinic.submit(&draft, octets.clone(), "key-1").await;

    assert_eq!(answer.problem().kind, ProblemKind::Internal.urn());
    assert_eq!(clinic.kept(), (0, 0, 0, 0));
    assert_eq!(
        clinic.amendment("hb-1", ADAMS).await.state,
        AmendmentState::Pending
    );
    database.execute_batch("DROP TRIGGER power_cut").unwrap();
    clinic.submit(&draft, octets, "key-1").await.accepted();
}

#[tokio::test]
async fn everything_is_there_after_a_restart_and_seeding_again_changes_nothing() {
    let clinic = Clinic::open().await;
    let accepted = clinic.sign("hb-1", ADAMS).await;
    let (path, folder) = (clinic.database(), clinic.folder);
    clinic.running.shutdown().await.unwrap();

    let store = Store::open(&path).unwrap();
    store.seed(&seeds()).unwrap();

    assert_eq!(
        store
            .signature(accepted.signature_id)
            .unwrap()
            .unwrap()
            .receipt,
        accepted.receipt
    );
    assert_eq!(store.receipts_head().unwrap().sequence, 1);
    assert!(store.audit_is_whole().unwrap().is_ok());
    drop(folder);
}

#[tokio::test]
async fn the_trail_cannot_be_changed_unnoticed() {
    let clinic = Clinic::open().await;
    clinic.sign("hb-1", ADAMS).await;
    assert_eq!(clinic.store().audit_is_whole().unwrap(), Ok(3));
    let database = rusqlite::Connection::open(clinic.database()).unwrap();
    assert!(
        database
            .execute("UPDATE audit SET actor = 'somebody'", [])
            .is_err()
    );
    assert!(database.execute("DELETE FROM signature", []).is_err());

    database
        .execute_batch(
            "DROP TRIGGER audit_is_final; UPDATE audit SET event = 'nothing' WHERE seq = 1",
        )
        .unwrap();

    assert_eq!(clinic.store().audit_is_whole().unwrap(), Err(1));
}

#[tokio::test]
async fn a_key_stays_known_under_every_description_that_it_was_published_with() {
    let clinic = Clinic::open().await;
    let now = gateway::Clock::now(&*clinic.clock);
    let key: evidence::keys::Jwk = serde_json::from_value(clinic.issuer.key().jwk()).unwrap();
    let mut renamed = key.clone();
    renamed.kid = Some("key-1b".to_owned());
    let mut undescribed = key.clone();
    undescribed.alg = None;
    let published = [key, renamed, undescribed];
    for key in &published {
        clinic
            .store()
            .know_issuer_keys("https://id.example", std::slice::from_ref(key), now)
            .unwrap();
    }

    let known = clinic.store().issuer_keys("https://id.example").unwrap();

    assert_eq!(known.len(), published.len());
    for key in &published {
        assert!(known.iter().any(|known| known.jwk == *key));
    }
}
