//! Every refusal, provoked over real sockets by every fault that should earn it. Each test is named as its rule.
//!
//! After each of them nothing that was received is used for anything but revoking it: `refused` looks at every request
//! that reached the provider, at addresses that do not exist too.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::attempt::refused;
use identity::Refusal;

#[tokio::test]
async fn issuer_mismatch_when_the_token_names_another_issuer_none_or_one_with_a_slash_more() {
    refused(Refusal::IssuerMismatch).await;
}

#[tokio::test]
async fn response_issuer_missing_when_a_promised_issuer_is_not_in_the_response() {
    refused(Refusal::ResponseIssuerMissing).await;
}

#[tokio::test]
async fn response_issuer_mismatch_when_the_response_names_another_provider() {
    refused(Refusal::ResponseIssuerMismatch).await;
}

#[tokio::test]
async fn state_mismatch_when_the_state_is_another_or_absent() {
    refused(Refusal::StateMismatch).await;
}

#[tokio::test]
async fn callback_malformed_when_the_code_stands_there_twice() {
    refused(Refusal::CallbackMalformed).await;
}

#[tokio::test]
async fn audience_mismatch_when_the_token_is_for_another_client_or_for_nobody() {
    refused(Refusal::AudienceMismatch).await;
}

#[tokio::test]
async fn audience_untrusted_when_the_token_is_for_another_client_too() {
    refused(Refusal::AudienceUntrusted).await;
}

#[tokio::test]
async fn azp_mismatch_when_the_token_was_issued_to_another_client() {
    refused(Refusal::AzpMismatch).await;
}

#[tokio::test]
async fn nonce_mismatch_when_the_nonce_is_another_or_absent() {
    refused(Refusal::NonceMismatch).await;
}

#[tokio::test]
async fn signature_invalid_when_anybody_but_the_issuer_signed_whatever_key_the_header_recommends() {
    refused(Refusal::SignatureInvalid).await;
}

#[tokio::test]
async fn algorithm_not_allowed_when_it_is_none_symmetric_not_advertised_or_does_not_fit_the_key() {
    refused(Refusal::AlgorithmNotAllowed).await;
}

#[tokio::test]
async fn key_not_found_when_the_key_is_unknown_even_after_a_second_look() {
    refused(Refusal::KeyNotFound).await;
}

#[tokio::test]
async fn key_ambiguous_when_two_keys_fit_a_token_that_names_none() {
    refused(Refusal::KeyAmbiguous).await;
}

#[tokio::test]
async fn key_too_small_when_an_rsa_key_of_1024_bits_signed() {
    refused(Refusal::KeyTooSmall).await;
}

#[tokio::test]
async fn header_unsupported_when_it_is_critical_unencoded_or_of_another_type() {
    refused(Refusal::HeaderUnsupported).await;
}

#[tokio::test]
async fn token_too_large_when_the_token_is_longer_than_64_kib() {
    refused(Refusal::TokenTooLarge).await;
}

#[tokio::test]
async fn expired_when_the_expiry_is_past_or_absent() {
    refused(Refusal::Expired).await;
}

#[tokio::test]
async fn expiry_too_far_when_the_expiry_is_in_another_millennium() {
    refused(Refusal::ExpiryTooFar).await;
}

#[tokio::test]
async fn issued_in_future_when_the_token_was_issued_an_hour_from_now() {
    refused(Refusal::IssuedInFuture).await;
}

#[tokio::test]
async fn issued_too_old_when_the_token_was_issued_a_week_ago_or_does_not_say_when() {
    refused(Refusal::IssuedTooOld).await;
}

#[tokio::test]
async fn not_yet_valid_when_the_token_is_valid_from_an_hour_from_now() {
    refused(Refusal::NotYetValid).await;
}

#[tokio::test]
async fn subject_missing_when_the_subject_is_absent_empty_or_too_long() {
    refused(Refusal::SubjectMissing).await;
}

#[tokio::test]
async fn subject_mismatch_when_the_token_names_somebody_who_did_not_sign_in() {
    refused(Refusal::SubjectMismatch).await;
}

#[tokio::test]
async fn auth_time_missing_when_the_time_is_absent_zero_or_no_number() {
    refused(Refusal::AuthTimeMissing).await;
}

#[tokio::test]
async fn auth_time_stale_when_the_person_signed_in_yesterday() {
    refused(Refusal::AuthTimeStale).await;
}

#[tokio::test]
async fn auth_time_future_when_the_person_will_sign_in_in_an_hour() {
    refused(Refusal::AuthTimeFuture).await;
}

#[tokio::test]
async fn acr_unmet_when_the_context_is_weaker_or_absent() {
    refused(Refusal::AcrUnmet).await;
}

#[tokio::test]
async fn amr_unmet_when_the_methods_are_fewer_or_absent() {
    refused(Refusal::AmrUnmet).await;
}

#[tokio::test]
async fn at_hash_mismatch_when_the_access_token_is_not_the_one_of_the_id_token() {
    refused(Refusal::AtHashMismatch).await;
}

#[tokio::test]
async fn delegated_when_somebody_acts_for_the_person() {
    refused(Refusal::Delegated).await;
}

#[tokio::test]
async fn userinfo_subject_mismatch_when_the_reply_is_about_somebody_else_or_nobody() {
    refused(Refusal::UserinfoSubjectMismatch).await;
}
