//! The key that receipts are signed with, in a file for the service's user alone.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use evidence::ReceiptKey;
use secrecy::zeroize::Zeroizing;
use tempfile::NamedTempFile;

/// The receipt key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptKeyError {
    /// The file cannot be read or made.
    #[error("the receipt key at {} cannot be used", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Others may read the file.
    #[error("the receipt key at {} is readable by others; its mode must be 0600", path.display())]
    ReadableByOthers {
        /// The file.
        path: PathBuf,
    },
    /// The file holds no P-256 key.
    #[error("the receipt key at {} is not a P-256 key in PKCS#8", path.display())]
    NotAKey {
        /// The file.
        path: PathBuf,
    },
}

/// Reads the key, or makes it when there is no such file.
pub fn load_or_make(path: &Path) -> Result<ReceiptKey, ReceiptKeyError> {
    match fs::read(path) {
        Ok(pkcs8) => {
            check_mode(path)?;
            read(path, &Zeroizing::new(pkcs8))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(path),
        Err(source) => Err(ReceiptKeyError::Io {
            path: path.to_owned(),
            source,
        }),
    }
}

fn make(path: &Path) -> Result<ReceiptKey, ReceiptKeyError> {
    let pkcs8 = ReceiptKey::generate_pkcs8().map_err(|_| ReceiptKeyError::NotAKey {
        path: path.to_owned(),
    })?;
    write_new(path, &pkcs8).map_err(|source| ReceiptKeyError::Io {
        path: path.to_owned(),
        source,
    })?;
    read(path, &pkcs8)
}

fn read(path: &Path, pkcs8: &[u8]) -> Result<ReceiptKey, ReceiptKeyError> {
    ReceiptKey::from_pkcs8(pkcs8).map_err(|_| ReceiptKeyError::NotAKey {
        path: path.to_owned(),
    })
}

/// Whole or not at all, also when the power goes. Never overwrites: of two gateways that start at once, one fails instead
/// of forgetting its key.
fn write_new(path: &Path, octets: &[u8]) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // Mode 0600 from the beginning.
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(octets)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|error| error.error)?;
    sync(folder)
}

/// A name is on the disk when its folder is.
#[cfg(unix)]
fn sync(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

/// Windows has no such call, and its file systems keep a journal of names.
#[cfg(not(unix))]
fn sync(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn check_mode(path: &Path) -> Result<(), ReceiptKeyError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path)
        .map_err(|source| ReceiptKeyError::Io {
            path: path.to_owned(),
            source,
        })?
        .permissions();
    let others = mode.mode() & 0o077;
    if others == 0 {
        Ok(())
    } else {
        Err(ReceiptKeyError::ReadableByOthers {
            path: path.to_owned(),
        })
    }
}

/// Windows inherits the folder's access list, which the service's installer sets.
#[cfg(not(unix))]
fn check_mode(_: &Path) -> Result<(), ReceiptKeyError> {
    Ok(())
}
