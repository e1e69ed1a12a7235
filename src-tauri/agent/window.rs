//! The ephemeral window.
//!
//! One at a time, parented to the main window, with a native title bar whose title is ours and begins with the origin of the
//! page that is loaded. The callback is taken when a page wants to go there; it never crosses the network.
//! It appears in no capability, so its pages can call nothing of ours although the web engine gives them the means to ask.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use identity::{
    Agent, AgentError, AgentEvent, BringForward, Disposal, Gate, OpenAgent, Opening, Purpose,
    Verdict,
};
use tauri::webview::{
    DownloadEvent, NewWindowFeatures, NewWindowResponse, PageLoadEvent, PermissionResponse,
    WebviewWindowBuilder,
};
use tauri::{AppHandle, Manager, WebviewUrl, WebviewWindow, WindowEvent, Wry};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use url::Url;

use super::jar::{Jar, Reports};
use super::turn::{Turn, Turns};
use crate::MAIN;

/// The window's label. No capability names it.
const LABEL: &str = "ceremony";

/// Federated sign-ins open one pop-up, rarely two; more is a page gone wild.
const MOST_POPUPS: u32 = 4;

/// How long a page out of sight may take to answer; callers have bounds of their own.
const LOAD_PATIENCE: Duration = Duration::from_secs(10);

/// How long a window may take to leave the window manager.
const WINDOW_PATIENCE: Duration = Duration::from_secs(2);

/// How long the next window waits for the one before, which may still be cleaned up after when a screen is locked or a session
/// ends in the middle of a ceremony.
const TURN_PATIENCE: Duration = Duration::from_secs(15);

/// What the title says after the origin, in the person's language.
pub(crate) type Titles = Arc<dyn Fn(Purpose) -> String + Send + Sync>;

/// Opens ephemeral windows, one at a time.
pub(crate) struct WindowAgent {
    app: AppHandle,
    titles: Titles,
    turns: Turns,
}

impl WindowAgent {
    pub(crate) fn new(app: AppHandle, titles: Titles) -> Self {
        Self {
            app,
            titles,
            turns: Turns::default(),
        }
    }
}

#[async_trait]
impl Agent for WindowAgent {
    async fn open(&self, opening: Opening) -> Result<Box<dyn OpenAgent>, AgentError> {
        let turn = self.turns.take(TURN_PATIENCE).await?;
        let jar = Jar::new(&self.app)?;
        let title = (self.titles)(opening.purpose);
        let (reports, events) = Reports::new();
        let guard = Arc::new(Guard {
            app: self.app.clone(),
            gate: Mutex::new(Gate::new(&opening)),
            refused: Mutex::default(),
            popups: AtomicU32::new(0),
            title,
            reports,
        });
        let window = build(&self.app, &jar, &guard)?;
        let opened = OpenWindow {
            window,
            guard,
            events,
            jar: Some(jar),
            turn: Some(turn),
        };
        if let Some(jar) = &opened.jar {
            // On failure `opened` is dropped, and takes the window with it.
            jar.adopt(&opened.window, &opened.guard.reports).await?;
        }
        Ok(Box::new(opened))
    }

    fn kind(&self) -> &'static str {
        "window"
    }
}

/// An ephemeral window that exists.
struct OpenWindow {
    window: WebviewWindow,
    guard: Arc<Guard>,
    events: mpsc::UnboundedReceiver<AgentEvent>,
    jar: Option<Jar>,
    turn: Option<Turn>,
}

#[async_trait]
impl OpenAgent for OpenWindow {
    async fn visit(&mut self, url: Url, shown: bool) -> Result<(), AgentError> {
        self.guard.admit(&url)?;
        let mut answers = self.guard.reports.answers();
        self.window.navigate(url).map_err(failed)?;
        if shown {
            let front = self.window.show().and_then(|()| self.window.set_focus());
            return front.map_err(failed);
        }
        self.window.hide().map_err(failed)?;
        // Out of sight, the next address may follow at once: it must not overtake this one on its way to the server.
        drop(timeout(LOAD_PATIENCE, answers.changed()).await);
        Ok(())
    }

    async fn next(&mut self) -> AgentEvent {
        // The guard, which we hold, keeps a sender: the channel never closes before us.
        self.events.recv().await.unwrap_or(AgentEvent::Failed)
    }

    fn takes_callbacks(&self) -> bool {
        true
    }

    fn handle(&self) -> Arc<dyn BringForward> {
        Arc::new(Front(self.window.clone()))
    }

    async fn close(mut self: Box<Self>) -> Disposal {
        let app = self.guard.app.clone();
        let jar = self.jar.take();
        let turn = self.turn.take();
        // Dropping destroys the windows, and with them every reference to the jar that is ours.
        drop(self);
        let window_gone = windows_leave(&app).await;
        let disposal = match jar {
            Some(jar) => {
                let remains = jar.dispose().await;
                Disposal {
                    window_gone,
                    processes_gone: remains.processes_gone,
                    jar_gone: remains.jar_gone,
                    notes: remains.notes,
                }
            }
            None => Disposal::complete(),
        };
        drop(turn);
        disposal
    }
}

impl Drop for OpenWindow {
    fn drop(&mut self) {
        for window in ours(&self.guard.app) {
            if let Err(error) = window.destroy() {
                tracing::warn!(%error, label = window.label(), "a window could not be closed");
            }
        }
    }
}

/// Lets somebody else bring the window forward; does nothing once it is closed.
struct Front(WebviewWindow);

#[async_trait]
impl BringForward for Front {
    async fn bring_forward(&self) {
        let window = &self.0;
        let raised = window
            .unminimize()
            .and_then(|()| window.show())
            .and_then(|()| window.set_focus());
        if let Err(error) = raised {
            tracing::debug!(%error, "the window is closed already");
        }
    }
}

/// What all windows of one opening share: the gate, the title, and whom to tell.
struct Guard {
    app: AppHandle,
    gate: Mutex<Gate>,
    /// Hosts refused so far: each is reported once.
    refused: Mutex<HashSet<String>>,
    popups: AtomicU32,
    title: String,
    reports: Reports,
}

impl Guard {
    fn admit(&self, url: &Url) -> Result<(), AgentError> {
        let mut gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
        gate.admit(url);
        match gate.judge(url) {
            Verdict::Go => Ok(()),
            Verdict::Callback => Err(AgentError::NotAllowed {
                host: "the callback".to_owned(),
            }),
            Verdict::Refuse(host) => Err(AgentError::NotAllowed { host }),
        }
    }

    /// Decides on a navigation of any frame.
    fn lets_pass(&self, url: &Url) -> bool {
        let verdict = self
            .gate
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .judge(url);
        match verdict {
            Verdict::Go => true,
            Verdict::Callback => {
                self.reports.tell(AgentEvent::Callback(url.clone()));
                false
            }
            Verdict::Refuse(host) => {
                self.report_refused(host);
                false
            }
        }
    }

    fn report_refused(&self, host: String) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if refused.len() < 32 && refused.insert(host.clone()) {
            self.reports.tell(AgentEvent::NavigationRefused { host });
        }
    }

    fn entitle(&self, window: &WebviewWindow, url: &Url) {
        let origin = url.origin().ascii_serialization();
        if let Err(error) = window.set_title(&format!("{origin} · {}", self.title)) {
            tracing::debug!(%error, "the window is closed already");
        }
    }
}

fn build(app: &AppHandle, jar: &Jar, guard: &Arc<Guard>) -> Result<WebviewWindow, AgentError> {
    let main = app.get_webview_window(MAIN).ok_or(AgentError::Closed)?;
    let builder = WebviewWindowBuilder::new(app, LABEL, blank());
    let builder = guarded(jar.dress(builder), guard)
        .inner_size(520.0, 700.0)
        .min_inner_size(360.0, 400.0)
        .center()
        .visible(false);
    let window = builder
        .parent(&main)
        .and_then(WebviewWindowBuilder::build)
        .map_err(failed)?;
    let reports = guard.reports.clone();
    window.on_window_event(move |event| {
        match event {
            // Whoever runs the ceremony closes the window, after what has to be done first.
            WindowEvent::CloseRequested { api, .. } => api.prevent_close(),
            // By us, when nobody listens any more, or by a window manager that does not ask.
            WindowEvent::Destroyed => {}
            _ => return,
        }
        reports.tell(AgentEvent::ClosedByPerson);
    });
    Ok(window)
}

/// What holds for the window and its pop-ups alike.
fn guarded<'a>(
    builder: WebviewWindowBuilder<'a, Wry, AppHandle>,
    guard: &Arc<Guard>,
) -> WebviewWindowBuilder<'a, Wry, AppHandle> {
    let (navigating, loading, opening) = (Arc::clone(guard), Arc::clone(guard), Arc::clone(guard));
    builder
        .title(&guard.title)
        .decorations(true)
        .devtools(false)
        .general_autofill_enabled(false)
        .disable_drag_drop_handler()
        .on_navigation(move |url| navigating.lets_pass(url))
        .on_page_load(move |window, load| {
            if load.event() == PageLoadEvent::Started {
                loading.entitle(&window, load.url());
                loading.reports.answered();
            }
        })
        .on_new_window(move |url, features| popup(&opening, &url, features))
        .on_download(|_, event| !matches!(event, DownloadEvent::Requested { .. }))
        .on_permission_request(|_, _| PermissionResponse::Deny)
}

/// A pop-up of a federated sign-in opens in its opener's jar, or not at all.
fn popup(guard: &Arc<Guard>, url: &Url, features: NewWindowFeatures) -> NewWindowResponse<Wry> {
    if !guard.lets_pass(url) {
        return NewWindowResponse::Deny;
    }
    let number = guard.popups.fetch_add(1, Ordering::SeqCst);
    if number >= MOST_POPUPS {
        return NewWindowResponse::Deny;
    }
    let builder = WebviewWindowBuilder::new(&guard.app, format!("{LABEL}-popup-{number}"), blank());
    // The features carry the opener: its context, environment or configuration, which is its jar.
    let built = guarded(builder, guard).window_features(features).build();
    match built {
        Ok(window) => {
            Jar::adopt_popup(&window, &guard.reports);
            NewWindowResponse::Create { window }
        }
        Err(error) => {
            tracing::warn!(%error, "a pop-up could not be opened");
            NewWindowResponse::Deny
        }
    }
}

/// The window and its pop-ups, as far as they exist.
fn ours(app: &AppHandle) -> Vec<WebviewWindow> {
    let popup = format!("{LABEL}-popup-");
    app.webview_windows()
        .into_iter()
        .filter(|(label, _)| label == LABEL || label.starts_with(&popup))
        .map(|(_, window)| window)
        .collect()
}

async fn windows_leave(app: &AppHandle) -> bool {
    let deadline = tokio::time::Instant::now() + WINDOW_PATIENCE;
    while !ours(app).is_empty() {
        if tokio::time::Instant::now() >= deadline {
            return false;
        }
        sleep(Duration::from_millis(10)).await;
    }
    true
}

fn blank() -> WebviewUrl {
    // A constant that parses; were it ever to stop, the window would open on no page of ours.
    Url::parse("about:blank").map_or_else(|_| WebviewUrl::default(), WebviewUrl::External)
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of `map_err`")]
fn failed(error: tauri::Error) -> AgentError {
    AgentError::Failed(error.to_string())
}
