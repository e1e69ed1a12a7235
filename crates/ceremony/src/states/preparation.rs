//! From **Sign** to the bound port and the preflight: nobody has authenticated yet.

use std::sync::Arc;

use evidence::statement::StatementType;
use evidence::{Authentication, Prepared as Committed, Statement};
use identity::{Demands, Prompt, ProofKey};
use jiff::{SignedDuration, Timestamp};
use policy::Policy;
use records::{Challenge, ChallengeRequest};
use url::Url;
use uuid::Uuid;

use super::{Ceremony, Challenged, Chances, Finding, Listening, Plan, Preflighted, Prepared};
use crate::demands::{Raised, Strength};
use crate::ending::{Ending, Failure};
use crate::request::Request;

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
        raised: &Raised,
    ) -> Result<Ceremony<Challenged>, Ending> {
        self.check_clock(&challenge, answered_at)?;
        let strength =
            Strength::of(&self.plan.policy, &challenge, raised).map_err(Ending::Failed)?;
        let statement = self.statement(&challenge, &strength, chances.signature_id)?;
        let proof_key = ProofKey::new(Arc::clone(&chances.key));
        let committed = Committed::new(statement, chances.key, chances.rz)
            .map_err(|_| Ending::Failed(Failure::Internal))?;
        Ok(self.plan.with(Challenged {
            challenge,
            strength,
            committed,
            proof_key,
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
                refusal: None,
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
