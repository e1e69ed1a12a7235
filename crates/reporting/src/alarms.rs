//! What security must hear of at once (21 CFR 11.300(d)), kept until it was told.
//!
//! One small file for each, on the disk before [`Alarms::raise`] returns: being offline, ending the program or pulling the
//! plug does not silence it. A file holds when, on which device, of what kind, how often, in whose session, and under which
//! reference the activity log has the detail: no record, no name, no secret, so it is not encrypted. It is sent with the
//! token of whoever is signed in next, who need not be the one in whose session it happened: so it says itself whom it is
//! about, which the receiver keeps as this device's word, apart from who brought it.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use durable::Readers;
use jiff::Timestamp;
use records::{Access, CallError, SecurityEvent, SecurityEventKind};
use uuid::Uuid;

use crate::Receiver;
use crate::pace::Pace;

/// What a file is called, after its number.
const WAITING: &str = "event.json";
/// What one is called that the records API will never take. It is kept for whoever looks after the device.
const REFUSED: &str = "refused.json";
/// The most files, but for one more of each kind and person. Beyond that, something happens so often that the last one of its
/// kind about the same person counts for all that follow.
const MAX_WAITING: usize = 500;

/// The queue.
pub struct Alarms {
    folder: PathBuf,
    /// One writer at a time; it knows what is kept only once in a run.
    writing: Mutex<HashSet<(SecurityEventKind, String)>>,
    /// One delivery at a time: nothing is told twice.
    delivering: tokio::sync::Mutex<()>,
    pace: Mutex<Pace>,
}

/// What a delivery came to.
#[derive(Debug, Default)]
pub struct Told {
    /// What security knows now, oldest first.
    pub told: Vec<SecurityEvent>,
    /// How many still wait.
    pub waiting: usize,
}

/// The queue cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// The folder or a file in it.
    #[error("what security must hear of cannot be kept at {}", .path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// The event cannot be written as JSON.
    #[error("the security event cannot be written")]
    Form(#[source] serde_json::Error),
}

impl Alarms {
    /// Opens the queue in that folder, which is made when absent, for this user alone.
    pub fn open(folder: &Path) -> Result<Self, QueueError> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).map_err(at(folder))?;
        Ok(Self {
            folder: folder.to_owned(),
            writing: Mutex::default(),
            delivering: tokio::sync::Mutex::default(),
            pace: Mutex::default(),
        })
    }

    /// Keeps what security must hear of. It is on the disk when this returns.
    pub fn raise(&self, event: &SecurityEvent) -> Result<(), QueueError> {
        let _one = lock(&self.writing);
        self.keep(&self.waiting()?, event)
    }

    /// The same, unless something of this kind waits under this reference already, or was kept under it in this run: a program
    /// that was killed after keeping it and before noting so keeps it once.
    pub fn raise_once(&self, event: &SecurityEvent) -> Result<(), QueueError> {
        let mut raised = lock(&self.writing);
        let name = (event.kind, event.reference.clone());
        if raised.contains(&name) {
            return Ok(());
        }
        if !self.has(event)? {
            self.keep(&self.waiting()?, event)?;
        }
        raised.insert(name);
        Ok(())
    }

    /// Keeps again what the log says was kept, if it is not there any more. In a full queue it may stand under the reference
    /// of another one, so it is not looked for there.
    pub fn restore(&self, event: &SecurityEvent) -> Result<(), QueueError> {
        let _one = lock(&self.writing);
        let waiting = self.waiting()?;
        if waiting.len() >= MAX_WAITING || self.has(event)? {
            return Ok(());
        }
        tracing::error!(
            reference = event.reference,
            "an alarm that was kept for security is not there any more"
        );
        self.keep(&waiting, event)
    }

    /// Whether something of this kind is here under this reference: also what the API never takes.
    fn has(&self, event: &SecurityEvent) -> Result<bool, QueueError> {
        for path in self.files(&[WAITING, REFUSED])? {
            let kept = read_waiting(&path)?;
            if kept.is_some_and(|kept| kept.kind == event.kind && kept.reference == event.reference)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn keep(&self, waiting: &[PathBuf], event: &SecurityEvent) -> Result<(), QueueError> {
        if waiting.len() >= MAX_WAITING
            && let Some((path, mut last)) = newest_of_its_kind(waiting, event)
        {
            last.count = last.count.saturating_add(1);
            return write(&path, &last);
        }
        // The number grows with time, so the names sort as the events happened.
        let path = self.folder.join(format!("{}.{WAITING}", Uuid::now_v7()));
        write(&path, event)?;
        lock(&self.pace).worked();
        Ok(())
    }

    /// How many wait.
    pub fn count(&self) -> Result<usize, QueueError> {
        Ok(self.waiting()?.len())
    }

    /// Tells what waits, oldest first, if it is time.
    pub async fn deliver(
        &self,
        receiver: &dyn Receiver,
        access: &Access,
        now: Timestamp,
    ) -> Result<Told, QueueError> {
        let _one = self.delivering.lock().await;
        let waiting = self.waiting()?;
        let mut told = Told {
            waiting: waiting.len(),
            ..Told::default()
        };
        if !lock(&self.pace).is_due(now) {
            return Ok(told);
        }
        for path in waiting {
            let Some(event) = read(&path)? else {
                tracing::error!(path = %path.display(), "a security event cannot be read any more");
                self.set_aside(&path)?;
                told.waiting -= 1;
                continue;
            };
            match receiver.tell(&event, access).await {
                Ok(()) => {
                    durable::remove(&path).map_err(at(&path))?;
                    lock(&self.pace).worked();
                    told.waiting -= 1;
                    told.told.push(event);
                }
                Err(error) if is_malformed(&error) => {
                    tracing::error!(%error, "the records service does not take a security event");
                    self.set_aside(&path)?;
                    told.waiting -= 1;
                }
                Err(error) => {
                    tracing::warn!(%error, "security could not be told yet");
                    lock(&self.pace).failed(now);
                    break;
                }
            }
        }
        Ok(told)
    }

    /// The files that wait, oldest first.
    fn waiting(&self) -> Result<Vec<PathBuf>, QueueError> {
        self.files(&[WAITING])
    }

    fn files(&self, endings: &[&str]) -> Result<Vec<PathBuf>, QueueError> {
        let mut paths = Vec::new();
        for file in fs::read_dir(&self.folder).map_err(at(&self.folder))? {
            let file = file.map_err(at(&self.folder))?;
            let name = file.file_name();
            let name = name.to_str().unwrap_or_default();
            let number = endings.iter().find_map(|ending| name.strip_suffix(ending));
            if number.is_some_and(|number| number.trim_end_matches('.').parse::<Uuid>().is_ok()) {
                paths.push(file.path());
            }
        }
        paths.sort();
        Ok(paths)
    }

    /// Keeps a file that cannot be delivered out of the way of those that can.
    fn set_aside(&self, path: &Path) -> Result<(), QueueError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let aside = self.folder.join(name.replace(WAITING, REFUSED));
        fs::rename(path, &aside).map_err(at(path))
    }
}

/// The last of these that is about the same, with its file.
fn newest_of_its_kind(
    waiting: &[PathBuf],
    event: &SecurityEvent,
) -> Option<(PathBuf, SecurityEvent)> {
    let events = waiting.iter().rev().filter_map(|path| {
        let read = read(path).ok().flatten()?;
        Some((path.clone(), read))
    });
    events
        .into_iter()
        .find(|(_, waiting)| waiting.kind == event.kind && waiting.about == event.about)
}

/// Whether the API will never take exactly this.
fn is_malformed(error: &CallError) -> bool {
    matches!(
        error,
        CallError::TooLarge
            | CallError::Unexpected {
                status: 400 | 415 | 422
            }
    )
}

/// The same for a file that a delivery may remove at any time.
fn read_waiting(path: &Path) -> Result<Option<SecurityEvent>, QueueError> {
    match read(path) {
        Err(QueueError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(None),
        read => read,
    }
}

fn read(path: &Path) -> Result<Option<SecurityEvent>, QueueError> {
    let octets = fs::read(path).map_err(at(path))?;
    Ok(serde_json::from_slice(&octets).ok())
}

fn write(path: &Path, event: &SecurityEvent) -> Result<(), QueueError> {
    let octets = serde_json::to_vec(event).map_err(QueueError::Form)?;
    durable::replace(path, &octets, Readers::Owner).map_err(at(path))
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> QueueError + '_ {
    |source| QueueError::Io {
        path: path.to_owned(),
        source,
    }
}

/// What is under these locks is replaced as a whole: nothing is ever half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
