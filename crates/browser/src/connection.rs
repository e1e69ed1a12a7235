//! The pipe to the browser: calls and their answers, and what happens meanwhile.
//!
//! Messages are JSON, each followed by a zero octet. Everything is bounded: the length of a message, the number of messages
//! on their way, the time that an answer may take. A browser that breaks a bound has broken down.

use std::collections::HashMap;
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::sync::mpsc as queue;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use identity::AgentError;
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use zeroize::{Zeroize, Zeroizing};

use crate::message::Incoming;

/// The longest message. The longest that comes is a form with a file in it, which no sign-in page has.
const MESSAGE: usize = 4 * 1024 * 1024;
/// Messages that were read and not yet dealt with.
const UNREAD: usize = 64;
/// Calls on their way to the browser.
const UNSENT: usize = 1024;
/// How long an answer may take, the first one of a browser that is starting included.
const PATIENCE: Duration = Duration::from_secs(30);

/// Our end of the pipe.
#[derive(Clone)]
pub(crate) struct Connection(Arc<Shared>);

struct Shared {
    /// None once the browser is gone or has broken a bound.
    calls: Mutex<Option<Calls>>,
}

struct Calls {
    to_browser: queue::SyncSender<Zeroizing<Vec<u8>>>,
    last: u64,
    waiting: HashMap<u64, oneshot::Sender<Result<Value, String>>>,
}

impl Connection {
    /// Takes the pipe over. What comes that is no answer is handed on; the end of that is the end of the browser.
    pub(crate) fn new(
        from_browser: PipeReader,
        to_browser: PipeWriter,
    ) -> io::Result<(Self, mpsc::Receiver<Incoming>)> {
        let (calls, unsent) = queue::sync_channel(UNSENT);
        let (incoming, events) = mpsc::channel(UNREAD);
        let connection = Self(Arc::new(Shared {
            calls: Mutex::new(Some(Calls {
                to_browser: calls,
                last: 0,
                waiting: HashMap::new(),
            })),
        }));
        thread::Builder::new()
            .name("to the browser".to_owned())
            .spawn(move || write(to_browser, &unsent))?;
        let answered = connection.clone();
        thread::Builder::new()
            .name("from the browser".to_owned())
            .spawn(move || {
                if let Err(error) = read(from_browser, |message| answered.sort(message, &incoming))
                {
                    tracing::debug!(%error, "the browser's end of the pipe");
                }
                answered.close();
            })?;
        Ok((connection, events))
    }

    /// Calls, and waits for the answer. No session is the browser as a whole.
    pub(crate) async fn call(
        &self,
        session: Option<&str>,
        method: &str,
        params: Value,
    ) -> Result<Value, AgentError> {
        let answer = self.ask(session, method, params)?;
        match tokio::time::timeout(PATIENCE, answer).await {
            Ok(Ok(Ok(value))) => Ok(value),
            Ok(Ok(Err(why))) => Err(AgentError::Failed(format!("{method}: {why}"))),
            Ok(Err(_)) => Err(AgentError::Closed),
            Err(_) => Err(AgentError::Failed(format!("{method}: no answer"))),
        }
    }

    /// Calls, and leaves the waiting to somebody else.
    pub(crate) fn ask(
        &self,
        session: Option<&str>,
        method: &str,
        params: Value,
    ) -> Result<oneshot::Receiver<Result<Value, String>>, AgentError> {
        let (waiter, answer) = oneshot::channel();
        self.send(session, method, params, Some(waiter))?;
        Ok(answer)
    }

    /// Calls without wanting an answer. A browser that is gone needs none.
    pub(crate) fn tell(&self, session: Option<&str>, method: &str, params: Value) {
        if self.send(session, method, params, None).is_err() {
            tracing::debug!(method, "the browser is gone already");
        }
    }

    /// Lets go of the pipe, on which the browser ends by itself.
    pub(crate) fn close(&self) {
        self.calls().take();
    }

    fn send(
        &self,
        session: Option<&str>,
        method: &str,
        params: Value,
        waiter: Option<oneshot::Sender<Result<Value, String>>>,
    ) -> Result<(), AgentError> {
        let mut calls = self.calls();
        let Some(open) = calls.as_mut() else {
            return Err(AgentError::Closed);
        };
        open.last += 1;
        let call = open.last;
        let mut message = json!({ "id": call, "method": method });
        message["params"] = params;
        if let Some(session) = session {
            message["sessionId"] = session.into();
        }
        let mut octets = Zeroizing::new(message.to_string().into_bytes());
        octets.push(0);
        if open.to_browser.try_send(octets).is_err() {
            // It has stopped reading, or is gone.
            calls.take();
            return Err(AgentError::Closed);
        }
        if let Some(waiter) = waiter {
            open.waiting.insert(call, waiter);
        }
        Ok(())
    }

    /// Hands an answer to who waits for it, and everything else on. Says whether to go on reading.
    fn sort(&self, message: Incoming, events: &mpsc::Sender<Incoming>) -> bool {
        match message {
            Incoming::Answer { call, outcome } => {
                let mut calls = self.calls();
                let waiter = calls.as_mut().and_then(|calls| calls.waiting.remove(&call));
                if let Some(waiter) = waiter {
                    // Whoever asked may have stopped waiting.
                    drop(waiter.send(outcome));
                }
                true
            }
            Incoming::Other => true,
            event @ Incoming::Event { .. } => events.blocking_send(event).is_ok(),
        }
    }

    fn calls(&self) -> MutexGuard<'_, Option<Calls>> {
        // Each change is whole before the lock is given back.
        self.0.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn write(mut pipe: PipeWriter, unsent: &queue::Receiver<Zeroizing<Vec<u8>>>) {
    while let Ok(message) = unsent.recv() {
        if let Err(error) = pipe.write_all(&message) {
            tracing::debug!(%error, "our end of the pipe");
            return;
        }
    }
}

/// Cuts what comes into messages, until the pipe ends or somebody has had enough.
fn read(mut pipe: impl Read, mut each: impl FnMut(Incoming) -> bool) -> io::Result<()> {
    // As long as a message can get, so that it never moves and leaves a copy behind.
    let mut buffer = Zeroizing::new(vec![0; MESSAGE]);
    let mut filled = 0;
    loop {
        let count = pipe.read(&mut buffer[filled..])?;
        if count == 0 {
            return Ok(());
        }
        let mut scanned = filled;
        filled += count;
        while let Some(end) = buffer[scanned..filled].iter().position(|octet| *octet == 0) {
            let end = scanned + end;
            let message = Incoming::parse(&buffer[..end]);
            buffer.copy_within(end + 1..filled, 0);
            let left = filled - end - 1;
            buffer[left..filled].zeroize();
            (filled, scanned) = (left, 0);
            let message = message.ok_or_else(|| broken("it makes no sense"))?;
            if !each(message) {
                return Ok(());
            }
        }
        if filled == MESSAGE {
            return Err(broken("a message has no end"));
        }
    }
}

fn broken(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Gives one part at a time, as a pipe does.
    struct Parts<'a>(Vec<&'a [u8]>);

    impl Read for Parts<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() {
                return Ok(0);
            }
            let part = self.0.remove(0);
            let count = part.len().min(buffer.len());
            buffer[..count].copy_from_slice(&part[..count]);
            if count < part.len() {
                self.0.insert(0, &part[count..]);
            }
            Ok(count)
        }
    }

    fn calls(parts: &[&[u8]]) -> io::Result<Vec<u64>> {
        let mut calls = Vec::new();
        read(Parts(parts.to_vec()), |message| {
            if let Incoming::Answer { call, .. } = message {
                calls.push(call);
            }
            true
        })?;
        Ok(calls)
    }

    #[test]
    fn messages_are_told_apart_however_the_pipe_cuts_them() {
        let whole = b"{\"id\":1}\0{\"id\":2}\0{\"id\":3}\0";
        assert_eq!(calls(&[whole]).unwrap(), [1, 2, 3]);
        for cut in 1..whole.len() {
            let (one, other) = whole.split_at(cut);
            assert_eq!(calls(&[one, other]).unwrap(), [1, 2, 3], "cut at {cut}");
        }
    }

    #[test]
    fn a_message_without_an_end_is_not_kept_for_ever() {
        let long = vec![b' '; MESSAGE + 1];
        assert!(calls(&[&long]).is_err());
    }

    #[test]
    fn nonsense_ends_the_reading() {
        assert!(calls(&[b"{\"id\":1}\0nonsense\0{\"id\":2}\0"]).is_err());
    }

    #[tokio::test]
    async fn a_call_after_the_end_says_so_at_once() {
        let (from_browser, theirs) = io::pipe().unwrap();
        let (_theirs, to_browser) = io::pipe().unwrap();
        let (connection, mut events) = Connection::new(from_browser, to_browser).unwrap();
        drop(theirs);
        assert!(events.recv().await.is_none());

        let called = connection.call(None, "Browser.getVersion", json!({})).await;

        assert_eq!(called, Err(AgentError::Closed));
    }
}
