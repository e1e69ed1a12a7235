//! What steps 5 to 10 refuse: the ID token, and what it says about the authentication and the signer.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{CLIENT, ISSUER, Provider, Scene, at, changed, epoch, refused};
use evidence::keys::Algorithm;
use evidence::{NameSource, Reason, Step, Subject};
use rstest::rstest;
use serde_json::{Value, json};

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
        scene
            .claims
            .insert("act".to_owned(), json!({ "sub": "helpdesk" }));
    });
    assert_eq!(delegated, (Step::Signer, Reason::Delegated));
}

fn baker() -> Subject {
    Subject {
        iss: ISSUER.to_owned(),
        claims: [("sub".to_owned(), "baker-2".to_owned())].into(),
    }
}

#[rstest]
#[case::of_somebody_else(json!("Bruno Baker"))]
#[case::in_other_letters(json!("grace adams"))]
#[case::that_is_no_text(json!(7))]
#[case::that_is_empty(json!(""))]
fn a_printed_name_is_refused_where_the_id_token_has_one(#[case] name: Value) {
    let told = |names| {
        let name = name.clone();
        changed(move |scene| {
            scene.names = names;
            scene.claims.insert("name".to_owned(), name);
        })
    };

    for names in [NameSource::IdToken, NameSource::Elsewhere] {
        assert_eq!(told(names), (Step::Signer, Reason::NameMismatch));
    }
    let scene = Scene::new().with(|scene| {
        scene.claims.insert("name".to_owned(), name.clone());
    });
    assert_eq!(
        refused(scene.verify_offline(&scene.receipted())),
        (Step::Signer, Reason::NameMismatch)
    );
}

#[test]
fn a_printed_name_that_the_id_token_does_not_say_is_refused_unless_names_come_from_elsewhere() {
    let nameless = |names| {
        Scene::new().with(|scene| {
            scene.names = names;
            scene.claims.remove("name");
        })
    };

    assert_eq!(
        refused(nameless(NameSource::IdToken).verify()),
        (Step::Signer, Reason::NameUnproven)
    );
    let vouched_for = nameless(NameSource::Elsewhere);
    vouched_for.verify().unwrap();
    vouched_for
        .verify_offline(&vouched_for.receipted())
        .unwrap();
}

#[test]
fn one_key_under_two_descriptions_is_one_key() {
    let scene = Scene::new().with(|scene| {
        let mut again = scene.issuers[0].keys[0].clone();
        again.jwk.alg = None;
        scene.issuers[0].keys.push(again);
    });

    scene.verify().unwrap();
}
