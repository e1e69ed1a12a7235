//! A window that waits for its turn keeps nobody who changed their mind.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::sync::Arc;

use async_trait::async_trait;
use demo::idp::ADAMS;
use identity::{Agent, AgentError, OpenAgent, Opening};
use session::{SignIn, SignInError};
use support::robot_agent::{Person, RobotAgent};
use support::{Home, eventually};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Opens when it is told to.
struct Waiting {
    robot: RobotAgent,
    asked: Arc<Notify>,
    turn: Arc<Notify>,
}

#[async_trait]
impl Agent for Waiting {
    async fn open(&self, opening: Opening) -> Result<Box<dyn OpenAgent>, AgentError> {
        self.asked.notify_one();
        self.turn.notified().await;
        self.robot.open(opening).await
    }

    fn kind(&self) -> &'static str {
        "window"
    }
}

#[tokio::test]
async fn who_cancels_before_the_window_opens_is_let_go_and_the_late_window_is_closed() {
    let home = Home::new(Person::SignsInAs(&ADAMS)).await;
    let (asked, turn) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let sign_in = SignIn {
        agent: Arc::new(Waiting {
            robot: home.agent.clone(),
            asked: Arc::clone(&asked),
            turn: Arc::clone(&turn),
        }),
        ..home.sign_in_of(home.vault().await)
    };
    let cancel = CancellationToken::new();
    let signing_in = tokio::spawn(sign_in.run(cancel.clone()));
    asked.notified().await;

    cancel.cancel();

    let ended = signing_in.await.unwrap().err().unwrap();
    assert!(matches!(ended, SignInError::Cancelled), "{ended:?}");
    assert_eq!(home.agent.jars.lock().unwrap().len(), 0);
    turn.notify_one();
    let late = || home.agent.jars.lock().unwrap().len() == 1 && home.agent.is_closed();
    eventually(late, "the late window is closed").await;
}
