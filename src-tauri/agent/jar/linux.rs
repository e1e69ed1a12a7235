//! WebKitGTK: an ephemeral context of its own for each window.
//!
//! `incognito` alone makes one, in memory. A data directory must not be set: it would make a second, persistent context with
//! a process of its own, and register the application's `tauri:` scheme in it.
//! That the context is ephemeral is asked of the web view itself before anything is loaded; that it died with the window is
//! told by its finaliser, and the web processes that came with it are looked for among our children: all that came since, but
//! for those in which our own pages began anew meanwhile.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use identity::{AgentError, AgentEvent};
use tauri::webview::WebviewWindowBuilder;
use tauri::{AppHandle, WebviewWindow, Wry};
use tokio::time::{Instant, sleep};
use webkit2gtk::glib::subclass::SignalId;
use webkit2gtk::glib::{ObjectExt, ObjectType, gobject_ffi, translate::IntoGlib};
use webkit2gtk::{
    NetworkError, PolicyError, UserContentManagerExt, WebView, WebViewExt, WebsiteDataManagerExt,
};

use super::{Remains, Reports, on_view};
use crate::ways_out;
use crate::web_processes::{self, WebProcess};

/// Web processes end well within a second after their window; this long is waited before saying that they did not.
const PATIENCE: Duration = Duration::from_secs(5);

/// One ephemeral context.
pub(in crate::agent) struct Jar {
    processes_before: BTreeSet<WebProcess>,
    finalised: Arc<AtomicBool>,
}

impl Jar {
    #[expect(clippy::unnecessary_wraps, reason = "other systems can fail here")]
    pub(in crate::agent) fn new(_app: &AppHandle) -> Result<Self, AgentError> {
        Ok(Self {
            processes_before: web_processes::running(),
            finalised: Arc::default(),
        })
    }

    #[expect(clippy::unused_self, reason = "other systems need their folder")]
    pub(in crate::agent) fn dress<'a>(
        &self,
        builder: WebviewWindowBuilder<'a, Wry, AppHandle>,
    ) -> WebviewWindowBuilder<'a, Wry, AppHandle> {
        builder.incognito(true)
    }

    /// Refuses a window whose context would outlive it, and listens to its engine.
    pub(in crate::agent) async fn adopt(
        &self,
        window: &WebviewWindow,
        reports: &Reports,
    ) -> Result<(), AgentError> {
        let finalised = Arc::clone(&self.finalised);
        let reports = reports.clone();
        let ephemeral = on_view(window, move |platform| {
            let view = platform.inner();
            silence(&view);
            ways_out::shut(&view);
            listen(&view, &reports);
            let Some(data) = view.website_data_manager() else {
                return false;
            };
            data.add_weak_ref_notify(move || finalised.store(true, Ordering::SeqCst));
            view.is_ephemeral() && data.is_ephemeral()
        })
        .await?;
        if ephemeral {
            Ok(())
        } else {
            Err(AgentError::NotIsolated(
                "WebKitGTK made a persistent context for the window".to_owned(),
            ))
        }
    }

    /// A pop-up shares its opener's context, and so its jar; the engine guarantees it for related views.
    pub(in crate::agent) fn adopt_popup(window: &WebviewWindow, reports: &Reports) {
        let reports = reports.clone();
        let closing = window.clone();
        let prepared = window.with_webview(move |platform| {
            let view = platform.inner();
            silence(&view);
            ways_out::shut(&view);
            listen(&view, &reports);
            view.connect_close(move |_| close(&closing));
        });
        if let Err(error) = prepared {
            tracing::warn!(%error, "a pop-up closed before it was prepared");
        }
    }

    /// Waits until the processes that came with the window are gone.
    pub(in crate::agent) async fn dispose(self) -> Remains {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = web_processes::strangers_since(&self.processes_before);
            let finalised = self.finalised.load(Ordering::SeqCst);
            if (left.is_empty() && finalised) || Instant::now() >= deadline {
                let mut notes = Vec::new();
                if !left.is_empty() {
                    let left: Vec<u32> = left.iter().map(|process| process.pid).collect();
                    notes.push(format!("web processes still running: {left:?}"));
                }
                if !finalised {
                    notes.push("the ephemeral context is still referenced".to_owned());
                }
                return Remains {
                    processes_gone: left.is_empty(),
                    jar_gone: finalised,
                    notes,
                };
            }
            sleep(Duration::from_millis(25)).await;
        }
    }
}

/// Nothing is ever on disk here.
pub(crate) fn sweep() {}

fn listen(view: &WebView, reports: &Reports) {
    let to = reports.clone();
    view.connect_load_failed_with_tls_errors(move |_, _, _, _| {
        to.tell(AgentEvent::TlsRefused);
        // Handled: no page that offers to go on.
        true
    });
    let to = reports.clone();
    view.connect_load_failed(move |_, _, _, error| {
        // Cancelled and interrupted loads are our own refusals and taken callbacks, or the next page.
        if !error.matches(NetworkError::Cancelled)
            && !error.matches(PolicyError::FrameLoadInterruptedByPolicyChange)
        {
            to.tell(AgentEvent::Failed);
        }
        false
    });
    let to = reports.clone();
    view.connect_web_process_terminated(move |_, reason| {
        if reason != webkit2gtk::WebProcessTerminationReason::TerminatedByApi {
            to.tell(AgentEvent::Failed);
        }
    });
}

/// Takes from a view what the toolkit gives to every view: its scripts, and the channel on which pages ask for commands.
///
/// No capability would answer them anyway. It also ends a cycle: the channel's handler owns the view that owns the channel,
/// so that without this no view, no context and no cookie would ever be freed.
#[allow(unsafe_code)]
fn silence(view: &WebView) {
    let Some(content) = view.user_content_manager() else {
        return;
    };
    content.remove_all_scripts();
    content.unregister_script_message_handler("ipc");
    let Some(message) = SignalId::lookup("script-message-received", content.type_()) else {
        return;
    };
    let object: *mut gobject_ffi::GObject = content.as_ptr().cast();
    // SAFETY: a live object, on the thread that owns it, and handlers of its own that were just found; GObject frees the closures.
    unsafe {
        loop {
            let handler = gobject_ffi::g_signal_handler_find(
                object,
                gobject_ffi::G_SIGNAL_MATCH_ID,
                message.into_glib(),
                0,
                std::ptr::null_mut(),
                std::ptr::null_mut(),
                std::ptr::null_mut(),
            );
            if handler == 0 {
                break;
            }
            gobject_ffi::g_signal_handler_disconnect(object, handler);
        }
    }
}

fn close(window: &WebviewWindow) {
    if let Err(error) = window.destroy() {
        tracing::warn!(%error, "a pop-up could not be closed");
    }
}
