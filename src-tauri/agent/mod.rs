//! How the identity provider's pages reach a person: an ephemeral window, or, for sign-in alone, the system's browser.
//!
//! The window is isolated from the main window and from every other window of its kind: its cookies, storage and caches are
//! born empty and die with it. What isolates it differs by operating system and stands in [`jar`].
//! It does not hide what is typed from other software of the same user, and an identity provider that refuses embedded
//! browsers will refuse this one (docs/adr/0001).

mod jar;
mod system_browser;
mod window;

pub(crate) use jar::sweep;
pub(crate) use system_browser::SystemBrowser;
pub(crate) use window::WindowAgent;
