//! What crosses between the pages and the shell: plain data, and never a token, code, key, cookie or URL that carries one.
//!
//! The TypeScript types in `ui/src/ipc/` are made from these files; a test says when they are stale.
//! Instants are RFC 3339 strings with offset. Texts marked *verbatim* are composed in Rust and shown as they are.

mod about;
mod activity;
mod locking;
mod outbox;
mod reading;
mod signing;
mod state;
mod verifying;

pub use about::*;
pub use activity::*;
pub use locking::*;
pub use outbox::*;
pub use reading::*;
pub use signing::*;
pub use state::*;
pub use verifying::*;
