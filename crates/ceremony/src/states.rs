//! The order of events of one signature. Pure: nothing here waits, asks, reads a clock or writes.
//!
//! Each state is a type and each transition consumes the one before, so an illegal order does not compile:
//!
//! ```compile_fail,E0599
//! use ceremony::states::{AwaitingSigner, Ceremony, Kept};
//!
//! fn submit_what_nobody_authenticated_for(ceremony: Ceremony<AwaitingSigner>, kept: Kept) {
//!     ceremony.submitting(kept);
//! }
//! ```
//!
//! ```compile_fail,E0382
//! use ceremony::states::{Ceremony, Challenged};
//! use url::Url;
//!
//! fn listen_twice(ceremony: Ceremony<Challenged>, here: Url, there: Url) {
//!     let first = ceremony.listening(here);
//!     let second = ceremony.listening(there);
//! }
//! ```
//!
//! What a transition refuses is an [`Ending`]; the driver in between brings what the next transition needs.

use std::sync::Arc;

use evidence::statement::StatementType;
use evidence::{
    Authentication, Authorization, IssuerSnapshot, OneTimeKey, Prepared as Committed, Receipt,
    Statement, VerifiedEvidence,
};
use identity::{Authenticated, Code, Demands, Expectations, Pending, Prompt, Provider};
use jiff::{SignedDuration, Timestamp};
use policy::Policy;
use records::{Challenge, ChallengeRequest, Waiting};
use url::Url;
use uuid::Uuid;

use crate::demands::Strength;
use crate::ending::{Ending, Failure, Recorded as Standing, Unconfirmed};
use crate::request::Request;
use crate::self_check;

/// One signature, in one state.
pub struct Ceremony<S> {
    plan: Plan,
    state: S,
}

/// What stays the same from the first state to the last.
struct Plan {
    request: Request,
    policy: Arc<Policy>,
    agent: &'static str,
    started_at: Timestamp,
}

/// The signer pressed **Sign**.
pub struct Prepared(());

/// The records API's challenge is here, and the statement is committed to.
pub struct Challenged {
    challenge: Challenge,
    strength: Strength,
    committed: Committed,
}

/// The callback's port is bound.
pub struct Listening {
    challenged: Challenged,
    redirect_uri: Url,
}

/// It was looked whether the empty jar signs somebody in.
pub struct Preflighted(Listening);

/// The sign-in page is shown.
pub struct AwaitingSigner {
    challenged: Challenged,
    pending: Pending,
}

/// The identity provider sent a code.
pub struct CodeReceived {
    challenged: Challenged,
    authorization: Authorization,
}

/// The person of the session, and nobody else, has just authenticated for this.
pub struct IdentityVerified {
    challenged: Challenged,
    authorization: Authorization,
    id_token: identity::IdToken,
}

/// The evidence is complete, verified by us, and the key that signed it is gone.
pub struct Sealed {
    evidence: VerifiedEvidence,
}

/// The evidence is safe and on its way.
pub struct Submitting {
    evidence: VerifiedEvidence,
    waiting: Waiting,
}

/// The records API committed it, and its receipt proves that.
pub struct Recorded {
    standing: Standing,
}

/// What chance contributes to one signature.
pub struct Chances {
    /// The signature's own name, a `UUIDv7`.
    pub signature_id: Uuid,
    /// Signs once.
    pub key: OneTimeKey,
    /// Hides the statement in the commitment.
    pub rz: [u8; 32],
}

/// What the preflight found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The provider would have to ask: nobody is signed in in there.
    NobodySignedIn,
    /// The empty jar signed somebody in by itself.
    SignedIn,
    /// Neither answer came, and policy goes on without one.
    Noted,
    /// Policy does not look.
    NotLooked,
}

/// What the code is exchanged with, and what must come of it.
pub struct Exchange {
    /// The request that it answers.
    pub pending: Pending,
    /// The code.
    pub code: Code,
    /// What the ID token has to prove.
    pub expectations: Expectations,
}

/// The evidence does not hold before our own eyes. Nothing of it is sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("self_check_failed: {why}")]
pub struct NotSealed {
    /// The step of the verification that does not hold; none when it did not come to one.
    pub step: Option<evidence::Step>,
    /// The stable name of the reason.
    pub why: String,
}

/// The evidence survives a power loss, or policy wants no outbox: only delivery makes one.
pub struct Kept(pub(crate) Waiting);

impl Ceremony<Prepared> {
    /// The beginning: everything that the person decided, and nothing that anybody else said.
    pub fn begin(
        request: Request,
        policy: Arc<Policy>,
        agent: &'static str,
        started_at: Timestamp,
    ) -> Self {
        Self {
            plan: Plan {
                request,
                policy,
                agent,
                started_at,
            },
            state: Prepared(()),
        }
    }

    /// What a challenge is asked for.
    pub fn ask(&self) -> ChallengeRequest {
        let request = &self.plan.request;
        ChallengeRequest {
            amendments: request
                .amendments
                .iter()
                .map(|one| one.id.clone())
                .collect(),
            meaning: records::Meaning {
                code: request.meaning.code.clone(),
                display: request.meaning.display.clone(),
            },
            reason: records::Reason {
                code: request.reason.code.clone(),
                text: request.reason.text.clone(),
            },
        }
    }

    /// Step 3: the statement and its commitment. `answered_at` is when the challenge arrived.
    pub fn challenged(
        self,
        challenge: Challenge,
        answered_at: Timestamp,
        chances: Chances,
    ) -> Result<Ceremony<Challenged>, Ending> {
        self.check_clock(&challenge, answered_at)?;
        let strength = Strength::of(&self.plan.policy, &challenge).map_err(Ending::Failed)?;
        let statement = self.statement(&challenge, &strength, chances.signature_id)?;
        let committed = Committed::new(statement, chances.key, chances.rz)
            .map_err(|_| Ending::Failed(Failure::Internal))?;
        Ok(self.plan.with(Challenged {
            challenge,
            strength,
            committed,
        }))
    }

    /// The records API's clock and ours, as far apart as the answer shows.
    fn check_clock(&self, challenge: &Challenge, answered_at: Timestamp) -> Result<(), Ending> {
        let skew = SignedDuration::from_secs(i64::from(self.plan.policy.signing.clock_skew_s));
        let behind = challenge.issued_at.duration_since(answered_at);
        let ahead = self.plan.started_at.duration_since(challenge.issued_at);
        let off = |ahead: SignedDuration| {
            Err(Ending::Failed(Failure::ClockOff {
                ahead_s: ahead.as_secs(),
            }))
        };
        if behind > skew {
            return off(-behind);
        }
        if ahead > skew {
            return off(ahead);
        }
        if challenge.expires_at <= answered_at {
            return Err(Ending::Failed(Failure::ChallengeExpired));
        }
        Ok(())
    }

    fn statement(
        &self,
        challenge: &Challenge,
        strength: &Strength,
        signature_id: Uuid,
    ) -> Result<Statement, Ending> {
        let request = &self.plan.request;
        let shown_sha256 = request
            .presentation
            .sha256()
            .ok_or(Ending::Failed(Failure::Internal))?;
        Ok(Statement {
            kind: StatementType::V1,
            signature_id,
            challenge: challenge.challenge.clone(),
            amendments: request.amendments.clone(),
            signer: request.signer.clone(),
            meaning: request.meaning.clone(),
            reason: request.reason.clone(),
            shown_sha256,
            requested_at: request.requested_at.clone(),
            time_zone: request.time_zone.clone(),
            authentication: Authentication {
                prompt: Prompt::Login.as_str().to_owned(),
                max_age: strength.max_age,
                acr_values: strength.acr_values.clone(),
                agent: self.plan.agent.to_owned(),
            },
            client: request.client.clone(),
        })
    }
}

impl Ceremony<Challenged> {
    /// The statement's own name.
    pub fn signature_id(&self) -> Uuid {
        self.state.committed.statement().signature_id
    }

    /// For how long the challenge accepts an authentication.
    pub fn challenge_life(&self) -> SignedDuration {
        let challenge = &self.state.challenge;
        challenge.expires_at.duration_since(challenge.issued_at)
    }

    /// Step 4: the port is bound.
    pub fn listening(self, redirect_uri: Url) -> Ceremony<Listening> {
        let Self { plan, state } = self;
        plan.with(Listening {
            challenged: state,
            redirect_uri,
        })
    }
}

impl Ceremony<Listening> {
    /// Where the provider is to send the agent.
    pub fn redirect_uri(&self) -> &Url {
        &self.state.redirect_uri
    }

    /// Step 5: what the preflight asks. It has a nonce and a state of its own.
    pub fn preflight_demands(&self) -> Demands {
        Demands {
            scopes: self.plan.policy.identity.signing_scopes.clone(),
            prompt: Some(Prompt::None),
            ..Demands::default()
        }
    }

    /// Step 5, done.
    pub fn preflighted(self, finding: Finding) -> Result<Ceremony<Preflighted>, Ending> {
        match finding {
            Finding::SignedIn => Err(Ending::AmbientSignIn),
            Finding::NobodySignedIn | Finding::Noted | Finding::NotLooked => {
                let Self { plan, state } = self;
                Ok(plan.with(Preflighted(state)))
            }
        }
    }
}

impl Ceremony<Preflighted> {
    /// Step 6: what the signer's authentication is asked for with.
    pub fn demands(&self) -> Demands {
        let Plan {
            request, policy, ..
        } = &self.plan;
        let Challenged {
            strength,
            committed,
            ..
        } = &self.state.0.challenged;
        let subject = request.signer.subject.get("sub");
        Demands {
            scopes: policy.identity.signing_scopes.clone(),
            prompt: Some(Prompt::Login),
            max_age: strength.max_age,
            acr_values: strength.acr_values.clone(),
            login_hint: request.login_hint.clone(),
            request_subject: subject.filter(|_| policy.signing.request_subject).cloned(),
            nonce: Some(committed.nonce().to_owned()),
            essential_auth_time: true,
        }
    }

    /// Where the provider is to send the agent.
    pub fn redirect_uri(&self) -> &Url {
        &self.state.0.redirect_uri
    }

    /// Step 6, done: the page is shown.
    pub fn awaiting(self, pending: Pending) -> Ceremony<AwaitingSigner> {
        let Self { plan, state } = self;
        plan.with(AwaitingSigner {
            challenged: state.0.challenged,
            pending,
        })
    }
}

impl Ceremony<AwaitingSigner> {
    /// The request that waits for its answer.
    pub fn pending(&self) -> &Pending {
        &self.state.pending
    }

    /// Step 7: the one callback brought a code.
    pub fn code(self, code: Code) -> (Ceremony<CodeReceived>, Exchange) {
        let Self { plan, state } = self;
        let AwaitingSigner {
            challenged,
            pending,
        } = state;
        let authorization = Authorization {
            parameters: pending.parameters.clone(),
            callback_iss: code.iss().map(str::to_owned),
        };
        let expectations = Expectations {
            not_before: Some(plan.started_at),
            acr_values: challenged.strength.acr_values.clone(),
            required_amr: plan.policy.signing.required_amr.clone(),
            subject: None,
        };
        let received = plan.with(CodeReceived {
            challenged,
            authorization,
        });
        let exchange = Exchange {
            pending,
            code,
            expectations,
        };
        (received, exchange)
    }
}

impl Ceremony<CodeReceived> {
    /// Step 8: is it the person of the session?
    pub fn authenticated(
        self,
        authenticated: &Authenticated,
    ) -> Result<Ceremony<IdentityVerified>, Ending> {
        let Self { plan, state } = self;
        if authenticated.subject != plan.request.signer.as_subject() {
            return Err(Ending::SignerMismatch);
        }
        Ok(plan.with(IdentityVerified {
            challenged: state.challenged,
            authorization: state.authorization,
            id_token: authenticated.id_token.clone(),
        }))
    }
}

impl Ceremony<IdentityVerified> {
    /// Step 9: signed, sealed, and verified by ourselves as far as we know the facts. The key is dropped.
    pub fn sealed(
        self,
        provider: &Provider,
        now: Timestamp,
    ) -> Result<Ceremony<Sealed>, NotSealed> {
        let Self { plan, state } = self;
        let snapshot = IssuerSnapshot {
            configuration: provider.configuration().to_vec(),
            jwks: provider.jwks().to_vec(),
            fetched_at: provider.fetched_at(),
        };
        let Challenged {
            challenge,
            committed,
            ..
        } = state.challenged;
        let sealed = committed
            .seal(
                plan.request.presentation.clone(),
                state.id_token.raw(),
                snapshot,
                state.authorization,
            )
            .map_err(|error| NotSealed {
                step: None,
                why: error.to_string(),
            })?;
        let known = self_check::Known {
            policy: &plan.policy,
            request: &plan.request,
            challenge: &challenge,
            provider,
            now,
        };
        let evidence = known.verify(sealed.octets()).map_err(|failure| NotSealed {
            step: Some(failure.step),
            why: failure.reason.to_string(),
        })?;
        Ok(plan.with(Sealed { evidence }))
    }
}

impl Ceremony<Sealed> {
    /// The verified evidence.
    pub fn evidence(&self) -> &VerifiedEvidence {
        &self.state.evidence
    }

    /// The evidence as the outbox takes it.
    pub fn waiting(&self, reference: String, idempotency_key: Uuid, now: Timestamp) -> Waiting {
        let request = &self.plan.request;
        Waiting::new(
            &self.state.evidence,
            request.etags.clone(),
            idempotency_key.to_string(),
            reference,
            request.title.clone(),
            now,
        )
    }

    /// The evidence is safe: it may be sent.
    pub fn submitting(self, kept: Kept) -> Ceremony<Submitting> {
        let Self { plan, state } = self;
        plan.with(Submitting {
            evidence: state.evidence,
            waiting: kept.0,
        })
    }
}

impl Ceremony<Submitting> {
    /// What is being delivered.
    pub fn evidence(&self) -> &VerifiedEvidence {
        &self.state.evidence
    }

    /// How it is delivered.
    pub fn waiting(&self) -> &Waiting {
        &self.state.waiting
    }

    /// What is known when nobody answers.
    pub fn unconfirmed(&self) -> Unconfirmed {
        let note = &self.state.waiting.note;
        Unconfirmed {
            signature_id: note.signature_id,
            idempotency_key: note.idempotency_key.clone(),
            evidence_sha256: note.evidence_sha256.clone(),
        }
    }

    /// The receipt's signature verified: is it for exactly this evidence? If not, the evidence stays as it is.
    pub fn recorded(self, jws: &str, receipt: Receipt) -> Result<Ceremony<Recorded>, Box<Self>> {
        if receipt.answers(&self.state.evidence).is_err() {
            return Err(Box::new(self));
        }
        let bundle = self.state.evidence.bundle().clone().with_receipt(jws);
        let Ok(octets) = bundle.octets() else {
            return Err(Box::new(self));
        };
        let standing = Standing {
            signature_id: receipt.signature_id,
            evidence: octets,
            evidence_sha256: receipt.evidence_sha256.clone(),
            receipt,
        };
        Ok(self.plan.with(Recorded { standing }))
    }
}

impl Ceremony<Recorded> {
    /// The signature that stands.
    pub fn into_standing(self) -> Standing {
        self.state.standing
    }
}

impl Plan {
    fn with<S>(self, state: S) -> Ceremony<S> {
        Ceremony { plan: self, state }
    }
}
