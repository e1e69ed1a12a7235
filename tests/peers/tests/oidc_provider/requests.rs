//! What it offers, what it does when asked for it, and what `countersignctl probe` says of it.

use ceremony::Ending;
use identity::{Demands, Prompt};
use jiff::Timestamp;
use peers::grants::Grant;
use peers::oidc_provider::start;
use peers::probe::probe;
use peers::{Browser, Landing, Person, Ward, grants};
use policy::RedirectPath;

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
    let ward = Ward::open_with(&peer, |policy| policy.signing.request_subject = true);
    let mut ward = ward.await;
    let enough = ward.policy.signing.timeout_s;

    ward.policy.signing.timeout_s = 5;
    let other = ward.sign_as(Person::SignsInAs(peer.other)).await;
    ward.policy.signing.timeout_s = enough;
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
