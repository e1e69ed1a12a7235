//! The X server's own count (MIT Screen Saver extension, version 1.0).

use std::time::Duration;

use x11rb::connection::{Connection, RequestConnection};
use x11rb::protocol::screensaver;
use x11rb::protocol::screensaver::ConnectionExt;
use x11rb::rust_connection::RustConnection;

/// A connection to an X server. When it breaks, nobody can say any more.
pub struct X11 {
    server: RustConnection,
    root: u32,
}

impl X11 {
    /// Connects to this display, or to the one that the environment names.
    pub fn open(display: Option<&str>) -> Option<Self> {
        let (server, screen) = x11rb::connect(display)
            .inspect_err(|error| tracing::debug!(%error, "there is no X server"))
            .ok()?;
        let offered = server.extension_information(screensaver::X11_EXTENSION_NAME);
        offered.ok().flatten()?;
        let root = server.setup().roots.get(screen)?.root;
        Some(Self { server, root })
    }

    /// How long nothing was touched.
    pub fn idle(&mut self) -> Option<Duration> {
        let asked = self.server.screensaver_query_info(self.root).ok()?;
        let info = asked.reply().ok()?;
        Some(Duration::from_millis(info.ms_since_user_input.into()))
    }
}
