//! The fourteen steps: what verifies, and what each step refuses.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{CLIENT, ISSUER, Provider, SHOWN, Scene, amendment, at, epoch, jcs};
use evidence::keys::Algorithm;
use evidence::{
    Bundle, Lookup, Presentation, Reason, Status, Step, Subject, VerifiedEvidence, verify,
};
use rstest::rstest;
use serde_json::{Value, json};

type Outcome = Result<VerifiedEvidence, (Step, Reason)>;

fn refused(outcome: Outcome) -> (Step, Reason) {
    outcome
        .map(|evidence| evidence.sha256().to_owned())
        .unwrap_err()
}

/// A change to the evidence, or to what is known of it, and what must be said about it.
fn changed(change: impl FnOnce(&mut Scene)) -> (Step, Reason) {
    refused(Scene::new().with(change).verify())
}

// What verifies.

#[rstest]
fn evidence_of_every_kind_of_provider_verifies_online_and_offline(
    #[values(Algorithm::Rs256, Algorithm::Ps256, Algorithm::Es256, Algorithm::EdDsa)]
    algorithm: Algorithm,
) {
    let scene = Scene::at(Provider::new(ISSUER, algorithm));

    let online = scene.verify().unwrap();
    let offline = scene.verify_offline(&scene.receipted()).unwrap();

    assert_eq!(online.report().passed(), Step::BEFORE_RECEIPT);
    assert_eq!(offline.report().status(Step::Receipt), Status::Passed);
    assert_eq!(offline.statement(), &scene.statement);
}

#[test]
fn offline_the_steps_of_the_records_api_are_left_to_its_receipt() {
    let scene = Scene::new();

    let report = scene
        .verify_offline(&scene.receipted())
        .unwrap()
        .report()
        .clone();

    for step in Step::ALL {
        let theirs = [Step::Record, Step::Challenge, Step::Authority].contains(&step);
        assert_eq!(
            report.status(step),
            if theirs {
                Status::NotChecked
            } else {
                Status::Passed
            }
        );
    }
}

#[test]
fn a_client_that_checks_its_own_work_leaves_open_what_it_cannot_know() {
    let scene = Scene::new();
    let trust = evidence::OnlineTrust {
        challenge: Lookup::NotDone,
        amendments: None,
        authority: None,
        ..scene.trust()
    };

    let verified = verify::online(&scene.octets(), &trust).unwrap();

    for step in [
        Step::Freshness,
        Step::Record,
        Step::Challenge,
        Step::Authority,
        Step::Receipt,
    ] {
        assert_eq!(verified.report().status(step), Status::NotChecked);
    }
}

#[test]
fn without_the_presented_content_it_is_the_same_evidence_and_verifies() {
    let scene = Scene::new();
    let whole = Bundle::parse(&scene.receipted()).unwrap();

    let bare = whole.clone().without_content();

    assert_eq!(bare.sha256().unwrap(), whole.sha256().unwrap());
    assert!(
        !String::from_utf8(bare.octets().unwrap())
            .unwrap()
            .contains("octets")
    );
    scene.verify_offline(&bare.octets().unwrap()).unwrap();
}

#[test]
fn several_amendments_are_signed_at_once() {
    let scene = Scene::new().with(|scene| {
        scene.statement.amendments.push(amendment("hb-2"));
        scene
            .challenge
            .as_mut()
            .unwrap()
            .amendments
            .push("hb-2".to_owned());
        let mut second = scene.stored[0].clone();
        second.id = "hb-2".to_owned();
        second.record.id = "obs-hb-2".to_owned();
        scene.stored.push(second);
    });

    scene.verify().unwrap();
    scene.verify_offline(&scene.receipted()).unwrap();
}

#[test]
fn a_subject_may_be_made_of_several_claims() {
    let scene = Scene::new().with(|scene| {
        scene.issuers[0].subject_claims = vec!["tid".to_owned(), "oid".to_owned()];
        scene.claims.insert("tid".to_owned(), json!("t-1"));
        scene.claims.insert("oid".to_owned(), json!("o-1"));
        let subject = [("tid", "t-1"), ("oid", "o-1")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        scene.statement.signer.subject = subject.into();
        let signer = scene.statement.signer.as_subject();
        scene.session = Some(signer.clone());
        scene.challenge.as_mut().unwrap().subject = signer;
    });

    scene.verify().unwrap();
}

#[test]
fn an_audience_may_be_a_list_of_one_and_azp_may_name_the_client() {
    let scene = Scene::new().with(|scene| {
        scene.claims.insert("aud".to_owned(), json!([CLIENT]));
        scene.claims.insert("azp".to_owned(), json!(CLIENT));
    });

    scene.verify().unwrap();
}

#[test]
fn a_token_without_kid_means_the_only_key_that_fits() {
    Scene::new()
        .with(|scene| drop(scene.header.remove("kid")))
        .verify()
        .unwrap();
}

#[test]
fn a_key_that_the_token_brings_along_is_ignored() {
    let scene = Scene::new().with(|scene| {
        scene.header.insert(
            "jwk".to_owned(),
            Provider::new(ISSUER, Algorithm::Es256).jwk(),
        );
        scene
            .header
            .insert("jku".to_owned(), json!("https://evil.example/jwks"));
    });

    scene.verify().unwrap();
}

#[test]
fn sealed_evidence_may_be_delivered_late_within_the_grace() {
    let scene = Scene::new().with(|scene| {
        scene.now = at(86_400);
        scene.delivery_grace_s = 2 * 86_400;
    });

    scene.verify().unwrap();
}

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
        drop(
            scene
                .claims
                .insert("pad".to_owned(), json!("x".repeat(64 * 1024))),
        )
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

// 5 id_token

#[test]
fn a_token_signed_by_another_key_of_the_same_name_is_refused() {
    let forged = changed(|scene| {
        scene.provider = Provider::new(ISSUER, Algorithm::Es256);
        scene.jwks = scene.provider.jwks();
    });
    assert_eq!(forged, (Step::IdToken, Reason::SignatureInvalid));
}

#[rstest]
#[case("none")]
#[case("HS256")]
#[case("RS256")]
#[case("es256")]
fn an_algorithm_that_is_not_the_issuers_is_refused(#[case] name: &str) {
    let other = changed(|scene| drop(scene.header.insert("alg".to_owned(), json!(name))));
    assert_eq!(other, (Step::IdToken, Reason::AlgorithmNotAllowed));
}

#[test]
fn an_algorithm_that_does_not_fit_the_key_is_refused() {
    let unfit = changed(|scene| {
        scene.issuers[0].algorithms.push(Algorithm::Rs256);
        scene.header.insert("alg".to_owned(), json!("RS256"));
    });
    assert_eq!(unfit, (Step::IdToken, Reason::AlgorithmNotAllowed));
}

#[rstest]
#[case("crit", json!(["exp"]))]
#[case("b64", json!(false))]
#[case("typ", json!("at+jwt"))]
#[case("kid", json!(1))]
fn a_header_that_asks_for_more_is_refused(#[case] name: &str, #[case] value: Value) {
    let unsupported = changed(|scene| drop(scene.header.insert(name.to_owned(), value)));
    assert_eq!(unsupported, (Step::IdToken, Reason::HeaderUnsupported));
}

#[test]
fn a_key_that_the_issuer_does_not_have_is_refused() {
    let unknown = changed(|scene| drop(scene.header.insert("kid".to_owned(), json!("key-2"))));
    assert_eq!(unknown, (Step::IdToken, Reason::KeyNotFound));
}

#[test]
fn two_keys_that_could_be_meant_are_refused() {
    let ambiguous = changed(|scene| {
        scene.header.remove("kid");
        let second = Provider::new(ISSUER, Algorithm::Es256)
            .trusted()
            .keys
            .remove(0);
        scene.issuers[0].keys.push(second);
    });
    assert_eq!(ambiguous, (Step::IdToken, Reason::KeyAmbiguous));
}

#[test]
fn an_rsa_key_below_2048_bits_is_refused() {
    let scene = Scene::at(Provider::new(ISSUER, Algorithm::Rs256)).with(|scene| {
        let modulus = evidence::digest::base64url(&[0xC5; 128]);
        let small = json!({ "kty": "RSA", "kid": "key-1", "n": modulus, "e": "AQAB" });
        scene.issuers[0].keys[0].jwk = serde_json::from_value(small).unwrap();
    });
    assert_eq!(
        refused(scene.verify()),
        (Step::IdToken, Reason::KeyTooSmall)
    );
}

#[test]
fn a_key_that_the_client_never_saw_published_is_refused() {
    let unseen = changed(|scene| scene.jwks = Provider::new(ISSUER, Algorithm::Es256).jwks());
    assert_eq!(unseen, (Step::IdToken, Reason::KeyNotInSnapshot));
}

// 6 audience

#[rstest]
#[case::another_audience(json!("portal"), Reason::AudienceMismatch)]
#[case::no_text(json!(5), Reason::AudienceMismatch)]
#[case::somebody_else_too(json!([CLIENT, "portal"]), Reason::AudienceUntrusted)]
fn an_audience_is_refused_if_it_is(#[case] audience: Value, #[case] reason: Reason) {
    assert_eq!(
        changed(|scene| drop(scene.claims.insert("aud".to_owned(), audience))),
        (Step::Audience, reason)
    );
}

#[test]
fn a_client_that_is_not_trusted_is_refused_even_if_the_token_is_for_it() {
    let untrusted = changed(|scene| scene.issuers[0].client_ids = vec!["portal".to_owned()]);
    assert_eq!(untrusted, (Step::Audience, Reason::AudienceMismatch));
}

#[rstest]
#[case(json!("portal"))]
#[case(json!(null))]
fn a_token_issued_to_another_party_is_refused(#[case] azp: Value) {
    assert_eq!(
        changed(|scene| drop(scene.claims.insert("azp".to_owned(), azp))),
        (Step::Audience, Reason::AzpMismatch)
    );
}

// 7 time

#[rstest]
#[case::expired("exp", epoch(-1), Reason::Expired)]
#[case::expired_before_it_was_issued("exp", epoch(50), Reason::Expired)]
#[case::no_expiry("exp", json!("soon"), Reason::TimeMissing)]
#[case::issued_in_the_future("iat", epoch(121), Reason::IssuedInFuture)]
#[case::issued_at_zero("iat", json!(0), Reason::TimeMissing)]
#[case::not_valid_yet("nbf", epoch(121), Reason::NotYetValid)]
#[case::valid_from_nonsense("nbf", json!("now"), Reason::TimeMissing)]
fn a_token_is_refused_if_it_is(#[case] claim: &str, #[case] value: Value, #[case] reason: Reason) {
    assert_eq!(
        changed(|scene| drop(scene.claims.insert(claim.to_owned(), value))),
        (Step::Time, reason)
    );
}

#[test]
fn a_delivery_after_the_grace_is_refused() {
    let late = changed(|scene| {
        scene.now = at(350 + 60 + 1001);
        scene.delivery_grace_s = 1000;
    });
    assert_eq!(late, (Step::Time, Reason::Expired));
}

// 8 freshness

#[rstest]
#[case::stale(epoch(-61), Reason::AuthTimeStale)]
#[case::zero(json!(0), Reason::AuthTimeMissing)]
#[case::text(json!("1795600049"), Reason::AuthTimeMissing)]
#[case::in_the_future(epoch(121), Reason::AuthTimeFuture)]
fn an_authentication_is_refused_if_its_time_is(#[case] auth_time: Value, #[case] reason: Reason) {
    assert_eq!(
        changed(|scene| drop(scene.claims.insert("auth_time".to_owned(), auth_time))),
        (Step::Freshness, reason)
    );
}

#[test]
fn a_token_that_does_not_say_when_the_signer_authenticated_is_refused() {
    let missing = changed(|scene| drop(scene.claims.remove("auth_time")));
    assert_eq!(missing, (Step::Freshness, Reason::AuthTimeMissing));
}

#[test]
fn an_authentication_after_the_challenge_had_expired_is_refused() {
    let late = changed(|scene| {
        scene.now = at(400);
        scene.claims.insert("iat".to_owned(), epoch(365));
        scene.claims.insert("exp".to_owned(), epoch(900));
        scene.claims.insert("auth_time".to_owned(), epoch(361));
    });
    assert_eq!(late, (Step::Freshness, Reason::AuthTimeLate));
}

#[test]
fn a_token_older_than_the_challenge_is_refused() {
    let old = changed(|scene| drop(scene.claims.insert("iat".to_owned(), epoch(-61))));
    assert_eq!(old, (Step::Freshness, Reason::IssuedTooOld));
}

// 9 authentication

#[test]
fn a_weaker_authentication_than_stated_is_refused() {
    let weaker = changed(|scene| drop(scene.claims.insert("acr".to_owned(), json!("pwd"))));
    assert_eq!(weaker, (Step::Authentication, Reason::AcrUnmet));
}

#[test]
fn a_weaker_authentication_than_the_challenge_demanded_is_refused() {
    let weaker =
        changed(|scene| scene.challenge.as_mut().unwrap().acr_values = vec!["phr".to_owned()]);
    assert_eq!(weaker, (Step::Authentication, Reason::AcrUnmet));
}

#[test]
fn a_missing_method_is_refused() {
    let missing = changed(|scene| drop(scene.claims.insert("amr".to_owned(), json!(["pwd"]))));
    assert_eq!(missing, (Step::Authentication, Reason::AmrUnmet));
}

// 10 signer

#[rstest]
#[case::another_person(json!("baker-2"), Reason::SubjectMismatch)]
#[case::nobody(json!(""), Reason::SubjectMissing)]
#[case::a_number(json!(7), Reason::SubjectMissing)]
#[case::too_long(json!("x".repeat(256)), Reason::SubjectMissing)]
#[case::not_ascii(json!("adåms"), Reason::SubjectMissing)]
fn a_signer_is_refused_who_is(#[case] sub: Value, #[case] reason: Reason) {
    assert_eq!(
        changed(|scene| drop(scene.claims.insert("sub".to_owned(), sub))),
        (Step::Signer, reason)
    );
}

#[test]
fn a_statement_that_identifies_the_signer_by_other_claims_is_refused() {
    let chosen = changed(|scene| {
        scene.statement.signer.subject = [("name".to_owned(), "Grace Adams".to_owned())].into();
    });
    assert_eq!(chosen, (Step::Signer, Reason::SubjectMismatch));
}

#[test]
fn somebody_elses_session_is_refused() {
    let other = changed(|scene| scene.session = Some(baker()));
    assert_eq!(other, (Step::Signer, Reason::SubjectMismatch));
}

#[test]
fn a_challenge_issued_to_somebody_else_is_refused() {
    let other = changed(|scene| scene.challenge.as_mut().unwrap().subject = baker());
    assert_eq!(other, (Step::Signer, Reason::SubjectMismatch));
}

#[test]
fn an_actor_on_behalf_of_the_signer_is_refused() {
    let delegated = changed(|scene| {
        drop(
            scene
                .claims
                .insert("act".to_owned(), json!({ "sub": "helpdesk" })),
        )
    });
    assert_eq!(delegated, (Step::Signer, Reason::Delegated));
}

fn baker() -> Subject {
    Subject {
        iss: ISSUER.to_owned(),
        claims: [("sub".to_owned(), "baker-2".to_owned())].into(),
    }
}

// 11 record

#[rstest]
#[case::unknown(|scene: &mut Scene| scene.stored.clear(), Reason::RecordUnknown)]
#[case::about_another_record(|scene: &mut Scene| scene.stored[0].record.id.push('x'), Reason::RecordUnknown)]
#[case::about_an_older_version(|scene: &mut Scene| scene.stored[0].record.base_version = "4".to_owned(), Reason::RecordVersionChanged)]
#[case::based_on_other_octets(|scene: &mut Scene| scene.stored[0].base_sha256 = "0".repeat(64), Reason::RecordDigestMismatch)]
#[case::proposing_other_octets(|scene: &mut Scene| scene.stored[0].proposed_sha256 = "0".repeat(64), Reason::RecordDigestMismatch)]
#[case::meaning_something_else(|scene: &mut Scene| scene.stored[0].proposed_canonical_sha256 = "0".repeat(64), Reason::RecordDigestMismatch)]
fn an_amendment_is_refused_that_is(#[case] change: fn(&mut Scene), #[case] reason: Reason) {
    assert_eq!(changed(change), (Step::Record, reason));
}

// 12 challenge

#[rstest]
#[case::unknown(|scene: &mut Scene| scene.challenge = None, Reason::ChallengeUnknown)]
#[case::for_another_amendment(|scene: &mut Scene| facts(scene).amendments = vec!["hb-9".to_owned()], Reason::ChallengeUnknown)]
#[case::for_another_meaning(|scene: &mut Scene| facts(scene).meaning.push('6'), Reason::ChallengeUnknown)]
#[case::not_the_one_named(|scene: &mut Scene| facts(scene).challenge.push('x'), Reason::ChallengeUnknown)]
#[case::spent(|scene: &mut Scene| facts(scene).ledger.as_mut().unwrap().challenge_spent = true, Reason::ChallengeSpent)]
#[case::answered_with_a_used_key(|scene: &mut Scene| facts(scene).ledger.as_mut().unwrap().commitment_seen = true, Reason::CommitmentReused)]
fn a_challenge_is_refused_that_is(#[case] change: fn(&mut Scene), #[case] reason: Reason) {
    assert_eq!(changed(change), (Step::Challenge, reason));
}

fn facts(scene: &mut Scene) -> &mut evidence::ChallengeFacts {
    scene.challenge.as_mut().unwrap()
}

// 13 authority

#[test]
fn a_signer_without_the_authority_is_refused() {
    assert_eq!(
        changed(|scene| scene.authority = false),
        (Step::Authority, Reason::NotAuthorized)
    );
}
