//! Somebody on this machine who wants to keep the callback away by keeping the listener busy.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::time::Duration;

use common::page;
use identity::Listener;
use policy::RedirectPath;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Far more than a callback needs, on however slow a machine: what is tested is that it comes at all.
const PATIENCE: Duration = Duration::from_mins(1);

struct Busy {
    listener: Listener,
    address: String,
}

impl Busy {
    async fn new() -> Self {
        let listener = Listener::bind(&[], &RedirectPath::Random, page())
            .await
            .unwrap();
        let port = listener.redirect_uri().port().unwrap();
        Self {
            listener,
            address: format!("127.0.0.1:{port}"),
        }
    }

    async fn connection(&self) -> TcpStream {
        TcpStream::connect(&self.address).await.unwrap()
    }

    /// The provider's redirect arrives, is answered and handed over.
    async fn the_callback_comes_through(mut self) {
        let calling_back = async {
            let mut stream = self.connection().await;
            let (path, host) = (self.listener.redirect_uri().path(), &self.address);
            let request = format!("GET {path}?code=real HTTP/1.1\r\nHost: {host}\r\n\r\n");
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            answer
        };
        let answer = tokio::time::timeout(PATIENCE, calling_back).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
        let callback = tokio::time::timeout(PATIENCE, self.listener.next())
            .await
            .unwrap();
        assert_eq!(callback.query(), Some("code=real"));
    }
}

/// Whether the other side has closed, at the latest after `patience`.
async fn is_closed(mut stream: TcpStream, patience: Duration) -> bool {
    let mut nothing = Vec::new();
    let end = stream.read_to_end(&mut nothing);
    tokio::time::timeout(patience, end).await.is_ok()
}

#[tokio::test]
async fn a_thousand_connections_that_say_nothing_do_not_keep_the_callback_waiting() {
    let busy = Busy::new().await;
    let mut silent = Vec::new();
    for _ in 0..1000 {
        silent.push(busy.connection().await);
    }
    busy.the_callback_comes_through().await;
}

#[tokio::test]
async fn connections_that_come_back_as_often_as_they_are_closed_do_not_keep_the_callback_waiting() {
    let busy = Busy::new().await;
    let mut crowd = JoinSet::new();
    for _ in 0..200 {
        let address = busy.address.clone();
        crowd.spawn(async move {
            // Until the listener is gone, or the test is over.
            while let Ok(mut stream) = TcpStream::connect(&address).await {
                let _cut = stream.write_all(b"GET ").await;
                let _closed = stream.read(&mut [0; 16]).await;
            }
        });
    }
    // All of them have been there: without room for newer ones, the callback would have to wait for them from here on.
    tokio::time::sleep(Duration::from_millis(200)).await;
    busy.the_callback_comes_through().await;
}

#[tokio::test]
async fn a_request_that_comes_an_octet_at_a_time_is_cut_off() {
    let busy = Busy::new().await;
    let mut slow = busy.connection().await;
    let dripping = async {
        let mut octets = 0;
        while slow.write_all(b"G").await.is_ok() {
            octets += 1;
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        octets
    };
    let octets = tokio::time::timeout(PATIENCE, dripping).await.unwrap();
    assert!(octets > 1, "it was cut off before it could be slow");
    busy.the_callback_comes_through().await;
}

#[tokio::test]
async fn a_head_of_ten_megabytes_is_cut_off_after_a_few_kilobytes() {
    let busy = Busy::new().await;
    let mut stream = busy.connection().await;
    let (path, host) = (busy.listener.redirect_uri().path(), &busy.address);
    let beginning = format!("GET {path}?code=huge HTTP/1.1\r\nHost: {host}\r\nX: ");
    stream.write_all(beginning.as_bytes()).await.unwrap();
    let mut sent = 0;
    let chunk = [b'x'; 16 * 1024];
    while sent < 10 * 1024 * 1024 && stream.write_all(&chunk).await.is_ok() {
        sent += chunk.len();
    }
    // What the two sockets buffer is all that ever left.
    assert!(sent < 10 * 1024 * 1024, "all of it was taken");
    assert!(is_closed(stream, PATIENCE).await);
    busy.the_callback_comes_through().await;
}
