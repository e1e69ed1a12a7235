//! An agent over the scripted browser: a jar of its own for each opening, unless a test puts it into a shared one.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use identity::{Agent, AgentError, AgentEvent, BringForward, Disposal, OpenAgent, Opening};
use tokio::sync::mpsc;
use url::Url;

use crate::{Account, Browser, Landing};

/// What the person in front of the agent does when the page is shown.
#[derive(Clone, Copy, Debug)]
pub enum Person {
    /// Signs in.
    SignsInAs(Account),
    /// Presses the button with this name on the provider's page.
    Presses(&'static str),
    /// Closes the window.
    ClosesTheWindow,
}

/// The agent, with what tests want to know afterwards.
#[derive(Clone)]
pub struct ScriptedAgent {
    person: Arc<Mutex<Person>>,
    shared: Arc<Mutex<Option<Browser>>>,
    open: Arc<AtomicUsize>,
    /// What stood in the way of a script, where something did.
    troubles: Arc<Mutex<Vec<String>>>,
}

impl ScriptedAgent {
    /// An agent whose jars are born empty.
    pub fn new(person: Person) -> Self {
        Self {
            person: Arc::new(Mutex::new(person)),
            shared: Arc::default(),
            open: Arc::default(),
            troubles: Arc::default(),
        }
    }

    /// Changes who sits in front of it.
    pub fn now_in_front(&self, person: Person) {
        *self.person.lock().unwrap() = person;
    }

    /// From now on it opens in this jar, as a browser's next tab does. This is what the product exists to prevent.
    pub fn share(&self, jar: Browser) {
        *self.shared.lock().unwrap() = Some(jar);
    }

    /// Whether none is open.
    pub fn is_closed(&self) -> bool {
        self.open.load(Ordering::SeqCst) == 0
    }

    /// What stood in the way of the script so far.
    pub fn troubles(&self) -> Vec<String> {
        self.troubles.lock().unwrap().clone()
    }
}

#[async_trait]
impl Agent for ScriptedAgent {
    async fn open(&self, _: Opening) -> Result<Box<dyn OpenAgent>, AgentError> {
        self.open.fetch_add(1, Ordering::SeqCst);
        let shared = self.shared.lock().unwrap().clone();
        let (happen, happened) = mpsc::unbounded_channel();
        Ok(Box::new(Open {
            agent: self.clone(),
            jar: shared.unwrap_or_default(),
            happen,
            happened,
        }))
    }

    fn kind(&self) -> &'static str {
        "print"
    }
}

struct Open {
    agent: ScriptedAgent,
    jar: Browser,
    happen: mpsc::UnboundedSender<AgentEvent>,
    happened: mpsc::UnboundedReceiver<AgentEvent>,
}

impl Open {
    fn tell(&self, event: AgentEvent) {
        // The receiver is ours: it is there for as long as the sender.
        let _told = self.happen.send(event);
    }

    fn note(&self, trouble: &impl ToString) {
        let trouble = trouble.to_string();
        self.agent.troubles.lock().unwrap().push(trouble);
    }
}

#[async_trait]
impl OpenAgent for Open {
    async fn visit(&mut self, url: Url, shown: bool) -> Result<(), AgentError> {
        let person = *self.agent.person.lock().unwrap();
        let landing = match person {
            Person::SignsInAs(account) if shown => {
                let signed_in = self.jar.sign_in(&url, &account).await;
                signed_in.map(Landing::Callback)
            }
            Person::Presses(button) if shown => match self.jar.visit(&url).await {
                Ok(Landing::Page(page)) => self.jar.press(&page, button).await,
                landing => landing,
            },
            Person::ClosesTheWindow if shown => {
                self.tell(AgentEvent::ClosedByPerson);
                return Ok(());
            }
            _ => self.jar.visit(&url).await,
        };
        match landing {
            Ok(Landing::Callback(callback)) => self.tell(AgentEvent::Callback(callback)),
            Ok(Landing::Page(page)) if shown => self.note(&page.title()),
            Ok(Landing::Page(_)) => {}
            Err(lost) => self.note(&lost),
        }
        Ok(())
    }

    async fn next(&mut self) -> AgentEvent {
        match self.happened.recv().await {
            Some(event) => event,
            None => std::future::pending().await,
        }
    }

    fn handle(&self) -> Arc<dyn BringForward> {
        Arc::new(NothingToBring)
    }

    async fn close(self: Box<Self>) -> Disposal {
        self.agent.open.fetch_sub(1, Ordering::SeqCst);
        Disposal::complete()
    }
}

struct NothingToBring;

#[async_trait]
impl BringForward for NothingToBring {
    async fn bring_forward(&self) {}
}
