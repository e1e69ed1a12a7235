//! What one window leaves, no other window finds.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use demo::idp::{ADAMS, BAKER};
use e2e::{CEREMONY, Desk, MAIN, Probe};
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
    let desk = Desk::open().await.unwrap();
    let probe = Probe::start().await.unwrap();
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
    assert_eq!(fetched_within, 1, "and so is the cache");
    assert_eq!(next, nothing());
    assert_eq!(fetched_next, 2, "the next ceremony's cache was empty");

    // The main window cannot even ask: its pages reach nothing but the shell.
    let asked = app
        .promise(MAIN, &format!("try {{ await fetch({:?} + 'cached'); return 'reached' }} catch {{ return 'refused' }}", probe.url()))
        .await
        .unwrap();
    assert_eq!(asked, "refused");
    assert_eq!(probe.fetched(), 2);
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
    let mut desk = Desk::open().await.unwrap();
    let probe = Probe::start().await.unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
    desk.begin_signing(RECORD).await.unwrap();
    probe.leave(desk.app(), CEREMONY).await.unwrap();

    desk.kill_app().await.unwrap();
    desk.start_app().await.unwrap();
    desk.at_worklist().await.unwrap();
    desk.begin_signing(RECORD).await.unwrap();
    let found = probe.look(desk.app(), CEREMONY).await.unwrap();

    assert_eq!(found, nothing());
    assert_eq!(probe.fetched(), 2);
}

#[tokio::test]
async fn in_a_shared_jar_the_same_wrong_sign_in_replaces_the_session_and_in_the_ceremonys_it_does_not()
 {
    let desk = Desk::open().await.unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
    desk.begin_signing(RECORD).await.unwrap();
    let app = desk.app();
    let in_jar = |subject: &str| {
        let sessions = desk.clinic.idp().sessions();
        sessions
            .iter()
            .filter(|session| session.subject == subject)
            .count()
    };
    assert_eq!(
        (in_jar("u-adams"), in_jar("u-baker")),
        (1, 0),
        "the sign-in's own"
    );

    // The baseline: one jar for the portal and for signing, as in a browser. The portal signs Adams in ...
    let landing = Probe::start().await.unwrap();
    let ask = |prompt: &str| {
        let redirect = format!("{}callback", landing.url());
        let mut url = url::Url::parse(desk.clinic.idp().issuer())
            .unwrap()
            .join("authorize")
            .unwrap();
        url.query_pairs_mut().extend_pairs([
            ("client_id", "portal"),
            ("response_type", "code"),
            ("scope", "openid"),
            ("redirect_uri", redirect.as_str()),
            ("state", "s"),
            ("nonce", "n"),
            (
                "code_challenge",
                "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            ),
            ("code_challenge_method", "S256"),
            ("prompt", prompt),
        ]);
        url
    };
    app.script(
        CEREMONY,
        &format!("location.href = {:?}", ask("login").as_str()),
    )
    .await
    .unwrap();
    desk.authenticate(&ADAMS).await.unwrap();
    landed(&desk).await;
    let portals = desk
        .clinic
        .idp()
        .sessions()
        .into_iter()
        .filter(|session| session.subject == "u-adams")
        .map(|session| session.sid)
        .collect::<Vec<_>>();
    assert_eq!(portals.len(), 2, "the application's and the portal's");

    // ... and signing, in the same jar, lets Baker in.
    app.script(
        CEREMONY,
        &format!("location.href = {:?}", ask("login").as_str()),
    )
    .await
    .unwrap();
    desk.authenticate(&BAKER).await.unwrap();
    landed(&desk).await;

    assert_eq!(
        in_jar("u-adams"),
        1,
        "the portal's session is gone: hijacked"
    );
    assert_eq!(in_jar("u-baker"), 1);

    // The ceremony's own jar: Baker signs in there, and Adams's session is what it was.
    app.press(MAIN, "Cancel signing").await.unwrap();
    app.heading("You cancelled").await.unwrap();
    desk.leave_ending().await.unwrap();
    desk.begin_signing(RECORD).await.unwrap();
    desk.authenticate(&BAKER).await.unwrap();
    app.heading("The signature was not applied").await.unwrap();
    assert_eq!(in_jar("u-adams"), 1, "the application's session stands");
}

async fn landed(desk: &Desk) {
    desk.app()
        .find(CEREMONY, "//body[not(//input)]")
        .await
        .unwrap();
}
