//! `POST /v1/challenges`: what may be signed, and how the signer has to authenticate for it.

use std::collections::BTreeSet;
use std::sync::Arc;

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode};
use evidence::digest::base64url;
use evidence::{Reason, Step, Subject};
use jiff::SignedDuration;
use records::wire::{Challenge, ChallengeRequest, Problem, ProblemKind};

use super::door::Reader;
use super::{Gateway, limits};
use crate::refusal::Refusal;
use crate::store::{Binding, Pending, StoreError, blocking, subject_column};

/// Makes a challenge for what is about to be signed.
#[utoipa::path(
    post,
    path = "/v1/challenges",
    tag = "signatures",
    request_body = ChallengeRequest,
    responses((status = 201, body = Challenge), (status = "4XX", body = Problem)),
    security(("bearer" = ["records:read"]))
)]
pub async fn make(
    State(gateway): State<Arc<Gateway>>,
    Reader(caller): Reader,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Challenge>), Refusal> {
    let request: ChallengeRequest = limits::json(&headers, body)?;
    check(&gateway, &request)?;
    let issuer = gateway
        .issuers
        .config(&caller.subject.iss)
        .ok_or(Refusal::Token { presented: true })?
        .clone();
    let challenge = blocking(move || {
        let store = &gateway.store;
        may_be_signed(
            &gateway,
            &store.pending(&request.amendments)?,
            &request,
            &caller.subject,
        )?;
        let issued_at = gateway.now();
        let life = SignedDuration::from_secs(i64::from(gateway.config.challenge_lifetime_s));
        let challenge = Challenge {
            challenge: random()?,
            issued_at,
            expires_at: issued_at
                .checked_add(life)
                .map_err(|_| Refusal::Kind(ProblemKind::Internal))?,
            acr_values: issuer.acr_values.clone(),
            max_age: issuer.max_age,
        };
        let binding = Binding {
            request,
            acr_values: issuer.acr_values,
            max_age: issuer.max_age,
        };
        store.keep_challenge(
            &challenge,
            &caller.subject,
            &binding,
            gateway.config.delivery_grace_s,
        )?;
        Ok::<_, Refusal>(challenge)
    })
    .await?;
    Ok((StatusCode::CREATED, Json(challenge)))
}

fn check(gateway: &Gateway, request: &ChallengeRequest) -> Result<(), Refusal> {
    let malformed = |detail| {
        Err(Refusal::Because {
            kind: ProblemKind::Malformed,
            detail,
        })
    };
    let distinct: BTreeSet<_> = request.amendments.iter().collect();
    if distinct.is_empty() || distinct.len() != request.amendments.len() {
        return malformed("amendments must be named, each once");
    }
    if distinct.len() > gateway.config.max_amendments as usize {
        return malformed("too many amendments for one signature");
    }
    if !gateway.config.meanings.contains(&request.meaning) {
        return malformed("the meaning is not one that is accepted");
    }
    let code = &request.reason.code;
    if code.is_empty()
        || code.len() > 64
        || !code
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
    {
        return malformed("the reason's code is not acceptable");
    }
    limits::expect_reason(&request.reason.text, "the reason's text is not acceptable")
}

/// Nobody is sent to authenticate for what cannot be signed.
fn may_be_signed(
    gateway: &Gateway,
    amendments: &[Option<Pending>],
    request: &ChallengeRequest,
    signer: &Subject,
) -> Result<(), Refusal> {
    let subject = subject_column(signer)?;
    let mut records = BTreeSet::new();
    for amendment in amendments {
        let amendment = amendment
            .as_ref()
            .ok_or(Refusal::Kind(ProblemKind::NotFound))?;
        if !amendment.is_open() {
            return Err(Refusal::Kind(ProblemKind::NotPending));
        }
        if amendment.record_changed() {
            return Err(Refusal::RecordChanged {
                amendment: amendment.row.id.clone(),
            });
        }
        let allowed =
            gateway
                .config
                .authority
                .may_sign(signer, amendment.kind()?, &request.meaning);
        if !allowed || amendment.signed_by(&subject) {
            return Err(Refusal::step(Step::Authority, Reason::NotAuthorized));
        }
        let record = &amendment.row.record;
        if !records.insert((&record.system, &record.kind, &record.id)) {
            let detail = "two amendments of one record cannot be signed at once";
            return Err(Refusal::Because {
                kind: ProblemKind::Malformed,
                detail,
            });
        }
    }
    Ok(())
}

fn random() -> Result<String, StoreError> {
    let mut octets = [0; 32];
    SystemRandom::new()
        .fill(&mut octets)
        .map_err(|_| StoreError::Unreadable { what: "randomness" })?;
    Ok(base64url(&octets))
}
