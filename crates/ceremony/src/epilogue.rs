//! What is written and told when a ceremony is over. It describes; nothing waits for it to proceed.

use std::time::Duration;

use audit::{Digest, Event, IdpSession};
use identity::Refusal;
use records::{SecurityEvent, SecurityEventKind};

use crate::cleanup::{AgentEnd, Cleanup, IdpSessionEnd};
use crate::ending::{Ending, Failure};
use crate::ports::AlarmError;
use crate::scene::Scene;

/// How long telling security may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Writes how it ended. Says whether that is on disk.
pub(crate) async fn write_ending(scene: &Scene, ending: &Ending) -> bool {
    let mut written = true;
    for event in events_of(scene, ending) {
        written &= scene.write(event).await.is_ok();
    }
    written
}

/// Writes what step 10 found. Says whether that is on disk.
pub(crate) async fn write_cleanup(scene: &Scene, cleanup: &Cleanup) -> bool {
    let (window_gone, processes_gone, jar_gone) = match &cleanup.agent {
        AgentEnd::None => (true, true, true),
        AgentEnd::Closed(disposal) => (
            disposal.window_gone,
            disposal.processes_gone,
            disposal.jar_gone,
        ),
        AgentEnd::Unknown => (false, false, false),
    };
    let event = Event::CleanedUp {
        window_gone,
        processes_gone,
        jar_gone,
        tokens_revoked: cleanup.tokens_are_gone(),
        idp_session: match cleanup.idp_session {
            IdpSessionEnd::None => IdpSession::None,
            IdpSessionEnd::Ended => IdpSession::Ended,
            IdpSessionEnd::NotAsked | IdpSessionEnd::NotOffered | IdpSessionEnd::LeftToExpire => {
                IdpSession::LeftToExpire
            }
        },
    };
    scene.write(event).await.is_ok()
}

/// Tells security what it must hear at once, if there is anything. What is returned is to be written: it settles what the
/// log owes security. Where it was neither told nor kept, nothing is, and the next start finds it owed.
pub(crate) async fn raise_alarm(scene: &Scene, ending: &Ending) -> Option<Event> {
    let (kind, count) = match ending {
        Ending::SignerMismatch if scene.tally.is_locked() => {
            (SecurityEventKind::SigningLocked, scene.tally.count())
        }
        Ending::SignerMismatch => (SecurityEventKind::SignerMismatch, scene.tally.count()),
        Ending::AmbientSignIn => (SecurityEventKind::AmbientSignIn, 1),
        _ => return None,
    };
    let event = SecurityEvent {
        kind,
        reference: scene.reference.to_string(),
        at: scene.now(),
        device: scene.device.clone(),
        count,
        about: Some(scene.signer_as_subject().into()),
    };
    let alarm = std::sync::Arc::clone(&scene.ports.alarm);
    let raised = tokio::spawn(async move { alarm.raise(event).await });
    let delivered = match tokio::time::timeout(PATIENCE, raised).await {
        Ok(Ok(Ok(()))) => true,
        Ok(Ok(Err(error @ AlarmError::Queued))) => {
            tracing::warn!(%error, "security could not be told yet");
            false
        }
        Ok(Ok(Err(error))) => {
            tracing::error!(%error, "security was not told");
            return None;
        }
        Ok(Err(_)) => {
            tracing::error!("telling security broke down");
            return None;
        }
        // It goes on by itself, and whoever delivers what waits notes it.
        Err(_) => {
            tracing::error!("security does not answer");
            return None;
        }
    };
    Some(Event::SecurityEventSent {
        about: kind.as_str().into(),
        delivered,
    })
}

fn events_of(scene: &Scene, ending: &Ending) -> Vec<Event> {
    match ending {
        Ending::Recorded(standing) => standing
            .receipt
            .records
            .iter()
            .map(|record| Event::SignatureRecorded {
                record: record.id.as_str().into(),
                new_version: record.new_version.as_str().into(),
                receipt: standing.receipt.sequence,
                evidence_sha256: digest(&standing.evidence_sha256),
                from_outbox: false,
            })
            .collect(),
        Ending::Cancelled => vec![Event::SignatureCancelled],
        Ending::TimedOut => vec![Event::SignatureTimedOut],
        // Written where it was found, with who it was.
        Ending::SignerMismatch if scene.tally.is_locked() => vec![Event::SigningLocked {
            mismatches: scene.tally.count(),
        }],
        Ending::SignerMismatch => vec![],
        Ending::AmbientSignIn => vec![Event::AmbientSignIn { ended: true }],
        Ending::Refused(refusal) => vec![refused(*refusal)],
        Ending::RecordChanged => scene
            .amendments
            .iter()
            .map(|amendment| Event::RecordChanged {
                record: amendment.record.id.as_str().into(),
                read_version: amendment.record.base_version.as_str().into(),
                now_version: None,
            })
            .collect(),
        Ending::Unconfirmed(open) => vec![Event::SignatureUnconfirmed {
            evidence_sha256: digest(&open.evidence_sha256),
        }],
        // The person is told of the clock, IT of the refusal as well.
        Ending::Failed(
            failure @ Failure::ClockOff {
                refusal: Some(refusal),
                ..
            },
        ) => vec![refused(*refusal), failed(scene, *failure)],
        Ending::Failed(failure) => vec![failed(scene, *failure)],
    }
}

fn refused(refusal: Refusal) -> Event {
    Event::SignatureRefused {
        refusal: refusal.name().into(),
    }
}

fn failed(scene: &Scene, failure: Failure) -> Event {
    let place = *scene.place();
    Event::SignatureFailed {
        why: failure.audit_name().into(),
        step: place
            .verification
            .map_or(place.step.name(), evidence::Step::name)
            .into(),
    }
}

pub(crate) fn digest(hex: &str) -> Digest {
    // Both kinds of digests come from this program, so the form is right; zeros would say that it was not.
    hex.parse().unwrap_or(Digest::from([0; 32]))
}
