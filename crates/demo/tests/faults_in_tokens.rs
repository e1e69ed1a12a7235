//! Every fault of an ID token is what its name says, and soundly signed where the signature is not the fault.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use common::{
    Answer,
    fault::{keys, signature_verifies, signed_in, signed_in_with},
    opened,
};
use demo::idp::{CLIENT_ID, Fault, Faults, Idp, IdpConfig, Place};
use serde_json::{Value, json};

/// The claims in which this fault differs from a sound token of the same instant.
fn expected_claims(fault: Fault, issuer: &str, iat: i64) -> Vec<(&'static str, Value)> {
    let one = |name, value| vec![(name, value)];
    match fault {
        Fault::IssuerWrong => one("iss", json!("https://id.other.example")),
        Fault::IssuerSlash => one("iss", json!(format!("{issuer}/"))),
        Fault::IssuerMissing => one("iss", Value::Null),
        Fault::AudienceOther => one("aud", json!("somebody-elses-client")),
        Fault::AudienceMissing => one("aud", Value::Null),
        Fault::AudienceExtra => one("aud", json!([CLIENT_ID, "somebody-elses-client"])),
        Fault::AudienceArray => one("aud", json!([CLIENT_ID])),
        Fault::AuthorizedPartyOther => one("azp", json!("somebody-elses-client")),
        Fault::NonceMissing => one("nonce", Value::Null),
        Fault::Expired => one("exp", json!(iat - 3600)),
        Fault::ExpiryMissing => one("exp", Value::Null),
        Fault::ExpiryFar => one("exp", json!(253_402_300_799_i64)),
        Fault::IssuedMissing => one("iat", Value::Null),
        Fault::NotYetValid => one("nbf", json!(iat + 3600)),
        Fault::SubjectMissing => one("sub", Value::Null),
        Fault::SubjectEmpty => one("sub", json!("")),
        Fault::SubjectLong => one("sub", json!("s".repeat(300))),
        Fault::SubjectOther => one("sub", json!("u-baker")),
        Fault::AuthTimeMissing => one("auth_time", Value::Null),
        Fault::AuthTimeZero => one("auth_time", json!(0)),
        Fault::AuthTimeString => one("auth_time", json!(iat.to_string())),
        Fault::AuthTimeStale => one("auth_time", json!(iat - 86400)),
        Fault::AuthTimeFuture => one("auth_time", json!(iat + 3600)),
        Fault::AcrLower => one("acr", json!("urn:demo:loa:0")),
        Fault::AcrMissing => one("acr", Value::Null),
        Fault::AmrMissing => one("amr", Value::Null),
        Fault::AmrPoor => one("amr", json!(["pwd"])),
        Fault::Delegated => one("act", json!({ "sub": "u-clark" })),
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn a_spoiled_claim_is_spoiled_as_named_and_soundly_signed() {
    let idp = Idp::start(IdpConfig::default()).await.unwrap();
    for fault in Fault::ALL
        .iter()
        .copied()
        .filter(|fault| fault.place() == Place::IdTokenClaims)
    {
        idp.set_faults(Faults::only(fault));
        let answer = signed_in(&idp).await;
        let token = answer.text("id_token");
        let claims = opened(&token).1;
        let iat = claims["iat"].as_i64().unwrap_or_default();

        for (name, value) in expected_claims(fault, idp.issuer(), iat) {
            assert_eq!(claims[name], value, "{}", fault.name());
        }
        assert!(signature_verifies(&idp, &token).await, "{}", fault.name());
    }
}

#[tokio::test]
async fn spoiled_claims_without_a_fixed_value_are_far_from_the_truth() {
    let now = jiff::Timestamp::now().as_second();
    let claim = |answer: &Answer, name: &str| opened(&answer.text("id_token")).1[name].clone();

    let (_, ahead) = signed_in_with(Fault::IssuedInFuture).await;
    let (_, old) = signed_in_with(Fault::IssuedTooOld).await;
    let (_, nonce) = signed_in_with(Fault::NonceWrong).await;
    let (_, hash) = signed_in_with(Fault::AtHashWrong).await;

    assert!(claim(&ahead, "iat").as_i64().unwrap() > now + 3000);
    assert!(claim(&old, "iat").as_i64().unwrap() < now - 6 * 86400);
    assert_ne!(claim(&nonce, "nonce"), "the-nonce");
    let sound = aws_lc_rs::digest::digest(
        &aws_lc_rs::digest::SHA256,
        hash.text("access_token").as_bytes(),
    );
    assert_ne!(
        claim(&hash, "at_hash"),
        URL_SAFE_NO_PAD.encode(&sound.as_ref()[..16])
    );
}

#[tokio::test]
async fn a_spoiled_envelope_is_spoiled_as_named() {
    let idp = Idp::start(IdpConfig::default()).await.unwrap();
    for fault in Fault::ALL
        .iter()
        .copied()
        .filter(|fault| fault.place() == Place::IdTokenEnvelope)
    {
        idp.set_faults(Faults::only(fault));
        let answer = signed_in(&idp).await;
        let token = answer.text("id_token");
        let (header, claims) = opened(&token);
        let published = keys(&idp).await;
        let published = published["keys"].as_array().unwrap();
        let name = fault.name();

        assert_eq!(claims["sub"], "u-adams", "{name}");
        let verifies = signature_verifies(&idp, &token).await;
        match fault {
            Fault::SignatureBad | Fault::SignatureByStranger => assert!(!verifies, "{name}"),
            Fault::HeaderJwk => assert!(!verifies && header["jwk"].is_object(), "{name}"),
            Fault::HeaderJku | Fault::HeaderX5u => {
                let place = header[&name["header_".len()..]].as_str().unwrap();
                assert!(!verifies && place.starts_with(idp.issuer()), "{name}");
            }
            Fault::AlgorithmNone => {
                assert!(header["alg"] == "none" && token.ends_with('.'), "{name}");
            }
            Fault::AlgorithmHs256 => assert_eq!(header["alg"], "HS256"),
            Fault::AlgorithmUnadvertised => assert!(
                header["alg"] == "ES384" && verifies_es384(published),
                "{name}"
            ),
            Fault::AlgorithmOtherKeyType => {
                assert!(
                    header["alg"] == "RS256"
                        && header["kid"].as_str().unwrap().starts_with("es256"),
                    "{name}"
                );
            }
            Fault::KidUnknown => assert!(
                published.iter().all(|key| key["kid"] != header["kid"]),
                "{name}"
            ),
            Fault::KidMissingSeveralKeys => {
                let fitting = published.iter().filter(|key| key["alg"] == "ES256").count();
                assert!(
                    header["kid"].is_null() && fitting == 2 && verifies,
                    "{name}"
                );
            }
            Fault::KidMissingOneKey => {
                let fitting = published.iter().filter(|key| key["alg"] == "ES256").count();
                assert!(
                    header["kid"].is_null() && fitting == 1 && verifies,
                    "{name}"
                );
            }
            Fault::KeySmall => {
                let key = published
                    .iter()
                    .find(|key| key["kid"] == header["kid"])
                    .unwrap();
                let modulus = URL_SAFE_NO_PAD.decode(key["n"].as_str().unwrap()).unwrap();
                assert_eq!(modulus.len() * 8, 1024, "{name}");
            }
            Fault::HeaderCritical => assert!(
                header["crit"].is_array() && header["urn:demo:critical"] == true,
                "{name}"
            ),
            Fault::HeaderUnencoded => assert_eq!(header["b64"], false, "{name}"),
            Fault::HeaderTypeWrong => assert!(header["typ"] == "at+jwt" && verifies, "{name}"),
            Fault::IdTokenHuge => assert!(token.len() > 200 * 1024 && verifies, "{name}"),
            other => panic!("{} has no check", other.name()),
        }
    }
}

fn verifies_es384(published: &[Value]) -> bool {
    published
        .iter()
        .any(|key| key["alg"] == "ES384" && key["crv"] == "P-384")
}

#[tokio::test]
async fn the_small_rsa_key_signs_soundly() {
    let (idp, answer) = signed_in_with(Fault::KeySmall).await;
    let token = answer.text("id_token");
    let published = keys(&idp).await;
    let key = published["keys"]
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["kid"] == "rs256-small")
        .unwrap()
        .clone();
    let number = |name: &str| {
        rsa::BigUint::from_bytes_be(&URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap())
    };
    let public = rsa::RsaPublicKey::new(number("n"), number("e")).unwrap();

    let (signed, signature) = token.rsplit_once('.').unwrap();
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, signed.as_bytes());
    let prefix = hex_prefix();
    let encoded = [&prefix[..], digest.as_ref()].concat();

    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    assert!(
        public
            .verify(rsa::Pkcs1v15Sign::new_unprefixed(), &encoded, &signature)
            .is_ok()
    );
}

/// The DER prefix of a SHA-256 `DigestInfo`.
fn hex_prefix() -> [u8; 19] {
    [
        0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
        0x05, 0x00, 0x04, 0x20,
    ]
}
