//! The loopback listener for one authentication (RFC 8252 §7.3), bound before anything is opened.
//!
//! It hands over the address of one callback at a time: a GET for its own path, under its own literal `Host`, made by
//! a navigation. Everything else gets a 4xx and changes nothing. What the callback says is judged by
//! [`crate::Pending::receive`]. Dropping the listener closes the port.
//!
//! It does not protect against other code that runs as the same user, which can read our memory anyway.

mod crowd;
mod http1;
mod page;

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use policy::RedirectPath;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};
use url::Url;

use crate::IdentityError;
use crowd::{Crowd, Place};
pub use page::Page;

/// The time that one connection may take.
const CONNECTION_TIME: Duration = Duration::from_secs(5);

/// A bound loopback port that waits for callbacks.
pub struct Listener {
    redirect_uri: Url,
    callbacks: mpsc::Receiver<Url>,
    serving: JoinHandle<()>,
}

impl Listener {
    /// Binds the first free of these ports on 127.0.0.1, or any free port when none is listed.
    pub async fn bind(
        ports: &[u16],
        path: &RedirectPath,
        page: Page,
    ) -> Result<Self, IdentityError> {
        let (socket, port) = bind_first(ports).await?;
        let path = match path {
            RedirectPath::Random => random_path()?,
            RedirectPath::Fixed(path) => path.clone(),
        };
        let redirect_uri =
            Url::parse(&format!("http://127.0.0.1:{port}{path}")).map_err(|_| taken(ports))?;
        // One slot: a second callback finds it full until the first was taken.
        let (sender, callbacks) = mpsc::channel(1);
        let door = Arc::new(Door {
            host: format!("127.0.0.1:{port}"),
            redirect_uri: redirect_uri.clone(),
            page,
            callbacks: sender,
        });
        let serving = tokio::spawn(serve(socket, door));
        Ok(Self {
            redirect_uri,
            callbacks,
            serving,
        })
    }

    /// Where the provider is to send the agent.
    pub fn redirect_uri(&self) -> &Url {
        &self.redirect_uri
    }

    /// The address of the next callback. Cancel-safe.
    pub async fn next(&mut self) -> Url {
        match self.callbacks.recv().await {
            Some(callback) => callback,
            // The serving task owns the sender and ends with the listener, not before.
            None => std::future::pending().await,
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// What every connection of one listener needs to know.
struct Door {
    host: String,
    redirect_uri: Url,
    page: Page,
    callbacks: mpsc::Sender<Url>,
}

async fn bind_first(ports: &[u16]) -> Result<(TcpListener, u16), IdentityError> {
    let any = [0];
    for port in if ports.is_empty() { &any } else { ports } {
        if let Ok(socket) = TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).await
            && let Ok(address) = socket.local_addr()
        {
            return Ok((socket, address.port()));
        }
    }
    Err(taken(ports))
}

fn taken(ports: &[u16]) -> IdentityError {
    IdentityError::PortsTaken {
        ports: ports.to_vec(),
    }
}

fn random_path() -> Result<String, IdentityError> {
    let mut random = [0; 16];
    aws_lc_rs::rand::fill(&mut random).map_err(|_| IdentityError::NoRandomness)?;
    Ok(format!("/{}", BASE64_URL_SAFE_NO_PAD.encode(random)))
}

/// Accepts until aborted. The connections are children of this task and end with it.
async fn serve(socket: TcpListener, door: Arc<Door>) {
    let mut crowd = Crowd::default();
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        match socket.accept().await {
            Ok((stream, _)) => {
                let door = Arc::clone(&door);
                let place = crowd.join();
                connections.spawn(async move {
                    let answered =
                        tokio::time::timeout(CONNECTION_TIME, door.answer(stream, place)).await;
                    if !matches!(answered, Ok(Ok(()))) {
                        tracing::debug!("a connection to the callback port came to nothing");
                    }
                });
                // What this one has to say is heard before somebody else can take its place.
                tokio::task::yield_now().await;
            }
            // Out of descriptors, most likely: give the others time to close theirs.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

impl Door {
    async fn answer(&self, mut stream: TcpStream, place: Place) -> io::Result<()> {
        let request = tokio::select! {
            biased;
            request = http1::read(&mut stream) => request?,
            () = place.lost() => return Err(io::ErrorKind::ConnectionAborted.into()),
        };
        let callback = request
            .map_err(page::refusal)
            .and_then(|request| self.admit(&request).map_err(page::refusal));
        let (callback, slot) =
            match callback.map(|callback| (callback, self.callbacks.try_reserve())) {
                Ok((callback, Ok(slot))) => (callback, slot),
                Ok((_, Err(_))) => return send(stream, &page::refusal(409)).await,
                Err(refusal) => return send(stream, &refusal).await,
            };
        // The page first: the listener may be closed as soon as the callback is handed over.
        let shown = send(stream, &self.page.render()).await;
        slot.send(callback);
        shown
    }

    /// The callback's address, or the status that this request gets.
    fn admit(&self, request: &http1::Head) -> Result<Url, u16> {
        // A name that resolves to 127.0.0.1 is DNS rebinding.
        if request.only("host") != Some(self.host.as_str()) {
            return Err(421);
        }
        let (path, _) = request
            .target
            .split_once('?')
            .unwrap_or((&request.target, ""));
        if path != self.redirect_uri.path() {
            return Err(404);
        }
        if request.method != "GET" {
            return Err(405);
        }
        // A provider's redirect is a navigation: no script's request, no frame of another page. A browser says which
        // always together with from where; a program that only says how it fetches is no page's script.
        let navigates = |name, value| !request.has(name) || request.only(name) == Some(value);
        let by_browser = request.has("sec-fetch-site");
        // Nobody goes anywhere with what is only fetched ahead.
        if request.has("origin")
            || request.has("sec-purpose")
            || (by_browser && !navigates("sec-fetch-mode", "navigate"))
            || !navigates("sec-fetch-dest", "document")
        {
            return Err(403);
        }
        Url::parse(&format!("http://{}{}", self.host, request.target)).map_err(|_| 400)
    }
}

async fn send(mut stream: TcpStream, answer: &str) -> io::Result<()> {
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}
