//! Windows: desktop and Credential Manager are parts of the system; the `WebView2` runtime is not.

use windows_registry::{CURRENT_USER, Key, LOCAL_MACHINE};

/// Where the evergreen runtime says which version it is.
const WEBVIEW: &str = r"Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}";

/// Always there for a person who is logged in at the screen.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the same question on every system"
)]
pub fn display() -> Result<String, String> {
    Ok("Desktop Window Manager".to_owned())
}

/// The runtime, for all users or for this one.
pub fn webview() -> Result<String, String> {
    let places: [(&Key, &str); 3] = [
        (LOCAL_MACHINE, r"SOFTWARE\WOW6432Node"),
        (LOCAL_MACHINE, "SOFTWARE"),
        (CURRENT_USER, "Software"),
    ];
    places
        .iter()
        .filter_map(|(root, parent)| {
            root.open(format!(r"{parent}\{WEBVIEW}"))
                .ok()?
                .get_string("pv")
                .ok()
        })
        .find(|version| !version.is_empty() && version != "0.0.0.0")
        .map(|version| format!("WebView2 {version}"))
        .ok_or_else(|| "WebView2".to_owned())
}

/// Credential Manager.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the same question on every system"
)]
pub fn keyring() -> Result<String, String> {
    Ok("Credential Manager".to_owned())
}
