//! What one window leaves, no other window finds.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use demo::idp::{ADAMS, Account, BAKER};
use e2e::{CEREMONY, Desk, MAIN, Probe, until};
use serde_json::json;

const RECORD: &str = "LAB-88123";

fn nothing() -> serde_json::Value {
    json!({ "cookie": "", "local": null, "session": null, "indexed": null })
}

fn everything() -> serde_json::Value {
    json!({ "cookie": "trace=left", "local": "left", "session": "left", "indexed": "left" })
}

#[tokio::test]
async fn two_ceremonies_and_the_main_window_share_no_cookie_storage_database_or_cache() {
    let probe = Probe::start().await.unwrap();
    let desk = Desk::open_beside(&probe).await.unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
    desk.begin_signing(RECORD).await.unwrap();
    let app = desk.app();

    probe.leave(app, CEREMONY).await.unwrap();
    let within = probe.look(app, CEREMONY).await.unwrap();
    let fetched_within = probe.fetched();
    app.press(MAIN, "Cancel signing").await.unwrap();
    app.heading("You cancelled").await.unwrap();
    desk.leave_ending().await.unwrap();
    desk.begin_signing(RECORD).await.unwrap();
    let next = probe.look(app, CEREMONY).await.unwrap();
    let fetched_next = probe.fetched();

    assert_eq!(within, everything(), "the traces are real within one jar");
    assert_eq!(next, nothing());
    assert_eq!(
        (fetched_within, fetched_next),
        (2, 3),
        "an ephemeral jar keeps no answers of the network, not even for itself"
    );

    // The main window cannot even ask: its pages reach nothing but the shell.
    let asked = app
        .promise(MAIN, &format!("try {{ await fetch({:?} + 'cached'); return 'reached' }} catch {{ return 'refused' }}", probe.url()))
        .await
        .unwrap();
    assert_eq!(asked, "refused");
    assert_eq!(probe.fetched(), fetched_next);
    let own = app
        .script(
            MAIN,
            "return [document.cookie, localStorage.getItem('trace')]",
        )
        .await
        .unwrap();
    assert_eq!(own, json!(["", null]));
    let led_away = app
        .script(
            MAIN,
            &format!(
                "window.location.href = {:?}; return location.protocol",
                probe.url()
            ),
        )
        .await
        .unwrap();
    assert_eq!(led_away, "tauri:");
    desk.app().heading("Sign in again").await.unwrap();
}

#[tokio::test]
async fn a_ceremony_after_a_restart_finds_nothing_of_the_one_before() {
    let probe = Probe::start().await.unwrap();
    let mut desk = Desk::open_beside(&probe).await.unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
    desk.begin_signing(RECORD).await.unwrap();
    probe.leave(desk.app(), CEREMONY).await.unwrap();

    desk.kill_app().await.unwrap();
    desk.start_app().await.unwrap();
    desk.at_worklist().await.unwrap();
    desk.begin_signing(RECORD).await.unwrap();
    let found = probe.look(desk.app(), CEREMONY).await.unwrap();

    assert_eq!(found, nothing());
}

#[tokio::test]
async fn in_a_shared_jar_the_same_wrong_sign_in_replaces_the_session_and_in_the_ceremonys_it_does_not()
 {
    let portal = Probe::start().await.unwrap();
    let desk = Desk::open_beside(&portal).await.unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
    desk.begin_signing(RECORD).await.unwrap();
    assert_eq!(sessions_of(&desk, "u-adams"), 1, "the application's own");

    // The baseline: one jar for a portal and for signing, as in a browser. Adams is in the portal,
    // and Baker comes to sign.
    portal_sign_in(&desk, &portal, &ADAMS).await;
    assert_eq!(sessions_of(&desk, "u-adams"), 2);
    portal_sign_in(&desk, &portal, &BAKER).await;

    assert_eq!(sessions_of(&desk, "u-adams"), 1, "the portal's is hijacked");
    assert_eq!(sessions_of(&desk, "u-baker"), 1);

    // The ceremony's own jar: Baker signs in there, and Adams's session is what it was.
    desk.app().press(MAIN, "Cancel signing").await.unwrap();
    desk.app().heading("You cancelled").await.unwrap();
    desk.leave_ending().await.unwrap();
    desk.begin_signing(RECORD).await.unwrap();
    desk.authenticate(&BAKER).await.unwrap();
    let not_applied = "The signature was not applied";
    desk.app().heading(not_applied).await.unwrap();
    assert_eq!(sessions_of(&desk, "u-adams"), 1, "the application's stands");
}

fn sessions_of(desk: &Desk, subject: &str) -> usize {
    let sessions = desk.clinic.idp().sessions();
    sessions
        .iter()
        .filter(|session| session.subject == subject)
        .count()
}

/// Another relying party asks for a sign-in, in the window that is open.
async fn portal_sign_in(desk: &Desk, landing: &Probe, account: &Account) {
    let mut ask = url::Url::parse(desk.clinic.idp().issuer())
        .unwrap()
        .join("authorize")
        .unwrap();
    ask.query_pairs_mut().extend_pairs([
        ("client_id", "portal"),
        ("response_type", "code"),
        ("scope", "openid"),
        ("redirect_uri", &format!("{}callback", landing.url())),
        ("state", "s"),
        ("nonce", "n"),
        (
            "code_challenge",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        ),
        ("code_challenge_method", "S256"),
        ("prompt", "login"),
    ]);
    let app = desk.app();
    let here = "return location.href";
    let before = app.script(CEREMONY, here).await.unwrap();
    let lead = format!("location.href = {:?}", ask.as_str());
    app.script(CEREMONY, &lead).await.unwrap();
    until("the portal's sign-in page", || async {
        let state = "return [location.href, document.readyState]";
        let now = app.script(CEREMONY, state).await?;
        Ok(now[0] != before && now[1] == "complete")
    })
    .await
    .unwrap();

    desk.authenticate(account).await.unwrap();
    until("the portal", || async {
        let now = app.script(CEREMONY, here).await?;
        Ok(now.as_str().unwrap_or_default().starts_with(landing.url()))
    })
    .await
    .unwrap();
}
