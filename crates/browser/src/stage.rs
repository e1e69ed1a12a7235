//! The one window of a browser: a pop-up, whose address stands above the page and cannot be edited.
//!
//! `--app` would hide the address, load before anything is watched, and keep its cookies apart from the visits out of sight.
//! So the window is opened by a blank page of ours, in a private context of its own that holds every cookie of the ceremony.
//! A visit out of sight goes to the same window while it is minimised; the protocol has no better place over a pipe.

use std::sync::Arc;
use std::time::Duration;

use identity::AgentError;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::connection::Connection;
use crate::warden::Warden;

/// How long a page may take to be there.
const COMING: Duration = Duration::from_secs(15);

/// Run in our own blank page, and in no other. The window knows nothing of its opener.
const OPEN: &str = "void window.open('about:blank', '', 'popup,noopener,width=520,height=700')";

/// The window of one browser.
pub(crate) struct Stage {
    connection: Connection,
    warden: Arc<Warden>,
    context: String,
    page: Option<String>,
    /// Whether the page was put out of sight, and not shown since.
    is_hidden: bool,
}

impl Stage {
    /// Makes the private context and closes what it leaves open: downloads, and permissions of every kind.
    pub(crate) async fn build(
        connection: Connection,
        warden: Arc<Warden>,
    ) -> Result<Self, AgentError> {
        let params = json!({ "disposeOnDetach": true });
        let made = connection
            .call(None, "Target.createBrowserContext", params)
            .await
            .map_err(not_isolated)?;
        let context = text(&made, "browserContextId")?;
        let watching =
            json!({ "autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true });
        let no_downloads = json!({ "behavior": "deny", "browserContextId": context });
        let no_permissions = json!({ "permissions": [], "browserContextId": context });
        for (method, params) in [
            ("Target.setAutoAttach", watching),
            ("Browser.setDownloadBehavior", no_downloads),
            ("Browser.grantPermissions", no_permissions),
        ] {
            connection
                .call(None, method, params)
                .await
                .map_err(not_isolated)?;
        }
        Ok(Self {
            connection,
            warden,
            context,
            page: None,
            is_hidden: false,
        })
    }

    /// The session of the window's page, on screen or out of sight.
    pub(crate) async fn set(&mut self, shown: bool) -> Result<String, AgentError> {
        let present = self
            .page
            .as_deref()
            .map(|page| (page, self.warden.session_of(page)));
        let (page, session) = if let Some((page, Some(session))) = present {
            (page.to_owned(), session)
        } else {
            // None yet, or the person closed it.
            self.is_hidden = false;
            self.open().await?
        };
        self.page = Some(page.clone());
        self.warden.watch(Some(page.clone()));
        if shown {
            bring_forward(&self.connection, &page).await?;
        } else if !self.is_hidden {
            resize(&self.connection, &page, "minimized").await?;
        }
        self.is_hidden = !shown;
        Ok(session)
    }

    /// The window's page, for whoever brings it forward.
    pub(crate) fn page(&self) -> Option<&str> {
        self.page.as_deref()
    }

    async fn open(&self) -> Result<(String, String), AgentError> {
        self.warden.expect_page(true);
        let opened = self.open_from_blank().await;
        self.warden.expect_page(false);
        opened
    }

    async fn open_from_blank(&self) -> Result<(String, String), AgentError> {
        let params = json!({
            "url": "about:blank", "browserContextId": self.context, "newWindow": true,
            "windowState": "minimized", "width": 520, "height": 700,
        });
        let made = self
            .connection
            .call(None, "Target.createTarget", params)
            .await?;
        let blank = text(&made, "targetId")?;
        let session = self.coming(|warden| warden.session_of(&blank)).await?;
        resize(&self.connection, &blank, "minimized").await?;
        let params = json!({ "expression": OPEN, "userGesture": true });
        let method = "Runtime.evaluate";
        self.connection.call(Some(&session), method, params).await?;
        let (session, page) = self.coming(|warden| warden.opened_by(&blank)).await?;
        let params = json!({ "targetId": blank });
        self.connection
            .call(None, "Target.closeTarget", params)
            .await?;
        Ok((page, session))
    }

    async fn coming<T>(&self, look: impl Fn(&Warden) -> Option<T>) -> Result<T, AgentError> {
        let mut moves = self.warden.moves();
        let coming = async {
            loop {
                if let Some(found) = look(&self.warden) {
                    return Ok(found);
                }
                // The warden, which we hold, keeps the sender.
                if moves.changed().await.is_err() {
                    return Err(AgentError::Closed);
                }
            }
        };
        match timeout(COMING, coming).await {
            Ok(found) => found,
            Err(_) => Err(AgentError::Failed("no window came".to_owned())),
        }
    }
}

/// Brings the window of this page before the others.
pub(crate) async fn bring_forward(connection: &Connection, page: &str) -> Result<(), AgentError> {
    resize(connection, page, "normal").await?;
    activate(connection, page).await
}

async fn activate(connection: &Connection, page: &str) -> Result<(), AgentError> {
    let params = json!({ "targetId": page });
    connection
        .call(None, "Target.activateTarget", params)
        .await
        .map(drop)
}

async fn resize(connection: &Connection, page: &str, state: &str) -> Result<(), AgentError> {
    let params = json!({ "targetId": page });
    let window = connection
        .call(None, "Browser.getWindowForTarget", params)
        .await?;
    let params = json!({ "windowId": window["windowId"], "bounds": { "windowState": state } });
    connection
        .call(None, "Browser.setWindowBounds", params)
        .await
        .map(drop)
}

fn text(answer: &Value, member: &str) -> Result<String, AgentError> {
    let text = answer[member].as_str().map(ToOwned::to_owned);
    text.ok_or_else(|| AgentError::Failed(format!("the browser named no {member}")))
}

/// A browser that refuses one of these cannot be trusted with a jar. Policies of its own may forbid them.
fn not_isolated(error: AgentError) -> AgentError {
    match error {
        AgentError::Failed(why) => AgentError::NotIsolated(why),
        other => other,
    }
}
