//! Sessions at it: renewal, revocation, signing out.

use identity::{Demands, IdentityError, Revocation, TokenKind};
use jiff::Timestamp;
use peers::grants::Grant;
use peers::oidc_provider::start;
use peers::portal::Portal;
use peers::{Browser, Landing, Ward};

#[tokio::test]
async fn somebody_signs_in_and_the_records_api_opens() {
    let peer = start().await;
    let ward = Ward::open(&peer).await;
    assert_eq!(ward.session.person().name, peer.signer.name);
    assert_eq!(
        ward.session.person().subject.claims["sub"],
        peer.signer.subject
    );
    assert!(ward.session_still_works().await);
}

#[tokio::test]
async fn a_refresh_token_that_is_used_twice_ends_its_grant() {
    let peer = start().await;
    let mut grant = Grant::of(&peer, &peer.signer).await;
    let first = grant.authenticated.tokens.clone();

    let second = grant.renew(&first).await.unwrap();
    let again = grant.renew(&first).await;
    let after = grant.renew(&second).await;

    assert!(is_invalid_grant(&again));
    assert!(is_invalid_grant(&after));
}

#[tokio::test]
async fn a_revoked_refresh_token_renews_nothing() {
    let peer = start().await;
    let mut grant = Grant::of(&peer, &peer.signer).await;
    let tokens = grant.authenticated.tokens.clone();
    let refresh = tokens.refresh.clone().unwrap();

    let now = Timestamp::now();
    let revoked = grant
        .party
        .revoke(&grant.provider, &refresh, TokenKind::Refresh, now);

    assert_eq!(revoked.await.unwrap(), Revocation::Revoked);
    assert!(is_invalid_grant(&grant.renew(&tokens).await));
}

#[tokio::test]
async fn signing_out_gives_the_refresh_token_back() {
    let peer = start().await;
    let ward = Ward::open(&peer).await;
    let now = Timestamp::now();

    let signed_out = ward.session.sign_out(&ward.transport, now).await;

    assert!(signed_out.wiped.is_ok());
    assert_eq!(signed_out.refresh_token, session::TokenEnd::Revoked);
    assert_eq!(signed_out.access_token, session::TokenEnd::LeftToExpire);
    assert_eq!(signed_out.idp_session, session::IdpSessionEnd::Asked);
    assert!(ward.session.access_token(now).await.is_err());
}

/// The everyday jar is another program's: only its own page can end what is in there, and it asks first.
#[tokio::test]
async fn the_providers_own_session_ends_where_somebody_says_so() {
    let peer = start().await;
    let portal = Portal::at(&peer);
    let jar = Browser::new();
    let grant = Grant::with(&peer.policy, &Demands::default(), &jar, &peer.signer).await;
    let grant = grant.unwrap();
    let hint = grant.authenticated.id_token.raw();
    let url = grant
        .provider
        .end_session_url(Some(hint), &peer.policy.identity.client_id);

    let Landing::Page(page) = jar.visit(&url.unwrap()).await.unwrap() else {
        panic!("the provider asks first");
    };
    assert!(portal.sees(&jar).await.is_some());
    let confirmed = jar.visit(&page.url).await.unwrap();
    let Landing::Page(page) = confirmed else {
        panic!("the provider asks again");
    };
    jar.press(&page, "logout").await.unwrap();

    assert_eq!(portal.sees(&jar).await, None);
}

fn is_invalid_grant<T>(answer: &Result<T, IdentityError>) -> bool {
    matches!(answer, Err(IdentityError::ProviderError { code }) if code == "invalid_grant")
}
