//! A hostile page in the separate window gets hold of nothing that is ours.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use demo::idp::ADAMS;
use e2e::{CEREMONY, Desk, MAIN, Probe};
use serde_json::{Value, json};

/// Everything that a page could try. Each attempt says what came of it.
const ATTEMPTS: &str = r"
    const limit = (work) => Promise.race([
        Promise.resolve().then(work).then((v) => ['reached', String(v)], (e) => ['refused', String(e)]),
        new Promise((done) => setTimeout(() => done(['refused', 'no answer']), 1500)),
    ]);
    const came = {};
    const commands = ['app_state', 'sign_out', 'worklist', 'review', 'begin_signing', 'cancel_signing', 'save_evidence', 'decline',
        'plugin:event|listen', 'plugin:event|emit', 'plugin:window|create', 'plugin:webview|create_webview_window',
        'plugin:webview|internal_toggle_devtools', 'plugin:opener|open_url', 'plugin:dialog|save', 'plugin:app|version',
        'plugin:path|resolve_directory', 'plugin:resources|close', 'plugin:window|close', 'plugin:window-state|filename'];
    for (const command of commands) {
        came['invoke ' + command] = await limit(() => window.__TAURI_INTERNALS__.invoke(command, {
            id: 'AM-1207', event: 'app-state', target: { kind: 'Any' }, handler: 1, payload: {}, options: { label: 'x', url: '/' }, url: 'https://evil.example', label: 'main',
        }));
    }
    came['message'] = await limit(() => {
        window.webkit.messageHandlers.ipc.postMessage(JSON.stringify({ cmd: 'sign_out', callback: 1, error: 2, payload: {}, __TAURI_INVOKE_KEY__: 'x' }));
        return 'posted';
    });
    came['window.ipc'] = await limit(() => { window.ipc.postMessage('{}'); return 'posted'; });
    for (const address of ['ipc://localhost/sign_out', 'http://ipc.localhost/sign_out', 'tauri://localhost/index.html', 'asset://localhost/etc/passwd', 'file:///etc/passwd']) {
        came['fetch ' + address] = await limit(async () => (await fetch(address, { method: address.startsWith('ipc') ? 'POST' : 'GET' })).text());
    }
    for (const address of ['tauri://localhost/', 'file:///etc/passwd']) {
        came['frame ' + address] = await limit(() => new Promise((done, fail) => {
            const frame = document.createElement('iframe');
            frame.onload = () => {
                let at = 'elsewhere';
                try { at = frame.contentWindow.location.href } catch { }
                at === 'about:blank' ? fail('empty') : done(at);
            };
            frame.src = address;
            document.body.append(frame);
        }));
    }
    came['pop-up'] = await limit(() => { const w = window.open('tauri://localhost/'); if (!w) throw 'none'; return 'opened'; });
    came['camera'] = await limit(() => navigator.mediaDevices.getUserMedia({ video: true }));
    came['position'] = await limit(() => new Promise((done, fail) => navigator.geolocation.getCurrentPosition(done, fail)));
    came['notification'] = await limit(async () => { if (await Notification.requestPermission() !== 'granted') throw 'denied'; return 'granted'; });
    return came;
";

#[tokio::test]
async fn a_hostile_page_in_the_ceremony_window_can_call_no_command_no_plugin_and_open_no_page_of_ours()
 {
    let hostile = Probe::start().await.unwrap();
    let desk = Desk::open_beside(&hostile).await.unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
    desk.begin_signing("LAB-88123").await.unwrap();
    let app = desk.app();
    let vault = desk.vault().unwrap();
    app.goto(CEREMONY, hostile.url()).await.unwrap();

    let came = app.promise(CEREMONY, ATTEMPTS).await.unwrap();

    for (attempt, outcome) in came.as_object().unwrap() {
        assert_eq!(outcome[0], "refused", "{attempt}: {outcome}");
    }
    for address in [
        "tauri://localhost/",
        "file:///etc/passwd",
        "mailto:it@clinic.example",
        "https://evil.example/",
        "data:text/html,x",
    ] {
        app.script(CEREMONY, &format!("location.href = {address:?}"))
            .await
            .unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let at = app.script(CEREMONY, "return location.href").await.unwrap();
        assert_eq!(at, hostile.url(), "{address}");
    }
    assert_eq!(
        app.windows().await.unwrap().len(),
        2,
        "no other window opened"
    );
    assert_eq!(desk.vault().unwrap(), vault);
    assert!(desk.audited("signed_out").unwrap().is_empty());
    assert!(app.text(MAIN).await.unwrap().contains("A. Adams"));
}

#[tokio::test]
async fn the_same_calls_reach_the_shell_from_the_main_window_so_the_test_above_can_fail() {
    let desk = Desk::open().await.unwrap();
    let app = desk.app();
    // While the last session is looked for, that screen has a heading too.
    let button = "//button[starts-with(normalize-space(.), 'Sign in in a separate window')]";
    app.find(MAIN, button).await.unwrap();

    let state = app
        .promise(
            MAIN,
            "return (await window.__TAURI_INTERNALS__.invoke('app_state')).phase",
        )
        .await
        .unwrap();

    assert_eq!(state, "signed_out");
}

#[tokio::test]
async fn the_main_windows_own_pages_hold_no_plugin_and_no_secret() {
    let desk = Desk::open().await.unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
    let app = desk.app();

    for command in [
        "plugin:opener|open_url",
        "plugin:dialog|save",
        "plugin:window|create",
        "plugin:path|resolve_directory",
        "plugin:event|emit",
    ] {
        let script = format!(
            "try {{ await window.__TAURI_INTERNALS__.invoke({command:?}, {{}}); return 'reached' }} catch (e) {{ return String(e) }}"
        );
        let came = app.promise(MAIN, &script).await.unwrap();
        assert!(
            came.as_str().unwrap().contains("not allowed"),
            "{command}: {came}"
        );
    }
    let state = app
        .promise(
            MAIN,
            "return await window.__TAURI_INTERNALS__.invoke('app_state')",
        )
        .await
        .unwrap();
    assert!(!state.to_string().contains("eyJ"), "no token crosses");
    assert_eq!(
        app.script(MAIN, "return typeof window.__TAURI__")
            .await
            .unwrap(),
        Value::from("undefined")
    );
    assert_eq!(
        app.script(MAIN, "return document.cookie").await.unwrap(),
        json!("")
    );
}
