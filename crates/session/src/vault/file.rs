//! One small file, replaced as a whole and readable by its owner alone.

use std::fs;
use std::io;
use std::path::Path;

use durable::Readers;

/// The file's octets, or nothing when there is none.
pub(super) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(octets) => Ok(Some(octets)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Replaces the file, and makes its folder if there is none.
pub(super) fn replace(path: &Path, octets: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    durable::replace(path, octets, Readers::Owner)
}

/// Removes the file and what an interrupted replacement left of it; that there is none is fine.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    durable::sweep(path)?;
    durable::remove(path).map(drop)
}
