//! The client plan of the FAPI 2.0 Security Profile (Final), in the variant of a public OpenID Connect client with
//! pushed requests and `DPoP`.

use demo::idp::{CLIENT_ID, Endpoint, Fault, Faults, IdpConfig, Offers};
use identity::{Obstacle, Refusal};

use super::{accepted, rejected, response_rejected, times};
use crate::common::{Clinic, attempt::attempt};

/// The pushed request is repeated with the provider's nonce, which all later proofs know, and the tokens are bound.
#[tokio::test]
async fn fapi2_security_profile_final_client_test_happy_path() {
    let clinic = demanding_nonces(true).await;
    let authenticated = attempt(&clinic).await.unwrap();
    assert!(authenticated.tokens.proof_key.is_some());
    assert_eq!(times(&clinic, Endpoint::PushedRequest), 2);
    assert_eq!(times(&clinic, Endpoint::Token), 1);
}

#[tokio::test]
async fn fapi2_security_profile_final_client_test_happy_path_no_dpop_nonce() {
    let clinic = demanding_nonces(false).await;
    let authenticated = attempt(&clinic).await.unwrap();
    assert!(authenticated.tokens.proof_key.is_some());
    assert_eq!(times(&clinic, Endpoint::PushedRequest), 1);
    assert_eq!(times(&clinic, Endpoint::Token), 1);
}

async fn demanding_nonces(nonces_in_proofs: bool) -> Clinic {
    let offers = Offers {
        nonces_in_proofs,
        ..Offers::default()
    };
    Clinic::at(IdpConfig {
        offers,
        ..IdpConfig::default()
    })
    .await
}

#[tokio::test]
async fn fapi2_security_profile_final_client_test_discovery_issuer_mismatch() {
    let clinic = Clinic::with(Faults::only(Fault::DiscoveryIssuerOther)).await;
    let failed = attempt(&clinic).await.map(|_| "accepted").unwrap_err();
    assert_eq!(failed.obstacle(), Some(Obstacle::DiscoveryIssuerMismatch));
}

#[tokio::test]
async fn fapi2_security_profile_final_client_test_remove_authorization_response_iss() {
    let fault = Faults::only(Fault::ResponseIssuerMissing);
    response_rejected(fault, Refusal::ResponseIssuerMissing).await;
}

#[tokio::test]
async fn fapi2_security_profile_final_client_test_invalid_authorization_response_iss() {
    let fault = Faults::only(Fault::ResponseIssuerWrong);
    response_rejected(fault, Refusal::ResponseIssuerMismatch).await;
}

#[tokio::test]
async fn fapi2_security_profile_final_client_test_ensure_authorization_response_with_invalid_state_fails()
 {
    let fault = Faults::only(Fault::StateWrong);
    response_rejected(fault, Refusal::StateMismatch).await;
}

#[tokio::test]
async fn fapi2_security_profile_final_client_test_ensure_authorization_response_with_invalid_missing_state_fails()
 {
    let fault = Faults::only(Fault::StateMissing);
    response_rejected(fault, Refusal::StateMismatch).await;
}

#[tokio::test]
async fn fapi2_security_profile_final_client_test_invalid_iss() {
    let fault = Faults::only(Fault::IssuerWrong);
    rejected(CLIENT_ID, fault, Refusal::IssuerMismatch).await;
}

#[tokio::test]
async fn fapi2_security_profile_final_client_test_invalid_missing_iss() {
    let fault = Faults::only(Fault::IssuerMissing);
    rejected(CLIENT_ID, fault, Refusal::IssuerMismatch).await;
}

#[tokio::test]
async fn fapi2_security_profile_final_client_test_invalid_aud() {
    let fault = Faults::only(Fault::AudienceOther);
    rejected(CLIENT_ID, fault, Refusal::AudienceMismatch).await;
}

#[tokio::test]
async fn fapi2_security_profile_final_client_test_invalid_missing_aud() {
    let fault = Faults::only(Fault::AudienceMissing);
    rejected(CLIENT_ID, fault, Refusal::AudienceMismatch).await;
}

#[tokio::test]
async fn fapi2_security_profile_final_client_test_invalid_secondary_aud() {
    let fault = Faults::only(Fault::AudienceExtra);
    rejected(CLIENT_ID, fault, Refusal::AudienceUntrusted).await;
}

/// An audience that is an array with the client alone is as good as the client's name.
#[tokio::test]
async fn fapi2_security_profile_final_client_test_valid_aud_as_array() {
    accepted(CLIENT_ID, Faults::only(Fault::AudienceArray)).await;
}

#[tokio::test]
async fn fapi2_security_profile_final_client_test_invalid_expired_exp() {
    let fault = Faults::only(Fault::Expired);
    rejected(CLIENT_ID, fault, Refusal::Expired).await;
}

#[tokio::test]
async fn fapi2_security_profile_final_client_test_invalid_missing_exp() {
    let fault = Faults::only(Fault::ExpiryMissing);
    rejected(CLIENT_ID, fault, Refusal::Expired).await;
}

#[tokio::test]
async fn fapi2_security_profile_final_client_test_invalid_nonce() {
    let fault = Faults::only(Fault::NonceWrong);
    rejected(CLIENT_ID, fault, Refusal::NonceMismatch).await;
}

#[tokio::test]
async fn fapi2_security_profile_final_client_test_invalid_missing_nonce() {
    let fault = Faults::only(Fault::NonceMissing);
    rejected(CLIENT_ID, fault, Refusal::NonceMismatch).await;
}

#[tokio::test]
async fn fapi2_security_profile_final_client_test_invalid_null_alg() {
    let fault = Faults::only(Fault::AlgorithmNone);
    rejected(CLIENT_ID, fault, Refusal::AlgorithmNotAllowed).await;
}

/// A sound signature of the issuer in an algorithm that it does not advertise.
#[tokio::test]
async fn fapi2_security_profile_final_client_test_invalid_alternate_alg() {
    let fault = Faults::only(Fault::AlgorithmUnadvertised);
    rejected(CLIENT_ID, fault, Refusal::AlgorithmNotAllowed).await;
}

/// RFC 6749, 5.1: the token type is compared without regard to case.
#[tokio::test]
async fn fapi2_security_profile_final_client_test_token_type_case_insensitivity() {
    accepted(CLIENT_ID, Faults::only(Fault::TokenTypeCase)).await;
}

/// RFC 6749, 5.1: the lifetime is recommended, not required.
#[tokio::test]
async fn fapi2_security_profile_final_client_test_token_endpoint_response_without_expires_in() {
    accepted(CLIENT_ID, Faults::only(Fault::ExpiresInMissing)).await;
}
