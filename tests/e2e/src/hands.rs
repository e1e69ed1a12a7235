//! Keyboard and mouse on the real screen: what a page cannot do to itself, or must not be believed.

use anyhow::{Context, ensure};
use tokio::process::Command;

use crate::app::{App, until};

/// What another program gets when it asks.
#[derive(Debug, PartialEq, Eq)]
pub struct Selections {
    /// What was copied.
    pub clipboard: Option<String>,
    /// What was marked last.
    pub primary: Option<String>,
}

impl App {
    /// Presses these keys in the window with this title.
    pub async fn keys(&self, title: &str, keys: &[&str]) -> anyhow::Result<()> {
        in_front(title, &[]).await?;
        xdotool(&[&["key"], keys].concat()).await
    }

    /// Presses a button of the mouse (1 is the left one, 3 the right one) at a place of the window with this title.
    pub async fn click(&self, title: &str, at: (u32, u32), button: u32) -> anyhow::Result<()> {
        let (x, y) = (at.0.to_string(), at.1.to_string());
        in_front(title, &["mousemove", "--window", "%1", &x, &y]).await?;
        xdotool(&["click", &button.to_string()]).await
    }

    /// What another program gets when it asks for what was copied and marked.
    pub async fn selections(&self) -> anyhow::Result<Selections> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/src/clipboard.py");
        let asked = Command::new("/usr/bin/python3").arg(script).output();
        let asked = asked.await?;
        ensure!(
            asked.status.success(),
            "{}",
            String::from_utf8_lossy(&asked.stderr)
        );
        let said = String::from_utf8(asked.stdout)?;
        let mut lines = said.lines();
        let mut next = || -> anyhow::Result<Option<String>> {
            Ok(serde_json::from_str(lines.next().context("two lines")?)?)
        };
        Ok(Selections {
            clipboard: next()?,
            primary: next()?,
        })
    }
}

/// Brings the window forward, and goes on with it. A window that goes while the search looks at it ends the search.
async fn in_front(title: &str, then: &[&str]) -> anyhow::Result<()> {
    let find = [
        "search",
        "--onlyvisible",
        "--name",
        title,
        "windowactivate",
        "--sync",
    ];
    let all = [&find, then].concat();
    until(title, || async { xdotool(&all).await.map(|()| true) }).await
}

/// What is pressed goes to the screen: a key that is sent to a window is no key to a web engine.
async fn xdotool(arguments: &[&str]) -> anyhow::Result<()> {
    let done = Command::new("xdotool").args(arguments).status();
    let done = done.await.context("xdotool and a window manager")?;
    ensure!(done.success(), "{arguments:?}");
    Ok(())
}
