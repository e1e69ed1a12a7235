//! Files that are there whole or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use durable::Readers;
use uuid::Uuid;

use super::OutboxError;

/// What an entry's file is called, after its signature's identifier.
pub const WAITING: &str = "sealed";
/// What it is called once the records API refused it for good.
pub const REFUSED: &str = "refused";
/// What is left of an entry after its delivery.
pub const DELIVERED: &str = "delivered";

/// Encrypts entries; implemented by whoever keeps the key. `aad` is authenticated with them, not stored.
pub trait Seal: Send + Sync {
    /// Encrypts.
    fn seal(&self, aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError>;
    /// Whether the key outlives this process. A key that is made anew each time has to say that it does not.
    fn durable(&self) -> bool {
        true
    }
    /// Decrypts what `seal` gave for the same `aad`.
    fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealError>;
}

/// The key is not there, or does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The key cannot be reached.
    #[error("the outbox's key is not available")]
    NoKey,
    /// Not made with this key, or altered.
    #[error("the outbox's entry does not open with this key")]
    Rejected,
}

pub fn make_folder(folder: &Path) -> Result<(), OutboxError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(at(folder))
}

/// The finished files of one kind in a folder. Leftovers of one that was never finished have another ending and are
/// ignored: whoever wrote them never said "kept".
pub fn entries(folder: &Path, kind: &str) -> Result<Vec<PathBuf>, OutboxError> {
    let listed = fs::read_dir(folder).map_err(at(folder))?;
    let paths = listed
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>();
    let mut paths = paths.map_err(at(folder))?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == kind));
    Ok(paths)
}

/// Every name in a folder that is text. Ours are.
pub fn each_name(folder: &Path, mut each: impl FnMut(&str)) -> Result<(), OutboxError> {
    for file in fs::read_dir(folder).map_err(at(folder))? {
        let name = file.map_err(at(folder))?.file_name();
        if let Some(name) = name.to_str() {
            each(name);
        }
    }
    Ok(())
}

/// The identifier in a file's name.
pub fn id(path: &Path) -> Option<Uuid> {
    path.file_stem()?.to_str()?.parse().ok()
}

pub fn read(path: &Path) -> Result<Vec<u8>, OutboxError> {
    fs::read(path).map_err(at(path))
}

/// An error unless there is such a file.
pub fn expect(path: &Path) -> Result<(), OutboxError> {
    fs::symlink_metadata(path).map(drop).map_err(at(path))
}

pub fn write(path: &Path, octets: &[u8]) -> Result<(), OutboxError> {
    durable::replace(path, octets, Readers::Owner).map_err(at(path))
}

pub fn remove(path: &Path) -> Result<(), OutboxError> {
    match durable::remove(path) {
        Ok(true) => Ok(()),
        Ok(false) => Err(at(path)(io::ErrorKind::NotFound.into())),
        Err(error) => Err(at(path)(error)),
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> OutboxError + '_ {
    |source| OutboxError::Io {
        path: path.to_owned(),
        source,
    }
}
