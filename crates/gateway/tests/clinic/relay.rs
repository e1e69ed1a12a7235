//! Something between client and gateway that cuts connections, or lets no streams through.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use url::Url;

pub struct Relay {
    pub url: Url,
    cut: watch::Sender<u32>,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    is_down: AtomicBool,
    blocks_streams: AtomicBool,
    blocked: AtomicUsize,
}

impl Relay {
    pub async fn before(gateway: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let (cut, cuts) = watch::channel(0);
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(pass(stream, gateway, cuts.clone(), Arc::clone(&shared)));
            }
        });
        Self {
            url: url.parse().unwrap(),
            cut,
            state,
        }
    }

    /// Cuts every connection, and lets no new one through.
    pub fn goes_down(&self) {
        self.state.is_down.store(true, Ordering::SeqCst);
        self.cut.send_modify(|cuts| *cuts += 1);
    }

    pub fn comes_back(&self) {
        self.state.is_down.store(false, Ordering::SeqCst);
    }

    /// Answers for the gateway when somebody asks for a stream.
    pub fn blocks_streams(&self) {
        self.state.blocks_streams.store(true, Ordering::SeqCst);
    }

    /// How many streams it did not let through.
    pub fn blocked(&self) -> usize {
        self.state.blocked.load(Ordering::SeqCst)
    }
}

async fn pass(
    mut client: TcpStream,
    gateway: SocketAddr,
    mut cuts: watch::Receiver<u32>,
    state: Arc<State>,
) {
    cuts.mark_unchanged();
    let mut head = vec![0; 16 * 1024];
    let Ok(read) = client.read(&mut head).await else {
        return;
    };
    if state.is_down.load(Ordering::SeqCst) {
        return;
    }
    let asks_for_a_stream = head[..read].starts_with(b"GET /v1/sessions/events");
    if asks_for_a_stream && state.blocks_streams.load(Ordering::SeqCst) {
        state.blocked.fetch_add(1, Ordering::SeqCst);
        let refusal = b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        let _sent = client.write_all(refusal).await;
        return;
    }
    let Ok(mut gateway) = TcpStream::connect(gateway).await else {
        return;
    };
    // One request on each connection, or the next one would not be looked at.
    let line = head[..read].iter().position(|octet| *octet == b'\n');
    let (line, rest) = head[..read].split_at(line.map_or(0, |end| end + 1));
    let closing: &[u8] = b"connection: close\r\n";
    let asked = [line, closing, rest].concat();
    if gateway.write_all(&asked).await.is_err() {
        return;
    }
    tokio::select! {
        _ = tokio::io::copy_bidirectional(&mut client, &mut gateway) => {}
        _ = cuts.changed() => {}
    }
}
