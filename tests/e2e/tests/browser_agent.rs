//! Signing in a throw-away browser (`signing.agent = "browser"`), with Chromium on the real screen.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../../../crates/browser/tests/common/screen.rs"]
mod screen;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use demo::idp::{ADAMS, Account, BAKER, Fault, Faults};
use e2e::{CEREMONY, Desk, Entry, MAIN, Probe, until};
use screen::{bring_forward, can_see, type_into};
use tempfile::TempDir;

const RECORD: &str = "LAB-88123";
/// The title of the identity provider's page.
const PAGE: &str = "DEMO identity provider";

#[tokio::test]
async fn after_every_ending_nothing_of_the_browser_is_left_and_a_signature_is_recorded() {
    let desk = at_work().await;

    // Cancelled in the application.
    begin(&desk).await;
    desk.app().press(MAIN, "Cancel signing").await.unwrap();
    ended(&desk, "You cancelled", 1).await;

    // The person closes the window, as any other.
    begin(&desk).await;
    desk.app().close_window(PAGE).await.unwrap();
    ended(&desk, "You cancelled", 2).await;

    // Somebody else, in a jar of their own.
    let before = (desk.vault().unwrap(), tokens_of(&desk, "u-adams"));
    begin(&desk).await;
    authenticate(&BAKER).await;
    ended(&desk, "The signature was not applied", 3).await;
    assert_eq!((desk.vault().unwrap(), tokens_of(&desk, "u-adams")), before);
    assert_eq!(tokens_of(&desk, "u-baker"), 0);
    assert_eq!(desk.clinic.committed().unwrap(), 0);

    // Declined on the provider's own page: its "Cancel" comes after "Sign in".
    begin(&desk).await;
    type_into(PAGE, &["<Tab>", "<Tab>", "<Return>"]).await;
    ended(&desk, "You cancelled", 4).await;

    // The right person, and an answer that is not acceptable.
    begin(&desk).await;
    desk.clinic
        .idp()
        .set_faults(Faults::only(Fault::NonceMissing));
    authenticate(&ADAMS).await;
    ended(&desk, "The signature was not applied", 5).await;
    desk.clinic.idp().set_faults(Faults::none());
    let refused = &desk.audited("signature_refused").unwrap()[0];
    assert_eq!(refused["refusal"], "nonce_mismatch");
    assert_eq!(desk.clinic.committed().unwrap(), 0);

    // The right person. Nobody is signed in in this jar either, or the provider would not ask.
    begin(&desk).await;
    authenticate(&ADAMS).await;
    ended(&desk, "Signed and recorded", 6).await;
    assert_eq!(desk.clinic.committed().unwrap(), 1);
    assert_eq!(desk.audited("preflight_passed").unwrap().len(), 6);
}

#[tokio::test]
async fn when_time_runs_out_nothing_of_the_browser_is_left_either() {
    let mut desk = at_work().await;
    // The limit holds for every ceremony, also for the sign-in: it is shortened after that.
    desk.close_app().await.unwrap();
    let short = "[signing]\ntimeout_s = 30\n";
    desk.change_policy("[signing]\n", short).unwrap();
    desk.start_app().await.unwrap();
    desk.at_worklist().await.unwrap();

    ask_to_sign(&desk).await;
    // Whether the page is there before time runs out is not the point, as long as a browser is.
    until("a browser", || async {
        Ok(!profiles(desk.home()).is_empty())
    })
    .await
    .unwrap();
    ended(&desk, "Time ran out", 1).await;
    assert_eq!(desk.clinic.committed().unwrap(), 0);
}

#[tokio::test]
async fn in_a_profile_that_is_used_again_the_wrong_sign_in_replaces_the_session_and_in_ours_it_does_not()
 {
    let portal = Probe::start().await.unwrap();
    let desk = at_work().await;
    assert_eq!(sessions_of(&desk, "u-adams"), 1, "the application's own");

    // The baseline: one profile for a portal and for signing. Adams is in the portal, and Baker comes to sign.
    let mut everyday = Everyday::new();
    everyday.sign_in(&desk, &portal, &ADAMS).await;
    assert_eq!(sessions_of(&desk, "u-adams"), 2);
    everyday.sign_in(&desk, &portal, &BAKER).await;
    assert_eq!(sessions_of(&desk, "u-adams"), 1, "the portal's is hijacked");

    // The same mistake in a ceremony, while Adams is in the portal again.
    everyday.sign_in(&desk, &portal, &ADAMS).await;
    assert_eq!(sessions_of(&desk, "u-adams"), 2);
    begin(&desk).await;
    authenticate(&BAKER).await;
    ended(&desk, "The signature was not applied", 1).await;

    assert_eq!(
        (sessions_of(&desk, "u-adams"), sessions_of(&desk, "u-baker")),
        (2, 0),
        "the portal's and the application's stand"
    );
}

#[tokio::test]
async fn an_application_that_is_killed_leaves_a_browser_that_the_next_start_sweeps() {
    let mut desk = at_work().await;
    begin(&desk).await;
    assert_eq!(profiles(desk.home()).len(), 1);

    desk.kill_app().await.unwrap();
    until("the browser to end by itself", || async {
        Ok(browsers(desk.home()).is_empty())
    })
    .await
    .unwrap();
    desk.start_app().await.unwrap();
    desk.at_worklist().await.unwrap();

    until("the sweep", || async {
        Ok(profiles(desk.home()).is_empty())
    })
    .await
    .unwrap();

    // The next ceremony of the same person with the same data meets an empty jar: the preflight finds nobody.
    begin(&desk).await;
    authenticate(&ADAMS).await;
    ended(&desk, "Signed and recorded", 1).await;
    assert_eq!(desk.audited("preflight_passed").unwrap().len(), 2);
    assert_eq!(desk.clinic.committed().unwrap(), 1);
}

/// Signed in, at the worklist; signing goes through the browser.
async fn at_work() -> Desk {
    let desk = Desk::open_with(|policy| {
        policy.replace("agent = \"window\"\nacr", "agent = \"browser\"\nacr")
    })
    .await
    .unwrap();
    desk.sign_in(&ADAMS).await.unwrap();
    desk.app().until_window(CEREMONY, false).await.unwrap();
    desk
}

/// From the worklist to the moment when a browser is to open.
async fn ask_to_sign(desk: &Desk) {
    desk.review(RECORD).await.unwrap();
    desk.fill_in(Entry::default()).await.unwrap();
    let button = "Sign in again and sign";
    desk.app().press(MAIN, button).await.unwrap();
}

/// From the worklist to the identity provider's page in the browser.
async fn begin(desk: &Desk) {
    let earlier = desk.clinic.idp().ready_pages();
    ask_to_sign(desk).await;
    page_is_ready(desk, earlier).await;
    assert_eq!(
        desk.app().windows().await.unwrap(),
        [MAIN],
        "no window of ours beside the main one"
    );
}

/// The identity provider already knows who is meant, so the password has the focus.
async fn authenticate(account: &Account) {
    let (name, password) = (account.username, account.password);
    let keys = [
        "<shift+Tab>",
        "<ctrl+a>",
        name,
        "<Tab>",
        password,
        "<Return>",
    ];
    type_into(PAGE, &keys).await;
}

/// Waits until the keys go into the first field of the provider's page: a window that can be seen is not yet one to type into.
async fn page_is_ready(desk: &Desk, earlier: usize) {
    bring_forward(PAGE).await;
    until("the provider's page", || async {
        Ok(desk.clinic.idp().ready_pages() > earlier)
    })
    .await
    .unwrap();
}

/// A browser as people use it: one profile for everything, and kept.
struct Everyday {
    profile: TempDir,
    processes: Vec<Child>,
}

impl Everyday {
    fn new() -> Self {
        Self {
            profile: TempDir::with_prefix("everyday-").unwrap(),
            processes: Vec::new(),
        }
    }

    /// Somebody signs in to the portal, in another window of the same profile, as a link from elsewhere opens it.
    async fn sign_in(&mut self, desk: &Desk, portal: &Probe, account: &Account) {
        let earlier = desk.clinic.idp().ready_pages();
        let mut command = Self::command(self.profile.path(), desk, portal);
        self.processes.push(command.spawn().unwrap());
        page_is_ready(desk, earlier).await;
        authenticate(account).await;
        until("the portal", || async { Ok(!can_see(PAGE)) })
            .await
            .unwrap();
    }

    /// Opens the provider's page on behalf of the portal.
    fn command(profile: &Path, desk: &Desk, portal: &Probe) -> Command {
        let issuer = url::Url::parse(desk.clinic.idp().issuer()).unwrap();
        let mut ask = issuer.join("authorize").unwrap();
        ask.query_pairs_mut().extend_pairs([
            ("client_id", "portal"),
            ("response_type", "code"),
            ("scope", "openid"),
            ("redirect_uri", &format!("{}callback", portal.url())),
            ("state", "s"),
            ("nonce", "n"),
            (
                "code_challenge",
                "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            ),
            ("code_challenge_method", "S256"),
            ("prompt", "login"),
            ("login_hint", ADAMS.username),
        ]);
        let mut command = Command::new("chromium");
        command
            .arg(format!("--user-data-dir={}", profile.display()))
            .args(["--no-sandbox", "--no-first-run", "--password-store=basic"])
            .arg(format!("--app={ask}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }
}

impl Drop for Everyday {
    fn drop(&mut self) {
        for process in &mut self.processes {
            // It may have ended with its last window, or after it passed its page on to the first.
            drop(process.kill());
            drop(process.wait());
        }
    }
}

fn sessions_of(desk: &Desk, subject: &str) -> usize {
    let sessions = desk.clinic.idp().sessions();
    sessions
        .iter()
        .filter(|session| session.subject == subject)
        .count()
}

async fn ended(desk: &Desk, heading: &str, count: usize) {
    desk.app().heading(heading).await.unwrap();
    let cleaned = desk.cleaned_up(count).await.unwrap();
    for gone in [
        "window_gone",
        "processes_gone",
        "jar_gone",
        "tokens_revoked",
    ] {
        assert_eq!(cleaned[gone], true, "{heading}: {gone}");
    }
    // The window manager takes it off the screen in its own time.
    until("the window to go", || async { Ok(!can_see(PAGE)) })
        .await
        .unwrap();
    assert_eq!(browsers(desk.home()), Vec::<u32>::new(), "{heading}");
    assert_eq!(profiles(desk.home()), Vec::<PathBuf>::new(), "{heading}");
    desk.leave_ending().await.unwrap();
}

fn tokens_of(desk: &Desk, subject: &str) -> usize {
    let tokens = desk.clinic.idp().active_tokens();
    tokens
        .iter()
        .filter(|token| token.subject == subject)
        .count()
}

/// Living browsers whose data lie below the desk's home.
fn browsers(home: &Path) -> Vec<u32> {
    let ours = format!("--user-data-dir={}", home.display());
    fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| {
            let process = entry.file_name().to_str()?.parse().ok()?;
            let command = fs::read(entry.path().join("cmdline")).ok()?;
            let command = String::from_utf8_lossy(&command).into_owned();
            command.contains(&ours).then_some(process)
        })
        .collect()
}

/// The profiles that exist.
fn profiles(home: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(home.join("data/countersign/browser")) else {
        return Vec::new();
    };
    let paths = entries.flatten().map(|entry| entry.path());
    paths.filter(|path| path.is_dir()).collect()
}
