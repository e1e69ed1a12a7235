//! One signature from start to end: from **Sign** to a receipt or a typed ending.
//!
//! Three layers. `states` is the pure order of events: each state is a type, consumed by its transition. `ports` is what
//! the order needs from outside. The driver runs the one over the other, and whatever happens, step 10 cleans up.
//!
//! A ceremony is never a way to sign in. It has no door to the session: nothing that happens here can change who is
//! signed in.

mod adapters;
mod cleanup;
mod courier;
mod delivery;
mod demands;
mod desk;
mod driver;
mod ending;
mod epilogue;
mod faults;
mod limit;
mod owed;
mod ports;
mod preflight;
mod progress;
mod request;
mod rounds;
mod scene;
mod self_check;
pub mod states;
mod steps;
mod tally;

pub use adapters::{SharedLog, SharedOutbox};
pub use cleanup::{AgentEnd, Cleanup, IdpSessionEnd, TokenEnd};
pub use courier::{Courier, Delivered, Turn};
pub use desk::{BeginError, Desk, UnderWay};
pub use ending::{Ended, Ending, Failure, Outward, Recorded, Unconfirmed};
pub use ports::{
    Alarm, AlarmError, ChallengeError, Challenges, Chronicle, Clock, Outbox, Ports, Submission,
    SystemClock, Trail, TrailError,
};
pub use progress::{Progress, Sink, Step, StepState};
pub use request::Request;
