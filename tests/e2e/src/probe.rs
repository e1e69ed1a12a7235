//! A page that leaves traces in every store of a browser, and looks for them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::app::App;

/// What the page leaves.
const LEAVE: &str = r"
    document.cookie = 'trace=left; max-age=86400; path=/';
    localStorage.setItem('trace', 'left');
    sessionStorage.setItem('trace', 'left');
    const db = await new Promise((done, fail) => {
        const open = indexedDB.open('traces', 1);
        open.onupgradeneeded = () => open.result.createObjectStore('traces');
        open.onsuccess = () => done(open.result);
        open.onerror = () => fail(open.error);
    });
    await new Promise((done, fail) => {
        const put = db.transaction('traces', 'readwrite');
        put.objectStore('traces').put('left', 'trace');
        put.oncomplete = done;
        put.onerror = () => fail(put.error);
    });
    db.close();
    await fetch('/cached').then((answer) => answer.text());
";

/// What the page finds.
const LOOK: &str = r"
    const db = await new Promise((done, fail) => {
        const open = indexedDB.open('traces', 1);
        open.onupgradeneeded = () => open.result.createObjectStore('traces');
        open.onsuccess = () => done(open.result);
        open.onerror = () => fail(open.error);
    });
    const kept = await new Promise((done, fail) => {
        const got = db.transaction('traces').objectStore('traces').get('trace');
        got.onsuccess = () => done(got.result ?? null);
        got.onerror = () => fail(got.error);
    });
    db.close();
    await fetch('/cached').then((answer) => answer.text());
    return {
        cookie: document.cookie,
        local: localStorage.getItem('trace'),
        session: sessionStorage.getItem('trace'),
        indexed: kept,
    };
";

/// A server on loopback with that page.
pub struct Probe {
    url: String,
    fetched: Arc<AtomicUsize>,
    served: JoinHandle<()>,
}

impl Probe {
    /// Starts the server.
    pub async fn start() -> anyhow::Result<Self> {
        let fetched = Arc::new(AtomicUsize::new(0));
        let router = Router::new()
            .route(
                "/",
                get(|| async { Html("<!doctype html><title>Probe</title><h1>Probe</h1>") }),
            )
            .route("/cached", get(cached))
            .with_state(Arc::clone(&fetched));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}/", listener.local_addr()?);
        let served = tokio::spawn(async move {
            // Ends with the test that started it.
            drop(axum::serve(listener, router).await);
        });
        Ok(Self {
            url,
            fetched,
            served,
        })
    }

    /// The page's address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How often the cacheable resource was fetched from here.
    pub fn fetched(&self) -> usize {
        self.fetched.load(Ordering::SeqCst)
    }

    /// Leaves traces in that window.
    pub async fn leave(&self, app: &App, window: &str) -> anyhow::Result<()> {
        app.goto(window, &self.url).await?;
        app.promise(window, LEAVE).await.map(drop)
    }

    /// What that window knows.
    pub async fn look(&self, app: &App, window: &str) -> anyhow::Result<Value> {
        app.goto(window, &self.url).await?;
        app.promise(window, LOOK).await
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.served.abort();
    }
}

async fn cached(State(fetched): State<Arc<AtomicUsize>>) -> impl IntoResponse {
    fetched.fetch_add(1, Ordering::SeqCst);
    (
        [(header::CACHE_CONTROL, "public, max-age=86400, immutable")],
        "cached",
    )
}
