//! Where each rule begins and ends: the last value that is accepted, every algorithm, every way to demand less.

use aws_lc_rs::digest;
use rstest::rstest;
use serde_json::{Value, json};

use super::case::{ACCESS_TOKEN, CLIENT_ID, Case, NOW};
use super::signer::{Signer, encoded};
use crate::Refusal;
use crate::keys::KeySet;

#[rstest]
#[case::several_times_the_same_audience("aud", json!([CLIENT_ID, CLIENT_ID]))]
#[case::issued_just_before_the_request("iat", json!(NOW - 90))]
#[case::the_first_second_of_the_epoch_is_no_time("nbf", json!(0))]
#[case::valid_since_always("nbf", json!(-1))]
#[case::the_longest_subject("sub", json!("s".repeat(255)))]
#[case::the_shortest_subject("sub", json!("s"))]
#[case::a_name_of_nothing("name", json!(""))]
#[case::changed_at_written_out("updated_at", json!("2027-01-15T07:59:00.000Z"))]
#[case::a_truth_written_out("email_verified", json!("true"))]
#[case::nobody_acts("act", json!(null))]
#[case::no_party_named("azp", json!(null))]
#[case::no_hash_named("at_hash", json!(null))]
fn the_last_value_within_a_rule_is_accepted(#[case] claim: &str, #[case] value: Value) {
    assert_eq!(Case::new().with(claim, value).verdict().err(), None);
}

#[rstest]
#[case::in_small_letters("typ", json!("jwt"))]
#[case::a_certificate_for_others("x5c", json!(["MIIB"]))]
#[case::something_unheard_of("urn:example:unheard-of", json!(true))]
fn odd_but_lawful_headers_are_accepted(#[case] member: &str, #[case] value: Value) {
    let case = Case::new().with_header(member, value);
    assert_eq!(case.verdict().err(), None);
}

#[test]
fn a_header_need_not_say_that_it_is_a_jwt() {
    let mut case = Case::new();
    case.header.as_object_mut().unwrap().remove("typ");
    assert_eq!(case.verdict().err(), None);
}

#[test]
fn a_token_of_exactly_64_kib_is_read_and_one_octet_more_is_not() {
    let case = Case::new();
    let longest = exactly(&case, 65_536);
    assert_eq!(case.verdict_on(&longest).err(), None);
    let longer = exactly(&case, 65_537);
    assert_eq!(case.verdict_on(&longer).err(), Some(Refusal::TokenTooLarge));
}

/// A sound token of this length: base64 leaves gaps, which another octet in the header closes.
fn exactly(case: &Case, length: usize) -> String {
    for filling in 0..3 {
        let header = case.header.to_string();
        let header = format!("{{\"fill\":\"{}\",{}", "x".repeat(filling), &header[1..]);
        let bare = case.signer.sign(&header, &padded(case, 0));
        let guess = (length - bare.len()) * 3 / 4;
        for padding in guess.saturating_sub(4)..guess + 4 {
            let token = case.signer.sign(&header, &padded(case, padding));
            if token.len() == length {
                return token;
            }
        }
    }
    panic!("no token has {length} octets");
}

fn padded(case: &Case, padding: usize) -> String {
    let mut claims = case.claims.clone();
    claims["padding"] = json!("x".repeat(padding));
    claims.to_string()
}

#[rstest]
#[case("RS256", &digest::SHA256)]
#[case("RS384", &digest::SHA384)]
#[case("RS512", &digest::SHA512)]
#[case("PS256", &digest::SHA256)]
#[case("PS384", &digest::SHA384)]
#[case("PS512", &digest::SHA512)]
#[case("ES256", &digest::SHA256)]
#[case("ES384", &digest::SHA384)]
#[case("EdDSA", &digest::SHA512)]
fn every_asymmetric_algorithm_verifies_with_its_own_key_and_its_own_hash(
    #[case] name: &str,
    #[case] hash: &'static digest::Algorithm,
) {
    let hash = digest::digest(hash, ACCESS_TOKEN.as_bytes());
    let half = &hash.as_ref()[..hash.as_ref().len() / 2];
    let mut case = Case::new()
        .with_header("alg", json!(name))
        .with("at_hash", json!(encoded(half)));
    case.signer = Signer::of(name);
    case.keys = json!({ "keys": [case.signer.jwk("k1")] });
    case.algorithms = vec![name.to_owned()];
    assert_eq!(case.verdict().err(), None);

    // A hash of the other family is a wrong one.
    let other = if hash.as_ref().len() == 32 { 24 } else { 16 };
    let wrong = encoded(&[hash.as_ref(), &[0; 64]].concat()[..other]);
    let mut case = case.with("at_hash", json!(wrong));
    case.is_refused_for(Refusal::AtHashMismatch);

    // The same key, published for another algorithm.
    case.keys["keys"][0]["alg"] = json!(if name == "PS256" { "RS256" } else { "PS256" });
    case.is_refused_for(Refusal::AlgorithmNotAllowed);
}

#[rstest]
#[case::ecdsa_under_eddsa("EdDSA", "ES256")]
#[case::eddsa_under_ecdsa("ES256", "EdDSA")]
#[case::rsa_under_ecdsa("ES256", "RS256")]
#[case::ecdsa_under_rsa("PS256", "ES256")]
#[case::another_curve("ES384", "ES256")]
fn a_key_of_another_type_is_not_taken_though_its_name_is_right(
    #[case] said: &str,
    #[case] published: &str,
) {
    let mut case = Case::new().with_header("alg", json!(said));
    case.algorithms = vec![said.to_owned()];
    case.keys = json!({ "keys": [Signer::of(published).jwk("k1")] });
    case.is_refused_for(Refusal::AlgorithmNotAllowed);
}

#[test]
fn a_token_without_key_id_finds_no_key_where_none_fits() {
    let mut case = Case::new();
    case.header.as_object_mut().unwrap().remove("kid");
    case.keys = json!({ "keys": [Signer::rs256().jwk("k1")] });
    case.is_refused_for(Refusal::KeyNotFound);
    case.keys = json!({ "keys": [] });
    case.is_refused_for(Refusal::KeyNotFound);
}

#[test]
fn a_key_without_a_name_is_not_the_one_that_a_token_names() {
    let mut case = Case::new();
    case.keys["keys"][0].as_object_mut().unwrap().remove("kid");
    case.is_refused_for(Refusal::KeyNotFound);
}

#[test]
fn keys_that_say_what_they_are_for_are_taken_for_that() {
    let mut case = Case::new();
    case.keys["keys"][0]["key_ops"] = json!(["sign", "verify"]);
    assert_eq!(case.verdict().err(), None);
    case.keys["keys"][0].as_object_mut().unwrap().remove("use");
    case.keys["keys"][0]["alg"] = json!("ES256");
    assert_eq!(case.verdict().err(), None);
}

#[test]
fn a_key_set_may_have_a_hundred_keys_and_keys_of_unknown_kinds() {
    let keys = |count: usize| {
        let unknown = json!({ "kty": "XYZ", "kid": "k1" });
        json!({ "keys": vec![unknown; count] }).to_string()
    };
    assert!(KeySet::parse(keys(100).as_bytes()).is_ok());
    assert!(KeySet::parse(keys(101).as_bytes()).is_err());
    let mut case = Case::new();
    let known = case.keys["keys"][0].clone();
    case.keys = json!({ "keys": [{ "kty": "XYZ", "kid": "k1" }, known, 7] });
    assert_eq!(case.verdict().err(), None);
}

#[test]
fn where_nothing_is_demanded_any_context_and_any_methods_will_do() {
    for claim in ["acr", "amr"] {
        let mut case = Case::new().without(claim);
        case.acr_values.clear();
        case.required_amr.clear();
        assert_eq!(case.verdict().err(), None, "{claim}");
    }
}

#[test]
fn one_of_the_contexts_is_enough_and_none_of_the_methods_may_be_missing() {
    let mut case = Case::new();
    case.acr_values = vec!["urn:demo:loa:3".to_owned(), "urn:demo:loa:2".to_owned()];
    case.required_amr = vec!["otp".to_owned(), "pwd".to_owned()];
    assert_eq!(case.verdict().err(), None);
    case.required_amr.push("hwk".to_owned());
    case.is_refused_for(Refusal::AmrUnmet);
}

#[test]
fn a_demanded_authentication_time_may_be_any_where_no_ceremony_began() {
    let mut case = Case::new().with("auth_time", json!(1));
    case.authenticated_after = None;
    assert_eq!(case.verdict().err(), None);
}

#[test]
fn without_an_access_token_its_hash_cannot_be_wrong() {
    let mut case = Case::new().with("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA"));
    case.access_token = None;
    assert_eq!(case.verdict().err(), None);
}

/// Ours reads only the claims that it decides on. The protocol library reads more, and both have to be content.
#[test]
fn what_the_protocol_library_cannot_read_is_refused_too() {
    let case = Case::new().with("address", json!("a street and not an object"));
    case.is_refused_for(Refusal::SignatureInvalid);
}

#[test]
fn an_accepted_token_can_be_looked_at() {
    let case = Case::new().with("role", json!("")).with("level", json!(7));
    let raw = case.token();
    let token = case.verdict_on(&raw).unwrap();
    assert_eq!(token.raw(), raw);
    assert_eq!(token.claims()["level"], 7);
    assert_eq!(token.text("role"), None);
    assert_eq!(token.text("level"), None);
    assert_eq!(token.text("absent"), None);
    assert_eq!(format!("{token:?}"), "IdToken(..)");
}

#[test]
fn either_verification_alone_refuses_a_strangers_signature() {
    let mut case = Case::new();
    assert_eq!(case.verdicts_apart(), [Ok(()), Ok(())]);
    case.signer = Signer::es256();
    let refused = Err(Refusal::SignatureInvalid);
    assert_eq!(case.verdicts_apart(), [refused, refused]);
}

#[rstest]
#[case::issuer("iss", json!("https://id.other.example"), Refusal::IssuerMismatch)]
#[case::audience("aud", json!("portal"), Refusal::AudienceMismatch)]
#[case::another_audience_too("aud", json!([CLIENT_ID, "portal"]), Refusal::AudienceMismatch)]
#[case::nonce("nonce", json!("other"), Refusal::NonceMismatch)]
#[case::expiry("exp", json!(NOW - 60), Refusal::Expired)]
#[case::authentication_time("auth_time", json!(null), Refusal::AuthTimeMissing)]
fn the_protocol_library_alone_refuses_what_it_knows_of(
    #[case] claim: &str,
    #[case] value: Value,
    #[case] refusal: Refusal,
) {
    let [_, library] = Case::new().with(claim, value).verdicts_apart();
    assert_eq!(library, Err(refusal));
}

#[test]
fn the_protocol_library_keeps_to_our_leeway_and_to_what_was_asked_for() {
    let mut case = Case::new()
        .with("exp", json!(NOW - 59))
        .without("auth_time");
    (case.wants_auth_time, case.nonce) = (false, None);
    assert_eq!(case.verdicts_apart(), [Ok(()), Ok(())]);
}
