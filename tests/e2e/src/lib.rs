//! Drives the built app from outside.
