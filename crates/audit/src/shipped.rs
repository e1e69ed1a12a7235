//! What of the log has left this machine: a note beside it, which is also an anchor.
//!
//! A log that ends before what was shipped has lost its end. The note is no secret and no proof: somebody who may write
//! the log may remove the note as well. Then the receiver, which holds the entries, finds it out.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use durable::Readers;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::chain::Head;
use crate::error::AuditError;

/// The note is a line; whatever is longer is not one.
const MAX_BYTES: u64 = 4096;

/// How far the log was shipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shipped {
    /// The last entry that the receiver has.
    pub head: Head,
    /// Since when it has it.
    pub at: Timestamp,
}

/// How far the log was shipped, if it was. A note that nobody can read says nothing: it could only add a finding.
pub fn read(log: &Path) -> Result<Option<Shipped>, AuditError> {
    let path = note(log);
    let failed = |error| AuditError::from_io(&path, error);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let mut octets = Vec::new();
    file.take(MAX_BYTES)
        .read_to_end(&mut octets)
        .map_err(failed)?;
    Ok(serde_json::from_slice(&octets).ok())
}

/// Notes how far the log was shipped.
pub fn write(log: &Path, shipped: &Shipped) -> Result<(), AuditError> {
    let path = note(log);
    let octets = serde_json::to_vec(shipped).map_err(AuditError::Form)?;
    durable::replace(&path, &octets, Readers::Owner)
        .map_err(|error| AuditError::from_io(&path, error))
}

/// `audit.shipped.json`, beside `audit.jsonl`.
pub(crate) fn note(log: &Path) -> PathBuf {
    log.with_extension("shipped.json")
}
