//! The promise: nothing that happens while signing can change who is signed in.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use ceremony::{BeginError, Ending, Outward};
use demo::idp::{ADAMS, BAKER};
use demo::robot::{Browser, Landing};
use identity::{Demands, Listener, Prompt};
use jiff::Timestamp;
use policy::RedirectPath;
use secrecy::ExposeSecret;
use support::robot_agent::Person;
use support::{AMENDMENT, Ward};

#[tokio::test]
async fn a_different_user_fails_the_signature_and_leaves_the_session_byte_identical() {
    let mut ward = Ward::open().await;
    let token = ward.session.access_token(Timestamp::now()).await.unwrap();
    let before = ward.vault_bytes();

    let ended = ward.sign_as(Person::SignsInAs(&BAKER)).await;

    assert_eq!(ended.ending, Ending::SignerMismatch);
    assert_eq!(ward.vault_bytes(), before);
    let after = ward.session.access_token(Timestamp::now()).await.unwrap();
    assert_eq!(after.expose_secret(), token.expose_secret());
    assert!(ward.idp().is_token_active(token.expose_secret()));
    assert_eq!(ward.session.person().name, "A. Adams");
    assert!(ward.session_still_works().await);
    let amendment = ward.amendment(AMENDMENT).await;
    assert_eq!(amendment.state, records::AmendmentState::Pending);
    assert_eq!(amendment.signatures_given, 0);
    ward.is_clean().await;
}

#[tokio::test]
async fn the_signature_fails_for_the_other_person_and_then_succeeds_for_the_signer() {
    let mut ward = Ward::open().await;
    let failed = ward.sign_as(Person::SignsInAs(&BAKER)).await;
    let signed = ward.sign_as(Person::SignsInAs(&ADAMS)).await;
    assert_eq!(failed.ending, Ending::SignerMismatch);
    assert!(matches!(signed.ending, Ending::Recorded(_)), "{signed:?}");
    assert_ne!(failed.reference, signed.reference);
}

/// The baseline, without which the test above could not fail: in one jar, the other person replaces the first.
#[tokio::test]
async fn in_a_shared_jar_the_other_person_takes_the_session_over() {
    let ward = Ward::open().await;
    let jar = Browser::new();
    let now = Timestamp::now();
    let provider = ward.relying_party.discover(now).await.unwrap();
    let listener = Listener::bind(&[], &RedirectPath::Random, support::page())
        .await
        .unwrap();
    let ask = async |prompt| {
        let demands = Demands {
            prompt: Some(prompt),
            ..Demands::default()
        };
        let here = listener.redirect_uri();
        let asked = ward.relying_party.request(&provider, &demands, here, now);
        asked.await.unwrap().url
    };

    jar.sign_in(&ask(Prompt::Login).await, &ADAMS, false)
        .await
        .unwrap();
    jar.sign_in(&ask(Prompt::Login).await, &BAKER, false)
        .await
        .unwrap();

    let silent = jar.visit(&ask(Prompt::None).await).await.unwrap();
    assert!(matches!(silent, Landing::Callback(url) if url.query().unwrap().contains("code=")));
    let subjects: Vec<_> = ward
        .idp()
        .sessions()
        .into_iter()
        .map(|session| session.subject)
        .collect();
    assert_eq!(subjects.iter().filter(|one| **one == "u-baker").count(), 1);
    // Of the first person only the session of the ward's sign-in is left, which has a jar of its own.
    assert_eq!(subjects.iter().filter(|one| **one == "u-adams").count(), 1);
}

#[tokio::test]
async fn each_ceremony_has_a_jar_of_its_own() {
    let mut ward = Ward::open().await;
    ward.sign_as(Person::SignsInAs(&BAKER)).await;
    ward.sign_as(Person::ClosesTheWindow).await;
    let jars = ward.agent.jars.lock().unwrap();
    assert_eq!(jars.len(), 2);
    assert!(jars[1].cookie_names().is_empty());
}

#[tokio::test]
async fn one_ceremony_at_a_time() {
    let mut ward = Ward::open().await;
    ward.agent.now_in_front(Person::DoesNothing);
    let first = ward.begin().await;
    let request = ward.request(AMENDMENT).await;

    let second = ward.begin_with(request.clone());

    assert_eq!(second.err(), Some(BeginError::AlreadyUnderWay));
    first.cancel();
    first.ended().await.unwrap();
    let third = ward.begin_with(request).unwrap();
    third.cancel();
    third.ended().await.unwrap();
}

#[tokio::test]
async fn a_closed_desk_cancels_what_is_under_way_and_begins_nothing_more() {
    let mut ward = Ward::open().await;
    ward.agent.now_in_front(Person::DoesNothing);
    let under_way = ward.begin().await;

    ward.desk().close().await;

    assert_eq!(under_way.ended().await.unwrap().ending, Ending::Cancelled);
    assert!(ward.agent.is_closed());
    let request = ward.request(AMENDMENT).await;
    assert_eq!(ward.begin_with(request).err(), Some(BeginError::Closed));
}

#[tokio::test]
async fn a_lock_that_policy_limits_opens_by_itself_and_that_is_written_down() {
    let mut ward = Ward::with_policy(|policy| {
        policy.signing.mismatch_limit = 1;
        policy.signing.unlock_after_s = 1;
    })
    .await;
    let first = ward.sign_as(Person::SignsInAs(&BAKER)).await;
    assert_eq!(first.ending, Ending::SignerMismatch);

    while ward.desk().is_locked() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }

    let second = ward.sign_as(Person::SignsInAs(&ADAMS)).await;
    assert_eq!(second.outward(), Outward::Signed);
    assert!(ward.events().contains(&"signing_unlocked"));
}

#[tokio::test]
async fn too_many_mismatches_lock_signing_tell_security_and_leave_the_session() {
    let mut ward = Ward::with_policy(|policy| policy.signing.mismatch_limit = 2).await;

    let first = ward.sign_as(Person::SignsInAs(&BAKER)).await;
    let second = ward.sign_as(Person::SignsInAs(&BAKER)).await;

    assert_eq!(first.outward(), Outward::NotApplied);
    assert_eq!(second.outward(), Outward::SigningLocked);
    assert!(ward.desk().is_locked());
    let request = ward.request(AMENDMENT).await;
    assert_eq!(
        ward.begin_with(request).err(),
        Some(BeginError::SigningLocked)
    );
    let told = ward.clinic.store().security_events().unwrap();
    let kinds: Vec<_> = told.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["signer-mismatch", "signing-locked"]);
    // Also where somebody else's session brings it.
    let about = told.iter().map(|event| event.about.as_deref().unwrap());
    assert!(about.clone().all(|about| about.contains(ADAMS.subject)));
    assert!(!about.clone().any(|about| about.contains(BAKER.subject)));
    assert!(ward.events().contains(&"signing_locked"));
    assert!(ward.events().contains(&"security_event_sent"));
    assert!(ward.session_still_works().await);
}
