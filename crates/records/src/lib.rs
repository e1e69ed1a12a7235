//! The Records API contract, as both sides speak it: wire types, the client, the outbox.
//!
//! `wire` is what goes over the network and is shared with the gateway. `fields` turns the octets of a
//! FHIR resource into the labelled rows that a person reads before signing, and `Client` and `Outbox` bring
//! sealed evidence to the API. Nothing here decides whether a signature is good: that is `evidence`.

pub mod client;
pub mod fields;
pub mod outbox;
pub mod wire;

pub use dpop::Access;

pub use client::{
    CallError, Client, EventId, SessionEvents, SessionNews, SessionOver, SessionWatch, SubmitError,
    TokenWanted,
};
pub use outbox::{
    DeliveredNote, Holdings, Listing, Note, Outbox, OutboxError, Seal, SealError, Title, Waiting,
    WaitingState,
};
pub use wire::*;
