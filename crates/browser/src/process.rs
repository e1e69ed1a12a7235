//! The browser's processes: started with the two ends of a pipe and nothing else of ours, ended together.
//!
//! What keeps them together differs by operating system: a process group on Unix, a job object on Windows. A browser that
//! loses its pipe ends by itself, so this holds even when we are killed.

#[cfg(unix)]
mod table;
#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub(crate) use unix::{Process, end_all_of, is_root, launch};

#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub(crate) use windows::{Process, end_all_of, is_root, launch};

use std::io::{PipeReader, PipeWriter};

/// A browser that was started, and our ends of its pipe.
pub(crate) struct Launched {
    pub(crate) process: Process,
    pub(crate) from_browser: PipeReader,
    pub(crate) to_browser: PipeWriter,
}
