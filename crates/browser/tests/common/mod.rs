//! A place for throw-away browsers, an agent for it, and hands at the screen.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

pub mod screen;
pub mod site;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use browser::BrowserAgent;
use identity::{Agent, AgentEvent, Disposal, OpenAgent, Opening, Purpose};
#[allow(unused_imports, reason = "each test program uses a part")]
pub use screen::{PATIENCE, can_see, type_into, until, xdotool};
use tempfile::TempDir;
use url::Url;

/// One desk at a time: windows are told apart by their titles, and there is one keyboard.
static TURN: Mutex<()> = Mutex::new(());

/// A browser's place, below a folder that is gone after the test.
pub struct Desk {
    folder: TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Desk {
    pub fn new() -> Self {
        // Poisoned by a test that failed, which is no reason for the others to.
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = TempDir::with_prefix("countersign-browser-").unwrap();
        Self {
            folder,
            _turn: turn,
        }
    }

    pub fn place(&self) -> PathBuf {
        self.folder.path().join("browser")
    }

    pub fn agent(&self) -> BrowserAgent {
        BrowserAgent::new(self.place())
    }

    pub async fn open(&self, opening: Opening) -> Box<dyn OpenAgent> {
        self.agent().open(opening).await.unwrap()
    }

    /// What lies in the place, beside its own lock.
    pub fn left(&self) -> Vec<PathBuf> {
        files(&self.place())
            .into_iter()
            .filter(|path| !path.ends_with("turn.lock"))
            .collect()
    }

    /// The processes of browsers in this place.
    pub fn processes(&self) -> Vec<u32> {
        processes(&self.place())
    }
}

/// May go to these hosts, beside the issuer's; the callback is where nobody listens.
pub fn opening(issuer: &str, allowed: &[&str]) -> Opening {
    opening_to("http://127.0.0.1:9/callback", issuer, allowed)
}

pub fn opening_to(redirect_uri: &str, issuer: &str, allowed: &[&str]) -> Opening {
    let issuer = Url::parse(issuer).unwrap();
    Opening {
        redirect_uri: Url::parse(redirect_uri).unwrap(),
        allowed_hosts: allowed.iter().map(|host| (*host).to_owned()).collect(),
        issuer_origin: issuer.origin().ascii_serialization(),
        purpose: Purpose::Sign,
        development_http: true,
    }
}

/// The next event, which has to come.
pub async fn next(agent: &mut dyn OpenAgent) -> AgentEvent {
    tokio::time::timeout(PATIENCE, agent.next())
        .await
        .expect("something happens in the browser")
}

pub fn nothing_is_left(disposal: &Disposal, desk: &Desk) {
    assert!(disposal.is_complete(), "{disposal:?}");
    assert_eq!(desk.processes(), Vec::<u32>::new());
    assert_eq!(desk.left(), Vec::<PathBuf>::new());
}

/// Living processes whose data lie below the folder.
pub fn processes(place: &Path) -> Vec<u32> {
    let place = place.to_string_lossy().into_owned();
    fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| {
            let process: u32 = entry.file_name().to_str()?.parse().ok()?;
            let command = fs::read(entry.path().join("cmdline")).ok()?;
            let command = String::from_utf8_lossy(&command).into_owned();
            // An ended process has no command line any more.
            let ours = ["--user-data-dir=", "--database="]
                .iter()
                .any(|option| command.contains(&format!("{option}{place}")));
            ours.then_some(process)
        })
        .collect()
}

/// Every file and folder below this one.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for entry in entries.flatten() {
        let path = entry.path();
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(&path));
        }
        found.push(path);
    }
    found
}
