//! A browser's processes and its profile, which end together and in this order, whatever happens.

use std::time::Duration;

use identity::Disposal;
use tokio::time::{Instant, sleep};

use crate::process::Process;
use crate::profile::Profile;

/// How long the browser may take to end by itself.
const GRACE: Duration = Duration::from_secs(3);
/// How long ending and deleting may take altogether.
const PATIENCE: Duration = Duration::from_secs(8);

/// A browser that runs. Dropping it ends it at once and deletes its profile.
pub(crate) struct Running {
    process: Process,
    profile: Profile,
}

impl Running {
    pub(crate) fn new(process: Process, profile: Profile) -> Self {
        Self { process, profile }
    }

    /// Waits for the end that the browser was asked for, makes it where it does not come, and looks what is left.
    pub(crate) async fn end(mut self) -> Disposal {
        let started = Instant::now();
        let mut notes = Vec::new();
        loop {
            let processes_gone = self.process.is_gone();
            let jar_gone = processes_gone && self.profile.remove();
            if jar_gone || started.elapsed() >= PATIENCE {
                if !processes_gone {
                    notes.push("processes of the browser still run".to_owned());
                }
                if !jar_gone {
                    notes.push("the profile is left to the next start".to_owned());
                }
                return Disposal {
                    // A window does not outlive its process.
                    window_gone: processes_gone,
                    processes_gone,
                    jar_gone,
                    notes,
                };
            }
            if !processes_gone && started.elapsed() >= GRACE {
                if notes.is_empty() {
                    notes.push("the browser did not end by itself".to_owned());
                }
                self.process.kill();
            }
            sleep(Duration::from_millis(25)).await;
        }
    }
}

impl Drop for Running {
    /// Not in good order: a panic, or somebody who stopped waiting. The profile goes with its own drop, right after.
    fn drop(&mut self) {
        if !self.process.is_gone() {
            self.process.kill_and_wait();
        }
    }
}
