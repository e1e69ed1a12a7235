//! After every ending: tokens revoked, the jar's session ended, window and processes gone, nothing left on disk.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use demo::idp::{ADAMS, BAKER, Fault, Faults};
use e2e::{CEREMONY, Desk, Entry, MAIN, until};

const RECORD: &str = "LAB-88123";

/// What is there before a ceremony, to be compared with what is there after it.
#[derive(Debug, PartialEq)]
struct Traces {
    tokens: usize,
    sessions: usize,
    windows: Vec<String>,
    processes: usize,
    files: BTreeSet<PathBuf>,
}

impl Traces {
    async fn of(desk: &Desk) -> Self {
        // What is being written has another name yet, and not for long.
        until("all files to be written", || async {
            let unfinished = |file: &PathBuf| file.extension().is_some_and(|kind| kind == "part");
            Ok(!files(desk.home()).iter().any(unfinished))
        })
        .await
        .unwrap();
        Self {
            tokens: desk.clinic.idp().active_tokens().len(),
            sessions: desk.clinic.idp().sessions().len(),
            windows: desk.app().windows().await.unwrap(),
            processes: desk.app().web_processes(),
            files: files(desk.home()),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum How {
    Signed,
    Cancelled,
    WindowClosed,
    WindowTakenAway,
    DeclinedAtTheProvider,
    SomebodyElse,
    Refused,
    TimedOut,
}

#[tokio::test]
async fn after_every_ending_nothing_of_the_ceremony_is_left() {
    let desk = Desk::open().await.unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
    everything_is_fetched(&desk).await;
    let endings = [
        How::Cancelled,
        How::WindowClosed,
        How::WindowTakenAway,
        How::DeclinedAtTheProvider,
        How::SomebodyElse,
        How::Refused,
        How::Signed,
    ];

    for (index, how) in endings.into_iter().enumerate() {
        let before = Traces::of(&desk).await;
        desk.begin_signing(RECORD).await.unwrap();
        assert_eq!(
            desk.app().web_processes(),
            before.processes + 1,
            "{how:?}: a process of its own"
        );

        end(&desk, how).await;
        nothing_is_left(&desk, how, &before, index + 1).await;
        desk.leave_ending().await.unwrap();
    }
}

#[tokio::test]
async fn when_time_runs_out_nothing_of_the_ceremony_is_left_either() {
    let mut desk = Desk::open().await.unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
    everything_is_fetched(&desk).await;
    // The limit holds for every ceremony, also for the sign-in: it is shortened after that.
    desk.close_app().await.unwrap();
    let short = "[signing]\ntimeout_s = 30\n";
    desk.change_policy("[signing]\n", short).unwrap();
    desk.start_app().await.unwrap();
    desk.at_worklist().await.unwrap();

    let before = Traces::of(&desk).await;
    desk.review(RECORD).await.unwrap();
    desk.fill_in(Entry::default()).await.unwrap();
    let button = "Sign in again and sign";
    desk.app().press(MAIN, button).await.unwrap();
    // Whether its page is there before time runs out is not the point.
    until("a process of its own", || async {
        Ok(desk.app().web_processes() == before.processes + 1)
    })
    .await
    .unwrap();

    end(&desk, How::TimedOut).await;
    nothing_is_left(&desk, How::TimedOut, &before, 1).await;
}

/// What a session fetches for later is there, so that no file comes by itself any more.
async fn everything_is_fetched(desk: &Desk) {
    let archive = desk.home().join("data/countersign/archive.json");
    until("the archive of keys", || async { Ok(archive.exists()) })
        .await
        .unwrap();
}

/// After so many ceremonies, everything is as it was before the last one.
async fn nothing_is_left(desk: &Desk, how: How, before: &Traces, ceremonies: usize) {
    let cleaned = desk.cleaned_up(ceremonies).await.unwrap();
    desk.app().until_window(CEREMONY, false).await.unwrap();

    let mut after = Traces::of(desk).await;
    // After a refusal nothing that was received is used again, not even to name the session that is to end. The
    // provider forgets it in its own time; the jar with its cookie is gone.
    if how == How::Refused {
        assert_eq!(cleaned["idp_session"], "left_to_expire");
        after.sessions -= 1;
    }
    assert_eq!(&after, before, "{how:?}");
    for kept in [
        "window_gone",
        "processes_gone",
        "jar_gone",
        "tokens_revoked",
    ] {
        assert_eq!(cleaned[kept], true, "{how:?}: {kept}");
    }
    // A window that was taken away cannot visit the provider's end-session page any more.
    if !matches!(how, How::WindowTakenAway | How::Refused) {
        assert_ne!(cleaned["idp_session"], "left_to_expire", "{how:?}");
    }
    assert_eq!(
        desk.clinic.committed().unwrap(),
        u64::from(how == How::Signed),
        "{how:?}"
    );
}

async fn end(desk: &Desk, how: How) {
    let app = desk.app();
    let heading = match how {
        How::Signed => {
            desk.authenticate(&ADAMS).await.unwrap();
            "Signed and recorded"
        }
        How::Cancelled => {
            app.press(MAIN, "Cancel signing").await.unwrap();
            "You cancelled"
        }
        How::WindowClosed => {
            app.close_window("Sign in to sign$").await.unwrap();
            "You cancelled"
        }
        How::WindowTakenAway => {
            let window = app.window(CEREMONY).await.unwrap();
            window.close_window().await.unwrap();
            "You cancelled"
        }
        How::DeclinedAtTheProvider => {
            app.press(CEREMONY, "Cancel").await.unwrap();
            "You cancelled"
        }
        How::SomebodyElse => {
            desk.authenticate(&BAKER).await.unwrap();
            "The signature was not applied"
        }
        How::Refused => {
            desk.clinic
                .idp()
                .set_faults(Faults::only(Fault::NonceMissing));
            desk.authenticate(&ADAMS).await.unwrap();
            "The signature was not applied"
        }
        How::TimedOut => "Time ran out",
    };
    app.heading(heading).await.unwrap();
    desk.clinic.idp().set_faults(Faults::none());
}

/// The files below a folder that hold something. Shader caches and settings of the desktop are not the pages' doing.
fn files(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            let name = entry.file_name();
            if path.is_dir() {
                if name != "mesa_shader_cache"
                    && name != "mesa_shader_cache_db"
                    && name != "dconf"
                    && name != "fontconfig"
                {
                    folders.push(path);
                }
            } else {
                found.insert(path);
            }
        }
    }
    found
}
