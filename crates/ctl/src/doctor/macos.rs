//! macOS: window server, `WebKit` and Keychain are parts of the system.

use std::path::Path;

const WEBVIEW: &str = "/System/Library/Frameworks/WebKit.framework";

/// Always there for a person who is logged in at the screen.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the same question on every system"
)]
pub fn display() -> Result<String, String> {
    Ok("WindowServer".to_owned())
}

/// The framework.
pub fn webview() -> Result<String, String> {
    if Path::new(WEBVIEW).exists() {
        Ok(WEBVIEW.to_owned())
    } else {
        Err(WEBVIEW.to_owned())
    }
}

/// The login keychain.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the same question on every system"
)]
pub fn keyring() -> Result<String, String> {
    Ok("Keychain".to_owned())
}
