//! How the identity provider's pages reach a person: an ephemeral window, a throw-away browser, or, for sign-in alone, the
//! system's browser.
//!
//! The window is isolated from the main window and from every other window of its kind: its cookies, storage and caches are
//! born empty and die with it. What isolates it differs by operating system and stands in [`jar`].
//! It does not hide what is typed from other software of the same user, and an identity provider that refuses embedded
//! browsers will refuse this one (docs/adr/0001).

mod jar;
mod system_browser;
mod turn;
mod window;

pub(crate) use system_browser::SystemBrowser;
pub(crate) use window::WindowAgent;

use browser::BrowserAgent;

/// The browser for signing, where policy wants one; or the code of what is missing.
pub(crate) fn throw_away_browser() -> Result<BrowserAgent, &'static str> {
    let place = browser::folder().ok_or("isolation_unavailable")?;
    let found = browser::installed().ok_or("browser_missing")?;
    tracing::info!(name = found.name, executable = %found.executable.display(), "browser for signing");
    Ok(BrowserAgent::new(place))
}

/// Deletes what agents of an earlier run could not, whatever policy says now. Nobody waits for it: each new profile is
/// made after a sweep of its own.
pub(crate) fn sweep() {
    jar::sweep();
    let Some(place) = browser::folder() else {
        return;
    };
    std::thread::spawn(move || match browser::sweep(&place) {
        Ok(swept) if swept == browser::Swept::default() => {}
        Ok(swept) => tracing::info!(?swept, "throw-away browsers of an earlier run"),
        Err(error) => tracing::warn!(%error, "left-over browsers cannot be looked for"),
    });
}
