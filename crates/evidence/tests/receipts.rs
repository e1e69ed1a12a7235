//! Step 14 and what hangs on it: offline, years later.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{ISSUER, Provider, Scene, at, checked, epoch, jcs};
use evidence::archive::{Archive, ChainEntry};
use evidence::keys::Algorithm;
use evidence::{Bundle, Reason, Receipt, ReceiptKey, Step, receipt, verify};
use rstest::rstest;
use serde_json::json;

fn offline(octets: &[u8], archive: &Archive) -> Result<String, (Step, Reason)> {
    verify::offline(octets, archive)
        .map(|evidence| evidence.sha256().to_owned())
        .map_err(checked)
}

#[test]
fn evidence_verifies_after_the_provider_has_rotated_its_keys() {
    let scene = Scene::new();
    let mut archive = scene.archive();
    let successor = Provider::new(ISSUER, Algorithm::Es256)
        .trusted()
        .keys
        .remove(0);
    archive.issuers[0].keys.insert(0, successor);

    offline(&scene.receipted(), &archive).unwrap();
}

#[test]
fn a_retired_key_is_refused_for_a_receipt_after_its_retirement() {
    let scene = Scene::new();
    let mut archive = scene.archive();
    archive.issuers[0].keys[0].last_seen = at(-3600);

    assert_eq!(
        offline(&scene.receipted(), &archive),
        Err((Step::IdToken, Reason::KeyOutsideItsTime))
    );
}

#[test]
fn a_key_that_was_retired_before_the_challenge_is_refused_and_one_retired_while_it_was_answered_is_not()
 {
    let scene = Scene::new();
    let mut archive = scene.archive();
    let octets = scene.receipted();
    let bundle = evidence::Bundle::parse(&octets).unwrap();
    let receipt = evidence::receipt::read(bundle.receipt().unwrap()).unwrap();

    archive.issuers[0].keys[0].retired_at = Some(receipt.challenge.issued_at);
    offline(&octets, &archive).unwrap();
    archive.issuers[0].keys[0].retired_at = Some(at(-3600));

    assert_eq!(
        offline(&octets, &archive),
        Err((Step::IdToken, Reason::KeyOutsideItsTime))
    );
}

#[test]
fn a_key_that_appeared_later_is_refused_for_an_earlier_receipt() {
    let scene = Scene::new();
    let mut archive = scene.archive();
    archive.issuers[0].keys[0].first_seen = at(3600);

    assert_eq!(
        offline(&scene.receipted(), &archive),
        Err((Step::IdToken, Reason::KeyOutsideItsTime))
    );
}

#[test]
fn a_receipt_that_names_a_key_the_issuer_never_had_is_refused() {
    let scene = Scene::new();
    let octets = scene.receipted_with(|receipt| receipt.issuer_key_thumbprint = "x".to_owned());

    assert_eq!(
        offline(&octets, &scene.archive()),
        Err((Step::IdToken, Reason::KeyNotFound))
    );
}

#[test]
fn time_offline_is_the_receipts() {
    let scene = Scene::new();
    let octets = scene.receipted_with(|receipt| receipt.received_at = at(2000));

    assert_eq!(
        offline(&octets, &scene.archive()),
        Err((Step::Time, Reason::Expired))
    );
}

#[test]
fn freshness_offline_is_judged_by_the_challenge_in_the_receipt() {
    let scene = Scene::new();
    let octets = scene.receipted_with(|receipt| receipt.challenge.issued_at = at(200));

    assert_eq!(
        offline(&octets, &scene.archive()),
        Err((Step::Freshness, Reason::AuthTimeStale))
    );
}

#[test]
fn a_bundle_without_a_receipt_is_refused_offline() {
    let scene = Scene::new();

    assert_eq!(
        offline(&scene.octets(), &scene.archive()),
        Err((Step::Receipt, Reason::ReceiptMissing))
    );
}

#[test]
fn a_receipt_that_cannot_be_read_is_refused() {
    let scene = Scene::new();
    let mut bundle = scene.bundle();
    bundle["receipt"] = json!("not a receipt");

    assert_eq!(
        offline(&jcs(&bundle), &scene.archive()),
        Err((Step::Receipt, Reason::ReceiptMalformed))
    );
}

#[test]
fn a_receipt_by_another_key_is_refused() {
    let scene = Scene::new();
    let mut archive = scene.archive();
    archive.receipt_keys = Scene::new().archive().receipt_keys;

    assert_eq!(
        offline(&scene.receipted(), &archive),
        Err((Step::Receipt, Reason::ReceiptSignatureInvalid))
    );
}

#[test]
fn a_receipt_key_counts_only_in_its_time() {
    let scene = Scene::new();
    let mut archive = scene.archive();
    archive.receipt_keys[0].last_seen = at(0);

    assert_eq!(
        offline(&scene.receipted(), &archive),
        Err((Step::Receipt, Reason::ReceiptSignatureInvalid))
    );
}

#[rstest]
#[case::other_evidence(|receipt: &mut Receipt| receipt.evidence_sha256 = "0".repeat(64))]
#[case::another_signature(|receipt: &mut Receipt| receipt.signature_id = "01927d3e-8a00-7c4e-9c3b-2f6d1e5a7b91".parse().unwrap())]
#[case::another_record(|receipt: &mut Receipt| receipt.records[0].id.push('x'))]
#[case::a_record_less(|receipt: &mut Receipt| receipt.records.clear())]
#[case::a_signature_that_nobody_owes(|receipt: &mut Receipt| receipt.records[0].awaiting = Some(0))]
#[case::no_new_version(|receipt: &mut Receipt| receipt.records[0].new_version = "3".to_owned())]
fn a_receipt_is_refused_that_is_for(#[case] change: fn(&mut Receipt)) {
    let scene = Scene::new();

    assert_eq!(
        offline(&scene.receipted_with(change), &scene.archive()),
        Err((Step::Receipt, Reason::ReceiptMismatch))
    );
}

#[test]
fn a_receipt_may_say_that_a_second_signature_is_awaited() {
    let scene = Scene::new();
    let octets = scene.receipted_with(|receipt| receipt.records[0].awaiting = Some(1));

    offline(&octets, &scene.archive()).unwrap();
}

#[test]
fn a_receipt_for_steps_that_were_not_all_taken_is_refused() {
    let scene = Scene::new();
    let octets = scene.receipted_with(|receipt| receipt.verified.truncate(12));

    assert_eq!(
        offline(&octets, &scene.archive()),
        Err((Step::Receipt, Reason::ReceiptIncomplete))
    );
}

#[rstest]
#[case::a_first_receipt_with_a_predecessor(1, Some("0".repeat(64)))]
#[case::a_later_receipt_without_one(2, None)]
#[case::a_predecessor_that_is_no_digest(2, Some("first".to_owned()))]
#[case::a_receipt_before_the_first(0, None)]
fn is_refused_as_a_broken_chain(#[case] sequence: u64, #[case] previous: Option<String>) {
    let scene = Scene::new();
    let octets = scene.receipted_with(|receipt| {
        receipt.sequence = sequence;
        receipt.previous_receipt_sha256 = previous;
    });

    assert_eq!(
        offline(&octets, &scene.archive()),
        Err((Step::Receipt, Reason::ReceiptChainBroken))
    );
}

#[test]
fn a_receipt_that_the_archive_lists_under_another_digest_is_refused() {
    let scene = Scene::new();
    let mut archive = scene.archive();
    archive.receipts = vec![ChainEntry {
        sequence: 1,
        sha256: "0".repeat(64),
    }];

    assert_eq!(
        offline(&scene.receipted(), &archive),
        Err((Step::Receipt, Reason::ReceiptChainBroken))
    );
}

#[test]
fn a_receipt_follows_exactly_the_one_before_it() {
    let scene = Scene::new();
    let first = receipt::sign(&scene.receipt(&scene.bundle()), &scene.receipt_key).unwrap();
    let mut second = scene.receipt(&scene.bundle());
    second.sequence = 2;
    second.previous_receipt_sha256 = Some(receipt::sha256(&first));

    assert_eq!(receipt::follows(&first, &second), Ok(()));

    second.sequence = 3;
    assert_eq!(
        receipt::follows(&first, &second),
        Err(Reason::ReceiptChainBroken)
    );
    second.sequence = 2;
    second.previous_receipt_sha256 = Some("0".repeat(64));
    assert_eq!(
        receipt::follows(&first, &second),
        Err(Reason::ReceiptChainBroken)
    );
}

#[test]
fn the_client_checks_that_the_receipt_answers_its_evidence() {
    let (scene, other) = (Scene::new(), Scene::new());
    let bundle = scene.bundle();
    let verified = scene.verify_octets(&jcs(&bundle)).unwrap();

    assert_eq!(scene.receipt(&bundle).answers(&verified), Ok(()));
    assert_eq!(
        other.receipt(&other.bundle()).answers(&verified),
        Err(Reason::ReceiptMismatch)
    );
}

#[test]
fn an_archive_is_read_as_it_is_written_and_merges_with_another() {
    let (here, there) = (
        Scene::new().archive(),
        Scene::at(Provider::new("https://id.example.com", Algorithm::EdDsa)).archive(),
    );
    let written = serde_json::to_vec_pretty(&here).unwrap();

    assert_eq!(Archive::parse(&written).unwrap(), here);

    let mut later = here.clone();
    later.issuers[0].keys[0].last_seen = at(999_999);
    let merged = here.merged_with(later).merged_with(there);
    assert_eq!(merged.issuers.len(), 2);
    assert_eq!(merged.issuers[0].keys.len(), 1);
    assert_eq!(merged.issuers[0].keys[0].last_seen, at(999_999));
    assert_eq!(merged.receipt_keys.len(), 2);
}

#[test]
fn a_receipt_key_survives_being_kept() {
    let pkcs8 = ReceiptKey::generate_pkcs8().unwrap();
    let (one, same) = (
        ReceiptKey::from_pkcs8(&pkcs8).unwrap(),
        ReceiptKey::from_pkcs8(&pkcs8).unwrap(),
    );

    assert_eq!(one.public(), same.public());
    assert!(ReceiptKey::from_pkcs8(&pkcs8[1..]).is_err());
}

#[test]
fn a_stored_receipt_stays_attached_when_the_bundle_is_read_again() {
    let scene = Scene::new().with(|scene| drop(scene.claims.insert("iat".to_owned(), epoch(51))));
    let octets = scene.receipted();

    let bundle = Bundle::parse(&octets).unwrap();

    assert_eq!(bundle.octets().unwrap(), octets);
    assert!(bundle.receipt().is_some());
}
