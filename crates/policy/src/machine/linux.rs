//! `/etc/countersign/policy.toml`.
//!
//! A file that others than its owner may write to is refused: it would bind nobody.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::Source;
use crate::error::{PolicyError, Problem};

pub(super) const PATH: &str = "/etc/countersign/policy.toml";

const WRITABLE_BY_GROUP_OR_OTHERS: u32 = 0o022;

pub(super) fn refuse_shared(path: &Path, source: &Source) -> Result<(), PolicyError> {
    let metadata = std::fs::metadata(path).map_err(|error| {
        PolicyError::of_source(
            source,
            Problem::Unreadable {
                detail: error.to_string(),
            },
        )
    })?;
    if metadata.permissions().mode() & WRITABLE_BY_GROUP_OR_OTHERS != 0 {
        return Err(PolicyError::of_source(source, Problem::WritableByOthers));
    }
    Ok(())
}
