//! One open browser.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use identity::{AgentError, AgentEvent, BringForward, Disposal, OpenAgent};
use serde_json::json;
use url::Url;

use crate::connection::Connection;
use crate::running::Running;
use crate::stage::{self, Stage};
use crate::warden::Warden;

/// How long a page out of sight may take to answer; callers have bounds of their own.
const LOAD_PATIENCE: Duration = Duration::from_secs(10);
/// How long the browser may take to hear that it is to end. It is ended anyway.
const FAREWELL: Duration = Duration::from_secs(2);

/// A browser that runs for one ceremony.
pub(crate) struct OpenBrowser {
    pub(crate) connection: Connection,
    pub(crate) warden: Arc<Warden>,
    pub(crate) stage: Stage,
    pub(crate) front: Arc<Front>,
    pub(crate) running: Running,
}

#[async_trait]
impl OpenAgent for OpenBrowser {
    async fn visit(&mut self, url: Url, shown: bool) -> Result<(), AgentError> {
        self.warden.admit(&url)?;
        let session = self.stage.set(shown).await?;
        self.front.is(self.stage.page().filter(|_| shown));
        let params = json!({ "url": url.as_str() });
        let answer = self
            .connection
            .ask(Some(&session), "Page.navigate", params)?;
        let warden = Arc::clone(&self.warden);
        let loading = tokio::spawn(async move {
            if let Ok(Ok(answer)) = answer.await {
                warden.report_load(&answer);
            }
        });
        if !shown {
            // The next address may follow at once: it must not overtake this one on its way to the server.
            drop(tokio::time::timeout(LOAD_PATIENCE, loading).await);
        }
        Ok(())
    }

    async fn next(&mut self) -> AgentEvent {
        self.warden.next().await
    }

    fn takes_callbacks(&self) -> bool {
        true
    }

    fn handle(&self) -> Arc<dyn BringForward> {
        Arc::<Front>::clone(&self.front)
    }

    async fn close(self: Box<Self>) -> Disposal {
        self.front.is(None);
        self.warden.watch(None);
        let goodbye = self.connection.call(None, "Browser.close", json!({}));
        // It ends without a word, most of the time; and it ends when the pipe does.
        drop(tokio::time::timeout(FAREWELL, goodbye).await);
        self.connection.close();
        self.running.end().await
    }
}

/// Brings the window forward while it is shown.
pub(crate) struct Front {
    connection: Connection,
    page: Mutex<Option<String>>,
}

impl Front {
    pub(crate) fn new(connection: Connection) -> Arc<Self> {
        let page = Mutex::default();
        Arc::new(Self { connection, page })
    }

    fn is(&self, page: Option<&str>) {
        *self.page.lock().unwrap_or_else(PoisonError::into_inner) = page.map(ToOwned::to_owned);
    }
}

#[async_trait]
impl BringForward for Front {
    async fn bring_forward(&self) {
        let page = self
            .page
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let Some(page) = page else { return };
        if let Err(error) = stage::bring_forward(&self.connection, &page).await {
            tracing::debug!(%error, "the browser's window is closed already");
        }
    }
}
