//! Runs one ceremony: its rounds of steps, and after them, however they ended, step 10.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use audit::Reference;
use aws_lc_rs::error::Unspecified;
use policy::Policy;

use crate::cleanup::{self, Cleanup, Pace};
use crate::delivery;
use crate::desk::Controls;
use crate::ending::{Ended, Ending};
use crate::epilogue;
use crate::limit::Limit;
use crate::owed::Owed;
use crate::ports::Ports;
use crate::progress::{Progress, Sink, Step};
use crate::request::Request;
use crate::rounds;
use crate::scene::{Place, Scene};
use crate::tally::Tally;

/// How long the outbox may take to let a receipt go.
const FORGETTING: Duration = Duration::from_secs(5);

/// Everything that one ceremony starts from.
pub(crate) struct Driver {
    pub(crate) policy: Arc<Policy>,
    pub(crate) tally: Arc<Tally>,
    pub(crate) reference: Reference,
    pub(crate) request: Request,
    pub(crate) ports: Ports,
    pub(crate) progress: Sink,
    pub(crate) controls: Controls,
}

/// A reference that nobody can guess.
pub(crate) fn new_reference() -> Result<Reference, Unspecified> {
    let mut random = [0; 5];
    aws_lc_rs::rand::fill(&mut random)?;
    Ok(Reference::from_bytes(random))
}

impl Driver {
    /// From the first step to the last audit entry.
    pub(crate) async fn run(self) -> Ended {
        let length = Duration::from_secs(u64::from(self.policy.signing.timeout_s));
        let scene = Scene {
            limit: Limit::start(length, Arc::clone(&self.ports.clock)),
            policy: self.policy,
            ports: self.ports,
            reference: self.reference,
            signer: self.request.signer.clone(),
            amendments: self.request.amendments.clone(),
            device: self.request.client.device.clone(),
            controls: self.controls,
            tally: self.tally,
            owed: Owed::default(),
            progress: self.progress,
            place: Arc::new(Mutex::new(Place {
                step: Step::Prepared,
                verification: None,
                unwritten: false,
            })),
        };
        scene.tell(Progress::Began {
            reference: scene.reference,
            ends_at: scene.limit.ends_at(),
        });
        let rounds = Box::pin(rounds::take(scene, self.request));
        let (scene, ending, earlier) = rounds.await;
        Box::pin(end(scene, ending, earlier)).await
    }
}

async fn end(scene: Scene, ending: Ending, earlier: Option<Cleanup>) -> Ended {
    // Side by side: a log that hangs must not keep tokens and cookies alive.
    let (said, (mut cleanup, pace)) = tokio::join!(
        write_down(&scene, &ending),
        cleanup::clean_up(&scene, &ending),
    );
    let found = epilogue::write_cleanup(&scene, &cleanup).await;
    cleanup.audited = said && found && !scene.place().unwritten;
    if pace == Pace::Unsettled {
        tokio::spawn(cleanup::follow_up(scene.clone(), cleanup.clone()));
    }
    if let Some(earlier) = earlier {
        cleanup = cleanup.and(earlier);
    }
    if !cleanup.is_complete() {
        tracing::warn!(reference = %scene.reference, ?cleanup, "the ceremony left something behind");
    }
    Ended {
        signing_locked: ending == Ending::SignerMismatch && scene.tally.is_locked(),
        ending,
        reference: scene.reference,
        cleanup,
    }
}

/// How it ended, and after it what security was told. Says whether all of it is on disk.
async fn write_down(scene: &Scene, ending: &Ending) -> bool {
    let ended = async {
        let said = epilogue::write_ending(scene, ending).await;
        if said && let Ending::Recorded(standing) = ending {
            let forgetting = delivery::forget(scene, standing.signature_id);
            if tokio::time::timeout(FORGETTING, forgetting).await.is_err() {
                tracing::warn!("the outbox does not answer");
            }
        }
        said
    };
    let (said, alarm) = tokio::join!(ended, epilogue::raise_alarm(scene, ending));
    let told = match alarm {
        Some(event) => scene.write(event).await.is_ok(),
        None => true,
    };
    said && told
}
