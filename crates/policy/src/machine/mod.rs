//! Machine policy: what IT sets in the place that each operating system has for it.

#[cfg(any(target_os = "macos", test))]
mod forced;
#[cfg(all(unix, not(target_os = "macos")))]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
#[cfg(any(windows, test))]
mod registry;
#[cfg(windows)]
mod windows;

use std::path::PathBuf;

use crate::error::PolicyError;
use crate::layers::{Layer, Source, read_file};

/// Where machine policy is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Machine {
    /// In the place of this operating system.
    #[default]
    ThisSystem,
    /// In a file that takes the part of it, to try a policy before it is rolled out.
    Instead(PathBuf),
    /// Nowhere.
    Absent,
}

/// A place that only administrators can write to.
trait Place {
    /// What stands there; nothing when IT set nothing.
    fn read(&self) -> Result<Option<Layer>, PolicyError>;
}

pub(crate) fn read(machine: &Machine) -> Result<Option<Layer>, PolicyError> {
    match machine {
        Machine::ThisSystem => this_system().read(),
        Machine::Instead(path) => InFile(path.clone()).read(),
        Machine::Absent => Ok(None),
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn this_system() -> impl Place {
    InFile(PathBuf::from(linux::PATH))
}

#[cfg(target_os = "macos")]
fn this_system() -> impl Place {
    macos::ManagedPreferences
}

#[cfg(windows)]
fn this_system() -> impl Place {
    windows::Registry
}

/// A TOML file whose permissions let nobody but its owner write to it.
struct InFile(PathBuf);

impl Place for InFile {
    fn read(&self) -> Result<Option<Layer>, PolicyError> {
        let source = Source::Machine(self.0.display().to_string());
        let layer = read_file(&self.0, source.clone())?;
        #[cfg(all(unix, not(target_os = "macos")))]
        if layer.is_some() {
            linux::refuse_shared(&self.0, &source)?;
        }
        Ok(layer)
    }
}
