//! A Wayland compositor that speaks ext-idle-notify-v1: KDE, sway and the others on wlroots, newer GNOME.
//!
//! The protocol has no question for how long nothing was touched. It tells when a pause of a given length was reached,
//! and when it ended; a short one is asked for, and the time since is counted here ([`seats`]). A listener hears of it
//! on a thread of its own, so that a pause is as old as it is, however late somebody looks.
//!
//! Version 2 tells of input alone. Version 1 tells nothing while a program holds idleness up, as players do.
//!
//! Silence would look like somebody who goes on working. So each look asks the compositor whether it is still there, and
//! believes nothing that it said when no answer comes in time. When the connection ends, it stays ended: nobody can say
//! any more, and input to our own window is what counts.
//!
//! It does not defend against the compositor, which sees every key anyway, nor against a program that makes input.

mod listener;
mod seats;

use std::ffi::OsString;
use std::io;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use socket2::{Domain, SockAddr, Socket, Type};
use wayland_client::protocol::wl_display::WlDisplay;
use wayland_client::{ConnectError, Connection, QueueHandle};

use listener::{Heard, INPUT_ALONE, Listener, listen};
use seats::Seats;

/// How long the compositor may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// A compositor that tells.
pub struct Compositor {
    connection: Connection,
    display: WlDisplay,
    queue: QueueHandle<Listener>,
    /// The same connection, to end it by.
    socket: UnixStream,
    heard: Receiver<Heard>,
    /// It was asked whether it is there, and did not answer yet.
    asked: bool,
    version: Option<u32>,
    seats: Seats,
}

impl Compositor {
    /// Connects to the one that the environment names, if it has an idle notifier.
    pub fn open() -> Option<Self> {
        Self::open_at(&socket_of_environment()?)
    }

    /// Connects to the one that listens here, if it has an idle notifier.
    pub fn open_at(socket: &Path) -> Option<Self> {
        let mut compositor = Self::connect(socket)
            .inspect_err(|error| tracing::debug!(%error, "there is no compositor"))
            .ok()?;
        // Before it answers it names all that it has.
        compositor.ask()?;
        compositor.version.is_some().then_some(compositor)
    }

    /// Whether it tells of input alone, and not of what programs hold up.
    pub fn tells_of_input_alone(&self) -> bool {
        self.version >= Some(INPUT_ALONE)
    }

    /// How long nothing was touched.
    pub fn idle(&mut self) -> Option<Duration> {
        self.ask()?;
        self.seats.idle(Instant::now())
    }

    fn connect(path: &Path) -> Result<Self, Failed> {
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
        // A compositor that accepts nobody would be waited for without end.
        socket.set_nonblocking(true)?;
        socket.connect(&SockAddr::unix(path)?)?;
        let socket = UnixStream::from(socket);
        let connection = Connection::from_socket(socket.try_clone()?)?;
        let display = connection.display();
        let events = connection.new_event_queue();
        let queue = events.handle();
        display.get_registry(&queue, ());
        let (tell, heard) = channel();
        std::thread::Builder::new()
            .name("wayland".to_owned())
            .spawn(move || listen(events, Listener::new(tell)))?;
        Ok(Self {
            connection,
            display,
            queue,
            socket,
            heard,
            asked: false,
            version: None,
            seats: Seats::default(),
        })
    }

    /// Takes note of everything that it said until now. Nothing when it does not answer in time, or is gone.
    fn ask(&mut self) -> Option<()> {
        if !self.asked {
            self.display.sync(&self.queue, ());
            self.asked = true;
            self.connection
                .flush()
                .inspect_err(|error| tracing::debug!(%error, "the compositor is gone"))
                .ok()?;
        }
        let until = Instant::now() + PATIENCE;
        while self.asked {
            let left = until.saturating_duration_since(Instant::now());
            let heard = self.heard.recv_timeout(left);
            let heard = heard
                .inspect_err(|error| tracing::debug!(%error, "the compositor does not answer"))
                .ok()?;
            self.note(heard);
        }
        Some(())
    }

    fn note(&mut self, heard: Heard) {
        match heard {
            Heard::Notifier { version } => self.version = Some(version),
            Heard::Active { seat, at } => self.seats.active(seat, at),
            Heard::Paused { seat, at } => self.seats.paused(seat, at),
            Heard::Gone { seat } => self.seats.gone(seat),
            Heard::Answer => self.asked = false,
        }
    }
}

impl Drop for Compositor {
    fn drop(&mut self) {
        // Whoever listens would wait for the next event otherwise.
        if let Err(error) = self.socket.shutdown(Shutdown::Both) {
            tracing::debug!(%error, "the compositor was gone already");
        }
    }
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Connect(#[from] ConnectError),
}

/// Where the compositor of this session listens.
///
/// A connection that was handed over ready made (`WAYLAND_SOCKET`) is the window toolkit's, and is left to it.
fn socket_of_environment() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let display = set("WAYLAND_DISPLAY").unwrap_or_else(|| OsString::from("wayland-0"));
    let folder = set("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .unwrap_or_default();
    // A display may be a whole path; a folder that is none would be looked for wherever we happen to be.
    Some(folder.join(display)).filter(|socket| socket.is_absolute())
}
