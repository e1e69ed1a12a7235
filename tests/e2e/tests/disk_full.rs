//! No room for the activity log: nothing is signed without its entry, nothing is half written, and it goes on when there is room.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use demo::idp::ADAMS;
use e2e::{CEREMONY, Desk, Entry, MAIN, until};
use tempfile::TempDir;

const RECORD: &str = "LAB-88123";
/// What a person reads then.
const FULL: &str =
    "The disk is full, so the activity log cannot be written and nothing can be signed.";
/// A block of the small disk: within the last one that the log has, there is room for some entries more.
const BLOCK: usize = 4096;
/// A signature, whatever becomes of it, leaves several entries of some hundred octets each.
const ATTEMPTS: usize = BLOCK / 500;

/// A disk in memory, so small that it can be filled. To mount one takes an administrator.
struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    fn mount() -> Self {
        let folder = TempDir::with_prefix("countersign-small-disk-").unwrap();
        let mount = ["mount", "-t", "tmpfs", "-o", "size=256k,mode=0777", "tmpfs"];
        as_administrator(&mount, folder.path());
        Self { folder }
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("audit.jsonl")
    }

    /// Takes all the room that is left.
    fn fill(&self) {
        let ballast = self.folder.path().join("ballast");
        let filled = std::fs::write(ballast, vec![0; 1 << 20]).unwrap_err();
        assert_eq!(filled.kind(), ErrorKind::StorageFull);
    }

    fn make_room(&self) {
        std::fs::remove_file(self.folder.path().join("ballast")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        as_administrator(&["umount", "--lazy"], self.folder.path());
    }
}

fn as_administrator(command: &[&str], folder: &Path) {
    let directly = run(command[0], &command[1..], folder);
    let done = directly || run("sudo", &[&["-n"], command].concat(), folder);
    assert!(
        done,
        "an administrator may {command:?}; this account may not"
    );
}

fn run(program: &str, arguments: &[&str], folder: &Path) -> bool {
    let done = Command::new(program).args(arguments).arg(folder).status();
    done.is_ok_and(|status| status.success())
}

/// Tries to sign. True: it is refused for the full disk, and says so. False: the provider's page is there, and until somebody
/// signs in there is no further entry.
async fn is_refused(desk: &Desk) -> bool {
    let app = desk.app();
    desk.review(RECORD).await.unwrap();
    desk.fill_in(Entry::default()).await.unwrap();
    app.press(MAIN, "Sign in again and sign").await.unwrap();
    let came = until("a refusal or a page", || async {
        let asks = "return document.querySelector(\"input[type='password']\") !== null";
        let opened = app.windows().await?.iter().any(|one| one == CEREMONY);
        let asked = opened && app.script(CEREMONY, asks).await? == true;
        Ok(asked || app.text(MAIN).await?.contains(FULL))
    })
    .await;
    let text = app.text(MAIN).await.unwrap();
    came.unwrap_or_else(|error| panic!("{error}; on the screen:\n{text}"));
    text.contains(FULL)
}

#[tokio::test]
async fn without_room_for_the_log_nothing_is_signed_and_with_room_it_goes_on() {
    let small = SmallDisk::mount();
    let (log, moved) = (small.log(), small.log());
    let change = |policy: String| {
        let (before, _) = policy.split_once("[audit]").unwrap();
        let (_, after) = policy.split_once("[updates]").unwrap();
        format!("{before}[audit]\npath = {moved:?}\n\n[updates]{after}")
    };
    let desk = Desk::open_with(change).await.unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
    let app = desk.app();

    small.fill();
    let mut refused = false;
    for _ in 0..ATTEMPTS {
        refused = is_refused(&desk).await;
        if refused {
            break;
        }
        app.press(MAIN, "Cancel signing").await.unwrap();
        app.until_window(CEREMONY, false).await.unwrap();
        desk.leave_ending().await.unwrap();
    }

    assert!(refused, "the log has room for ever");
    app.until_window(CEREMONY, false).await.unwrap();
    assert_eq!(desk.clinic.committed().unwrap(), 0);
    let text = app.text(MAIN).await.unwrap();
    assert!(
        text.contains("Make room on the disk, then try again."),
        "{text}"
    );
    let written = std::fs::read_to_string(&log).unwrap();
    assert!(
        written.ends_with('\n'),
        "nothing is half written: {written}"
    );
    let report = audit::verify(&log).unwrap();
    assert!(report.is_complete(), "{:?}", report.broken);
    assert!(
        app.text(MAIN).await.unwrap().contains(ADAMS.name),
        "the session stays"
    );

    small.make_room();
    desk.leave_ending().await.unwrap();
    desk.begin_signing(RECORD).await.unwrap();
    desk.authenticate(&ADAMS).await.unwrap();
    app.heading("Signed and recorded").await.unwrap();

    assert_eq!(desk.clinic.committed().unwrap(), 1);
    until("the log to tell of it", || async {
        Ok(std::fs::read_to_string(&log)?.contains("\"cleaned_up\""))
    })
    .await
    .unwrap();
    let report = audit::verify(&log).unwrap();
    assert!(report.is_complete(), "{:?}", report.broken);
    assert!(report.entries > written.lines().count() as u64);
}
