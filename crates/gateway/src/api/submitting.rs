//! What happens to a submission: read, verified, time-stamped where that is asked for, committed; or refused, and told
//! to the trail.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::http::HeaderMap;
use evidence::{Bundle, Reason, Step, Subject, receipt};
use jiff::Timestamp;
use records::wire::{EVIDENCE_MEDIA_TYPE, ProblemKind, SecurityEventKind, SignatureAccepted};
use serde_json::json;
use uuid::Uuid;

use super::{Gateway, limits};
use crate::config::TimestampRule;
use crate::refusal::Refusal;
use crate::store::{Outcome, Prepared, Stamped, Submission, Terms, blocking, subject_column};
use crate::timestamps::{StampError, Stamper};

/// How often a receipt is time-stamped anew because another gateway on the same store was faster.
const TRIES: u32 = 3;

/// A submission that was refused, and what it was for, as far as that could be read.
pub struct Refused {
    /// Why.
    pub refusal: Refusal,
    signature_id: Option<Uuid>,
}

/// Verifies evidence and commits it.
pub async fn submit(
    gateway: &Arc<Gateway>,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
    caller: &Subject,
) -> Result<SignatureAccepted, Refused> {
    let submission = read(headers, body, caller)
        .await
        .map_err(|refusal| Refused {
            refusal,
            signature_id: None,
        })?;
    let statement = submission.bundle.statement();
    let (signature_id, iss) = (statement.signature_id, statement.signer.iss.clone());
    let submission = Arc::new(submission);
    let mut outcome = record(gateway, &submission).await;
    let unknown_key = matches!(
        outcome,
        Err(Refusal::Step {
            step: Step::IdToken,
            reason: Reason::KeyNotFound,
            ..
        })
    );
    // The provider may have rotated its keys a moment ago.
    if unknown_key
        && gateway
            .issuers
            .newer_keys(&iss, gateway.now())
            .await
            .is_ok()
    {
        outcome = record(gateway, &submission).await;
    }
    outcome.map_err(|refusal| Refused {
        refusal,
        signature_id: Some(signature_id),
    })
}

/// Failed attempts go into the trail; what security must hear of at once also goes there (21 CFR 11.300 (d)).
pub async fn note(
    gateway: &Arc<Gateway>,
    caller: &Subject,
    refused: &Refused,
) -> Result<(), Refusal> {
    let failed = refused.refusal.failed_step();
    let detail = json!({
        "signature_id": refused.signature_id,
        "problem": refused.refusal.kind().urn(),
        "step": failed.map(|(step, _)| step.name()),
        "reason": failed.map(|(_, reason)| reason.name()),
    });
    let alarm = match failed {
        Some((Step::Signer, Reason::SubjectMismatch)) => Some(SecurityEventKind::SignerMismatch),
        Some((Step::Receipt, _)) => Some(SecurityEventKind::ReceiptsBroken),
        _ => None,
    };
    let (store, now, caller) = (gateway.store.clone(), gateway.now(), caller.clone());
    let id = refused.signature_id;
    blocking(move || {
        let subject = subject_column(&caller)?;
        store.note("signature-refused", Some(&subject), &detail, now)?;
        match alarm {
            Some(kind) => Ok(store.keep_alarm(kind, &caller, id, now)?),
            None => Ok(()),
        }
    })
    .await
}

async fn read(
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
    caller: &Subject,
) -> Result<Submission, Refusal> {
    limits::expect_media_type(headers, EVIDENCE_MEDIA_TYPE)?;
    let required = Refusal::Kind(ProblemKind::PreconditionRequired);
    let (Some(if_match), Some(idempotency_key)) = (
        limits::entity_tags(headers),
        limits::idempotency_key(headers),
    ) else {
        return Err(required);
    };
    let octets = limits::whole(body)?.to_vec();
    let caller = caller.clone();
    blocking(move || {
        let bundle = Bundle::parse(&octets).map_err(|reason| Refusal::step(Step::Parse, reason))?;
        Ok(Submission {
            octets,
            bundle,
            if_match,
            idempotency_key,
            caller,
        })
    })
    .await
}

async fn record(
    gateway: &Arc<Gateway>,
    submission: &Arc<Submission>,
) -> Result<SignatureAccepted, Refusal> {
    match &gateway.stamper {
        Some(stamper) if stamper.rule() == TimestampRule::Required => {
            record_with_timestamp(gateway, submission, stamper).await
        }
        Some(stamper) => {
            let accepted = record_as_it_is(gateway, submission).await?;
            add_timestamp(gateway, accepted, stamper).await
        }
        None => record_as_it_is(gateway, submission).await,
    }
}

async fn record_as_it_is(
    gateway: &Arc<Gateway>,
    submission: &Arc<Submission>,
) -> Result<SignatureAccepted, Refusal> {
    match commit(gateway, submission, gateway.now(), None).await? {
        Outcome::Committed(accepted) => Ok(accepted),
        // Nothing was prepared that another signature could overtake.
        Outcome::Overtaken => Err(Refusal::Kind(ProblemKind::Internal)),
    }
}

/// The receipt is time-stamped before it is given: both are kept in one transaction, or neither is.
async fn record_with_timestamp(
    gateway: &Arc<Gateway>,
    submission: &Arc<Submission>,
    stamper: &Stamper,
) -> Result<SignatureAccepted, Refusal> {
    let _turn = stamper.turn().await;
    for _ in 0..TRIES {
        let now = gateway.now();
        let receipt = match prepare(gateway, submission, now).await? {
            Prepared::Known(accepted) => return Ok(accepted),
            Prepared::Receipt(receipt) => receipt,
        };
        let stamp = stamper
            .stamp(&receipt)
            .await
            .map_err(|error| unavailable(&error))?;
        let prepared = Stamped { receipt, stamp };
        match commit(gateway, submission, now, Some(prepared)).await? {
            Outcome::Committed(accepted) => return Ok(accepted),
            Outcome::Overtaken => {}
        }
    }
    Err(Refusal::Because {
        kind: ProblemKind::TimestampUnavailable,
        detail: "other signatures came first",
    })
}

fn unavailable(error: &StampError) -> Refusal {
    tracing::warn!(
        error = error as &dyn std::error::Error,
        "a receipt was not time-stamped, and nothing is committed"
    );
    Refusal::Because {
        kind: ProblemKind::TimestampUnavailable,
        detail: error.name(),
    }
}

/// What is committed stays committed, with or without a time-stamp. A repetition of the submission asks again.
async fn add_timestamp(
    gateway: &Arc<Gateway>,
    accepted: SignatureAccepted,
    stamper: &Stamper,
) -> Result<SignatureAccepted, Refusal> {
    if accepted.timestamp.is_some() {
        return Ok(accepted);
    }
    let sequence = receipt::read(&accepted.receipt)
        .map_err(|reason| Refusal::step(Step::Receipt, reason))?
        .sequence;
    let answer = stamper.stamp(&accepted.receipt).await;
    let (store, now) = (gateway.store.clone(), gateway.now());
    let kept = blocking(move || match answer {
        Ok(stamp) => store.keep_timestamp(sequence, &stamp, now).map(Some),
        Err(error) => {
            let detail = json!({ "sequence": sequence, "reason": error.name() });
            let cause = &error as &dyn std::error::Error;
            tracing::warn!(error = cause, sequence, "a receipt was not time-stamped");
            store.note("receipt-not-timestamped", None, &detail, now)?;
            Ok(None)
        }
    });
    Ok(SignatureAccepted {
        timestamp: kept.await?,
        ..accepted
    })
}

async fn prepare(
    gateway: &Arc<Gateway>,
    submission: &Arc<Submission>,
    now: Timestamp,
) -> Result<Prepared, Refusal> {
    let (gateway, submission) = (gateway.clone(), submission.clone());
    blocking(move || {
        let terms = terms(&gateway, &submission, now);
        gateway.store.prepare(&submission, &terms)
    })
    .await
}

async fn commit(
    gateway: &Arc<Gateway>,
    submission: &Arc<Submission>,
    now: Timestamp,
    stamped: Option<Stamped>,
) -> Result<Outcome, Refusal> {
    let (gateway, submission) = (gateway.clone(), submission.clone());
    blocking(move || {
        let terms = terms(&gateway, &submission, now);
        gateway.store.commit(&submission, &terms, stamped)
    })
    .await
}

fn terms<'a>(gateway: &'a Gateway, submission: &Submission, now: Timestamp) -> Terms<'a> {
    let config = &gateway.config;
    let issuer = gateway.issuers.config(&submission.caller.iss);
    Terms {
        now,
        issuers: gateway.issuers.rules(),
        clock_skew_s: config.clock_skew_s,
        delivery_grace_s: config.delivery_grace_s,
        required_amr: issuer
            .map(|issuer| issuer.required_amr.as_slice())
            .unwrap_or_default(),
        names: issuer.map(|issuer| issuer.names).unwrap_or_default(),
        authority: &*config.authority,
        key: &gateway.key,
        timestamp_authorities: gateway
            .stamper
            .as_ref()
            .map(Stamper::authorities)
            .unwrap_or_default(),
    }
}
