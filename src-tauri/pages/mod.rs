//! The pages of the main window begin anew, with nothing of what they had, and what was copied out of them is given up.
//!
//! Where the web engine lets us, its process goes too, and with it whatever its memory still held. On Windows and macOS the
//! page is loaded anew, and what its engine has not yet overwritten stays in a process that only this person's programs can
//! read.
//!
//! The clipboard is given up where it is known to be ours. macOS counts how often its pasteboard changed and does not say who
//! changed it, so there it stays. Nowhere is a copy reached that another program has taken: a clipboard manager, the history
//! of Windows, a remote desktop.

use tauri::WebviewWindow;

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
use linux::begin_anew;

#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows::begin_anew;

/// Begins anew.
pub(crate) fn forget(window: &WebviewWindow) {
    let begun = begin_anew(window);
    if let Err(error) = begun {
        tracing::error!(%error, "the pages could not begin anew");
    }
}

#[cfg(target_os = "macos")]
fn begin_anew(window: &WebviewWindow) -> tauri::Result<()> {
    window.reload()
}
