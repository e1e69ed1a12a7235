//! Which browser of this computer is used.
//!
//! No policy names one: a setting that names a program to start would be a way to start any program. A browser inside a
//! snap or flatpak is passed over, because it cannot see our folder and does not hand the pipe through.

#[cfg(all(unix, not(target_os = "macos")))]
mod linux;
#[cfg(all(unix, not(target_os = "macos")))]
use linux as system;
#[cfg(target_os = "macos")]
mod macos;
#[cfg(target_os = "macos")]
use macos as system;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as system;

use std::path::PathBuf;

/// An installed browser that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// What people call it.
    pub name: &'static str,
    /// What is started.
    pub executable: PathBuf,
}

impl Installed {
    /// A browser at a place of its own, for tests and command lines.
    pub fn at(name: &'static str, executable: PathBuf) -> Self {
        Self { name, executable }
    }
}

/// The browser that would be used, if there is one.
pub fn installed() -> Option<Installed> {
    system::find()
}

pub(crate) const CHROMIUM: &str = "Chromium";
pub(crate) const CHROME: &str = "Google Chrome";
pub(crate) const EDGE: &str = "Microsoft Edge";
