//! How often a signer may be asked: once, and once more where the records API then asks for more (RFC 9470).
//!
//! The second round is a ceremony of its own in all but its name: another challenge, key, statement, window and jar, under
//! the same reference and within the same time. Nothing of the first is left when it begins. What is demanded may only
//! rise, and a records API that is not content with the second round ends the ceremony.

use std::sync::{Arc, Mutex};

use crate::cleanup::{self, Cleanup, Pace};
use crate::demands::Raised;
use crate::ending::{Ending, Failure, Recorded};
use crate::epilogue;
use crate::owed::Owed;
use crate::request::Request;
use crate::scene::{Place, Scene};
use crate::steps;

/// Why a round brought no receipt.
pub(crate) enum Stop {
    /// The ceremony is over.
    Over(Ending),
    /// The records API asks for another authentication.
    StepUp(Raised),
}

impl From<Ending> for Stop {
    fn from(ending: Ending) -> Self {
        Self::Over(ending)
    }
}

impl Stop {
    /// What this round had to demand already stays demanded, also where the last answer says nothing of it.
    pub(crate) fn on_top_of(self, raised: Raised) -> Self {
        match self {
            Self::StepUp(more) => match raised.and(&more) {
                Ok(both) => Self::StepUp(both),
                Err(failure) => Self::Over(Ending::Failed(failure)),
            },
            Self::Over(ending) => Self::Over(ending),
        }
    }
}

/// Takes the steps, at most twice. Returns the scene of the last round, and what was left of an earlier one.
pub(crate) async fn take(scene: Scene, request: Request) -> (Scene, Ending, Option<Cleanup>) {
    let raised = match round(&scene, request.clone(), Raised::default()).await {
        Ok(standing) => return (scene, Ending::Recorded(Box::new(standing)), None),
        Err(Stop::Over(ending)) => return (scene, ending, None),
        Err(Stop::StepUp(raised)) => raised,
    };
    tracing::info!("the records service asks for another authentication");
    let left = Box::pin(leave(&scene)).await;
    let again = scene.afresh();
    let ending = match round(&again, request, raised).await {
        Ok(standing) => Ending::Recorded(Box::new(standing)),
        Err(Stop::Over(ending)) => ending,
        Err(Stop::StepUp(_)) => Ending::Failed(Failure::StepUpUnmet),
    };
    (again, ending, Some(left))
}

async fn round(scene: &Scene, request: Request, raised: Raised) -> Result<Recorded, Stop> {
    let steps = tokio::spawn(steps::take(scene.clone(), request, raised));
    steps.await.unwrap_or_else(|_| {
        tracing::error!("a step of the ceremony broke down");
        Err(Stop::Over(match scene.owed.sealed() {
            Some(open) => Ending::Unconfirmed(Box::new(open)),
            None => Ending::Failed(Failure::Internal),
        }))
    })
}

/// Leaves a round that the records API did not accept: the audit log hears of it, and everything is given back.
async fn leave(scene: &Scene) -> Cleanup {
    let ending = Ending::Failed(Failure::StepUpUnmet);
    let (said, (mut cleanup, pace)) = tokio::join!(
        epilogue::write_ending(scene, &ending),
        cleanup::clean_up(scene, &ending),
    );
    let found = epilogue::write_cleanup(scene, &cleanup).await;
    cleanup.audited = said && found && !scene.place().unwritten;
    if pace == Pace::Unsettled {
        tokio::spawn(cleanup::follow_up(scene.clone(), cleanup.clone()));
    }
    cleanup
}

impl Scene {
    /// The same ceremony, with nothing taken yet.
    fn afresh(&self) -> Self {
        let step = self.place().step;
        Self {
            owed: Owed::default(),
            place: Arc::new(Mutex::new(Place {
                step,
                verification: None,
                unwritten: false,
            })),
            ..self.clone()
        }
    }
}
