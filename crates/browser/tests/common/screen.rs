//! Eyes and hands at the screen: windows by their titles, keys as a person types them.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

use std::process::Command;
use std::time::{Duration, Instant};

/// How long anything may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// Asks until the answer is yes.
pub async fn until(what: &str, ask: impl Fn() -> bool) {
    let started = Instant::now();
    while !ask() {
        assert!(started.elapsed() < PATIENCE, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Whether a window with this in its title can be seen.
pub fn can_see(title: &str) -> bool {
    xdotool(&["search", "--onlyvisible", "--name", title])
}

/// Types into the window with this title. Names of keys stand in angle brackets.
pub async fn type_into(title: &str, keys: &[&str]) {
    until(&format!("a window called {title}"), || can_see(title)).await;
    let front = [
        "search",
        "--onlyvisible",
        "--name",
        title,
        "windowactivate",
        "--sync",
    ];
    assert!(xdotool(&front), "{title} comes to the front");
    for key in keys {
        let name = key.strip_prefix('<').and_then(|key| key.strip_suffix('>'));
        let typed = match name {
            Some(name) => xdotool(&["key", name]),
            None => xdotool(&["type", "--delay", "20", key]),
        };
        assert!(typed, "{key}");
    }
}

pub fn xdotool(arguments: &[&str]) -> bool {
    let done = Command::new("xdotool").args(arguments).output();
    done.expect("xdotool is installed").status.success()
}
