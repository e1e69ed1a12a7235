//! Drives the built application from outside: its real windows over `WebDriver`, in a real demo clinic.
//!
//! The driven build differs from the shipped one by one feature, `webdriver`. `./x test` builds it and provides screen, session
//! bus and keyring. A test opens a [`Desk`], acts on it as a person, and looks at what is left: windows, processes, files, the
//! identity provider's and the records API's memory.

mod app;
mod desk;
mod files;
mod hands;
mod memory;
mod passing_on;
mod probe;
mod relay;
mod search;
mod seen;

pub use app::{App, CEREMONY, MAIN, until};
pub use desk::{Desk, Entry};
pub use hands::Selections;
pub use memory::Trace;
pub use passing_on::Somebody;
pub use probe::Probe;
pub use relay::Relay;
pub use search::{Encoding, Search};
