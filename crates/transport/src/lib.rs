//! The one HTTPS client: time limit, size limit, no redirects.
