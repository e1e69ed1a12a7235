//! node-oidc-provider, a certified provider that keeps to the letter: everything that the product can do, it does here.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use ceremony::{Ending, IdpSessionEnd, TokenEnd};
use identity::{Demands, IdentityError, Prompt, Refusal, Revocation, TokenKind};
use jiff::Timestamp;
use peers::grants::Grant;
use peers::oidc_provider::{CANCEL, TWO_FACTORS, start};
use peers::portal::Portal;
use peers::probe::probe;
use peers::{Browser, Landing, Person, Ward, grants};
use policy::{Preflight, RedirectPath};
use records::CallError;
use rstest::rstest;
use secrecy::ExposeSecret;

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
async fn a_signature_is_recorded() {
    let peer = start().await;
    let ward = Ward::open(&peer).await;

    let ended = ward.sign_as(Person::SignsInAs(peer.signer)).await;

    let Ending::Recorded(recorded) = &ended.ending else {
        panic!("{ended:?} {:?}", ward.agent.troubles());
    };
    assert_eq!(recorded.receipt.sequence, 1);
    assert_eq!(ward.committed(), 1);
    assert!(ward.agent.is_closed());
    // The signature's grant is for one thing: it has no refresh token.
    assert_eq!(ended.cleanup.refresh_token, TokenEnd::None);
    // An access token that is a JWT is not revoked here; it lives for five minutes.
    assert_eq!(ended.cleanup.access_token, TokenEnd::LeftToExpire);
    // The provider asks before it ends a session. The jar that held it is gone.
    assert_eq!(ended.cleanup.idp_session, IdpSessionEnd::LeftToExpire);
    assert!(ward.session_still_works().await);
}

#[tokio::test]
async fn a_different_person_fails_the_signature_and_changes_nothing() {
    let peer = start().await;
    let ward = Ward::open(&peer).await;
    let portal = Portal::at(&peer);
    let before = ward.vault_bytes();

    let ended = ward.sign_as(Person::SignsInAs(peer.other)).await;

    assert_eq!(ended.ending, Ending::SignerMismatch);
    assert_eq!(ward.committed(), 0);
    assert_eq!(ward.vault_bytes(), before);
    let seen = portal.sees(&ward.everyday).await;
    assert_eq!(seen.as_deref(), Some(peer.signer.subject));
    assert!(ward.session_still_works().await);
}

/// The baseline, without which the test above could not fail: the very same ceremony, in the everyday jar.
#[tokio::test]
async fn in_a_shared_jar_the_same_ceremony_hands_everything_to_the_other_person() {
    let peer = start().await;
    let ward = Ward::open_with(&peer, |policy| {
        policy.signing.ambient_preflight = Preflight::Off;
    });
    let ward = ward.await;
    let portal = Portal::at(&peer);
    let before = portal.sees(&ward.everyday).await;
    assert_eq!(before.as_deref(), Some(peer.signer.subject));

    ward.agent.share(ward.everyday.clone());
    let ended = ward.sign_as(Person::SignsInAs(peer.other)).await;

    assert_eq!(ended.ending, Ending::SignerMismatch);
    let after = portal.sees(&ward.everyday).await;
    assert_eq!(after.as_deref(), Some(peer.other.subject));
    assert!(!ward.session_still_works().await);
}

#[tokio::test]
async fn a_jar_in_which_somebody_is_signed_in_is_found_before_anything_is_shown() {
    let peer = start().await;
    let ward = Ward::open(&peer).await;
    ward.agent.share(ward.everyday.clone());

    let ended = ward.sign_as(Person::SignsInAs(peer.other)).await;

    assert_eq!(ended.ending, Ending::AmbientSignIn);
    let seen = Portal::at(&peer).sees(&ward.everyday).await;
    assert_eq!(seen.as_deref(), Some(peer.signer.subject));
}

#[rstest]
#[case::the_window_is_closed(Person::ClosesTheWindow)]
#[case::the_provider_is_told_no(Person::Presses(CANCEL))]
#[tokio::test]
async fn cancelling_leaves_everything_as_it_was(#[case] person: Person) {
    let peer = start().await;
    let ward = Ward::open(&peer).await;
    let ended = ward.sign_as(person).await;
    assert_eq!(ended.ending, Ending::Cancelled);
    assert_eq!(ward.committed(), 0);
    assert!(ward.agent.is_closed());
    assert!(ward.session_still_works().await);
}

#[tokio::test]
async fn a_signature_that_needs_two_factors_is_made_with_two() {
    let peer = start().await;
    let ward = Ward::open_with(&peer, two_factors).await;
    let ended = ward.sign_as(Person::SignsInAs(peer.signer)).await;
    // What is recorded under this policy met it: the class in the ID token is compared, not the one that was asked for.
    assert!(
        matches!(ended.ending, Ending::Recorded(_)),
        "{ended:?} {:?}",
        ward.agent.troubles()
    );
}

#[tokio::test]
async fn without_the_second_factor_nothing_is_signed() {
    let peer = start().await;
    let ward = Ward::open_with(&peer, |policy| {
        two_factors(policy);
        policy.signing.timeout_s = 5;
    });
    let ward = ward.await;
    let forgot = peers::Account {
        code: None,
        ..peer.signer
    };
    let ended = ward.sign_as(Person::SignsInAs(forgot)).await;
    assert_eq!(ended.ending, Ending::TimedOut);
    assert_eq!(ward.agent.troubles().len(), 1);
    assert_eq!(ward.committed(), 0);
}

#[rstest]
#[case::rs256("countersign-rs256", "RS256")]
#[case::ps256("countersign-ps256", "PS256")]
#[case::eddsa("countersign-eddsa", "EdDSA")]
#[tokio::test]
async fn every_algorithm_that_a_policy_may_name_makes_evidence(
    #[case] client: &'static str,
    #[case] algorithm: &'static str,
) {
    let peer = start().await;
    let ward = Ward::open_with(&peer, |policy| {
        client.clone_into(&mut policy.identity.client_id);
        // ES256 signs the access tokens.
        policy.identity.algorithms = [algorithm, "ES256"].map(str::to_owned).to_vec();
    });
    let ward = ward.await;
    let ended = ward.sign_as(Person::SignsInAs(peer.signer)).await;
    assert!(
        matches!(ended.ending, Ending::Recorded(_)),
        "{ended:?} {:?}",
        ward.agent.troubles()
    );
}

#[tokio::test]
async fn a_client_whose_requests_must_be_pushed_signs_too() {
    let peer = start().await;
    let ward = Ward::open_with(&peer, |policy| {
        "countersign-par".clone_into(&mut policy.identity.client_id);
    });
    let ward = ward.await;
    let ended = ward.sign_as(Person::SignsInAs(peer.signer)).await;
    assert!(matches!(ended.ending, Ending::Recorded(_)), "{ended:?}");
}

/// The records API of this ward takes bound tokens only, so every signature here is one that was carried with a proof.
#[tokio::test]
async fn an_access_token_is_of_no_use_to_who_lacks_its_key() {
    let peer = start().await;
    let ward = Ward::open(&peer).await;
    let token = ward.session.access_token(Timestamp::now()).await.unwrap();
    assert!(token.key().is_some());
    assert!(ward.records.list_all(&token).await.is_ok());

    let stolen = records::Access::from(token.expose_secret().to_owned());

    let refused = ward.records.list_all(&stolen).await;
    assert!(matches!(refused, Err(CallError::Unauthorised)));
}

#[tokio::test]
async fn a_client_whose_tokens_must_be_bound_signs_too() {
    let peer = start().await;
    let ward = Ward::open_with(&peer, |policy| {
        "countersign-dpop".clone_into(&mut policy.identity.client_id);
    });
    let ward = ward.await;
    let ended = ward.sign_as(Person::SignsInAs(peer.signer)).await;
    assert!(matches!(ended.ending, Ending::Recorded(_)), "{ended:?}");
    assert!(ward.session_still_works().await);
}

#[tokio::test]
async fn an_id_token_of_another_algorithm_is_refused() {
    let peer = start().await;
    let mut policy = peer.policy.clone();
    "countersign-rs256".clone_into(&mut policy.identity.client_id);
    let demands = Demands::default();
    let refused = Grant::with(&policy, &demands, &Browser::new(), &peer.signer).await;
    assert!(matches!(
        refused.err(),
        Some(IdentityError::Refused(Refusal::AlgorithmNotAllowed))
    ));
}

#[tokio::test]
async fn what_it_offers_is_what_the_documentation_says() {
    let peer = start().await;
    let grant = Grant::of(&peer, &peer.signer).await;
    let claims = grant.authenticated.id_token.claims();
    assert!(grant.provider.pushed_endpoint().is_some());
    assert!(grant.provider.answers_with_issuer());
    assert!(grant.provider.revocation_endpoint().is_some());
    assert!(!claims.contains_key("at_hash"));
    assert!(grant.authenticated.auth_time.is_some());
    // Said only to who asks for it.
    assert_eq!(grant.authenticated.acr, None);
    assert!(grant.authenticated.amr.is_empty());
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

#[tokio::test]
async fn prompt_login_and_either_max_age_ask_again() {
    let peer = start().await;
    let jar = Browser::new();
    let plain = Demands::default();
    Grant::with(&peer.policy, &plain, &jar, &peer.signer)
        .await
        .unwrap();
    let asked = async |demands: Demands| asks(&peer, &jar, demands).await;

    assert!(!asked(plain).await);
    assert!(
        asked(Demands {
            prompt: Some(Prompt::Login),
            ..Demands::default()
        })
        .await
    );
    tokio::time::sleep(std::time::Duration::from_millis(2_100)).await;
    assert!(
        asked(Demands {
            max_age: Some(1),
            ..Demands::default()
        })
        .await
    );
    assert!(
        asked(Demands {
            max_age: Some(0),
            ..Demands::default()
        })
        .await
    );
}

#[tokio::test]
async fn a_request_for_one_subject_is_not_answered_by_another() {
    let peer = start().await;
    let ward = Ward::open_with(&peer, |policy| {
        policy.signing.request_subject = true;
        policy.signing.timeout_s = 5;
    });
    let ward = ward.await;

    let other = ward.sign_as(Person::SignsInAs(peer.other)).await;
    let signer = ward.sign_as(Person::SignsInAs(peer.signer)).await;

    // The provider asks again and again: the attempt never comes back to us.
    assert_eq!(other.ending, Ending::TimedOut);
    assert!(matches!(signer.ending, Ending::Recorded(_)), "{signer:?}");
}

#[tokio::test]
async fn a_path_that_is_not_registered_is_not_led_back_to() {
    let peer = start().await;
    let mut ward = Ward::open(&peer).await;
    ward.policy.identity.redirect_path = RedirectPath::Random;
    let ended = ward.sign_as(Person::SignsInAs(peer.signer)).await;
    assert!(!matches!(ended.ending, Ending::Recorded(_)), "{ended:?}");
}

/// Whether the provider shows a page for this request, in a jar where somebody is signed in.
async fn asks(peer: &peers::Peer, jar: &Browser, demands: Demands) -> bool {
    let party =
        identity::RelyingParty::new(identity::Client::from(&peer.policy), grants::transport());
    let now = Timestamp::now();
    let provider = party.discover(now).await.unwrap();
    let here = grants::redirect_uri(&peer.policy);
    let asked = party.request(&provider, &demands, &here, now).await;
    let landing = jar.visit(&asked.unwrap().url).await.unwrap();
    matches!(landing, Landing::Page(_))
}

fn two_factors(policy: &mut policy::Policy) {
    policy.signing.acr_values = vec![TWO_FACTORS.to_owned()];
}

fn is_invalid_grant<T>(answer: &Result<T, IdentityError>) -> bool {
    matches!(answer, Err(IdentityError::ProviderError { code }) if code == "invalid_grant")
}

#[tokio::test]
async fn a_probe_accepts_the_right_person() {
    let peer = start().await;
    let peer = &peer;
    let probed = probe(peer, "oidc-provider", None, &peer.signer).await;
    assert_eq!(probed.result(), ("accepted", None), "{probed:#?}");
    assert_eq!(probed.code, Some(0));
}

#[tokio::test]
async fn a_probe_refuses_the_wrong_person() {
    let peer = start().await;
    let peer = &peer;
    let probed = probe(peer, "oidc-provider", Some(&peer.signer), &peer.other).await;
    let refused = ("refused", Some("subject_mismatch"));
    assert_eq!(probed.result(), refused, "{probed:#?}");
    assert_eq!(probed.code, Some(2));
}
