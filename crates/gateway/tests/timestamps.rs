//! Time-stamps of receipts, from a real `openssl ts` over HTTP: asked for, judged, kept, given, and missed by rule.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod clinic;

use std::sync::Arc;

use clinic::tsa::{Manner, Tsa};
use clinic::{ADAMS, CEREMONY, Clinic, SESSION};
use evidence::{Archive, Bundle, Reason, Step, verify};
use gateway::TimestampRule::{self, BestEffort, Required};
use jiff::{SignedDuration, Timestamp};
use records::wire::{SignatureAccepted, SignatureRecord};
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::required(Required)]
#[case::best_effort(BestEffort)]
#[tokio::test]
async fn a_receipt_is_time_stamped_and_the_stamp_verifies_offline(#[case] rule: TimestampRule) {
    let (clinic, tsa) = clinic_with(rule).await;

    let accepted = clinic.sign("hb-1", ADAMS).await;

    let (bundle, archive) = (given(&clinic, &accepted).await, archive(&clinic).await);
    assert_eq!(
        bundle.timestamp(),
        accepted.timestamp.as_ref().map(AsRef::as_ref)
    );
    let verified = verify::offline(&bundle.octets().unwrap(), &archive).unwrap();
    assert_eq!(verified.receipt().unwrap().sequence, 1);
    assert_eq!(tsa.asked(), 1);
    let found = clinic.store().check(None).unwrap();
    assert_eq!((found.timestamps, found.faults), (1, vec![]));
}

#[tokio::test]
async fn a_repetition_and_a_question_for_the_fate_get_the_same_stamp() {
    let (clinic, tsa) = clinic_with(Required).await;
    let draft = clinic.draft("hb-1", ADAMS).await;
    let octets = draft.seal(&clinic.issuer);
    let first = clinic
        .submit(&draft, octets.clone(), "key-1")
        .await
        .accepted();

    let again = clinic.submit(&draft, octets, "key-1").await.accepted();
    let fate = clinic
        .client
        .fate("key-1", &clinic.token(ADAMS, SESSION))
        .await
        .unwrap();

    assert!(first.timestamp.is_some());
    assert_eq!((&again, fate.as_ref()), (&first, Some(&first)));
    assert_eq!(tsa.asked(), 1);
}

#[rstest]
#[case::it_is_down(Manner::Unavailable, "timestamp_refused")]
#[case::it_rejects(Manner::Rejecting, "timestamp_refused")]
#[case::it_answers_under_another_type(Manner::Mislabelled, "timestamp_refused")]
#[case::it_answers_nonsense(Manner::Nonsense, "timestamp_invalid")]
#[case::it_stamps_something_else(Manner::Repeating, "timestamp_invalid")]
#[case::it_sends_elsewhere(Manner::Redirecting, "timestamp_unreachable")]
#[case::it_never_stops(Manner::Endless, "timestamp_unreachable")]
#[case::it_never_answers(Manner::Silent, "timestamp_unreachable")]
#[tokio::test]
async fn what_cannot_be_stamped_is_not_committed_where_stamps_are_required_and_committed_where_not(
    #[case] manner: Manner,
    #[case] reason: &str,
) {
    for rule in [Required, BestEffort] {
        let (clinic, tsa) = clinic_with(rule).await;
        clinic.sign("hb-2", ADAMS).await;
        let draft = clinic.draft("hb-1", ADAMS).await;
        let octets = draft.seal(&clinic.issuer);
        tsa.answers(manner);

        let answer = clinic.submit(&draft, octets.clone(), "key-1").await;

        let event = match rule {
            Required => {
                let problem = answer.problem();
                assert_eq!(
                    (
                        problem.status,
                        problem.kind.as_str(),
                        problem.detail.as_deref()
                    ),
                    (
                        503,
                        "urn:countersign:problem:timestamp-unavailable",
                        Some(reason)
                    )
                );
                assert_eq!(clinic.kept(), (1, 1, 1, 1));
                assert!(!clinic.is_spent(&draft.challenge));
                "signature-refused"
            }
            BestEffort => {
                assert_eq!(answer.accepted().timestamp, None);
                assert_eq!(clinic.kept(), (2, 2, 2, 2));
                "receipt-not-timestamped"
            }
        };
        let trail = clinic.store().audit(1).unwrap();
        assert_eq!(trail.last().unwrap().event, event);
        if rule == BestEffort {
            assert_eq!(
                trail.last().unwrap().detail,
                json!({ "sequence": 2, "reason": reason })
            );
        }

        // The same submission again, once the authority is well.
        tsa.answers(Manner::Well);
        let accepted = clinic.submit(&draft, octets, "key-1").await.accepted();
        assert!(accepted.timestamp.is_some());
        assert_eq!(clinic.kept(), (2, 2, 2, 2));
        let bundle = given(&clinic, &accepted).await;
        verify::offline(&bundle.octets().unwrap(), &archive(&clinic).await).unwrap();
    }
}

#[tokio::test]
async fn an_authority_that_nobody_trusts_stamps_nothing() {
    let (ours, other) = (Tsa::open().await, Tsa::open().await);
    let mut settings = ours.settings(Required);
    settings.authorities = other.ca();
    let clinic = Clinic::open_at(Timestamp::now(), |config| {
        config.timestamps = Some(settings);
    })
    .await;
    let draft = clinic.draft("hb-1", ADAMS).await;

    let answer = clinic
        .submit(&draft, draft.seal(&clinic.issuer), "key-1")
        .await;

    assert_eq!(
        answer.problem().detail.as_deref(),
        Some("timestamp_invalid")
    );
    assert_eq!(clinic.kept(), (0, 0, 0, 0));
}

#[rstest]
#[case::behind(-1200)]
#[case::ahead(1200)]
#[tokio::test]
async fn a_stamp_that_disagrees_with_our_clock_does_not_count(#[case] seconds: i64) {
    let (clinic, _tsa) = clinic_with(Required).await;
    clinic.clock.forward(SignedDuration::from_secs(seconds));
    let draft = clinic.draft("hb-1", ADAMS).await;

    let answer = clinic
        .submit(&draft, draft.seal(&clinic.issuer), "key-1")
        .await;

    assert_eq!(
        answer.problem().detail.as_deref(),
        Some("timestamp_clock_differs")
    );
    assert_eq!(clinic.kept(), (0, 0, 0, 0));
}

#[tokio::test]
async fn where_stamps_are_required_evidence_that_lost_its_own_is_refused_offline() {
    let (clinic, _tsa) = clinic_with(Required).await;
    let accepted = clinic.sign("hb-1", ADAMS).await;
    let bundle = given(&clinic, &accepted)
        .await
        .with_receipt(&accepted.receipt);

    let failure = verify::offline(&bundle.octets().unwrap(), &archive(&clinic).await).unwrap_err();

    assert_eq!(
        (failure.step, failure.reason),
        (Step::Receipt, Reason::TimestampMissing)
    );
}

#[tokio::test]
async fn signatures_at_once_wait_for_each_others_stamps_and_chain() {
    let (clinic, tsa) = clinic_with(Required).await;
    let clinic = Arc::new(clinic);
    let mut running = tokio::task::JoinSet::new();
    for id in ["hb-1", "hb-2", "hb-3", "hb-4", "hb-5"] {
        let draft = clinic.draft(id, ADAMS).await;
        let (clinic, octets) = (clinic.clone(), draft.seal(&clinic.issuer));
        let token = clinic.token(ADAMS, CEREMONY);
        running.spawn(async move { clinic.deliver(octets, &draft.etags[0], id, &token).await });
    }

    for answer in running.join_all().await {
        assert!(answer.accepted().timestamp.is_some());
    }

    let found = clinic.store().check(None).unwrap();
    assert_eq!(
        (found.receipts, found.timestamps, found.faults),
        (5, 5, vec![])
    );
    assert_eq!(tsa.asked(), 5);
}

#[tokio::test]
async fn a_stamp_that_was_taken_away_is_missed() {
    let (clinic, _tsa) = clinic_with(Required).await;
    clinic.sign("hb-1", ADAMS).await;

    clinic.tamper("DELETE FROM receipt_timestamp");

    let wrong = gateway::Wrong::TimestampMissing;
    let faults = clinic.store().check(None).unwrap().faults;
    assert_eq!(faults, [gateway::Fault { at: 1, wrong }]);
}

#[tokio::test]
async fn a_gateway_without_the_authoritys_certificates_does_not_start() {
    let tsa = Tsa::open().await;
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("ca.pem");
    std::fs::write(&empty, "").unwrap();
    for authorities in [empty, folder.path().join("nowhere.pem")] {
        let mut settings = tsa.settings(Required);
        settings.authorities = authorities;
        let store = gateway::StorePlace::File(folder.path().join("records.sqlite"));
        let key = folder.path().join("receipts.p8");
        let issuers = vec![gateway::Issuer::new("https://id.example", "desktop")];
        let mut config = gateway::Config::new(([127, 0, 0, 1], 0).into(), store, key, issuers);
        config.development_http = true;
        config.timestamps = Some(settings);

        let refused = gateway::serve(config).await.err();

        assert!(
            matches!(
                refused,
                Some(gateway::ServeError::Config {
                    key: "timestamps.authorities",
                    ..
                })
            ),
            "{refused:?}"
        );
    }
}

async fn clinic_with(rule: TimestampRule) -> (Clinic, Tsa) {
    let tsa = Tsa::open().await;
    let settings = tsa.settings(rule);
    // The authority has the machine's clock. The clinic begins with it and then stands still, so that a busy machine
    // must not be held against it.
    let clinic = Clinic::open_at(Timestamp::now(), |config| {
        config.timestamps = Some(settings);
        config.clock_skew_s = 600;
    });
    (clinic.await, tsa)
}

/// The evidence as the gateway gives it back, with everything attached.
async fn given(clinic: &Clinic, accepted: &SignatureAccepted) -> Bundle {
    let path = format!("v1/signatures/{}", accepted.signature_id);
    let answer = clinic.get(&path, &clinic.token(ADAMS, SESSION)).await;
    let kept: SignatureRecord = serde_json::from_value(answer.json()).unwrap();
    let bundle = Bundle::parse(kept.evidence.as_slice())
        .unwrap()
        .with_receipt(&kept.receipt);
    bundle.with_timestamp(kept.timestamp.unwrap().as_slice())
}

async fn archive(clinic: &Clinic) -> Archive {
    Archive::parse(&clinic.client.archive().await.unwrap()).unwrap()
}
