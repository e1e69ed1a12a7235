//! What each step of verification asks. [`crate::verify`] decides the order and brings the facts.

mod binding;
mod person;
mod provider;
mod records_api;

use jiff::Timestamp;

pub(crate) use binding::{commitment, holder};
pub(crate) use person::{authentication, authentication_is_new, freshness, name, signer, time};
pub(crate) use provider::{audience, id_token, issuer, keys_at};
pub(crate) use records_api::{challenge, receipt, records};

/// The time that a verification judges by, and its tolerances.
pub(crate) struct Clock {
    pub at: Timestamp,
    pub skew_s: u32,
    pub grace_s: u32,
}
