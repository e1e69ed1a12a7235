//! The contract of `countersignctl probe --agent print --json`, kept by the built program against the demo provider: what it
//! makes of providers and of people.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod probe_driver;

use demo::idp::{ACR_TWO_FACTORS, ADAMS, BAKER, CLIENT_ID, Expected, Fault, Place};
use probe_driver::{Probe, Ran, adams, idp, idp_with, policy};

#[tokio::test]
async fn the_right_person_is_accepted() {
    let idp = idp().await;

    let ran = Probe::of(&idp)
        .and(&["--subject", ADAMS.subject])
        .run(adams)
        .await;

    assert_eq!(ran.ending(), ("accepted", None), "{}{}", ran.out, ran.err);
    assert_eq!(ran.code, 0);
    assert_eq!(ran.pages(), [(1, false), (1, true)]);
    for name in [
        "policy",
        "discovery",
        "s256",
        "algorithms",
        "par",
        "iss",
        "clock",
        "preflight",
        "callback",
        "id_token",
        "auth_time",
        "subject",
        "evidence",
        "revocation",
        "ceremony",
    ] {
        assert_eq!(ran.status(name), "ok", "{name}: {}", ran.detail(name));
    }
    assert_eq!(idp.active_tokens(), []);
}

#[tokio::test]
async fn whoever_signs_in_first_is_the_signer() {
    let idp = idp().await;

    let ran = Probe::of(&idp).run(adams).await;

    assert_eq!(
        (ran.ending(), ran.code),
        (("accepted", None), 0),
        "{}{}",
        ran.out,
        ran.err
    );
    assert_eq!(ran.pages(), [(1, true), (2, false), (2, true)]);
    assert_eq!(ran.status("sign_in"), "ok");
    assert_eq!(ran.status("name"), "ok");
    assert_eq!(idp.active_tokens(), []);
}

#[tokio::test]
async fn the_session_of_the_sign_in_outlives_the_ceremony() {
    let idp = idp().await;
    let (_folder, file) = policy(&format!(
        "[identity]\nissuer = \"{}\"\nclient_id = \"{CLIENT_ID}\"\ndevelopment_http = true\n\
         session_scopes = [\"openid\", \"profile\", \"offline_access\"]\n",
        idp.issuer()
    ));

    let ran = Probe::with(&[]).policy(&file).run(adams).await;

    assert_eq!(ran.ending(), ("accepted", None), "{}{}", ran.out, ran.err);
    assert_eq!(ran.status("session"), "ok", "{}", ran.detail("session"));
    assert_eq!(idp.active_tokens(), []);
}

#[tokio::test]
async fn somebody_else_than_the_subject_is_refused() {
    let idp = idp().await;

    let ran = Probe::of(&idp)
        .and(&["--subject", ADAMS.subject])
        .run(|_| &BAKER)
        .await;

    assert_eq!(
        (ran.ending(), ran.code),
        (("refused", Some("subject_mismatch")), 2)
    );
    assert_eq!(ran.status("subject"), "fail");
    assert_eq!(ran.status("id_token"), "ok");
    assert_eq!(idp.active_tokens(), []);
}

#[tokio::test]
async fn somebody_else_than_the_first_is_refused() {
    let idp = idp().await;

    let ran = Probe::of(&idp)
        .run(|jar| if jar == 1 { &ADAMS } else { &BAKER })
        .await;

    assert_eq!(
        (ran.ending(), ran.code),
        (("refused", Some("subject_mismatch")), 2)
    );
    assert_eq!(idp.active_tokens(), []);
}

#[tokio::test]
async fn an_empty_jar_that_signs_in_by_itself_is_refused_under_its_own_name() {
    let idp = idp_with(Fault::AmbientSignIn).await;

    let ran = Probe::of(&idp)
        .and(&["--subject", ADAMS.subject])
        .run(adams)
        .await;

    assert_eq!(
        (ran.ending(), ran.code),
        (("refused", Some("ambient_sign_in")), 2)
    );
    assert_eq!(ran.status("preflight"), "fail");
    assert_eq!(ran.pages(), [(1, false)]);
}

/// The application's own table, met in the application's own way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_of_a_provider_has_the_ending_that_the_application_gives_it() {
    let slow = tokio::sync::Semaphore::new(4);
    let slow = std::sync::Arc::new(slow);
    let mut runs = tokio::task::JoinSet::new();
    let here = |fault: &&Fault| {
        matches!(
            fault.place(),
            Place::Discovery
                | Place::Keys
                | Place::AuthorizationResponse
                | Place::IdTokenEnvelope
                | Place::IdTokenClaims
        )
    };
    for fault in Fault::ALL.iter().copied().filter(|fault| here(&fault)) {
        let slow = std::sync::Arc::clone(&slow);
        runs.spawn(async move {
            let _turn = slow.acquire_owned().await.unwrap();
            (fault, with_fault(fault).await)
        });
    }
    let mut wrong = Vec::new();
    while let Some(run) = runs.join_next().await {
        let (fault, ran) = run.unwrap();
        let (ending, code) = match fault.expected() {
            Expected::Accepted => (("accepted", None), 0),
            Expected::Refusal(name) => (("refused", Some(name)), 2),
            Expected::AmbientSignIn => (("refused", Some("ambient_sign_in")), 2),
            _ => (("failed", None), 1),
        };
        if (ran.ending(), ran.code) != (ending, code) {
            let name = fault.name();
            wrong.push(format!("{name}: {:?}, not {ending:?}", ran.ending()));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// Where a person signs in with two factors, and a preflight may stay open.
async fn with_fault(fault: Fault) -> Ran {
    let idp = idp_with(fault).await;
    let (_folder, file) = policy(&format!(
        "[identity]\nissuer = \"{}\"\nclient_id = \"{CLIENT_ID}\"\ndevelopment_http = true\n\
         [signing]\nacr_values = [\"{ACR_TWO_FACTORS}\"]\nrequired_amr = [\"otp\"]\n\
         ambient_preflight = \"record\"\ntimeout_s = 60\n",
        idp.issuer()
    ));
    let probe = Probe::with(&["--subject", ADAMS.subject]).policy(&file);
    probe.run(adams).await
}

#[tokio::test]
async fn a_clock_that_is_off_is_named() {
    let idp = idp_with(Fault::ClockAhead).await;
    let ran = Probe::of(&idp)
        .and(&["--subject", ADAMS.subject])
        .run(adams)
        .await;
    assert_eq!(
        (ran.ending(), ran.code),
        (("failed", None), 1),
        "{}",
        ran.out
    );
    assert_eq!(ran.status("clock"), "fail");
}

#[tokio::test]
async fn a_provider_that_is_not_there_answers_nothing() {
    let idp = idp().await;
    let issuer = idp.issuer().to_owned();
    idp.stop();
    drop(idp);

    let ran = Probe::at(&issuer).run(adams).await;

    assert_eq!((ran.ending(), ran.code), (("failed", None), 1));
    assert_eq!(ran.status("discovery"), "fail");
    assert_eq!(ran.pages(), []);
}

/// Nobody visits anything.
#[tokio::test]
async fn a_driver_that_does_nothing_does_not_hang_it() {
    let idp = idp().await;

    let ran = Probe::of(&idp)
        .and(&["--subject", ADAMS.subject])
        .start()
        .ended()
        .await;

    assert_eq!((ran.ending(), ran.code), (("failed", None), 1));
    assert!(
        ran.detail("ceremony").contains("preflight_inconclusive"),
        "{}",
        ran.out
    );
}

#[cfg(unix)]
#[tokio::test]
async fn an_interruption_ends_it_like_a_cancelled_ceremony() {
    let idp = idp().await;
    let mut started = Probe::of(&idp).and(&["--subject", ADAMS.subject]).start();
    started.next_page().await;

    let pid = started.child.id().unwrap().to_string();
    let killed = std::process::Command::new("kill")
        .args(["-INT", &pid])
        .status();
    assert!(killed.unwrap().success());
    let ran = started.ended().await;

    assert_eq!((ran.ending(), ran.code), (("failed", None), 1));
    assert!(ran.detail("ceremony").contains("cancelled"), "{}", ran.out);
}
