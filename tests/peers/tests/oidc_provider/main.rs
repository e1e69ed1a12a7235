//! node-oidc-provider, a certified provider that keeps to the letter: everything that the product can do, it does here.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod requests;
mod sessions;
mod signing;
