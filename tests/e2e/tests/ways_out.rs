//! No page of either window leads out of the application: not to a dialog, not to another window, not to a file.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use demo::idp::ADAMS;
use e2e::{CEREMONY, Desk, MAIN, Probe, until};
use serde_json::json;

/// The separate window's title begins with the origin of its page.
const SEPARATE: &str = "^http://127.0.0.1";
const OURS: &str = "^Countersign$";
/// Where the page below has its fields, and where it has nothing.
const TEXT: (u32, u32) = (100, 30);
const FILE: (u32, u32) = (100, 130);
const NOTHING: (u32, u32) = (100, 330);

/// A page with a field for text and one for a file, which notes what it is told of them.
const FIELDS: &str = r"
    const place = (field, top) => {
        Object.assign(field.style, { position: 'fixed', left: '0', top: top + 'px', width: '200px', height: '60px', zIndex: '9' });
        document.body.append(field);
        return field;
    };
    window.told = [];
    place(document.createElement('input'), 0).value = 'some text';
    const file = document.createElement('input');
    file.type = 'file';
    place(file, 100).addEventListener('cancel', () => window.told.push('no file'));
    addEventListener('contextmenu', () => window.told.push('menu'));
";

async fn told(desk: &Desk, window: &str, what: &str, times: usize) {
    let app = desk.app();
    until(&format!("{window} to be told of {what}"), || async {
        let told = app.script(window, "return window.told").await?;
        let told = told.as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(told.iter().filter(|one| *one == what).count() == times)
    })
    .await
    .unwrap();
}

/// Printing, choosing a file, and the menu of the right button, on the page that this window shows.
async fn lead_nowhere(desk: &Desk, window: &str, title: &str) {
    let app = desk.app();
    let titles = app.titles().await.unwrap();
    app.script(window, FIELDS).await.unwrap();

    // A dialog would not let the page go on.
    let printed = app.script(window, "print(); return 'goes on'").await;
    assert_eq!(printed.unwrap(), "goes on");

    // A page hears that no file was chosen only once the dialog is closed.
    app.click(title, FILE, 1).await.unwrap();
    told(desk, window, "no file", 1).await;

    // An open menu would keep the second click for itself.
    app.click(title, NOTHING, 3).await.unwrap();
    told(desk, window, "menu", 1).await;
    assert_eq!(app.titles().await.unwrap(), titles);
    app.click(title, TEXT, 3).await.unwrap();
    told(desk, window, "menu", 2).await;
    until("the menu for editing", || async {
        Ok(app
            .accessible_text()
            .await?
            .lines()
            .any(|one| one == "Paste"))
    })
    .await
    .unwrap();
    let offered = app.accessible_text().await.unwrap();
    for other in [
        "Reload",
        "Back",
        "Input Methods",
        "Insert Emoji",
        "Open Link",
    ] {
        assert!(!offered.lines().any(|one| one == other), "{offered}");
    }
}

#[tokio::test]
async fn a_page_in_the_separate_window_prints_nothing_chooses_no_file_and_has_a_menu_for_editing_alone()
 {
    let page = Probe::start().await.unwrap();
    let desk = Desk::open_beside(&page).await.unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
    desk.begin_signing("LAB-88123").await.unwrap();
    desk.app().goto(CEREMONY, page.url()).await.unwrap();

    lead_nowhere(&desk, CEREMONY, SEPARATE).await;
}

#[tokio::test]
async fn our_own_pages_do_so_no_more_than_others() {
    let desk = Desk::open().await.unwrap();
    desk.app().heading("Sign in").await.unwrap();

    lead_nowhere(&desk, MAIN, OURS).await;
}

/// What a script in the main window could ask of the web engine.
const WISHES: &str = r"
    const limit = (work) => Promise.race([
        Promise.resolve().then(work).then((v) => ['granted', String(v)], (e) => ['refused', String(e)]),
        new Promise((done) => setTimeout(() => done(['refused', 'no answer']), 1500)),
    ]);
    const came = {};
    for (const address of ['https://evil.example/', 'about:blank', location.href]) {
        came['window ' + address] = await limit(() => { if (!window.open(address)) throw 'none'; });
    }
    came['link'] = await limit(() => {
        const link = Object.assign(document.createElement('a'), { href: 'https://evil.example/', target: '_blank' });
        document.body.append(link);
        link.click();
        throw 'nothing to see of it here';
    });
    came['camera'] = await limit(() => navigator.mediaDevices.getUserMedia({ video: true }));
    came['position'] = await limit(() => new Promise((done, fail) => navigator.geolocation.getCurrentPosition(done, (e) => fail(e.message))));
    came['notification'] = await limit(async () => { if (await Notification.requestPermission() !== 'granted') throw 'denied'; });
    return came;
";

#[tokio::test]
async fn the_main_window_opens_no_other_permits_nothing_and_stays_where_it_is() {
    let desk = Desk::open().await.unwrap();
    let app = desk.app();
    app.heading("Sign in").await.unwrap();

    let came = app.promise(MAIN, WISHES).await.unwrap();

    for (wish, outcome) in came.as_object().unwrap() {
        assert_eq!(outcome[0], "refused", "{wish}: {outcome}");
    }
    assert_eq!(app.windows().await.unwrap(), [MAIN]);
    let at = app.script(MAIN, "return location.protocol").await.unwrap();
    assert_eq!(at, json!("tauri:"));
}
