//! What verifies, and what is then known.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::story::amendment;
use common::{CLIENT, ISSUER, Provider, Scene, at};
use evidence::keys::Algorithm;
use evidence::{Bundle, Lookup, Status, Step, verify};
use rstest::rstest;
use serde_json::json;

#[rstest]
fn evidence_of_every_kind_of_provider_verifies_online_and_offline(
    #[values(Algorithm::Rs256, Algorithm::Ps256, Algorithm::Es256, Algorithm::EdDsa)]
    algorithm: Algorithm,
) {
    let scene = Scene::at(Provider::new(ISSUER, algorithm));

    let online = scene.verify().unwrap();
    let offline = scene.verify_offline(&scene.receipted()).unwrap();

    assert_eq!(online.report().passed(), Step::BEFORE_RECEIPT);
    assert_eq!(offline.report().status(Step::Receipt), Status::Passed);
    assert_eq!(offline.statement(), &scene.statement);
}

#[test]
fn offline_the_steps_of_the_records_api_are_attested_by_its_receipt() {
    let scene = Scene::new();

    let report = scene
        .verify_offline(&scene.receipted())
        .unwrap()
        .report()
        .clone();

    for step in Step::ALL {
        let theirs = [Step::Record, Step::Challenge, Step::Authority].contains(&step);
        assert_eq!(
            report.status(step),
            if theirs {
                Status::Attested
            } else {
                Status::Passed
            }
        );
    }
}

#[test]
fn a_client_that_checks_its_own_work_leaves_open_what_it_cannot_know() {
    let scene = Scene::new();
    let trust = evidence::OnlineTrust {
        challenge: Lookup::NotDone,
        amendments: None,
        authority: None,
        ..scene.trust()
    };

    let verified = verify::online(&scene.octets(), &trust).unwrap();

    for step in [
        Step::Freshness,
        Step::Record,
        Step::Challenge,
        Step::Authority,
        Step::Receipt,
    ] {
        assert_eq!(verified.report().status(step), Status::NotChecked);
    }
}

#[test]
fn without_the_presented_content_it_is_the_same_evidence_and_verifies() {
    let scene = Scene::new();
    let whole = Bundle::parse(&scene.receipted()).unwrap();

    let bare = whole.clone().without_content();

    assert_eq!(bare.sha256().unwrap(), whole.sha256().unwrap());
    assert!(
        !String::from_utf8(bare.octets().unwrap())
            .unwrap()
            .contains("octets")
    );
    scene.verify_offline(&bare.octets().unwrap()).unwrap();
}

#[test]
fn several_amendments_are_signed_at_once() {
    let scene = Scene::new().with(|scene| {
        scene.statement.amendments.push(amendment("hb-2"));
        scene
            .challenge
            .as_mut()
            .unwrap()
            .amendments
            .push("hb-2".to_owned());
        let mut second = scene.stored[0].clone();
        second.id = "hb-2".to_owned();
        second.record.id = "obs-hb-2".to_owned();
        scene.stored.push(second);
    });

    scene.verify().unwrap();
    scene.verify_offline(&scene.receipted()).unwrap();
}

#[test]
fn a_subject_may_be_made_of_several_claims() {
    let scene = Scene::new().with(|scene| {
        scene.issuers[0].subject_claims = vec!["tid".to_owned(), "oid".to_owned()];
        scene.claims.insert("tid".to_owned(), json!("t-1"));
        scene.claims.insert("oid".to_owned(), json!("o-1"));
        let subject = [("tid", "t-1"), ("oid", "o-1")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        scene.statement.signer.subject = subject.into();
        let signer = scene.statement.signer.as_subject();
        scene.session = Some(signer.clone());
        scene.challenge.as_mut().unwrap().subject = signer;
    });

    scene.verify().unwrap();
}

#[test]
fn an_audience_may_be_a_list_of_one_and_azp_may_name_the_client() {
    let scene = Scene::new().with(|scene| {
        scene.claims.insert("aud".to_owned(), json!([CLIENT]));
        scene.claims.insert("azp".to_owned(), json!(CLIENT));
    });

    scene.verify().unwrap();
}

#[test]
fn a_token_without_kid_means_the_only_key_that_fits() {
    Scene::new()
        .with(|scene| drop(scene.header.remove("kid")))
        .verify()
        .unwrap();
}

#[test]
fn a_key_that_the_token_brings_along_is_ignored() {
    let scene = Scene::new().with(|scene| {
        scene.header.insert(
            "jwk".to_owned(),
            Provider::new(ISSUER, Algorithm::Es256).jwk(),
        );
        scene
            .header
            .insert("jku".to_owned(), json!("https://evil.example/jwks"));
    });

    scene.verify().unwrap();
}

#[test]
fn sealed_evidence_may_be_delivered_late_within_the_grace() {
    let scene = Scene::new().with(|scene| {
        scene.now = at(86_400);
        scene.delivery_grace_s = 2 * 86_400;
    });

    scene.verify().unwrap();
}
