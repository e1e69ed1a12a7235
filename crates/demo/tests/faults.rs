//! Every fault is what its name says, and nothing else is wrong beside it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::time::{Duration, Instant};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use common::{Answer, callback, get, opened, parameter, redeem, request, tokens};
use demo::{
    idp::{ADAMS, CLIENT_ID, Endpoint, Fault, Faults, Idp, IdpConfig, Place},
    robot::Browser,
};
use jsonwebtoken::{DecodingKey, Validation, decode, jwk::JwkSet};
use serde_json::{Value, json};

async fn idp_with(fault: Fault) -> Idp {
    Idp::start(IdpConfig {
        faults: Faults::only(fault),
        ..IdpConfig::default()
    })
    .await
    .unwrap()
}

async fn signed_in_with(fault: Fault) -> (Idp, Answer) {
    let idp = idp_with(fault).await;
    let answer = signed_in(&idp).await;
    (idp, answer)
}

async fn signed_in(idp: &Idp) -> Answer {
    tokens(
        idp,
        &Browser::new(),
        &ADAMS,
        &[("acr_values", "urn:demo:loa:2")],
    )
    .await
}

async fn keys(idp: &Idp) -> Value {
    get(&format!("{}/jwks", idp.issuer()), None).await.body
}

/// Whether any published key verifies the signature, whatever the claims say.
async fn signature_verifies(idp: &Idp, jws: &str) -> bool {
    let keys: JwkSet = serde_json::from_value(keys(idp).await).unwrap();
    let (header, _) = opened(jws);
    let Ok(algorithm) = header["alg"].as_str().unwrap().parse() else {
        return false;
    };
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let candidates = keys.keys.iter().filter(|key| {
        header["kid"].is_null() || key.common.key_id.as_deref() == header["kid"].as_str()
    });
    candidates
        .filter_map(|key| DecodingKey::from_jwk(key).ok())
        .any(|key| decode::<Value>(jws, &key, &validation).is_ok())
}

/// The claims in which this fault differs from a sound token of the same instant.
fn expected_claims(fault: Fault, issuer: &str, iat: i64) -> Vec<(&'static str, Value)> {
    let one = |name, value| vec![(name, value)];
    match fault {
        Fault::IssuerWrong => one("iss", json!("https://id.other.example")),
        Fault::IssuerSlash => one("iss", json!(format!("{issuer}/"))),
        Fault::AudienceOther => one("aud", json!("somebody-elses-client")),
        Fault::AudienceExtra => one("aud", json!([CLIENT_ID, "somebody-elses-client"])),
        Fault::AudienceArray => one("aud", json!([CLIENT_ID])),
        Fault::AuthorizedPartyOther => one("azp", json!("somebody-elses-client")),
        Fault::NonceMissing => one("nonce", Value::Null),
        Fault::Expired => one("exp", json!(iat - 3600)),
        Fault::ExpiryMissing => one("exp", Value::Null),
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
        let iat = claims["iat"].as_i64().unwrap();

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
            Fault::AlgorithmNone => {
                assert!(header["alg"] == "none" && token.ends_with('.'), "{name}")
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

#[tokio::test]
async fn a_spoiled_answer_to_the_client_is_spoiled_as_named() {
    let answered = |fault| async move {
        let idp = idp_with(fault).await;
        let browser = Browser::new();
        let url = request(&idp, &[]);
        match browser.visit(&url).await.unwrap() {
            demo::robot::Landing::Callback(answer) => answer,
            demo::robot::Landing::Page(_) => browser.sign_in(&url, &ADAMS, false).await.unwrap(),
        }
    };

    assert_eq!(
        parameter(&answered(Fault::ResponseIssuerMissing).await, "iss"),
        None
    );
    let other = parameter(&answered(Fault::ResponseIssuerWrong).await, "iss");
    assert_eq!(other.as_deref(), Some("https://id.other.example"));
    assert_ne!(
        parameter(&answered(Fault::StateWrong).await, "state").as_deref(),
        Some("the-state")
    );
    assert_eq!(
        parameter(&answered(Fault::StateMissing).await, "state"),
        None
    );
    assert_eq!(
        answered(Fault::CodeTwice)
            .await
            .query_pairs()
            .filter(|(name, _)| name == "code")
            .count(),
        2
    );
    let error = parameter(&answered(Fault::AuthorizationServerError).await, "error");
    assert_eq!(error.as_deref(), Some("server_error"));
}

#[tokio::test]
async fn an_ambient_sign_in_answers_prompt_none_with_a_code_in_an_empty_jar() {
    let idp = idp_with(Fault::AmbientSignIn).await;

    let answer = callback(
        Browser::new()
            .visit(&request(&idp, &[("prompt", "none")]))
            .await
            .unwrap(),
    );

    assert!(parameter(&answer, "code").is_some());
    assert!(
        idp.requests()
            .iter()
            .all(|asked| asked.endpoint != Endpoint::SignIn)
    );
}

#[tokio::test]
async fn a_spoiled_token_answer_is_spoiled_as_named_and_issues_nothing() {
    for (fault, status) in [
        (Fault::TokenServerError, 500),
        (Fault::TokenHtml, 200),
        (Fault::TokenRedirect, 307),
        (Fault::TokenErrorIn200, 200),
    ] {
        let (idp, answer) = signed_in_with(fault).await;
        assert_eq!(answer.status, status, "{}", fault.name());
        assert!(answer.body["access_token"].is_null(), "{}", fault.name());
        assert!(idp.active_tokens().is_empty(), "{}", fault.name());
    }
}

#[tokio::test]
async fn slow_and_endless_answers_do_not_end_by_themselves() {
    for fault in [Fault::TokenSlow, Fault::TokenDrip, Fault::TokenEndless] {
        let idp = idp_with(fault).await;
        let answer = Browser::new()
            .sign_in(&request(&idp, &[]), &ADAMS, false)
            .await
            .unwrap();
        let begun = Instant::now();

        let ended = tokio::time::timeout(Duration::from_millis(300), redeem(&idp, &answer)).await;

        assert!(
            ended.is_err(),
            "{} after {:?}",
            fault.name(),
            begun.elapsed()
        );
    }
}

#[tokio::test]
async fn a_spoiled_document_is_spoiled_as_named() {
    let document = |fault| async move {
        let idp = idp_with(fault).await;
        let answer = get(
            &format!("{}/.well-known/openid-configuration", idp.issuer()),
            None,
        )
        .await;
        (idp.issuer().to_owned(), answer)
    };

    let (issuer, other) = document(Fault::DiscoveryIssuerOther).await;
    assert_ne!(other.body["issuer"], issuer);
    let (issuer, slash) = document(Fault::DiscoveryIssuerSlash).await;
    assert_eq!(slash.body["issuer"], format!("{issuer}/"));
    let (_, plain) = document(Fault::DiscoveryWithoutS256).await;
    assert_eq!(
        plain.body["code_challenge_methods_supported"],
        json!(["plain"])
    );
    assert_eq!(document(Fault::DiscoveryRedirect).await.1.status, 307);
    assert_eq!(document(Fault::DiscoveryHtml).await.1.body, Value::Null);
    let (_, endpoint) = document(Fault::DiscoveryPlainEndpoint).await;
    assert_eq!(
        endpoint.body["token_endpoint"],
        "http://id.clinic.example/token"
    );
}

#[tokio::test]
async fn a_spoiled_key_set_is_spoiled_as_named() {
    let idp = Idp::start(IdpConfig::default()).await.unwrap();
    let url = format!("{}/jwks", idp.issuer());
    let with = async |fault| {
        idp.set_faults(Faults::only(fault));
        get(&url, None).await
    };

    assert_eq!(with(Fault::KeysRedirect).await.status, 307);
    assert_eq!(with(Fault::KeysError).await.status, 500);
    assert_eq!(with(Fault::KeysHtml).await.body, Value::Null);
    let symmetric = with(Fault::KeysSymmetric).await.body;
    assert!(
        symmetric["keys"]
            .as_array()
            .unwrap()
            .iter()
            .all(|key| key["kty"] == "oct")
    );
    idp.set_faults(Faults::only(Fault::KeysHuge));
    let huge = common::client()
        .get(&url)
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    assert!(huge.len() >= 50 * 1024 * 1024);
}

#[tokio::test]
async fn keys_rotated_before_signing_are_published_when_asked_again() {
    let idp = idp_with(Fault::KeysRotated).await;
    let before = keys(&idp).await;

    let token = tokens(&idp, &Browser::new(), &ADAMS, &[])
        .await
        .text("id_token");

    let kid = opened(&token).0["kid"].clone();
    assert!(
        before["keys"]
            .as_array()
            .unwrap()
            .iter()
            .all(|key| key["kid"] != kid)
    );
    assert!(signature_verifies(&idp, &token).await);
}

#[tokio::test]
async fn the_clock_can_be_ten_minutes_off_either_way() {
    let now = jiff::Timestamp::now().as_second();
    for (fault, off) in [(Fault::ClockAhead, 600), (Fault::ClockBehind, -600)] {
        let (idp, answer) = signed_in_with(fault).await;
        let iat = opened(&answer.text("id_token")).1["iat"].as_i64().unwrap();
        let date = common::client()
            .get(idp.issuer())
            .send()
            .await
            .unwrap()
            .headers()["date"]
            .to_str()
            .unwrap()
            .to_owned();
        let date = jiff::fmt::rfc2822::parse(&date)
            .unwrap()
            .timestamp()
            .as_second();

        assert!((iat - now - off).abs() < 30, "{}", fault.name());
        assert!((date - now - off).abs() < 30, "{}", fault.name());
    }
}

#[tokio::test]
async fn faults_are_switched_at_run_time() {
    let idp = Idp::start(IdpConfig::default()).await.unwrap();

    idp.set_faults(Faults::only(Fault::SubjectEmpty));
    let spoiled = tokens(&idp, &Browser::new(), &ADAMS, &[]).await;
    idp.set_faults(Faults::none());
    let sound = tokens(&idp, &Browser::new(), &ADAMS, &[]).await;

    assert_eq!(common::claims(&spoiled)["sub"], "");
    assert_eq!(common::claims(&sound)["sub"], "u-adams");
}

#[tokio::test]
async fn the_remaining_faults_strike_where_they_say() {
    let (_, case) = signed_in_with(Fault::TokenTypeCase).await;
    let (_, lifetime) = signed_in_with(Fault::ExpiresInMissing).await;
    let (_, id_token) = signed_in_with(Fault::IdTokenMissing).await;
    let (idp, userinfo) = signed_in_with(Fault::UserinfoOther).await;
    let about = get(
        &format!("{}/userinfo", idp.issuer()),
        Some(&userinfo.text("access_token")),
    )
    .await;
    let down = idp_with(Fault::RevocationDown).await;
    let pushed = idp_with(Fault::PushedRequestError).await;

    assert_eq!(case.text("token_type"), "bEARER");
    assert!(lifetime.body["expires_in"].is_null());
    assert!(id_token.body["id_token"].is_null());
    assert_eq!(about.text("sub"), "u-baker");
    assert_eq!(
        common::post(&format!("{}/revoke", down.issuer()), &[("token", "t")])
            .await
            .status,
        503
    );
    assert_eq!(
        common::post(
            &format!("{}/par", pushed.issuer()),
            &[("client_id", CLIENT_ID)]
        )
        .await
        .status,
        500
    );
}

#[tokio::test]
async fn logout_may_insist_on_asking() {
    let (idp, answer) = signed_in_with(Fault::LogoutAsks).await;
    let url = format!(
        "{}/logout?id_token_hint={}",
        idp.issuer(),
        answer.text("id_token")
    );

    let shown = common::page(Browser::new().visit(&url.parse().unwrap()).await.unwrap());

    assert!(shown.html.contains("Sign out here?"));
    assert_eq!(idp.sessions().len(), 1);
}
