//! The clinic as the application meets it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::time::Duration;

use common::{get, tokens};
use demo::{
    Clinic,
    clinic::ClinicConfig,
    idp::{ADAMS, ClientConfig, Idp, IdpConfig, RESOURCE},
    robot::Browser,
    seed,
};
use gateway::SessionLimit;

async fn clinic() -> Clinic {
    Clinic::start(ClinicConfig::default()).await.unwrap()
}

async fn access_token(idp: &Idp) -> String {
    tokens(idp, &Browser::new(), &ADAMS, &[("resource", RESOURCE)])
        .await
        .text("access_token")
}

#[tokio::test]
async fn the_records_api_takes_the_access_tokens_of_the_provider_and_lists_every_seeded_amendment()
{
    let clinic = clinic().await;
    let token = access_token(clinic.idp()).await;
    let seeded = seed::amendments(&jiff::Zoned::now());

    let list = clinic
        .records_url()
        .join("v1/amendments?state=pending")
        .unwrap();
    let answer = get(list.as_str(), Some(&token)).await;

    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.body["total"], seeded.len());
}

#[tokio::test]
async fn the_amendment_whose_record_moved_on_says_so() {
    let clinic = clinic().await;
    let token = access_token(clinic.idp()).await;

    let one = clinic.records_url().join("v1/amendments/AM-1210").unwrap();
    let answer = get(one.as_str(), Some(&token)).await;

    assert_eq!(answer.text("state"), "changed");
    assert_eq!(
        (
            answer.text("current_version").as_str(),
            &answer.body["record"]["base_version"]
        ),
        ("3", &"2".into())
    );
}

#[tokio::test]
async fn an_amendment_with_one_of_two_signatures_shows_it() {
    let clinic = clinic().await;
    let token = access_token(clinic.idp()).await;

    let one = clinic.records_url().join("v1/amendments/AM-1203").unwrap();
    let answer = get(one.as_str(), Some(&token)).await;

    assert_eq!(
        (
            &answer.body["signatures_given"],
            &answer.body["signatures_required"]
        ),
        (&1.into(), &2.into())
    );
    assert_eq!(answer.body["signed_by_you"], false);
}

#[tokio::test]
async fn the_policy_is_accepted_and_names_this_clinic() {
    let clinic = clinic().await;
    let file = clinic.write_policy().unwrap();

    let policy = policy::load(policy::Machine::Absent, Some(&file))
        .unwrap()
        .policy;

    assert_eq!(policy.identity.issuer, clinic.idp().issuer());
    assert_eq!(&policy.records.url, clinic.records_url());
    assert!(policy.identity.development_http);
    assert_eq!(policy.session.sign_in_agent, policy::SignInAgent::Window);
    assert_eq!(policy.audit.path, Some(clinic.audit_path()));
}

#[tokio::test]
async fn the_gateway_goes_and_comes_back_at_the_same_address_with_its_records() {
    let mut clinic = clinic().await;
    let token = access_token(clinic.idp()).await;
    let list = clinic.records_url().join("v1/amendments").unwrap();

    clinic.stop_gateway().await.unwrap();
    let gone = common::client()
        .get(list.clone())
        .timeout(Duration::from_secs(2))
        .send()
        .await;
    clinic.start_gateway().await.unwrap();

    assert!(gone.is_err());
    assert_eq!(get(list.as_str(), Some(&token)).await.status, 200);
}

#[tokio::test]
async fn a_clinic_that_opens_again_in_its_folder_finds_its_records() {
    let folder = tempfile::tempdir().unwrap();
    let config = || ClinicConfig {
        directory: Some(folder.path().to_owned()),
        ..ClinicConfig::default()
    };
    let first = Clinic::start(config()).await.unwrap();
    let changed = first
        .change_record_behind("AM-1207", br#"{"resourceType":"Observation"}"#)
        .unwrap();
    first.stop().await.unwrap();

    let second = Clinic::start(config()).await.unwrap();
    let token = access_token(second.idp()).await;
    let one = second.records_url().join("v1/amendments/AM-1207").unwrap();
    let moved = second.records_url().join("v1/amendments/AM-1210").unwrap();

    assert_eq!(
        get(one.as_str(), Some(&token))
            .await
            .text("current_version"),
        changed.to_string()
    );
    assert_eq!(
        get(moved.as_str(), Some(&token))
            .await
            .text("current_version"),
        "3"
    );
}

#[tokio::test]
async fn a_token_for_another_audience_opens_no_records() {
    let idp_config = IdpConfig {
        clients: vec![ClientConfig::native("countersign")],
        ..IdpConfig::default()
    };
    let clinic = Clinic::start(ClinicConfig {
        idp: idp_config,
        ..ClinicConfig::default()
    })
    .await
    .unwrap();
    let token = tokens(
        clinic.idp(),
        &Browser::new(),
        &ADAMS,
        &[("scope", "openid profile")],
    )
    .await
    .text("access_token");

    let list = clinic.records_url().join("v1/amendments").unwrap();

    assert_eq!(get(list.as_str(), Some(&token)).await.status, 401);
}

#[tokio::test]
async fn a_sign_in_elsewhere_ends_the_session_that_is_registered() {
    let clinic = Clinic::start(ClinicConfig {
        session_limit: SessionLimit::OnePerSubject,
        ..ClinicConfig::default()
    })
    .await
    .unwrap();
    let token = access_token(clinic.idp()).await;
    let sessions = clinic.records_url().join("v1/sessions").unwrap();
    let opened = common::client()
        .post(sessions.clone())
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .body(r#"{"device":{"id":"ward-3-pc-2","name":"Ward 3, PC 2"}}"#)
        .send()
        .await
        .unwrap();
    let opened: serde_json::Value = serde_json::from_slice(&opened.bytes().await.unwrap()).unwrap();
    let session = format!("{sessions}/{}", opened["id"].as_str().unwrap());

    let before = get(&session, Some(&token)).await;
    let ended = clinic.sign_in_elsewhere(ADAMS.subject, "Ward 4").unwrap();
    let after = get(&session, Some(&token)).await;

    assert_eq!((before.status, ended, after.status), (200, 1, 401));
    assert_eq!(after.text("why"), "elsewhere");
}
