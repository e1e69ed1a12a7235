//! WKWebView: `incognito` gives each window a non-persistent data store of its own, in memory.
//!
//! Web content runs in system services that are not our children, so their end cannot be observed; the disposal says so.

use identity::AgentError;
use tauri::webview::WebviewWindowBuilder;
use tauri::{AppHandle, WebviewWindow, Wry};

use super::{Remains, Reports, on_view};

/// One non-persistent data store.
pub(in crate::agent) struct Jar;

impl Jar {
    #[expect(clippy::unnecessary_wraps, reason = "Windows can fail here")]
    pub(in crate::agent) fn new(_app: &AppHandle) -> Result<Self, AgentError> {
        Ok(Self)
    }

    #[expect(clippy::unused_self, reason = "Windows needs its folder")]
    pub(in crate::agent) fn dress<'a>(
        &self,
        builder: WebviewWindowBuilder<'a, Wry, AppHandle>,
    ) -> WebviewWindowBuilder<'a, Wry, AppHandle> {
        builder.incognito(true)
    }

    /// Refuses a window whose data store is persistent. Bad certificates are final without our doing.
    pub(in crate::agent) async fn adopt(
        &self,
        window: &WebviewWindow,
        _reports: &Reports,
    ) -> Result<(), AgentError> {
        if on_view(window, |platform| is_ephemeral(&platform)).await? {
            Ok(())
        } else {
            Err(AgentError::NotIsolated(
                "WebKit made a persistent data store for the window".to_owned(),
            ))
        }
    }

    /// A pop-up is made with its opener's configuration, and so in its data store.
    pub(in crate::agent) fn adopt_popup(_window: &WebviewWindow, _reports: &Reports) {}

    pub(in crate::agent) async fn dispose(self) -> Remains {
        Remains {
            processes_gone: false,
            jar_gone: true,
            notes: vec![
                "macOS runs web content in system services; their end cannot be observed"
                    .to_owned(),
            ],
        }
    }
}

/// Nothing is ever on disk here.
pub(crate) fn sweep() {}

#[allow(unsafe_code)]
fn is_ephemeral(platform: &tauri::webview::PlatformWebview) -> bool {
    let view = platform.inner().cast::<objc2_web_kit::WKWebView>();
    // SAFETY: tauri hands out the window's live WKWebView, and calls us on the main thread, where it belongs.
    unsafe {
        view.as_ref()
            .is_some_and(|view| !view.configuration().websiteDataStore().isPersistent())
    }
}
