//! The service as a process of its own, which can be killed.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use url::Url;

use super::CLIENT;

/// A folder that a gateway lives in, and the address of its identity provider.
pub struct Home {
    folder: TempDir,
    issuer: String,
}

/// A gateway that runs.
pub struct Process {
    child: Child,
    pub url: Url,
}

impl Home {
    pub fn new(issuer: &str) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            issuer: issuer.to_owned(),
        }
    }

    pub fn store(&self) -> PathBuf {
        self.folder.path().join("records.sqlite")
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts the service and waits until it serves.
    pub fn start(&self) -> Process {
        let mut child = self.command().stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines.by_ref().find_map(|line| {
            let said: Value = serde_json::from_str(&line.unwrap()).ok()?;
            said["fields"]["address"].as_str().map(str::to_owned)
        });
        let address = address.expect("the service says where it serves");
        // Its log is read to the end, so that it never waits for us.
        std::thread::spawn(move || lines.count());
        Process {
            child,
            url: format!("http://{address}/").parse().unwrap(),
        }
    }

    /// Starts the service and kills it after that long, wherever it is by then.
    pub fn start_and_kill(&self, after: Duration) {
        let mut child = self.command().stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(after);
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// How long a start takes here and now.
    pub fn time_of_a_start(&self) -> Duration {
        let begun = Instant::now();
        self.start().kill();
        begun.elapsed()
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign-gateway"));
        command
            .args(["--listen", "127.0.0.1:0", "--client-id", CLIENT])
            .args(["--anyone-may-sign", "--development-http"])
            .args(["--issuer", &self.issuer, "--store"])
            .arg(self.store())
            .arg("--signing-key")
            .arg(self.folder.path().join("receipts.p8"))
            .env_remove("RUST_LOG");
        command
    }
}

impl Process {
    /// How much of it is in memory, in KiB.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let digits = resident.unwrap().trim().trim_end_matches(" kB");
        digits.parse().unwrap()
    }

    /// SIGKILL: no destructor, no handler, no flush.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // A test that failed leaves no process behind; one that was killed already is gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
