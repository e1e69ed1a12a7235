//! The delivery of sealed evidence: kept first, then sent, then asked after, until there is a receipt or an end to patience.
//!
//! It is always the same delivery under the same key. What stays open ends as `Unconfirmed`, and the outbox goes on. Signing
//! again is for one case alone: the records API asks for another authentication (RFC 9470), no earlier attempt may have
//! been recorded, and the outbox will not send this evidence any more.

use std::sync::Arc;
use std::time::Duration;

use evidence::keys::KeySet;
use evidence::{LedgerKey, Receipt};
use jiff::Timestamp;
use records::{Access, CallError, Octets, OutboxError, SignatureAccepted, SubmitError};
use uuid::Uuid;

use crate::demands::Raised;
use crate::ending::{Ending, Failure, Unconfirmed};
use crate::faults;
use crate::ports::Submission;
use crate::progress::Step;
use crate::rounds::Stop;
use crate::scene::Scene;
use crate::states::{Ceremony, Kept, Recorded, Sealed, Submitting};

/// How long a signer is kept waiting for a receipt.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(15);
/// The first pause between attempts; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// Keeps the evidence before it is sent for the first time. From here on a cancellation only ends the waiting.
pub(crate) async fn keep(
    scene: &Scene,
    sealed: &Ceremony<Sealed>,
    idempotency_key: Uuid,
) -> Result<Kept, Ending> {
    let waiting = sealed.waiting(scene.reference.to_string(), idempotency_key, scene.now());
    // The last moment for a cancellation. What follows is not interrupted: kept evidence is delivered.
    scene.within(std::future::ready(())).await?;
    let unconfirmed = Unconfirmed {
        signature_id: waiting.note.signature_id,
        idempotency_key: waiting.note.idempotency_key.clone(),
        evidence_sha256: waiting.note.evidence_sha256.clone(),
    };
    scene.owed.set_sealed(unconfirmed.clone());
    if let Some(outbox) = &scene.ports.outbox
        && let Err(error) = outbox.keep(waiting.clone()).await
    {
        tracing::error!(%error, "the outbox cannot be written");
        // Should part of it be there after all, it must not be sent: the signer hears that nothing was signed.
        let refused = outbox.refused(waiting.note.signature_id, "never_sent");
        return Err(match refused.await {
            Ok(()) | Err(OutboxError::Unknown(_)) => Ending::Failed(Failure::OutboxUnwritable),
            Err(error) => {
                // It may be there, and be sent.
                tracing::error!(%error, "nor can it be marked as never to be sent");
                Ending::Unconfirmed(Box::new(unconfirmed))
            }
        });
    }
    Ok(Kept(waiting))
}

/// Delivers it, within the signer's patience.
pub(crate) async fn deliver(
    scene: &Scene,
    ceremony: Ceremony<Submitting>,
    access: &Access,
) -> Result<Ceremony<Recorded>, Stop> {
    let unconfirmed = || Ending::Unconfirmed(Box::new(ceremony.unconfirmed()));
    let outcome = tokio::select! {
        biased;
        outcome = attempts(scene, &ceremony, access) => outcome,
        () = scene.controls.cancelled.cancelled() => return Err(unconfirmed().into()),
        () = tokio::time::sleep(PATIENCE) => return Err(unconfirmed().into()),
    };
    match outcome {
        Ok(receipt) => Ok(prove(scene, ceremony, receipt).await?),
        Err(refusal) => Err(refuse(scene, &ceremony, refusal).await),
    }
}

/// A receipt whose signature verified.
struct Checked {
    jws: String,
    timestamp: Option<Octets>,
    receipt: Receipt,
    keys: Vec<LedgerKey>,
}

/// A definite answer that is no receipt.
struct Refusal {
    cause: CallError,
    /// An earlier attempt may have been recorded all the same.
    may_have_arrived: bool,
}

/// Sends, and asks after what was sent, until something is certain.
async fn attempts(
    scene: &Scene,
    ceremony: &Ceremony<Submitting>,
    access: &Access,
) -> Result<Checked, Refusal> {
    let submission = &scene.ports.submission;
    let note = &ceremony.waiting().note;
    let mut pause = FIRST_PAUSE;
    let mut may_have_arrived = false;
    loop {
        let earlier = if may_have_arrived {
            fate(submission, &note.idempotency_key, access).await
        } else {
            None
        };
        let answer = if let Some(accepted) = earlier {
            Ok(accepted)
        } else {
            let sending = submission.submit(
                ceremony.evidence(),
                &note.etags,
                &note.idempotency_key,
                access,
            );
            let in_vain = SubmitError::Unknown(CallError::Unavailable { status: 408 });
            let sent = tokio::time::timeout(ATTEMPT, sending).await;
            sent.unwrap_or(Err(in_vain))
        };
        match answer {
            Ok(accepted) => {
                scene.done(Step::Sealed);
                scene.begin(Step::Receipt);
                if let Some(checked) = check(submission, accepted, access).await {
                    return Ok(checked);
                }
                may_have_arrived = true;
            }
            Err(SubmitError::Refused(cause)) => {
                return Err(Refusal {
                    cause,
                    may_have_arrived,
                });
            }
            Err(SubmitError::Unknown(cause)) => {
                tracing::warn!(%cause, "whether the evidence arrived is not known");
                may_have_arrived = true;
            }
            Err(SubmitError::NotSent(cause)) => {
                tracing::warn!(%cause, "the evidence was not sent");
            }
        }
        tokio::time::sleep(pause).await;
        pause *= 2;
    }
}

async fn fate(
    submission: &Arc<dyn Submission>,
    idempotency_key: &str,
    access: &Access,
) -> Option<SignatureAccepted> {
    let asking = submission.fate(idempotency_key, access);
    match tokio::time::timeout(ATTEMPT, asking).await {
        Ok(Ok(fate)) => fate,
        Ok(Err(error)) => {
            tracing::warn!(%error, "the fate of the evidence is not known");
            None
        }
        Err(_) => None,
    }
}

/// The receipt's signature, by the keys that the records API signs with.
async fn check(
    submission: &Arc<dyn Submission>,
    accepted: SignatureAccepted,
    access: &Access,
) -> Option<Checked> {
    let asking = submission.receipt_keys(access);
    let keys = match tokio::time::timeout(ATTEMPT, asking).await {
        Ok(Ok(octets)) => receipt_keys(&octets)?,
        Ok(Err(error)) => {
            tracing::warn!(%error, "the receipt keys cannot be had");
            return None;
        }
        Err(_) => return None,
    };
    match evidence::receipt::verify(&accepted.receipt, &keys) {
        Ok(receipt) => Some(Checked {
            jws: accepted.receipt,
            timestamp: accepted.timestamp,
            receipt,
            keys,
        }),
        Err(reason) => {
            tracing::error!(%reason, "the receipt does not verify");
            None
        }
    }
}

/// The receipt must be for exactly this evidence; only then does the outbox let it go.
async fn prove(
    scene: &Scene,
    ceremony: Ceremony<Submitting>,
    checked: Checked,
) -> Result<Ceremony<Recorded>, Ending> {
    let Checked {
        jws,
        timestamp,
        receipt,
        keys,
    } = checked;
    let id = ceremony.waiting().note.signature_id;
    let timestamp = timestamp.as_ref().map(Octets::as_slice);
    let recorded = ceremony
        .recorded(&jws, timestamp, receipt)
        .map_err(|ceremony| {
            tracing::error!("the receipt is for something else");
            Ending::Unconfirmed(Box::new(ceremony.unconfirmed()))
        })?;
    if let Some(outbox) = &scene.ports.outbox
        && let Err(error) = outbox.delivered(id, jws, keys).await
    {
        // It will be delivered once more, under the same key, and get the same receipt.
        tracing::warn!(%error, "the delivered evidence is still in the outbox");
    }
    Ok(recorded)
}

/// What a refusal leads to.
async fn refuse(scene: &Scene, ceremony: &Ceremony<Submitting>, refusal: Refusal) -> Stop {
    let unconfirmed = || Stop::Over(Ending::Unconfirmed(Box::new(ceremony.unconfirmed())));
    let Refusal {
        cause,
        may_have_arrived,
    } = refusal;
    if !cause.is_final() {
        // The token opened no door; the evidence itself was not looked at and waits for another token.
        return unconfirmed();
    }
    let raised = Raised::by(&cause);
    if raised.is_some() && may_have_arrived {
        // It is about this attempt alone. Before the fate of the earlier one is known, nobody signs again.
        return unconfirmed();
    }
    if let CallError::Step { step } = &cause {
        scene.place().verification = evidence::Step::ALL
            .into_iter()
            .find(|known| known.name() == step);
    }
    if let Some(outbox) = &scene.ports.outbox {
        let id = ceremony.waiting().note.signature_id;
        if let Err(error) = outbox.refused(id, faults::of_delivery(&cause)).await {
            // It will be sent again, so it must not be said that nothing was signed, nor signed anew beside it.
            tracing::error!(%error, "the refused evidence could not be marked");
            return unconfirmed();
        }
    }
    raised.map_or_else(|| Stop::Over(faults::of_call(&cause)), Stop::StepUp)
}

/// The ending is in the audit log: the outbox need not keep the receipt any longer.
pub(crate) async fn forget(scene: &Scene, id: Uuid) {
    if let Some(outbox) = &scene.ports.outbox
        && let Err(error) = outbox.forget(id).await
    {
        tracing::warn!(%error, "the receipt is still in the outbox");
    }
}

/// The published keys, good at any time: the transport vouches for who published them.
pub(crate) fn receipt_keys(octets: &[u8]) -> Option<Vec<LedgerKey>> {
    let keys = KeySet::parse(octets).ok()?;
    let in_use = |jwk| LedgerKey {
        jwk,
        first_seen: Timestamp::MIN,
        last_seen: Timestamp::MAX,
        retired_at: None,
    };
    Some(keys.keys.into_iter().map(in_use).collect())
}
