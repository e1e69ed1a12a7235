//! From an installed browser to an open one.

use std::path::PathBuf;

use async_trait::async_trait;
use identity::{Agent, AgentError, Gate, OpenAgent, Opening};
use serde_json::json;

use crate::connection::Connection;
use crate::find::{self, Installed};
use crate::flags;
use crate::open::{Front, OpenBrowser};
use crate::process::{self, Launched};
use crate::profile::{self, Profile};
use crate::running::Running;
use crate::stage::Stage;
use crate::warden::Warden;

/// The oldest major version that is used: what is called over the pipe is older, but nobody mends a browser of that age.
const OLDEST: u32 = 120;

/// Opens throw-away browsers, each with a profile of its own.
#[derive(Debug, Clone)]
pub struct BrowserAgent {
    place: PathBuf,
    browser: Option<Installed>,
}

impl BrowserAgent {
    /// Uses the browser that [`crate::installed`] finds; profiles are made below `place`, usually [`crate::folder`].
    pub fn new(place: PathBuf) -> Self {
        Self {
            place,
            browser: None,
        }
    }

    /// Uses this browser instead.
    #[must_use]
    pub fn with(self, browser: Installed) -> Self {
        Self {
            browser: Some(browser),
            ..self
        }
    }

    /// Everything up to the first octet on the pipe. Blocks.
    fn launch(&self) -> Result<(Running, Connection, Incoming), AgentError> {
        let browser = self.browser.clone().or_else(find::installed);
        let browser = browser.ok_or_else(|| {
            AgentError::NotInstalled("no Chromium, Google Chrome or Microsoft Edge".to_owned())
        })?;
        if let Err(error) = profile::sweep(&self.place) {
            tracing::warn!(%error, "left-over profiles cannot be looked for");
        }
        let profile = Profile::create(&self.place)
            .map_err(|error| AgentError::NotIsolated(format!("no folder: {error}")))?;
        let command = flags::command(&browser, &profile, process::is_root())
            .map_err(|error| AgentError::NotIsolated(format!("no folder: {error}")))?;
        let Launched {
            process,
            from_browser,
            to_browser,
        } = process::launch(command, profile.folder())
            .map_err(|error| AgentError::NotInstalled(format!("{}: {error}", browser.name)))?;
        let running = Running::new(process, profile);
        let (connection, incoming) = Connection::new(from_browser, to_browser)
            .map_err(|error| AgentError::Failed(error.to_string()))?;
        Ok((running, connection, incoming))
    }
}

type Incoming = tokio::sync::mpsc::Receiver<crate::message::Incoming>;

#[async_trait]
impl Agent for BrowserAgent {
    async fn open(&self, opening: Opening) -> Result<Box<dyn OpenAgent>, AgentError> {
        look_for_display()?;
        let agent = self.clone();
        let launched = tokio::task::spawn_blocking(move || agent.launch()).await;
        let (running, connection, incoming) = launched
            .map_err(|_| AgentError::Failed("it broke down while starting".to_owned()))??;
        let warden = Warden::new(connection.clone(), Gate::new(&opening));
        tokio::spawn(warden.clone().guard(incoming));
        // From here on, whatever fails drops `running`, and with it the browser and its profile.
        let version = connection.call(None, "Browser.getVersion", json!({}));
        let version = version.await.map_err(unusable)?;
        let product = version["product"].as_str().unwrap_or_default();
        if major(product).is_none_or(|major| major < OLDEST) {
            let why = format!("{product} is older than version {OLDEST}");
            return Err(AgentError::NotInstalled(why));
        }
        tracing::info!(product, "throw-away browser");
        let stage = Stage::build(connection.clone(), warden.clone()).await?;
        let front = Front::new(connection.clone());
        Ok(Box::new(OpenBrowser {
            connection,
            warden,
            stage,
            front,
            running,
        }))
    }

    fn kind(&self) -> &'static str {
        "browser"
    }
}

/// Reads `Chrome/156.0.8078.79`.
fn major(product: &str) -> Option<u32> {
    let (_, version) = product.split_once('/')?;
    version.split('.').next()?.parse().ok()
}

/// A browser that ends before it says its version: a policy of its own (`RemoteDebuggingAllowed`), a display that is gone, a
/// broken installation.
fn unusable(error: AgentError) -> AgentError {
    match error {
        AgentError::Closed => AgentError::NotIsolated(
            "the browser ended at once, or its policies forbid to watch it".to_owned(),
        ),
        other => other,
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn look_for_display() -> Result<(), AgentError> {
    let named = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if named("DISPLAY") || named("WAYLAND_DISPLAY") {
        Ok(())
    } else {
        Err(AgentError::NoDisplay)
    }
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
#[expect(clippy::unnecessary_wraps, reason = "Linux can fail here")]
fn look_for_display() -> Result<(), AgentError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_whatever_the_product() {
        assert_eq!(major("Chrome/156.0.8078.79"), Some(156));
        assert_eq!(major("Edg/131.0.2903.86"), Some(131));
        assert_eq!(major("HeadlessChrome"), None);
        assert_eq!(major("Chrome/latest"), None);
    }
}
