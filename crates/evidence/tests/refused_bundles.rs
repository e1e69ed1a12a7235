//! What the first four steps refuse: the form, the commitment, the holder's signatures, the issuer.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::story::amendment;
use common::{ISSUER, Provider, SHOWN, Scene, changed, jcs, refused};
use evidence::keys::Algorithm;
use evidence::{Presentation, Reason, Step};
use rstest::rstest;
use serde_json::{Value, json};

// 1 parse

#[rstest]
#[case::nothing(b"", Reason::NotJson)]
#[case::not_utf8(b"\xff", Reason::NotJson)]
#[case::another_document(b"{}", Reason::WrongShape)]
#[case::a_float(br#"{"a":1.5}"#, Reason::ValueNotAllowed)]
#[case::a_null(br#"{"a":null}"#, Reason::ValueNotAllowed)]
#[case::an_integer_beyond_2_53(br#"{"a":9007199254740992}"#, Reason::ValueNotAllowed)]
#[case::a_member_twice(br#"{"a":1,"a":1}"#, Reason::DuplicateMember)]
fn octets_that_are_no_bundle_are_refused(#[case] octets: &[u8], #[case] reason: Reason) {
    assert_eq!(
        refused(Scene::new().verify_octets(octets)),
        (Step::Parse, reason)
    );
}

#[test]
fn a_bundle_over_the_size_limit_is_refused() {
    let octets = vec![b' '; evidence::canonical::MAX_OCTETS + 1];
    assert_eq!(
        refused(Scene::new().verify_octets(&octets)),
        (Step::Parse, Reason::TooLarge)
    );
}

#[test]
fn a_bundle_nested_too_deeply_is_refused() {
    let octets = [vec![b'['; 33], vec![b']'; 33]].concat();
    assert_eq!(
        refused(Scene::new().verify_octets(&octets)),
        (Step::Parse, Reason::TooDeep)
    );
}

#[test]
fn a_bundle_that_is_not_canonical_is_refused() {
    let scene = Scene::new();
    let pretty = serde_json::to_vec_pretty(&scene.bundle()).unwrap();
    assert_eq!(
        refused(scene.verify_octets(&pretty)),
        (Step::Parse, Reason::NotCanonical)
    );
}

#[test]
fn a_bundle_with_something_after_it_is_refused() {
    let scene = Scene::new();
    let octets = [scene.octets(), b"{}".to_vec()].concat();
    assert_eq!(
        refused(scene.verify_octets(&octets)),
        (Step::Parse, Reason::NotJson)
    );
}

#[rstest]
#[case::a_bundle_without_a_seal(|bundle: &mut Value| drop(bundle.as_object_mut().unwrap().remove("seal")))]
#[case::a_bundle_with_a_member_more(|bundle: &mut Value| bundle["note"] = json!("x"))]
#[case::a_bundle_of_another_version(|bundle: &mut Value| bundle["type"] = json!("urn:countersign:evidence:v2"))]
#[case::a_third_signature(|bundle: &mut Value| {
    let one = bundle["pk_token"]["signatures"][0].clone();
    bundle["pk_token"]["signatures"].as_array_mut().unwrap().push(one);
})]
fn of_the_wrong_shape_is(#[case] change: fn(&mut Value)) {
    let scene = Scene::new();
    let mut bundle = scene.bundle();
    change(&mut bundle);
    assert_eq!(
        refused(scene.verify_octets(&jcs(&bundle))),
        (Step::Parse, Reason::WrongShape)
    );
}

#[test]
fn a_receipt_before_there_is_one_is_refused() {
    let scene = Scene::new();
    assert_eq!(
        refused(scene.verify_octets(&scene.receipted())),
        (Step::Parse, Reason::ReceiptUnexpected)
    );
}

#[rstest]
#[case::that_signs_nothing(|scene: &mut Scene| scene.statement.amendments.clear())]
#[case::that_signs_an_amendment_twice(|scene: &mut Scene| scene.statement.amendments.push(amendment("hb-1")))]
#[case::by_nobody(|scene: &mut Scene| scene.statement.signer.name = " ".to_owned())]
#[case::without_a_challenge(|scene: &mut Scene| scene.statement.challenge.clear())]
#[case::with_a_digest_in_capitals(|scene: &mut Scene| scene.statement.shown_sha256.make_ascii_uppercase())]
fn a_statement_is_refused(#[case] change: fn(&mut Scene)) {
    assert_eq!(changed(change), (Step::Parse, Reason::StatementInvalid));
}

#[test]
fn an_id_token_over_the_size_limit_is_refused() {
    let padding = |scene: &mut Scene| {
        scene
            .claims
            .insert("pad".to_owned(), json!("x".repeat(64 * 1024)));
    };
    assert_eq!(changed(padding), (Step::Parse, Reason::IdTokenTooLarge));
}

#[test]
fn an_id_token_that_says_a_claim_twice_is_refused() {
    let scene = Scene::new();
    let mut bundle = scene.bundle();
    let twice = scene
        .provider
        .sign(&scene.header, br#"{"sub":"adams-7d1","sub":"baker-2"}"#);
    bundle["pk_token"] = scene.pk_token(&twice);
    assert_eq!(
        refused(scene.verify_octets(&jcs(&bundle))),
        (Step::Parse, Reason::IdTokenMalformed)
    );
}

// 2 commitment

#[test]
fn a_swapped_statement_is_refused() {
    let scene = Scene::new();
    let mut bundle = scene.bundle();
    bundle["statement"]["reason"]["text"] = json!("Something else");
    assert_eq!(
        refused(scene.verify_octets(&jcs(&bundle))),
        (Step::Commitment, Reason::StatementMismatch)
    );
}

#[test]
fn a_swapped_id_token_is_refused() {
    let (scene, other) = (Scene::new(), Scene::new());
    let mut bundle = scene.bundle();
    bundle["pk_token"] = scene.pk_token(&other.id_token());
    assert_eq!(
        refused(scene.verify_octets(&jcs(&bundle))),
        (Step::Commitment, Reason::NonceMismatch)
    );
}

#[test]
fn a_missing_nonce_counts_as_a_wrong_one() {
    let missing = changed(|scene| drop(scene.claims.remove("nonce")));
    assert_eq!(missing, (Step::Commitment, Reason::NonceMismatch));
}

#[rstest]
#[case::short_randomness("rz", json!("ab"))]
#[case::another_type("typ", json!("JWT"))]
#[case::an_extra_claim("more", json!("x"))]
fn client_instance_claims_are_refused_for(#[case] name: &str, #[case] value: Value) {
    let malformed = changed(|scene| drop(scene.cic.insert(name.to_owned(), value)));
    assert_eq!(malformed, (Step::Commitment, Reason::CommitmentMalformed));
}

#[test]
fn a_text_other_than_the_one_named_is_refused() {
    let swapped = changed(|scene| scene.presentation = Presentation::text("I sign nothing."));
    assert_eq!(swapped, (Step::Commitment, Reason::PresentationMismatch));
    assert_ne!(SHOWN, "I sign nothing.");
}

#[rstest]
#[case("nonce", "another")]
#[case("client_id", "another")]
#[case("prompt", "none")]
#[case("max_age", "3600")]
#[case("acr_values", "pwd")]
fn a_request_that_asked_for_something_else_is_refused(#[case] name: &str, #[case] value: &str) {
    let asked = changed(|scene| drop(scene.parameters.insert(name.to_owned(), value.to_owned())));
    assert_eq!(asked, (Step::Commitment, Reason::RequestMismatch));
}

// 3 holder

#[test]
fn a_swapped_key_is_refused() {
    let (scene, thief) = (Scene::new(), Scene::new());
    let mut bundle = scene.bundle();
    let claims: Value = scene.commitment();
    let token = scene.id_token();
    let payload = evidence::digest::from_base64url(token.split('.').nth(1).unwrap()).unwrap();
    let forged = thief
        .key
        .sign_jws(claims.as_object().unwrap(), &payload)
        .unwrap();
    bundle["pk_token"]["signatures"][1]["signature"] = json!(forged.rsplit('.').next().unwrap());
    assert_eq!(
        refused(scene.verify_octets(&jcs(&bundle))),
        (Step::Holder, Reason::HolderSignatureInvalid)
    );
}

#[test]
fn a_signed_statement_of_another_signature_is_refused() {
    let (scene, other) = (Scene::new(), Scene::new());
    let mut bundle = scene.bundle();
    bundle["signed_statement"] = other.bundle()["signed_statement"].clone();
    assert_eq!(
        refused(scene.verify_octets(&jcs(&bundle))),
        (Step::Holder, Reason::StatementSignatureInvalid)
    );
}

#[rstest]
#[case::issuer_documents("/issuer/jwks", "e30")]
#[case::time_of_fetching("/issuer/fetched_at", "2020-01-01T00:00:00Z")]
#[case::request("/authorization/parameters/scope", "openid email")]
#[case::media_type("/presentation/media_type", "text/html")]
fn what_only_the_seal_covers_cannot_be_changed(#[case] pointer: &str, #[case] value: &str) {
    let scene = Scene::new();
    let mut bundle = scene.bundle();
    *bundle.pointer_mut(pointer).unwrap() = json!(value);
    assert_eq!(
        refused(scene.verify_octets(&jcs(&bundle))),
        (Step::Holder, Reason::SealInvalid)
    );
}

// 4 issuer

#[test]
fn another_issuer_is_refused() {
    let stranger =
        Scene::at(Provider::new("https://id.example.com", Algorithm::Es256)).with(|scene| {
            scene.statement.signer.iss = "https://id.example.com".to_owned();
            scene.issuers = vec![Provider::new(ISSUER, Algorithm::Es256).trusted()];
        });
    assert_eq!(
        refused(stranger.verify()),
        (Step::Issuer, Reason::IssuerUntrusted)
    );
}

#[rstest]
#[case::the_token(|scene: &mut Scene| drop(scene.claims.insert("iss".to_owned(), json!(format!("{ISSUER}/")))))]
#[case::the_statement(|scene: &mut Scene| scene.statement.signer.iss.push('/'))]
#[case::the_callback(|scene: &mut Scene| scene.callback_iss = Some("https://id.example.com".to_owned()))]
#[case::the_configuration(|scene: &mut Scene| scene.configuration = br#"{"issuer":"https://id.example.com"}"#.to_vec())]
fn an_issuer_that_is_not_exactly_the_same_everywhere_is_refused_in(#[case] change: fn(&mut Scene)) {
    assert_eq!(changed(change), (Step::Issuer, Reason::IssuerMismatch));
}

#[test]
fn a_configuration_that_cannot_be_read_is_refused() {
    let unreadable = changed(|scene| scene.configuration = b"<html>".to_vec());
    assert_eq!(unreadable, (Step::Issuer, Reason::IssuerSnapshotMalformed));
}
