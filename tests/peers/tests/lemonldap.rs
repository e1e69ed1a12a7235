//! `LemonLDAP::NG`, which knows neither PAR nor DPoP nor revocation, and answers `prompt=none` with a page.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use ceremony::{Ending, IdpSessionEnd, TokenEnd};
use identity::{Demands, IdentityError, Prompt, Refusal, Revocation, TokenKind};
use jiff::Timestamp;
use peers::grants::Grant;
use peers::lemonldap::start;
use peers::portal::Portal;
use peers::probe::probe;
use peers::{Browser, Landing, Peer, Person, Ward, grants};
use policy::Preflight;

#[tokio::test]
async fn somebody_signs_in_and_the_records_api_opens() {
    let provider = start().await;
    let peer = &provider.peer;
    let ward = Ward::open(peer).await;
    assert_eq!(ward.session.person().name, peer.signer.name);
    let subject = &ward.session.person().subject;
    assert_eq!(subject.claims["sub"], peer.signer.subject);
    let token = ward.session.access_token(Timestamp::now()).await;
    assert!(token.unwrap().key().is_none());
    assert!(ward.session_still_works().await);
}

#[tokio::test]
async fn a_signature_is_recorded() {
    let provider = start().await;
    let peer = &provider.peer;
    let ward = Ward::open(peer).await;

    let ended = ward.sign_as(Person::SignsInAs(peer.signer)).await;

    let Ending::Recorded(recorded) = &ended.ending else {
        panic!("{ended:?} {:?}", ward.agent.troubles());
    };
    assert_eq!(recorded.receipt.sequence, 1);
    assert_eq!(ward.committed(), 1);
    assert!(ward.agent.is_closed());
    assert_eq!(ended.cleanup.refresh_token, TokenEnd::NotOffered);
    assert_eq!(ended.cleanup.access_token, TokenEnd::NotOffered);
    // It ends (see below), but nobody says so: prompt=none shows a page and answers nothing.
    assert_eq!(ended.cleanup.idp_session, IdpSessionEnd::LeftToExpire);
    assert!(ward.session_still_works().await);
}

/// Tokens cannot be revoked here. They hang on the session in the ceremony's jar, and that is ended.
#[tokio::test]
async fn ending_the_session_of_a_jar_ends_its_tokens() {
    let provider = start().await;
    let peer = &provider.peer;
    let jar = Browser::new();
    let demands = Demands {
        scopes: peer.policy.identity.session_scopes.clone(),
        ..Demands::default()
    };
    let grant = Grant::with(&peer.policy, &demands, &jar, &peer.signer).await;
    let mut grant = grant.unwrap();
    let tokens = grant.authenticated.tokens.clone();
    assert!(grant.renew(&tokens).await.is_ok());

    let hint = grant.authenticated.id_token.raw();
    let client = &peer.policy.identity.client_id;
    let farewell = grant.provider.end_session_url(Some(hint), client);
    jar.visit(&farewell.unwrap()).await.unwrap();

    assert_eq!(Portal::at(peer).sees(&jar).await, None);
    let renewed = grant.renew(&tokens).await;
    assert!(matches!(renewed, Err(IdentityError::ProviderError { .. })));
    let (access, id_token) = (tokens.access(), &grant.authenticated.id_token);
    let now = Timestamp::now();
    let asked = grant
        .party
        .user_info(&grant.provider, &access, id_token, now);
    assert!(asked.await.is_err());
}

#[tokio::test]
async fn a_different_person_fails_the_signature_and_changes_nothing() {
    let provider = start().await;
    let peer = &provider.peer;
    let ward = Ward::open(peer).await;
    let before = ward.vault_bytes();

    let ended = ward.sign_as(Person::SignsInAs(peer.other)).await;

    assert_eq!(ended.ending, Ending::SignerMismatch);
    assert_eq!(ward.committed(), 0);
    assert_eq!(ward.vault_bytes(), before);
    let seen = Portal::at(peer).sees(&ward.everyday).await;
    assert_eq!(seen.as_deref(), Some(peer.signer.subject));
    assert!(ward.session_still_works().await);
}

/// The baseline, without which the test above could not fail: the very same ceremony, in the everyday jar.
#[tokio::test]
async fn in_a_shared_jar_the_same_ceremony_hands_everything_to_the_other_person() {
    let provider = start().await;
    let peer = &provider.peer;
    let ward = Ward::open_with(peer, |policy| {
        // What is looked at is what the sign-in does, not the farewell after it.
        policy.signing.end_idp_session = false;
    });
    let ward = ward.await;
    let portal = Portal::at(peer);
    let before = portal.sees(&ward.everyday).await;
    assert_eq!(before.as_deref(), Some(peer.signer.subject));
    until_prompt_login_counts().await;

    ward.agent.share(ward.everyday.clone());
    let ended = ward.sign_as(Person::SignsInAs(peer.other)).await;

    let after = portal.sees(&ward.everyday).await;
    assert_eq!(ended.ending, Ending::SignerMismatch);
    assert_eq!(after.as_deref(), Some(peer.other.subject));
    // Unlike others, this provider leaves the first person's tokens alone: two people at one desk, unnoticed.
    assert!(ward.session_still_works().await);
}

/// A jar that is asked twice answers the first question, so the preflight cannot stay on. What it can find, it finds.
#[tokio::test]
async fn a_preflight_finds_who_is_signed_in_and_spoils_the_sign_in_where_nobody_is() {
    let provider = start().await;
    let peer = &provider.peer;
    let ward = Ward::open_with(peer, |policy| {
        policy.signing.ambient_preflight = Preflight::Record;
    });
    let ward = ward.await;

    let spoiled = ward.sign_as(Person::SignsInAs(peer.signer)).await;
    assert_eq!(spoiled.ending, Ending::Refused(Refusal::StateMismatch));
    assert_eq!(ward.committed(), 0);

    ward.agent.share(ward.everyday.clone());

    let ended = ward.sign_as(Person::SignsInAs(peer.other)).await;

    assert_eq!(ended.ending, Ending::AmbientSignIn);
    let seen = Portal::at(peer).sees(&ward.everyday).await;
    assert_eq!(seen.as_deref(), Some(peer.signer.subject));
}

#[tokio::test]
async fn closing_the_window_leaves_everything_as_it_was() {
    let provider = start().await;
    let ward = Ward::open(&provider.peer).await;
    let ended = ward.sign_as(Person::ClosesTheWindow).await;
    assert_eq!(ended.ending, Ending::Cancelled);
    assert_eq!(ward.committed(), 0);
    assert!(ward.agent.is_closed());
    assert!(ward.session_still_works().await);
}

#[tokio::test]
async fn a_context_class_that_is_asked_for_is_not_seen_to_and_the_token_is_refused() {
    let provider = start().await;
    let peer = &provider.peer;
    let ward = Ward::open_with(peer, |policy| {
        policy.signing.acr_values = vec!["loa-2".to_owned()];
    });
    let ward = ward.await;
    let ended = ward.sign_as(Person::SignsInAs(peer.signer)).await;
    assert_eq!(ended.ending, Ending::Refused(Refusal::AcrUnmet));
    assert_eq!(ward.committed(), 0);
}

#[tokio::test]
async fn what_it_offers_is_what_the_documentation_says() {
    let provider = start().await;
    let peer = &provider.peer;
    let grant = Grant::of(peer, &peer.signer).await;
    let claims = grant.authenticated.id_token.claims();
    assert!(grant.provider.pushed_endpoint().is_none());
    assert!(!grant.provider.answers_with_issuer());
    assert!(grant.provider.revocation_endpoint().is_none());
    assert!(claims.contains_key("at_hash"));
    assert!(grant.authenticated.auth_time.is_some());
    let silently = Demands {
        prompt: Some(Prompt::None),
        ..Demands::default()
    };
    assert!(asks(peer, &Browser::new(), silently).await);
    assert_eq!(grant.authenticated.acr.as_deref(), Some("loa-1"));
    assert!(grant.authenticated.amr.is_empty());
}

#[tokio::test]
async fn a_refresh_token_stays_the_same_and_nothing_is_revoked() {
    let provider = start().await;
    let peer = &provider.peer;
    let mut grant = Grant::of(peer, &peer.signer).await;
    let tokens = grant.authenticated.tokens.clone();
    assert!(grant.renew(&tokens).await.is_ok());
    assert!(grant.renew(&tokens).await.is_ok());

    let refresh = tokens.refresh.clone().unwrap();
    let now = Timestamp::now();
    let revoked = grant
        .party
        .revoke(&grant.provider, &refresh, TokenKind::Refresh, now);
    assert_eq!(revoked.await.unwrap(), Revocation::NotOffered);
}

#[tokio::test]
async fn signing_out_wipes_what_is_here_and_says_that_nothing_could_be_given_back() {
    let provider = start().await;
    let ward = Ward::open(&provider.peer).await;
    let now = Timestamp::now();

    let signed_out = ward.session.sign_out(&ward.transport, now).await;

    assert!(signed_out.wiped.is_ok());
    assert_eq!(signed_out.refresh_token, session::TokenEnd::NotOffered);
    assert_eq!(signed_out.access_token, session::TokenEnd::NotOffered);
    assert!(ward.session.access_token(now).await.is_err());
}

#[tokio::test]
async fn prompt_login_asks_again_max_age_1_too_and_max_age_0_does_not() {
    let provider = start().await;
    let peer = &provider.peer;
    let signed_in = async || {
        let jar = Browser::new();
        let plain = Demands::default();
        let grant = Grant::with(&peer.policy, &plain, &jar, &peer.signer).await;
        grant.unwrap();
        jar
    };
    let (jar, another) = (signed_in().await, signed_in().await);
    until_prompt_login_counts().await;
    let with = |prompt, max_age| Demands {
        prompt,
        max_age,
        ..Demands::default()
    };

    assert!(!asks(peer, &jar, with(None, Some(0))).await);
    assert!(asks(peer, &jar, with(Some(Prompt::Login), None)).await);
    assert!(asks(peer, &another, with(None, Some(1))).await);
}

#[tokio::test]
async fn nobody_is_led_back_to_an_address_that_is_not_registered() {
    let provider = start().await;
    let peer = &provider.peer;
    let mut policy = peer.policy.clone();
    policy.identity.redirect_ports = vec![18_474];
    let jar = Browser::new();
    let grant = Grant::with(&peer.policy, &Demands::default(), &jar, &peer.signer).await;
    grant.unwrap();
    assert!(asks_with(&policy, &jar, Demands::default()).await);
    assert!(!asks_with(&peer.policy, &jar, Demands::default()).await);
}

/// `portalForceAuthnInterval`: for one second after a sign-in, prompt=login counts as answered by it.
async fn until_prompt_login_counts() {
    tokio::time::sleep(std::time::Duration::from_millis(2_100)).await;
}

async fn asks(peer: &Peer, jar: &Browser, demands: Demands) -> bool {
    asks_with(&peer.policy, jar, demands).await
}

/// Whether the provider shows a page for this request, in a jar where somebody is signed in.
async fn asks_with(policy: &policy::Policy, jar: &Browser, demands: Demands) -> bool {
    let party = identity::RelyingParty::new(identity::Client::from(policy), grants::transport());
    let now = Timestamp::now();
    let provider = party.discover(now).await.unwrap();
    let here = grants::redirect_uri(policy);
    let asked = party.request(&provider, &demands, &here, now).await;
    let landing = jar.visit(&asked.unwrap().url).await.unwrap();
    matches!(landing, Landing::Page(_))
}

#[tokio::test]
async fn a_probe_accepts_the_right_person() {
    let provider = start().await;
    let peer = &provider.peer;
    let probed = probe(peer, "lemonldap-ng", None, &peer.signer).await;
    assert_eq!(probed.result(), ("accepted", None), "{probed:#?}");
    assert_eq!(probed.code, Some(0));
}

#[tokio::test]
async fn a_probe_refuses_the_wrong_person() {
    let provider = start().await;
    let peer = &provider.peer;
    let probed = probe(peer, "lemonldap-ng", Some(&peer.signer), &peer.other).await;
    let refused = ("refused", Some("subject_mismatch"));
    assert_eq!(probed.result(), refused, "{probed:#?}");
    assert_eq!(probed.code, Some(2));
}
