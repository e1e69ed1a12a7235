//! Sign-in in the browser of the operating system (RFC 8252).
//!
//! The answer comes back through the loopback listener alone. It is not for signing: that browser's cookies outlive us, and
//! somebody may be signed in there already, which is exactly what single sign-on is for.

use std::future::pending;
use std::sync::Arc;

use async_trait::async_trait;
use identity::{Agent, AgentError, AgentEvent, BringForward, Disposal, OpenAgent, Opening};
use tauri::AppHandle;
use tauri_plugin_opener::OpenerExt;
use url::Url;

/// Opens addresses in the system's browser.
pub(crate) struct SystemBrowser {
    app: AppHandle,
}

impl SystemBrowser {
    pub(crate) fn new(app: AppHandle) -> Self {
        Self { app }
    }
}

#[async_trait]
impl Agent for SystemBrowser {
    async fn open(&self, _opening: Opening) -> Result<Box<dyn OpenAgent>, AgentError> {
        Ok(Box::new(Tab {
            app: self.app.clone(),
        }))
    }

    fn kind(&self) -> &'static str {
        "system_browser"
    }
}

/// A tab that we opened and cannot reach any more.
struct Tab {
    app: AppHandle,
}

#[async_trait]
impl OpenAgent for Tab {
    async fn visit(&mut self, url: Url, shown: bool) -> Result<(), AgentError> {
        if !shown {
            return Err(AgentError::Failed(
                "the system's browser cannot load a page out of sight".to_owned(),
            ));
        }
        self.app
            .opener()
            .open_url(url, None::<&str>)
            .map_err(|error| AgentError::NotInstalled(error.to_string()))
    }

    async fn next(&mut self) -> AgentEvent {
        // A browser tells us nothing; the listener hears the answer.
        pending().await
    }

    fn handle(&self) -> Arc<dyn BringForward> {
        Arc::new(Elsewhere)
    }

    async fn close(self: Box<Self>) -> Disposal {
        Disposal {
            notes: vec!["the system's browser keeps its own cookies".to_owned()],
            ..Disposal::complete()
        }
    }
}

/// A foreign window, which is not ours to raise.
struct Elsewhere;

#[async_trait]
impl BringForward for Elsewhere {
    async fn bring_forward(&self) {}
}
