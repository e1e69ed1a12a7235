//! The tests of `death.rs`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use browser::{BrowserAgent, Swept};
use identity::Agent;

use crate::common::site::Site;
use crate::common::{files, opening, processes, until};

pub fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    match arguments.get(1).map(String::as_str) {
        Some("application") => runtime.block_on(application(&arguments[2], &arguments[3])),
        // What lists tests finds none.
        Some("--list") => {}
        _ => {
            runtime.block_on(what_a_killed_application_left_is_swept_at_the_next_start());
            println!("test what_a_killed_application_left_is_swept_at_the_next_start ... ok");
            runtime.block_on(a_second_run_with_the_same_data_meets_an_empty_jar());
            println!("test a_second_run_with_the_same_data_meets_an_empty_jar ... ok");
            runtime.block_on(a_page_starts_no_program_and_leaves_no_file());
            println!("test a_page_starts_no_program_and_leaves_no_file ... ok");
        }
    }
}

/// Shows a page until it is killed.
async fn application(place: &str, page: &str) {
    let page = url::Url::parse(page).unwrap();
    let mut agent = BrowserAgent::new(place.into())
        .open(opening(&page.origin().ascii_serialization(), &[]))
        .await
        .unwrap();
    agent.visit(page, true).await.unwrap();
    std::future::pending::<()>().await;
}

/// An application of its own: its home, and the programs that it finds first.
struct Application {
    process: Child,
    home: tempfile::TempDir,
}

impl Application {
    /// Runs what the site is told to run.
    fn start(site: &Site) -> Self {
        let home = tempfile::tempdir().unwrap();
        let programs = home.path().join("programs");
        fs::create_dir(&programs).unwrap();
        for name in ["xdg-open", "xdg-email"] {
            let started = home.path().join("started");
            fs::write(
                programs.join(name),
                format!("#!/bin/sh\ntouch {}\n", started.display()),
            )
            .unwrap();
            fs::set_permissions(programs.join(name), fs::Permissions::from_mode(0o755)).unwrap();
        }
        let process = Self::run(home.path(), &site.at("/act"));
        Self { process, home }
    }

    /// The same application once more, with the data that it had.
    fn start_again(&mut self, page: &url::Url) {
        self.process = Self::run(self.home.path(), page);
    }

    fn run(home: &Path, page: &url::Url) -> Child {
        let path = std::env::var("PATH").unwrap();
        Command::new(std::env::current_exe().unwrap())
            .arg("application")
            .arg(home.join("browser"))
            .arg(page.as_str())
            .env(
                "PATH",
                format!("{}:{path}", home.join("programs").display()),
            )
            .env("HOME", home)
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_DATA_HOME")
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    }

    fn place(&self) -> PathBuf {
        self.home.path().join("browser")
    }

    /// `kill -9`.
    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Application {
    fn drop(&mut self) {
        // Already dead, unless the test failed.
        drop(self.process.kill());
        drop(browser::sweep(&self.place()));
    }
}

async fn what_a_killed_application_left_is_swept_at_the_next_start() {
    let mut site = Site::start().await;
    site.will("return 'here'");
    let mut application = Application::start(&site);
    assert_eq!(site.reported().await, "here");
    let place = application.place();
    assert!(!processes(&place).is_empty());
    let alive = browser::sweep(&place).unwrap();
    assert_eq!(
        (alive.removed, alive.in_use),
        (0, 1),
        "a living application's profile is spared"
    );

    application.kill();

    // The broken pipe ends the browser; the profile is still there, as nobody was left to delete it.
    until("the browser to end by itself", || {
        processes(&place).is_empty()
    })
    .await;
    assert!(profiles(&place) == 1);
    let swept = browser::sweep(&place).unwrap();
    assert_eq!(
        swept,
        Swept {
            removed: 1,
            in_use: 0,
            left: 0
        }
    );
    assert_eq!(profiles(&place), 0);

    // And a browser that is stopped, and so cannot hear that its pipe broke, is ended by the sweep.
    let mut application = Application::start(&site);
    assert_eq!(site.reported().await, "here");
    let place = application.place();
    for process in processes(&place) {
        signal("-STOP", process);
    }
    let socket = socket(&place);
    application.kill();
    assert!(!processes(&place).is_empty());
    assert!(socket.exists());

    let swept = browser::sweep(&place).unwrap();

    assert_eq!(
        swept,
        Swept {
            removed: 1,
            in_use: 0,
            left: 0
        }
    );
    assert_eq!(processes(&place), Vec::<u32>::new());
    assert_eq!(profiles(&place), 0);
    assert!(!socket.exists(), "it lay among the temporary files");
}

async fn a_second_run_with_the_same_data_meets_an_empty_jar() {
    let mut site = Site::start().await;
    site.will("return 'here'");
    let mut application = Application::start(&site);
    assert_eq!(site.reported().await, "here");
    application.kill();
    application.start_again(&site.at("/leave"));
    let left = site.reported().await;
    application.kill();

    application.start_again(&site.at("/look"));
    let found = site.reported().await;

    assert_eq!(left["cookie"], "trace=left", "the traces are real");
    assert_eq!(left["indexed"], "left");
    let nothing = serde_json::json!({ "cookie": "", "local": null, "indexed": null, "kept": 0 });
    assert_eq!(found, nothing);
    assert_eq!(
        profiles(&application.place()),
        1,
        "the first one's is swept"
    );
    application.kill();
}

async fn a_page_starts_no_program_and_leaves_no_file() {
    let mut site = Site::start().await;
    site.will(
        "for (const to of ['mailto:it@clinic.example', 'tel:112', 'news:a']) {
             location.href = to;
             await new Promise((done) => setTimeout(done, 300));
         }
         const a = document.createElement('a'); a.href = '/file'; a.download = 'present.bin'; a.click();
         const b = document.createElement('a'); b.href = URL.createObjectURL(new Blob(['x'])); b.download = 'blob.bin'; b.click();
         await new Promise((done) => setTimeout(done, 1500));
         return 'tried'",
    );
    let mut application = Application::start(&site);
    assert_eq!(site.reported().await, "tried");

    let home = application.home.path().to_owned();
    let written = outside_of_the_profile(&home);
    application.kill();
    until("the browser to end by itself", || {
        processes(&application.place()).is_empty()
    })
    .await;

    assert!(!home.join("started").exists(), "a program was started");
    assert_eq!(written, Vec::<PathBuf>::new());
}

/// What the browser wrote into the person's home. The desktop's own caches hold nothing of pages.
fn outside_of_the_profile(home: &Path) -> Vec<PathBuf> {
    let harmless = [
        "browser",
        "programs",
        "tmp",
        "fontconfig",
        "mesa_shader_cache",
        "mesa_shader_cache_db",
        "dconf",
        "pki",
    ];
    let mut written = files(home);
    written.retain(|path| {
        let below = path.strip_prefix(home).unwrap();
        path.is_file()
            && !below
                .components()
                .any(|part| harmless.iter().any(|name| part.as_os_str() == *name))
    });
    written
}

/// By which this browser would find its like, outside of the profile.
fn socket(place: &Path) -> PathBuf {
    let mut links = files(place);
    links.retain(|path| path.ends_with("SingletonSocket"));
    assert_eq!(links.len(), 1);
    fs::read_link(&links[0]).unwrap()
}

fn profiles(place: &Path) -> usize {
    let entries = fs::read_dir(place).unwrap().flatten();
    entries.filter(|entry| entry.path().is_dir()).count()
}

fn signal(name: &str, process: u32) {
    // It may have ended meanwhile.
    drop(
        Command::new("kill")
            .args([name, &process.to_string()])
            .output(),
    );
}
