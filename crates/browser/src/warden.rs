//! What guards every page of one browser from its first moment.
//!
//! Pages and frames of other processes come halted; they go on only after their requests for documents are intercepted. So no document
//! loads, in whatever frame and after however many redirects, without having passed the gate. The callback is taken there, under
//! the rules of the loopback listener: a GET, by the page itself, not by a frame in it.
//!
//! It does not see what pages load beside documents, as the ephemeral window's gate does not.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use identity::{AgentError, AgentEvent, Gate, Verdict};
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};
use url::Url;

use crate::connection::Connection;
use crate::heard::Unheard;
use crate::message::{Event, Incoming, Paused, Target};

/// Federated sign-ins open one pop-up, rarely two; more is a page gone wild.
const MOST_PAGES: usize = 6;
/// Hosts that are reported as refused: each once.
const MOST_REFUSED: usize = 32;

/// Guards the pages of one browser.
pub(crate) struct Warden {
    connection: Connection,
    ward: Mutex<Ward>,
    /// Changes whenever a page comes or goes.
    moved: watch::Sender<()>,
    events: Arc<Unheard>,
}

struct Ward {
    gate: Gate,
    sessions: HashMap<String, Attached>,
    refused: HashSet<String>,
    /// Whether a page without an opener is one that we just asked for.
    expecting: bool,
    /// The page whose closing is the person's word.
    watched: Option<String>,
}

/// What a session is attached to.
struct Attached {
    target: String,
    is_page: bool,
    opener: Option<String>,
}

impl Warden {
    pub(crate) fn new(connection: Connection, gate: Gate) -> Arc<Self> {
        Arc::new(Self {
            connection,
            ward: Mutex::new(Ward {
                gate,
                sessions: HashMap::new(),
                refused: HashSet::new(),
                expecting: false,
                watched: None,
            }),
            moved: watch::Sender::new(()),
            events: Arc::default(),
        })
    }

    /// The next thing that happens. Cancel-safe.
    pub(crate) async fn next(&self) -> AgentEvent {
        self.events.next().await
    }

    /// Guards until the browser is gone.
    pub(crate) async fn guard(self: Arc<Self>, mut incoming: mpsc::Receiver<Incoming>) {
        while let Some(message) = incoming.recv().await {
            if let Incoming::Event { session, event } = message {
                self.heed(&session, event);
            }
        }
        self.connection.close();
        self.moved.send_replace(());
        // Not after the person closed the window: then nobody is surprised.
        if self.ward().watched.is_some() {
            self.tell(AgentEvent::Failed);
        }
    }

    /// Allows an address that the application itself is about to visit.
    pub(crate) fn admit(&self, url: &Url) -> Result<(), AgentError> {
        let mut ward = self.ward();
        ward.gate.admit(url);
        match ward.gate.judge(url) {
            Verdict::Go => Ok(()),
            Verdict::Callback => Err(AgentError::NotAllowed {
                host: "the callback".to_owned(),
            }),
            Verdict::Refuse(host) => Err(AgentError::NotAllowed { host }),
        }
    }

    /// From now on the closing of this page is the person's word; of none, nobody's.
    pub(crate) fn watch(&self, target: Option<String>) {
        self.ward().watched = target;
    }

    /// Whether pages without an opener are ours.
    pub(crate) fn expect_page(&self, expecting: bool) {
        self.ward().expecting = expecting;
    }

    /// The session of a page that is there.
    pub(crate) fn session_of(&self, target: &str) -> Option<String> {
        self.find(|page| page.target == target)
    }

    /// The session and target of a page that this one opened.
    pub(crate) fn opened_by(&self, opener: &str) -> Option<(String, String)> {
        let session = self.find(|page| page.opener.as_deref() == Some(opener))?;
        let target = self.ward().sessions.get(&session)?.target.clone();
        Some((session, target))
    }

    /// Changes whenever a page comes or goes.
    pub(crate) fn moves(&self) -> watch::Receiver<()> {
        self.moved.subscribe()
    }

    /// Reports how an address that was visited failed to load, if that is for somebody to know.
    pub(crate) fn report_load(&self, answer: &Value) {
        match answer["errorText"].as_str() {
            // Our own refusals, taken callbacks and refused certificates, or the next page.
            None | Some("net::ERR_ABORTED") => {}
            Some(error)
                if error.starts_with("net::ERR_CERT_") || error.starts_with("net::ERR_SSL_") =>
            {
                self.tell(AgentEvent::TlsRefused);
            }
            Some(error) => {
                tracing::debug!(error, "a page did not load");
                self.tell(AgentEvent::Failed);
            }
        }
    }

    fn heed(&self, session: &str, event: Event) {
        match event {
            Event::Attached(target) => self.attached(session, target),
            Event::Detached => self.detached(session),
            Event::Paused(paused) => self.decide(session, &paused),
            Event::BadCertificate { event } => {
                let params = json!({ "eventId": event, "action": "cancel" });
                let method = "Security.handleCertificateError";
                self.connection.tell(Some(session), method, params);
                self.tell(AgentEvent::TlsRefused);
            }
            Event::Crashed => self.tell(AgentEvent::Failed),
        }
    }

    fn attached(&self, session: &str, target: Target) {
        let is_page = target.kind == "page";
        if !is_page && target.kind != "iframe" {
            // Workers, and parts of the browser's own surface: they load no document.
            self.release(session);
            let params = json!({ "sessionId": session });
            self.connection
                .tell(None, "Target.detachFromTarget", params);
            return;
        }
        let mut ward = self.ward();
        let pages = ward.sessions.values().filter(|one| one.is_page).count();
        let wanted = !is_page || ward.expecting || target.opener.is_some();
        if !wanted || (is_page && pages >= MOST_PAGES) {
            drop(ward);
            let params = json!({ "targetId": target.id });
            self.connection.tell(None, "Target.closeTarget", params);
            return;
        }
        ward.sessions.insert(
            session.to_owned(),
            Attached {
                target: target.id,
                is_page,
                opener: target.opener,
            },
        );
        drop(ward);
        self.halt_documents(session);
        if is_page {
            self.on(session, "Security.enable", json!({}));
            // Asks us about bad certificates, and so never the person.
            let params = json!({ "override": true });
            self.on(session, "Security.setOverrideCertificateErrors", params);
            self.on(session, "Inspector.enable", json!({}));
        }
        // Frames of other processes, and the workers that would otherwise wait for nobody.
        let params = json!({ "autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true });
        self.on(session, "Target.setAutoAttach", params);
        self.release(session);
        self.moved.send_replace(());
    }

    /// Without this nothing in the session may load, so a browser that cannot do it has broken down.
    fn halt_documents(&self, session: &str) {
        let every =
            json!({ "urlPattern": "*", "resourceType": "Document", "requestStage": "Request" });
        let params = json!({ "patterns": [every] });
        let Ok(answer) = self.connection.ask(Some(session), "Fetch.enable", params) else {
            return;
        };
        let (connection, events) = (self.connection.clone(), Arc::clone(&self.events));
        tokio::spawn(async move {
            // A session that is gone already says so in other words, and has nothing to guard.
            if let Ok(Err(why)) = answer.await
                && !why.contains("Session with given id not found")
            {
                tracing::error!(why, "a page cannot be guarded");
                connection.close();
                events.tell(AgentEvent::Failed);
            }
        });
    }

    fn release(&self, session: &str) {
        self.on(session, "Runtime.runIfWaitingForDebugger", json!({}));
    }

    fn detached(&self, session: &str) {
        let mut ward = self.ward();
        let gone = ward.sessions.remove(session);
        let watched =
            gone.is_some_and(|gone| gone.is_page && ward.watched.as_ref() == Some(&gone.target));
        if watched {
            ward.watched = None;
        }
        drop(ward);
        if watched {
            self.tell(AgentEvent::ClosedByPerson);
        }
        self.moved.send_replace(());
    }

    fn decide(&self, session: &str, paused: &Paused) {
        let verdict = match Url::parse(&paused.request.url) {
            Ok(url) => (self.ward().gate.judge(&url), Some(url)),
            Err(_) => (Verdict::Refuse("an address that is none".to_owned()), None),
        };
        match verdict {
            (Verdict::Go, _) => {
                let params = json!({ "requestId": paused.id });
                return self.on(session, "Fetch.continueRequest", params);
            }
            (Verdict::Callback, Some(url)) if self.is_navigation(session, paused) => {
                self.tell(AgentEvent::Callback(url));
            }
            // From a form or a frame it means nothing, as at the listener.
            (Verdict::Callback, _) => {}
            (Verdict::Refuse(host), _) => self.report_refused(host),
        }
        let params = json!({ "requestId": paused.id, "errorReason": "Aborted" });
        self.on(session, "Fetch.failRequest", params);
    }

    /// Whether a page itself is led there. Its main frame bears the page's own name.
    fn is_navigation(&self, session: &str, paused: &Paused) -> bool {
        let ward = self.ward();
        let page = ward.sessions.get(session);
        paused.request.method == "GET"
            && page.is_some_and(|page| page.is_page && page.target == paused.frame)
    }

    fn report_refused(&self, host: String) {
        let is_new = {
            let mut ward = self.ward();
            ward.refused.len() < MOST_REFUSED && ward.refused.insert(host.clone())
        };
        if is_new {
            self.tell(AgentEvent::NavigationRefused { host });
        }
    }

    fn on(&self, session: &str, method: &str, params: Value) {
        self.connection.tell(Some(session), method, params);
    }

    fn find(&self, is_it: impl Fn(&Attached) -> bool) -> Option<String> {
        let ward = self.ward();
        let mut pages = ward.sessions.iter().filter(|(_, one)| one.is_page);
        let (session, _) = pages.find(|(_, page)| is_it(page))?;
        Some(session.clone())
    }

    fn tell(&self, event: AgentEvent) {
        self.events.tell(event);
    }

    fn ward(&self) -> MutexGuard<'_, Ward> {
        // Each change is whole before the lock is given back.
        self.ward.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
