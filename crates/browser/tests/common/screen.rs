//! Eyes and hands at the screen: windows by their titles, keys as a person types them.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

use std::process::{Command, Output};
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
    let started = Instant::now();
    loop {
        let search = ["search", "--onlyvisible", "--name", title];
        let done = run(&search);
        if done.status.success() || done.stderr.is_empty() {
            return done.status.success();
        }
        // Any window that goes while the search looks at it ends the search, with a complaint and no answer.
        let complaint = String::from_utf8_lossy(&done.stderr);
        assert!(started.elapsed() < PATIENCE, "{title}: {complaint}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Types into the window with this title. Names of keys stand in angle brackets.
pub async fn type_into(title: &str, keys: &[&str]) {
    bring_forward(title).await;
    for key in keys {
        let name = key.strip_prefix('<').and_then(|key| key.strip_suffix('>'));
        let typed = match name {
            Some(name) => xdotool(&["key", name]),
            None => xdotool(&["type", "--delay", "20", key]),
        };
        assert!(typed, "{key}");
    }
}

/// Waits for the window with this title, and puts it in front of all others, where the keys go.
pub async fn bring_forward(title: &str) {
    let front = [
        "search",
        "--onlyvisible",
        "--name",
        title,
        "windowactivate",
        "--sync",
    ];
    until(&format!("a window called {title}"), || {
        can_see(title) && xdotool(&front)
    })
    .await;
}

pub fn xdotool(arguments: &[&str]) -> bool {
    run(arguments).status.success()
}

fn run(arguments: &[&str]) -> Output {
    let done = Command::new("xdotool").args(arguments).output();
    done.expect("xdotool is installed")
}
