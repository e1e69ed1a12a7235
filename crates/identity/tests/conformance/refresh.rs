//! The Refresh Token plan. What becomes of the session is in the session's own tests.

use demo::idp::{ADAMS, Endpoint, Fault, Faults};
use identity::Refusal;
use secrecy::ExposeSecret;

use crate::common::Clinic;

/// The tokens are replaced, and the ID token that comes along is about the same person.
#[tokio::test]
async fn oidcc_client_test_refresh_token() {
    let clinic = Clinic::with(Faults::none()).await;
    let (mut provider, session, now) = clinic.session_of(&ADAMS).await;

    let (tokens, id_token) = clinic
        .party
        .refresh(&mut provider, &session.tokens, &session.subject, now)
        .await
        .unwrap();

    let (before, after) = (&session.tokens.access, &tokens.access);
    assert_ne!(before.expose_secret(), after.expose_secret());
    assert_eq!(id_token.unwrap().subject(), &session.subject);
    // After the redemption, one more request to the token endpoint, and nothing else.
    assert_eq!(clinic.asked_after_the_token(), [Endpoint::Token]);
}

#[tokio::test]
async fn oidcc_client_test_refresh_token_invalid_issuer() {
    rejected(Fault::IssuerWrong, Refusal::IssuerMismatch).await;
}

#[tokio::test]
async fn oidcc_client_test_refresh_token_invalid_sub() {
    rejected(Fault::SubjectOther, Refusal::SubjectMismatch).await;
}

/// OIDC Core 12.2 holds a refreshed ID token to the rules of 3.1.3.7 as well.
#[tokio::test]
async fn a_refreshed_id_token_is_held_to_the_whole_table() {
    for (fault, refusal) in [
        (Fault::AudienceOther, Refusal::AudienceMismatch),
        (Fault::AuthorizedPartyOther, Refusal::AzpMismatch),
        (Fault::SignatureBad, Refusal::SignatureInvalid),
        (Fault::Expired, Refusal::Expired),
        (Fault::IssuedTooOld, Refusal::IssuedTooOld),
        (Fault::AtHashWrong, Refusal::AtHashMismatch),
        (Fault::Delegated, Refusal::Delegated),
    ] {
        rejected(fault, refusal).await;
    }
}

async fn rejected(fault: Fault, refusal: Refusal) {
    let clinic = Clinic::with(Faults::none()).await;
    let (mut provider, session, now) = clinic.session_of(&ADAMS).await;
    let before = clinic.asked().len();
    clinic.idp.set_faults(Faults::only(fault));

    let refused = clinic
        .party
        .refresh(&mut provider, &session.tokens, &session.subject, now)
        .await;

    let error = refused.map(|_| "renewed").unwrap_err();
    assert_eq!(error.refusal(), Some(refusal), "{error}");
    let asked = clinic.asked().split_off(before);
    // One attempt; then the refresh token and the access token are given back.
    let once = [Endpoint::Token, Endpoint::Revocation, Endpoint::Revocation];
    assert_eq!(asked, once);
    assert!(clinic.idp.active_tokens().is_empty());
}
