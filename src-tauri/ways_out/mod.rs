//! What a web engine offers beside the page, and what leads out of it: printing, choosing files, menus that load, save or
//! search, and a browser's keys. On a shared device each of them ends in somebody else's files, or in a browser.
//!
//! It is all taken away, from our own pages too: they print and choose files through commands, which policy is asked for.
//! Editing stays. What an engine does not let us take stays as well, and only pages that policy allows could use it: on
//! Windows a page may print of its own accord, and on Windows and macOS it may ask for a file. Where that is too much, the
//! operating system's own kiosk mode has to keep people from files.

use tauri::WebviewWindow;

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
pub(crate) use linux::shut;
#[cfg(target_os = "linux")]
use linux::shut_main;

#[cfg(target_os = "macos")]
mod macos;
#[cfg(target_os = "macos")]
use macos::shut_main;

#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub(crate) use windows::shut;
#[cfg(windows)]
use windows::shut_main;

/// Shuts them for the pages of the main window.
pub(crate) fn shut_for_our_pages(window: &WebviewWindow) -> tauri::Result<()> {
    shut_main(window)
}
