//! The ledger of issuer keys: what was published when, and what a key may still do once it is gone.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod clinic;

use clinic::{ADAMS, Clinic, SESSION};
use evidence::LedgerKey;
use jiff::SignedDuration;

/// As long as the gateway keeps keys without asking again.
const UNTIL_ASKED_AGAIN: SignedDuration = SignedDuration::from_mins(6);

#[tokio::test]
async fn a_key_that_is_published_no_more_is_retired_in_the_ledger_and_in_the_trail() {
    let clinic = Clinic::open().await;
    let opened = see_keys(&clinic).await;
    clinic.clock.forward(UNTIL_ASKED_AGAIN);
    clinic.issuer.rotate("key-2");

    let noticed = see_keys(&clinic).await;

    let (old, new) = (key(&clinic, "key-1"), key(&clinic, "key-2"));
    assert_eq!((old.first_seen, old.last_seen), (opened, opened));
    assert_eq!(old.retired_at, Some(noticed));
    assert_eq!((new.first_seen, new.retired_at), (noticed, None));
    let told: Vec<_> = clinic
        .store()
        .audit(1)
        .unwrap()
        .into_iter()
        .map(|line| (line.event, line.detail["kid"].as_str().unwrap().to_owned()))
        .collect();
    let line = |event: &str, kid: &str| (event.to_owned(), kid.to_owned());
    assert_eq!(
        told,
        [
            line("issuer-key-first-seen", "key-1"),
            line("issuer-key-first-seen", "key-2"),
            line("issuer-key-retired", "key-1"),
        ]
    );
}

#[tokio::test]
async fn a_retired_key_answers_no_challenge_that_was_made_after_its_retirement() {
    let clinic = Clinic::open().await;
    see_keys(&clinic).await;
    let stolen = clinic.issuer.key();
    clinic.clock.forward(UNTIL_ASKED_AGAIN);
    clinic.issuer.rotate("key-2");
    let draft = clinic.draft("hb-1", ADAMS).await.with(|draft| {
        draft.id_token_header = stolen.header("JWT");
        draft.jwks = serde_json::to_vec(&serde_json::json!({ "keys": [stolen.jwk()] })).unwrap();
        draft.key = stolen;
    });

    let answer = clinic
        .submit(&draft, draft.seal(&clinic.issuer), "key-1")
        .await;

    answer.refused(422, "id_token", "key_not_found");
    assert_eq!(clinic.kept(), (0, 0, 0, 0));
}

#[tokio::test]
async fn what_was_signed_before_a_key_was_retired_still_arrives_and_verifies() {
    let clinic = Clinic::open().await;
    let draft = clinic.draft("hb-1", ADAMS).await;
    let octets = draft.seal(&clinic.issuer);
    clinic.clock.forward(SignedDuration::from_hours(24));
    clinic.issuer.rotate("key-2");
    let noticed = see_keys(&clinic).await;
    clinic.clock.forward(SignedDuration::from_hours(24));

    let accepted = clinic
        .submit(&draft, octets.clone(), "key-1")
        .await
        .accepted();

    assert_eq!(key(&clinic, "key-1").retired_at, Some(noticed));
    let archive = evidence::Archive::parse(&clinic.client.archive().await.unwrap()).unwrap();
    let bundle = evidence::Bundle::parse(&octets)
        .unwrap()
        .with_receipt(&accepted.receipt);
    evidence::verify::offline(&bundle.octets().unwrap(), &archive).unwrap();
}

#[tokio::test]
async fn a_key_that_comes_back_is_in_use_again() {
    let clinic = Clinic::open().await;
    let first = clinic.issuer.key();
    see_keys(&clinic).await;
    clinic.clock.forward(UNTIL_ASKED_AGAIN);
    clinic.issuer.rotate("key-2");
    see_keys(&clinic).await;
    clinic.clock.forward(UNTIL_ASKED_AGAIN);
    clinic.issuer.publish(first);

    see_keys(&clinic).await;

    assert_eq!(key(&clinic, "key-1").retired_at, None);
    assert!(key(&clinic, "key-2").retired_at.is_some());
    clinic.sign("hb-1", ADAMS).await;
    let last = clinic.store().audit(1).unwrap();
    assert!(last.iter().any(|line| line.event == "issuer-key-returned"));
}

#[tokio::test]
async fn a_provider_that_cannot_be_asked_has_retired_nothing() {
    let clinic = Clinic::open().await;
    see_keys(&clinic).await;
    clinic.clock.forward(UNTIL_ASKED_AGAIN);
    clinic.issuer.goes_down();

    see_keys(&clinic).await;

    assert_eq!(key(&clinic, "key-1").retired_at, None);
}

#[tokio::test]
async fn another_receipt_key_retires_the_one_before_which_verifies_what_it_signed() {
    let clinic = Clinic::open().await;
    let accepted = clinic.sign("hb-1", ADAMS).await;
    let (folder, issuer) = (clinic.folder, clinic.issuer);
    clinic.running.shutdown().await.unwrap();
    let place = gateway::StorePlace::File(folder.path().join("records.sqlite"));
    let issuers = vec![gateway::Issuer::new(&issuer.iss, clinic::CLIENT)];
    let another = folder.path().join("another.p8");
    let mut config = gateway::Config::new(([127, 0, 0, 1], 0).into(), place, another, issuers);
    config.development_http = true;
    config.clock = clinic.clock;

    let running = gateway::serve(config).await.unwrap();

    let keys = running.store().receipt_keys().unwrap();
    assert_eq!(
        keys.iter().filter(|key| key.retired_at.is_some()).count(),
        1
    );
    assert_eq!(
        keys.iter().filter(|key| key.retired_at.is_none()).count(),
        1
    );
    evidence::receipt::verify(&accepted.receipt, &keys).unwrap();
    assert_eq!(running.store().check(None).unwrap().faults, []);
}

/// Makes the gateway look at its provider's keys, and says when that was.
async fn see_keys(clinic: &Clinic) -> jiff::Timestamp {
    let answer = clinic
        .get("v1/amendments", &clinic.token(ADAMS, SESSION))
        .await;
    assert_eq!(answer.status(), 200);
    gateway::Clock::now(&*clinic.clock)
}

fn key(clinic: &Clinic, kid: &str) -> LedgerKey {
    let keys = clinic.store().issuer_keys(&clinic.issuer.iss).unwrap();
    let named = |key: &LedgerKey| key.jwk.kid.as_deref() == Some(kid);
    keys.into_iter().find(named).unwrap()
}
