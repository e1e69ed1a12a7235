//! Stands between the application and the records API, passes everything on, and remembers the secrets that went by.
//! On demand it loses the answer to a submission, as a network does that fails in the wrong moment.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::Url;

/// The relay.
pub struct Relay {
    url: String,
    seen: Arc<Seen>,
    served: JoinHandle<()>,
}

#[derive(Default)]
struct Seen {
    requests: Mutex<Vec<u8>>,
    lose_answers: AtomicBool,
}

impl Relay {
    /// Starts a relay to that address.
    pub async fn start(to: &Url) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}/", listener.local_addr()?);
        let target = format!(
            "{}:{}",
            to.host_str().unwrap_or_default(),
            to.port_or_known_default().unwrap_or_default()
        );
        let seen = Arc::new(Seen::default());
        let remembering = Arc::clone(&seen);
        let served = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let (target, seen) = (target.clone(), Arc::clone(&remembering));
                // A connection that breaks is the network's ordinary life.
                tokio::spawn(async move { drop(carry(near, &target, &seen).await) });
            }
        });
        Ok(Self { url, seen, served })
    }

    /// The relay's address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// From now on, submissions arrive and their answers are lost; or no longer.
    pub fn lose_answers(&self, lose: bool) {
        self.seen.lose_answers.store(lose, Ordering::SeqCst);
    }

    /// Every access token that went by, whatever it was bound to.
    pub fn tokens(&self) -> Vec<String> {
        let requests = self
            .seen
            .requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&requests);
        let mut tokens: Vec<String> = text
            .lines()
            .filter_map(|line| {
                let (name, value) = line.split_once(": ")?;
                let (_scheme, token) = value.split_once(' ')?;
                let presents = name.eq_ignore_ascii_case("authorization");
                presents.then(|| token.trim().to_owned())
            })
            .collect();
        tokens.sort_unstable();
        tokens.dedup();
        tokens
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.served.abort();
    }
}

async fn carry(near: TcpStream, target: &str, seen: &Seen) -> std::io::Result<()> {
    let far = TcpStream::connect(target).await?;
    let (mut from_near, mut to_near) = near.into_split();
    let (mut from_far, mut to_far) = far.into_split();
    let submitting = AtomicBool::new(false);
    let outward = async {
        let mut buffer = vec![0; 65536];
        loop {
            let count = from_near.read(&mut buffer).await?;
            if count == 0 {
                return to_far.shutdown().await;
            }
            let part = &buffer[..count];
            if part.starts_with(b"POST /v1/signatures") {
                submitting.store(true, Ordering::SeqCst);
            }
            seen.requests
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .extend_from_slice(part);
            to_far.write_all(part).await?;
        }
    };
    let homeward = async {
        let mut buffer = vec![0; 65536];
        loop {
            let count = from_far.read(&mut buffer).await?;
            let lost =
                submitting.load(Ordering::SeqCst) && seen.lose_answers.load(Ordering::SeqCst);
            if count == 0 || lost {
                return Err::<(), _>(std::io::Error::other("the line is dead"));
            }
            to_near.write_all(&buffer[..count]).await?;
        }
    };
    tokio::select! {
        ended = outward => ended,
        ended = homeward => ended,
    }
}
