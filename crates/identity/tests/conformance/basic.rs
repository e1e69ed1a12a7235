//! The Basic plan, and the modules of other OpenID Connect plans that are about one ID token.

use demo::idp::{ADAMS, CLIENT_ID, Endpoint, Fault, Faults, RS256_CLIENT_ID};
use demo::robot::Browser;
use identity::{Demands, Expectations, Refusal};
use jiff::Timestamp;

use super::{accepted, rejected};
use crate::common::{Clinic, attempt::attempt};

/// An authentication request, a token request and a userinfo request, all as they should be.
#[tokio::test]
async fn oidcc_client_test() {
    accepted(CLIENT_ID, Faults::none()).await;
}

#[tokio::test]
async fn oidcc_client_test_invalid_iss() {
    let fault = Faults::only(Fault::IssuerWrong);
    rejected(CLIENT_ID, fault, Refusal::IssuerMismatch).await;
}

#[tokio::test]
async fn oidcc_client_test_missing_sub() {
    let fault = Faults::only(Fault::SubjectMissing);
    rejected(CLIENT_ID, fault, Refusal::SubjectMissing).await;
}

#[tokio::test]
async fn oidcc_client_test_invalid_aud() {
    let fault = Faults::only(Fault::AudienceOther);
    rejected(CLIENT_ID, fault, Refusal::AudienceMismatch).await;
}

#[tokio::test]
async fn oidcc_client_test_missing_aud() {
    let fault = Faults::only(Fault::AudienceMissing);
    rejected(CLIENT_ID, fault, Refusal::AudienceMismatch).await;
}

#[tokio::test]
async fn oidcc_client_test_missing_iat() {
    let fault = Faults::only(Fault::IssuedMissing);
    rejected(CLIENT_ID, fault, Refusal::IssuedTooOld).await;
}

/// Neither the token nor the one RSA key of the set has a `kid`: there is no choice to get wrong.
#[tokio::test]
async fn oidcc_client_test_kid_absent_single_jwks() {
    accepted(RS256_CLIENT_ID, Faults::only(Fault::KidNowhere)).await;
}

/// Two RSA keys and no `kid` anywhere. The suite leaves the choice between rejecting and trying them all; trying keys
/// until one fits is no verification of ours.
#[tokio::test]
async fn oidcc_client_test_kid_absent_multiple_jwks() {
    let faults = Faults::only(Fault::KidNowhere).with(Fault::KidMissingSeveralKeys);
    rejected(RS256_CLIENT_ID, faults, Refusal::KeyAmbiguous).await;
}

#[tokio::test]
async fn oidcc_client_test_idtoken_sig_rs256() {
    accepted(RS256_CLIENT_ID, Faults::none()).await;
}

/// The suite accepts clients that take an unsigned token from the token endpoint. This one does not.
#[tokio::test]
async fn oidcc_client_test_idtoken_sig_none() {
    let fault = Faults::only(Fault::AlgorithmNone);
    rejected(CLIENT_ID, fault, Refusal::AlgorithmNotAllowed).await;
}

#[tokio::test]
async fn oidcc_client_test_invalid_sig_rs256() {
    let fault = Faults::only(Fault::SignatureBad);
    rejected(RS256_CLIENT_ID, fault, Refusal::SignatureInvalid).await;
}

#[tokio::test]
async fn oidcc_client_test_invalid_sig_es256() {
    let fault = Faults::only(Fault::SignatureBad);
    rejected(CLIENT_ID, fault, Refusal::SignatureInvalid).await;
}

/// There is no shared secret, so whatever is signed with one is signed by nobody.
#[tokio::test]
async fn oidcc_client_test_invalid_sig_hs256() {
    let fault = Faults::only(Fault::AlgorithmHs256);
    rejected(CLIENT_ID, fault, Refusal::AlgorithmNotAllowed).await;
}

#[tokio::test]
async fn oidcc_client_test_invalid_athash() {
    let fault = Faults::only(Fault::AtHashWrong);
    rejected(CLIENT_ID, fault, Refusal::AtHashMismatch).await;
}

#[tokio::test]
async fn oidcc_client_test_nonce_invalid() {
    let fault = Faults::only(Fault::NonceWrong);
    rejected(CLIENT_ID, fault, Refusal::NonceMismatch).await;
}

/// The access token goes into the header, never into the address.
#[tokio::test]
async fn oidcc_client_test_userinfo_bearer_header() {
    let clinic = accepted(CLIENT_ID, Faults::none()).await;
    let asked = clinic.idp.requests();
    let userinfo = asked.iter().rfind(|r| r.endpoint == Endpoint::Userinfo);
    assert!(userinfo.unwrap().parameters.is_empty());
}

#[tokio::test]
async fn oidcc_client_test_userinfo_invalid_sub() {
    let clinic = Clinic::with(Faults::only(Fault::UserinfoOther)).await;
    let failed = attempt(&clinic).await.map(|_| "accepted").unwrap_err();
    assert_eq!(failed.refusal(), Some("userinfo_subject_mismatch"));
    assert_eq!(clinic.asked_after_the_token(), [Endpoint::Userinfo]);
}

/// Without the scope `profile` the ID token is silent; what the user information says about the person is theirs.
#[tokio::test]
async fn oidcc_client_test_scope_userinfo_claims() {
    let clinic = Clinic::with(Faults::none()).await;
    let now = Timestamp::now();
    let mut provider = clinic.party.discover(now).await.unwrap();
    let pending = clinic
        .request(&provider, &Demands::default())
        .await
        .unwrap();
    let callback = Browser::new()
        .sign_in(&pending.url, &ADAMS, false)
        .await
        .unwrap();
    let code = pending.receive(&callback).unwrap();
    let redeemed = clinic
        .party
        .redeem(&mut provider, pending, code, &Expectations::default(), now)
        .await
        .unwrap();
    assert_eq!(redeemed.name, None);

    let access = redeemed.tokens.access();
    let about = clinic
        .party
        .user_info(&provider, &access, &redeemed.id_token, now)
        .await
        .unwrap()
        .unwrap();

    assert_eq!(about.text("name"), Some(ADAMS.name));
    assert_eq!(about.text("preferred_username"), Some(ADAMS.username));
}
