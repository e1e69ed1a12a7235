//! Hostile ID tokens: for every row of the table, tokens that earn it and nothing else.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod case;
mod edges;
mod signer;

use rstest::rstest;
use serde_json::{Value, json};

use self::case::{CLIENT_ID, Case, ISSUER, NONCE, NOW};
use self::signer::{Signer, encoded};
use crate::Refusal;

#[test]
fn a_sound_token_is_accepted_and_says_who_it_is_about() {
    let token = Case::new().verdict().unwrap();
    assert_eq!(token.subject().iss, ISSUER);
    assert_eq!(token.subject().claims["sub"], "u-adams");
    assert_eq!(token.text("name"), Some("A. Adams"));
    assert_eq!(token.auth_time().unwrap().as_second(), NOW - 5);
    assert_eq!(token.amr(), ["pwd", "otp"]);
}

#[rstest]
#[case::audience_as_an_array("aud", json!([CLIENT_ID]))]
#[case::authorized_party_ourselves("azp", json!(CLIENT_ID))]
#[case::expired_within_the_skew("exp", json!(NOW - 59))]
#[case::valid_for_a_month("exp", json!(NOW + 60 + 31 * 86_400))]
#[case::issued_ahead_within_the_skew("iat", json!(NOW + 60))]
#[case::valid_from_within_the_skew("nbf", json!(NOW + 60))]
#[case::authenticated_ahead_within_the_skew("auth_time", json!(NOW + 60))]
#[case::authenticated_before_within_the_skew("auth_time", json!(NOW - 90))]
#[case::a_date_with_a_fraction("iat", json!(1_800_000_000.5))]
#[case::a_null_is_no_claim("nbf", json!(null))]
#[case::the_right_access_token("at_hash", json!("77QmUPtjPfzWtF2AnpK9RQ"))]
fn odd_but_lawful_claims_are_accepted(#[case] claim: &str, #[case] value: Value) {
    assert_eq!(Case::new().with(claim, value).verdict().err(), None);
}

#[rstest]
#[case::issuer_with_a_slash("iss", json!("https://idp.example.test/realm/"), Refusal::IssuerMismatch)]
#[case::issuer_in_capitals("iss", json!("https://IDP.example.test/realm"), Refusal::IssuerMismatch)]
#[case::issuer_no_string("iss", json!([ISSUER]), Refusal::IssuerMismatch)]
#[case::audience_other("aud", json!("portal"), Refusal::AudienceMismatch)]
#[case::audience_empty("aud", json!([]), Refusal::AudienceMismatch)]
#[case::audience_nested("aud", json!([[CLIENT_ID]]), Refusal::AudienceMismatch)]
#[case::audience_number("aud", json!(7), Refusal::AudienceMismatch)]
#[case::audience_extra("aud", json!([CLIENT_ID, "portal"]), Refusal::AudienceUntrusted)]
#[case::audience_extra_first("aud", json!(["portal", CLIENT_ID]), Refusal::AudienceUntrusted)]
#[case::authorized_party_other("azp", json!("portal"), Refusal::AzpMismatch)]
#[case::authorized_party_array("azp", json!([CLIENT_ID]), Refusal::AzpMismatch)]
#[case::acting_for_somebody("act", json!({ "sub": "u-baker" }), Refusal::Delegated)]
#[case::nonce_other("nonce", json!("other"), Refusal::NonceMismatch)]
#[case::nonce_longer("nonce", json!(format!("{NONCE}A")), Refusal::NonceMismatch)]
#[case::nonce_number("nonce", json!(1), Refusal::NonceMismatch)]
#[case::nonce_null("nonce", json!(null), Refusal::NonceMismatch)]
#[case::expired("exp", json!(NOW - 60), Refusal::Expired)]
#[case::expiry_beyond_any_use("exp", json!(NOW + 60 + 31 * 86_400 + 1), Refusal::ExpiryTooFar)]
#[case::expiry_in_the_year_9999("exp", json!(253_402_300_799_i64), Refusal::ExpiryTooFar)]
#[case::expiry_a_string("exp", json!("9999999999"), Refusal::Expired)]
#[case::expiry_beyond_all_years("exp", json!(1e300), Refusal::Expired)]
#[case::issued_in_future("iat", json!(NOW + 61), Refusal::IssuedInFuture)]
#[case::issued_before_the_request("iat", json!(NOW - 91), Refusal::IssuedTooOld)]
#[case::issued_a_week_ago("iat", json!(NOW - 604_800), Refusal::IssuedTooOld)]
#[case::issued_a_string("iat", json!("1800000000"), Refusal::IssuedTooOld)]
#[case::not_yet_valid("nbf", json!(NOW + 61), Refusal::NotYetValid)]
#[case::not_before_a_string("nbf", json!("0"), Refusal::NotYetValid)]
#[case::subject_empty("sub", json!(""), Refusal::SubjectMissing)]
#[case::subject_long("sub", json!("x".repeat(256)), Refusal::SubjectMissing)]
#[case::subject_not_ascii("sub", json!("u-ädams"), Refusal::SubjectMissing)]
#[case::subject_number("sub", json!(42), Refusal::SubjectMissing)]
#[case::auth_time_zero("auth_time", json!(0), Refusal::AuthTimeMissing)]
#[case::auth_time_negative("auth_time", json!(-5), Refusal::AuthTimeMissing)]
#[case::auth_time_a_string("auth_time", json!("1800000000"), Refusal::AuthTimeMissing)]
#[case::auth_time_null("auth_time", json!(null), Refusal::AuthTimeMissing)]
#[case::auth_time_before_the_ceremony("auth_time", json!(NOW - 91), Refusal::AuthTimeStale)]
#[case::auth_time_yesterday("auth_time", json!(NOW - 86_400), Refusal::AuthTimeStale)]
#[case::auth_time_in_future("auth_time", json!(NOW + 61), Refusal::AuthTimeFuture)]
#[case::context_lower("acr", json!("urn:demo:loa:1"), Refusal::AcrUnmet)]
#[case::context_array("acr", json!(["urn:demo:loa:2"]), Refusal::AcrUnmet)]
#[case::methods_poor("amr", json!(["pwd"]), Refusal::AmrUnmet)]
#[case::methods_a_string("amr", json!("otp"), Refusal::AmrUnmet)]
#[case::access_token_other("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA"), Refusal::AtHashMismatch)]
#[case::access_token_number("at_hash", json!(77), Refusal::AtHashMismatch)]
fn a_wrong_claim_is_refused(#[case] claim: &str, #[case] value: Value, #[case] refusal: Refusal) {
    Case::new().with(claim, value).is_refused_for(refusal);
}

#[rstest]
#[case("iss", Refusal::IssuerMismatch)]
#[case("aud", Refusal::AudienceMismatch)]
#[case("nonce", Refusal::NonceMismatch)]
#[case("exp", Refusal::Expired)]
#[case("iat", Refusal::IssuedTooOld)]
#[case("sub", Refusal::SubjectMissing)]
#[case("auth_time", Refusal::AuthTimeMissing)]
#[case("acr", Refusal::AcrUnmet)]
#[case("amr", Refusal::AmrUnmet)]
fn a_missing_claim_is_refused(#[case] claim: &str, #[case] refusal: Refusal) {
    Case::new().without(claim).is_refused_for(refusal);
}

#[test]
fn the_time_of_issue_never_stands_in_for_the_time_of_authentication() {
    let case = Case::new().without("auth_time").with("iat", json!(NOW));
    case.is_refused_for(Refusal::AuthTimeMissing);
}

#[test]
fn a_plain_sign_in_needs_no_auth_time_but_accepts_no_nonsense_there() {
    let mut case = Case::new().without("auth_time");
    case.wants_auth_time = false;
    assert_eq!(case.verdict().err(), None);
    case.with("auth_time", json!("soon"))
        .is_refused_for(Refusal::AuthTimeMissing);
}

#[test]
fn another_person_than_expected_is_refused() {
    let mut case = Case::new();
    case.subject = Some(case.verdict().unwrap().subject().clone());
    assert_eq!(case.verdict().err(), None);
    case.with("sub", json!("u-baker"))
        .is_refused_for(Refusal::SubjectMismatch);
}

#[test]
fn a_person_is_named_by_all_the_claims_of_the_policy() {
    let mut case = Case::new()
        .with("tid", json!("t-1"))
        .with("oid", json!("o-1"));
    case.subject_claims = vec!["tid".to_owned(), "oid".to_owned()];
    let token = case.verdict().unwrap();
    assert_eq!(token.subject().claims.len(), 2);
    case.without("oid").is_refused_for(Refusal::SubjectMissing);
}

#[rstest]
#[case::critical_extension("crit", json!(["exp"]), Refusal::HeaderUnsupported)]
#[case::critical_and_empty("crit", json!([]), Refusal::HeaderUnsupported)]
#[case::unencoded_payload("b64", json!(false), Refusal::HeaderUnsupported)]
#[case::encoded_payload_said_aloud("b64", json!(true), Refusal::HeaderUnsupported)]
#[case::access_token_type("typ", json!("at+jwt"), Refusal::HeaderUnsupported)]
#[case::logout_token_type("typ", json!("logout+jwt"), Refusal::HeaderUnsupported)]
#[case::type_no_string("typ", json!(1), Refusal::HeaderUnsupported)]
#[case::nested("cty", json!("JWT"), Refusal::HeaderUnsupported)]
#[case::compressed("zip", json!("DEF"), Refusal::HeaderUnsupported)]
#[case::key_id_no_string("kid", json!(1), Refusal::HeaderUnsupported)]
#[case::algorithm_none("alg", json!("none"), Refusal::AlgorithmNotAllowed)]
#[case::algorithm_none_disguised("alg", json!("NoNe"), Refusal::AlgorithmNotAllowed)]
#[case::algorithm_symmetric("alg", json!("HS256"), Refusal::AlgorithmNotAllowed)]
#[case::algorithm_null("alg", json!(null), Refusal::AlgorithmNotAllowed)]
#[case::algorithm_not_advertised("alg", json!("ES384"), Refusal::AlgorithmNotAllowed)]
#[case::algorithm_of_another_key_type("alg", json!("RS256"), Refusal::AlgorithmNotAllowed)]
#[case::key_unknown("kid", json!("k2"), Refusal::KeyNotFound)]
fn a_wrong_header_is_refused(#[case] member: &str, #[case] value: Value, #[case] refusal: Refusal) {
    Case::new()
        .with_header(member, value)
        .is_refused_for(refusal);
}

#[test]
fn a_symmetric_algorithm_is_refused_even_if_a_policy_lists_it() {
    for name in ["HS256", "none"] {
        let mut case = Case::new().with_header("alg", json!(name));
        case.algorithms.push(name.to_owned());
        case.is_refused_for(Refusal::AlgorithmNotAllowed);
    }
}

#[test]
fn a_key_that_the_token_brings_along_is_ignored() {
    let stranger = Signer::es256();
    for (member, value) in [
        ("jwk", stranger.jwk("k1")),
        ("jku", json!("https://evil.example/jwks")),
        ("x5u", json!("https://evil.example/x5u")),
    ] {
        let mut case = Case::new().with_header(member, value);
        assert_eq!(case.verdict().err(), None);
        case.signer = Signer::es256();
        case.is_refused_for(Refusal::SignatureInvalid);
    }
}

#[test]
fn a_strangers_signature_under_the_right_key_id_is_refused() {
    let mut case = Case::new();
    case.signer = Signer::es256();
    case.is_refused_for(Refusal::SignatureInvalid);
}

#[test]
fn a_token_whose_claims_were_changed_after_signing_is_refused() {
    let case = Case::new();
    let token = case.token();
    let [header, _, signature] = token.split('.').collect::<Vec<_>>()[..] else {
        panic!("three parts");
    };
    let mut claims = case.claims.clone();
    claims["sub"] = json!("u-baker");
    let forged = format!("{header}.{}.{signature}", encoded(claims.to_string()));
    assert_eq!(
        case.verdict_on(&forged).err(),
        Some(Refusal::SignatureInvalid)
    );
    let unsigned = format!("{}.", token.rsplit_once('.').unwrap().0);
    assert_eq!(
        case.verdict_on(&unsigned).err(),
        Some(Refusal::SignatureInvalid)
    );
}

#[test]
fn duplicate_members_are_refused_in_header_and_claims() {
    let case = Case::new();
    let header = case.header.to_string();
    let claims = case.claims.to_string();
    let twice = |object: &str, member: &str| format!("{{{member},{}", &object[1..]);
    for (header, claims) in [
        (header.clone(), twice(&claims, r#""sub":"u-baker""#)),
        (twice(&header, r#""alg":"none""#), claims.clone()),
        (
            header.clone(),
            twice(&claims, r#""unheard-of":1,"unheard-of":2"#),
        ),
    ] {
        let token = case.signer.sign(&header, &claims);
        assert_eq!(
            case.verdict_on(&token).err(),
            Some(Refusal::SignatureInvalid)
        );
    }
}

#[rstest]
#[case::nothing("", Refusal::SignatureInvalid)]
#[case::one_part("abc", Refusal::SignatureInvalid)]
#[case::four_parts("a.b.c.d", Refusal::SignatureInvalid)]
#[case::encrypted("a.b.c.d.e", Refusal::HeaderUnsupported)]
#[case::not_base64("!.!.!", Refusal::SignatureInvalid)]
#[case::empty_parts("..", Refusal::SignatureInvalid)]
fn something_that_is_no_token_is_refused(#[case] token: &str, #[case] refusal: Refusal) {
    assert_eq!(Case::new().verdict_on(token).err(), Some(refusal));
}

#[test]
fn padding_in_a_part_is_refused() {
    let case = Case::new();
    let token = format!("{}=", case.token());
    assert_eq!(
        case.verdict_on(&token).err(),
        Some(Refusal::SignatureInvalid)
    );
}

#[test]
fn a_token_of_more_than_64_kib_is_refused_unread() {
    let case = Case::new().with("padding", json!("x".repeat(64 * 1024)));
    case.is_refused_for(Refusal::TokenTooLarge);
}

#[test]
fn a_token_without_key_id_is_accepted_if_one_key_fits_and_refused_if_two_do() {
    let mut case = Case::new();
    case.header.as_object_mut().unwrap().remove("kid");
    assert_eq!(case.verdict().err(), None);
    case.keys["keys"]
        .as_array_mut()
        .unwrap()
        .push(Signer::es256().jwk("k2"));
    case.is_refused_for(Refusal::KeyAmbiguous);
}

#[test]
fn two_keys_of_the_same_id_are_ambiguous() {
    let mut case = Case::new();
    case.keys["keys"]
        .as_array_mut()
        .unwrap()
        .push(Signer::es256().jwk("k1"));
    case.is_refused_for(Refusal::KeyAmbiguous);
}

#[rstest]
#[case::for_encryption("use", json!("enc"), Refusal::KeyNotFound)]
#[case::for_signing_only("key_ops", json!(["sign"]), Refusal::KeyNotFound)]
#[case::for_another_algorithm("alg", json!("ES384"), Refusal::AlgorithmNotAllowed)]
#[case::on_another_curve("crv", json!("P-384"), Refusal::AlgorithmNotAllowed)]
fn a_key_that_is_not_for_this_is_not_taken(
    #[case] member: &str,
    #[case] value: Value,
    #[case] refusal: Refusal,
) {
    let mut case = Case::new();
    case.keys["keys"][0][member] = value;
    case.is_refused_for(refusal);
}

#[test]
fn an_rsa_key_of_2048_bits_is_accepted_and_a_shorter_one_refused() {
    let mut case = Case::new().with_header("alg", json!("RS256"));
    case.signer = Signer::rs256();
    case.keys = json!({ "keys": [case.signer.jwk("k1")] });
    assert_eq!(case.verdict().err(), None);
    // 2047 bits, hidden behind a leading zero octet.
    let mut modulus = [0xff; 257];
    (modulus[0], modulus[1]) = (0, 0x7f);
    case.keys["keys"][0]["n"] = json!(encoded(modulus));
    case.is_refused_for(Refusal::KeyTooSmall);
}

#[test]
fn a_refreshed_token_needs_no_nonce() {
    let mut case = Case::new().without("nonce");
    case.nonce = None;
    assert_eq!(case.verdict().err(), None);
}
