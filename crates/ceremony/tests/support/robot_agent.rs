//! An agent over the demo's scripted browser: a jar of its own for each opening, real HTTP, no screen.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use demo::idp::Account;
use demo::robot::{Browser, Landing};
use identity::{Agent, AgentError, AgentEvent, BringForward, Disposal, OpenAgent, Opening};
use tokio::sync::mpsc;
use url::Url;

/// What the person in front of the agent does when the page is shown.
#[derive(Clone, Copy, Debug)]
pub enum Person {
    /// Signs in, without a one-time code.
    SignsInAs(&'static Account),
    /// Signs in, with the one-time code.
    SignsInFullyAs(&'static Account),
    /// Signs in in an external browser: the callback goes to the port, not through the agent.
    SignsInOutsideAs(&'static Account),
    /// Closes the window.
    ClosesTheWindow,
    /// Went for coffee.
    DoesNothing,
    /// Meets a certificate that is not trusted.
    MeetsBadTls,
    /// The agent breaks down.
    SeesItBreakDown,
    /// The agent panics when asked for what happens next.
    SeesItPanic,
    /// First follows a link to another host, then signs in.
    WandersOffAndSignsInAs(&'static Account),
}

/// What goes wrong with the agent itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Troubles {
    pub no_display: bool,
    pub slow_to_open: bool,
    pub panics_on_open: bool,
    pub panics_on_close: bool,
    pub never_closes: bool,
    pub deaf_when_hidden: bool,
}

/// Something that happens elsewhere.
pub type Meanwhile = Box<dyn Fn() + Send>;

/// The agent, with what tests want to know afterwards.
#[derive(Clone)]
pub struct RobotAgent {
    person: Arc<Mutex<Person>>,
    troubles: Arc<Mutex<Troubles>>,
    /// The jars that were made, oldest first.
    pub jars: Arc<Mutex<Vec<Browser>>>,
    /// What the agent was opened for.
    pub openings: Arc<Mutex<Vec<Opening>>>,
    /// Every callback that came, with its code and state.
    pub callbacks: Arc<Mutex<Vec<Url>>>,
    /// What happens between the sign-in and its callback.
    pub meanwhile: Arc<Mutex<Option<Meanwhile>>>,
    /// How many are open now.
    pub open: Arc<AtomicUsize>,
    /// Somebody asked for the window to come forward.
    pub brought_forward: Arc<AtomicBool>,
}

impl RobotAgent {
    pub fn new(person: Person) -> Self {
        Self {
            person: Arc::new(Mutex::new(person)),
            troubles: Arc::default(),
            jars: Arc::default(),
            openings: Arc::default(),
            callbacks: Arc::default(),
            meanwhile: Arc::default(),
            open: Arc::default(),
            brought_forward: Arc::default(),
        }
    }

    pub fn now_in_front(&self, person: Person) {
        *self.person.lock().unwrap() = person;
    }

    pub fn have(&self, troubles: Troubles) {
        *self.troubles.lock().unwrap() = troubles;
    }

    pub fn is_closed(&self) -> bool {
        self.open.load(Ordering::SeqCst) == 0
    }

    pub fn last_redirect_uri(&self) -> Option<Url> {
        let openings = self.openings.lock().unwrap();
        openings.last().map(|opening| opening.redirect_uri.clone())
    }
}

#[async_trait]
impl Agent for RobotAgent {
    async fn open(&self, opening: Opening) -> Result<Box<dyn OpenAgent>, AgentError> {
        let troubles = *self.troubles.lock().unwrap();
        if troubles.no_display {
            return Err(AgentError::NoDisplay);
        }
        assert!(!troubles.panics_on_open, "the agent was told to panic");
        if troubles.slow_to_open {
            tokio::time::sleep(Duration::from_millis(700)).await;
        }
        let jar = Browser::new();
        self.jars.lock().unwrap().push(jar.clone());
        self.openings.lock().unwrap().push(opening);
        self.open.fetch_add(1, Ordering::SeqCst);
        let (happen, happened) = mpsc::unbounded_channel();
        Ok(Box::new(OpenRobot {
            agent: self.clone(),
            troubles,
            jar,
            happen,
            happened,
        }))
    }

    fn kind(&self) -> &'static str {
        "window"
    }
}

struct OpenRobot {
    agent: RobotAgent,
    troubles: Troubles,
    jar: Browser,
    happen: mpsc::UnboundedSender<AgentEvent>,
    happened: mpsc::UnboundedReceiver<AgentEvent>,
}

impl OpenRobot {
    fn tell(&self, event: AgentEvent) {
        if let AgentEvent::Callback(callback) = &event {
            self.agent.callbacks.lock().unwrap().push(callback.clone());
        }
        self.happen.send(event).unwrap();
    }

    async fn sign_in(&self, url: &Url, account: &Account, second_factor: bool) -> Option<Url> {
        let callback = self.jar.sign_in(url, account, second_factor).await.ok();
        if let Some(meanwhile) = self.agent.meanwhile.lock().unwrap().as_ref() {
            meanwhile();
        }
        callback
    }
}

#[async_trait]
impl OpenAgent for OpenRobot {
    async fn visit(&mut self, url: Url, shown: bool) -> Result<(), AgentError> {
        if !shown {
            // A provider that does not answer leaves an empty page, as in a real window.
            if let Ok(Landing::Callback(callback)) = self.jar.visit(&url).await
                && !self.troubles.deaf_when_hidden
            {
                self.tell(AgentEvent::Callback(callback));
            }
            return Ok(());
        }
        let person = *self.agent.person.lock().unwrap();
        match person {
            Person::SignsInAs(account) => {
                if let Some(callback) = self.sign_in(&url, account, false).await {
                    self.tell(AgentEvent::Callback(callback));
                }
            }
            Person::SignsInFullyAs(account) => {
                if let Some(callback) = self.sign_in(&url, account, true).await {
                    self.tell(AgentEvent::Callback(callback));
                }
            }
            Person::SignsInOutsideAs(account) => {
                if let Some(callback) = self.sign_in(&url, account, false).await {
                    tokio::spawn(async move { Browser::new().visit(&callback).await });
                }
            }
            Person::WandersOffAndSignsInAs(account) => {
                self.tell(AgentEvent::NavigationRefused {
                    host: "elsewhere.example".to_owned(),
                });
                if let Some(callback) = self.sign_in(&url, account, false).await {
                    self.tell(AgentEvent::Callback(callback));
                }
            }
            Person::ClosesTheWindow => self.tell(AgentEvent::ClosedByPerson),
            Person::MeetsBadTls => self.tell(AgentEvent::TlsRefused),
            Person::SeesItBreakDown => self.tell(AgentEvent::Failed),
            Person::DoesNothing | Person::SeesItPanic => {}
        }
        Ok(())
    }

    async fn next(&mut self) -> AgentEvent {
        let hidden_answer = self.happened.try_recv().ok();
        if let Some(event) = hidden_answer {
            return event;
        }
        let person = *self.agent.person.lock().unwrap();
        assert!(
            !matches!(person, Person::SeesItPanic),
            "the agent was told to panic"
        );
        match self.happened.recv().await {
            Some(event) => event,
            None => std::future::pending().await,
        }
    }

    fn handle(&self) -> Arc<dyn BringForward> {
        Arc::new(Handle(Arc::clone(&self.agent.brought_forward)))
    }

    async fn close(self: Box<Self>) -> Disposal {
        self.agent.open.fetch_sub(1, Ordering::SeqCst);
        assert!(
            !self.troubles.panics_on_close,
            "the agent was told to panic"
        );
        if self.troubles.never_closes {
            std::future::pending::<()>().await;
        }
        Disposal::complete()
    }
}

struct Handle(Arc<AtomicBool>);

#[async_trait]
impl BringForward for Handle {
    async fn bring_forward(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}
