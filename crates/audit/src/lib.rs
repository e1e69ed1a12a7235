//! The hash-chained activity log.
//!
//! One JSON object a line. Each carries the hash of the one before and its own, so a change, a reordering, a gap or a cut is
//! found and located. An entry is on the disk before [`Log::append`] returns: what it describes may then happen.
//! Events are typed, so there is no place to put a token, a code or the content of a record. The chain goes on from file to
//! file: a file that has its size is never touched again.
//!
//! The hashes have no key. Somebody who may write the files can cut off the end or write all of it anew; that is found by
//! comparing with a [`Head`] that left this machine in a receipt or with the shipped entries ([`verify_against`]).

mod chain;
mod error;
mod event;
mod file;
mod follow;
mod log;
mod look;
mod mismatches;
mod phrase;
mod reference;
mod segments;
pub mod shipped;
mod verify;
mod walk;
mod watch;

pub use chain::{Entry, Head, Recorded};
pub use error::AuditError;
pub use event::{Actor, Event, Group, IdpSession, Person, SignOut};
pub use follow::{Follower, Line, Measure};
pub use log::Log;
pub use look::{Filter, Page, page};
pub use mismatches::{Mismatches, mismatches};
pub use phrase::{Code, Digest, Id, Name, NotADigest};
pub use reference::{NotAReference, Reference};
pub use segments::is_part_of;
pub use shipped::Shipped;
pub use verify::{Break, Fault, Report, SetBack, chain_id, file_of, read, verify, verify_against};
pub use watch::{Concern, Matter};
