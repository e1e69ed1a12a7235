//! Two people at one computer: what one of them sealed is delivered for that one alone.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::sync::Arc;
use std::time::Duration;

use ceremony::{Delivered, Ending};
use demo::idp::BAKER;
use identity::Page;
use jiff::{SignedDuration, Timestamp};
use policy::Remember;
use session::{Place, Session, SignIn, Vault};
use support::ports::Network;
use support::robot_agent::{Person, RobotAgent};
use support::{AMENDMENT, KeyInMemory, Ward};
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn what_one_person_sealed_waits_while_another_is_signed_in() {
    let mut ward = Ward::open().await;
    ward.set_network(Network::IsDown);
    let under_way = ward.begin().await;
    while ward.line.tokens.lock().unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    under_way.cancel();
    let ended = under_way.ended().await.unwrap();
    assert!(matches!(ended.ending, Ending::Unconfirmed(_)), "{ended:?}");
    ward.set_network(Network::Works);
    let sealed = ward.waiting();
    let actor = audit::Actor::Device("ward-3".into());
    let later = Timestamp::now() + SignedDuration::from_mins(30);

    let other = sign_in_baker(&ward).await;
    let token = other.access_token(Timestamp::now()).await.unwrap();
    let caller = other.person().subject.clone();
    let courier = ward.courier();
    let turn = courier.turn().await;
    let round = turn.round(&caller, &token, &actor, later).await;

    assert!(round.unwrap().is_empty());
    assert_eq!(ward.waiting(), sealed, "it waits as it was");
    assert_eq!(ward.submissions(), 0);
    let events = ward.clinic.store().security_events().unwrap();
    assert!(events.is_empty(), "nobody is accused");
    assert!(ward.outbox.waits_for(AMENDMENT).unwrap());

    let token = ward.session.access_token(Timestamp::now()).await.unwrap();
    let caller = ward.person();
    let courier = ward.courier();
    let turn = courier.turn().await;
    let round = turn.round(&caller, &token, &actor, later).await;
    let round = round.unwrap();

    assert!(
        matches!(&round[..], [Delivered::Recorded { .. }]),
        "{round:?}"
    );
    assert_eq!(ward.clinic.committed().unwrap(), 1);
    assert!(!ward.outbox.waits_for(AMENDMENT).unwrap());
    assert!(
        ward.outbox.delivered_notes(&caller).unwrap().is_empty(),
        "the audit log has it, so the outbox need not"
    );
}

async fn sign_in_baker(ward: &Ward) -> Session {
    let place = Place {
        file: ward.vault_file.with_extension("baker"),
        device: "ward-3".to_owned(),
        account: "baker".to_owned(),
    };
    let keyring = Arc::new(KeyInMemory::default());
    let vault = Vault::open(place, Remember::Memory, keyring).await.unwrap();
    let sign_in = SignIn {
        agent: Arc::new(RobotAgent::new(Person::SignsInAs(&BAKER))),
        relying_party: ward.relying_party.clone(),
        vault: Arc::new(vault),
        policy: Arc::new(ward.policy.clone()),
        page: Page {
            language: "en".to_owned(),
            title: "Done".to_owned(),
            text: "You can close this window.".to_owned(),
        },
        clock: Timestamp::now,
    };
    let signed_in = sign_in.run(CancellationToken::new()).await.unwrap();
    signed_in.session
}
