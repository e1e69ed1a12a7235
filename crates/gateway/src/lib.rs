//! The reference Records API: it verifies evidence from scratch, and only then commits.
//!
//! One process over one SQLite file. A signature is one transaction: the challenge is consumed, the amendment becomes
//! a new record version, evidence, receipt and audit entry are kept, or nothing of it is. What the client found when
//! it verified is neither asked nor believed. The gateway does not authenticate people: identity providers do, and it
//! judges what they signed.

mod api;
mod auth;
mod authority;
mod clock;
mod config;
mod introspection;
mod issuers;
pub mod proof;
mod receipts;
mod refusal;
mod server;
mod store;
mod timestamps;
mod watchers;

pub use api::openapi;
pub use authority::{Rules, RulesError};
pub use clock::{Clock, SystemClock};
pub use config::{
    AnyoneAccepted, Authority, Config, Issuer, ManySessions, NotALimit, SessionLimit, Sessions,
    StorePlace, TimestampRule, Timestamps,
};
pub use introspection::Introspection;
pub use refusal::Refusal;
pub use server::{Running, ServeError, serve};
pub use store::{AuditLine, Consistency, Fault, Opening, Reported, Seed, Store, StoreError, Wrong};
