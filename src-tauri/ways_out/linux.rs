//! WebKitGTK asks by signal before it opens a dialog or a menu.

use tauri::WebviewWindow;
use webkit2gtk::{
    ContextMenu, ContextMenuAction, ContextMenuExt as _, ContextMenuItemExt as _,
    FileChooserRequestExt as _, WebView, WebViewExt as _,
};

pub(super) fn shut_main(window: &WebviewWindow) -> tauri::Result<()> {
    window.with_webview(|platform| shut(&platform.inner()))
}

/// Answers for the engine: no dialog, and no menu but for editing.
pub(crate) fn shut(view: &WebView) {
    view.connect_print(|_, _| true);
    view.connect_run_file_chooser(|_, request| {
        request.cancel();
        true
    });
    view.connect_context_menu(|_, menu, _, _| {
        leave_editing(menu);
        menu.n_items() == 0
    });
}

fn leave_editing(menu: &ContextMenu) {
    for item in menu.items() {
        if !is_editing(item.stock_action()) {
            menu.remove(&item);
        }
    }
}

fn is_editing(action: ContextMenuAction) -> bool {
    matches!(
        action,
        ContextMenuAction::Cut
            | ContextMenuAction::Copy
            | ContextMenuAction::Paste
            | ContextMenuAction::PasteAsPlainText
            | ContextMenuAction::Delete
            | ContextMenuAction::SelectAll
    )
}
