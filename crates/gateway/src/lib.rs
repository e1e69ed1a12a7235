//! The reference records API server.
