//! Unix: descriptors 3 and 4 for the pipe, and a process group.
//!
//! The group holds the whole tree but the crash handlers, which make sessions of their own; those name our folder on their
//! command line, and are found by it.
//!
//! The number of a group is that of its leader, the browser. It stays ours for as long as the ended leader is not collected,
//! so that happens last: no signal to the group, and no look for its members, can hit strangers who were given the number.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use command_fds::{CommandFdExt, FdMapping};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use super::Launched;
use super::table::{self, Entry};
use crate::flags;

/// How long killed processes may take to leave the process table.
const LEAVING: Duration = Duration::from_secs(2);

/// A browser and everything that it started.
pub(crate) struct Process {
    browser: Child,
    /// The group's number; none once the leader was collected, for then it may be anybody's.
    group: Option<Pid>,
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
            group: pid(browser.id()),
            browser,
            folder: folder.to_owned(),
        },
        from_browser,
        to_browser,
    })
}

impl Process {
    /// Whether nothing of it runs any more. The first time that it says so, it collects the browser.
    pub(crate) fn is_gone(&mut self) -> bool {
        if !self.leader_has_ended() || !self.remaining().is_empty() {
            return false;
        }
        if self.group.take().is_some()
            && let Err(error) = self.browser.wait()
        {
            tracing::debug!(%error, "the ended browser could not be collected");
        }
        true
    }

    /// Ends everything at once.
    pub(crate) fn kill(&mut self) {
        if let Some(group) = self.group {
            log(kill_process_group(group, Signal::KILL));
        }
        for entry in self.remaining() {
            // The others of the group have their signal.
            if entry.works_in(&self.folder) {
                end(&entry, &self.folder);
            }
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

    /// Looks without collecting.
    fn leader_has_ended(&mut self) -> bool {
        let Some(leader) = self.group else {
            return true;
        };
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        match waitid(WaitId::Pid(leader), look) {
            Ok(ended) => ended.is_some(),
            // Somebody else collected it: the number is no longer ours.
            Err(Errno::CHILD) => {
                self.group = None;
                true
            }
            Err(error) => {
                tracing::debug!(%error, "whether the browser has ended cannot be seen");
                false
            }
        }
    }

    fn remaining(&self) -> Vec<Entry> {
        let group = self.group.map(|group| group.as_raw_nonzero().get());
        table::read()
            .into_iter()
            .filter(|entry| Some(entry.group) == group || entry.works_in(&self.folder))
            .collect()
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
        for entry in &left {
            end(entry, folder);
        }
        sleep(Duration::from_millis(10));
    }
}

pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Ends this process and no other. It is held first and looked at again, since its number may have passed on meanwhile.
#[cfg(target_os = "linux")]
fn end(entry: &Entry, folder: &Path) {
    use rustix::process::{PidfdFlags, pidfd_open, pidfd_send_signal};
    let Some(process) = Pid::from_raw(entry.process) else {
        return;
    };
    let signalled = pidfd_open(process, PidfdFlags::empty()).and_then(|held| {
        let is_still_it = table::of(entry.process).is_some_and(|now| now.works_in(folder));
        if is_still_it {
            pidfd_send_signal(held, Signal::KILL)
        } else {
            Ok(())
        }
    });
    log(signalled);
}

/// Ends this process. The system has no way to hold one; it deals its numbers in turn, so that the one which was just read
/// does not come again for thousands of processes.
#[cfg(not(target_os = "linux"))]
fn end(entry: &Entry, _folder: &Path) {
    if let Some(process) = Pid::from_raw(entry.process) {
        log(rustix::process::kill_process(process, Signal::KILL));
    }
}

fn pid(number: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(number).ok()?)
}

/// Gone before the signal came is as good.
fn log(result: rustix::io::Result<()>) {
    if let Err(error) = result
        && error != Errno::SRCH
    {
        tracing::debug!(%error, "a process of the browser could not be ended");
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// A leader that ends at once and leaves a member of its group behind.
    fn leader_that_leaves_somebody(folder: &Path) -> Process {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "sleep 600 & exit 0", "sh"]);
        launch(command, folder).unwrap().process
    }

    fn has_ended(process: &mut Process) -> bool {
        let started = Instant::now();
        while !process.leader_has_ended() && started.elapsed() < Duration::from_mins(1) {
            sleep(Duration::from_millis(5));
        }
        process.leader_has_ended()
    }

    #[test]
    fn whoever_outlives_the_browser_in_its_group_is_ended_by_the_number_that_is_still_ours() {
        let folder = tempfile::tempdir().unwrap();
        let mut process = leader_that_leaves_somebody(folder.path());
        assert!(has_ended(&mut process));
        assert!(!process.is_gone(), "somebody of the group is left");
        assert!(
            process.group.is_some(),
            "the number is kept until all are gone"
        );

        process.kill_and_wait();

        assert!(process.is_gone());
        assert_eq!(process.group, None);
    }

    /// As it is when the number of a browser that was collected is given to somebody new.
    #[test]
    fn a_stranger_with_the_number_of_a_browser_that_was_collected_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("/bin/sleep");
        let stranger = command.arg("600").process_group(0).spawn().unwrap();
        let mut process = Process {
            browser: stranger,
            group: None,
            folder: folder.path().to_owned(),
        };

        process.kill_and_wait();

        assert!(process.is_gone(), "nothing of ours is left");
        assert!(matches!(process.browser.try_wait(), Ok(None)));
        process.browser.kill().unwrap();
        process.browser.wait().unwrap();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_number_that_passed_on_to_somebody_else_is_not_ended() {
        let folder = tempfile::tempdir().unwrap();
        let mut stranger = Command::new("/bin/sleep").arg("600").spawn().unwrap();
        let number = i32::try_from(stranger.id()).unwrap();
        let read_before = Entry::of_browser(number, folder.path());

        end(&read_before, folder.path());

        assert!(matches!(stranger.try_wait(), Ok(None)));
        stranger.kill().unwrap();
        stranger.wait().unwrap();
    }
}
