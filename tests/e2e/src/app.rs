//! One running application: its process, its windows, its files.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use fantoccini::elements::Element;
use fantoccini::wd::WindowHandle;
use fantoccini::{Client, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

/// The main window's handle.
pub const MAIN: &str = "main";
/// The separate window's handle, at sign-in and at signing.
pub const CEREMONY: &str = "ceremony";

/// How long anything on a screen may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running application.
pub struct App {
    process: Child,
    driver: Client,
    log: PathBuf,
}

impl App {
    /// Starts the driven build with this policy; its files are kept below `home`, its log in `home/application.log`.
    pub async fn start(policy: &Path, home: &Path) -> anyhow::Result<Self> {
        let port = free_port().await?;
        let log = home.join("application.log");
        let out = std::fs::File::options()
            .create(true)
            .append(true)
            .open(&log)?;
        let mut command = Command::new(binary()?);
        command
            .arg("--policy")
            .arg(policy)
            .arg("--save-dir")
            .arg(home)
            .env("TAURI_WEBDRIVER_PORT", port.to_string())
            .env("COUNTERSIGN_LOG", "debug,hyper=info")
            .env("LC_ALL", "C.UTF-8")
            .stdout(Stdio::from(out.try_clone()?))
            .stderr(Stdio::from(out))
            .kill_on_drop(true);
        for (name, folder) in [
            ("XDG_DATA_HOME", "data"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_CACHE_HOME", "cache"),
        ] {
            command.env(name, home.join(folder));
        }
        let mut process = command.spawn().context("the driven build does not start")?;
        let driver = match connect(port).await {
            Ok(driver) => driver,
            Err(error) => {
                let ended = process.try_wait()?;
                bail!(
                    "no driver ({error}); ended: {ended:?}; log:\n{}",
                    std::fs::read_to_string(&log)?
                );
            }
        };
        let app = Self {
            process,
            driver,
            log,
        };
        // The driver answers before the first screen stands.
        app.heading("").await?;
        Ok(app)
    }

    /// Everything that the application said so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The handles of the windows that exist.
    pub async fn windows(&self) -> anyhow::Result<Vec<String>> {
        let handles = self.driver.windows().await?;
        Ok(handles.into_iter().map(String::from).collect())
    }

    /// Waits until the separate window is there, or gone.
    pub async fn until_window(&self, label: &str, there: bool) -> anyhow::Result<()> {
        let what = format!("window {label} to {}", if there { "come" } else { "go" });
        until(&what, || async {
            Ok(self.windows().await?.iter().any(|one| one == label) == there)
        })
        .await
    }

    /// The driver, speaking to this window.
    pub async fn window(&self, label: &str) -> anyhow::Result<&Client> {
        let handle = WindowHandle::try_from(label.to_owned())?;
        self.driver.switch_to_window(handle).await?;
        Ok(&self.driver)
    }

    /// The first element of a window that this path finds, waited for.
    pub async fn find(&self, window: &str, path: &str) -> anyhow::Result<Element> {
        let end = Instant::now() + PATIENCE;
        loop {
            let found = match self.window(window).await {
                Ok(driver) => driver.find(Locator::XPath(path)).await.map_err(Into::into),
                Err(error) => Err(error),
            };
            match found {
                Ok(element) => return Ok(element),
                Err(error) if Instant::now() >= end => {
                    bail!(
                        "{window}: {path}: {error}; on the screen:\n{}\nlog:\n{}",
                        self.text(window).await.unwrap_or_default(),
                        self.log()
                    );
                }
                Err(_) => sleep(Duration::from_millis(100)).await,
            }
        }
    }

    /// Presses the button that begins with these words.
    pub async fn press(&self, window: &str, words: &str) -> anyhow::Result<()> {
        let path = format!(
            "//button[starts-with(normalize-space(.), '{words}') and not(@disabled) and not(@aria-disabled='true')]"
        );
        self.find(window, &path).await?.click().await?;
        Ok(())
    }

    /// Waits for a heading.
    pub async fn heading(&self, words: &str) -> anyhow::Result<()> {
        let path = format!("//h1[starts-with(normalize-space(.), '{words}')]");
        self.find(MAIN, &path).await.map(drop)
    }

    /// Runs a script in a window; its `return` is the answer.
    pub async fn script(&self, window: &str, script: &str) -> anyhow::Result<Value> {
        Ok(self.window(window).await?.execute(script, vec![]).await?)
    }

    /// Runs a script in a window and waits for the promise that it returns.
    pub async fn promise(&self, window: &str, script: &str) -> anyhow::Result<Value> {
        let wrapped = format!(
            "const done = arguments[arguments.length - 1];
             (async () => {{ {script} }})().then((v) => done({{ok: v ?? null}}), (e) => done({{error: String(e)}}));"
        );
        let answer = self
            .window(window)
            .await?
            .execute_async(&wrapped, vec![])
            .await?;
        if let Some(error) = answer.get("error").and_then(Value::as_str) {
            bail!("{window}: {error}");
        }
        Ok(answer.get("ok").cloned().unwrap_or_default())
    }

    /// Asks the shell for something as the pages do; `Err` is what it answers to what it refuses.
    pub async fn invoke(
        &self,
        command: &str,
        arguments: &Value,
    ) -> anyhow::Result<Result<Value, Value>> {
        let script = format!(
            "try {{ return [true, await window.__TAURI_INTERNALS__.invoke({command:?}, {arguments})] }}
             catch (refused) {{ return [false, refused instanceof Error ? String(refused) : refused] }}"
        );
        let mut answer = self.promise(MAIN, &script).await?;
        let said = answer[1].take();
        Ok(if answer[0] == true {
            Ok(said)
        } else {
            Err(said)
        })
    }

    /// All that a window says.
    pub async fn text(&self, window: &str) -> anyhow::Result<String> {
        let text = self
            .script(window, "return document.body.innerText")
            .await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Leads a window somewhere else.
    pub async fn goto(&self, window: &str, url: &str) -> anyhow::Result<()> {
        // Marks the page that is left: the next one may have the same address.
        let lead = format!("window.leaving = 1; window.location.href = {url:?}");
        self.script(window, &lead).await?;
        let path = url.split('?').next().unwrap_or(url).to_owned();
        until(&format!("{window} to load {url}"), || async {
            let state = self
                .script(
                    window,
                    "return [location.href, document.readyState, window.leaving === undefined]",
                )
                .await?;
            let at = state[0].as_str().unwrap_or_default();
            Ok(at.starts_with(&path) && state[1] == "complete" && state[2] == true)
        })
        .await
    }

    /// How many web processes the application has.
    pub fn web_processes(&self) -> usize {
        let processes = self.page_processes().into_iter();
        processes
            .filter(|(_, name)| name.starts_with("WebKitWebProc"))
            .count()
    }

    /// The web engine's processes that show pages, and that load them.
    pub fn page_processes(&self) -> Vec<(u32, String)> {
        let children = self.process.id().map(children).unwrap_or_default();
        children
            .into_iter()
            .filter(|(_, name)| name.starts_with("WebKit"))
            .collect()
    }

    /// Closes a window by the window manager's key, as a person does.
    pub async fn close_window(&self, title: &str) -> anyhow::Result<()> {
        self.keys(title, &["alt+F4"]).await
    }

    /// Closes the main window, and waits for the application to end.
    pub async fn close(mut self) -> anyhow::Result<()> {
        self.close_window("^Countersign$").await?;
        let ended = tokio::time::timeout(PATIENCE, self.process.wait()).await;
        let status = ended.context("the application did not end")??;
        ensure!(status.success(), "it ended with {status}");
        Ok(())
    }

    /// Takes the application away without a word, as a power loss does.
    pub async fn kill(mut self) -> anyhow::Result<()> {
        Ok(self.process.kill().await?)
    }
}

impl Drop for App {
    /// The next application on this desktop would find this one's name still taken on the bus while it dies.
    fn drop(&mut self) {
        if self.process.id().is_none() || self.process.start_kill().is_err() {
            return;
        }
        let end = Instant::now() + PATIENCE;
        while matches!(self.process.try_wait(), Ok(None)) && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Asks until the answer is yes.
pub async fn until<Answer>(what: &str, ask: impl Fn() -> Answer) -> anyhow::Result<()>
where
    Answer: Future<Output = anyhow::Result<bool>>,
{
    answered(what, || async {
        ensure!(ask().await?, "not yet");
        Ok(())
    })
    .await
}

/// Asks until there is an answer.
pub async fn answered<Asked, Answer>(what: &str, ask: impl Fn() -> Asked) -> anyhow::Result<Answer>
where
    Asked: Future<Output = anyhow::Result<Answer>>,
{
    let end = Instant::now() + PATIENCE;
    loop {
        match ask().await {
            Ok(answer) => return Ok(answer),
            Err(error) if Instant::now() >= end => bail!("waited in vain for {what}: {error:?}"),
            Err(_) => sleep(Duration::from_millis(100)).await,
        }
    }
}

fn binary() -> anyhow::Result<PathBuf> {
    let given = std::env::var_os("COUNTERSIGN_DRIVEN").map(PathBuf::from);
    let binary = given.unwrap_or_else(|| {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target-webdriver/debug/countersign")
    });
    ensure!(
        binary.exists(),
        "{} is not built; ./x test builds it",
        binary.display()
    );
    Ok(binary)
}

async fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))
        .await?
        .local_addr()?
        .port())
}

async fn connect(port: u16) -> anyhow::Result<Client> {
    let address = format!("http://127.0.0.1:{port}");
    let end = Instant::now() + PATIENCE;
    loop {
        let connected = fantoccini::ClientBuilder::new(HttpConnector::new())
            .connect(&address)
            .await;
        match connected {
            Ok(client) => return Ok(client),
            Err(error) if Instant::now() >= end => return Err(error.into()),
            Err(_) => sleep(Duration::from_millis(200)).await,
        }
    }
}

/// A process's children and their names; those that ended and were not collected do not count.
fn children(parent: u32) -> Vec<(u32, String)> {
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| std::fs::read_to_string(entry.path().join("stat")).ok())
        .filter_map(|stat| {
            let (head, tail) = stat.rsplit_once(") ")?;
            let mut fields = tail.split(' ');
            let (state, ppid) = (fields.next()?, fields.next()?);
            let (number, name) = head.split_once(" (")?;
            (state != "Z" && ppid.parse() == Ok(parent))
                .then(|| Some((number.parse().ok()?, name.to_owned())))?
        })
        .collect()
}
