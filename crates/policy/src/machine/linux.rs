//! `/etc/countersign/policy.toml`.
//!
//! A file that others than its owner may write to, or put another one in the place of, is refused: it would bind nobody. The
//! one in the place of this operating system belongs to root.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use crate::Source;
use crate::error::{PolicyError, Problem};

pub(super) const PATH: &str = "/etc/countersign/policy.toml";

const WRITABLE_BY_GROUP_OR_OTHERS: u32 = 0o022;
const ROOT: u32 = 0;

pub(super) fn refuse_shared(path: &Path, source: &Source) -> Result<(), PolicyError> {
    let folder = path.parent().unwrap_or(path);
    for place in [path, folder] {
        let metadata = std::fs::metadata(place).map_err(|error| {
            PolicyError::of_source(
                source,
                Problem::Unreadable {
                    detail: error.to_string(),
                },
            )
        })?;
        let is_shared = metadata.mode() & WRITABLE_BY_GROUP_OR_OTHERS != 0;
        let is_foreign = path == Path::new(PATH) && metadata.uid() != ROOT;
        if is_shared || is_foreign {
            return Err(PolicyError::of_source(source, Problem::WritableByOthers));
        }
    }
    Ok(())
}
