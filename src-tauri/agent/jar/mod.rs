//! The jar: the cookies, storage and caches of one ephemeral window, born empty and gone with it.
//!
//! What makes it so differs by operating system; each module says what it relies on and refuses when it is not there.
//! A jar protects against what pages leave behind. It does not stop the operating system from signing people in by itself
//! (Kerberos, device accounts, client certificates): the preflight of a ceremony finds that.

use identity::{AgentError, AgentEvent};
use tauri::WebviewWindow;
use tokio::sync::{mpsc, oneshot};

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

/// Where a jar reports what the web engine tells it.
pub(super) type Reports = mpsc::UnboundedSender<AgentEvent>;

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
