//! The ways in which a provider may answer wrongly, slowly, hugely or not at all.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How much a huge answer has.
pub const HUGE: usize = 50 * 1024 * 1024;

/// What the provider does instead of answering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Takes the request and says nothing.
    SaysNothing,
    /// Sends the head of an answer, an octet at a time.
    DripsItsHead,
    /// Sends the body of an answer, an octet at a time.
    DripsItsBody,
    /// Promises an answer soon (RFC 9110, 15.2), again and again.
    PutsOff,
    /// Sends one header after the other.
    EndlessHead,
    /// Sends one chunk after the other.
    EndlessBody,
    /// Announces 50 MB and sends them.
    HugeAnnounced,
    /// Sends 50 MB without an announcement.
    HugeInChunks,
    /// Sends 50 MB of header.
    HugeHead,
    /// Sends the client elsewhere.
    Redirects(u16),
    /// A page, with status 200.
    Page,
    /// An error, with status 200.
    ErrorIn200,
    /// An answer that would have to be unpacked.
    Packed,
    /// Closes the connection in the middle of its answer.
    BreaksOff,
}

impl Manner {
    /// Whether nothing but time ends it.
    pub(super) fn is_slow(self) -> bool {
        matches!(
            self,
            Self::SaysNothing | Self::DripsItsHead | Self::DripsItsBody | Self::PutsOff
        )
    }
}

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";

pub(super) async fn misbehave(
    manner: Manner,
    issuer: &str,
    mut stream: TcpStream,
) -> std::io::Result<()> {
    let spaces = " ".repeat(16 * 1024);
    match manner {
        Manner::SaysNothing => stream.read(&mut [0; 16]).await.map(|_| ()),
        Manner::DripsItsHead => {
            stream.write_all(HEAD.as_bytes()).await?;
            stream.write_all(b"x-slow: ").await?;
            drip(&mut stream).await
        }
        Manner::DripsItsBody => {
            let head = format!("{HEAD}content-length: 200000\r\n\r\n");
            stream.write_all(head.as_bytes()).await?;
            drip(&mut stream).await
        }
        Manner::PutsOff => loop {
            stream.write_all(b"HTTP/1.1 102 Processing\r\n\r\n").await?;
            tokio::time::sleep(Duration::from_millis(10)).await;
        },
        Manner::EndlessHead => {
            stream.write_all(HEAD.as_bytes()).await?;
            loop {
                stream.write_all(b"x-more: and more\r\n").await?;
            }
        }
        Manner::EndlessBody => {
            let head = format!("{HEAD}transfer-encoding: chunked\r\n\r\n");
            stream.write_all(head.as_bytes()).await?;
            loop {
                chunk(&mut stream, &spaces).await?;
            }
        }
        Manner::HugeAnnounced => {
            let head = format!("{HEAD}content-length: {HUGE}\r\n\r\n");
            stream.write_all(head.as_bytes()).await?;
            for _ in 0..HUGE / spaces.len() {
                stream.write_all(spaces.as_bytes()).await?;
            }
            Ok(())
        }
        Manner::HugeInChunks => {
            let head = format!("{HEAD}transfer-encoding: chunked\r\n\r\n");
            stream.write_all(head.as_bytes()).await?;
            for _ in 0..HUGE / spaces.len() {
                chunk(&mut stream, &spaces).await?;
            }
            stream.write_all(b"0\r\n\r\n").await
        }
        Manner::HugeHead => {
            stream.write_all(HEAD.as_bytes()).await?;
            stream.write_all(b"x-huge: ").await?;
            for _ in 0..HUGE / spaces.len() {
                stream.write_all(spaces.as_bytes()).await?;
            }
            stream.write_all(b"x\r\ncontent-length: 2\r\n\r\n{}").await
        }
        Manner::Redirects(status) => {
            let answer = format!(
                "HTTP/1.1 {status} Elsewhere\r\nlocation: {issuer}/elsewhere\r\ncontent-length: 0\r\n\r\n"
            );
            stream.write_all(answer.as_bytes()).await
        }
        Manner::Page => {
            let answer = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 33\r\n\r\n\
                          <!doctype html><title>Sorry</title"
                .to_owned();
            stream.write_all(answer.as_bytes()).await
        }
        Manner::ErrorIn200 => {
            let body = r#"{"error":"invalid_grant"}"#;
            let answer = format!("{HEAD}content-length: {}\r\n\r\n{body}", body.len());
            stream.write_all(answer.as_bytes()).await
        }
        Manner::Packed => {
            // The beginning of a gzip stream; no more than that is ever looked at.
            let head = format!("{HEAD}content-encoding: gzip\r\ncontent-length: 10\r\n\r\n");
            stream.write_all(head.as_bytes()).await?;
            stream
                .write_all(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3])
                .await
        }
        Manner::BreaksOff => {
            let head = format!("{HEAD}content-length: 100\r\n\r\n{{\"keys\":");
            stream.write_all(head.as_bytes()).await
        }
    }
}

async fn drip(stream: &mut TcpStream) -> std::io::Result<()> {
    loop {
        stream.write_all(b" ").await?;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn chunk(stream: &mut TcpStream, octets: &str) -> std::io::Result<()> {
    let framed = format!("{:x}\r\n{octets}\r\n", octets.len());
    stream.write_all(framed.as_bytes()).await
}
