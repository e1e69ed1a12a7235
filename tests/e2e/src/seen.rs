//! What can be seen of the application, or heard: its pages, its titles, what a screen reader says.

use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::process::Command;
use tokio::time::timeout;

use crate::app::{App, MAIN, answered};

/// How long a look may take.
const PATIENCE: Duration = Duration::from_mins(1);

impl App {
    /// Everything that the main window's page is made of, what is hidden and what was typed included.
    pub async fn page(&self) -> anyhow::Result<String> {
        let typed =
            "[...document.querySelectorAll('input, textarea, select')].map((field) => field.value)";
        let script = format!(
            "return [document.title, location.href, document.documentElement.outerHTML, ...{typed}].join('\\n')"
        );
        let page = self.script(MAIN, &script).await?;
        Ok(page.as_str().context("a text")?.to_owned())
    }

    /// The titles of all windows on the screen, one a line.
    pub async fn titles(&self) -> anyhow::Result<String> {
        let arguments = [
            "search",
            "--onlyvisible",
            "--name",
            ".",
            "getwindowname",
            "%@",
        ];
        // A window that goes while the search looks at it ends the search.
        let ask = || async { output(Command::new("xdotool").args(arguments)).await };
        answered("the titles", ask).await
    }

    /// What a screen reader finds in all windows, one text a line.
    pub async fn accessible_text(&self) -> anyhow::Result<String> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/src/accessible_text.py");
        let ask = || async { output(Command::new("/usr/bin/python3").arg(script)).await };
        answered("what a screen reader finds", ask).await
    }
}

async fn output(command: &mut Command) -> anyhow::Result<String> {
    let done = timeout(PATIENCE, command.kill_on_drop(true).output()).await;
    let done = done.context("it waits in vain")??;
    ensure!(
        done.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    Ok(String::from_utf8(done.stdout)?)
}
