//! `/etc/countersign/policy.toml`.
//!
//! A file that others than its owner may write to, or put another one in the place of, is refused: it would bind nobody. The
//! one in the place of this operating system belongs to root.

use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use crate::Source;
use crate::error::{PolicyError, Problem};

pub(super) const PATH: &str = "/etc/countersign/policy.toml";

const WRITABLE_BY_GROUP_OR_OTHERS: u32 = 0o022;
const ROOT: u32 = 0;

pub(super) fn refuse_shared(path: &Path, source: &Source) -> Result<(), PolicyError> {
    let unreadable = |error: io::Error| {
        let detail = error.to_string();
        PolicyError::of_source(source, Problem::Unreadable { detail })
    };
    // Where a link stands there, what it leads to counts as well.
    let real = path.canonicalize().map_err(unreadable)?;
    for place in [path, folder(path), &real, folder(&real)] {
        let metadata = std::fs::metadata(place).map_err(unreadable)?;
        if !binds(metadata.mode(), metadata.uid(), path == Path::new(PATH)) {
            return Err(PolicyError::of_source(source, Problem::WritableByOthers));
        }
    }
    Ok(())
}

fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

/// Whether nobody but the owner may change it, and the owner is one who may bind everybody.
fn binds(mode: u32, owner: u32, is_of_this_system: bool) -> bool {
    mode & WRITABLE_BY_GROUP_OR_OTHERS == 0 && (owner == ROOT || !is_of_this_system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_of_this_system_belongs_to_root_and_only_its_owner_may_write_to_it() {
        for (mode, owner, is_of_this_system, expected) in [
            (0o644, ROOT, true, true),
            (0o755, ROOT, true, true),
            (0o644, 1000, true, false),
            (0o664, ROOT, true, false),
            (0o646, ROOT, true, false),
            // A folder like /tmp: others may not remove the file, but may make one before it is there.
            (0o1777, ROOT, true, false),
            // One that is tried before it is rolled out.
            (0o644, 1000, false, true),
            (0o664, 1000, false, false),
        ] {
            assert_eq!(
                binds(mode, owner, is_of_this_system),
                expected,
                "{mode:o} of {owner}"
            );
        }
    }
}
