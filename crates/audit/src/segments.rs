//! The files of a log: `audit.jsonl`, then `audit.000001.jsonl`, `audit.000002.jsonl` and so on.
//!
//! A segment is never renamed and never written to again once the next one is there, so whoever reads one is not
//! disturbed when the next begins, and a crash between two steps leaves at worst an empty newest segment.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::error::AuditError;
use crate::file::Identity;
use crate::shipped;

/// How many octets a segment holds before the next one begins: some months of a busy ward.
pub(crate) const SEGMENT: u64 = 8 * 1024 * 1024;

/// The file of this segment. The first one has the name of the log.
pub(crate) fn path(log: &Path, number: u32) -> PathBuf {
    if number == 0 {
        return log.to_owned();
    }
    let (stem, extension) = name_of(log);
    log.with_file_name(format!("{stem}.{number:06}{extension}"))
}

/// The numbers of the segments that are there, in order. A gap among them is for the caller to see.
pub(crate) fn present(log: &Path) -> Result<Vec<u32>, AuditError> {
    let folder = folder(log);
    let failed = |error| AuditError::from_io(log, error);
    let mut numbers = Vec::new();
    for file in fs::read_dir(folder).map_err(failed)? {
        let name = file.map_err(failed)?.file_name();
        numbers.extend(name.to_str().and_then(|name| number(log, name)));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// Whether this is one of the log's own files, under whatever name, or has a name that the log will give to one: whoever
/// writes there changes the log.
pub fn is_part_of(log: &Path, path: &Path) -> Result<bool, AuditError> {
    let own = |name: &OsStr| {
        let is_segment = name
            .to_str()
            .is_some_and(|name| number(log, name).is_some());
        is_segment || beside(log).iter().any(|own| own.file_name() == Some(name))
    };
    let failed = |error| AuditError::from_io(path, error);
    let lies_beside = match fs::canonicalize(folder(path)) {
        Ok(folder_of_path) => {
            let home = fs::canonicalize(folder(log));
            folder_of_path == home.map_err(|error| AuditError::from_io(log, error))?
        }
        // Nothing is written to a folder that is not there.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(failed(error)),
    };
    if lies_beside && path.file_name().is_some_and(own) {
        return Ok(true);
    }
    let identity = match Identity::at(path) {
        Ok(identity) => identity,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(failed(error)),
    };
    let segments = present(log)?;
    let segments = segments.into_iter().map(|number| self::path(log, number));
    for file in segments.chain(beside(log)) {
        match Identity::at(&file) {
            Ok(other) if other == identity => return Ok(true),
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(AuditError::from_io(&file, error));
            }
            Ok(_) | Err(_) => {}
        }
    }
    Ok(false)
}

/// What lies beside the segments and is no entry: the lock, and the note of what was shipped.
fn beside(log: &Path) -> [PathBuf; 2] {
    [lock(log), shipped::note(log)]
}

/// The file that carries the lock.
pub(crate) fn lock(log: &Path) -> PathBuf {
    let mut path = log.as_os_str().to_owned();
    path.push(".lock");
    path.into()
}

/// The folder that the segments lie in.
pub(crate) fn folder(log: &Path) -> &Path {
    match log.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The number of the segment with this name, if it is one of this log's.
fn number(log: &Path, name: &str) -> Option<u32> {
    if log.file_name().is_some_and(|first| first == name) {
        return Some(0);
    }
    let (stem, extension) = name_of(log);
    let digits = name
        .strip_prefix(&stem)?
        .strip_prefix('.')?
        .strip_suffix(&extension)?;
    let number: u32 = digits.parse().ok()?;
    // Each number has one spelling, and the first segment has none.
    (number > 0 && digits == format!("{number:06}")).then_some(number)
}

/// The name without its extension, and the extension with its dot.
fn name_of(log: &Path) -> (String, String) {
    let part = |part: Option<&OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let extension = part(log.extension());
    let extension = if extension.is_empty() {
        extension
    } else {
        format!(".{extension}")
    };
    (part(log.file_stem()), extension)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_has_one_name_and_the_name_one_segment() {
        let log = Path::new("/var/log/audit.jsonl");
        for count in [0, 1, 12, 999_999, 1_000_000] {
            let path = path(log, count);
            let name = path.file_name().unwrap().to_str().unwrap();
            assert_eq!(number(log, name), Some(count), "{name}");
        }
        assert_eq!(path(log, 1), Path::new("/var/log/audit.000001.jsonl"));
        assert_eq!(path(Path::new("audit"), 2), Path::new("audit.000002"));
    }

    #[test]
    fn what_lies_beside_the_log_is_no_segment() {
        let log = Path::new("/var/log/audit.jsonl");
        for name in [
            "audit.jsonl.lock",
            "audit.shipped.json",
            "audit.000000.jsonl",
            "audit.1.jsonl",
            "audit.+00001.jsonl",
            "audit.000001.jsonl.gz",
            "other.000001.jsonl",
        ] {
            assert_eq!(number(log, name), None, "{name}");
        }
    }
}
