//! What makes a proof one, and each thing that unmakes it.
#![allow(clippy::unwrap_used)]

use evidence::OneTimeKey;
use jiff::{SignedDuration, Timestamp};
use rstest::rstest;
use serde_json::{Map, Value, json};
use url::Url;

use super::seen::REMEMBERED_BY_KEY;
use super::{Asked, ProofRefusal, Proofs, hash_of};

const ADDRESS: &str = "https://records.clinic.example/v1/signatures";
const TOKEN: &str = "an-access-token";

fn now() -> Timestamp {
    "2026-11-24T13:30:00Z".parse().unwrap()
}

fn key() -> OneTimeKey {
    OneTimeKey::from_scalar(&[7; 32]).unwrap()
}

fn header() -> Map<String, Value> {
    let header = json!({ "typ": "dpop+jwt", "jwk": key().public() });
    header.as_object().unwrap().clone()
}

fn claims() -> Value {
    json!({ "jti": "one", "htm": "POST", "htu": ADDRESS, "iat": now().as_second(), "ath": hash_of(TOKEN) })
}

fn signed(header: &Map<String, Value>, claims: &Value) -> String {
    key()
        .sign_jws(header, claims.to_string().as_bytes())
        .unwrap()
}

fn asked(address: &Url) -> Asked<'_> {
    Asked {
        method: "POST",
        address,
        any_loopback_port: false,
        token: Some(TOKEN),
        now: now(),
        skew_s: 60,
        nonce_required: false,
    }
}

fn verdict(proofs: &Proofs, proof: &str) -> Result<String, ProofRefusal> {
    proofs.verify(proof, &asked(&ADDRESS.parse().unwrap()))
}

#[test]
fn a_sound_proof_names_its_key() {
    let proofs = Proofs::new().unwrap();
    let thumbprint = verdict(&proofs, &signed(&header(), &claims())).unwrap();
    assert_eq!(thumbprint, key().public().thumbprint());
}

#[test]
fn a_proof_is_accepted_once() {
    let proofs = Proofs::new().unwrap();
    let proof = signed(&header(), &claims());
    assert!(verdict(&proofs, &proof).is_ok());
    assert_eq!(verdict(&proofs, &proof), Err(ProofRefusal::Repeated));
}

#[rstest]
#[case::another_method("htm", json!("GET"), ProofRefusal::OtherRequest)]
#[case::another_case_of_the_method("htm", json!("post"), ProofRefusal::OtherRequest)]
#[case::another_path("htu", json!("https://records.clinic.example/v1/challenges"), ProofRefusal::OtherRequest)]
#[case::another_host("htu", json!("https://evil.example/v1/signatures"), ProofRefusal::OtherRequest)]
#[case::another_port("htu", json!("https://records.clinic.example:8443/v1/signatures"), ProofRefusal::OtherRequest)]
#[case::another_scheme("htu", json!("http://records.clinic.example/v1/signatures"), ProofRefusal::OtherRequest)]
#[case::no_address("htu", json!("/v1/signatures"), ProofRefusal::OtherRequest)]
#[case::another_token("ath", json!(hash_of("another")), ProofRefusal::OtherToken)]
#[case::no_token("ath", json!(null), ProofRefusal::OtherToken)]
#[case::made_too_early("iat", json!(now().as_second() - 121), ProofRefusal::NeedsNonce)]
#[case::made_in_the_future("iat", json!(now().as_second() + 61), ProofRefusal::NeedsNonce)]
#[case::somebody_elses_nonce("nonce", json!("not-ours"), ProofRefusal::NeedsNonce)]
#[case::no_name("jti", json!(""), ProofRefusal::Malformed)]
#[case::a_name_without_end("jti", json!("x".repeat(257)), ProofRefusal::Malformed)]
#[case::a_time_that_is_none("iat", json!("now"), ProofRefusal::Malformed)]
fn a_claim_that_is_wrong_is_refused(
    #[case] claim: &str,
    #[case] value: Value,
    #[case] refusal: ProofRefusal,
) {
    let mut claims = claims();
    claims[claim] = value;
    assert_eq!(
        verdict(&Proofs::new().unwrap(), &signed(&header(), &claims)),
        Err(refusal)
    );
}

#[rstest]
#[case::another_type("typ", json!("JWT"), ProofRefusal::WrongType)]
#[case::a_critical_extension("crit", json!(["x"]), ProofRefusal::AlgorithmNotAllowed)]
#[case::no_key("jwk", json!({}), ProofRefusal::Malformed)]
#[case::an_rsa_key("jwk", json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB" }), ProofRefusal::AlgorithmNotAllowed)]
#[case::a_shared_secret("jwk", json!({ "kty": "oct", "k": "AQAB" }), ProofRefusal::Malformed)]
fn a_header_that_is_wrong_is_refused(
    #[case] member: &str,
    #[case] value: Value,
    #[case] refusal: ProofRefusal,
) {
    let mut header = header();
    header.insert(member.to_owned(), value);
    assert_eq!(
        verdict(&Proofs::new().unwrap(), &signed(&header, &claims())),
        Err(refusal)
    );
}

#[test]
fn a_private_key_in_the_header_is_refused() {
    let mut header = header();
    header["jwk"]["d"] = json!("AQAB");
    let proof = signed(&header, &claims());
    assert_eq!(
        verdict(&Proofs::new().unwrap(), &proof),
        Err(ProofRefusal::Malformed)
    );
}

#[test]
fn a_proof_by_another_key_than_its_header_says_is_refused() {
    let stranger = OneTimeKey::from_scalar(&[9; 32]).unwrap();
    let payload = claims().to_string();
    let proof = stranger.sign_jws(&header(), payload.as_bytes()).unwrap();
    assert_eq!(
        verdict(&Proofs::new().unwrap(), &proof),
        Err(ProofRefusal::SignatureInvalid)
    );
}

#[rstest]
#[case::nothing("")]
#[case::two_parts("e30.e30")]
#[case::four_parts("e30.e30.e30.e30")]
#[case::no_base64url("!.!.!")]
#[case::no_json("eA.eA.eA")]
fn what_is_no_jws_is_refused(#[case] proof: &str) {
    let refused = verdict(&Proofs::new().unwrap(), proof);
    assert_eq!(refused, Err(ProofRefusal::Malformed));
}

#[test]
fn a_proof_that_is_too_long_is_not_read() {
    let mut claims = claims();
    claims["padding"] = json!("x".repeat(9000));
    let refused = verdict(&Proofs::new().unwrap(), &signed(&header(), &claims));
    assert_eq!(refused, Err(ProofRefusal::Malformed));
}

#[test]
fn with_our_nonce_the_callers_clock_does_not_matter_until_the_nonce_is_old() {
    let proofs = Proofs::new().unwrap();
    let mut claims = claims();
    claims["iat"] = json!(0);
    claims["nonce"] = json!(proofs.nonce(now()));
    assert!(verdict(&proofs, &signed(&header(), &claims)).is_ok());

    claims["jti"] = json!("two");
    let address = ADDRESS.parse().unwrap();
    let late = Asked {
        now: now() + SignedDuration::from_secs(121),
        ..asked(&address)
    };
    let refused = proofs.verify(&signed(&header(), &claims), &late);
    assert_eq!(refused, Err(ProofRefusal::NeedsNonce));
}

#[test]
fn where_a_nonce_is_required_a_proof_without_one_is_refused() {
    let proofs = Proofs::new().unwrap();
    let address = ADDRESS.parse().unwrap();
    let strict = Asked {
        nonce_required: true,
        ..asked(&address)
    };
    let mut claims = claims();
    let refused = proofs.verify(&signed(&header(), &claims), &strict);
    assert_eq!(refused, Err(ProofRefusal::NeedsNonce));

    claims["nonce"] = json!(proofs.nonce(now()));
    assert!(proofs.verify(&signed(&header(), &claims), &strict).is_ok());
}

#[rstest]
#[case("http://127.0.0.1:7001/v1/signatures", true)]
#[case("http://127.0.0.1:7001/v1/challenges", false)]
#[case("http://evil.example:7001/v1/signatures", false)]
fn a_relay_on_loopback_may_change_the_port_and_nothing_else(
    #[case] claimed: &str,
    #[case] accepted: bool,
) {
    let mut claims = claims();
    claims["htu"] = json!(claimed);
    let address = "http://127.0.0.1:7000/v1/signatures".parse().unwrap();
    let relayed = Asked {
        any_loopback_port: true,
        ..asked(&address)
    };
    let proof = signed(&header(), &claims);
    let proofs = Proofs::new().unwrap();
    assert!(proofs.verify(&proof, &asked(&address)).is_err());
    assert_eq!(proofs.verify(&proof, &relayed).is_ok(), accepted);
}

#[rstest]
#[case::the_last_second(i64::MAX)]
#[case::almost_the_last(i64::MAX - 1000)]
#[case::the_first_second(i64::MIN)]
fn how_long_a_proof_is_remembered_does_not_depend_on_the_time_that_it_says(#[case] iat: i64) {
    let proofs = Proofs::new().unwrap();
    let mut claims = claims();
    claims["iat"] = json!(iat);
    claims["nonce"] = json!(proofs.nonce(now()));
    let proof = signed(&header(), &claims);
    let address = ADDRESS.parse().unwrap();
    let after = |seconds| Asked {
        now: now() + SignedDuration::from_secs(seconds),
        ..asked(&address)
    };
    assert!(proofs.verify(&proof, &after(0)).is_ok());

    // As long as its nonce may be good it is refused because it was seen, and not for want of a nonce.
    let refused = proofs.verify(&proof, &after(59));
    assert_eq!(refused, Err(ProofRefusal::Repeated));

    // When another one comes later, it is gone.
    let mut another = self::claims();
    another["iat"] = json!(now().as_second() + 600);
    let another = signed(&header(), &another);
    assert!(proofs.verify(&another, &after(600)).is_ok());
    assert_eq!(proofs.seen.lock().unwrap().len(), 1);
}

#[test]
fn a_proof_from_the_edge_of_the_future_is_remembered_until_its_time_is_over() {
    let proofs = Proofs::new().unwrap();
    let mut claims = claims();
    claims["iat"] = json!(now().as_second() + 60);
    let proof = signed(&header(), &claims);
    let address = ADDRESS.parse().unwrap();
    assert!(proofs.verify(&proof, &asked(&address)).is_ok());
    let last_second = Asked {
        now: now() + SignedDuration::from_secs(180),
        ..asked(&address)
    };
    let refused = proofs.verify(&proof, &last_second);
    assert_eq!(refused, Err(ProofRefusal::Repeated));
}

#[test]
fn a_key_that_floods_locks_itself_out_and_nobody_else() {
    let proofs = Proofs::new().unwrap();
    let mut claims = claims();
    for number in 0..REMEMBERED_BY_KEY {
        claims["jti"] = json!(number.to_string());
        assert!(verdict(&proofs, &signed(&header(), &claims)).is_ok());
    }
    claims["jti"] = json!("one more");
    let refused = verdict(&proofs, &signed(&header(), &claims));
    assert_eq!(refused, Err(ProofRefusal::TooMany));

    let other = OneTimeKey::from_scalar(&[9; 32]).unwrap();
    let mut header = header();
    header["jwk"] = json!(other.public());
    let payload = claims.to_string();
    let proof = other.sign_jws(&header, payload.as_bytes()).unwrap();
    assert_eq!(verdict(&proofs, &proof), Ok(other.public().thumbprint()));
}

#[test]
fn a_proof_by_another_key_than_the_tokens_is_refused_and_not_remembered() {
    let proofs = Proofs::new().unwrap();
    let address = ADDRESS.parse().unwrap();
    let proof = signed(&header(), &claims());
    let stranger = OneTimeKey::from_scalar(&[9; 32]).unwrap();
    let refused = proofs.verify_by(&stranger.public().thumbprint(), &proof, &asked(&address));
    assert_eq!(refused, Err(ProofRefusal::OtherKey));
    assert_eq!(proofs.seen.lock().unwrap().len(), 0);

    let own = key().public().thumbprint();
    assert_eq!(proofs.verify_by(&own, &proof, &asked(&address)), Ok(()));
}
