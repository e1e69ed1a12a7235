//! One way to replace a file: afterwards it is either the old one or the new one, whatever happens in between.
//!
//! The octets go into a file of a random name in the same folder, are flushed, and are renamed over the old file; then the
//! folder is flushed, since a name is on the disk only when its folder is. A power loss leaves the old file or the new one,
//! and at worst a leftover beside it, which [`sweep`] removes. Several writers at once do not mix: the last one stays.
//!
//! It does not lock anything, it keeps no older versions, and a link under that name is replaced by a file. A disk that
//! reports octets as written which it did not write is beyond it.

use std::ffi::{OsStr, OsString};
use std::fs;
#[cfg(unix)]
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// How many random characters are in the name of an unfinished file.
const RANDOM: usize = 8;
/// What the name of an unfinished file ends with.
const UNFINISHED: &str = ".part";

/// Who may read the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Its owner alone. On Windows the access list of the user's own folder does this.
    Owner,
    /// Whoever may read what this user usually writes.
    AsUsual,
}

/// Replaces the file as a whole, or makes it.
pub fn replace(path: &Path, octets: &[u8], readers: Readers) -> io::Result<()> {
    Replacement::begin(path, readers)?.finish(octets)
}

/// Removes the file for good, and says whether there was one.
pub fn remove(path: &Path) -> io::Result<bool> {
    let there = remove_if_there(path)?;
    if there {
        flush(folder_of(path))?;
    }
    Ok(there)
}

/// Removes what an interrupted replacement of this file left beside it. One that is under way fails.
pub fn sweep(path: &Path) -> io::Result<()> {
    let prefix = prefix(path)?;
    let entries = match fs::read_dir(folder_of(path)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        if is_unfinished(&entry.file_name(), &prefix) {
            remove_if_there(&entry.path())?;
        }
    }
    Ok(())
}

/// A replacement that is under way: that its folder can be written to is settled, and nothing has been replaced yet.
/// Dropped, it leaves nothing.
#[derive(Debug)]
pub struct Replacement {
    beside: NamedTempFile,
    path: PathBuf,
}

impl Replacement {
    /// Makes the file beside the one that is to be replaced.
    pub fn begin(path: &Path, readers: Readers) -> io::Result<Self> {
        let prefix = prefix(path)?;
        let mut builder = tempfile::Builder::new();
        builder
            .prefix(&prefix)
            .suffix(UNFINISHED)
            .rand_bytes(RANDOM);
        permit(&mut builder, readers);
        Ok(Self {
            beside: builder.tempfile_in(folder_of(path))?,
            path: path.to_owned(),
        })
    }

    /// Writes the octets and puts them in the place of the old ones.
    pub fn finish(mut self, octets: &[u8]) -> io::Result<()> {
        self.beside.write_all(octets)?;
        self.beside.as_file().sync_all()?;
        self.beside.persist(&self.path)?;
        flush(folder_of(&self.path))
    }
}

/// The unfinished file's mode, of which the process's mask still takes its part. Windows has none.
#[cfg(unix)]
fn permit(builder: &mut tempfile::Builder<'_, '_>, readers: Readers) {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = match readers {
        Readers::Owner => 0o600,
        Readers::AsUsual => 0o666,
    };
    builder.permissions(fs::Permissions::from_mode(mode));
}

#[cfg(not(unix))]
fn permit(_builder: &mut tempfile::Builder<'_, '_>, _readers: Readers) {}

fn prefix(path: &Path) -> io::Result<OsString> {
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not the name of a file"))?;
    let mut prefix = OsString::from(".");
    prefix.push(name);
    prefix.push(".");
    Ok(prefix)
}

/// Only names of exactly the form that [`Replacement`] gives, so that no other file is ever removed.
fn is_unfinished(name: &OsStr, prefix: &OsStr) -> bool {
    name.as_encoded_bytes()
        .strip_prefix(prefix.as_encoded_bytes())
        .and_then(|rest| rest.strip_suffix(UNFINISHED.as_bytes()))
        .is_some_and(|random| {
            random.len() == RANDOM && random.iter().all(u8::is_ascii_alphanumeric)
        })
}

fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

fn remove_if_there(path: &Path) -> io::Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn flush(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Windows keeps renames in the file system's journal and offers no handle on a folder to flush.
#[cfg(not(unix))]
fn flush(_folder: &Path) -> io::Result<()> {
    Ok(())
}
