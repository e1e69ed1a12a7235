//! A store that was changed behind the gateway's back: the check finds what was removed, altered or moved, and where.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod clinic;

use std::process::{Command, Output};

use clinic::{ADAMS, BAKER, Clinic, SESSION};
use evidence::receipt;
use gateway::{Fault, Store, Wrong};
use records::wire::{ReceiptHead, ReceiptPage};
use rstest::rstest;
use serde_json::{Value, json};

#[tokio::test]
async fn a_store_that_nobody_touched_has_no_faults() {
    let clinic = four_receipts().await;

    let found = clinic.store().check(None).unwrap();

    assert_eq!(found.faults, []);
    assert_eq!((found.receipts, found.head.sequence), (4, 4));
    assert_eq!(
        found,
        Store::check_file(&clinic.database(), Some(&found.head)).unwrap()
    );
}

#[rstest]
#[case::the_first_receipt_removed("DELETE FROM signature WHERE sequence = 1", &[(1, Wrong::ReceiptMissing), (2, Wrong::LinkBroken)])]
#[case::one_in_the_middle_removed("DELETE FROM signature WHERE sequence = 2", &[(2, Wrong::ReceiptMissing), (3, Wrong::LinkBroken)])]
#[case::the_last_removed("DELETE FROM signature WHERE sequence = 4", &[(4, Wrong::ReceiptMissing)])]
#[case::one_removed_and_the_gap_closed("DELETE FROM signature WHERE sequence = 2; UPDATE signature SET sequence = 2 WHERE sequence = 3; UPDATE signature SET sequence = 3 WHERE sequence = 4", &[(2, Wrong::ReceiptMoved), (2, Wrong::LinkBroken), (2, Wrong::TrailSilent), (3, Wrong::ReceiptMoved), (3, Wrong::TrailSilent), (4, Wrong::ReceiptMissing)])]
#[case::two_swapped("UPDATE signature SET sequence = 9 WHERE sequence = 2; UPDATE signature SET sequence = 2 WHERE sequence = 3; UPDATE signature SET sequence = 3 WHERE sequence = 9", &[(2, Wrong::ReceiptMoved), (2, Wrong::LinkBroken), (2, Wrong::TrailSilent), (3, Wrong::ReceiptMoved), (3, Wrong::LinkBroken), (3, Wrong::TrailSilent), (4, Wrong::LinkBroken)])]
#[case::a_receipt_altered("UPDATE signature SET receipt = replace(receipt, '.', '.A') WHERE sequence = 2", &[(2, Wrong::ReceiptAltered), (2, Wrong::TrailSilent), (3, Wrong::LinkBroken)])]
#[case::a_receipt_put_in_the_place_of_another("UPDATE signature SET receipt = (SELECT receipt FROM signature WHERE sequence = 1) WHERE sequence = 3", &[(3, Wrong::ReceiptMoved), (3, Wrong::LinkBroken), (3, Wrong::EvidenceAltered), (3, Wrong::TrailSilent), (4, Wrong::LinkBroken)])]
#[case::the_receipt_keys_replaced("UPDATE receipt_key SET thumbprint = 'x', jwk = (SELECT jwk FROM issuer_key LIMIT 1)", &[(1, Wrong::ReceiptAltered), (2, Wrong::ReceiptAltered), (3, Wrong::ReceiptAltered), (4, Wrong::ReceiptAltered)])]
#[case::evidence_altered("UPDATE signature SET evidence = CAST(replace(CAST(evidence AS TEXT), 'ward-3-pc-2', 'ward-3-pc-3') AS BLOB) WHERE sequence = 2", &[(2, Wrong::EvidenceAltered)])]
#[case::evidence_of_another_signature("UPDATE signature SET evidence = (SELECT evidence FROM signature WHERE sequence = 1) WHERE sequence = 2", &[(2, Wrong::EvidenceAltered)])]
#[case::another_name_in_the_list("UPDATE signature SET name = 'B. Baker' WHERE sequence = 2", &[(2, Wrong::ListingAltered)])]
#[case::another_meaning_in_the_list("UPDATE signature SET meaning = 'Review Signature' WHERE sequence = 2", &[(2, Wrong::ListingAltered)])]
#[case::another_digest_in_the_list("UPDATE signature SET receipt_sha256 = hex(zeroblob(32)) WHERE sequence = 4", &[(4, Wrong::ListingAltered)])]
#[case::another_time_in_the_list("UPDATE signature SET received_at = '2020-01-01T00:00:00.000000000Z' WHERE sequence = 3", &[(3, Wrong::ListingAltered)])]
#[case::the_record_altered("UPDATE record_version SET octets = CAST('{}' AS BLOB) WHERE id = 'obs-hb-1' AND version = 4", &[(1, Wrong::RecordAltered)])]
#[case::the_new_version_removed("DELETE FROM record_version WHERE id = 'obs-hb-2' AND version = 4", &[(2, Wrong::RecordAltered)])]
#[case::a_challenge_made_good_again("UPDATE challenge SET spent_by = NULL WHERE spent_by IN (SELECT signature_id FROM signature WHERE sequence = 2)", &[(2, Wrong::ChallengeAltered)])]
#[case::the_trail_cut_before_the_last("DELETE FROM audit WHERE seq >= (SELECT max(seq) FROM audit WHERE event = 'signature-recorded')", &[(4, Wrong::TrailSilent)])]
#[case::a_line_of_the_trail_altered("UPDATE audit SET actor = 'somebody' WHERE seq = 3", &[(3, Wrong::TrailBroken)])]
#[case::a_line_of_the_trail_unreadable("UPDATE audit SET detail = '{' WHERE seq = 2", &[(2, Wrong::TrailBroken)])]
#[tokio::test]
async fn what_was_changed_is_found_and_located(
    #[case] sql: &str,
    #[case] expected: &[(u64, Wrong)],
) {
    let clinic = four_receipts().await;

    clinic.tamper(sql);

    let faults: Vec<Fault> = expected
        .iter()
        .map(|&(at, wrong)| Fault { at, wrong })
        .collect();
    assert_eq!(clinic.store().check(None).unwrap().faults, faults);
}

/// The last signature with everything that tells of it. What is left is whole.
const CUT_OFF_WITH_EVERYTHING: &str = "
    DELETE FROM audit WHERE seq >= (SELECT max(seq) FROM audit WHERE event = 'signature-recorded');
    UPDATE challenge SET spent_by = NULL WHERE spent_by = (SELECT signature_id FROM signature WHERE sequence = 4);
    DELETE FROM given WHERE signature_id = (SELECT signature_id FROM signature WHERE sequence = 4);
    DELETE FROM signature WHERE sequence = 4";

#[tokio::test]
async fn what_was_cut_off_with_every_trace_is_found_by_a_head_that_was_written_down() {
    let clinic = four_receipts().await;
    let head = clinic.store().receipts_head().unwrap();

    clinic.tamper(CUT_OFF_WITH_EVERYTHING);

    assert_eq!(clinic.store().check(None).unwrap().faults, []);
    let wrong = Wrong::HeadUnknown;
    assert_eq!(
        clinic.store().check(Some(&head)).unwrap().faults,
        [Fault { at: 4, wrong }]
    );
}

#[tokio::test]
async fn a_head_of_another_history_is_not_in_this_one() {
    let (clinic, other) = (four_receipts().await, four_receipts().await);
    let head = other.store().receipts_head().unwrap();

    let found = clinic.store().check(Some(&head)).unwrap();

    let wrong = Wrong::HeadUnknown;
    assert_eq!(found.faults, [Fault { at: 4, wrong }]);
}

#[tokio::test]
async fn whoever_kept_a_receipt_can_follow_the_chain_from_it_to_the_head() {
    let clinic = four_receipts().await;
    let kept = chain_after(&clinic, 0).await.receipts.swap_remove(1);

    let rest = chain_after(&clinic, 2).await;

    assert_eq!(follows(&clinic, &kept, &rest), Ok(()));
    assert_eq!(rest.receipts.len(), 2);
    clinic.tamper("DELETE FROM signature WHERE sequence = 3");
    assert_eq!(
        follows(&clinic, &kept, &chain_after(&clinic, 2).await),
        Err(3)
    );
}

#[rstest]
#[case("after=x")]
#[case("after=-1")]
#[case("before=2")]
#[tokio::test]
async fn a_listing_of_receipts_that_makes_no_sense_is_malformed(#[case] query: &str) {
    let clinic = Clinic::open().await;

    let token = clinic.token(ADAMS, SESSION);
    let answer = clinic.get(&format!("v1/receipts?{query}"), &token).await;

    assert_eq!(answer.status(), 400);
}

#[tokio::test]
async fn the_service_checks_a_store_on_request_and_says_what_it_found() {
    let clinic = four_receipts().await;
    let head = clinic.store().receipts_head().unwrap();
    let noted = format!("{}:{}", head.sequence, head.sha256.unwrap());

    let whole = check(&clinic, &["--head", &noted]);
    let nowhere = Command::new(env!("CARGO_BIN_EXE_countersign-gateway"))
        .args(["check", "--store", "/nowhere/records.sqlite"])
        .output()
        .unwrap();
    let nonsense = check(&clinic, &["--head", "four"]);
    clinic.tamper("DELETE FROM signature WHERE sequence = 2");
    let broken = check(&clinic, &[]);

    assert_eq!(whole.status.code(), Some(0));
    assert_eq!(said(&whole)["faults"], json!([]));
    assert_eq!(said(&whole)["receipts"], 4);
    assert_eq!(broken.status.code(), Some(2));
    assert_eq!(
        said(&broken)["faults"][0],
        json!({ "at": 2, "wrong": "receipt_missing" })
    );
    assert_eq!(nowhere.status.code(), Some(1));
    assert_eq!(nonsense.status.code(), Some(1));
}

/// `hb-1` and `hb-2`, and both signatures of `second-1`.
async fn four_receipts() -> Clinic {
    let clinic = Clinic::open().await;
    for (id, sub) in [
        ("hb-1", ADAMS),
        ("hb-2", ADAMS),
        ("second-1", ADAMS),
        ("second-1", BAKER),
    ] {
        clinic.sign(id, sub).await;
    }
    clinic
}

async fn chain_after(clinic: &Clinic, after: u64) -> ReceiptPage {
    let token = clinic.token(ADAMS, SESSION);
    let path = format!("v1/receipts?after={after}");
    serde_json::from_value(clinic.get(&path, &token).await.json()).unwrap()
}

/// What an outsider does with a page: every receipt is signed, follows the one before, and the last one is the head.
/// Else the number where that ends.
fn follows(clinic: &Clinic, kept: &str, rest: &ReceiptPage) -> Result<(), u64> {
    let keys = clinic.store().receipt_keys().unwrap();
    let mut last = kept.to_owned();
    for jws in &rest.receipts {
        let said = receipt::verify(jws, &keys).unwrap();
        let expected = receipt::read(&last).unwrap().sequence + 1;
        receipt::follows(&last, &said).map_err(|_| expected)?;
        last.clone_from(jws);
    }
    let head = ReceiptHead {
        sequence: receipt::read(&last).unwrap().sequence,
        sha256: Some(receipt::sha256(&last)),
    };
    assert_eq!(rest.head, head);
    Ok(())
}

fn check(clinic: &Clinic, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_countersign-gateway"))
        .args(["check", "--store"])
        .arg(clinic.database())
        .args(more)
        .output()
        .unwrap()
}

fn said(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}
