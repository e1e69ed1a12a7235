//! Windows: two inheritable pipe handles named on the command line, and a job object that kills with its last handle.
//!
//! The browser is made halted and runs only once it is in the job, so that nothing it starts can be outside. Were we to die
//! between the two, a process would be left that never ran and holds nothing.
//!
//! The handles are inheritable from the moment they are marked until the browser is started, under a lock of this crate; a
//! program that another part of ours starts in that instant would inherit them too.
#![allow(unsafe_code)]

use std::io;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::os::windows::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use windows::Win32::Foundation::{HANDLE, HANDLE_FLAG_INHERIT, HANDLE_FLAGS, SetHandleInformation};
use windows::Win32::System::Diagnostics::ToolHelp::{
    CreateToolhelp32Snapshot, TH32CS_SNAPTHREAD, THREADENTRY32, Thread32First, Thread32Next,
};
use windows::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION, JOBOBJECT_EXTENDED_LIMIT_INFORMATION,
    JobObjectBasicAccountingInformation, JobObjectExtendedLimitInformation,
    QueryInformationJobObject, SetInformationJobObject, TerminateJobObject,
};
use windows::Win32::System::Threading::{
    CREATE_NEW_PROCESS_GROUP, CREATE_SUSPENDED, OpenThread, ResumeThread, THREAD_SUSPEND_RESUME,
};

use super::Launched;
use crate::flags;

/// Halted until it is in the job; and a Ctrl+C in our console is not the browser's.
const HALTED: u32 = CREATE_SUSPENDED.0 | CREATE_NEW_PROCESS_GROUP.0;

/// What [`ResumeThread`] answers when it cannot.
const NOT_RESUMED: u32 = u32::MAX;

/// How long killed processes may take to end.
const LEAVING: Duration = Duration::from_secs(2);

/// One launch at a time has inheritable handles.
static LAUNCHING: Mutex<()> = Mutex::new(());

/// A browser and everything that it started.
pub(crate) struct Process {
    browser: Child,
    job: Job,
}

/// Starts the browser. Its data folder needs no watching: the job knows all processes.
pub(crate) fn launch(mut command: Command, _folder: &Path) -> io::Result<Launched> {
    let job = Job::new()?;
    let (their_input, to_browser) = io::pipe()?;
    let (from_browser, their_output) = io::pipe()?;
    let launching = LAUNCHING.lock().unwrap_or_else(PoisonError::into_inner);
    inheritable(&their_input)?;
    inheritable(&their_output)?;
    let handles = format!(
        "{}={},{}",
        flags::PIPE_HANDLES,
        their_input.as_raw_handle() as usize,
        their_output.as_raw_handle() as usize
    );
    let browser = command
        .args(flags::PIPE)
        .arg(handles)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .creation_flags(HALTED)
        .spawn()?;
    drop((their_input, their_output));
    drop(launching);
    let mut process = Process { browser, job };
    let running = process
        .job
        .take_in(&process.browser)
        .and_then(|()| set_going(&process.browser));
    if let Err(error) = running {
        // In the job or not yet: it has not run.
        process.browser.kill()?;
        return Err(error);
    }
    Ok(Launched {
        process,
        from_browser,
        to_browser,
    })
}

impl Process {
    /// Whether nothing of it runs any more.
    pub(crate) fn is_gone(&mut self) -> bool {
        matches!(self.browser.try_wait(), Ok(Some(_))) && self.job.is_empty()
    }

    /// Ends everything at once.
    pub(crate) fn kill(&mut self) {
        if let Err(error) = self.job.kill() {
            tracing::debug!(%error, "the processes of the browser could not be ended");
        }
    }

    /// Ends everything and waits until it is gone, for a little.
    pub(crate) fn kill_and_wait(&mut self) {
        let deadline = Instant::now() + LEAVING;
        self.kill();
        while !self.is_gone() && Instant::now() < deadline {
            sleep(Duration::from_millis(10));
        }
    }
}

/// Nothing to do: the job of a process that died killed with it.
pub(crate) fn end_all_of(_folder: &Path) {}

/// There is none.
pub(crate) fn is_root() -> bool {
    false
}

/// Lets a halted process run. It has one thread, which is found by its owner: the standard library closes the handle to it.
fn set_going(browser: &Child) -> io::Result<()> {
    let mut thread = THREADENTRY32 {
        dwSize: size_of::<THREADENTRY32>().try_into().unwrap_or(0),
        ..THREADENTRY32::default()
    };
    // SAFETY: the snapshot is ours alone and stays open while it is read; the structure outlives the calls that fill it, and
    // its size is its own.
    unsafe {
        let taken = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0)?;
        let snapshot = OwnedHandle::from_raw_handle(taken.0);
        let list = HANDLE(snapshot.as_raw_handle());
        let mut more = Thread32First(list, &raw mut thread);
        while more.is_ok() {
            if thread.th32OwnerProcessID == browser.id() {
                return resume(thread.th32ThreadID);
            }
            more = Thread32Next(list, &raw mut thread);
        }
    }
    Err(io::ErrorKind::NotFound.into())
}

fn resume(thread: u32) -> io::Result<()> {
    // SAFETY: a new handle that nobody else has, open while it is used.
    unsafe {
        let opened = OpenThread(THREAD_SUSPEND_RESUME, false, thread)?;
        let thread = OwnedHandle::from_raw_handle(opened.0);
        if ResumeThread(HANDLE(thread.as_raw_handle())) == NOT_RESUMED {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

fn inheritable(end: &impl AsRawHandle) -> io::Result<()> {
    // SAFETY: the handle is open, because its owner is borrowed.
    unsafe {
        SetHandleInformation(
            HANDLE(end.as_raw_handle()),
            HANDLE_FLAG_INHERIT.0,
            HANDLE_FLAGS(HANDLE_FLAG_INHERIT.0),
        )?;
    }
    Ok(())
}

/// A job that ends its processes when its only handle is closed, which the system does when we die.
struct Job(OwnedHandle);

impl Job {
    fn new() -> io::Result<Self> {
        // SAFETY: a new handle that nobody else has; the structure outlives the call that reads it, and its size is its own.
        unsafe {
            let handle = CreateJobObjectW(None, None)?;
            let job = Self(OwnedHandle::from_raw_handle(handle.0));
            let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
            limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
            SetInformationJobObject(
                job.handle(),
                JobObjectExtendedLimitInformation,
                (&raw const limits).cast(),
                size_of_val(&limits).try_into().unwrap_or(0),
            )?;
            Ok(job)
        }
    }

    fn take_in(&self, browser: &Child) -> io::Result<()> {
        // SAFETY: both handles are open, because their owners are borrowed.
        unsafe { AssignProcessToJobObject(self.handle(), HANDLE(browser.as_raw_handle()))? };
        Ok(())
    }

    fn kill(&self) -> io::Result<()> {
        // SAFETY: the handle is open, because we own it.
        unsafe { TerminateJobObject(self.handle(), 1)? };
        Ok(())
    }

    fn is_empty(&self) -> bool {
        let mut accounting = JOBOBJECT_BASIC_ACCOUNTING_INFORMATION::default();
        // SAFETY: the handle is open, and the structure outlives the call that fills it; its size is its own.
        let asked = unsafe {
            QueryInformationJobObject(
                Some(self.handle()),
                JobObjectBasicAccountingInformation,
                (&raw mut accounting).cast(),
                size_of_val(&accounting).try_into().unwrap_or(0),
                None,
            )
        };
        asked.is_ok() && accounting.ActiveProcesses == 0
    }

    fn handle(&self) -> HANDLE {
        HANDLE(self.0.as_raw_handle())
    }
}
