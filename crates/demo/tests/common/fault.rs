//! A provider with a fault, and what anyone can see of its tokens.

use demo::{
    idp::{ADAMS, Fault, Faults, Idp, IdpConfig},
    robot::Browser,
};
use jsonwebtoken::{DecodingKey, Validation, decode, jwk::JwkSet};
use serde_json::Value;

use super::{Answer, get, opened, tokens};

pub async fn idp_with(fault: Fault) -> Idp {
    Idp::start(IdpConfig {
        faults: Faults::only(fault),
        ..IdpConfig::default()
    })
    .await
    .unwrap()
}

pub async fn signed_in_with(fault: Fault) -> (Idp, Answer) {
    let idp = idp_with(fault).await;
    let answer = signed_in(&idp).await;
    (idp, answer)
}

pub async fn signed_in(idp: &Idp) -> Answer {
    tokens(
        idp,
        &Browser::new(),
        &ADAMS,
        &[("acr_values", "urn:demo:loa:2")],
    )
    .await
}

pub async fn keys(idp: &Idp) -> Value {
    get(&format!("{}/jwks", idp.issuer()), None).await.body
}

/// Whether any published key verifies the signature, whatever the claims say.
pub async fn signature_verifies(idp: &Idp, jws: &str) -> bool {
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
