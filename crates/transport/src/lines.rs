//! A reply that goes on for as long as the server has something to say, read line by line.
//!
//! Every limit of an ordinary reply has its counterpart here: how long a line may be, how long the server may be silent, and
//! how long all of it may take. What the lines mean is for the caller to say.

use std::pin::Pin;
use std::time::Duration;

use futures_util::{Stream, StreamExt as _};
use http::Response;
use url::Url;

use crate::{TransportError, error, origin};

/// What a reply that goes on may cost.
#[derive(Debug, Clone, Copy)]
pub struct LineLimits {
    /// The longest line, in octets.
    pub max_line: usize,
    /// The longest silence.
    pub idle: Duration,
    /// The longest that the whole reply may take.
    pub total: Duration,
}

/// What a server answers to a request for a reply that goes on.
pub enum Streamed {
    /// It goes on.
    Lines(Response<Lines>),
    /// It does not: the status says that this is no success, and here is all of it.
    Whole(Response<Vec<u8>>),
}

/// The lines of a reply, as they come.
pub struct Lines {
    chunks: Pin<Box<dyn Stream<Item = reqwest::Result<Chunk>> + Send>>,
    url: Url,
    limits: LineLimits,
    /// What came; up to `taken` it was given out.
    pending: Vec<u8>,
    taken: usize,
    /// Up to here it is known to hold no end of a line.
    searched: usize,
    /// The last line ended with a carriage return: a line feed that follows belongs to it.
    skips_line_feed: bool,
}

type Chunk = Vec<u8>;

impl Lines {
    pub(crate) fn new(answer: reqwest::Response, url: Url, limits: LineLimits) -> Self {
        let chunks = answer
            .bytes_stream()
            .map(|chunk| chunk.map(|octets| octets.to_vec()));
        Self {
            chunks: Box::pin(chunks),
            url,
            limits,
            pending: Vec::new(),
            taken: 0,
            searched: 0,
            skips_line_feed: false,
        }
    }

    /// The next line without its end (line feed, carriage return, or both); nothing when the reply is over. A last line
    /// without an end is none.
    ///
    /// May be dropped while it waits: nothing of what came is lost.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, TransportError> {
        loop {
            if let Some(line) = self.complete()? {
                return Ok(Some(line));
            }
            let chunk = tokio::time::timeout(self.limits.idle, self.chunks.next())
                .await
                .map_err(|_| TransportError::TimedOut {
                    origin: origin(&self.url),
                })?;
            match chunk {
                Some(Ok(octets)) => self.take_in(&octets),
                Some(Err(broken)) => return Err(error::of(&broken, &self.url)),
                None => return Ok(None),
            }
        }
    }

    fn take_in(&mut self, octets: &[u8]) {
        self.pending.drain(..self.taken);
        self.searched -= self.taken;
        self.taken = 0;
        self.pending.extend_from_slice(octets);
    }

    /// Takes a whole line from what came.
    fn complete(&mut self) -> Result<Option<Vec<u8>>, TransportError> {
        if self.skips_line_feed && self.taken < self.pending.len() {
            self.taken += usize::from(self.pending[self.taken] == b'\n');
            self.searched = self.taken;
            self.skips_line_feed = false;
        }
        let end = self.pending[self.searched..]
            .iter()
            .position(|octet| matches!(octet, b'\n' | b'\r'))
            .map(|position| self.searched + position);
        let length = end.unwrap_or(self.pending.len()) - self.taken;
        if length > self.limits.max_line {
            return Err(TransportError::TooLarge {
                limit: self.limits.max_line,
                origin: origin(&self.url),
            });
        }
        let Some(end) = end else {
            self.searched = self.pending.len();
            return Ok(None);
        };
        let line = self.pending[self.taken..end].to_vec();
        self.skips_line_feed = self.pending[end] == b'\r';
        self.taken = end + 1;
        self.searched = self.taken;
        Ok(Some(line))
    }
}

// By hand: what came is nobody's business.
impl std::fmt::Debug for Lines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lines")
            .field("origin", &origin(&self.url))
            .finish_non_exhaustive()
    }
}
