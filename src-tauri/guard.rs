//! What the main window may do beside showing our pages: nothing.
//!
//! The pages come out of the binary; a link or a script that leads anywhere else is refused. Commands are answered for the
//! main window alone: the access control list says so already, and this says it again in one line that cannot drift from it.

use tauri::Url;

use crate::MAIN;

/// Whether the main window may load this.
pub(crate) fn is_our_page(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        // How Windows spells the same scheme.
        "http" | "https" => cfg!(windows) && url.host_str() == Some("tauri.localhost"),
        _ => false,
    }
}

/// Whether a window may call commands at all.
pub(crate) fn may_call(label: &str) -> bool {
    label == MAIN
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_main_window_loads_our_pages_only() {
        let loads = |url: &str| is_our_page(&Url::parse(url).unwrap());
        assert!(loads("tauri://localhost/index.html"));
        assert!(!loads("tauri://elsewhere/index.html"));
        assert!(!loads("https://id.clinic.example/"));
        assert!(!loads("file:///etc/passwd"));
        assert!(!loads("about:blank"));
    }

    #[test]
    fn only_the_main_window_calls_commands() {
        assert!(may_call("main"));
        for label in ["ceremony", "ceremony-popup-0", "Main", ""] {
            assert!(!may_call(label), "{label}");
        }
    }
}
