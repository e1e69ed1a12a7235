//! The browser's command line: what makes it private, quiet and alone.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::Command;

use crate::find::{EDGE, Installed};
use crate::profile::Profile;

/// The browser is watched over a pipe. A port would let in every user of this computer.
pub(crate) const PIPE: [&str; 1] = ["--remote-debugging-pipe"];

/// Names the pipe's ends where descriptors have no fixed numbers.
#[cfg(windows)]
pub(crate) const PIPE_HANDLES: &str = "--remote-debugging-io-pipes";

/// What holds for every browser.
const ALWAYS: [&str; 20] = [
    // No window before it is watched.
    "--no-startup-window",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-service-autorun",
    "--disable-search-engine-choice-screen",
    // Nobody else's code, and nobody else's accounts.
    "--disable-extensions",
    "--disable-default-apps",
    "--disable-sync",
    // Nothing is fetched or told that no page asked for.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-client-side-phishing-detection",
    "--disable-domain-reliability",
    "--disable-breakpad",
    "--metrics-recording-only",
    "--no-pings",
    // No key in the person's keyring for cookies that nobody keeps, and no offer to keep a password.
    "--password-store=basic",
    "--use-mock-keychain",
    "--disable-features=Translate,MediaRouter,PasswordManagerOnboarding,AutofillServerCommunication,OptimizationHints,DialMediaRouteProvider",
    // What the person sees is the page and its address.
    "--hide-crash-restore-bubble",
    "--noerrdialogs",
];

/// Variables that would make the browser write down the traffic's keys, or take another's switches.
const UNWANTED: [&str; 4] = [
    "SSLKEYLOGFILE",
    "CHROME_LOG_FILE",
    "CHROME_USER_DATA_DIR",
    "CHROMIUM_USER_FLAGS",
];

/// How the browser is started on this profile.
pub(crate) fn command(
    browser: &Installed,
    profile: &Profile,
    is_root: bool,
) -> io::Result<Command> {
    let mut command = Command::new(&browser.executable);
    command
        .arg(option("--user-data-dir", &profile.data()))
        .arg(if browser.name == EDGE {
            "--inprivate"
        } else {
            "--incognito"
        })
        .args(ALWAYS)
        // What a crash leaves may hold what was typed: it belongs to what is deleted. Read on Linux.
        .env("BREAKPAD_DUMP_LOCATION", profile.folder().join("crashes"));
    // Chromium refuses to start as root with a sandbox; nobody but root gets one without.
    if is_root {
        command.arg("--no-sandbox");
    }
    for name in UNWANTED {
        command.env_remove(name);
    }
    #[cfg(all(unix, not(target_os = "macos")))]
    command.env("PATH", search_path(profile)?);
    Ok(command)
}

/// Chromium hands `mailto:` and its like to `xdg-email` and `xdg-open` without asking anybody, and asks nobody over the pipe.
/// So the programs of these names that it finds first do nothing. Windows and macOS have no such door to close.
#[cfg(all(unix, not(target_os = "macos")))]
fn search_path(profile: &Profile) -> io::Result<OsString> {
    let programs = profile.folder().join("programs");
    std::fs::create_dir(&programs)?;
    for name in ["xdg-open", "xdg-email"] {
        std::os::unix::fs::symlink("/bin/false", programs.join(name))?;
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(programs).chain(std::env::split_paths(&path)))
        .map_err(io::Error::other)
}

fn option(name: &str, value: &Path) -> OsString {
    let mut option = OsString::from(name);
    option.push("=");
    option.push(value);
    option
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn line(name: &'static str, is_root: bool) -> Vec<String> {
        let place = tempfile::tempdir().unwrap();
        let profile = Profile::create(place.path()).unwrap();
        let browser = Installed::at(name, PathBuf::from("/usr/bin/chromium"));
        command(&browser, &profile, is_root)
            .unwrap()
            .get_args()
            .map(|argument| argument.to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn only_root_runs_a_browser_without_its_sandbox() {
        let sandboxed = line(crate::find::CHROMIUM, false);
        assert!(!sandboxed.iter().any(|argument| argument == "--no-sandbox"));
        assert!(line(crate::find::CHROMIUM, true).contains(&"--no-sandbox".to_owned()));
    }

    #[test]
    fn no_port_is_ever_opened() {
        let line = line(EDGE, false);
        assert!(
            !line
                .iter()
                .any(|argument| argument.contains("debugging-port"))
        );
    }

    #[test]
    fn edge_calls_its_private_mode_by_another_name() {
        assert!(line(EDGE, false).contains(&"--inprivate".to_owned()));
        assert!(line(crate::find::CHROME, false).contains(&"--incognito".to_owned()));
    }
}
