//! WebView2: its menus and its browser's keys (print, save, find, reload, developer tools) are settings of each view.
//! The keys for editing are none of them.

use tauri::WebviewWindow;
use webview2_com::Microsoft::Web::WebView2::Win32::{ICoreWebView2, ICoreWebView2Settings3};
use windows::core::Interface as _;

pub(super) fn shut_main(window: &WebviewWindow) -> tauri::Result<()> {
    window.with_webview(|platform| {
        if let Err(error) = shut_main_view(&platform) {
            tracing::error!(%error, "the menus and keys of the web view could not be taken away");
        }
    })
}

#[allow(unsafe_code)]
fn shut_main_view(platform: &tauri::webview::PlatformWebview) -> windows::core::Result<()> {
    // SAFETY: COM calls on the window's live view, on the thread that owns it.
    unsafe {
        let view = platform.controller().CoreWebView2()?;
        shut(&view)?;
        // These settings hold from the next page on, and the first one is loading already.
        view.Reload()
    }
}

/// Holds from the next page on.
#[allow(unsafe_code)]
pub(crate) fn shut(view: &ICoreWebView2) -> windows::core::Result<()> {
    // SAFETY: COM calls without pointers on a live view, on the thread that owns it.
    unsafe {
        let settings = view.Settings()?;
        settings.SetAreDefaultContextMenusEnabled(false)?;
        settings
            .cast::<ICoreWebView2Settings3>()?
            .SetAreBrowserAcceleratorKeysEnabled(false)
    }
}
