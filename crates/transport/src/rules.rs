//! What a [`crate::Transport`] may do, and for how long.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::TransportError;

/// The limits of one client.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Allows plain http to a literal loopback address. For development and tests alone.
    pub development_http: bool,
    /// A PEM file with certificate authorities that are trusted beside those of the operating system.
    pub ca_file: Option<PathBuf>,
    /// The time to a connection.
    pub connect_timeout: Duration,
    /// The time to the last octet of a reply.
    pub total_timeout: Duration,
    /// The longest body that [`crate::Transport::send`] reads, in octets.
    pub max_body: usize,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            development_http: false,
            ca_file: None,
            connect_timeout: Duration::from_secs(5),
            total_timeout: Duration::from_secs(15),
            max_body: 1024 * 1024,
        }
    }
}

pub(crate) fn read_certificates(path: &Path) -> Result<Vec<reqwest::Certificate>, TransportError> {
    let pem = std::fs::read(path).map_err(|source| TransportError::CaFileUnreadable {
        path: path.to_owned(),
        source,
    })?;
    match reqwest::Certificate::from_pem_bundle(&pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(TransportError::CaFileInvalid {
            path: path.to_owned(),
        }),
    }
}
