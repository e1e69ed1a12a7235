//! The product against identity providers that others wrote: real processes, real pages, real cookies.
//!
//! The demo's provider shows what happens when a provider misbehaves. These show what providers do that behave: each in its
//! own way. A peer is started for a test and is gone with it; a scripted person signs in on its pages; the records API is the
//! real gateway. What was measured stands in `docs/identity-providers.md`, beside the policies that these tests load.
//!
//! It proves nothing about the windows of the application: the agent here is a script with a cookie jar
//! (`tests/e2e` drives the real ones).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "helpers of tests: whatever goes wrong ends the test"
)]

pub mod agent;
pub mod browser;
pub mod grants;
pub mod lemonldap;
pub mod oidc_provider;
pub mod portal;
pub mod probe;
pub mod process;
pub mod ward;

pub use agent::{Person, ScriptedAgent};
pub use browser::{Browser, Landing};
pub use ward::Ward;

use policy::{Machine, Policy};
use std::path::{Path, PathBuf};

/// Somebody who can sign in at a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// What is typed as the user name.
    pub username: &'static str,
    /// What is typed as the password.
    pub password: &'static str,
    /// What is typed where a one-time code is asked for.
    pub code: Option<&'static str>,
    /// The `sub` claim.
    pub subject: &'static str,
    /// The `name` claim: what is printed on a signature.
    pub name: &'static str,
}

/// A provider that runs, and how to work with it.
pub struct Peer {
    /// Its issuer.
    pub issuer: String,
    /// The policy that `docs/identity-providers.md` recommends for it, with the addresses of this test.
    pub policy: Policy,
    /// The person whose session it is.
    pub signer: Account,
    /// Somebody else with an account.
    pub other: Account,
    /// Another application of the same clinic.
    pub portal: portal::Client,
    /// Whether it binds access tokens to keys (RFC 9449). The records API then takes no others.
    pub binds_tokens: bool,
    /// How the records API asks about access tokens, where they say nothing by themselves.
    pub introspection: Option<gateway::Introspection>,
    _process: process::Process,
}

/// The recommended policy of a provider, exactly as it is published.
pub fn published_policy(name: &str) -> Policy {
    let file = published(name);
    policy::load(Machine::Absent, Some(&file))
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()))
        .policy
}

/// Where the recommended policy of a provider is published.
pub fn published(name: &str) -> PathBuf {
    repository().join(format!("docs/identity-providers/{name}.policy.toml"))
}

/// The published policy for a provider on this machine: nothing but addresses is changed.
fn policy_here(name: &str, issuer: &str) -> Policy {
    let mut policy = published_policy(name);
    issuer.clone_into(&mut policy.identity.issuer);
    policy.identity.development_http = true;
    policy
}

fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
