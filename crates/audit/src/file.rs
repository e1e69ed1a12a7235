//! The files on the disk: who may read them, who writes to them, when a write has arrived, and whether anybody else had a
//! hand in them meanwhile.
//!
//! Somebody who changes octets in place, and leaves the file as long as it was, is not found here but by `verify`.

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
        let file = private(OpenOptions::new().create(true).truncate(false).write(true))
            .open(segments::lock(log))
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(AuditError::InUse),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}

/// A segment that is appended to.
///
/// An open file goes on taking octets after its name is gone, and with the last handle they are gone too. So before each
/// write, and again before the write counts, its path must still lead to it, and it must be as long as this writer made it.
#[derive(Debug)]
pub(crate) struct Appended {
    file: File,
    path: PathBuf,
    identity: Identity,
    length: u64,
    /// Somebody else had a hand in it: for good, whatever they put back.
    displaced: bool,
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
        let identity = Identity::of(&file).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        Ok(Self {
            file,
            path: path.to_owned(),
            identity,
            length,
            displaced: false,
        })
    }

    /// Takes this device for its file.
    #[cfg(all(test, target_os = "linux"))]
    pub fn move_to(&mut self, device: &Path) -> io::Result<()> {
        self.file = OpenOptions::new().append(true).open(device)?;
        self.identity = Identity::of(&self.file)?;
        self.length = self.file.metadata()?.len();
        device.clone_into(&mut self.path);
        Ok(())
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Whether somebody else had a hand in it.
    pub fn is_displaced(&self) -> bool {
        self.displaced
    }

    /// That its path still leads to it, and that nobody else made it longer or shorter.
    pub fn in_place(&mut self) -> Result<(), AuditError> {
        let stands = !self.displaced && self.is_at_its_path()? && self.is_as_long_as_it_was()?;
        self.displaced = !stands;
        if stands { Ok(()) } else { Err(self.gone()) }
    }

    /// Appends, and returns when the octets are on the disk, where they can be found.
    pub fn append(&mut self, octets: &[u8]) -> Result<(), AuditError> {
        self.in_place()?;
        self.file
            .write_all(octets)
            .and_then(|()| self.file.sync_data())
            .map_err(|error| AuditError::from_io(&self.path, error))?;
        self.length += octets.len() as u64;
        self.in_place()
    }

    /// Makes the file this long, and returns when that is so on the disk.
    ///
    /// On Windows a file that was opened for appending cannot be made shorter through the same handle.
    pub fn cut(&mut self, length: u64) -> Result<(), AuditError> {
        if self.displaced || !self.is_at_its_path()? {
            self.displaced = true;
            return Err(self.gone());
        }
        let failed = |error| AuditError::from_io(&self.path, error);
        let file = OpenOptions::new()
            .write(true)
            .open(&self.path)
            .map_err(failed)?;
        if Identity::of(&file).map_err(failed)? != self.identity {
            self.displaced = true;
            return Err(self.gone());
        }
        file.set_len(length)
            .and_then(|()| file.sync_all())
            .map_err(failed)?;
        self.length = length;
        Ok(())
    }

    fn is_at_its_path(&self) -> Result<bool, AuditError> {
        match Identity::at(&self.path) {
            Ok(there) => Ok(there == self.identity),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(AuditError::from_io(&self.path, error)),
        }
    }

    fn is_as_long_as_it_was(&self) -> Result<bool, AuditError> {
        let failed = |error| AuditError::from_io(&self.path, error);
        let length = self.file.metadata().map_err(failed)?.len();
        Ok(length == self.length)
    }

    fn gone(&self) -> AuditError {
        AuditError::Displaced {
            path: self.path.clone(),
        }
    }
}

/// What tells a file from every other one, whatever it is called. It holds while the file is open or has a name.
#[cfg(unix)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    device: u64,
    inode: u64,
}

#[cfg(unix)]
impl Identity {
    fn of(file: &File) -> io::Result<Self> {
        file.metadata().map(|metadata| Self::from(&metadata))
    }

    /// The file that this path leads to. Nothing is opened: a pipe would wait.
    pub fn at(path: &Path) -> io::Result<Self> {
        std::fs::metadata(path).map(|metadata| Self::from(&metadata))
    }
}

#[cfg(unix)]
impl From<&std::fs::Metadata> for Identity {
    fn from(metadata: &std::fs::Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
        }
    }
}

/// The same on Windows, where it is a handle that is kept open.
#[cfg(windows)]
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Identity(same_file::Handle);

#[cfg(windows)]
impl Identity {
    fn of(file: &File) -> io::Result<Self> {
        same_file::Handle::from_file(file.try_clone()?).map(Self)
    }

    /// The file that this path leads to.
    pub fn at(path: &Path) -> io::Result<Self> {
        same_file::Handle::from_path(path).map(Self)
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn cutting_needs_no_right_that_a_handle_for_appending_lacks() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        let mut appended = Appended::open(&path).unwrap();
        appended.append(b"one\ntwo").unwrap();
        // As little as a handle for appending may do on Windows.
        appended.file = File::open(&path).unwrap();

        appended.cut(4).unwrap();

        assert_eq!(fs::read(&path).unwrap(), b"one\n");
        appended.in_place().unwrap();
    }

    #[test]
    fn what_stands_in_the_place_of_the_file_is_not_cut() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit.jsonl");
        let mut appended = Appended::open(&path).unwrap();
        appended.append(b"one\ntwo").unwrap();
        fs::rename(&path, folder.path().join("moved")).unwrap();
        fs::write(&path, b"evidence").unwrap();

        let cut = appended.cut(4);

        assert!(matches!(cut, Err(AuditError::Displaced { .. })));
        assert_eq!(fs::read(&path).unwrap(), b"evidence");
    }
}
