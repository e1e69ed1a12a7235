//! The Records API contract: wire types, client, outbox.
