//! The head of an HTTP/1 request, and no more of HTTP than a callback needs.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

/// The longest head that is read.
const LIMIT: usize = 16 * 1024;

/// Request line and headers.
pub(super) struct Head {
    pub(super) method: String,
    pub(super) target: String,
    headers: Vec<(String, String)>,
}

impl Head {
    /// Whether the header is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(header, _)| header == name)
    }

    /// The header's value, if it is there exactly once.
    pub(super) fn only(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(header, _)| header == name);
        match (values.next(), values.next()) {
            (Some((_, value)), None) => Some(value),
            _ => None,
        }
    }
}

/// Reads one head. The inner error is the status with which the request is turned away.
pub(super) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Result<Head, u16>> {
    let mut octets = Vec::with_capacity(1024);
    let mut searched: usize = 0;
    loop {
        // The end may have begun in what was searched before. Never from the start again: who sends octet by octet
        // would have all of it read thousands of times.
        let from = searched.saturating_sub(3);
        let found = octets[from..]
            .windows(4)
            .position(|four| four == b"\r\n\r\n");
        if let Some(end) = found {
            return Ok(parse(&octets[..from + end]).ok_or(400));
        }
        searched = octets.len();
        if octets.len() >= LIMIT {
            return Ok(Err(431));
        }
        let mut chunk = [0; 1024];
        let read = stream.read(&mut chunk).await?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        octets.extend_from_slice(&chunk[..read]);
    }
}

fn parse(head: &[u8]) -> Option<Head> {
    let mut lines = std::str::from_utf8(head).ok()?.split("\r\n");
    let mut line = lines.next()?.split(' ');
    let (method, target, version) = (line.next()?, line.next()?, line.next()?);
    if line.next().is_some() || !version.starts_with("HTTP/1.") || !target.starts_with('/') {
        return None;
    }
    let headers = lines
        .map(|line| {
            let (name, value) = line.split_once(':')?;
            let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic());
            is_name.then(|| (name.to_ascii_lowercase(), value.trim().to_owned()))
        })
        .collect::<Option<Vec<_>>>()?;
    Some(Head {
        method: method.to_owned(),
        target: target.to_owned(),
        headers,
    })
}
