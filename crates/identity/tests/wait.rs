//! The wait for the callback: who may answer, and what ends it otherwise.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use common::{Clinic, page};
use demo::robot::{Browser, Landing};
use identity::{
    AgentError, AgentEvent, BringForward, CallbackOutcome, Declined, Demands, Disposal, Listener,
    OpenAgent, Pending, Prompt, Refusal, await_callback,
};
use jiff::Timestamp;
use policy::RedirectPath;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::Url;

/// An agent to which one thing happens, or nothing.
struct Scripted {
    happens: Option<AgentEvent>,
    takes_callbacks: bool,
}

struct NoWindow;

#[async_trait]
impl BringForward for NoWindow {
    async fn bring_forward(&self) {}
}

#[async_trait]
impl OpenAgent for Scripted {
    async fn visit(&mut self, _: Url, _: bool) -> Result<(), AgentError> {
        Ok(())
    }

    async fn next(&mut self) -> AgentEvent {
        match self.happens.take() {
            Some(event) => event,
            None => std::future::pending().await,
        }
    }

    fn takes_callbacks(&self) -> bool {
        self.takes_callbacks
    }

    fn handle(&self) -> Arc<dyn BringForward> {
        Arc::new(NoWindow)
    }

    async fn close(self: Box<Self>) -> Disposal {
        Disposal::complete()
    }
}

/// A request that waits at its own listener.
struct Waiting {
    listener: Listener,
    pending: Pending,
    state: String,
    clinic: Clinic,
}

impl Waiting {
    async fn new() -> Self {
        let clinic = Clinic::open().await;
        let listener = Listener::bind(&[], &RedirectPath::Random, page())
            .await
            .unwrap();
        let now = Timestamp::now();
        let provider = clinic.party.discover(now).await.unwrap();
        let silently = Demands {
            prompt: Some(Prompt::None),
            ..Demands::default()
        };
        let pending = clinic
            .party
            .request(&provider, &silently, listener.redirect_uri(), now)
            .await
            .unwrap();
        // The provider knows the state, and gives it back with its error.
        let Landing::Callback(callback) = Browser::new().visit(&pending.url).await.unwrap() else {
            panic!("a page was shown");
        };
        let state = callback.query_pairs().find(|(name, _)| name == "state");
        Self {
            state: state.unwrap().1.into_owned(),
            pending,
            listener,
            clinic,
        }
    }

    fn callback(&self, query: &str) -> Url {
        let mut url = self.listener.redirect_uri().clone();
        let iss = self.clinic.idp.issuer();
        url.set_query(Some(
            &query.replace("{state}", &self.state).replace("{iss}", iss),
        ));
        url
    }

    async fn outcome(&mut self, event: Option<AgentEvent>) -> CallbackOutcome {
        self.outcome_for(Scripted {
            happens: event,
            takes_callbacks: false,
        })
        .await
    }

    /// The same for an agent that takes the callback before it crosses the network.
    async fn outcome_for_one_that_takes_callbacks(
        &mut self,
        event: Option<AgentEvent>,
    ) -> CallbackOutcome {
        self.outcome_for(Scripted {
            happens: event,
            takes_callbacks: true,
        })
        .await
    }

    /// A request at the port, as another browser makes it when it is led there. It is answered like any callback.
    async fn comes_to_the_port(&self, query: &str) {
        let callback = self.callback(query);
        let host = format!("127.0.0.1:{}", callback.port().unwrap());
        let mut stream = TcpStream::connect(&host).await.unwrap();
        let target = &callback[url::Position::BeforePath..];
        let request = format!(
            "GET {target} HTTP/1.1\r\nHost: {host}\r\nSec-Fetch-Site: cross-site\r\n\
             Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    }

    async fn outcome_for(&mut self, mut agent: Scripted) -> CallbackOutcome {
        let deadline = Instant::now() + Duration::from_millis(300);
        let cancel = CancellationToken::new();
        await_callback(
            &mut self.listener,
            &mut agent,
            &self.pending,
            deadline,
            &cancel,
        )
        .await
    }

    /// The callback as the agent takes it.
    async fn answered_with(&mut self, query: &str) -> CallbackOutcome {
        let callback = self.callback(query);
        self.outcome(Some(AgentEvent::Callback(callback))).await
    }
}

fn refused(outcome: &CallbackOutcome) -> Option<Refusal> {
    match outcome {
        CallbackOutcome::Declined(Declined::Refused(refusal)) => Some(*refusal),
        _ => None,
    }
}

#[tokio::test]
async fn a_code_taken_by_the_agent_and_one_taken_by_the_listener_are_read_alike() {
    let mut waiting = Waiting::new().await;
    let outcome = waiting
        .answered_with("code=c&state={state}&iss={iss}")
        .await;
    assert!(matches!(outcome, CallbackOutcome::Code(_)), "{outcome:?}");

    waiting
        .comes_to_the_port("code=c&state={state}&iss={iss}")
        .await;
    let outcome = waiting.outcome(None).await;
    assert!(matches!(outcome, CallbackOutcome::Code(_)), "{outcome:?}");
}

/// What another browser of this computer can be led to ask of the port.
const STRANGERS: [&str; 5] = [
    "code=c&state=wrong&iss={iss}",
    "error=access_denied",
    "",
    "state=a&state=b",
    "id_token=a.b.c",
];

#[tokio::test]
async fn where_the_agent_takes_the_callback_itself_a_strangers_request_ends_nothing() {
    let mut waiting = Waiting::new().await;
    for query in STRANGERS {
        waiting.comes_to_the_port(query).await;
        let outcome = waiting.outcome_for_one_that_takes_callbacks(None).await;
        assert!(
            matches!(outcome, CallbackOutcome::TimedOut),
            "{query}: {outcome:?}"
        );
    }
    waiting.comes_to_the_port(STRANGERS[0]).await;
    let callback = waiting.callback("code=c&state={state}&iss={iss}");
    let outcome = waiting
        .outcome_for_one_that_takes_callbacks(Some(AgentEvent::Callback(callback)))
        .await;
    assert!(matches!(outcome, CallbackOutcome::Code(_)), "{outcome:?}");
}

#[tokio::test]
async fn elsewhere_the_same_request_may_be_the_providers_and_ends_the_wait() {
    for query in STRANGERS {
        let mut waiting = Waiting::new().await;
        waiting.comes_to_the_port(query).await;
        let outcome = waiting.outcome(None).await;
        assert!(
            matches!(outcome, CallbackOutcome::Declined(Declined::Refused(_))),
            "{query}: {outcome:?}"
        );
    }
}

#[tokio::test]
async fn whatever_bears_our_state_ends_the_wait_wherever_it_comes_from() {
    for (query, refusal) in [
        (
            "code=c&state={state}&iss=https://evil.example",
            Refusal::ResponseIssuerMismatch,
        ),
        (
            "code=c&state={state}&state=other&iss={iss}",
            Refusal::CallbackMalformed,
        ),
    ] {
        let mut waiting = Waiting::new().await;
        waiting.comes_to_the_port(query).await;
        let outcome = waiting.outcome_for_one_that_takes_callbacks(None).await;
        assert_eq!(refused(&outcome), Some(refusal), "{query}");
    }
    // And what the agent itself was led to, whatever its state.
    let mut waiting = Waiting::new().await;
    let wrong = waiting.callback("code=c&state=wrong&iss={iss}");
    let outcome = waiting
        .outcome_for_one_that_takes_callbacks(Some(AgentEvent::Callback(wrong)))
        .await;
    assert_eq!(refused(&outcome), Some(Refusal::StateMismatch));
}

#[tokio::test]
async fn strangers_who_keep_coming_outlast_neither_the_time_limit_nor_a_cancellation() {
    let mut waiting = Waiting::new().await;
    waiting.comes_to_the_port(STRANGERS[0]).await;
    let cancel = CancellationToken::new();
    cancel.cancel();
    let mut agent = Scripted {
        happens: None,
        takes_callbacks: true,
    };
    let deadline = Instant::now() + Duration::from_mins(1);
    let listener = &mut waiting.listener;
    let outcome = await_callback(listener, &mut agent, &waiting.pending, deadline, &cancel).await;
    assert!(matches!(outcome, CallbackOutcome::Cancelled), "{outcome:?}");

    waiting.comes_to_the_port(STRANGERS[0]).await;
    let (passed, cancel) = (Instant::now(), CancellationToken::new());
    let listener = &mut waiting.listener;
    let outcome = await_callback(listener, &mut agent, &waiting.pending, passed, &cancel).await;
    assert!(matches!(outcome, CallbackOutcome::TimedOut), "{outcome:?}");
}

#[tokio::test]
async fn a_wrong_or_missing_state_ends_the_wait() {
    let mut waiting = Waiting::new().await;
    for query in [
        "code=c&state=wrong&iss={iss}",
        "code=c&iss={iss}",
        "code=c&state=&iss={iss}",
        "error=login_required&iss={iss}",
    ] {
        let outcome = waiting.answered_with(query).await;
        assert_eq!(refused(&outcome), Some(Refusal::StateMismatch), "{query}");
    }
}

#[tokio::test]
async fn the_issuer_of_the_response_must_be_ours() {
    let mut waiting = Waiting::new().await;
    let outcome = waiting.answered_with("code=c&state={state}").await;
    assert_eq!(refused(&outcome), Some(Refusal::ResponseIssuerMissing));
    let outcome = waiting
        .answered_with("code=c&state={state}&iss=https://evil.example")
        .await;
    assert_eq!(refused(&outcome), Some(Refusal::ResponseIssuerMismatch));
    let outcome = waiting
        .answered_with("error=access_denied&state={state}&iss={iss}/")
        .await;
    assert_eq!(refused(&outcome), Some(Refusal::ResponseIssuerMismatch));
}

#[tokio::test]
async fn repeated_or_mixed_parameters_are_refused() {
    let mut waiting = Waiting::new().await;
    for query in [
        "code=c&code=d&state={state}&iss={iss}",
        "code=c&state={state}&state={state}&iss={iss}",
        "code=c&state={state}&iss={iss}&iss={iss}",
        "code=c&error=access_denied&state={state}&iss={iss}",
        "code=c&state={state}&iss={iss}&id_token=a.b.c",
        "code=&state={state}&iss={iss}",
        "state={state}&iss={iss}",
    ] {
        let outcome = waiting.answered_with(query).await;
        assert_eq!(
            refused(&outcome),
            Some(Refusal::CallbackMalformed),
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_callback_to_another_address_is_refused() {
    let mut waiting = Waiting::new().await;
    let good = waiting.callback("code=c&state={state}&iss={iss}");
    for (from, to) in [
        ("http:", "https:"),
        ("127.0.0.1", "localhost"),
        ("?", "/x?"),
    ] {
        let other: Url = good.as_str().replace(from, to).parse().unwrap();
        let outcome = waiting.outcome(Some(AgentEvent::Callback(other))).await;
        assert_eq!(refused(&outcome), Some(Refusal::CallbackMalformed), "{to}");
    }
}

#[tokio::test]
async fn oauth_errors_are_told_apart_and_never_quoted_at_length() {
    let mut waiting = Waiting::new().await;
    let unknown = Declined::Other {
        error: "unknown".to_owned(),
    };
    for (error, expected) in [
        ("login_required", Declined::LoginRequired),
        ("interaction_required", Declined::InteractionRequired),
        ("access_denied", Declined::AccessDenied),
        ("consent_required", Declined::SignedIn),
        ("account_selection_required", Declined::SignedIn),
        ("%3Cscript%3E", unknown),
    ] {
        let query = format!("error={error}&error_description=SECRET&state={{state}}&iss={{iss}}");
        match waiting.answered_with(&query).await {
            CallbackOutcome::Declined(declined) => assert_eq!(declined, expected),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn whatever_happens_to_the_agent_ends_the_wait_by_its_name() {
    let mut waiting = Waiting::new().await;
    let host = "evil.example".to_owned();
    for (event, expected) in [
        (AgentEvent::ClosedByPerson, "ClosedByPerson"),
        (AgentEvent::TlsRefused, "TlsRefused"),
        (
            AgentEvent::NavigationRefused { host },
            "NavigationRefused { host: \"evil.example\" }",
        ),
        (AgentEvent::Failed, "AgentFailed"),
    ] {
        let outcome = waiting.outcome(Some(event)).await;
        assert_eq!(format!("{outcome:?}"), expected);
    }
    assert!(matches!(
        waiting.outcome(None).await,
        CallbackOutcome::TimedOut
    ));
}

#[tokio::test]
async fn a_cancellation_ends_the_wait_at_once() {
    let mut waiting = Waiting::new().await;
    let cancel = CancellationToken::new();
    cancel.cancel();
    let deadline = Instant::now() + Duration::from_mins(1);
    let outcome = await_callback(
        &mut waiting.listener,
        &mut Scripted {
            happens: None,
            takes_callbacks: false,
        },
        &waiting.pending,
        deadline,
        &cancel,
    )
    .await;
    assert!(matches!(outcome, CallbackOutcome::Cancelled));
}
