//! What `countersignctl probe` is told, and what it writes: policies, options, ports, the report.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod probe_driver;

use std::fs;

use demo::idp::{ACR_TWO_FACTORS, ADAMS, CLIENT_ID, ClientConfig, Idp, IdpConfig, RedirectUris};
use probe_driver::{Probe, adams, idp, policy};

#[tokio::test]
async fn a_policy_that_cannot_be_used_is_named_with_its_remedy() {
    let (_folder, file) =
        policy("[identity]\nissuer = \"https://id.example\"\ncolour = \"green\"\n");

    let ran = Probe::with(&["--client-id", "x"])
        .policy(&file)
        .run(adams)
        .await;

    assert_eq!((ran.ending(), ran.code), (("failed", None), 1));
    assert_eq!(ran.status("policy"), "fail");
    assert!(
        ran.detail("policy").contains("identity.colour"),
        "{}",
        ran.out
    );
}

#[tokio::test]
async fn options_override_the_policy() {
    let idp = idp().await;
    let (_folder, file) =
        policy("[identity]\nissuer = \"https://id.example\"\nclient_id = \"somebody-else\"\n");

    let ran = Probe::of(&idp)
        .policy(&file)
        .and(&["--subject", ADAMS.subject])
        .run(adams)
        .await;

    assert_eq!(ran.ending(), ("accepted", None), "{}{}", ran.out, ran.err);
}

#[tokio::test]
async fn plain_http_is_for_development_only() {
    let idp = idp().await;
    let ran = Probe::with(&["--issuer", idp.issuer(), "--client-id", CLIENT_ID])
        .run(adams)
        .await;
    assert_eq!((ran.ending(), ran.code), (("failed", None), 1));
    assert_eq!(idp.requests(), []);
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let idp = idp().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();

    let ran = Probe::of(&idp)
        .and(&["--subject", ADAMS.subject, "--redirect-port", &port])
        .run(adams)
        .await;

    assert_eq!((ran.ending(), ran.code), (("failed", None), 1));
    assert!(
        ran.detail("ceremony").contains("ports_taken"),
        "{}",
        ran.out
    );
}

#[tokio::test]
async fn the_callback_is_the_one_address_that_a_strict_provider_has_registered() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port().to_string();
    drop(free);
    let registered = vec![format!("http://127.0.0.1:{port}/callback")];
    let config = IdpConfig {
        clients: vec![ClientConfig {
            redirect_uris: RedirectUris::Exact(registered),
            ..ClientConfig::native(CLIENT_ID)
        }],
        ..IdpConfig::default()
    };
    let idp = Idp::start(config).await.unwrap();

    let ran = Probe::of(&idp)
        .and(&["--subject", ADAMS.subject, "--redirect-port", &port])
        .run(adams)
        .await;

    assert_eq!(ran.ending(), ("accepted", None), "{}{}", ran.out, ran.err);
}

#[tokio::test]
async fn nothing_that_is_printed_or_written_holds_a_token() {
    let idp = idp().await;
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.html");

    let ran = Probe::of(&idp)
        .and(&["--report", &report.display().to_string()])
        .run(adams)
        .await;

    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let page = fs::read_to_string(&report).unwrap();
    for text in [&ran.out, &ran.err, &page] {
        assert!(
            !text.contains("eyJ") && !text.contains("id_token_hint"),
            "{text}"
        );
    }
    assert!(!page.contains(ADAMS.subject) && !page.contains(ADAMS.name));
    assert!(page.contains(idp.issuer()) && page.contains("answer accepted"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_report_that_cannot_be_written_is_said_before_anybody_signs_in() {
    let idp = idp().await;
    let probe = Probe::of(&idp).and(&["--report", "/nowhere/report.html"]);

    let ran = probe.start().ended().await;

    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("/nowhere/report.html"), "{}", ran.err);
    assert_eq!(idp.requests(), []);
}

#[tokio::test]
async fn what_the_policy_demands_is_echoed() {
    let idp = idp().await;
    let (_folder, file) = policy(&format!(
        "[identity]\nissuer = \"{}\"\nclient_id = \"{CLIENT_ID}\"\ndevelopment_http = true\n\
         [signing]\nacr_values = [\"{ACR_TWO_FACTORS}\"]\nrequired_amr = [\"otp\"]\n",
        idp.issuer()
    ));

    let ran = Probe::with(&["--subject", ADAMS.subject])
        .policy(&file)
        .run(adams)
        .await;

    assert_eq!(ran.ending(), ("accepted", None), "{}{}", ran.out, ran.err);
    assert_eq!((ran.status("acr"), ran.status("amr")), ("ok", "ok"));
}
