//! The file on the disk: who may read it, who writes to it, and when a write has arrived.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::error::AuditError;

/// A file that this process alone appends to.
#[derive(Debug)]
pub(crate) struct Sole {
    file: File,
    path: PathBuf,
    /// A second file carries the lock, because on Windows a locked file cannot be read, and `verify` may look at any time.
    _lock: File,
}

impl Sole {
    pub fn open(path: &Path) -> Result<Self, AuditError> {
        let failed = |error| AuditError::from_io(path, error);
        if let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let mut lock_path = path.as_os_str().to_owned();
        lock_path.push(".lock");
        let lock = private(OpenOptions::new().create(true).truncate(false).write(true))
            .open(&lock_path)
            .map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(AuditError::InUse),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }

        let file = private(OpenOptions::new().create(true).append(true))
            .open(path)
            .map_err(failed)?;
        narrow(&file).map_err(failed)?;
        sync_folder(path).map_err(failed)?;
        Ok(Self {
            file,
            path: path.to_owned(),
            _lock: lock,
        })
    }

    #[cfg(all(test, target_os = "linux"))]
    pub fn write_to(&mut self, other: File) {
        self.file = other;
    }

    pub fn path(&self) -> &Path {
        &self.path
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
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}
