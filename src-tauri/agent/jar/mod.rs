//! The jar: the cookies, storage and caches of one ephemeral window, born empty and gone with it.
//!
//! What makes it so differs by operating system; each module says what it relies on and refuses when it is not there.
//! A jar protects against what pages leave behind. It does not stop the operating system from signing people in by itself
//! (Kerberos, device accounts, client certificates): the preflight of a ceremony finds that.

use std::sync::Arc;

use identity::{AgentError, AgentEvent};
use tauri::WebviewWindow;
use tokio::sync::{mpsc, oneshot, watch};

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
pub(super) use linux::Jar;
#[cfg(target_os = "linux")]
pub(crate) use linux::sweep;

#[cfg(target_os = "macos")]
mod macos;
#[cfg(target_os = "macos")]
pub(super) use macos::Jar;
#[cfg(target_os = "macos")]
pub(crate) use macos::sweep;

#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub(super) use windows::Jar;
#[cfg(windows)]
pub(crate) use windows::sweep;

/// Where a window and its jar report what the web engine tells them.
#[derive(Clone)]
pub(super) struct Reports {
    events: mpsc::UnboundedSender<AgentEvent>,
    /// Counts answers to navigations: pages that came, and what was taken or failed.
    answers: Arc<watch::Sender<u32>>,
}

impl Reports {
    pub(super) fn new() -> (Self, mpsc::UnboundedReceiver<AgentEvent>) {
        let (events, received) = mpsc::unbounded_channel();
        let answers = Arc::new(watch::Sender::new(0));
        (Self { events, answers }, received)
    }

    pub(super) fn tell(&self, event: AgentEvent) {
        if !matches!(event, AgentEvent::NavigationRefused { .. }) {
            self.answered();
        }
        // The receiver is gone only while the window is being closed.
        drop(self.events.send(event));
    }

    /// A page came.
    pub(super) fn answered(&self) {
        self.answers
            .send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Changes with the next answer.
    pub(super) fn answers(&self) -> watch::Receiver<u32> {
        self.answers.subscribe()
    }
}

/// What is known after a jar's window is gone.
#[derive(Debug)]
pub(super) struct Remains {
    pub(super) processes_gone: bool,
    pub(super) jar_gone: bool,
    pub(super) notes: Vec<String>,
}

/// Runs `with` on the thread that owns the web view, and brings its answer back.
async fn on_view<T: Send + 'static>(
    window: &WebviewWindow,
    with: impl FnOnce(tauri::webview::PlatformWebview) -> T + Send + 'static,
) -> Result<T, AgentError> {
    let (answer, answered) = oneshot::channel();
    window
        .with_webview(move |view| {
            // The receiver is gone only when the opening was abandoned; then nobody asks for the answer.
            drop(answer.send(with(view)));
        })
        .map_err(|error| AgentError::Failed(error.to_string()))?;
    answered
        .await
        .map_err(|_| AgentError::Failed("the window closed while it was being prepared".to_owned()))
}
