//! The OpenID Connect relying party: from a policy's issuer to a verified ID token, or a refusal.
//!
//! It runs one authentication at a time: [`RelyingParty::discover`], [`Listener::bind`], [`RelyingParty::request`],
//! [`await_callback`], [`RelyingParty::redeem`]. Each step consumes what the step before it made. What it returns is
//! verified against every row of [`Refusal`]; there is no way to an [`Authenticated`] around that table.
//!
//! It knows nothing of sessions and signatures, shows no page (an [`Agent`] does) and keeps nothing on disk.

mod agent;
mod await_callback;
mod callback;
mod client;
mod discovery;
mod error;
mod exchange;
mod gate;
mod grant_end;
mod header;
mod id_token;
mod keys;
mod listener;
mod logout;
mod metadata;
mod named;
mod obstacle;
mod proven;
mod pushed;
mod refresh;
mod refusal;
mod reply;
mod request;
mod revocation;
mod subject;
mod time;
mod token_endpoint;
mod user_info;

pub use agent::{
    Agent, AgentError, AgentEvent, BringForward, Disposal, OpenAgent, Opening, Purpose,
};
pub use await_callback::{CallbackOutcome, await_callback};
pub use callback::{Code, Declined};
pub use client::{Client, RelyingParty};
pub use discovery::Provider;
pub use dpop::{Access, ProofKey};
pub use error::{DiscoveryFault, IdentityError};
pub use evidence::Subject;
pub use exchange::{Authenticated, Expectations, Tokens};
pub use gate::{Gate, Verdict};
pub use grant_end::{GrantEnd, Unredeemed};
pub use id_token::IdToken;
pub use listener::{Listener, Page};
pub use logout::{EndSession, Return};
pub use obstacle::Obstacle;
pub use refusal::Refusal;
pub use request::{Demands, Pending, Prompt};
pub use revocation::{Revocation, TokenKind};
pub use user_info::UserInfo;
