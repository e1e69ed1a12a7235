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
    use std::collections::BTreeSet;

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

    /// One command that is written and not declared would be open to every window.
    #[test]
    fn every_command_is_declared_handled_and_granted_to_the_main_window_alone() {
        let written: BTreeSet<_> = include_str!("commands.rs")
            .split("#[tauri::command]\n")
            .skip(1)
            .map(|rest| between(rest, "async fn ", "("))
            .collect();
        let declared: BTreeSet<_> = include!("command_names.in").into();
        let handled: BTreeSet<_> = include_str!("startup/mod.rs")
            .split("            commands::")
            .skip(1)
            .map(|rest| between(rest, "", ","))
            .collect();
        let capability: serde_json::Value =
            serde_json::from_str(include_str!("capabilities/main.json")).unwrap();
        let granted: BTreeSet<_> = capability["permissions"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|permission| permission.as_str()?.strip_prefix("allow-"))
            .map(|name| name.replace('-', "_"))
            .collect();

        assert_eq!(written, declared);
        assert_eq!(handled, declared);
        assert_eq!(
            granted,
            declared.iter().map(|name| (*name).to_owned()).collect()
        );
        assert_eq!(capability["windows"], serde_json::json!([MAIN]));
        assert_eq!(capability.get("remote"), None);
    }

    fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
        let start = text.find(from).unwrap() + from.len();
        &text[start..start + text[start..].find(to).unwrap()]
    }

    #[test]
    fn only_the_main_window_calls_commands() {
        assert!(may_call("main"));
        for label in ["ceremony", "ceremony-popup-0", "Main", ""] {
            assert!(!may_call(label), "{label}");
        }
    }
}
