//! Leaving in good order, whoever asks for it: the window, the desktop, a signal.
//!
//! A process that is killed outright runs none of this; what a ceremony left behind is swept at the next start.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tauri::{AppHandle, Manager};

use crate::commands::Shell;

/// A ceremony under way is ended properly before the application goes.
pub(super) fn close(app: &AppHandle) {
    if !app.state::<Goodbye>().begin() {
        return;
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if let Ok(controller) = app.state::<Shell>().controller() {
            controller.close().await;
        }
        app.state::<Goodbye>().say();
        app.exit(0);
    });
}

/// The event loop ends and nothing can hold it, as when a Mac is shut down: what can be done without windows is done.
pub(super) fn close_at_once(app: &AppHandle) {
    if !app.state::<Goodbye>().begin() {
        return;
    }
    let shell = app.state::<Shell>();
    if let Ok(controller) = shell.controller() {
        let closed = tauri::async_runtime::block_on(async {
            tokio::time::timeout(AT_ONCE, controller.close()).await
        });
        if closed.is_err() {
            tracing::warn!("there was no time to end everything in good order");
        }
    }
}

/// The end of a desktop session and an administrator's `kill` are ways to quit like any other.
#[cfg(unix)]
pub(super) fn heed_signals(app: &AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};
    for kind in [
        SignalKind::terminate(),
        SignalKind::interrupt(),
        SignalKind::hangup(),
    ] {
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            match signal(kind) {
                Ok(mut signals) => {
                    if signals.recv().await.is_some() {
                        close(&app);
                    }
                }
                Err(error) => tracing::warn!(%error, "a signal to quit cannot be heeded"),
            }
        });
    }
}

/// How long the desktop waits for us when it does not ask.
const AT_ONCE: Duration = Duration::from_secs(3);

/// Leaving, which is done once, whoever asks for it and how often.
#[derive(Default)]
pub(super) struct Goodbye {
    begun: AtomicBool,
    said: AtomicBool,
}

impl Goodbye {
    /// Whether this is the first to ask.
    fn begin(&self) -> bool {
        !self.begun.swap(true, Ordering::SeqCst)
    }

    fn say(&self) {
        self.said.store(true, Ordering::SeqCst);
    }

    pub(super) fn is_said(&self) -> bool {
        self.said.load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaving_begins_once_and_is_not_over_before_it_is_said() {
        let goodbye = Goodbye::default();
        assert!(goodbye.begin());
        assert!(!goodbye.begin());
        assert!(!goodbye.is_said());
        goodbye.say();
        assert!(goodbye.is_said());
    }
}
