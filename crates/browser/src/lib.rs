//! The `browser` agent: an installed Chromium, Chrome or Edge, started for one ceremony with a profile that is made for it
//! and deleted after it.
//!
//! Start at [`BrowserAgent`]. The browser is watched over a pipe that only this process and the browser hold
//! (`--remote-debugging-pipe`), never over a port: navigations of every frame pass the same gate as in the ephemeral window,
//! downloads and permissions are denied, certificate errors are final, and the callback is taken before it crosses the
//! network. When this process dies, the pipe breaks, and the browser ends by itself; what it leaves on disk is swept at the
//! next start.
//!
//! What it does not do: hide anything from this process or from other software of the same user (docs/adr/0006). Over the
//! pipe come the requests for documents, forms included; nothing but their address, method and frame is looked at, and
//! the octets are wiped.

mod agent;
mod connection;
mod find;
mod flags;
mod heard;
mod message;
mod open;
mod process;
mod profile;
mod running;
mod stage;
mod warden;

pub use agent::BrowserAgent;
pub use find::{Installed, installed};
pub use profile::{Swept, folder, sweep};

/// Whether the browser has to run without its own sandbox: it refuses to run with one as root.
pub fn runs_without_sandbox() -> bool {
    process::is_root()
}
