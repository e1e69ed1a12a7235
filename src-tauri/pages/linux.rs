//! WebKitGTK: the process that showed the pages is ended, and another one shows them anew.

use tauri::WebviewWindow;
use webkit2gtk::WebViewExt as _;

use crate::web_processes;

pub(super) fn begin_anew(window: &WebviewWindow) -> tauri::Result<()> {
    window.with_webview(|webview| {
        let view = webview.inner();
        view.terminate_web_process();
        give_up_selections();
        web_processes::for_our_pages(|| view.reload());
    })
}

/// What was copied or marked in a window of ours lies in this process, which would hand it out for as long as it runs.
/// GTK gives up a selection only while this process owns it.
fn give_up_selections() {
    for selection in [gtk::gdk::SELECTION_CLIPBOARD, gtk::gdk::SELECTION_PRIMARY] {
        gtk::Clipboard::get(&selection).clear();
    }
}
