//! Every obstacle before any token, provoked over real sockets. Each test is named as its rule.
//!
//! `stopped` also looks that nothing is asked of a provider after it put the obstacle in the way.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::io::Write;

use common::attempt::{attempt, stopped};
use common::{Clinic, client, page, transport};
use identity::{IdentityError, Listener, Obstacle, RelyingParty};
use jiff::Timestamp;
use policy::RedirectPath;
use tokio::net::{TcpListener, TcpSocket};
use transport::{Rules, Transport, TransportError};
use wiremock::MockServer;

#[tokio::test]
async fn discovery_issuer_mismatch_when_the_configuration_names_another_issuer_or_one_with_a_slash_more()
 {
    stopped(Obstacle::DiscoveryIssuerMismatch).await;
}

#[tokio::test]
async fn discovery_unreadable_when_the_configuration_or_the_key_set_is_a_page() {
    stopped(Obstacle::DiscoveryUnreadable).await;
}

#[tokio::test]
async fn endpoint_missing_when_there_is_no_token_endpoint() {
    stopped(Obstacle::EndpointMissing).await;
}

#[tokio::test]
async fn endpoint_not_https_when_the_token_endpoint_is_plain_http_elsewhere() {
    stopped(Obstacle::EndpointNotHttps).await;
}

#[tokio::test]
async fn endpoint_redirects_when_the_configuration_the_key_set_or_the_token_endpoint_leads_on() {
    stopped(Obstacle::EndpointRedirects).await;
}

#[tokio::test]
async fn pkce_not_offered_when_the_configuration_does_not_list_s256() {
    stopped(Obstacle::PkceNotOffered).await;
}

#[tokio::test]
async fn code_flow_not_offered_when_the_configuration_does_not_list_the_code() {
    stopped(Obstacle::CodeFlowNotOffered).await;
}

#[tokio::test]
async fn no_common_algorithm_when_only_shared_secrets_sign() {
    stopped(Obstacle::NoCommonAlgorithm).await;
}

#[tokio::test]
async fn too_many_keys_when_the_key_set_has_a_thousand() {
    stopped(Obstacle::TooManyKeys).await;
}

#[tokio::test]
async fn reply_too_large_when_the_key_set_is_huge_or_the_token_answer_has_no_end() {
    stopped(Obstacle::ReplyTooLarge).await;
}

#[tokio::test]
async fn reply_too_slow_when_the_token_answer_does_not_come_or_drips() {
    stopped(Obstacle::ReplyTooSlow).await;
}

#[tokio::test]
async fn reply_unreadable_when_an_endpoint_fails_or_answers_with_a_page_or_without_an_id_token() {
    stopped(Obstacle::ReplyUnreadable).await;
}

#[tokio::test]
async fn identity_provider_error_when_the_answer_is_an_oauth_error_whatever_its_status() {
    stopped(Obstacle::ProviderError).await;
}

#[tokio::test]
async fn tokens_not_bound_when_the_key_was_proved_in_vain() {
    stopped(Obstacle::TokensNotBound).await;
}

#[tokio::test]
async fn issuer_not_https_when_the_policy_names_no_plain_https_address() {
    for issuer in [
        "http://id.clinic.example",
        "https://id.clinic.example?tenant=1",
        "https://id.clinic.example#here",
        "ldap://id.clinic.example",
        "id.clinic.example",
    ] {
        assert_eq!(at(issuer).await, Some(Obstacle::IssuerNotHttps), "{issuer}");
    }
}

#[tokio::test]
async fn identity_provider_unreachable_when_nobody_listens() {
    // A port that is kept, so that nobody else is given it, but not listened on.
    let nobody = TcpSocket::new_v4().unwrap();
    nobody.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let issuer = format!("http://{}", nobody.local_addr().unwrap());
    assert_eq!(at(&issuer).await, Some(Obstacle::ProviderUnreachable));
}

#[tokio::test]
async fn identity_provider_unreachable_when_it_goes_away_before_the_token() {
    let clinic = Clinic::open().await;
    clinic.idp.stop();
    let failed = attempt(&clinic).await.map(|_| "accepted").unwrap_err();
    assert_eq!(failed.obstacle(), Some(Obstacle::ProviderUnreachable));
}

#[tokio::test]
async fn identity_provider_untrusted_when_it_does_not_speak_tls() {
    let plain = MockServer::start().await;
    let issuer = format!("https://{}", plain.address());
    assert_eq!(at(&issuer).await, Some(Obstacle::ProviderUntrusted));
    assert_eq!(plain.received_requests().await.unwrap().len(), 0);
}

#[test]
fn trust_unavailable_when_the_certificates_of_the_policy_cannot_be_used() {
    let mut no_certificate = tempfile::NamedTempFile::new().unwrap();
    no_certificate.write_all(b"not PEM").unwrap();
    for path in ["/nowhere/ca.pem".as_ref(), no_certificate.path()] {
        let rules = Rules {
            ca_file: Some(path.to_owned()),
            ..Rules::default()
        };
        let error: TransportError = Transport::new(rules).err().unwrap();
        let error = IdentityError::from(error);
        assert_eq!(error.obstacle(), Some(Obstacle::TrustUnavailable));
    }
}

#[tokio::test]
async fn ports_taken_when_every_port_of_the_policy_is_in_use() {
    let blocker = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = blocker.local_addr().unwrap().port();
    let error = Listener::bind(&[port], &RedirectPath::Random, page()).await;
    assert_eq!(error.err().unwrap().obstacle(), Some(Obstacle::PortsTaken));
}

#[test]
fn what_is_wrong_with_a_token_or_with_us_is_no_obstacle() {
    let refused = IdentityError::Refused(identity::Refusal::Expired);
    for error in [
        refused,
        IdentityError::NotRefreshable,
        IdentityError::NoRandomness,
    ] {
        assert_eq!(error.obstacle(), None, "{error}");
    }
}

/// What stands in the way of discovery at this issuer.
async fn at(issuer: &str) -> Option<Obstacle> {
    let party = RelyingParty::new(client(issuer), transport());
    let error = party.discover(Timestamp::now()).await.err();
    error.expect("this issuer is not accepted").obstacle()
}
