//! When a session locks itself: nobody has touched keyboard or mouse for too long, the computer slept, its own screen is
//! locked, or the person asked for it.
//!
//! It counts input to the whole computer, and where that cannot be known, input to our own window. It does not tell a
//! person from a device or program that types by itself: whoever can make input as this person can keep any session
//! from locking, for as long as the absolute limit permits.

mod idle_watch;
mod lookout;

pub use idle_watch::{IdleWatch, Now, Reason, Rules, State};
pub use lookout::Lookout;
