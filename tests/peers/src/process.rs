//! A provider's process: started, waited for, ended by its own handle.
//!
//! Every peer ends when its standard input closes. So it goes with this process even where nobody is left to end it.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};

/// A peer that has not said that it is ready by now is broken.
const READY: Duration = Duration::from_mins(1);

/// A peer that runs.
pub struct Process {
    /// Dropped first: this is how the peer is asked to end.
    _lifeline: ChildStdin,
    _child: Child,
}

impl Process {
    /// Starts a program in a directory, and waits for the first line of what it says.
    ///
    /// What it complains about goes to the test's own output.
    pub async fn start(command: &mut Command, directory: &Path) -> (Self, String) {
        let program = command.as_std().get_program().to_owned();
        let mut child = command
            .current_dir(directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{} does not start: {error}", program.display()));
        let lifeline = child.stdin.take().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = tokio::time::timeout(READY, lines.next_line()).await;
        let line = line.unwrap_or_else(|_| panic!("{} is not ready", program.display()));
        let line = line.unwrap();
        let line = line.unwrap_or_else(|| panic!("{} ended at once", program.display()));
        let process = Self {
            _lifeline: lifeline,
            _child: child,
        };
        (process, line)
    }
}
