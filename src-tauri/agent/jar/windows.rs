//! WebView2: a fresh user data folder for each window, used in InPrivate mode, and deleted after its browser process ended.
//!
//! InPrivate alone is not enough: it is a twin of the profile in the same folder and process. A WebView2 runtime without
//! `ICoreWebView2Environment10` ignores the InPrivate wish in silence, so the flag is read back, and without it no page loads.
//! Folders that a crash left behind are swept at the next start.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use identity::{AgentError, AgentEvent};
use tauri::webview::WebviewWindowBuilder;
use tauri::{AppHandle, WebviewWindow, Wry};
use tokio::time::{Instant, sleep};
use webview2_com::Microsoft::Web::WebView2::Win32::{
    COREWEBVIEW2_SERVER_CERTIFICATE_ERROR_ACTION_CANCEL, ICoreWebView2_13, ICoreWebView2_14,
    ICoreWebView2Environment10,
};
use webview2_com::{ProcessFailedEventHandler, ServerCertificateErrorDetectedEventHandler};
use windows::Win32::Foundation::{CloseHandle, WAIT_TIMEOUT};
use windows::Win32::System::Threading::{OpenProcess, PROCESS_SYNCHRONIZE, WaitForSingleObject};
use windows::core::Interface;

use super::{Remains, Reports, on_view};
use crate::ways_out;

/// The browser process ends a second or two after its last view.
const PATIENCE: Duration = Duration::from_secs(10);

/// One user data folder.
pub(in crate::agent) struct Jar {
    folder: PathBuf,
    /// The browser process, once the window exists; 0 before.
    browser: Arc<AtomicU32>,
}

impl Jar {
    pub(in crate::agent) fn new(_app: &AppHandle) -> Result<Self, AgentError> {
        let parent = folders()
            .ok_or_else(|| AgentError::NotIsolated("no local application folder".to_owned()))?;
        let folder = parent.join(uuid::Uuid::new_v4().simple().to_string());
        fs::create_dir_all(&folder).map_err(|error| AgentError::NotIsolated(error.to_string()))?;
        Ok(Self {
            folder,
            browser: Arc::default(),
        })
    }

    pub(in crate::agent) fn dress<'a>(
        &self,
        builder: WebviewWindowBuilder<'a, Wry, AppHandle>,
    ) -> WebviewWindowBuilder<'a, Wry, AppHandle> {
        builder.data_directory(self.folder.clone()).incognito(true)
    }

    /// Refuses a view that is not InPrivate, and makes bad certificates final.
    pub(in crate::agent) async fn adopt(
        &self,
        window: &WebviewWindow,
        reports: &Reports,
    ) -> Result<(), AgentError> {
        let browser = Arc::clone(&self.browser);
        let reports = reports.clone();
        on_view(window, move |platform| {
            inspect(&platform, &browser, &reports)
        })
        .await?
        .map_err(|error| {
            AgentError::NotIsolated(format!("the WebView2 runtime is too old: {error}"))
        })
        .and_then(|private| {
            if private {
                Ok(())
            } else {
                Err(AgentError::NotIsolated(
                    "WebView2 did not open in InPrivate mode".to_owned(),
                ))
            }
        })
    }

    /// A pop-up is made in its opener's environment, and so in its folder.
    pub(in crate::agent) fn adopt_popup(window: &WebviewWindow, reports: &Reports) {
        let reports = reports.clone();
        let prepared = window.with_webview(move |platform| {
            if let Err(error) = inspect(&platform, &AtomicU32::new(0), &reports) {
                tracing::warn!(%error, "a pop-up could not be prepared");
            }
        });
        if let Err(error) = prepared {
            tracing::warn!(%error, "a pop-up closed before it was prepared");
        }
    }

    /// Waits for the browser process, then deletes the folder.
    pub(in crate::agent) async fn dispose(self) -> Remains {
        let deadline = Instant::now() + PATIENCE;
        let browser = self.browser.load(Ordering::SeqCst);
        loop {
            let processes_gone = !is_running(browser);
            let jar_gone = processes_gone && delete(&self.folder);
            if jar_gone || Instant::now() >= deadline {
                let mut notes = Vec::new();
                if !processes_gone {
                    notes.push(format!("the browser process {browser} is still running"));
                }
                if !jar_gone {
                    notes.push("the folder of the window is left to the next start".to_owned());
                }
                return Remains {
                    processes_gone,
                    jar_gone,
                    notes,
                };
            }
            sleep(Duration::from_millis(100)).await;
        }
    }
}

/// Deletes what an earlier run could not.
pub(crate) fn sweep() {
    let Some(entries) = folders().and_then(|parent| fs::read_dir(parent).ok()) else {
        return;
    };
    for entry in entries.flatten() {
        if !delete(&entry.path()) {
            tracing::warn!("a folder of an earlier window is still in use");
        }
    }
}

fn folders() -> Option<PathBuf> {
    dirs::data_local_dir().map(|local| local.join("Countersign").join("windows"))
}

fn delete(folder: &Path) -> bool {
    if let Err(error) = fs::remove_dir_all(folder)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::debug!(%error, "the folder of a window is still in use");
    }
    !folder.exists()
}

/// Whether the view is InPrivate; also notes its browser process and attaches the handlers.
#[allow(unsafe_code)]
fn inspect(
    platform: &tauri::webview::PlatformWebview,
    browser: &AtomicU32,
    reports: &Reports,
) -> windows::core::Result<bool> {
    // SAFETY: COM calls on the window's live view, on the thread that owns it; every out-pointer is a local that outlives its call.
    unsafe {
        platform
            .environment()
            .cast::<ICoreWebView2Environment10>()?;
        let view = platform.controller().CoreWebView2()?;
        let mut process = 0;
        view.BrowserProcessId(&raw mut process)?;
        browser.store(process, Ordering::SeqCst);
        ways_out::shut(&view)?;

        let mut token = 0;
        let to = reports.clone();
        let refuse =
            ServerCertificateErrorDetectedEventHandler::create(Box::new(move |_, error| {
                if let Some(error) = error {
                    error.SetAction(COREWEBVIEW2_SERVER_CERTIFICATE_ERROR_ACTION_CANCEL)?;
                }
                to.tell(AgentEvent::TlsRefused);
                Ok(())
            }));
        view.cast::<ICoreWebView2_14>()?
            .add_ServerCertificateErrorDetected(&refuse, &raw mut token)?;

        let to = reports.clone();
        let failed = ProcessFailedEventHandler::create(Box::new(move |_, _| {
            to.tell(AgentEvent::Failed);
            Ok(())
        }));
        view.add_ProcessFailed(&failed, &raw mut token)?;

        let mut private = windows::core::BOOL::default();
        view.cast::<ICoreWebView2_13>()?
            .Profile()?
            .IsInPrivateModeEnabled(&raw mut private)?;
        Ok(private.as_bool())
    }
}

#[allow(unsafe_code)]
fn is_running(process: u32) -> bool {
    if process == 0 {
        return false;
    }
    // SAFETY: the handle is ours, checked, and closed once.
    unsafe {
        let Ok(handle) = OpenProcess(PROCESS_SYNCHRONIZE, false, process) else {
            return false;
        };
        let running = WaitForSingleObject(handle, 0) == WAIT_TIMEOUT;
        if let Err(error) = CloseHandle(handle) {
            tracing::debug!(%error, "a process handle could not be closed");
        }
        running
    }
}
