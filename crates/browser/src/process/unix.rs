//! Unix: descriptors 3 and 4 for the pipe, and a process group.
//!
//! The group holds the whole tree but the crash handlers, which make sessions of their own; those name our folder on their
//! command line, and are found by it.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use command_fds::{CommandFdExt, FdMapping};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use super::Launched;
use super::table::{self, Entry};
use crate::flags;

/// How long killed processes may take to leave the process table.
const LEAVING: Duration = Duration::from_secs(2);

/// A browser and everything that it started.
pub(crate) struct Process {
    browser: Child,
    folder: PathBuf,
}

/// Starts the browser with its data below `folder`.
pub(crate) fn launch(mut command: Command, folder: &Path) -> io::Result<Launched> {
    let (their_input, to_browser) = io::pipe()?;
    let (from_browser, their_output) = io::pipe()?;
    command
        .args(flags::PIPE)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .fd_mappings(vec![
            FdMapping {
                parent_fd: OwnedFd::from(their_input),
                child_fd: 3,
            },
            FdMapping {
                parent_fd: OwnedFd::from(their_output),
                child_fd: 4,
            },
        ])
        .map_err(|_| io::Error::from(io::ErrorKind::AlreadyExists))?;
    let browser = command.spawn()?;
    // The command owns the browser's ends; while it lives, a browser that died would not break the pipe.
    drop(command);
    Ok(Launched {
        process: Process {
            browser,
            folder: folder.to_owned(),
        },
        from_browser,
        to_browser,
    })
}

impl Process {
    /// Whether nothing of it runs any more.
    pub(crate) fn is_gone(&mut self) -> bool {
        let ended = matches!(self.browser.try_wait(), Ok(Some(_)));
        ended && self.remaining().is_empty()
    }

    /// Ends everything at once.
    pub(crate) fn kill(&mut self) {
        // Not collected yet, so the number of the group is still ours.
        if matches!(self.browser.try_wait(), Ok(None))
            && let Some(group) = self.group()
        {
            log(kill_process_group(group, Signal::KILL));
        }
        for entry in self.remaining() {
            end(&entry);
        }
    }

    /// Ends everything and waits until it is gone, for a little.
    pub(crate) fn kill_and_wait(&mut self) {
        let deadline = Instant::now() + LEAVING;
        self.kill();
        while !self.is_gone() && Instant::now() < deadline {
            sleep(Duration::from_millis(10));
            self.kill();
        }
    }

    fn remaining(&self) -> Vec<Entry> {
        let group = self.browser.id();
        table::read()
            .into_iter()
            .filter(|entry| entry.group == group || entry.works_in(&self.folder))
            .collect()
    }

    fn group(&self) -> Option<Pid> {
        Pid::from_raw(i32::try_from(self.browser.id()).ok()?)
    }
}

/// Ends the processes of a browser whose maker died, and waits a little for their end.
pub(crate) fn end_all_of(folder: &Path) {
    let deadline = Instant::now() + LEAVING;
    loop {
        let mut left = table::read();
        left.retain(|entry| entry.works_in(folder));
        if left.is_empty() || Instant::now() >= deadline {
            return;
        }
        left.iter().for_each(end);
        sleep(Duration::from_millis(10));
    }
}

pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn end(entry: &Entry) {
    if let Some(process) = i32::try_from(entry.process).ok().and_then(Pid::from_raw) {
        log(kill_process(process, Signal::KILL));
    }
}

/// Gone before the signal came is as good.
fn log(result: rustix::io::Result<()>) {
    if let Err(error) = result
        && error != rustix::io::Errno::SRCH
    {
        tracing::debug!(%error, "a process of the browser could not be ended");
    }
}
