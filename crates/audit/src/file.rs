//! The files on the disk: who may read them, who writes to them, and when a write has arrived.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::error::AuditError;
use crate::segments;

/// Held by the one process that writes to a log.
///
/// A file of its own carries the lock, because on Windows a locked file cannot be read, and `verify` may look at any time.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Makes the log's folder, and takes the lock.
    pub fn take(log: &Path) -> Result<Self, AuditError> {
        let failed = |error| AuditError::from_io(log, error);
        std::fs::create_dir_all(segments::folder(log)).map_err(failed)?;
        let mut path = log.as_os_str().to_owned();
        path.push(".lock");
        let file = private(OpenOptions::new().create(true).truncate(false).write(true))
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(AuditError::InUse),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}

/// A segment that is appended to.
#[derive(Debug)]
pub(crate) struct Appended {
    file: File,
    path: PathBuf,
}

impl Appended {
    /// Opens the segment, or makes it; its name is on the disk when this returns.
    pub fn open(path: &Path) -> Result<Self, AuditError> {
        let failed = |error| AuditError::from_io(path, error);
        let file = private(OpenOptions::new().create(true).append(true))
            .open(path)
            .map_err(failed)?;
        narrow(&file).map_err(failed)?;
        sync(segments::folder(path)).map_err(failed)?;
        Ok(Self {
            file,
            path: path.to_owned(),
        })
    }

    #[cfg(all(test, target_os = "linux"))]
    pub fn write_to(&mut self, other: File) {
        self.file = other;
    }

    /// Appends, and returns when the octets are on the disk.
    pub fn append(&mut self, octets: &[u8]) -> Result<(), AuditError> {
        self.file
            .write_all(octets)
            .and_then(|()| self.file.sync_data())
            .map_err(|error| AuditError::from_io(&self.path, error))
    }

    /// Makes the file this long, and returns when that is so on the disk.
    pub fn cut(&mut self, length: u64) -> Result<(), AuditError> {
        self.file
            .set_len(length)
            .and_then(|()| self.file.sync_all())
            .map_err(|error| AuditError::from_io(&self.path, error))
    }
}

/// Readable by the account alone. On Windows the folder of the user has that effect by inheritance.
fn private(options: &mut OpenOptions) -> &OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// A file that was there before may have been made with wider permissions.
#[cfg(unix)]
fn narrow(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(std::fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn narrow(_file: &File) -> io::Result<()> {
    Ok(())
}

/// A new file survives a power loss once its folder has arrived too. Windows has no such call and needs none.
#[cfg(unix)]
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync(_folder: &Path) -> io::Result<()> {
    Ok(())
}
