//! The hash-chained activity log.
//!
//! One JSON object a line. Each carries the hash of the one before and its own, so a change, a reordering, a gap or a cut is
//! found and located. An entry is on the disk before [`Log::append`] returns: what it describes may then happen.
//! Events are typed, so there is no place to put a token, a code or the content of a record.
//!
//! The hashes have no key. Somebody who may write the file can cut off its end or write all of it anew; that is found by
//! comparing with a [`Head`] that left this machine in a receipt or with the shipped entries ([`verify_against`]).

mod chain;
mod error;
mod event;
mod file;
mod log;
mod phrase;
mod reference;
mod verify;

pub use chain::{Entry, Head, Recorded};
pub use error::AuditError;
pub use event::{Actor, Event, IdpSession, Person, SignOut};
pub use log::Log;
pub use phrase::{Code, Digest, Id, Name, NotADigest};
pub use reference::{NotAReference, Reference};
pub use verify::{Break, Fault, Report, read, verify, verify_against};
