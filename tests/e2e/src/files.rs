//! Files that a person gives to the application with the mouse.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;
use tokio::time::timeout;

use crate::app::{App, answered};

/// How long a drag source or a drag may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// Where the drag source is to be grabbed.
const GRAB: (i32, i32) = (30, 30);

impl App {
    /// Drags a file from another program onto the middle of the main window, and drops it there. A window that was not told
    /// of the drag before the hand lets go takes nothing; then the hand begins anew.
    pub async fn drop_file(&self, path: &Path) -> anyhow::Result<()> {
        let what = format!("{} to be taken", path.display());
        answered(&what, || self.drag(path)).await
    }

    async fn drag(&self, path: &Path) -> anyhow::Result<()> {
        let mut source = Command::new("/usr/bin/python3")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/src/drag_source.py"))
            .arg(path)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("a window to drag from")?;
        let said = source.stdout.take().context("its output is piped")?;
        let mut lines = BufReader::new(said).lines();
        let ready = timeout(PATIENCE, lines.next_line()).await??;
        ensure!(ready.as_deref() == Some("ready"), "it said {ready:?}");
        let title = "^Countersign$";
        let (x, y) = answered(title, || middle_of(title)).await?;
        // In steps, as a hand moves: the first ones begin the drag, the last ones let the window see what comes.
        let path: Vec<String> = (1..=10)
            .map(|step| {
                (
                    GRAB.0 + (x - GRAB.0) * step / 10,
                    GRAB.1 + (y - GRAB.1) * step / 10,
                )
            })
            .chain([(x + 5, y + 5), (x, y)])
            .flat_map(|(x, y)| {
                [
                    "mousemove".into(),
                    x.to_string(),
                    y.to_string(),
                    "sleep".into(),
                    "0.1".into(),
                ]
            })
            .collect();
        let (from_x, from_y) = (GRAB.0.to_string(), GRAB.1.to_string());
        let mut drag = vec![
            "mousemove",
            &from_x,
            &from_y,
            "sleep",
            "0.2",
            "mousedown",
            "1",
            "sleep",
            "0.2",
        ];
        drag.extend(path.iter().map(String::as_str));
        drag.extend(["sleep", "0.3", "mouseup", "1"]);
        xdotool(&drag).await?;
        let ended = timeout(PATIENCE, source.wait())
            .await
            .context("the drag did not end")?;
        ensure!(ended?.success(), "the file was not taken");
        Ok(())
    }
}

/// The middle of a window on the screen. The toolkit keeps small windows of the same name beside the screen: the largest is
/// the one that people see.
async fn middle_of(title: &str) -> anyhow::Result<(i32, i32)> {
    let found = xdotool(&["search", "--onlyvisible", "--name", title]).await?;
    let mut largest: Option<Geometry> = None;
    for window in found.lines() {
        let said = xdotool(&["getwindowgeometry", "--shell", window]).await?;
        let geometry = Geometry::read(&said)?;
        if largest.is_none_or(|known| geometry.area() > known.area()) {
            largest = Some(geometry);
        }
    }
    let Geometry {
        x,
        y,
        width,
        height,
    } = largest.context("no such window")?;
    Ok((x + width / 2, y + height / 2))
}

#[derive(Clone, Copy)]
struct Geometry {
    x: i32,
    y: i32,
    width: i32,
    height: i32,
}

impl Geometry {
    fn read(said: &str) -> anyhow::Result<Self> {
        let value = |name: &str| -> anyhow::Result<i32> {
            let line = said.lines().find_map(|line| line.strip_prefix(name));
            Ok(line
                .with_context(|| format!("no {name} in {said}"))?
                .parse()?)
        };
        Ok(Self {
            x: value("X=")?,
            y: value("Y=")?,
            width: value("WIDTH=")?,
            height: value("HEIGHT=")?,
        })
    }

    fn area(self) -> i32 {
        self.width.saturating_mul(self.height)
    }
}

async fn xdotool(arguments: &[&str]) -> anyhow::Result<String> {
    let done = Command::new("xdotool")
        .args(arguments)
        .kill_on_drop(true)
        .output();
    let done = timeout(PATIENCE, done)
        .await
        .context("xdotool waited in vain")?
        .context("xdotool")?;
    ensure!(
        done.status.success(),
        "xdotool {arguments:?}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    Ok(String::from_utf8(done.stdout)?)
}
