//! The pages of the main window begin anew, with nothing of what they had.
//!
//! Where the web engine lets us, its process goes too, and with it whatever its memory still held. Elsewhere the page is
//! loaded anew, and what its engine has not yet overwritten stays in a process that only this person's programs can read.

use tauri::WebviewWindow;

/// Begins anew.
pub(crate) fn forget(window: &WebviewWindow) {
    let begun = begin_anew(window);
    if let Err(error) = begun {
        tracing::error!(%error, "the pages could not begin anew");
    }
}

#[cfg(target_os = "linux")]
fn begin_anew(window: &WebviewWindow) -> tauri::Result<()> {
    use webkit2gtk::WebViewExt as _;

    window.with_webview(|webview| {
        let view = webview.inner();
        view.terminate_web_process();
        view.reload();
    })
}

#[cfg(not(target_os = "linux"))]
fn begin_anew(window: &WebviewWindow) -> tauri::Result<()> {
    window.reload()
}
