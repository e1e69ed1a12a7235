//! The machine at work: it looks once a second, and tells whoever waits.
//!
//! The operating system is asked on a thread of its own. When that thread hangs, nothing was touched, as far as anybody
//! knows.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::idle_watch::{IdleWatch, Now, Reason, Rules, State};
use crate::input::{Input, Sign};

/// How often it looks.
const LOOK: Duration = Duration::from_secs(1);
/// What was seen and not yet taken note of. When it is full, nobody takes note; the next look says again how long nothing
/// was touched, and a sign is kept for it.
const SEEN: usize = 8;

/// Watches the input to this computer for one session at a time, from [`Lookout::start`] until it is dropped.
pub struct Lookout {
    watched: Arc<Watched>,
    _until_dropped: DropGuard,
}

struct Watched {
    watch: Mutex<IdleWatch>,
    state: watch::Sender<State>,
    sees_system: AtomicBool,
}

struct Sight {
    idle: Option<Duration>,
    sign: Option<Sign>,
    now: Now,
}

impl Lookout {
    /// Begins with somebody who is there. `input` is called on the thread that asks it: it may take its time.
    pub fn start<I: Input>(rules: Rules, input: impl FnOnce() -> I + Send + 'static) -> Self {
        let watch = IdleWatch::new(rules, Now::read());
        let watched = Arc::new(Watched {
            state: watch::Sender::new(watch.state()),
            watch: Mutex::new(watch),
            sees_system: AtomicBool::new(false),
        });
        let stop = CancellationToken::new();
        let (tell, hear) = mpsc::channel(SEEN);
        let stopped = stop.clone();
        let spawned = std::thread::Builder::new()
            .name("input".to_owned())
            .spawn(move || look_out(input(), &tell, &stopped));
        if let Err(error) = spawned {
            tracing::warn!(%error, "only input to our own window counts");
        }
        tokio::spawn(take_note(Arc::clone(&watched), hear, stop.clone()));
        Self {
            watched,
            _until_dropped: stop.drop_guard(),
        }
    }

    /// Whether to lock, now and whenever that changes: while nothing is touched, about once a second.
    pub fn states(&self) -> watch::Receiver<State> {
        self.watched.state.subscribe()
    }

    /// Whether the operating system says how long nothing was touched. Otherwise only [`Lookout::touched`] counts.
    pub fn sees_system(&self) -> bool {
        self.watched.sees_system.load(Ordering::Relaxed)
    }

    /// Our own window was touched.
    pub fn touched(&self) {
        self.watched.tell(|watch| watch.touched(Now::read()));
    }

    /// The person locks it.
    pub fn lock(&self) {
        self.watched.tell(|watch| watch.lock(Reason::Person));
    }

    /// Somebody unlocked it, or signed in: counting begins anew.
    pub fn unlocked(&self) {
        self.watched.tell(|watch| watch.unlocked(Now::read()));
    }
}

impl Watched {
    fn tell(&self, change: impl FnOnce(&mut IdleWatch) -> State) {
        // Held until everybody was told, so that the last word is the last state.
        let mut watch = self.watch();
        let state = change(&mut watch);
        self.state
            .send_if_modified(|told| std::mem::replace(told, state) != state);
    }

    fn take_note(&self, sight: &Sight, new: Option<Sign>) {
        self.sees_system
            .store(sight.idle.is_some(), Ordering::Relaxed);
        self.tell(|watch| {
            let state = watch.look(sight.idle, sight.now);
            match new {
                Some(Sign::Locked) => watch.lock(Reason::System),
                Some(Sign::Sleeps) => watch.lock(Reason::Sleep),
                None => state,
            }
        });
    }

    fn watch(&self) -> MutexGuard<'_, IdleWatch> {
        // Every change under this lock is complete before it can stop.
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks the operating system, until nobody listens.
fn look_out(mut input: impl Input, tell: &mpsc::Sender<Sight>, stop: &CancellationToken) {
    // A system asks only once to lock.
    let mut untold = None;
    while !stop.is_cancelled() && !tell.is_closed() {
        let sight = Sight {
            // A sign first: what follows it may take long.
            sign: input.sign().or(untold.take()),
            idle: input.idle(),
            now: Now::read(),
        };
        if let Err(mpsc::error::TrySendError::Full(sight)) = tell.try_send(sight) {
            tracing::debug!("nobody takes note of input just now");
            untold = sight.sign;
        }
        std::thread::sleep(LOOK);
    }
}

/// Takes note of what is seen, and of time passing while nothing is.
async fn take_note(
    watched: Arc<Watched>,
    mut hear: mpsc::Receiver<Sight>,
    stop: CancellationToken,
) {
    let mut deaf = false;
    let mut sign = None;
    loop {
        let sight = tokio::select! {
            () = stop.cancelled() => return,
            sight = hear.recv(), if !deaf => sight,
            () = tokio::time::sleep(LOOK * 2) => Some(Sight { idle: None, sign: None, now: Now::read() }),
        };
        match sight {
            Some(sight) => {
                // Only what is new: where a system forgets that it is unlocked, nobody would ever get in again.
                let before = std::mem::replace(&mut sign, sight.sign);
                watched.take_note(&sight, sight.sign.filter(|sign| Some(*sign) != before));
            }
            None => deaf = true,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use super::*;

    /// A system that asks once to lock, and says whenever it was asked itself.
    struct AsksOnce(Option<Sign>, Sender<()>);

    impl Input for AsksOnce {
        fn idle(&mut self) -> Option<Duration> {
            None
        }

        fn sign(&mut self) -> Option<Sign> {
            // Nobody counts any more when the test is over.
            let _over = self.1.send(());
            self.0.take()
        }
    }

    #[test]
    fn a_sign_that_nobody_took_note_of_is_not_lost() {
        let (tell, mut hear) = mpsc::channel(1);
        let nothing = Sight {
            idle: None,
            sign: None,
            now: Now::read(),
        };
        assert!(tell.try_send(nothing).is_ok(), "nobody takes note");
        let (asked, asks) = channel();
        let stop = CancellationToken::new();
        let _until_the_end = stop.clone().drop_guard();
        let input = AsksOnce(Some(Sign::Locked), asked);
        std::thread::spawn(move || look_out(input, &tell, &stop));
        // What was seen the first time was turned away before it was asked a second time.
        let asked_twice = asks.recv().and_then(|()| asks.recv());
        assert_eq!(asked_twice, Ok(()));

        let old = hear.blocking_recv();
        assert!(old.is_some_and(|sight| sight.sign.is_none()));
        let new = hear.blocking_recv();
        assert_eq!(new.and_then(|sight| sight.sign), Some(Sign::Locked));
    }
}
