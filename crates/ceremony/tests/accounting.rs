//! What step 10 certifies is what happened: what failed, what is not known and what comes late is said, never guessed.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use audit::Event;
use ceremony::{
    AgentEnd, Alarm, AlarmError, Ended, Ending, Failure, Ports, TokenEnd, Trail, TrailError,
    UnderWay,
};
use demo::idp::{ADAMS, BAKER, Fault, Faults};
use identity::{
    Agent, AgentError, AgentEvent, BringForward, Disposal, OpenAgent, Opening, Refusal,
};
use jiff::Timestamp;
use records::SecurityEvent;
use rstest::rstest;
use support::robot_agent::{Person, RobotAgent};
use support::{AMENDMENT, Ward};
use tokio::sync::Notify;
use url::Url;

/// A log that does not answer is given up after ten seconds. What is done only then comes later than this.
const BEFORE_THE_LOG_IS_GIVEN_UP: Duration = Duration::from_secs(8);

#[rstest]
#[case::revoked(Faults::none(), TokenEnd::GivenBack, true)]
#[case::not_revoked(Faults::only(Fault::RevocationDown), TokenEnd::LeftToExpire, false)]
#[tokio::test]
async fn refused_tokens_count_as_revoked_only_when_they_were(
    #[case] faults: Faults,
    #[case] end: TokenEnd,
    #[case] certified: bool,
) {
    let mut ward = Ward::open().await;
    ward.idp().set_faults(faults.with(Fault::NonceWrong));

    let ended = ward.sign_as(Person::SignsInAs(&ADAMS)).await;

    assert_eq!(ended.ending, Ending::Refused(Refusal::NonceMismatch));
    assert_eq!(ended.cleanup.access_token, end);
    assert_eq!(certifications(&ward), [certified]);
}

#[tokio::test]
async fn tokens_whose_answer_was_lost_are_not_certified_as_revoked() {
    let mut ward = Ward::open().await;
    ward.idp().set_faults(Faults::only(Fault::TokenServerError));

    let ended = ward.sign_as(Person::SignsInAs(&ADAMS)).await;

    assert_eq!(ended.cleanup.access_token, TokenEnd::Unknown);
    assert!(!ended.cleanup.is_complete());
    assert_eq!(certifications(&ward), [false]);
}

#[tokio::test]
async fn a_window_that_opens_after_everything_is_over_is_closed_and_the_log_says_so() {
    let mut ward = Ward::open().await;
    let door = Arc::new(Door::default());
    let agent = Altered {
        behind: Some(Arc::clone(&door)),
        ..Altered::of(&ward)
    };
    let under_way = begin(&mut ward, |ports| ports.agent = Arc::new(agent)).await;
    comes_to(&door.reached, &under_way).await;
    under_way.cancel();

    let ended = under_way.ended().await.unwrap();

    assert_eq!(ended.ending, Ending::Cancelled);
    assert_eq!(ended.cleanup.agent, AgentEnd::Unknown);
    assert_eq!(ended.cleanup.access_token, TokenEnd::None);
    door.opened.notify_one();
    for _ in 0..100 {
        if windows_gone(&ward).len() == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(windows_gone(&ward), [false, true]);
    assert!(ward.agent.is_closed());
}

#[tokio::test]
async fn a_log_that_hangs_keeps_no_window_open_and_no_token_alive() {
    let mut ward = Ward::open().await;
    let trail = HangsAt::event("signature_refused", &ward);
    let hangs = Arc::clone(&trail.hangs);
    ward.idp().set_faults(Faults::only(Fault::NonceWrong));
    let under_way = begin(&mut ward, |ports| ports.trail = Arc::new(trail)).await;
    comes_to(&hangs, &under_way).await;
    assert!(!ward.agent.openings.lock().unwrap().is_empty());
    let closing = async {
        while !ward.agent.is_closed() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let closed = tokio::time::timeout(BEFORE_THE_LOG_IS_GIVEN_UP, closing).await;
    assert!(closed.is_ok(), "still open");
    assert_eq!(ward.foreign_tokens(), []);

    let ended = under_way.ended().await.unwrap();

    assert_eq!(ended.ending, Ending::Refused(Refusal::NonceMismatch));
    assert!(!ended.cleanup.audited);
    assert!(ward.events().ends_with(&["cleaned_up"]));
}

#[tokio::test]
async fn a_log_that_hangs_before_a_step_ends_the_ceremony() {
    let mut ward = Ward::open().await;
    let trail = HangsAt::event("signature_sealed", &ward);
    let under_way = begin(&mut ward, |ports| ports.trail = Arc::new(trail)).await;

    let ended = under_way.ended().await.unwrap();

    assert_eq!(ended.ending, Ending::Failed(Failure::AuditUnwritable));
    assert_eq!(ward.submissions(), 0);
    ward.is_clean().await;
}

#[rstest]
#[case::consent("consent_required")]
#[case::account("account_selection_required")]
#[tokio::test]
async fn a_provider_that_would_ask_somebody_who_is_signed_in_counts_as_ambient_sign_in(
    #[case] error: &'static str,
) {
    let mut ward = Ward::open().await;
    let agent = Altered {
        says: Some(error),
        ..Altered::of(&ward)
    };

    let ended = sign(&mut ward, |ports| ports.agent = Arc::new(agent)).await;

    assert_eq!(ended.ending, Ending::AmbientSignIn);
    assert!(ward.events().contains(&"ambient_sign_in"));
}

#[rstest]
#[case::kept(|| AlarmError::Queued, &[false])]
#[case::neither_told_nor_kept(|| AlarmError::SessionEnded, &[])]
#[tokio::test]
async fn the_log_says_that_security_will_be_told_only_where_that_is_so(
    #[case] why: fn() -> AlarmError,
    #[case] noted: &[bool],
) {
    let mut ward = Ward::open().await;
    ward.agent.now_in_front(Person::SignsInAs(&BAKER));

    let log = ward.audit_file();
    let alarm = Unheard { why, log };
    let ended = sign(&mut ward, |ports| ports.alarm = Arc::new(alarm)).await;

    assert_eq!(ended.ending, Ending::SignerMismatch);
    let delivered = |entry: audit::Recorded| match entry.event {
        Event::SecurityEventSent { delivered, .. } => Some(delivered),
        _ => None,
    };
    let said: Vec<_> = ward.entries().into_iter().filter_map(delivered).collect();
    assert_eq!(said, noted);
}

/// Security does not hear anything. By the time that it is told, the log has what happened: whoever kills the program then
/// leaves that behind.
struct Unheard {
    why: fn() -> AlarmError,
    log: PathBuf,
}

#[async_trait]
impl Alarm for Unheard {
    async fn raise(&self, event: SecurityEvent) -> Result<(), AlarmError> {
        let written = audit::read(&self.log).unwrap();
        let mismatch = written
            .iter()
            .find(|one| one.event.name() == "signer_mismatch");
        let reference = mismatch.unwrap().reference.unwrap();
        assert_eq!(reference.to_string(), event.reference);
        Err((self.why)())
    }
}

async fn sign(ward: &mut Ward, alter: impl FnOnce(&mut Ports)) -> Ended {
    begin(ward, alter).await.ended().await.unwrap()
}

async fn begin(ward: &mut Ward, alter: impl FnOnce(&mut Ports)) -> UnderWay {
    let request = ward.request(AMENDMENT).await;
    let mut ports = ward.ports();
    alter(&mut ports);
    ward.desk().begin(request, ports, Arc::new(|_| {})).unwrap()
}

/// Waits for what has to happen before the ceremony ends.
async fn comes_to(happening: &Notify, under_way: &UnderWay) {
    tokio::select! {
        () = happening.notified() => {}
        ended = under_way.ended() => panic!("it never came to that: {ended:?}"),
    }
}

/// What the log says about the tokens, each time that something was cleaned up.
fn certifications(ward: &Ward) -> Vec<bool> {
    let revoked = |entry: audit::Recorded| match entry.event {
        Event::CleanedUp { tokens_revoked, .. } => Some(tokens_revoked),
        _ => None,
    };
    ward.entries().into_iter().filter_map(revoked).collect()
}

fn windows_gone(ward: &Ward) -> Vec<bool> {
    let gone = |entry: audit::Recorded| match entry.event {
        Event::CleanedUp { window_gone, .. } => Some(window_gone),
        _ => None,
    };
    ward.entries().into_iter().filter_map(gone).collect()
}

/// What a window does not get past until it is opened.
#[derive(Default)]
struct Door {
    reached: Notify,
    opened: Notify,
}

/// The robot, but behind a door, or with another answer to the preflight.
struct Altered {
    robot: RobotAgent,
    behind: Option<Arc<Door>>,
    says: Option<&'static str>,
}

impl Altered {
    fn of(ward: &Ward) -> Self {
        Self {
            robot: ward.agent.clone(),
            behind: None,
            says: None,
        }
    }
}

#[async_trait]
impl Agent for Altered {
    async fn open(&self, opening: Opening) -> Result<Box<dyn OpenAgent>, AgentError> {
        if let Some(door) = &self.behind {
            door.reached.notify_one();
            door.opened.notified().await;
        }
        Ok(Box::new(OpenAltered {
            robot: self.robot.open(opening).await?,
            says: self.says,
        }))
    }

    fn kind(&self) -> &'static str {
        self.robot.kind()
    }
}

struct OpenAltered {
    robot: Box<dyn OpenAgent>,
    says: Option<&'static str>,
}

#[async_trait]
impl OpenAgent for OpenAltered {
    async fn visit(&mut self, url: Url, shown: bool) -> Result<(), AgentError> {
        self.robot.visit(url, shown).await
    }

    async fn next(&mut self) -> AgentEvent {
        match (self.robot.next().await, self.says) {
            (AgentEvent::Callback(callback), Some(error)) => {
                let other = callback.as_str().replace("login_required", error);
                AgentEvent::Callback(other.parse().unwrap())
            }
            (event, _) => event,
        }
    }

    fn handle(&self) -> Arc<dyn BringForward> {
        self.robot.handle()
    }

    async fn close(self: Box<Self>) -> Disposal {
        self.robot.close().await
    }
}

/// A log on a disk that stops answering at one event.
struct HangsAt {
    event: &'static str,
    hangs: Arc<Notify>,
    inner: Arc<dyn Trail>,
}

impl HangsAt {
    fn event(event: &'static str, ward: &Ward) -> Self {
        Self {
            event,
            hangs: Arc::default(),
            inner: Arc::new(ward.trail.clone()),
        }
    }
}

#[async_trait]
impl Trail for HangsAt {
    async fn write(&self, entry: audit::Entry, at: Timestamp) -> Result<(), TrailError> {
        if entry.event.name() == self.event {
            self.hangs.notify_one();
            std::future::pending::<()>().await;
        }
        self.inner.write(entry, at).await
    }
}
