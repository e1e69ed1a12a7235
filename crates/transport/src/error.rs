//! Why no usable reply came. Nothing here carries a path, a query, a header or a body.

use std::error::Error;
use std::path::PathBuf;

use url::Url;

use crate::origin;

/// Why a request was not sent, or its reply not used.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// Plain http, or no web address at all; nothing was sent.
    #[error("{origin} is not https")]
    NotHttps {
        /// Scheme, host and port.
        origin: String,
    },
    /// The address carries a user name or a password; nothing was sent.
    #[error("the address of {origin} carries credentials")]
    Credentials {
        /// Scheme, host and port.
        origin: String,
    },
    /// The request names no absolute address; nothing was sent.
    #[error("the request names no absolute address")]
    NotAUrl,
    /// The server answered with a redirect, which is never followed.
    #[error("{origin} answered with a redirect ({status})")]
    Redirected {
        /// The HTTP status.
        status: u16,
        /// Scheme, host and port.
        origin: String,
    },
    /// The reply was longer than the limit.
    #[error("the reply of {origin} is larger than {limit} octets")]
    TooLarge {
        /// The limit in octets.
        limit: usize,
        /// Scheme, host and port.
        origin: String,
    },
    /// The reply was not complete within the time limit.
    #[error("{origin} did not answer in time")]
    TimedOut {
        /// Scheme, host and port.
        origin: String,
    },
    /// No connection, or it broke before the reply was complete.
    #[error("{origin} cannot be reached")]
    Unreachable {
        /// Scheme, host and port.
        origin: String,
        /// Whether there was a connection, so that the request may have arrived.
        connected: bool,
    },
    /// The server's certificate or its TLS is not acceptable.
    #[error("the certificate or TLS of {origin} is not acceptable")]
    TlsRefused {
        /// Scheme, host and port.
        origin: String,
    },
    /// The policy's CA file cannot be read.
    #[error("the CA file {} cannot be read", path.display())]
    CaFileUnreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The policy's CA file holds no PEM certificate.
    #[error("the CA file {} holds no PEM certificate", path.display())]
    CaFileInvalid {
        /// The file.
        path: PathBuf,
    },
    /// The TLS stack did not start.
    #[error("the TLS stack did not start")]
    Setup,
}

/// The client's own error shows the whole address, so only its kind is kept.
pub(crate) fn of(error: &reqwest::Error, url: &Url) -> TransportError {
    let origin = origin(url);
    if error.is_timeout() {
        TransportError::TimedOut { origin }
    } else if is_tls(error) {
        TransportError::TlsRefused { origin }
    } else {
        TransportError::Unreachable {
            origin,
            connected: !error.is_connect(),
        }
    }
}

/// Looks through the causes. An `io::Error` hides the error that it wraps from `source`, so that one is unwrapped too.
fn is_tls(error: &(dyn Error + 'static)) -> bool {
    let wrapped = error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref);
    error.is::<rustls::Error>()
        || wrapped.is_some_and(|inner| is_tls(inner))
        || error.source().is_some_and(is_tls)
}
