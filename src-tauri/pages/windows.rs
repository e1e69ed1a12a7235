//! WebView2: the page is loaded anew. What was copied in it belongs to a window of the engine's browser process.

use tauri::WebviewWindow;
use tauri::webview::PlatformWebview;
use windows::Win32::System::DataExchange::{
    CloseClipboard, EmptyClipboard, GetClipboardOwner, OpenClipboard,
};
use windows::Win32::UI::WindowsAndMessaging::GetWindowThreadProcessId;

pub(super) fn begin_anew(window: &WebviewWindow) -> tauri::Result<()> {
    window.with_webview(|platform| {
        if let Err(error) = give_up_clipboard(&platform) {
            tracing::warn!(%error, "the clipboard could not be given up");
        }
    })?;
    window.reload()
}

/// Empties the clipboard if what is in it was put there by our pages or by us.
#[allow(unsafe_code)]
fn give_up_clipboard(platform: &PlatformWebview) -> windows::core::Result<()> {
    // SAFETY: a COM call on the window's live view, on the thread that owns it, and calls without pointers but to locals that
    // outlive them. The clipboard is closed by whoever opened it, here and now.
    unsafe {
        let mut browser = 0;
        let view = platform.controller().CoreWebView2()?;
        view.BrowserProcessId(&raw mut browser)?;
        let Ok(owner) = GetClipboardOwner() else {
            // Nobody's: empty, or left by a program that is gone.
            return Ok(());
        };
        let mut process = 0;
        GetWindowThreadProcessId(owner, Some(&raw mut process));
        if process != browser && process != std::process::id() {
            return Ok(());
        }
        OpenClipboard(None)?;
        let emptied = EmptyClipboard();
        CloseClipboard()?;
        emptied
    }
}
