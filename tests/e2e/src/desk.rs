//! A clinician's desk: a demo clinic, the application, and what a person does with it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use demo::Clinic;
use demo::clinic::ClinicConfig;
use demo::idp::Account;
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard};

use crate::app::{App, CEREMONY, MAIN, until};
use crate::probe::Probe;
use crate::relay::Relay;

/// One desk at a time: the application allows one instance on a desktop.
static TURN: Mutex<()> = Mutex::const_new(());

/// A desk in a demo clinic.
pub struct Desk {
    /// The clinic.
    pub clinic: Clinic,
    app: Option<App>,
    policy: PathBuf,
    home: TempDir,
    _turn: MutexGuard<'static, ()>,
}

/// What a person enters in the sign panel.
#[derive(Clone, Copy)]
pub struct Entry<'a> {
    /// The reason's text.
    pub reason: &'a str,
    /// The note.
    pub note: &'a str,
}

impl Default for Entry<'_> {
    fn default() -> Self {
        Self {
            reason: "Transcription error",
            note: "Read off twice.",
        }
    }
}

impl Desk {
    /// A desk with nobody signed in.
    pub async fn open() -> anyhow::Result<Self> {
        Self::open_with(|policy| policy).await
    }

    /// The same under a changed policy.
    pub async fn open_with(change: impl FnOnce(String) -> String) -> anyhow::Result<Self> {
        Self::open_in(ClinicConfig::default(), change).await
    }

    /// The same in another clinic.
    pub async fn open_in(
        clinic: ClinicConfig,
        change: impl FnOnce(String) -> String,
    ) -> anyhow::Result<Self> {
        let turn = TURN.lock().await;
        let clinic = Clinic::start(unhurried(clinic)).await?;
        let policy = change(clinic.policy_toml());
        Self::in_clinic(clinic, &policy, turn).await
    }

    /// The same, where the separate window may visit that page too.
    pub async fn open_beside(page: &Probe) -> anyhow::Result<Self> {
        let host = page
            .url()
            .trim_start_matches("http://")
            .trim_end_matches('/');
        let allowed = format!("[identity]\nallowed_hosts = [{host:?}]\n");
        Self::open_with(|policy| policy.replace("[identity]\n", &allowed)).await
    }

    /// The same with a relay in front of the records API.
    pub async fn open_behind_a_relay() -> anyhow::Result<(Self, Relay)> {
        let turn = TURN.lock().await;
        let clinic = Clinic::start(unhurried(ClinicConfig::default())).await?;
        let records = clinic.records_url();
        let relay = Relay::start(records).await?;
        let policy = clinic.policy_toml().replace(records.as_str(), relay.url());
        Ok((Self::in_clinic(clinic, &policy, turn).await?, relay))
    }

    async fn in_clinic(
        clinic: Clinic,
        policy_toml: &str,
        turn: MutexGuard<'static, ()>,
    ) -> anyhow::Result<Self> {
        let home = TempDir::with_prefix("countersign-desk-")?;
        let policy = home.path().join("policy.toml");
        std::fs::write(&policy, nobody_leaves(policy_toml))?;
        let app = App::start(&policy, home.path()).await?;
        Ok(Self {
            clinic,
            app: Some(app),
            policy,
            home,
            _turn: turn,
        })
    }

    /// The application.
    ///
    /// # Panics
    /// When it was closed and not started again.
    pub fn app(&self) -> &App {
        #[allow(
            clippy::expect_used,
            reason = "a test that closed it knows that it did"
        )]
        self.app.as_ref().expect("the application runs")
    }

    /// Where the application keeps its files.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The session's file.
    pub fn vault(&self) -> anyhow::Result<Vec<u8>> {
        Ok(std::fs::read(self.home().join("data/countersign/session"))?)
    }

    /// Replaces a part of the policy, as IT does.
    pub fn change_policy(&self, from: &str, to: &str) -> anyhow::Result<()> {
        let before = std::fs::read_to_string(&self.policy)?;
        ensure!(before.contains(from), "{from} is not in it: {before}");
        Ok(std::fs::write(&self.policy, before.replace(from, to))?)
    }

    /// Every entry of the activity log.
    pub fn audit(&self) -> anyhow::Result<Vec<Value>> {
        let log = std::fs::read_to_string(self.clinic.audit_path())?;
        log.lines()
            .map(|line| Ok(serde_json::from_str(line)?))
            .collect()
    }

    /// The details of all events with this name, in order.
    pub fn audited(&self, event: &str) -> anyhow::Result<Vec<Value>> {
        let entries = self.audit()?.into_iter();
        Ok(entries
            .filter(|entry| entry["event"] == event)
            .map(|entry| entry["detail"].clone())
            .collect())
    }

    /// Closes the application as a person does.
    pub async fn close_app(&mut self) -> anyhow::Result<()> {
        self.app.take().context("it runs")?.close().await
    }

    /// Takes the application away without a word.
    pub async fn kill_app(&mut self) -> anyhow::Result<()> {
        self.app.take().context("it runs")?.kill().await
    }

    /// Starts the application again, at the same desk.
    pub async fn start_app(&mut self) -> anyhow::Result<()> {
        self.app = Some(App::start(&self.policy, self.home.path()).await?);
        Ok(())
    }

    /// Signs in to the application.
    pub async fn sign_in(&self, account: &Account) -> anyhow::Result<()> {
        let app = self.app();
        app.press(MAIN, "Sign in in a separate window").await?;
        self.authenticate(account).await?;
        self.at_worklist().await
    }

    /// Waits for the worklist.
    pub async fn at_worklist(&self) -> anyhow::Result<()> {
        let app = self.app();
        app.heading("Worklist").await?;
        app.find(MAIN, "//tbody/tr").await.map(drop)
    }

    /// Opens the review of this record.
    pub async fn review(&self, record: &str) -> anyhow::Result<()> {
        let row = format!("//tr[contains(., '{record}')]//a");
        self.app().find(MAIN, &row).await?.click().await?;
        self.app()
            .find(MAIN, "//button[starts-with(normalize-space(.), 'Sign…')]")
            .await
            .map(drop)
    }

    /// Opens the sign panel and fills it in.
    pub async fn fill_in(&self, entry: Entry<'_>) -> anyhow::Result<()> {
        let app = self.app();
        app.press(MAIN, "Sign…").await?;
        app.find(MAIN, "//dialog[@open]//select").await?;
        // The driver chooses an option without telling the page, so the page is told here.
        let choose = format!(
            "const list = document.querySelector('dialog[open] select');
             list.value = [...list.options].find((one) => one.text.trim() === {:?}).value;
             list.dispatchEvent(new Event('change', {{ bubbles: true }}));",
            entry.reason
        );
        app.script(MAIN, &choose).await?;
        let note = app.find(MAIN, "//dialog[@open]//textarea").await?;
        note.clear().await?;
        note.send_keys(entry.note).await?;
        Ok(())
    }

    /// From the worklist to an entry for this record, with this note, that nobody signed yet.
    pub async fn begin_entry(&self, record: &str, note: &str) -> anyhow::Result<()> {
        self.review(record).await?;
        self.fill_in(Entry {
            note,
            ..Entry::default()
        })
        .await
    }

    /// Presses the button that opens the separate window, and waits for its page.
    pub async fn begin(&self) -> anyhow::Result<()> {
        let app = self.app();
        app.press(MAIN, "Sign in again and sign").await?;
        if let Err(error) = app.until_window(CEREMONY, true).await {
            bail!(
                "{error}; on the screen:
{}",
                app.text(MAIN).await?
            );
        }
        app.find(CEREMONY, "//input[@type='password']")
            .await
            .map(drop)
    }

    /// From the worklist to the identity provider's page.
    pub async fn begin_signing(&self, record: &str) -> anyhow::Result<()> {
        self.review(record).await?;
        self.fill_in(Entry::default()).await?;
        self.begin().await
    }

    /// Types name and password on the identity provider's page.
    pub async fn authenticate(&self, account: &Account) -> anyhow::Result<()> {
        let app = self.app();
        app.until_window(CEREMONY, true).await?;
        let name = app.find(CEREMONY, "//input[@name='username']").await?;
        name.clear().await?;
        name.send_keys(account.username).await?;
        let password = app.find(CEREMONY, "//input[@type='password']").await?;
        password.send_keys(account.password).await?;
        app.press(CEREMONY, "Sign in").await
    }

    /// Saves the evidence from the last screen of a signature, and says where it is.
    pub async fn save_evidence(&self) -> anyhow::Result<PathBuf> {
        const SAYS: &str = "The evidence was saved: ";
        let app = self.app();
        app.press(MAIN, "Save evidence").await?;
        let path = format!("//p[starts-with(normalize-space(.), '{SAYS}')]");
        let said = app.find(MAIN, &path).await?.text().await?;
        let place = said.trim().strip_prefix(SAYS).context("it says where")?;
        Ok(PathBuf::from(place))
    }

    /// Goes to a place that the navigation or the status line names.
    pub async fn go(&self, place: &str) -> anyhow::Result<()> {
        let path = format!(
            "//*[self::nav or self::footer]//a[starts-with(normalize-space(.), '{place}')]"
        );
        Ok(self.app().find(MAIN, &path).await?.click().await?)
    }

    /// Back from an ending to the worklist.
    pub async fn leave_ending(&self) -> anyhow::Result<()> {
        let path = "//button[normalize-space(.)='Worklist' or starts-with(normalize-space(.), 'Back to the worklist')]";
        self.app().find(MAIN, path).await?.click().await?;
        self.at_worklist().await
    }

    /// Waits until the last ceremony has been cleaned up after, and gives what the log says of it.
    pub async fn cleaned_up(&self, count: usize) -> anyhow::Result<Value> {
        until("the ceremony's cleanup", || async {
            Ok(self.audited("cleaned_up")?.len() >= count)
        })
        .await?;
        self.audited("cleaned_up")?.pop().context("an entry")
    }
}

/// No token is renewed while a test runs: what a ceremony leaves untouched is compared with what was there before it.
fn unhurried(mut clinic: ClinicConfig) -> ClinicConfig {
    clinic.idp.access_token_lifetime = Duration::from_hours(1);
    clinic
}

/// A driver touches neither mouse nor keyboard, so nobody seems to be there: where a test says nothing of it, the screen does
/// not lock while it runs, and the session's file does not tell again and again when somebody was last there.
fn nobody_leaves(policy: &str) -> String {
    let longest = "[session]\nidle_lock_s = 3600\n";
    if policy.contains("idle_lock_s") {
        policy.to_owned()
    } else {
        policy.replace("[session]\n", longest)
    }
}
