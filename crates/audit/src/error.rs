//! What keeps the log from recording. Nothing that must be recorded may then happen.

use std::io;
use std::path::PathBuf;

use crate::verify::Break;

/// Why nothing can be recorded.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The chain does not hold: somebody or something changed the file.
    #[error("the audit log is broken: {0}")]
    Broken(Break),
    /// Another process writes to it.
    #[error("another process has the audit log open")]
    InUse,
    /// There is no room left: on the disk, or in what this account may have of it.
    #[error("the disk of the audit log is full")]
    DiskFull(#[source] io::Error),
    /// This account may not write there.
    #[error("this account may not write to the audit log at {}", .path.display())]
    Forbidden {
        /// Where.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        error: io::Error,
    },
    /// Anything else that the operating system said.
    #[error("the audit log at {} cannot be used", .path.display())]
    Unusable {
        /// Where.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        error: io::Error,
    },
    /// The file was moved, removed, replaced or changed by somebody else while it was open here: what is written to it would
    /// be written nowhere, or after something that is not from here.
    #[error("{} of the audit log is not the file any more that was written to", .path.display())]
    Displaced {
        /// Where it was.
        path: PathBuf,
    },
    /// An earlier write failed and could not be taken back, so what the file ends with is unknown until it is opened again.
    #[error("an earlier write to the audit log failed")]
    Stopped,
    /// The entry cannot be written as JSON.
    #[error("the entry cannot be written")]
    Form(#[source] serde_json::Error),
}

impl AuditError {
    /// The stable name, under which the catalogue has the text (`err-…`) and the remedy (`rec-…`).
    pub fn code(&self) -> &'static str {
        match self {
            Self::Broken(_) => "audit-broken",
            Self::InUse => "audit-in-use",
            Self::DiskFull(_) => "audit-disk-full",
            Self::Forbidden { .. } => "audit-forbidden",
            Self::Displaced { .. } => "audit-displaced",
            Self::Stopped => "audit-stopped",
            Self::Unusable { .. } | Self::Form(_) => "audit-unusable",
        }
    }

    pub(crate) fn from_io(path: &std::path::Path, error: io::Error) -> Self {
        use io::ErrorKind::{
            FileTooLarge, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull,
        };
        let path = path.to_owned();
        match error.kind() {
            StorageFull | QuotaExceeded | FileTooLarge => Self::DiskFull(error),
            PermissionDenied | ReadOnlyFilesystem => Self::Forbidden { path, error },
            _ => Self::Unusable { path, error },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_operating_system_says_becomes_the_error_that_has_a_remedy() {
        for (kind, code) in [
            (io::ErrorKind::StorageFull, "audit-disk-full"),
            (io::ErrorKind::QuotaExceeded, "audit-disk-full"),
            (io::ErrorKind::FileTooLarge, "audit-disk-full"),
            (io::ErrorKind::PermissionDenied, "audit-forbidden"),
            (io::ErrorKind::ReadOnlyFilesystem, "audit-forbidden"),
            (io::ErrorKind::IsADirectory, "audit-unusable"),
        ] {
            assert_eq!(
                AuditError::from_io("log".as_ref(), kind.into()).code(),
                code,
                "{kind}"
            );
        }
    }
}
