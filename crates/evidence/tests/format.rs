//! The format: its published vector, its canonical form, and that making and reading agree.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::collections::BTreeMap;

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use common::{Provider, SHOWN, Scene, at, identity, jcs, sha3};
use evidence::canonical::{self, CanonicalError};
use evidence::commitment::Cic;
use evidence::keys::{Algorithm, KeySet};
use evidence::{
    Archive, Authorization, Bundle, EvidenceError, IssuerSnapshot, LocalTime, OneTimeKey, Prepared,
    Presentation, SignedAmendment,
};
use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};

/// The client instance claims whose nonce is published with the format.
const PUBLISHED_CIC: &str = r#"{"alg":"ES256","att":"01bffb1679ad4521afd68490ec4694af30fb1a5b76e6a37ac86a8b3e12813232","rz":"abababababababababababababababababababababababababababababababab","typ":"CIC","upk":{"alg":"ES256","crv":"P-256","kty":"EC","x":"cvqyUFNs1OUdRcDSmzJfS7ynuTHAjlDqoeinCZy_r1Q","y":"Whl5jJUIz7ujFvlB5Hzhaz6DIlpyWQmIIA3J7VMj53o"}}"#;

#[test]
fn the_published_vector_commits_to_the_published_nonce() {
    let cic: Cic = canonical::parse_as(PUBLISHED_CIC.as_bytes()).unwrap();

    assert_eq!(
        cic.nonce().unwrap(),
        "y6ZVbriRKcqLqdj71dtiyYhbJwUnRnrvrxcuvy1AQdM"
    );
    assert_eq!(cic.octets().unwrap(), PUBLISHED_CIC.as_bytes());
}

#[test]
fn the_claims_of_the_published_vector_are_made_from_its_parts() {
    let read: Cic = canonical::parse_as(PUBLISHED_CIC.as_bytes()).unwrap();

    let made = Cic::new(
        read.statement_sha256().to_owned(),
        read.key().clone(),
        [0xab; 32],
    );

    assert_eq!(made, read);
}

/// RFC 7638 §3.1.
#[test]
fn the_thumbprint_of_the_standard_is_ours() {
    let key = json!({
        "kty": "RSA",
        "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
        "e": "AQAB",
        "alg": "RS256",
        "kid": "2011-04-29",
    });
    let jwk: evidence::keys::Jwk = serde_json::from_value(key).unwrap();

    assert_eq!(
        jwk.thumbprint(),
        "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    );
}

#[test]
fn what_is_made_here_is_what_the_format_describes() {
    let scene = Scene::new();
    let sealed = seal(&scene).unwrap();
    let bundle: Value = serde_json::from_slice(sealed.octets()).unwrap();

    assert_eq!(jcs(&bundle), sealed.octets());
    assert_eq!(identity(&bundle), sealed.sha256());
    assert_eq!(
        sha3(&jcs(&bundle["pk_token"])),
        sealed.bundle().pk_token().hash().unwrap()
    );
    let mut members: Vec<&String> = bundle.as_object().unwrap().keys().collect();
    members.sort();
    assert_eq!(
        members,
        [
            "authorization",
            "issuer",
            "pk_token",
            "presentation",
            "seal",
            "signed_statement",
            "statement",
            "type"
        ]
    );
    scene.verify_octets(sealed.octets()).unwrap();
}

#[test]
fn the_pk_token_has_openpubkeys_forms() {
    let scene = Scene::new();
    let bundle = Bundle::parse(&scene.octets()).unwrap();
    let token = bundle.pk_token();
    let (id_token, cic_token) = (token.id_token(), token.cic_token());
    let (provider, holder): (Vec<&str>, Vec<&str>) = (
        id_token.split('.').collect(),
        cic_token.split('.').collect(),
    );

    assert_eq!(provider[1], holder[1]);
    assert_eq!(
        token.compact(),
        [provider[1], provider[0], provider[2], holder[0], holder[2]].join(":")
    );
    let json = serde_json::to_string(token).unwrap();
    assert!(json.starts_with(r#"{"payload":"#) && json.contains(r#""signatures":[{"protected":"#));
}

#[test]
fn a_nonce_of_something_else_cannot_be_sealed() {
    let (scene, other) = (Scene::new(), Scene::new());
    let outcome = prepared(&scene).seal(
        Presentation::text(SHOWN),
        &other.id_token(),
        snapshot(&scene),
        authorization(),
    );

    assert_eq!(outcome.err(), Some(EvidenceError::NonceMismatch));
}

#[test]
fn a_text_that_was_not_the_one_named_cannot_be_sealed() {
    let scene = Scene::new();
    let outcome = prepared(&scene).seal(
        Presentation::text("?"),
        &scene.id_token(),
        snapshot(&scene),
        authorization(),
    );

    assert_eq!(outcome.err(), Some(EvidenceError::PresentationMismatch));
}

#[test]
fn a_statement_that_signs_nothing_cannot_be_prepared() {
    let scene = Scene::new().with(|scene| scene.statement.amendments.clear());
    let key = OneTimeKey::generate(&SystemRandom::new()).unwrap();

    let outcome = Prepared::new(scene.statement, key, [0; 32]);

    assert_eq!(outcome.err(), Some(EvidenceError::Statement("amendments")));
}

#[test]
fn a_key_comes_from_the_randomness_that_was_handed_in() {
    let scalar = [7; 32];
    let (one, same) = (
        OneTimeKey::from_scalar(&scalar).unwrap(),
        OneTimeKey::from_scalar(&scalar).unwrap(),
    );
    let other = OneTimeKey::generate(&SystemRandom::new()).unwrap();

    assert_eq!(one.public().thumbprint(), same.public().thumbprint());
    assert_ne!(one.public().thumbprint(), other.public().thumbprint());
}

#[rstest]
#[case::zero([0; 32])]
#[case::beyond_the_order([0xff; 32])]
fn a_scalar_that_is_no_key_is_refused(#[case] scalar: [u8; 32]) {
    assert_eq!(
        OneTimeKey::from_scalar(&scalar).err(),
        Some(EvidenceError::KeyRejected)
    );
}

#[test]
fn a_one_time_key_signs_a_dpop_proof() {
    let key = OneTimeKey::generate(&SystemRandom::new()).unwrap();
    let header = json!({ "typ": "dpop+jwt", "jwk": key.public() });

    let proof = key
        .sign_jws(header.as_object().unwrap(), br#"{"htm":"POST"}"#)
        .unwrap();

    let (input, signature) = proof.rsplit_once('.').unwrap();
    let signature = evidence::digest::from_base64url(signature).unwrap();
    assert!(key.public().to_jwk().unwrap().verifies(
        Algorithm::Es256,
        input.as_bytes(),
        &signature
    ));
}

#[test]
fn a_key_set_keeps_what_can_verify_signatures() {
    let provider = Provider::new(common::ISSUER, Algorithm::EdDsa);

    let keys = KeySet::parse(&provider.jwks()).unwrap().keys;

    assert_eq!(keys, [serde_json::from_value(provider.jwk()).unwrap()]);
}

#[rstest]
#[case::a_shared_secret(json!({ "kty": "oct", "k": "AAAA" }))]
#[case::a_private_key(json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "d": "AAAA" }))]
#[case::a_short_coordinate(json!({ "kty": "OKP", "crv": "Ed25519", "x": "AAAA" }))]
fn a_key_set_leaves_out(#[case] key: Value) {
    let octets = serde_json::to_vec(&json!({ "keys": [key] })).unwrap();

    assert_eq!(KeySet::parse(&octets).unwrap().keys, []);
}

#[test]
fn a_key_set_of_ten_thousand_keys_is_refused() {
    let octets = serde_json::to_vec(&json!({ "keys": vec![json!({}); 10_000] })).unwrap();

    assert_eq!(KeySet::parse(&octets), Err(CanonicalError::TooLarge));
}

#[test]
fn a_list_of_its_members_is_no_object() {
    let keys = serde_json::to_vec(&json!([[]])).unwrap();
    assert!(matches!(
        KeySet::parse(&keys),
        Err(CanonicalError::WrongShape { .. })
    ));

    let archive =
        json!({ "issuers": [], "receipt_keys": [], "clock_skew_s": 0, "delivery_grace_s": 0 });
    let archive_with = |name: &str, value: Value| {
        let mut archive = archive.clone();
        archive[name] = value;
        Archive::parse(&serde_json::to_vec(&archive).unwrap())
    };
    let receipt = json!({ "sequence": 1, "sha256": "0" });
    let kind = "urn:countersign:archive:v1";
    assert!(archive_with("type", json!(kind)).is_ok());
    assert!(archive_with("receipts", json!([receipt])).is_ok());
    for (name, value) in [
        ("type", json!({ kind: null })),
        ("receipts", json!([[1, "0"]])),
        ("receipts", json!({ "sequence": 1, "sha256": "0" })),
    ] {
        let Err(CanonicalError::WrongShape { path }) = archive_with(name, value) else {
            panic!("{name} is read");
        };
        assert!(path.starts_with(name), "{path}");
    }
}

#[test]
fn a_decimal_is_significant_in_octets_and_not_in_the_canonical_form() {
    let record = common::story::amendment("hb-1").record;
    let [long, short] = [br#"{"v":1.10}"#, br#"{"v":1.1 }"#].map(|proposed| {
        SignedAmendment::new("a".to_owned(), record.clone(), b"{}", proposed).unwrap()
    });

    assert_ne!(long.proposed_sha256, short.proposed_sha256);
    assert_eq!(
        long.proposed_canonical_sha256,
        short.proposed_canonical_sha256
    );
}

#[test]
fn a_record_that_says_something_twice_has_no_canonical_form() {
    let record = common::story::amendment("hb-1").record;

    let outcome = SignedAmendment::new("a".to_owned(), record, b"{}", br#"{"v":1,"v":2}"#);

    assert_eq!(
        outcome,
        Err(EvidenceError::Record(CanonicalError::DuplicateMember))
    );
}

#[rstest]
#[case("2026-11-21T10:15:30+01:00")]
#[case("2026-11-21T10:15:30-09:30")]
#[case("2026-11-21T10:15:30+00:00")]
fn a_local_time_is_written_as_it_was_read(#[case] text: &str) {
    assert_eq!(
        LocalTime::try_from(text.to_owned()).unwrap().to_string(),
        text
    );
}

#[rstest]
#[case("2026-11-21T10:15:30Z")]
#[case("2026-11-21T10:15:30.5+01:00")]
#[case("2026-11-21 10:15:30+01:00")]
#[case("2026-11-21T10:15:30+0100")]
#[case("2026-11-21T10:15:30")]
#[case("now")]
#[case("")]
fn a_local_time_has_one_spelling_only(#[case] text: &str) {
    LocalTime::try_from(text.to_owned()).unwrap_err();
}

#[rstest]
#[case::spaces("{ }", CanonicalError::NotCanonical)]
#[case::members_out_of_order(r#"{"b":1,"a":1}"#, CanonicalError::NotCanonical)]
#[case::an_escape_too_many(r#""\u0061""#, CanonicalError::NotCanonical)]
#[case::the_same_name_escaped(r#"{"a":1,"\u0061":1}"#, CanonicalError::DuplicateMember)]
#[case::a_fraction("1.0", CanonicalError::NotAnInteger)]
#[case::an_exponent("1e3", CanonicalError::NotAnInteger)]
#[case::minus_zero("-0", CanonicalError::NotAnInteger)]
#[case::beyond_u64("99999999999999999999", CanonicalError::NotAnInteger)]
#[case::two_to_the_53rd("9007199254740992", CanonicalError::IntegerTooLarge)]
#[case::minus_two_to_the_53rd("-9007199254740992", CanonicalError::IntegerTooLarge)]
#[case::a_lone_surrogate(r#""\ud800""#, CanonicalError::NotJson)]
#[case::not_a_number("NaN", CanonicalError::NotJson)]
#[case::a_comma_too_many("[1,]", CanonicalError::NotJson)]
#[case::a_byte_order_mark("\u{feff}{}", CanonicalError::NotJson)]
#[case::a_second_value("1 2", CanonicalError::TrailingBytes)]
#[case::null("null", CanonicalError::Null)]
fn as_canonical_json_is_refused(#[case] text: &str, #[case] reason: CanonicalError) {
    assert_eq!(canonical::parse(text.as_bytes()), Err(reason));
}

#[rstest]
#[case("9007199254740991")]
#[case("-9007199254740991")]
#[case(r#"{"":[true,false,"\u0000€\"😀"],"z":{}}"#)]
fn canonical_json_is_read(#[case] text: &str) {
    canonical::parse(text.as_bytes()).unwrap();
}

#[test]
fn thirty_two_levels_are_read_and_thirty_three_are_not() {
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));

    canonical::parse(nested(32).as_bytes()).unwrap();
    assert_eq!(
        canonical::parse(nested(33).as_bytes()),
        Err(CanonicalError::TooDeep)
    );
    assert_eq!(
        canonical::parse(nested(100_000).as_bytes()),
        Err(CanonicalError::TooDeep)
    );
}

proptest! {
    #[test]
    fn any_octets_are_read_or_refused_but_never_panic(octets in proptest::collection::vec(any::<u8>(), 0..512)) {
        if let Ok(value) = canonical::parse(&octets) {
            prop_assert_eq!(canonical::to_octets(&value).unwrap(), octets);
        }
    }

    #[test]
    fn what_is_written_is_read_again(value in json_value()) {
        let octets = canonical::to_octets(&value).unwrap();
        prop_assert_eq!(canonical::parse(&octets).unwrap(), value);
    }
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map(".*", inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// The scene's signature, made by the crate itself.
fn seal(scene: &Scene) -> Result<evidence::Sealed, EvidenceError> {
    let prepared = prepared(scene);
    let mut claims = scene.claims.clone();
    claims.insert("nonce".to_owned(), json!(prepared.nonce()));
    let token = scene
        .provider
        .sign(&scene.header, &serde_json::to_vec(&claims).unwrap());
    prepared.seal(
        scene.presentation.clone(),
        &token,
        snapshot(scene),
        authorization(),
    )
}

fn prepared(scene: &Scene) -> Prepared {
    let random = SystemRandom::new();
    let mut rz = [0; 32];
    random.fill(&mut rz).unwrap();
    Prepared::new(
        scene.statement.clone(),
        OneTimeKey::generate(&random).unwrap(),
        rz,
    )
    .unwrap()
}

fn snapshot(scene: &Scene) -> IssuerSnapshot {
    IssuerSnapshot {
        configuration: scene.configuration.clone(),
        jwks: scene.jwks.clone(),
        fetched_at: at(1),
    }
}

fn authorization() -> Authorization {
    Authorization {
        parameters: BTreeMap::new(),
        callback_iss: None,
    }
}
