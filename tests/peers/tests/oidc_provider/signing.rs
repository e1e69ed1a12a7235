//! Ceremonies against it: right and wrong people, shared and own jars, factors, algorithms, pushed requests, bound tokens.

use ceremony::{Ending, IdpSessionEnd, TokenEnd};
use identity::{Demands, IdentityError, Refusal};
use jiff::Timestamp;
use peers::grants::Grant;
use peers::oidc_provider::{CANCEL, TWO_FACTORS, start};
use peers::portal::Portal;
use peers::{Browser, Person, Ward};
use policy::Preflight;
use records::CallError;
use rstest::rstest;
use secrecy::ExposeSecret;

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
    let mut ward = Ward::open_with(&peer, two_factors).await;
    // Time enough to get as far as the second factor.
    ward.policy.signing.timeout_s = 15;
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

fn two_factors(policy: &mut policy::Policy) {
    policy.signing.acr_values = vec![TWO_FACTORS.to_owned()];
}
