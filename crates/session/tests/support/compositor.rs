//! A compositor that a test plays itself: it says that somebody pauses or comes back when the test wants it to, and stops
//! answering when the test wants it to. It shows no windows.

#![allow(clippy::unwrap_used, clippy::expect_used, dead_code, missing_docs)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use wayland_protocols::ext::idle_notify::v1::server::ext_idle_notification_v1::{
    self, ExtIdleNotificationV1,
};
use wayland_protocols::ext::idle_notify::v1::server::ext_idle_notifier_v1::{
    self, ExtIdleNotifierV1,
};
use wayland_server::backend::{ClientData, ClientId, DisconnectReason, GlobalId};
use wayland_server::protocol::wl_seat::{self, WlSeat};
use wayland_server::{
    Client, DataInit, Dispatch, Display, DisplayHandle, GlobalDispatch, ListeningSocket, New,
};

/// How often it looks for clients and what they ask.
const TURN: Duration = Duration::from_millis(2);

/// What the compositor was asked to tell of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    pub input_alone: bool,
    pub milliseconds: u32,
}

pub struct Compositor {
    socket: PathBuf,
    tell: Option<Sender<Task>>,
    thread: Option<JoinHandle<()>>,
    clients: Arc<AtomicUsize>,
    _home: tempfile::TempDir,
}

type Task = Box<dyn FnOnce(&mut World) + Send>;

impl Compositor {
    /// One with a seat, and an idle notifier of this version.
    pub fn start(notifier: Option<u32>) -> Self {
        let home = tempfile::tempdir().unwrap();
        let socket = home.path().join("wayland-0");
        let clients = Arc::<AtomicUsize>::default();
        let (tell, tasks) = channel();
        let world = World::new(&socket, notifier, Arc::clone(&clients));
        let thread = std::thread::spawn(move || world.run(&tasks));
        Self {
            socket,
            tell: Some(tell),
            thread: Some(thread),
            clients,
            _home: home,
        }
    }

    pub fn socket(&self) -> &Path {
        &self.socket
    }

    pub fn clients(&self) -> usize {
        self.clients.load(Ordering::SeqCst)
    }

    /// Says at every seat that nobody touches anything.
    pub fn pause(&self) {
        self.with(|world| {
            for notification in &world.state.notifications {
                notification.object.idled();
            }
        });
    }

    /// Says at every seat that somebody touches something again.
    pub fn touch(&self) {
        self.with(|world| {
            for notification in &world.state.notifications {
                notification.object.resumed();
            }
        });
    }

    pub fn wishes(&self) -> Vec<Wish> {
        self.with(|world| {
            let notifications = world.state.notifications.iter();
            notifications
                .map(|notification| notification.wish)
                .collect()
        })
    }

    /// Neither reads nor answers, until it is told to.
    pub fn stands_still(&self, still: bool) {
        self.with(move |world| world.still = still);
    }

    pub fn plug_in_a_seat(&self) {
        self.with(World::add_seat);
    }

    pub fn take_the_first_seat_away(&self) {
        self.with(|world| {
            let seat = world.seats.remove(0);
            world.display.handle().remove_global::<State>(seat);
        });
    }

    pub fn take_the_notifier_away(&self) {
        self.with(|world| {
            let notifier = world.notifier.take().unwrap();
            world.display.handle().remove_global::<State>(notifier);
        });
    }

    /// Does something in the compositor; when this returns, clients were sent what it says.
    fn with<T: Send + 'static>(&self, work: impl FnOnce(&mut World) -> T + Send + 'static) -> T {
        let (tell, done) = channel();
        let task = move |world: &mut World| {
            let result = work(world);
            world.display.flush_clients().unwrap();
            tell.send(result).unwrap();
        };
        self.tell.as_ref().unwrap().send(Box::new(task)).unwrap();
        done.recv().unwrap()
    }
}

impl Drop for Compositor {
    fn drop(&mut self) {
        self.tell = None;
        self.thread.take().unwrap().join().unwrap();
    }
}

struct World {
    display: Display<State>,
    state: State,
    socket: ListeningSocket,
    clients: Arc<AtomicUsize>,
    seats: Vec<GlobalId>,
    notifier: Option<GlobalId>,
    still: bool,
}

#[derive(Default)]
struct State {
    notifications: Vec<Notification>,
}

struct Notification {
    object: ExtIdleNotificationV1,
    wish: Wish,
}

impl World {
    fn new(socket: &Path, notifier: Option<u32>, clients: Arc<AtomicUsize>) -> Self {
        let display = Display::<State>::new().unwrap();
        let handle = display.handle();
        let notifier = notifier
            .map(|version| handle.create_global::<State, ExtIdleNotifierV1, ()>(version, ()));
        let mut world = Self {
            display,
            state: State::default(),
            socket: ListeningSocket::bind_absolute(socket.to_owned()).unwrap(),
            clients,
            seats: Vec::new(),
            notifier,
            still: false,
        };
        world.add_seat();
        world
    }

    fn add_seat(&mut self) {
        let handle = self.display.handle();
        self.seats
            .push(handle.create_global::<State, WlSeat, ()>(1, ()));
    }

    fn run(mut self, tasks: &Receiver<Task>) {
        loop {
            match tasks.recv_timeout(TURN) {
                Ok(task) => task(&mut self),
                Err(RecvTimeoutError::Timeout) if self.still => {}
                Err(RecvTimeoutError::Timeout) => self.serve(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn serve(&mut self) {
        while let Some(client) = self.socket.accept().unwrap() {
            self.clients.fetch_add(1, Ordering::SeqCst);
            let counted = Arc::new(Counted(Arc::clone(&self.clients)));
            let mut handle = self.display.handle();
            handle.insert_client(client, counted).unwrap();
        }
        self.display.dispatch_clients(&mut self.state).unwrap();
        self.display.flush_clients().unwrap();
    }
}

struct Counted(Arc<AtomicUsize>);

impl ClientData for Counted {
    fn disconnected(&self, _: ClientId, _: DisconnectReason) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl GlobalDispatch<ExtIdleNotifierV1, ()> for State {
    fn bind(
        _: &mut Self,
        _: &DisplayHandle,
        _: &Client,
        notifier: New<ExtIdleNotifierV1>,
        (): &(),
        init: &mut DataInit<'_, Self>,
    ) {
        init.init(notifier, ());
    }
}

impl GlobalDispatch<WlSeat, ()> for State {
    fn bind(
        _: &mut Self,
        _: &DisplayHandle,
        _: &Client,
        seat: New<WlSeat>,
        (): &(),
        init: &mut DataInit<'_, Self>,
    ) {
        init.init(seat, ());
    }
}

impl Dispatch<ExtIdleNotifierV1, ()> for State {
    fn request(
        state: &mut Self,
        _: &Client,
        _: &ExtIdleNotifierV1,
        request: ext_idle_notifier_v1::Request,
        (): &(),
        _: &DisplayHandle,
        init: &mut DataInit<'_, Self>,
    ) {
        let (input_alone, id, milliseconds) = match request {
            ext_idle_notifier_v1::Request::GetIdleNotification { id, timeout, .. } => {
                (false, id, timeout)
            }
            ext_idle_notifier_v1::Request::GetInputIdleNotification { id, timeout, .. } => {
                (true, id, timeout)
            }
            _ => return,
        };
        state.notifications.push(Notification {
            object: init.init(id, ()),
            wish: Wish {
                input_alone,
                milliseconds,
            },
        });
    }
}

impl Dispatch<ExtIdleNotificationV1, ()> for State {
    fn request(
        _: &mut Self,
        _: &Client,
        _: &ExtIdleNotificationV1,
        _: ext_idle_notification_v1::Request,
        (): &(),
        _: &DisplayHandle,
        _: &mut DataInit<'_, Self>,
    ) {
    }

    fn destroyed(state: &mut Self, _: ClientId, gone: &ExtIdleNotificationV1, (): &()) {
        state.notifications.retain(|kept| kept.object != *gone);
    }
}

impl Dispatch<WlSeat, ()> for State {
    fn request(
        _: &mut Self,
        _: &Client,
        _: &WlSeat,
        _: wl_seat::Request,
        (): &(),
        _: &DisplayHandle,
        _: &mut DataInit<'_, Self>,
    ) {
    }
}
