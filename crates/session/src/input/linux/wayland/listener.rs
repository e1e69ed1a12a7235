//! Hears what the compositor says, on a thread of its own, and writes down when.
//!
//! It binds two globals and nothing more: the seats, for whose input it asks, and the idle notifier.

use std::collections::HashMap;
use std::sync::mpsc::Sender;
use std::time::Instant;

use wayland_client::protocol::wl_callback::{self, WlCallback};
use wayland_client::protocol::wl_registry::{self, WlRegistry};
use wayland_client::protocol::wl_seat::{self, WlSeat};
use wayland_client::{Connection, Dispatch, EventQueue, Proxy, QueueHandle};
use wayland_protocols::ext::idle_notify::v1::client::ext_idle_notification_v1::{
    self, ExtIdleNotificationV1,
};
use wayland_protocols::ext::idle_notify::v1::client::ext_idle_notifier_v1::{
    self, ExtIdleNotifierV1,
};

use super::seats::PAUSE;

/// Since this version a compositor tells of input alone, whoever holds idleness up.
pub(super) const INPUT_ALONE: u32 = 2;

/// What the compositor said.
#[derive(Clone, Copy, Debug)]
pub(super) enum Heard {
    /// It has an idle notifier of this version.
    Notifier { version: u32 },
    /// A seat came, or something was touched after a pause.
    Active { seat: u32, at: Instant },
    /// Nothing was touched for a pause.
    Paused { seat: u32, at: Instant },
    /// A seat was taken away.
    Gone { seat: u32 },
    /// Everything that it had to say before it was asked is said.
    Answer,
}

/// Listens until the connection ends or nobody wants to know.
pub(super) fn listen(mut events: EventQueue<Listener>, mut listener: Listener) {
    while !listener.over {
        if let Err(error) = events.blocking_dispatch(&mut listener) {
            tracing::debug!(%error, "the compositor is gone");
            return;
        }
    }
}

/// What is known of the compositor's globals.
pub(super) struct Listener {
    tell: Sender<Heard>,
    notifier: Option<Notifier>,
    seats: HashMap<u32, Watched>,
    over: bool,
}

struct Notifier {
    name: u32,
    global: ExtIdleNotifierV1,
}

struct Watched {
    seat: WlSeat,
    notification: Option<ExtIdleNotificationV1>,
}

impl Listener {
    pub(super) fn new(tell: Sender<Heard>) -> Self {
        Self {
            tell,
            notifier: None,
            seats: HashMap::new(),
            over: false,
        }
    }

    fn say(&mut self, heard: Heard) {
        self.over |= self.tell.send(heard).is_err();
    }

    /// Asks to be told of every seat. The notifier may come after seats, and seats after the notifier.
    fn watch(&mut self, queue: &QueueHandle<Self>) {
        let Some(Notifier { global, .. }) = &self.notifier else {
            return;
        };
        // Half a second fits.
        let pause = u32::try_from(PAUSE.as_millis()).unwrap_or(u32::MAX);
        let mut came = Vec::new();
        for (name, watched) in &mut self.seats {
            if watched.notification.is_none() {
                let seat = &watched.seat;
                watched.notification = Some(if global.version() >= INPUT_ALONE {
                    global.get_input_idle_notification(pause, seat, queue, *name)
                } else {
                    global.get_idle_notification(pause, seat, queue, *name)
                });
                came.push(*name);
            }
        }
        for seat in came {
            self.say(Heard::Active {
                seat,
                at: Instant::now(),
            });
        }
    }
}

impl Dispatch<WlRegistry, ()> for Listener {
    fn event(
        listener: &mut Self,
        registry: &WlRegistry,
        event: wl_registry::Event,
        (): &(),
        _: &Connection,
        queue: &QueueHandle<Self>,
    ) {
        match event {
            wl_registry::Event::Global {
                name,
                interface,
                version,
            } if interface == ExtIdleNotifierV1::interface().name => {
                let version = version.min(INPUT_ALONE);
                let global = registry.bind(name, version, queue, ());
                listener.notifier = Some(Notifier { name, global });
                listener.say(Heard::Notifier { version });
            }
            wl_registry::Event::Global {
                name, interface, ..
            } if interface == WlSeat::interface().name => {
                let watched = Watched {
                    // The first version of a seat has all that it takes to name it.
                    seat: registry.bind(name, 1, queue, ()),
                    notification: None,
                };
                listener.seats.insert(name, watched);
            }
            wl_registry::Event::GlobalRemove { name } => {
                // Without its notifier, nobody can say.
                listener.over |= listener
                    .notifier
                    .as_ref()
                    .is_some_and(|notifier| notifier.name == name);
                if let Some(watched) = listener.seats.remove(&name) {
                    if let Some(notification) = watched.notification {
                        notification.destroy();
                    }
                    listener.say(Heard::Gone { seat: name });
                }
            }
            _ => {}
        }
        listener.watch(queue);
    }
}

impl Dispatch<ExtIdleNotificationV1, u32> for Listener {
    fn event(
        listener: &mut Self,
        _: &ExtIdleNotificationV1,
        event: ext_idle_notification_v1::Event,
        seat: &u32,
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        let (seat, at) = (*seat, Instant::now());
        match event {
            ext_idle_notification_v1::Event::Idled => listener.say(Heard::Paused { seat, at }),
            ext_idle_notification_v1::Event::Resumed => listener.say(Heard::Active { seat, at }),
            _ => {}
        }
    }
}

impl Dispatch<WlCallback, ()> for Listener {
    fn event(
        listener: &mut Self,
        _: &WlCallback,
        event: wl_callback::Event,
        (): &(),
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        if matches!(event, wl_callback::Event::Done { .. }) {
            listener.say(Heard::Answer);
        }
    }
}

/// What it sends is of no interest: which devices the seat has.
impl Dispatch<WlSeat, ()> for Listener {
    fn event(
        _: &mut Self,
        _: &WlSeat,
        _: wl_seat::Event,
        (): &(),
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
    }
}

/// It sends nothing.
impl Dispatch<ExtIdleNotifierV1, ()> for Listener {
    fn event(
        _: &mut Self,
        _: &ExtIdleNotifierV1,
        _: ext_idle_notifier_v1::Event,
        (): &(),
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
    }
}
