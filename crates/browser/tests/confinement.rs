//! Where a page may lead, what it may do, and what becomes of the callback.
#![cfg(target_os = "linux")] // What is observed is its process table and its desktop.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::site::Site;
use common::{Desk, next, nothing_is_left, opening, opening_to};
use identity::{AgentError, AgentEvent, Listener, OpenAgent, Page};
use policy::RedirectPath;
use serde_json::json;

fn refused(site: &Site) -> AgentEvent {
    AgentEvent::NavigationRefused {
        host: site.origin().to_owned(),
    }
}

#[tokio::test]
async fn no_frame_redirect_script_or_pop_up_leads_to_a_host_that_is_not_allowed() {
    let mut site = Site::start().await;
    let ways = [
        "location.href = 'EVIL/page'",
        "location.href = '/to?EVIL/redirected'",
        "const f = document.createElement('iframe'); f.src = 'EVIL/frame'; document.body.append(f)",
        "const f = document.createElement('iframe'); f.src = '/to?EVIL/frame'; document.body.append(f)",
        "const f = document.createElement('form'); f.method = 'post'; f.action = 'EVIL/form'; document.body.append(f); f.submit()",
    ];
    for way in ways {
        let evil = Site::start().await;
        let desk = Desk::new();
        let mut agent = desk.open(opening(site.origin(), &[])).await;
        site.will(&format!(
            "{}; return 'tried'",
            way.replace("EVIL", evil.origin())
        ));
        agent.visit(site.at("/act"), true).await.unwrap();

        assert_eq!(next(agent.as_mut()).await, refused(&evil), "{way}");

        assert_eq!(evil.paths(), Vec::<String>::new(), "{way}");
        // The page is where it was: it could still report, and the window is there for the next address.
        agent.visit(site.at("/look"), true).await.unwrap();
        while site.reported().await == json!("tried") {}
        nothing_is_left(&agent.close().await, &desk);
    }
}

#[tokio::test]
async fn a_pop_up_opens_in_the_same_jar_and_behind_the_same_gate() {
    let mut site = Site::start().await;
    let evil = Site::start().await;
    let desk = Desk::new();
    let mut agent = desk.open(opening(site.origin(), &[])).await;
    agent.visit(site.at("/leave"), true).await.unwrap();
    site.reported().await;

    press_link(&mut site, agent.as_mut(), "/look").await;
    assert_eq!(site.reported().await["cookie"], "trace=left");

    let to = format!("{}/popup", evil.origin());
    press_link(&mut site, agent.as_mut(), &to).await;
    assert_eq!(next(agent.as_mut()).await, refused(&evil));
    assert_eq!(evil.paths(), Vec::<String>::new());
    nothing_is_left(&agent.close().await, &desk);
}

/// A pop-up takes a person's press.
async fn press_link(site: &mut Site, agent: &mut dyn OpenAgent, to: &str) {
    site.will(&format!(
        "document.body.innerHTML = '<a id=a target=_blank href=\"{to}\">Other provider</a>';
         document.getElementById('a').focus(); document.title = 'Page of links'; return 'ready'"
    ));
    agent.visit(site.at("/act"), true).await.unwrap();
    assert_eq!(site.reported().await, "ready");
    common::type_into("Page of links", &["<Return>"]).await;
}

#[tokio::test]
async fn an_application_may_not_send_the_browser_anywhere_either() {
    let site = Site::start().await;
    let desk = Desk::new();
    let mut agent = desk.open(opening(site.origin(), &[])).await;
    for address in [
        "http://id.example/",
        "file:///etc/passwd",
        "chrome://settings/",
    ] {
        let sent = agent.visit(address.parse().unwrap(), true).await;
        assert!(
            matches!(sent, Err(AgentError::NotAllowed { .. })),
            "{address}: {sent:?}"
        );
    }
    nothing_is_left(&agent.close().await, &desk);
}

#[tokio::test]
async fn the_callback_is_taken_once_and_never_crosses_the_network() {
    let mut site = Site::start().await;
    let listening = Site::start().await;
    let desk = Desk::new();
    let redirect_uri = format!("{}/callback", listening.origin());
    let callback = format!("{redirect_uri}?code=C0DE&state=s");
    let mut agent = desk
        .open(opening_to(&redirect_uri, site.origin(), &[]))
        .await;
    for shown in [false, true] {
        let to = site.at(&format!("/to?{callback}"));
        agent.visit(to, shown).await.unwrap();

        let taken = next(agent.as_mut()).await;

        assert_eq!(taken, AgentEvent::Callback(callback.parse().unwrap()));
        // Another page comes after whatever else the first visit did, and its refusal is the next that is heard.
        site.will("location.href = 'http://127.0.0.1:1/'");
        agent.visit(site.at("/act"), false).await.unwrap();
        if !shown {
            let after = next(agent.as_mut()).await;
            let refused = AgentEvent::NavigationRefused {
                host: "http://127.0.0.1:1".to_owned(),
            };
            assert_eq!(after, refused, "taken once");
        }
    }
    agent.visit(site.at("/look"), false).await.unwrap();
    site.reported().await;
    assert_eq!(listening.paths(), Vec::<String>::new());
    nothing_is_left(&agent.close().await, &desk);
}

#[tokio::test]
async fn a_callback_from_a_frame_or_a_form_is_none() {
    let mut site = Site::start().await;
    let desk = Desk::new();
    let somebody = Site::start().await;
    let callback = format!("{}/callback", somebody.origin());
    let mut agent = desk.open(opening_to(&callback, site.origin(), &[])).await;
    for way in [
        "const f = document.createElement('iframe'); f.src = 'CALLBACK?code=frame'; document.body.append(f)",
        "const f = document.createElement('form'); f.method = 'post'; f.action = 'CALLBACK?code=form'; document.body.append(f); f.submit()",
    ] {
        site.will(&format!(
            "{}; return 'tried'",
            way.replace("CALLBACK", &callback)
        ));
        agent.visit(site.at("/act"), true).await.unwrap();
        site.reported().await;
    }
    agent
        .visit(site.at(&format!("/to?{callback}?code=page")), true)
        .await
        .unwrap();

    let first = next(agent.as_mut()).await;

    assert_eq!(
        first,
        AgentEvent::Callback(format!("{callback}?code=page").parse().unwrap())
    );
    assert_eq!(somebody.paths(), Vec::<String>::new());
    nothing_is_left(&agent.close().await, &desk);
}

#[tokio::test]
async fn permissions_are_denied_without_asking_anybody() {
    let mut site = Site::start().await;
    let desk = Desk::new();
    let mut agent = desk.open(opening(site.origin(), &[])).await;
    site.will(
        "const state = async (name) => (await navigator.permissions.query({ name })).state;
         const position = await new Promise((done) => navigator.geolocation.getCurrentPosition(() => done('given'), () => done('denied')));
         return {
             notifications: await Notification.requestPermission(), position,
             camera: await navigator.mediaDevices.getUserMedia({ video: true }).then(() => 'given', () => 'denied'),
             states: [await state('geolocation'), await state('notifications'), await state('camera'), await state('clipboard-read')],
         }",
    );
    agent.visit(site.at("/act"), true).await.unwrap();

    let came = site.reported().await;

    let denied = json!({
        "notifications": "denied", "position": "denied", "camera": "denied",
        "states": ["denied", "denied", "denied", "denied"],
    });
    assert_eq!(came, denied);
    nothing_is_left(&agent.close().await, &desk);
}

#[tokio::test]
async fn pages_can_tell_that_the_browser_is_watched() {
    let mut site = Site::start().await;
    let desk = Desk::new();
    let mut agent = desk.open(opening(site.origin(), &[])).await;
    site.will("return { webdriver: navigator.webdriver, agent: navigator.userAgent, tauri: typeof window.__TAURI_INTERNALS__ }");
    agent.visit(site.at("/act"), true).await.unwrap();

    let told = site.reported().await;

    assert_eq!(told["webdriver"], true);
    assert_eq!(told["tauri"], "undefined");
    assert!(
        !told["agent"].as_str().unwrap().contains("Headless"),
        "{told}"
    );
    nothing_is_left(&agent.close().await, &desk);
}

/// Chromium stands here for the person's everyday browser, in which any page may be open.
#[tokio::test]
async fn nothing_that_a_page_loads_or_sends_passes_for_a_callback_at_a_path_that_everybody_knows() {
    let page = Page {
        language: "en".to_owned(),
        title: "Done".to_owned(),
        text: "You can close this page.".to_owned(),
    };
    let path = RedirectPath::Fixed("/callback".to_owned());
    let mut listener = Listener::bind(&[], &path, page).await.unwrap();
    let mut site = Site::start().await;
    let desk = Desk::new();
    let mut agent = desk.open(opening(site.origin(), &[])).await;
    site.will(&format!(
        "const to = '{}?code=c&state=wrong';
         const answered = [];
         const load = (kind, attribute, more) => new Promise((done) => {{
             const one = Object.assign(document.createElement(kind), more);
             one.onload = one.onerror = () => done(answered.push(kind));
             one[attribute] = to;
             document.head.append(one);
         }});
         await load('img', 'src');
         await load('script', 'src');
         await load('link', 'href', {{ rel: 'stylesheet' }});
         await load('link', 'href', {{ rel: 'prefetch' }});
         await fetch(to, {{ mode: 'no-cors' }}).catch(() => answered.push('unreadable'));
         await fetch(to).catch(() => answered.push('cors'));
         await fetch(to, {{ method: 'POST', mode: 'no-cors', body: 'x' }}).catch(() => answered.push('post'));
         navigator.sendBeacon(to, 'x');
         await new Promise((done) => {{ new WebSocket(to.replace('http', 'ws')).onerror = done; }});
         return answered",
        listener.redirect_uri()
    ));
    agent.visit(site.at("/act"), true).await.unwrap();

    let answered = site.reported().await;

    assert_eq!(
        answered,
        json!([
            "img",
            "script",
            "link",
            "link",
            "unreadable",
            "cors",
            "post"
        ]),
        "all of it was tried, and nothing of the answers can be read"
    );
    let silence = std::time::Duration::from_millis(500);
    let heard = tokio::time::timeout(silence, listener.next()).await;
    assert!(heard.is_err(), "{heard:?}");
    // The same address, when the browser itself is led there: only its state tells that from a provider's redirect.
    let mut led_there = listener.redirect_uri().clone();
    led_there.set_query(Some("code=c&state=wrong"));
    agent.visit(led_there.clone(), true).await.unwrap();
    let heard = tokio::time::timeout(common::PATIENCE, listener.next()).await;
    assert_eq!(heard.unwrap(), led_there);
    nothing_is_left(&agent.close().await, &desk);
}
