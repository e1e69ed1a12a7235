//! A site whose pages act by themselves and report what came of it: nobody can reach into a page of the throw-away browser.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::PATIENCE;

/// What is there in every store of a browser, after something was left there or not.
const TRACES: &str = r"
    const open = () => new Promise((done, fail) => {
        const open = indexedDB.open('traces', 1);
        open.onupgradeneeded = () => open.result.createObjectStore('traces');
        open.onsuccess = () => done(open.result);
        open.onerror = () => fail(open.error);
    });
    const db = await open();
    if (location.pathname === '/leave') {
        document.cookie = 'trace=left; max-age=86400; path=/';
        localStorage.setItem('trace', 'left');
        await (await caches.open('traces')).put('/kept', new Response('left'));
        await new Promise((done, fail) => {
            const put = db.transaction('traces', 'readwrite');
            put.objectStore('traces').put('left', 'trace');
            put.oncomplete = done;
            put.onerror = () => fail(put.error);
        });
    }
    const indexed = await new Promise((done, fail) => {
        const got = db.transaction('traces').objectStore('traces').get('trace');
        got.onsuccess = () => done(got.result ?? null);
        got.onerror = () => fail(got.error);
    });
    await fetch('/cached').then((answer) => answer.text());
    return {
        cookie: document.cookie,
        local: localStorage.getItem('trace'),
        indexed,
        kept: (await caches.keys()).length,
    };
";

/// A site on loopback.
pub struct Site {
    origin: String,
    reports: mpsc::UnboundedReceiver<Value>,
    seen: Arc<Seen>,
    served: JoinHandle<()>,
}

struct Seen {
    reports: mpsc::UnboundedSender<Value>,
    fetched: AtomicUsize,
    paths: Mutex<Vec<String>>,
    script: Mutex<String>,
}

impl Site {
    /// `/leave` and `/look` are about traces; `/act` runs the script that it was given; `/to?URL` redirects there.
    pub async fn start() -> Self {
        let (sender, reports) = mpsc::unbounded_channel();
        let seen = Arc::new(Seen {
            reports: sender,
            fetched: AtomicUsize::new(0),
            paths: Mutex::default(),
            script: Mutex::default(),
        });
        let router = Router::new()
            .route("/leave", get(|| async { acting(TRACES) }))
            .route("/look", get(|| async { acting(TRACES) }))
            .route("/act", get(act))
            .route("/cached", get(cached))
            .route("/to", get(redirect).post(redirect))
            .route("/file", get(file))
            .route("/report", post(report))
            .fallback(|| async { Html("<!doctype html><title>Elsewhere</title>") })
            .layer(axum::middleware::from_fn_with_state(
                Arc::clone(&seen),
                note,
            ))
            .with_state(Arc::clone(&seen));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let served = tokio::spawn(async move {
            // Ends with the test that started it.
            drop(axum::serve(listener, router).await);
        });
        Self {
            origin,
            reports,
            seen,
            served,
        }
    }

    pub fn origin(&self) -> &str {
        &self.origin
    }

    pub fn host(&self) -> &str {
        self.origin.trim_start_matches("http://")
    }

    pub fn at(&self, path: &str) -> url::Url {
        url::Url::parse(&format!("{}{path}", self.origin)).unwrap()
    }

    /// What `/act` does from now on.
    pub fn will(&self, script: &str) {
        script.clone_into(&mut self.seen.script.lock().unwrap());
    }

    /// The next report of a page, which has to come.
    pub async fn reported(&mut self) -> Value {
        let report = tokio::time::timeout(PATIENCE, self.reports.recv()).await;
        report.expect("the page reports").unwrap()
    }

    /// How often the resource that may be cached was fetched from here.
    pub fn fetched(&self) -> usize {
        self.seen.fetched.load(Ordering::SeqCst)
    }

    /// Every path that was asked for.
    pub fn paths(&self) -> Vec<String> {
        self.seen.paths.lock().unwrap().clone()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.served.abort();
    }
}

/// A page that runs this and reports its result.
fn acting(script: &str) -> Html<String> {
    Html(format!(
        "<!doctype html><title>Acting page</title><h1>Acting page</h1><script>
         (async () => {{ {script} }})()
             .catch((error) => ({{ error: String(error) }}))
             .then((result) => result === undefined || fetch('/report', {{ method: 'POST', body: JSON.stringify(result) }}));
         </script>"
    ))
}

async fn act(State(seen): State<Arc<Seen>>) -> Html<String> {
    let script = seen.script.lock().unwrap().clone();
    acting(&script)
}

async fn cached(State(seen): State<Arc<Seen>>) -> impl IntoResponse {
    seen.fetched.fetch_add(1, Ordering::SeqCst);
    let keep = "public, max-age=86400, immutable";
    ([(header::CACHE_CONTROL, keep)], "cached")
}

async fn redirect(uri: Uri) -> Response {
    let to = uri.query().unwrap_or_default().to_owned();
    (StatusCode::FOUND, [(header::LOCATION, to)]).into_response()
}

async fn file() -> impl IntoResponse {
    let mut headers = HeaderMap::new();
    let named = "attachment; filename=\"present.bin\"".parse().unwrap();
    headers.insert(header::CONTENT_DISPOSITION, named);
    (headers, "a present")
}

async fn report(State(seen): State<Arc<Seen>>, body: Bytes) -> StatusCode {
    // The test may have heard enough.
    drop(seen.reports.send(serde_json::from_slice(&body).unwrap()));
    StatusCode::NO_CONTENT
}

async fn note(
    State(seen): State<Arc<Seen>>,
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> Response {
    let path = request.uri().path().to_owned();
    seen.paths.lock().unwrap().push(path);
    next.run(request).await
}
