//! Tokens that are bound to a key (RFC 9449), with a provider that binds them and with one that does not.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{Clinic, Failed, forced, proof_key, subject};
use demo::idp::{ADAMS, Endpoint, Fault, Faults, IdpConfig, Offers};
use demo::robot::Browser;
use identity::{
    Access, Authenticated, Demands, Expectations, GrantEnd, IdentityError, ProofKey, Provider,
};
use jiff::Timestamp;
use rstest::rstest;
use secrecy::ExposeSecret;
use serde_json::Value;

async fn clinic(faults: Faults, change: impl FnOnce(&mut Offers)) -> Clinic {
    let mut offers = Offers::default();
    change(&mut offers);
    let config = IdpConfig {
        faults,
        offers,
        ..IdpConfig::default()
    };
    Clinic::at(config).await
}

/// A session whose tokens are to be bound to this key.
async fn session(clinic: &Clinic, key: &ProofKey) -> Result<(Provider, Authenticated), Failed> {
    let now = Timestamp::now();
    let mut provider = clinic.party.discover(now).await?;
    let demands = Demands {
        scopes: vec!["profile".to_owned(), "offline_access".to_owned()],
        proof_key: Some(key.clone()),
        ..Demands::default()
    };
    let pending = clinic.request(&provider, &demands).await?;
    let callback = Browser::new()
        .sign_in(&pending.url, &ADAMS, true)
        .await
        .unwrap();
    let code = pending.receive(&callback).map_err(Failed::Declined)?;
    let redeemed = clinic
        .party
        .redeem(&mut provider, pending, code, &Expectations::default(), now)
        .await?;
    Ok((provider, redeemed))
}

/// The key that an access token says it is bound to.
fn bound_to(authenticated: &Authenticated) -> Option<String> {
    let token = authenticated.tokens.access.expose_secret();
    let claims = token.split('.').nth(1).unwrap();
    let claims = evidence::digest::from_base64url(claims).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    claims["cnf"]["jkt"].as_str().map(str::to_owned)
}

fn asked(clinic: &Clinic, endpoint: Endpoint) -> usize {
    let asked = clinic.asked();
    asked.into_iter().filter(|at| *at == endpoint).count()
}

#[rstest]
#[case::offered(true)]
#[case::not_offered(false)]
#[tokio::test]
async fn tokens_are_bound_to_our_key_where_the_provider_does_that(#[case] offered: bool) {
    let clinic = clinic(Faults::none(), |offers| offers.bound_tokens = offered).await;
    let key = proof_key();

    let (provider, adams) = session(&clinic, &key).await.unwrap();

    assert_eq!(provider.binds_tokens(), offered);
    let expected = offered.then(|| key.thumbprint());
    assert_eq!(bound_to(&adams), expected);
    assert_eq!(adams.tokens.proof_key.is_some(), offered);
    let scheme = if offered { "DPoP" } else { "Bearer" };
    assert_eq!(adams.tokens.token_type, scheme);
    let pending = clinic.request(&provider, &forced()).await.unwrap();
    assert_eq!(pending.parameters.contains_key("dpop_jkt"), offered);
}

#[rstest]
#[case::offered(true)]
#[case::not_offered(false)]
#[tokio::test]
async fn a_session_is_renewed_with_the_key_that_it_began_with(#[case] offered: bool) {
    let clinic = clinic(Faults::none(), |offers| offers.bound_tokens = offered).await;
    let key = proof_key();
    let (mut provider, adams) = session(&clinic, &key).await.unwrap();
    let person = subject(clinic.idp.issuer(), &ADAMS);

    let now = Timestamp::now();
    let renewed = clinic
        .party
        .refresh(&mut provider, &adams.tokens, &person, now)
        .await;

    let (tokens, _) = renewed.unwrap();
    let thumbprint = tokens.proof_key.as_ref().map(ProofKey::thumbprint);
    assert_eq!(thumbprint, offered.then(|| key.thumbprint()));
    assert!(clinic.idp.is_token_active(tokens.access.expose_secret()));
}

#[tokio::test]
async fn a_copied_refresh_token_is_of_no_use_without_the_key() {
    let clinic = clinic(Faults::none(), |_| {}).await;
    let (mut provider, adams) = session(&clinic, &proof_key()).await.unwrap();
    let person = subject(clinic.idp.issuer(), &ADAMS);
    for stolen_with in [Some(proof_key()), None] {
        let mut copied = adams.tokens.clone();
        copied.proof_key = stolen_with;
        let now = Timestamp::now();
        let refused = clinic
            .party
            .refresh(&mut provider, &copied, &person, now)
            .await;
        assert!(
            matches!(&refused, Err(IdentityError::ProviderError { code }) if code == "invalid_grant"),
            "{refused:?}"
        );
    }
    // And the session has not suffered from it.
    let now = Timestamp::now();
    let renewed = clinic
        .party
        .refresh(&mut provider, &adams.tokens, &person, now)
        .await;
    assert!(renewed.is_ok());
}

#[tokio::test]
async fn the_user_information_endpoint_is_asked_with_a_proof_and_refuses_the_token_alone() {
    for nonces_in_proofs in [false, true] {
        let clinic = clinic(Faults::none(), |offers| {
            offers.nonces_in_proofs = nonces_in_proofs;
        })
        .await;
        let (provider, adams) = session(&clinic, &proof_key()).await.unwrap();
        let now = Timestamp::now();
        let access = adams.tokens.access();
        let told = clinic
            .party
            .user_info(&provider, &access, &adams.id_token, now);
        let told = told.await.unwrap().unwrap();
        assert_eq!(told.text("name"), Some("A. Adams"));

        let copied = Access::from(adams.tokens.access.clone());
        let refused = clinic
            .party
            .user_info(&provider, &copied, &adams.id_token, now);
        assert!(refused.await.is_err());
    }
}

#[tokio::test]
async fn a_nonce_that_the_provider_wants_is_learnt_once_and_used_from_then_on() {
    let clinic = clinic(Faults::none(), |offers| offers.nonces_in_proofs = true).await;
    let (mut provider, adams) = session(&clinic, &proof_key()).await.unwrap();
    assert_eq!(asked(&clinic, Endpoint::PushedRequest), 2);
    assert_eq!(asked(&clinic, Endpoint::Token), 1);

    let person = subject(clinic.idp.issuer(), &ADAMS);
    let now = Timestamp::now();
    let renewed = clinic
        .party
        .refresh(&mut provider, &adams.tokens, &person, now)
        .await;
    assert!(renewed.is_ok());
}

#[tokio::test]
async fn the_token_endpoint_asks_for_its_nonce_where_nothing_was_pushed() {
    let clinic = clinic(Faults::none(), |offers| {
        offers.nonces_in_proofs = true;
        offers.pushed_requests = false;
    })
    .await;
    session(&clinic, &proof_key()).await.unwrap();
    assert_eq!(asked(&clinic, Endpoint::Token), 2);
}

#[tokio::test]
async fn a_provider_that_is_never_content_with_a_nonce_is_asked_twice_and_no_more() {
    let clinic = clinic(Faults::only(Fault::ProofNonceNeverRight), |_| {}).await;
    let provider = clinic.party.discover(Timestamp::now()).await.unwrap();
    let refused = clinic.request(&provider, &forced()).await;
    assert!(
        matches!(&refused, Err(IdentityError::ProviderError { code }) if code == "use_dpop_nonce"),
        "{refused:?}"
    );
    assert_eq!(asked(&clinic, Endpoint::PushedRequest), 2);
    assert_eq!(asked(&clinic, Endpoint::Authorization), 0);
}

#[tokio::test]
async fn a_bearer_token_in_answer_to_a_proof_is_given_back() {
    let clinic = clinic(Faults::only(Fault::TokensNotBound), |_| {}).await;
    let now = Timestamp::now();
    let mut provider = clinic.party.discover(now).await.unwrap();
    let pending = clinic.request(&provider, &forced()).await.unwrap();
    let callback = Browser::new()
        .sign_in(&pending.url, &ADAMS, true)
        .await
        .unwrap();
    let code = pending.receive(&callback).unwrap();

    let refused = clinic
        .party
        .exchange(&mut provider, pending, code, &common::strict(), now)
        .await
        .unwrap_err();

    assert!(matches!(refused.error, IdentityError::NotBound));
    assert_eq!(refused.grant, GrantEnd::Revoked);
    assert!(clinic.idp.active_tokens().is_empty());
}

#[tokio::test]
async fn a_proof_that_comes_too_early_or_too_late_names_the_clock() {
    for fault in [Fault::ClockAhead, Fault::ClockBehind] {
        let clinic = clinic(Faults::only(fault), |_| {}).await;
        let refused = session(&clinic, &proof_key()).await.err().unwrap();
        let Failed::Identity(IdentityError::ClockSkew {
            measured_s,
            refusal: None,
        }) = refused
        else {
            panic!("{refused:?}");
        };
        assert!((595..=605).contains(&measured_s.abs()), "{measured_s}");
    }
}

#[tokio::test]
async fn neither_key_nor_proof_is_in_any_debug_text() {
    let clinic = clinic(Faults::none(), |_| {}).await;
    let (seed, key) = dpop::Seed::draw().unwrap();
    let (_, adams) = session(&clinic, &key).await.unwrap();
    let demands = Demands {
        proof_key: Some(key.clone()),
        ..Demands::default()
    };
    let shown = format!(
        "{key:?} {seed:?} {adams:?} {demands:?} {:?}",
        adams.tokens.access()
    );
    assert!(!shown.contains(seed.to_text().as_str()));
    assert!(!shown.contains(adams.tokens.access.expose_secret()));
}
