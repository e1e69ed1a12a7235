//! The demo clinic: an identity provider with fault switches, seeded records, and both together.
//!
//! Everything here listens on loopback only, has published passwords and says DEMO on every page.
//! The identity provider doubles as the adversary of the tests. None of this is part of the product
//! that a clinic installs, and nothing here protects anything.

pub mod clinic;
pub mod idp;
pub mod robot;
pub mod seed;

pub use clinic::Clinic;
